"""A Rasa assistant, against a server that follows Rasa's documented REST channel."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.door import Reply
from evalkit.errors import BotError
from evalkit.model import Turn
from tests.bots.serving import answering, ask, texts


def rasa(handler: Any, *messages: Any, **definition: Any) -> list[Reply]:
    return ask(handler, *messages, kind="rasa", key="base_url", address="{}", **definition)


def documented(*replies: dict[str, Any], seen: list[Any] | None = None) -> Any:
    async def handler(request: web.Request) -> web.Response:
        body = await request.json()
        if seen is not None:
            seen.append((request.path_qs, body))
        return web.json_response([{"recipient_id": body["sender"], **reply} for reply in replies])

    return handler


def test_messages_buttons_and_images_are_bubbles_and_a_press_sends_the_payload() -> None:
    seen: list[Any] = []
    handler = documented(
        {"text": "Menar du returen?", "buttons": [{"title": "Ja", "payload": "/affirm"}]},
        {"image": "https://img.example/1.png"},
        seen=seen,
    )
    replies = rasa(handler, "Hej", Turn(role="customer", text="Ja", kind="buttons"), token="t0")
    assert texts(replies[0]) == ["Menar du returen?", "https://img.example/1.png"]
    assert replies[0].turns[0].buttons == ("Ja",)
    assert seen[0][0] == "/webhooks/rest/webhook?token=t0"
    assert seen[0][1] == {"sender": "t1", "message": "Hej", "metadata": {"language": "sv"}}
    assert seen[1][1]["message"] == "/affirm"


@pytest.mark.parametrize(
    ("custom", "more"),
    [
        ({"handover": {"target": "billing"}}, {}),
        ({"event": "handoff", "target": "billing"}, {}),
        ({"to": "billing"}, {"handover": "custom.to"}),
    ],
)
def test_a_custom_payload_may_be_a_hand_over(custom: dict[str, Any], more: dict[str, Any]) -> None:
    (reply,) = rasa(documented({"text": "Jag kopplar dig."}, {"custom": custom}), **more)
    assert reply.handover is not None
    assert reply.handover.executed
    assert reply.handover.target == "billing"
    assert reply.turns[1].payload == custom


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "sent no message"),
        ({"text": "hej"}, "REST channel"),
        ([{"recipient_id": "someone else", "text": "hej"}], "another conversation"),
        ([{"recipient_id": "t1", "text": "hej"}] * 10_000, "no conversation"),
        (["hej"], "no object"),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_bots_error(body: object, said: str) -> None:
    with pytest.raises(BotError, match=said):
        rasa(answering(body))
