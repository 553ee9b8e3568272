"""The friction index: more trouble is more friction, and every value is finite."""

from __future__ import annotations

from math import isfinite

import pytest

from evalkit.scorers.satisfaction import FEATURES, features, friction

CALM = [{"role": "customer", "text": "Var är paketet?"}, {"role": "bot", "text": "Det kommer i morgon."},
        {"role": "customer", "text": "Tusen tack, toppen!"}]  # fmt: skip
ANGRY = [{"role": "customer", "text": "Var är paketet?"}, {"role": "bot", "text": "Jag förstår inte."},
         {"role": "customer", "text": "Det här är helt värdelöst, svara!!"}]  # fmt: skip


def test_trouble_is_friction_and_thanks_are_none() -> None:
    assert friction(CALM, "sv") < 30 < 60 < friction(ANGRY, "sv")


@pytest.mark.parametrize(
    "turns",
    [
        [], [{"role": "customer", "text": ""}], [{"role": "bot", "text": "Hej"}], [{"role": "customer", "text": "🙂🙂🙂"}],
        [{"role": "customer", "text": "a" * 100_000}],
        [{"role": "bot", "text": "Hej", "at": "2026-03-02"}, {"role": "customer", "text": "Hej", "at": "2026-03-01"}],
    ],
)  # fmt: skip
def test_odd_conversations_give_the_whole_vector(turns: list[dict[str, str]]) -> None:
    vector = features(turns)
    assert tuple(vector) == FEATURES
    assert all(isfinite(value) for value in vector.values())
    assert 0 <= friction(turns) <= 100
