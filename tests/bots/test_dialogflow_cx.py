"""A Dialogflow CX agent, against a server that follows the documented REST shape of detectIntent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import Reply
from evalkit.errors import BotError, InputError
from evalkit.model import Turn
from tests.bots.serving import answering, ask, server, talk, texts

AGENT = "projects/p1/locations/europe-north1/agents/a1"


def agent(handler: Any, *messages: Any, **definition: Any) -> list[Reply]:
    return ask(handler, *messages, kind="dialogflow_cx", key="base_url", address="{}", agent=AGENT, **definition)


def saying(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"responseId": "r", "queryResult": {"responseMessages": list(messages), **more}}


def test_session_language_and_parameters_go_along_and_are_set_once() -> None:
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization"), await request.json()))
        return web.json_response(saying({"text": {"text": ["Hej!", "Vad gäller det?"]}}))

    async def go() -> list[Reply]:
        async with server(handler) as base:
            definition = {
                "kind": "dialogflow_cx", "base_url": base, "agent": AGENT, "token": "${T}", "environment": "live",
                "parameters": {"brand": "fjällby"}, "time_zone": "Europe/Stockholm",
            }  # fmt: skip
            bot = build_bot("b", {"b": definition}, environment={"T": "tok"})
            event = Turn(role="customer", text="WELCOME", kind="event")
            return await talk(bot, "Hej", event, session={"order_number": "FB-10001"})

    replies = asyncio.run(go())
    assert texts(replies[0]) == ["Hej!", "Vad gäller det?"]
    path, token, body = seen[0]
    assert path == f"/v3/{AGENT}/environments/live/sessions/t1:detectIntent"
    assert token == "Bearer tok"
    assert body == {
        "queryInput": {"text": {"text": "Hej"}, "languageCode": "sv"},
        "queryParams": {
            "parameters": {"brand": "fjällby", "order_number": "FB-10001"}, "timeZone": "Europe/Stockholm",
        },
    }  # fmt: skip
    assert seen[1][2]["queryInput"] == {"event": {"event": "WELCOME"}, "languageCode": "sv"}
    assert "parameters" not in seen[1][2]["queryParams"]


def test_a_live_agent_hand_off_carries_its_payload_and_the_intent_is_kept() -> None:
    body = saying(
        {"text": {"text": ["Jag kopplar dig."]}},
        {"payload": {"richContent": [[{"type": "chips", "options": [{"text": "Ja"}, {"text": "Nej"}]}]]}},
        {"liveAgentHandoff": {"metadata": {"queue": "billing", "summary": "refund"}}},
        match={"intent": {"displayName": "talk.human"}},
        parameters={"order": 7},
    )
    (reply,) = agent(answering(body))
    assert reply.handover is not None
    assert (reply.handover.target, reply.handover.packet) == ("billing", {"queue": "billing", "summary": "refund"})
    assert reply.turns[0].buttons == ("Ja", "Nej")
    assert reply.turns[0].payload is not None
    assert reply.turns[0].payload["intent"] == "talk.human"
    assert not reply.ended


def test_the_end_of_the_interaction_ends_and_may_mean_a_hand_over() -> None:
    body = saying({"text": {"text": ["Hej då"]}}, {"endInteraction": {}})
    (plain,) = agent(answering(body))
    assert plain.ended
    assert plain.handover is None
    (meant,) = agent(answering(body), handover_on={"ended": True})
    assert meant.handover is not None and meant.handover.executed


@pytest.mark.parametrize("body", [{}, [], {"queryResult": {"responseMessages": []}}, {"error": {"code": 7}}])
def test_an_answer_that_cannot_be_used_is_a_bots_error(body: object) -> None:
    with pytest.raises(BotError, match="queryResult|no message"):
        agent(answering(body))


def test_an_agent_must_be_named_in_full_and_lives_in_its_region() -> None:
    with pytest.raises(InputError, match="projects/P/locations/L/agents/A"):
        build_bot("b", {"b": {"kind": "dialogflow_cx", "agent": "a1"}})
    bot: Any = build_bot("b", {"b": {"kind": "dialogflow_cx", "agent": AGENT}})
    assert bot.sessions_url == f"https://europe-north1-dialogflow.googleapis.com/v3/{AGENT}/sessions"
