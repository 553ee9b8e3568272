"""The demo bot says the same through each of its doors."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from evalkit.bots.definitions import build_bot
from evalkit.demo.server import serving
from evalkit.demo.shop import bot_definition, open_release
from tests.bots.serving import talk, texts

PATHS = {"handover": "handover", "tool_calls": "tool_calls", "sources": "sources", "authenticated": "authenticated"}
BODY = {"message": "{{ message }}", "session_id": "{{ session_id }}", "language": "{{ language }}"}
PAUSES = {"first_s": 5.0, "idle_s": 2.0, "total_s": 10.0}


def definitions(address: str) -> dict[str, dict[str, Any]]:
    reply = {"text": "text", **PATHS}
    socket = {"kind": "websocket", "url": address.replace("http", "ws") + "/ws", "end": "done", "pauses": PAUSES}
    stream = {"kind": "sse", "url": f"{address}/chat/stream", "bubble": "bubble", "done": "done"}
    return {
        "http": bot_definition(address),
        "sse": {**stream, "request": BODY, "reply": reply},
        "websocket": {**socket, "request": BODY, "reply": reply},
    }


@pytest.mark.parametrize("kind", ["sse", "websocket"])
def test_a_conversation_is_the_same_through_each_door(kind: str) -> None:
    said = ("Hej, vad kostar frakten?", "Var är min order FB-10001?", "Jag vill prata med en människa")
    with serving(open_release("1.4")) as address:
        known = definitions(address)
        expected, found = (
            asyncio.run(talk(build_bot(name, known), *said, conversation_id=name)) for name in ("http", kind)
        )
    for left, right in zip(expected, found, strict=True):
        assert [text.strip() for text in texts(right)] == texts(left)
        assert right.turns[-1].sources == left.turns[-1].sources
        assert right.handover == left.handover
    assert found[-1].handover is not None
