"""A bot behind a WebSocket, against a real one on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from evalkit.bots.door import BrokenReply
from evalkit.errors import BotError, InfrastructureError
from tests.bots.serving import Handler, ask, texts

Talk = Callable[[web.WebSocketResponse, dict[str, Any]], Awaitable[None]]
QUICK = {"first_s": 2.0, "idle_s": 0.15, "total_s": 3.0}


def sockets(on_message: Talk, **options: Any) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(**options)
        await socket.prepare(request)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await on_message(socket, json.loads(message.data))
        return socket

    return handler


def chat(handler: Handler, *messages: str, **definition: Any) -> Any:
    async def with_ws(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    return ask(with_ws, *messages, kind="websocket", address="{}/ws", **{"pauses": QUICK, **definition})


@pytest.fixture(autouse=True)
def as_websocket_address(monkeypatch: pytest.MonkeyPatch) -> None:
    import tests.bots.serving as serving
    from evalkit.bots import definitions

    real = definitions.build_bot

    def build(name: str, known: dict[str, dict[str, Any]], **more: Any) -> Any:
        url = known[name]["url"].replace("http://", "ws://")
        return real(name, {name: {**known[name], "url": url}}, **more)

    monkeypatch.setattr(serving, "build_bot", build)


def test_typing_frames_are_passed_over_and_several_bubbles_are_one_reply() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"type": "typing"})
        await socket.ping()
        for part in ("Hej!", f"Du sa {said['message']}"):
            await socket.send_json({"text": part})
            await asyncio.sleep(0.05)

    first, second = chat(sockets(on), "ett", "två")
    assert texts(first) == ["Hej!", "Du sa ett"]
    assert texts(second) == ["Hej!", "Du sa två"]
    assert first.turns[1].latency_ms > first.turns[0].latency_ms + 30


def test_a_reply_ends_at_once_where_the_bot_says_that_it_does() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"text": "Klart.", "last": True, "escalated": True})

    slow = {**QUICK, "idle_s": 30.0, "total_s": 60.0}
    (reply,) = chat(sockets(on), end="last", pauses=slow, reply={"text": "text", "handover": "escalated"})
    assert texts(reply) == ["Klart."]
    assert reply.handover is not None and reply.handover.executed


def test_an_opening_frame_and_the_header_of_test_traffic_are_sent() -> None:
    seen: list[Any] = []

    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        seen.append(said)
        if "message" in said:
            await socket.send_json({"text": "ok"})

    inner = sockets(on)

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("X-Evalkit-Run"))
        return await inner(request)

    chat(handler, open={"hello": "{{ conversation }}", "lang": "{{ language }}"})
    assert seen[:2] == ["r1", {"hello": "t1", "lang": "sv"}]


def test_a_bot_that_never_answers_runs_into_the_time_out() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"type": "typing"})

    with pytest.raises(InfrastructureError, match="in time"):
        chat(sockets(on), pauses={**QUICK, "first_s": 0.2})


def test_a_bot_that_never_stops_is_cut_with_what_it_said() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        for _ in range(200):
            await socket.send_json({"text": "och"})
            await asyncio.sleep(0.02)

    with pytest.raises(BrokenReply, match="still sending after") as caught:
        chat(sockets(on), pauses={**QUICK, "total_s": 0.5})
    assert texts(caught.value.arrived)[:2] == ["och", "och"]


def test_ten_thousand_bubbles_are_no_conversation() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        for _ in range(10_000):
            await socket.send_json({"text": "hej"})

    with pytest.raises(BotError, match="no conversation"):
        chat(sockets(on))


def test_a_frame_beyond_the_limit_is_refused() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"text": "x" * 100_000})

    with pytest.raises(BotError, match="larger than max_reply_bytes"):
        chat(sockets(on), max_reply_bytes=10_000)


def test_a_connection_lost_in_a_reply_keeps_what_arrived() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"text": "Ett ögonblick"})
        await socket.close(code=1011)

    with pytest.raises(BrokenReply, match="closed the connection") as caught:
        chat(sockets(on))
    assert texts(caught.value.arrived) == ["Ett ögonblick"]


def test_a_connection_lost_between_turns_is_opened_again() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"text": said["session_id"], "last": True})
        await socket.close()

    first, second = chat(sockets(on), "a", "b", end="last")
    assert texts(first) == texts(second) == ["t1"]


def test_a_reconnect_that_is_refused_in_the_conversation_says_so() -> None:
    opened: list[int] = []

    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_json({"text": "hej", "last": True})
        await socket.close()

    inner = sockets(on)

    async def handler(request: web.Request) -> web.StreamResponse:
        opened.append(1)
        return await inner(request) if len(opened) == 1 else web.Response(status=403)

    with pytest.raises(InfrastructureError, match=r"between two turns and refused another: .*\(403\)"):
        chat(handler, "a", "b", end="last")
    opened.clear()
    with pytest.raises(InfrastructureError, match="closed the connection between two turns"):
        chat(handler, "a", "b", end="last", reconnects=0)


def test_a_peer_that_leaves_pings_unanswered_is_left() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.receive()
        await socket.receive()  # the ping, which nobody answers
        await asyncio.sleep(5)
        return socket

    with pytest.raises(BotError, match="closed the connection"):
        chat(handler, ping_every_s=0.2)


def test_a_handshake_that_redirects_off_the_list_is_refused() -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://elsewhere.example/ws"})

    with pytest.raises(BotError, match=r"elsewhere\.example"):
        chat(handler)


@pytest.mark.parametrize("frame", ["nope{", '{"text": 7}'])
def test_a_frame_that_cannot_be_used_is_a_bots_error(frame: str) -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_str(frame)

    with pytest.raises(BotError, match=r"no JSON|is a int"):
        chat(sockets(on))


def test_plain_text_frames_are_read_too() -> None:
    async def on(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        await socket.send_str("Hej hej")

    assert texts(chat(sockets(on), frames="text", reply={"text": "@"})[0]) == ["Hej hej"]
