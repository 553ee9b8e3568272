"""Bots against other people's servers: nginx with client certificates, Direct Line with a Bot Framework bot, LiteLLM."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from evalkit.bots.definitions import build_bot
from evalkit.errors import BotError, InfrastructureError
from tests.bots.serving import server, talk, texts
from tests.programs import CACHE, free_port, litellm_proxy, running

pytestmark = pytest.mark.external


# ---------------------------------------------------------------- nginx, mutual TLS


def certificates(folder: Path) -> None:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=evalkit test authority",
            "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
    for name in ("server", "client"):
        openssl(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
        )
        (folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", f"{name}.ext", "-out", f"{name}.pem")  # fmt: skip


@pytest.mark.skipif(
    not shutil.which("nginx") or not shutil.which("openssl"), reason="nginx or openssl is not installed"
)
def test_nginx_lets_only_our_certificate_through(tmp_path: Path) -> None:
    certificates(tmp_path)
    port = free_port()

    async def handler(request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"reply": f"{request.headers['X-Client']} {body['message']}"})

    async def go() -> None:
        async with server(handler) as upstream:
            (tmp_path / "nginx.conf").write_text(
                f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
                f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;\n"
                f"fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;\n"
                f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {tmp_path}/server.pem;\n"
                f"ssl_certificate_key {tmp_path}/server.key; ssl_client_certificate {tmp_path}/ca.pem;\n"
                "ssl_verify_client on; location / { proxy_set_header X-Client $ssl_client_s_dn;"
                f" proxy_pass {upstream}; }} }} }}\n"
            )
            words = ["nginx", "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
            with running(words, port, log=tmp_path / "log"):
                url = f"https://127.0.0.1:{port}/chat"
                ca, cert, key = (str(tmp_path / name) for name in ("ca.pem", "client.pem", "client.key"))

                def bot(**tls: str) -> Any:
                    return build_bot("b", {"b": {"url": url, "tls": tls, "retries": 0}})

                replies = await talk(bot(ca=ca, cert=cert, key=key), "ett", "två")
                assert [texts(reply) for reply in replies] == [["CN=client ett"], ["CN=client två"]]
                with pytest.raises(BotError, match="400"):
                    await talk(bot(ca=ca))
                with pytest.raises(InfrastructureError, match="certificate"):
                    await talk(bot())

    asyncio.run(go())


# ---------------------------------------------------------------- Direct Line with a Bot Framework bot

PACKAGES = ("offline-directline@1.3.1", "botbuilder@4.23.3", "express@4.16.3")
BOT = """
const { ActivityTypes, CloudAdapter, ConfigurationBotFrameworkAuthentication, MessageFactory } = require("botbuilder");
const express = require("express");
const { initializeRoutes } = require("offline-directline/dist/bridge");
const [linePort, botPort] = process.argv.slice(2).map(Number);
const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));
const counts = {};
const app = express();
app.use(express.json());
app.post("/api/messages", (request, response) => adapter.process(request, response, async (context) => {
  if (context.activity.type !== ActivityTypes.Message) return;
  const id = context.activity.conversation.id;
  counts[id] = (counts[id] || 0) + 1;
  await context.sendActivity({ type: ActivityTypes.Typing });
  await context.sendActivity(`${counts[id]}: ${context.activity.text}`);
  if (context.activity.text.includes("person")) {
    await context.sendActivity(MessageFactory.suggestedActions(["Yes", "No"], "Shall I connect you?"));
    await context.sendActivity({ type: ActivityTypes.Event, name: "handoff.initiate", value: { skill: "billing" } });
  }
}));
app.listen(botPort, "127.0.0.1", () => initializeRoutes(express(), linePort, `http://127.0.0.1:${botPort}/api/messages`));
"""


def node_packages() -> Path:
    """A folder with the packages, installed once; skips where npm cannot fetch them."""
    folder = CACHE / f"directline-{hashlib.sha256(repr(PACKAGES).encode()).hexdigest()[:8]}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev", *PACKAGES]
        try:
            fetched = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not fetch offline-directline in time")
        if fetched.returncode:
            pytest.skip(f"npm cannot fetch offline-directline: {fetched.stderr[-200:]}")
        (folder / "done").touch()
    return folder


class StreamBefore:
    """Offers the documented stream before a Direct Line that only polls: what it holds is pushed as activity sets."""

    def __init__(self, upstream: str) -> None:
        self.upstream, self.n_pushed, self.n_polled = upstream, 0, 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        async with ClientSession() as client:
            if request.path.endswith("/stream"):
                return await self._streamed(request, client)
            self.n_polled += request.method == "GET"
            body = await request.read()
            headers = {"Content-Type": "application/json"}
            async with client.request(
                request.method, self.upstream + request.path_qs, data=body, headers=headers
            ) as got:
                answer = await got.json()
            if request.path.endswith("/conversations"):
                address = f"ws://{request.host}/directline/conversations/{answer['conversationId']}/stream"
                answer["streamUrl"] = address
            return web.json_response(answer, status=got.status)

    async def _streamed(self, request: web.Request, client: ClientSession) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        url = self.upstream + request.path.removesuffix("/stream") + "/activities"
        watermark = "0"
        while not socket.closed:
            async with client.get(url, params={"watermark": watermark}) as got:
                found = await got.json()
            if found["activities"]:
                watermark = str(found["watermark"])
                self.n_pushed += 1
                await socket.send_json(found)
            await socket.send_str("")
            await asyncio.sleep(0.05)
        return socket


@pytest.mark.parametrize("stream", ["polling", "websocket"])
@pytest.mark.skipif(not shutil.which("node") or not shutil.which("npm"), reason="Node or npm is not installed")
def test_a_bot_framework_bot_answers_through_offline_directline(stream: str, tmp_path: Path) -> None:
    folder = node_packages()
    line, port = free_port(), free_port()
    (folder / "bot.js").write_text(BOT)
    words = ["node", "bot.js", str(line), str(port)]
    before = StreamBefore(f"http://127.0.0.1:{line}")

    async def two() -> Any:
        async with server(before.serve) as base:
            # What npm has polls only, so the stream stands before it.
            address = base if stream == "websocket" else before.upstream
            definition = {
                "kind": "directline", "base_url": f"{address}/directline", "poll_every_s": 0.05, "stream": stream,
                "pauses": {"first_s": 10.0, "idle_s": 0.6, "total_s": 30.0},
            }  # fmt: skip
            # Two bots, so that each may close its own connections.
            bots = [build_bot("b", {"b": definition}) for _ in range(2)]
            return await asyncio.gather(
                talk(bots[0], "hello", "a person please", conversation_id="one"),
                talk(bots[1], "hej", conversation_id="two"),
            )

    with running(words, line, log=tmp_path / "log", cwd=folder):
        one, other = asyncio.run(two())
    assert texts(one[0]) == ["1: hello"]
    assert texts(other[0]) == ["1: hej"]
    assert texts(one[1])[:2] == ["2: a person please", "Shall I connect you?"]
    assert one[1].turns[1].buttons == ("Yes", "No")
    assert one[1].handover is not None
    assert one[1].handover.target == "billing"
    assert one[1].turns[0].latency_ms is not None
    assert (before.n_pushed > 0, before.n_polled) == (stream == "websocket", 0)


# ---------------------------------------------------------------- LiteLLM's proxy

CONFIG = """
model_list:
  - model_name: support
    litellm_params:
      model: openai/support
      api_key: none
      mock_response: Returfrakten kostar 49 kr och dras av.
"""


@pytest.mark.slow
def test_litellms_proxy_answers_in_each_shape(tmp_path: Path) -> None:
    with litellm_proxy(tmp_path, CONFIG) as base_url:
        for stream in (False, True):
            definition = {
                "kind": "openai", "base_url": base_url, "model": "support", "stream": stream,
                "api_key": "sk-test",
            }  # fmt: skip
            reply = asyncio.run(talk(build_bot("b", {"b": definition}), "Vad kostar returfrakten?"))[0]
            assert texts(reply) == ["Returfrakten kostar 49 kr och dras av."]
            assert (reply.turns[0].first_token_ms is not None) is stream
        wrong = build_bot("b", {"b": {**definition, "api_key": "nope"}})
        with pytest.raises(BotError, match="40[01]"):
            asyncio.run(talk(wrong))
