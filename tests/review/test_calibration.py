"""The judge against people: what its answers are worth, and when it may vote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evalkit.model import Conversation, Review, Run, Score
from evalkit.review.calibration import Answered, Calibration, calibrate, calibrations, earned_votes
from evalkit.review.questions import asked_of_both
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

DAY = datetime(2026, 3, 2, tzinfo=UTC)
RESOLVED = asked_of_both()["need_met"]


def held(
    both_good: int, judge_only: int, people_only: int, both_bad: int, unlabelled: tuple[int, int] = (0, 0)
) -> Calibration:
    answers, labels = [], {}
    rows = (
        [(True, True)] * both_good
        + [(True, False)] * judge_only
        + [(False, True)] * people_only
        + [(False, False)] * both_bad
    )
    for n, (judge, person) in enumerate(rows):
        answers.append(Answered(f"c{n}", judge))
        labels[f"c{n}", "resolved"] = Review(
            id=f"r{n}", conversation_id=f"c{n}", question="resolved", reviewer="ann", label="yes" if person else "no",
            inclusion_probability=0.5, at=DAY + timedelta(days=n // 10),
        )  # fmt: skip
    answers += [Answered(f"g{n}", True) for n in range(unlabelled[0])]
    answers += [Answered(f"b{n}", False) for n in range(unlabelled[1])]
    return calibrate("need_met", RESOLVED, answers, labels)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ((20, 2, 2, 25), "uncalibrated"), ((24, 2, 2, 24), "shown"), ((45, 5, 5, 44), "shown"),
        ((45, 5, 5, 45), "voting"), ((30, 25, 20, 30), "shown"),
    ],
)  # fmt: skip
def test_a_judge_votes_from_100_labels_with_a_kappa_of_point_six(counts: tuple[int, int, int, int], state: str) -> None:
    assert held(*counts).state == state


def test_the_judged_rate_is_corrected_by_the_labels() -> None:
    found = held(63, 7, 6, 24, unlabelled=(1438 - 70, 562 - 30))
    assert found.rate.value == pytest.approx(0.7033, abs=1e-4)
    assert (found.rate.low, found.rate.high) == (pytest.approx(0.6322, abs=1e-4), pytest.approx(0.7658, abs=1e-4))
    assert found.rate.note is None
    assert 60 < found.n_more_labels < 100, "half a width of 6.7 points with 100 labels: some 80 more for five"


def test_before_50_labels_the_rate_says_that_nobody_reviewed_it() -> None:
    found = held(10, 1, 1, 10, unlabelled=(100, 100))
    assert found.rate.note == "unreviewed judge score (22 of 50 labels)"
    assert found.n_more_labels == 28


def test_sensitivity_and_specificity_are_of_the_peoples_labels() -> None:
    found = held(63, 7, 6, 24)
    assert found.sensitivity is not None and found.sensitivity.rate == pytest.approx(0.91304, abs=1e-4)
    assert found.specificity is not None and found.specificity.rate == pytest.approx(0.77419, abs=1e-4)
    assert found.kappa is not None and found.kappa.value == pytest.approx(0.6934, abs=1e-3)


def stored(store: Store, identity: str, n: int, *, judged: str = "need_met", people: str = "resolved") -> None:
    run = Run(id="r1", release="1.4", status="finished")
    store.add_run(run)
    talks = [Conversation(id=f"c{i}", run_id="r1", language="sv" if i % 2 else "fi") for i in range(n)]
    store.add_conversations(talks)
    scored = []
    for i, talk in enumerate(talks):
        score = Score(scorer="judge", verdict="pass", data={"good": {judged: i % 3 > 0}, "identity": identity})
        scored.append((talk.id, [score], facts_of(run, talk, [score], critical=False, n_zero=0)))
    store.add_scores("r1", identity, scored)
    for i in range(n):
        label = "yes" if i % 3 > 0 else "no"
        store.add_review(
            Review(
                id=f"v{i}",
                conversation_id=f"c{i}",
                question=people,
                reviewer="ann",
                label=label,
                at=DAY,
                inclusion_probability=0.2,
            )  # fmt: skip
        )


def test_votes_are_read_from_the_store_and_another_judge_starts_from_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        stored(store, "judge-a", 120)
        assert earned_votes(store, "judge-a") == ("need_met",)
        assert earned_votes(store, "judge-b") == ()
        by_language = {c.language: c.n for c in calibrations(store, "judge-a", by_language=True)}
        assert by_language == {None: 120, "sv": 60, "fi": 60}


def test_three_people_who_share_conversations_tell_whether_the_judge_may_stand_in(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        stored(store, "judge-a", 60)
        (alone,) = calibrations(store, "judge-a")
        assert alone.stands_in is None
        for who in ("bo", "cy"):
            for i in range(60):
                label = "yes" if (i % 3 > 0) != (who == "bo" and i < 6) else "no"
                store.add_review(
                    Review(
                        id=f"{who}{i}", conversation_id=f"c{i}", question="resolved", reviewer=who, label=label, at=DAY
                    )
                )
        (found,) = calibrations(store, "judge-a")
        assert found.stands_in is not None
        assert (found.stands_in.n, found.stands_in.may_replace) == (60, True)


def test_weeks_in_which_the_judge_leaves_people_are_an_alarm() -> None:
    def over(weeks: list[int]) -> Calibration:
        answers, labels = [], {}
        for week, n_wrong in enumerate(weeks):
            for i in range(20):
                name = f"w{week}-{i}"
                answers.append(Answered(name, i % 2 == 0))
                agrees = i >= n_wrong
                labels[name, "resolved"] = Review(
                    id=name, conversation_id=name, question="resolved", reviewer="ann",
                    label="yes" if (i % 2 == 0) == agrees else "no", inclusion_probability=0.5,
                    at=DAY + timedelta(weeks=week),
                )  # fmt: skip
        return calibrate("need_met", RESOLVED, answers, labels)

    assert over([1, 2, 1, 1, 2, 1, 2, 1, 10, 12]).drifts
    assert not over([1, 2, 1, 1, 2, 1, 2, 1, 2, 1]).drifts
    assert over([1, 2, 10]).drift is None, "three weeks show no drift"
