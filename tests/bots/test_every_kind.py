"""What every kind over the network must do alike, each against a server that speaks its protocol."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import Reply
from evalkit.errors import BotError, InfrastructureError, InputError
from evalkit.model import Turn
from tests.bots.serving import Handler, converse, server, talk, texts
from tests.bots.speaking import DEFINITIONS, Said, Speaker

KINDS = tuple(DEFINITIONS)
ONE_TEXT = {"openai", "openai streamed", "openai responses"}
"""Kinds whose protocol knows one text a reply."""
TAKE_HISTORY = ("http", "sse", "websocket", *sorted(ONE_TEXT))
GIVE_IDS = ("http", "sse", "websocket")
every_kind = pytest.mark.parametrize("kind", KINDS)


def meet(speaker: Speaker, *messages: str, handler: Handler | None = None, **definition: Any) -> list[Reply]:
    async def go() -> list[Reply]:
        async with server(handler or speaker.serve) as base:
            return await talk(speaker.bot(base, **definition), *messages)

    return asyncio.run(go())


@every_kind
def test_several_bubbles_are_several_turns_in_order(kind: str) -> None:
    said = ("Ett ögonblick.", "Jag tittar.", "Den är på väg.")
    replies = meet(Speaker(kind, lambda words, _: Said([*said, words])), "ett", "två")
    for reply, words in zip(replies, ("ett", "två"), strict=True):
        found = [line for text in texts(reply) for line in text.split("\n") if line]
        if kind == "openai responses":
            assert "".join(found) == "".join([*said, words])
        else:
            assert found == [*said, words]
        assert len(reply.turns) == (1 if kind in ONE_TEXT else 4 if kind != "rasa" else 5)
        assert all(turn.latency_ms is not None and turn.latency_ms >= 0 for turn in reply.turns)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ONE_TEXT])
def test_ten_thousand_bubbles_are_no_conversation(kind: str) -> None:
    with pytest.raises(BotError, match="no conversation"):
        meet(Speaker(kind, lambda *_: Said(["hej"] * 10_000)))


@every_kind
def test_conversations_at_once_stay_apart(kind: str) -> None:
    async def answered(speaker: Speaker) -> list[list[Reply]]:
        async with server(speaker.serve) as base:
            bot = speaker.bot(base)
            try:
                return await asyncio.gather(
                    *(converse(bot, f"a{n}", f"b{n}", conversation_id=f"c{n}") for n in range(20))
                )
            finally:
                await bot.close()

    speaker = Speaker(kind, lambda words, _: Said([f"du sa {words}"]))
    found = asyncio.run(answered(speaker))
    assert [[texts(reply)[0] for reply in two] for two in found] == [[f"du sa a{n}", f"du sa b{n}"] for n in range(20)]
    if kind not in ONE_TEXT:
        told = {words: session for session, words, _ in speaker.heard}
        assert all(told[f"a{n}"] == told[f"b{n}"] for n in range(20))
        assert len(set(told.values())) == 20


@pytest.mark.parametrize("kind", GIVE_IDS)
def test_the_session_id_of_the_reply_goes_along_with_the_next_message(kind: str) -> None:
    speaker = Speaker(kind, lambda *_: Said(["ok"], session="given"))
    meet(speaker, "ett", "två")
    assert [session for session, *_ in speaker.heard] == ["t1", "given"]


@pytest.mark.parametrize("kind", [*GIVE_IDS, "rasa", "directline"])
def test_the_session_id_of_another_conversation_is_the_bots_error(kind: str) -> None:
    async def go() -> None:
        speaker = Speaker(kind, lambda *_: Said(["ok"], session="same"))
        async with server(speaker.serve) as base:
            bot = speaker.bot(base)
            try:
                await converse(bot, conversation_id="one")
                await converse(bot, conversation_id="two")
            finally:
                await bot.close()

    with pytest.raises(BotError, match="session id of another conversation"):
        asyncio.run(go())


SIGNALS: dict[str, tuple[Said, dict[str, Any]]] = {
    "field": (Said(["Jag kopplar dig."], field={"target": "billing"}), {}),
    "tool": (Said(["Jag kopplar dig."], tool=("transfer", {"queue": "billing"})), {"tools": ["transfer"]}),
    "event": (Said(["Jag kopplar dig."], event=("liveAgentHandoff", {"queue": "billing"})), {
        "events": ["liveAgentHandoff"]}),
    "ended": (Said(["Jag kopplar dig."], ended=True), {"ended": True}),
}  # fmt: skip
KNOWN = {
    **dict.fromkeys(GIVE_IDS, ("field", "tool", "event", "ended")), **dict.fromkeys(sorted(ONE_TEXT), ("tool",)),
    "rasa": ("field", "event", "ended"), "directline": ("event", "ended"), "dialogflow_cx": ("event", "ended"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "signal"), [(kind, signal) for kind in KINDS for signal in KNOWN[kind]])
def test_each_signal_of_a_kind_is_one_hand_over_by_configuration(kind: str, signal: str) -> None:
    said, on = SIGNALS[signal]
    (reply,) = meet(Speaker(kind, lambda *_: said), handover_on=on)
    assert reply.handover is not None and reply.handover.executed
    assert reply.handover.target == (None if signal == "ended" else "billing")
    assert texts(reply)[0] == "Jag kopplar dig."
    if signal in {"tool", "event", "ended"}:
        elsewhere = {"tools": ["other"], "events": ["other"]}
        (plain,) = meet(Speaker(kind, lambda *_: said), handover_on=elsewhere)
        assert plain.handover is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "websocket"])
def test_a_busy_endpoint_is_asked_again_as_late_as_it_says(kind: str) -> None:
    calls: list[float] = []
    speaker = Speaker(kind, lambda *_: Said(["ok"]))

    async def busy_first(request: web.Request) -> web.StreamResponse:
        calls.append(asyncio.get_running_loop().time())
        if len(calls) == 1:
            return web.Response(status=429, headers={"Retry-After": "0.3"})
        return await speaker.serve(request)

    (reply,) = meet(speaker, handler=busy_first)
    assert texts(reply)[0] == "ok"
    assert calls[1] - calls[0] >= 0.29


@every_kind
def test_an_endpoint_that_stays_busy_is_infrastructure(kind: str) -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": "0"})

    with pytest.raises(InfrastructureError, match=r"503, also after retries|refused the WebSocket \(503\)"):
        meet(Speaker(kind, lambda *_: Said(["ok"])), handler=busy)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "directline"])
def test_an_oauth_token_goes_along(kind: str) -> None:
    speaker = Speaker(kind, lambda *_: Said(["ok"]))

    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            return web.json_response({"access_token": "tok"})
        return await speaker.serve(request)

    async def go() -> None:
        async with server(guarded) as base:
            oauth = {"token_url": f"{base}/token", "client_id": "me", "client_secret": "s"}
            await talk(speaker.bot(base, oauth=oauth), "ett", "två")

    asyncio.run(go())
    assert {headers.get("Authorization") for headers in speaker.headers} == {"Bearer tok"}


@pytest.mark.parametrize("kind", TAKE_HISTORY)
def test_a_pinned_history_goes_along(kind: str) -> None:
    speaker = Speaker(kind, lambda *_: Said(["ok"]))
    pinned = (Turn(role="customer", text="Hej"), Turn(role="bot", text="Hej! Vad gäller det?"))

    async def go() -> None:
        async with server(speaker.serve) as base:
            bot = speaker.bot(base)
            assert bot.takes_history
            async with bot.session(_context(pinned)) as session:
                await session.send(Turn(role="customer", text="Frakten"), pinned)
            await bot.close()

    asyncio.run(go())
    ((_, words, history),) = speaker.heard
    assert words == "Frakten"
    assert [turn.get("text", turn.get("content")) for turn in history] == ["Hej", "Hej! Vad gäller det?"]


def test_an_opening_frame_may_carry_the_pinned_history() -> None:
    speaker = Speaker("websocket", lambda *_: Said(["ok"]))
    pinned = (Turn(role="customer", text="Hej"),)

    async def go() -> None:
        async with server(speaker.serve) as base:
            request = {"message": "{{ message }}", "session_id": "{{ session_id }}"}
            bot = speaker.bot(base, request=request, open={"before": "{{ history }}"})
            assert bot.takes_history
            async with bot.session(_context(pinned)) as session:
                await session.send(Turn(role="customer", text="Frakten"), pinned)
            await bot.close()

    asyncio.run(go())
    assert speaker.heard[0][2] == {"before": [{"role": "customer", "text": "Hej"}]}


@pytest.mark.parametrize("kind", ["rasa", "directline", "dialogflow_cx"])
def test_a_kind_whose_protocol_holds_no_history_says_so(kind: str) -> None:
    assert not Speaker(kind, lambda *_: Said()).bot("http://127.0.0.1:1").takes_history


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        ({"url": "http://127.0.0.1/", "request": {"q": "{{ mesage }}"}}, r"request\.q"),
        ({"url": "http://127.0.0.1/{{ mesage }}"}, "url"),
        ({"kind": "sse", "url": "http://127.0.0.1/", "request": ["{{ mesage }}"]}, r"request\[0\]"),
        ({"kind": "sse", "url": "http://127.0.0.1/{{ mesage }}"}, "url"),
        ({"kind": "websocket", "url": "ws://127.0.0.1/", "request": {"q": "{{ mesage }}"}}, r"request\.q"),
        ({"kind": "websocket", "url": "ws://127.0.0.1/", "open": {"q": {"r": "{{ mesage }}"}}}, r"open\.q\.r"),
        ({"kind": "websocket", "url": "ws://127.0.0.1/{{ mesage }}"}, "url"),
        ({"url": "http://127.0.0.1/", "poll": {"url": "http://127.0.0.1/{{ mesage }}"}}, r"poll\.url"),
    ],
)
def test_a_template_that_names_an_unknown_variable_is_named_with_the_near_one(
    definition: dict[str, Any], place: str
) -> None:
    with pytest.raises(InputError, match=rf"bots\.b\.{place}: unknown variable 'mesage'; did you mean 'message'"):
        build_bot("b", {"b": definition})


def _context(history: tuple[Turn, ...]) -> Any:
    from evalkit.bots.door import SessionContext

    return SessionContext(conversation_id="t1", run_id="r1", language="sv", history=history)
