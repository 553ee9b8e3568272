"""A bot behind HTTP: what it says is read, what it breaks is named, against a real server on loopback."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import SessionContext
from evalkit.bots.http import HttpBot
from evalkit.errors import BotError, InfrastructureError, InputError
from evalkit.model import Turn
from tests.bots.serving import Handler, answering, ask, raw, server


def test_bubbles_signals_and_times_are_read() -> None:
    body = {
        "r": [{"t": "Hej!"}, {"t": "Vad gäller det?"}],
        "h": {"target": "support"},
        "tools": [{"name": "x", "arguments": {}}],
    }
    reply = ask(answering(body), reply={"text": "r[].t", "handover": "h", "tool_calls": "tools"})[0]
    assert [turn.text for turn in reply.turns] == ["Hej!", "Vad gäller det?"]
    assert reply.handover is not None
    assert reply.handover.target == "support"
    assert reply.turns[-1].tool_calls[0].name == "x"
    assert reply.turns[0].latency_ms is not None
    assert 0 < reply.turns[0].latency_ms < 5000


def test_the_request_follows_the_template_and_marks_test_traffic() -> None:
    seen: list[tuple[dict[str, Any], Any]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((await request.json(), request.headers.get("X-Evalkit-Run")))
        return web.json_response({"reply": "ok då", "sid": "server-7"})

    ask(
        handler, "ett", "två",
        request={"q": "{{ message }}", "s": "{{ session_id }}", "l": "{{ language }}"},
        reply={"text": "reply", "session_id": "sid"},
    )  # fmt: skip
    assert seen[0] == ({"q": "ett", "s": "t1", "l": "sv"}, "r1")
    assert seen[1][0]["s"] == "server-7"


@pytest.mark.parametrize(
    ("handler", "kind", "said"),
    [
        (answering({"reply": "x"}, status=500), BotError, "answered 500"),
        (answering({"error": "no"}, status=404), BotError, "answered 404"),
        (raw(b"<html>oops</html>", content_type="text/html"), BotError, "JSON"),
        (raw(b""), BotError, ""),
        (answering({"other": "x"}), BotError, "no text"),
        (answering({"reply": ""}), BotError, "no text"),
        (raw(b'{"reply": "\xe5"}', content_type="application/json"), BotError, ""),
        (raw(b'{"reply": "' + b"x" * 50_000_000 + b'"}'), BotError, "larger"),
        (answering({"reply": "x"}, status=503), InfrastructureError, "answered 503"),
    ],
)
def test_each_broken_reply_is_one_error_of_its_boundary(handler: Handler, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as caught:
        ask(handler, retries=0)
    assert said in str(caught.value) or not said
    assert "oops" not in str(caught.value)


def test_a_busy_endpoint_is_asked_again_as_late_as_it_says() -> None:
    calls: list[float] = []

    async def handler(_: web.Request) -> web.Response:
        calls.append(asyncio.get_running_loop().time())
        if len(calls) < 3:
            return web.json_response({}, status=429, headers={"Retry-After": "0.2"})
        return web.json_response({"reply": "nu så"})

    assert ask(handler)[0].turns[0].text == "nu så"
    assert len(calls) == 3
    assert calls[1] - calls[0] >= 0.19


def test_a_silent_endpoint_runs_into_the_time_out() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.json_response({})

    with pytest.raises(InfrastructureError, match="in time"):
        ask(handler, timeouts={"first_byte_s": 0.2}, retries=0)


def test_a_dripping_reply_runs_into_the_whole_time_out() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    with pytest.raises((InfrastructureError, BotError)):
        ask(handler, timeouts={"total_s": 0.4}, retries=0)


def test_a_redirect_to_another_host_is_refused() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://elsewhere.example/steal"})

    with pytest.raises(BotError, match=r"elsewhere\.example"):
        ask(handler)


def test_sessions_do_not_share_cookies() -> None:
    async def handler(request: web.Request) -> web.Response:
        seen = request.cookies.get("sid", "none")
        response = web.json_response({"reply": f"kaka {seen}"})
        response.set_cookie("sid", "mine")
        return response

    async def two() -> list[str]:
        async with server(handler) as address:
            bot = HttpBot.defined({"url": address})
            texts = []
            for name in ("a", "b"):
                async with bot.session(SessionContext(conversation_id=name)) as session:
                    for _ in range(2):
                        texts.append((await session.send(Turn(role="customer", text="x"), ())).turns[0].text)
            await bot.close()
            return texts

    assert asyncio.run(two()) == ["kaka none", "kaka mine", "kaka none", "kaka mine"]


def test_a_refused_connection_is_infrastructure() -> None:
    async def talk() -> None:
        bot = HttpBot.defined({"url": "http://127.0.0.1:1/", "retries": 0})
        try:
            async with bot.session(SessionContext(conversation_id="t")) as session:
                await session.send(Turn(role="customer", text="Hej"), ())
        finally:
            await bot.close()

    with pytest.raises(InfrastructureError, match="could not be reached"):
        asyncio.run(talk())


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({"url": "ftp://x"}, "not an http"),
        ({"url": "http://x", "hedaers": {}}, "did you mean 'headers'?"),
        ({"url": "http://x", "reply": {"txt": "a"}}, "did you mean 'text'?"),
        ({"url": "http://x", "reply": {"text": "a["}}, "reply.text"),
        ({"url": "http://x", "headers": {"A": "${NOT_SET_ANYWHERE}"}}, "NOT_SET_ANYWHERE"),
        ({"url": "http://x", "concurrency": "many"}, "concurrency"),
        ({}, "url"),
    ],
)
def test_a_wrong_definition_is_named(definition: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        HttpBot.defined(definition, name="b", environment={})
    assert said in str(caught.value)


def test_a_secret_is_sent_and_stays_out_of_the_identity() -> None:
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.json_response({"reply": "ok"})

    async def talk() -> tuple[str, str]:
        async with server(handler) as address:
            identities = []
            for token in ("one", "two"):
                bot = HttpBot.defined(
                    {"url": address, "headers": {"Authorization": "Bearer ${T}"}}, environment={"T": token}
                )
                async with bot.session(SessionContext(conversation_id="t")) as session:
                    await session.send(Turn(role="customer", text="Hej"), ())
                identities.append(bot.identity)
                await bot.close()
            return identities[0], identities[1]

    first, second = asyncio.run(talk())
    assert seen == ["Bearer one", "Bearer two"]
    assert first == second


def test_an_unknown_bot_names_the_near_one() -> None:
    with pytest.raises(InputError, match="did you mean 'demo'"):
        build_bot("demmo", {"demo": {"url": "http://x"}})
