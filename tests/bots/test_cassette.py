"""A recorded bot answers the same again without being asked, and says what is missing from its tape."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import BrokenReply, Reply
from evalkit.bots.streaming import StreamBot
from evalkit.errors import BotError, InfrastructureError, InputError
from tests.bots.serving import converse, server, streaming, talk, texts

ASKED: list[str] = []


def echo(text: str, history: object) -> dict[str, Any]:
    ASKED.append(text)
    if text == "bom":
        raise ValueError
    return {"text": [text.upper(), str(len(ASKED))], "handover": "support" if text == "tack" else None}


def bot(tape: Path, mode: str = "replay", **others: Any) -> Any:
    definitions: dict[str, Any] = {
        "mine": {"kind": "python", "target": f"{__name__}:echo"},
        "tape": {"kind": "cassette", "tape": str(tape), "mode": mode, "bot": "mine"},
        **others,
    }
    return build_bot("tape", definitions)


def say(made: Any, *messages: str, **context: Any) -> list[Reply]:
    return asyncio.run(talk(made, *messages, **{"case_id": "c1", **context}))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    ASKED.clear()
    path = tmp_path / "tapes" / "mine.jsonl"
    recorder = bot(path, "record")

    async def both() -> None:
        await converse(recorder, "hej", "var är min order", case_id="c1")
        await converse(recorder, "hej", "tack", case_id="c2")
        await recorder.close()

    asyncio.run(both())
    return path


def test_what_was_recorded_is_replayed_with_nobody_asked(tape: Path) -> None:
    n = len(ASKED)
    first, second = say(bot(tape), "hej", "tack", case_id="c2")
    assert (texts(first), texts(second)) == (["HEJ", "3"], ["TACK", "4"])
    assert second.handover is not None and second.handover.target == "support"
    assert second.turns[0].latency_ms is not None
    assert len(ASKED) == n
    # Two cases began with the same word; each gets its own reply, a third that of the first.
    assert texts(say(bot(tape), "hej")[0]) == ["HEJ", "1"]
    assert texts(say(bot(tape), "hej", case_id="other")[0]) == ["HEJ", "1"]


@pytest.mark.parametrize(
    ("messages", "context", "said"),
    [
        (
            ("hej", "var är min bestallning"),
            {},
            "turn 2: the nearest is of case 'c1'.*customer turn 2, at character 12",
        ),
        (
            ("hej", "tack", "hej då"),
            {"case_id": "c2"},
            "turn 3: the nearest is of case 'c2'.*ends after 2 customer turns",
        ),
        (("hallå",), {}, "turn 1: .*customer turn 1, at character 2"),
        (("hej",), {"language": "fi"}, "differs in language, channel, history or context"),
    ],
)
def test_a_miss_names_the_nearest_recording_and_the_first_difference(
    tape: Path, messages: tuple[str, ...], context: dict[str, Any], said: str
) -> None:
    with pytest.raises(InfrastructureError, match=said) as caught:
        say(bot(tape), *messages, **context)
    assert "order" not in str(caught.value)


def test_only_what_is_missing_is_asked_in_mode_new_and_the_bot_hears_all_of_it(tape: Path) -> None:
    n = len(ASKED)
    replies = say(bot(tape, "new"), "hej", "och frakten", case_id="c1")
    assert ASKED[n:] == ["hej", "och frakten"]
    assert texts(replies[0]) == ["HEJ", "1"]
    assert texts(say(bot(tape), "hej", "och frakten", case_id="c1")[1]) == texts(replies[1])
    lines = [json.loads(line) for line in tape.read_text("utf-8").splitlines()]
    assert len(lines) == 5


def test_trials_of_a_case_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    recorder = bot(path, "record")

    async def three() -> list[list[str]]:
        found = [texts((await converse(recorder, "hej", case_id="c", trial=n))[0]) for n in range(3)]
        await recorder.close()
        return found

    recorded = asyncio.run(three())
    assert [texts(say(bot(path), "hej", case_id="c", trial=n)[0]) for n in range(3)] == recorded


def test_an_error_is_recorded_too_with_what_arrived(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    with pytest.raises(BotError, match="raised ValueError"):
        say(bot(path, "record"), "bom")
    with pytest.raises(BotError, match="raised ValueError"):
        say(bot(path), "bom")

    async def cut() -> None:
        async with server(streaming(b'data: {"t": "Halva"}\n\n', cut=True)) as base:
            mine = {"kind": "sse", "url": base, "reply": {"text": "t"}}
            assert isinstance(build_bot("mine", {"mine": mine}), StreamBot)
            await talk(bot(path, "record", mine=mine), "hej")

    with pytest.raises(BrokenReply):
        asyncio.run(cut())
    with pytest.raises(BrokenReply) as caught:
        say(bot(path), "hej")
    assert texts(caught.value.arrived) == ["Halva"]


def test_a_changed_tape_is_another_bot(tape: Path) -> None:
    before = bot(tape).identity
    assert bot(tape).identity == before
    tape.write_bytes(tape.read_bytes() + tape.read_bytes().splitlines(keepends=True)[0])
    assert bot(tape).identity != before


def test_a_tape_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    with pytest.raises(InputError, match="does not exist; record it"):
        bot(path)
    path.write_text('{"case": "c", "said": ["x"]}\n{"nope"\n')
    with pytest.raises(InputError, match=r"t\.jsonl:2: no recording"):
        bot(path)
    with pytest.raises(InputError, match=r"bots\.tape\.bot"):
        build_bot("tape", {"tape": {"kind": "cassette", "tape": str(path), "mode": "record"}})
    with pytest.raises(InputError, match="unknown bot 'b'"):
        loops = {"a": {"kind": "cassette", "tape": "t", "mode": "new", "bot": "b"}}
        build_bot("a", {**loops, "b2": {"kind": "cassette", "tape": "t", "mode": "new", "bot": "a"}})
