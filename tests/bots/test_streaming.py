"""A bot that streams: pieces become bubbles, times are taken, and what a cut leaves is kept."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from evalkit.bots.door import BrokenReply
from evalkit.bots.streams import Event, EventReader, LineReader
from evalkit.errors import BotError, InfrastructureError
from tests.bots.serving import Handler, ask, streaming, texts


def events(*bodies: object) -> list[bytes]:
    return [f"data: {b if isinstance(b, str) else json.dumps(b)}\n\n".encode() for b in bodies]


def stream(handler: Handler, **definition: Any) -> Any:
    return ask(handler, kind="sse", **{"reply": {"text": "t"}, **definition})[0]


def test_the_pieces_of_a_stream_are_one_bubble_with_two_times() -> None:
    reply = stream(streaming(*events({"t": "Hej "}, {"t": "på dig"}, "[DONE]"), gap_s=0.05))
    (turn,) = reply.turns
    assert turn.text == "Hej på dig"
    assert turn.first_token_ms is not None
    assert turn.latency_ms is not None
    assert turn.latency_ms - turn.first_token_ms >= 70


def test_json_lines_and_plain_text_are_streams_too() -> None:
    lines = [json.dumps({"t": part}).encode() + b"\n" for part in ("Hej ", "hej")]
    assert texts(stream(streaming(*lines, content_type="application/x-ndjson"), format="ndjson")) == ["Hej hej"]
    cut = "Välkommen åter".encode()
    assert texts(stream(streaming(cut[:2], cut[2:], content_type="text/plain"), format="text")) == ["Välkommen åter"]


def test_bubbles_signals_and_the_session_come_from_events() -> None:
    seen = []
    body = events(
        {"n": 1, "t": "Ett "}, {"n": 1, "t": "moment."}, {"n": 2, "t": "Jag kopplar dig."},
        {"tool": [{"name": "transfer", "arguments": {"target": "billing"}}], "sid": "s9"}, {"end": True},
    )  # fmt: skip

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append((await request.json())["session_id"])
        return await streaming(*body)(request)

    replies = ask(
        handler, "a", "b", kind="sse", bubble="n", done="end",
        reply={"text": "t", "tool_calls": "tool", "session_id": "sid"}, handover_on={"tools": ["transfer"]},
    )  # fmt: skip
    assert texts(replies[0]) == ["Ett moment.", "Jag kopplar dig."]
    assert replies[0].handover is not None
    assert replies[0].handover.target == "billing"
    assert seen == ["t1", "s9"]


@pytest.mark.parametrize(
    ("handler", "more", "said"),
    [
        (streaming(*events({"t": "Halva sva"}), cut=True), {}, "broke off"),
        (streaming(*events({"t": "Halva sva"})), {"done": "end"}, "before its last event"),
        (streaming(*events({"t": "Halva sva"}), b"data: {nope\n\n"), {}, "JSON"),
        (streaming(*events({"t": "Halva sva"}), b"data: \xff\xff\n\n"), {}, "UTF-8"),
        (streaming(*events({"t": "Halva sva"}), b"x" * 3000), {"max_reply_bytes": 2000}, "larger"),
        (streaming(*events({"t": "Halva sva"}), *([b": \n"] * 100), gap_s=0.02), {"timeouts": {"total_s": 0.3}}, "silent"),
    ],
)  # fmt: skip
def test_what_arrived_before_a_stream_broke_is_kept(handler: Handler, more: dict[str, Any], said: str) -> None:
    with pytest.raises(BrokenReply, match=said) as caught:
        stream(handler, **more)
    assert texts(caught.value.arrived) == ["Halva sva"]


@pytest.mark.parametrize(
    ("handler", "kind", "said"),
    [
        (streaming(b"{}", content_type="application/json"), BotError, "answered application/json, expected text/event"),
        (streaming(*events("[DONE]")), BotError, "no text"),
        (streaming(b""), BotError, "no text"),
        (streaming(*[b": keep\n"] * 50, gap_s=0.02), InfrastructureError, "in time"),
    ],
)
def test_a_stream_that_says_nothing_is_one_error(handler: Handler, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        stream(handler, timeouts={"total_s": 0.3})


def test_an_endless_stream_ends_at_the_limit_and_not_in_memory() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        piece = b'data: {"t": "' + b"x" * 60_000 + b'"}\n\n'
        try:
            for _ in range(20_000):  # a gigabyte
                await response.write(piece)
        except ConnectionError:
            sent.append(True)
        return response

    sent: list[bool] = []
    with pytest.raises(BrokenReply, match="larger"):
        stream(handler)


def test_ten_thousand_bubbles_are_no_conversation() -> None:
    body = events(*({"n": n, "t": "hej"} for n in range(10_000)))
    with pytest.raises(BotError, match="more than 200 bubbles"):
        stream(streaming(b"".join(body)), bubble="n")


def test_the_whatwg_rules_of_events_hold() -> None:
    reader = EventReader()
    data = b"\xef\xbb\xbf: note\r\nevent: add\rdata: a\ndata:b\r\n\r\nid: 7\ndata\n\ndata: last"
    assert [*reader.feed(data), *reader.end()] == [Event("a\nb", "add"), Event(""), Event("last")]


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), min_size=1)), st.data())
def test_any_cut_of_the_bytes_gives_the_same_lines_property(lines: list[str], data: st.DataObject) -> None:
    whole = "".join(f"{line}\r\n" for line in lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    reader, plain = LineReader(), LineReader()
    found = [e for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True) for e in reader.feed(whole[a:b])]
    assert [*found, *reader.end()] == [*plain.feed(whole), *plain.end()]


def test_conversations_that_stream_together_stay_apart() -> None:
    from evalkit.bots.definitions import build_bot
    from tests.bots.serving import server, talk

    async def handler(request: web.Request) -> web.StreamResponse:
        who = (await request.json())["session_id"]
        return await streaming(*events(*({"t": who} for _ in range(3))), gap_s=0.01)(request)

    async def many() -> list[str]:
        async with server(handler) as base:
            bots = [build_bot("b", {"b": {"kind": "sse", "url": base, "reply": {"text": "t"}}}) for _ in range(20)]
            found = await asyncio.gather(*(talk(bot, conversation_id=f"<{n}>") for n, bot in enumerate(bots)))
            return [texts(replies[0])[0] for replies in found]

    assert asyncio.run(many()) == [f"<{n}>" * 3 for n in range(20)]
