"""Recorded answers replay with no network, whatever marker the call carries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import InputError, JudgeError
from evalkit.judge.cassette import Cassette
from evalkit.judge.client import Completion
from evalkit.judge.protocol import answer_schema, parse_answers, prompt
from tests.judge.conftest import MET, PARCEL


class Model:
    """Answers like a model would, with the marker of the call."""

    async def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> Completion:
        assert schema is not None
        check = schema["properties"]["check"]["enum"][0]
        answers = [{"id": "met", "answer": "yes", "quote": "kommer på torsdag"}]
        return Completion(json.dumps({"check": check, "answers": answers}, ensure_ascii=False), "m", 10, 5, 99)


def asked(cassette: Cassette, marker: str) -> Completion:
    messages = prompt(PARCEL.turns, [MET], language="sv", evidence={}, marker=marker)
    return asyncio.run(cassette.complete(messages, answer_schema([MET], marker)))


def test_a_recording_answers_a_later_call_with_another_marker(tmp_path: Path) -> None:
    path = tmp_path / "judge.jsonl"
    first = asked(Cassette(path, Model()), "aaaa")
    later = asked(Cassette(path), "bbbb")
    assert "aaaa" in first.text and "bbbb" in later.text
    (answer,) = parse_answers(later.text, PARCEL.turns, [MET], marker="bbbb")
    assert answer.status == "answered"
    assert "\\u00" not in path.read_text(encoding="utf-8")


def test_a_miss_and_a_missing_or_broken_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "judge.jsonl"
    with pytest.raises(InputError, match="no such cassette"):
        Cassette(path)
    path.write_text("")
    with pytest.raises(JudgeError, match="holds no answer"):
        asked(Cassette(path), "m")
    path.write_text('{"key": "x"}\n')
    with pytest.raises(InputError, match=r"judge\.jsonl:1"):
        Cassette(path)
