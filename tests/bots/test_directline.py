"""A bot behind Direct Line 3.0, polled and streamed, against a server that follows the documented API."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import Reply
from evalkit.errors import BotError, InfrastructureError
from evalkit.model import Turn
from tests.bots.serving import server, talk, texts

QUICK = {"first_s": 1.0, "idle_s": 0.2, "total_s": 4.0}


class Service:
    """Direct Line with a bot behind it: conversations, activities by watermark, and a stream."""

    def __init__(self, *activities: dict[str, Any], stream: bool = False, **begun: Any) -> None:
        self.activities, self.stream, self.begun = activities, stream, begun
        self.log: list[dict[str, Any]] = []
        self.seen: list[tuple[str, str, str | None, Any]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.drop_stream = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/stream"):
            return await self._streamed(request)
        body = await request.json() if request.can_read_body else None
        self.seen.append((request.method, request.path_qs, request.headers.get("Authorization"), body))
        if request.path.endswith(("/tokens/refresh", "/tokens/generate")):
            return web.json_response({"token": "renewed", "expires_in": 1800})
        if request.path == "/v3/directline/conversations":
            address = f"ws://{request.host}/v3/directline/conversations/c1/stream?t=x"
            given = {"conversationId": "c1", "token": "given", "expires_in": 1800, **self.begun}
            return web.json_response(given | ({"streamUrl": address} if self.stream else {}), status=201)
        if request.method == "GET":
            after = int(request.query.get("watermark", 0))
            return web.json_response({"activities": self.log[after:], "watermark": str(len(self.log))})
        await self._add({**body, "id": f"c1|{len(self.log):07}", "conversation": {"id": "c1"}})
        for activity in self.activities:
            said = json.loads(json.dumps(activity).replace("{text}", str(body.get("text", ""))))
            await self._add(
                {"from": {"id": "bot"}, "conversation": {"id": "c1"}, "id": f"c1|{len(self.log):07}", **said}
            )
        return web.json_response({"id": f"c1|{len(self.log):07}"})

    async def _add(self, activity: dict[str, Any]) -> None:
        self.log.append(activity)
        for socket in self.sockets:
            if not socket.closed:
                await socket.send_json({"activities": [activity], "watermark": str(len(self.log))})
                await socket.send_str("")

    async def _streamed(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        if self.drop_stream:
            await socket.close()
        async for _ in socket:
            pass
        return socket


def converse(service: Service, *messages: Any, **definition: Any) -> list[Reply]:
    async def go() -> list[Reply]:
        async with server(service.answer) as base:
            settings = {
                "kind": "directline", "base_url": f"{base}/v3/directline", "secret": "s0", "pauses": QUICK,
                "poll_every_s": 0.05, **definition,
            }  # fmt: skip
            if "token_url" in settings:
                settings["token_url"] = base + settings["token_url"]
            return await talk(build_bot("b", {"b": settings}), *messages)

    return asyncio.run(go())


TALKATIVE = (
    {"type": "typing"},
    {"type": "message", "text": "Du sa {text}"},
    {"type": "trace", "name": "x"},
    {"type": "message", "text": "Något mer?", "suggestedActions": {"actions": [{"title": "Ja", "value": "yes!"}]}},
)


@pytest.mark.parametrize("stream", [False, True])
def test_bubbles_come_by_watermark_or_stream_and_typing_is_passed_over(stream: bool) -> None:
    service = Service(*TALKATIVE, stream=stream)
    pressed = Turn(role="customer", text="Ja", kind="buttons")
    first, second = converse(service, "Hej", pressed, stream="websocket" if stream else "polling")
    assert texts(first) == ["Du sa Hej", "Något mer?"]
    assert first.turns[1].buttons == ("Ja",)
    assert texts(second) == ["Du sa yes!", "Något mer?"]
    assert bool(service.sockets) is stream
    polls = [path for method, path, _, _ in service.seen if method == "GET"]
    assert bool(polls) is not stream
    assert service.seen[0][2] == "Bearer s0"
    assert service.seen[1][2] == "Bearer given"
    assert service.seen[1][3]["from"] == {"id": "dl_t1", "role": "user"}
    assert service.seen[1][3]["locale"] == "sv"


def test_a_lost_stream_goes_on_by_watermark_without_hearing_anything_twice() -> None:
    service = Service(*TALKATIVE, stream=True)
    service.drop_stream = True
    first, second = converse(service, "ett", "två")
    assert (texts(first)[0], texts(second)[0]) == ("Du sa ett", "Du sa två")


def test_a_token_is_fetched_where_copilot_studio_has_it_and_renewed_in_time() -> None:
    service = Service({"type": "message", "text": "ok"}, expires_in=0.1)
    converse(service, "ett", "två", token_url="/tokens/generate", secret="")
    paths = [(method, path.rsplit("/", 1)[-1]) for method, path, _, _ in service.seen]
    assert paths[:2] == [("GET", "generate"), ("POST", "conversations")]
    assert ("POST", "refresh") in paths
    assert service.seen[-1][2] == "Bearer renewed"


@pytest.mark.parametrize(
    ("activity", "target", "ended"),
    [
        ({"type": "event", "name": "handoff.initiate", "value": {"queue": "billing"}}, "billing", False),
        ({"type": "handoff", "value": {"skill": "billing"}}, "billing", False),
        ({"type": "endOfConversation", "code": "completedSuccessfully"}, None, True),
    ],
)
def test_hand_off_events_and_the_end_are_signals(activity: dict[str, Any], target: str | None, ended: bool) -> None:
    (reply,) = converse(Service({"type": "message", "text": "Jag kopplar dig."}, activity))
    assert (reply.handover.target if reply.handover else None) == target
    assert reply.ended is ended
    assert texts(reply)[0] == "Jag kopplar dig."


def test_cards_are_read_as_text_and_buttons() -> None:
    hero = {"title": "Din order", "text": "På väg", "buttons": [{"title": "Spåra", "value": "track"}]}
    card = {"body": [{"type": "Container", "items": [{"type": "TextBlock", "text": "Fredag"}]}], "actions": []}
    attachments = [{"contentType": "x.hero", "content": hero}, {"contentType": "x.adaptive", "content": card}]
    (reply,) = converse(Service({"type": "message", "attachments": attachments}))
    assert texts(reply) == ["Din order\nPå väg\nFredag"]
    assert reply.turns[0].buttons == ("Spåra",)


def test_a_reply_may_end_where_the_bot_expects_input() -> None:
    service = Service({"type": "message", "text": "Ja?", "inputHint": "expectingInput"})
    slow = {**QUICK, "idle_s": 20.0, "total_s": 60.0}
    assert texts(converse(service, "Hej", end_on_expecting_input=True, pauses=slow)[0]) == ["Ja?"]


def test_what_a_service_may_do_wrong_is_one_error() -> None:
    with pytest.raises(InfrastructureError, match="in time"):
        converse(Service({"type": "typing"}), pauses={**QUICK, "first_s": 0.3})
    with pytest.raises(BotError, match="another conversation"):
        converse(Service({"type": "message", "text": "x", "conversation": {"id": "c2"}}))
    with pytest.raises(BotError, match="without a conversationId"):
        converse(Service(conversationId=None))
    with pytest.raises(BotError, match="streamUrl"):
        converse(Service(), stream="websocket")
    elsewhere = Service({"type": "message", "text": "x"}, streamUrl="ws://elsewhere.example/stream")
    with pytest.raises(BotError, match=r"elsewhere\.example"):
        converse(elsewhere)
