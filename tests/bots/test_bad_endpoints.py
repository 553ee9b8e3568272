"""Each kind that goes over the network, against each endpoint that misbehaves: one clear error, and nothing else."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.errors import BotError, InfrastructureError, InputError, SuiteError
from evalkit.suites.loading import load_suites
from tests.bots.serving import Handler, server, talk

KINDS: dict[str, dict[str, Any]] = {
    "http": {"url": "{}/chat"},
    "sse": {"url": "{}/chat"},
    "websocket": {"url": "{}/ws", "pauses": {"first_s": 0.4, "idle_s": 0.2, "total_s": 1.0}},
    "openai": {"base_url": "{}/v1", "model": "m"},
    "openai streamed": {"base_url": "{}/v1", "model": "m", "stream": True},
    "rasa": {"base_url": "{}"},
    "directline": {"base_url": "{}/v3/directline", "secret": "s"},
    "dialogflow_cx": {"base_url": "{}", "agent": "projects/p/locations/l/agents/a"},
}
STREAMS = {"sse": "text/event-stream", "openai streamed": "text/event-stream"}
every_kind = pytest.mark.parametrize("kind", KINDS)


def meet(kind: str, handler: Handler, **more: Any) -> None:
    """One message to a bot of this kind behind this handler."""

    async def go() -> None:
        async with server(handler) as base:
            address = base.replace("http", "ws") if kind == "websocket" else base
            filled = {k: v.format(address) if isinstance(v, str) else v for k, v in KINDS[kind].items()}
            definition = {"kind": kind.split()[0], "timeouts": {"total_s": 0.4, "connect_s": 0.4}, "retries": 0}
            await talk(build_bot("b", {"b": {**definition, **filled, **more}}))

    asyncio.run(go())


@every_kind
def test_an_endpoint_that_hangs(kind: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    with pytest.raises(InfrastructureError, match=r"in time|could not be reached \(.*Timeout"):
        meet(kind, handler)


@every_kind
def test_an_endpoint_that_resets_is_asked_again_and_then_named(kind: str) -> None:
    calls: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        assert request.transport is not None
        linger = struct.pack("ii", 1, 0)
        request.transport.get_extra_info("socket").setsockopt(1, 13, linger)  # SO_LINGER 0 resets
        request.transport.abort()
        return web.Response()

    with pytest.raises(InfrastructureError, match="could not be reached"):
        meet(kind, handler, retries=1)
    assert len(calls) >= (1 if kind == "websocket" else 2)


@every_kind
def test_an_endpoint_that_drips(kind: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": STREAMS.get(kind, "application/json")})
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.1)
        return response

    with pytest.raises(
        (InfrastructureError, BotError), match=r"in time|answered text/event-stream|refused the WebSocket"
    ):
        meet(kind, handler)


@every_kind
def test_an_endpoint_that_redirects_off_the_list(kind: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://elsewhere.example/steal"})

    with pytest.raises(BotError, match=r"elsewhere\.example', which the configuration does not name"):
        meet(kind, handler)


@every_kind
def test_an_endpoint_that_speaks_html(kind: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="<html>secret words</html>", content_type="text/html")

    with pytest.raises(
        (BotError, InfrastructureError), match=r"no JSON; it calls itself text/html|answered text/html|refused"
    ) as caught:
        meet(kind, handler)
    assert "secret" not in str(caught.value)


@every_kind
def test_an_endpoint_that_never_stops_sending(kind: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": STREAMS.get(kind, "application/json")})
        await response.prepare(request)
        try:
            for _ in range(20_000):  # a gigabyte
                await response.write(b"x" * 50_000)
        except ConnectionError:
            pass
        return response

    with pytest.raises(
        (BotError, InfrastructureError), match=r"larger than max_reply_bytes|answered text/event|refused"
    ):
        meet(kind, handler, timeouts={"total_s": 20.0})


@every_kind
def test_every_request_is_marked_as_test_traffic(kind: str) -> None:
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("X-Evalkit-Run"))
        return web.Response(status=418)

    with pytest.raises((BotError, InfrastructureError), match="418"):
        meet(kind, handler)
    assert set(seen) == {"r1"}


@every_kind
def test_a_key_that_no_kind_knows_is_named(kind: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    with pytest.raises(InputError, match=r"bots\.b: unknown key 'hedaers'; did you mean 'headers'"):
        meet(kind, handler, hedaers={})


def test_a_suite_may_name_a_bot_and_never_define_one(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    body = "cases: [{id: c, customer: Hej, expect: [contains: hej]}]\n"
    path.write_text(f"suite: s\nbots: [mine]\n{body}")
    assert load_suites((path,))[0].bots == ("mine",)
    for bots in ("{mine: {kind: command, command: rm}}", "[{kind: command, command: rm}]"):
        path.write_text(f"suite: s\nbots: {bots}\n{body}")
        with pytest.raises(SuiteError, match=r"s\.yaml:2"):
            load_suites((path,))
