"""Only changes that are no chance get colour."""

from __future__ import annotations

from random import Random

from evalkit.comparison.slopes import coloured, slopes
from evalkit.store.facts import Facts


def rows(chance: dict[str, float], *, seed: int, n: int = 40, cases: bool = True) -> list[Facts]:
    random = Random(seed)
    return [
        Facts(
            conversation_id=f"{topic}{i}", case_id=f"{topic}{i}" if cases else None, topic=topic,
            passed=int(random.random() < share), source="replay" if cases else "production",
        )
        for topic, share in chance.items()
        for i in range(n)
    ]  # fmt: skip


def test_a_topic_that_fell_is_worse_and_the_others_are_the_same() -> None:
    before = rows({"refund": 0.95, "order": 0.9, "delivery": 0.9}, seed=1)
    after = rows({"refund": 0.3, "order": 0.9, "delivery": 0.9}, seed=1)
    assert {slope.name: slope.verdict for slope in slopes(before, after, "topic")} == {
        "refund": "worse", "order": "same", "delivery": "same",
    }  # fmt: skip


def test_production_without_cases_is_tested_as_two_independent_shares() -> None:
    before = rows({"refund": 0.95, "order": 0.5}, seed=1, cases=False)
    after = rows({"refund": 0.95, "order": 0.95}, seed=2, cases=False)
    assert [(s.name, s.verdict) for s in coloured(slopes(before, after, "topic"))] == [("order", "better")]


def test_twenty_topics_that_did_not_move_give_hardly_a_false_alarm() -> None:
    chance = {f"t{number}": 0.8 for number in range(20)}
    alarms = [len(coloured(slopes(rows(chance, seed=s), rows(chance, seed=s + 100), "topic"))) for s in range(10)]
    assert sum(1 for n in alarms if n) <= 2


def test_two_cases_are_shown_and_never_judged() -> None:
    found = slopes(rows({"refund": 1.0}, seed=1, n=2), rows({"refund": 0.0}, seed=1, n=2), "topic")
    assert all(slope.verdict == "" for slope in found)
