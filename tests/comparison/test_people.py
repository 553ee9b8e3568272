"""AI against people: the naive number misleads where the AI got the easy questions."""

from __future__ import annotations

import pytest

from evalkit.comparison.people import people_gap
from evalkit.store.facts import Facts


def rows(topic: str, handled_by: str, solved: int, n: int) -> list[Facts]:
    return [
        Facts(conversation_id=f"{topic}{handled_by}{i}", topic=topic, handled_by=handled_by, solved=int(i < solved))
        for i in range(n)
    ]


DESK = [
    *rows("order_status", "ai", 644, 700), *rows("order_status", "human", 95, 100), *rows("refund", "ai", 120, 200),
    *rows("refund", "human", 210, 300), *rows("technical", "ai", 35, 100), *rows("technical", "human", 270, 600),
]  # fmt: skip


def test_people_win_on_every_topic_although_the_naive_gap_says_the_opposite() -> None:
    found = people_gap(DESK, "solved")
    assert found is not None
    assert found.gap.naive == pytest.approx(0.224)
    assert found.gap.value == pytest.approx(-0.051)
    assert [round(x, 4) for x in (found.gap.low, found.gap.high)] == [-0.0896, -0.0124]
    assert found.gap.mix_effect == pytest.approx(0.296, abs=5e-4)
    assert all(s.ai.rate < s.human.rate for s in found.strata)
    assert [s.stratum[0] for s in found.strata] == ["order_status", "refund", "technical"]
    assert (found.n_ai, found.n_human) == (1000, 1000)


def test_a_conversation_that_the_bot_began_belongs_to_the_ai() -> None:
    assisted = [*rows("refund", "ai_assisted", 10, 20), *rows("refund", "human", 15, 20)]
    found = people_gap(assisted, "solved")
    assert found is not None
    assert (found.n_ai, found.n_human) == (20, 20)


def test_what_only_one_side_met_is_told_and_without_a_shared_topic_there_is_no_gap() -> None:
    found = people_gap([*DESK, *rows("complaint", "human", 400, 500)], "solved")
    assert found is not None
    assert found.gap.support_rate == pytest.approx(2000 / 2500)
    assert people_gap(rows("refund", "ai", 5, 9) + rows("refund", "human", 5, 9), "solved") is None
    assert people_gap([*rows("refund", "ai", 5, 30), *rows("returns", "human", 5, 30)], "solved") is None
