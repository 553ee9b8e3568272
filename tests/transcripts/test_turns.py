"""Plain turns become a conversation; what cannot be read is named or left unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import InputError
from evalkit.model import ScorerSpec
from evalkit.scoring import World, build_scorers, gather, score
from evalkit.transcripts import conversation_of
from tests.quality.measures import rows


def test_roles_times_and_tool_calls_are_read() -> None:
    call = {"function": {"name": "refund", "arguments": '{"order": 7}'}}
    talk = conversation_of(
        [
            {"role": "user", "text": "Hej", "at": "2026-03-01T10:00:00+01:00"},
            {"role": "assistant", "text": "Klart", "at": 1772355660, "tool_calls": [call]},
            {"role": "agent", "text": "Anna här", "at": "i går"},
            {"role": "martian", "text": "?"},
        ]
    )
    assert [turn.role for turn in talk.turns] == ["customer", "bot", "human", "system"]
    assert talk.turns[0].at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert talk.turns[1].tool_calls[0].arguments == {"order": 7}
    assert talk.turns[2].at is None
    assert talk.handovers[0].accepted_turn == 2


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ("hej", "turn 1 is no mapping"),
        ({"rolle": "bot"}, "turn 1 has no role; did you mean 'role'?"),
        ({"role": "bot", "tool_calls": [{}]}, "turn 1: a tool call needs a name"),
    ],
)
def test_a_turn_that_cannot_be_read_is_named(turn: Any, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        conversation_of([turn])


@pytest.mark.parametrize("turns", [[], [{"role": "bot", "text": ""}], [{"role": "customer", "text": "🙂🙂"}]])
def test_odd_conversations_are_scored_without_an_error(turns: list[dict[str, str]]) -> None:
    assert all(found.verdict != "error" for found in _scored(turns))


def test_real_transcripts_load_and_are_scored_without_an_error(labelled_data: Path) -> None:
    found = rows(labelled_data / "tau_traj.jsonl")
    assert len(found) == 484
    for row in found:
        assert all(score_.verdict != "error" for score_ in _scored(tau_turns(row["turns"])))


def tau_turns(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns with each action as a tool call of the bot turn that follows it."""
    out: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    for turn in turns:
        if turn["role"] == "agent_action":
            calls.append({"name": turn["name"], "args": turn.get("args")})
        elif turn["role"] == "agent":
            out.append({"role": "bot", "text": turn["text"], "tool_calls": calls})
            calls = []
        elif turn["role"] == "customer":
            out.append({"role": "customer", "text": turn["text"]})
    if calls:
        out.append({"role": "bot", "text": "", "tool_calls": calls})
    return out


def _scored(turns: list[dict[str, Any]]) -> list[Any]:
    names = ("privacy", "compliance", "escalation", "loops", "language", "resolution", "correctness")
    world = World(scorers=build_scorers([ScorerSpec(name=name) for name in names]))
    talk = conversation_of(turns)
    return score(talk, None, gather(talk, None, world), world.scorers)
