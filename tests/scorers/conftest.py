"""Builds conversations in a line, and scores them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from evalkit.knowledge import Knowledge
from evalkit.model import Case, Conversation, Score, ScorerSpec, Turn
from evalkit.policy.loading import load_policy
from evalkit.scoring import World, build_scorers, gather, score

ROLES = {"c": "customer", "b": "bot", "h": "human"}


def talk(*said: str, **more: Any) -> Conversation:
    """A conversation of lines such as "c: Hej" and "b: Hej!"."""
    turns = tuple(Turn(role=ROLES[line[0]], text=line[2:].strip()) for line in said)  # type: ignore[arg-type]
    more.setdefault("started_at", datetime(2026, 6, 15, tzinfo=UTC))
    return Conversation(id="t", turns=turns, **more)


Judge = Callable[..., Score]


@pytest.fixture
def judge() -> Judge:
    """Scores one conversation with one scorer."""

    def judged(
        name: str,
        conversation: Conversation,
        case: Case | None = None,
        *,
        knowledge: Knowledge | None = None,
        settings: dict[str, Any] | None = None,
        **args: Any,
    ) -> Score:
        world = World(build_scorers([ScorerSpec(name=name, args=args)]), load_policy(settings), knowledge)
        found = score(conversation, case, gather(conversation, case, world), world.scorers)
        return next(s for s in found if s.scorer == name)

    return judged
