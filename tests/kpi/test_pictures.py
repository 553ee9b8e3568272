"""The tables behind the pictures: ladder, two axes, knee, waiting, coverage, broken trend lines."""

from __future__ import annotations

from typing import Any

import pytest

from evalkit.kpi.pictures import (
    automation_by_topic,
    breaks,
    knee,
    ladder,
    solved_by_satisfied,
    top_topics,
    top_topics_covered_rate,
    waiting_by_satisfaction,
)
from evalkit.model import Kpi
from evalkit.store.facts import Facts


def talk(number: int, **known: Any) -> Facts:
    return Facts(conversation_id=f"c{number}", source=known.pop("source", "production"), **known)


def test_the_shares_of_all_outcomes_add_up_to_one() -> None:
    outcomes = ["resolved_assumed", "abandoned", "escalated_dropped", "no_request", "resolved_confirmed"]
    found = ladder([talk(i, outcome=outcomes[i % 5]) for i in range(100)])
    assert sum(one.share for one in found) == pytest.approx(1)
    assert {one.name: one.n for one in found}["abandoned"] == 20
    assert ladder([]) == []


def test_happy_but_wrong_and_solved_but_unhappy_have_their_cells() -> None:
    rows = [talk(i, solved=int(i < 30), satisfied=int(i % 3 > 0)) for i in range(40)]
    found = solved_by_satisfied(rows)
    assert (found.by, found.n, found.solved_unhappy, found.happy_but_wrong) == ("survey", 40, 10, 6)
    guessed = solved_by_satisfied([talk(i, solved=1, satisfaction=i / 40) for i in range(40)])
    assert (guessed.by, guessed.solved_satisfied, guessed.solved_unhappy) == ("estimate", 20, 20)


def topics(satisfied: Any) -> list[Facts]:
    rows = []
    for topic in range(9):
        automation = 0.1 * (topic + 1)
        for i in range(100):
            alone = int(i < 100 * automation)
            rows.append(
                talk(len(rows), topic=f"t{topic}", handled_by="ai", contained=alone, outcome="resolved_assumed",
                     satisfied=int((i * 37) % 100 < 100 * satisfied(automation)))
            )  # fmt: skip
    return rows


def test_the_knee_is_found_where_satisfaction_begins_to_fall() -> None:
    found = knee(automation_by_topic(topics(lambda a: 0.8 if a <= 0.5 else 0.8 - (a - 0.5))))
    assert found is not None
    assert found.automation_rate == pytest.approx(0.5, abs=0.1)
    assert found.slope_after < -0.5 < found.slope_before


@pytest.mark.parametrize("line", [lambda a: 0.8, lambda a: 0.9 - 0.5 * a, lambda a: 0.4 + 0.4 * a])
def test_a_straight_line_has_no_knee(line: Any) -> None:
    assert knee(automation_by_topic(topics(line))) is None


def test_waiting_and_satisfaction_stand_side_by_side() -> None:
    rows = [
        talk(i, first_substantive_ms=1000.0 * (5 if i % 2 else 100), satisfied=int(i % 2 or i % 4 == 0))
        for i in range(100)
    ]
    short, middle, long, _ = waiting_by_satisfaction(rows)
    assert short.satisfied is not None and short.satisfied.rate == 1.0
    assert middle.satisfied is None and middle.n == 0
    assert long.satisfied is not None and long.satisfied.rate == 0.5


def test_the_most_frequent_questions_show_what_tests_them() -> None:
    production = [talk(i, topic=("refund", "refund", "login", "rare")[i % 4]) for i in range(80)]
    replay = [talk(i, source="replay", case_id=f"k{i % 3}", topic="refund", passed=1) for i in range(9)]
    found = top_topics(production, replay, 2)
    assert [(one.topic, one.share, one.n_cases) for one in found] == [("refund", 0.5, 3), ("login", 0.25, 0)]
    assert top_topics_covered_rate(found) == pytest.approx(2 / 3)
    assert top_topics_covered_rate([]) is None


def test_a_trend_line_breaks_where_the_definition_or_the_scorers_change() -> None:
    def point(version: str, key: str) -> tuple[str, Kpi, str]:
        return "w", Kpi(name="x", value=1.0, definition_version=version), key

    assert breaks([point("1", "a"), point("1", "a"), point("2", "a"), point("2", "b")]) == [2, 3]
