"""Each slice and week as reviewers judge it, and a week that nobody labelled from the machine's known errors."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from evalkit.model import Kpi, Review, Run
from evalkit.review.questions import questions
from evalkit.review.windows import OLDER, Labelled, Window, labelled, reviewed_slices
from evalkit.store.columns import columns_of
from evalkit.store.facts import Facts
from evalkit.store.store import Store

RESOLVED = questions(["resolved"])[0]


def rows(week: int, n: int, *, good: int, language: str = "sv") -> list[Facts]:
    return [
        Facts(
            conversation_id=f"{week}-{language}-{i}", source="production", week=f"2026-W{week:02}", language=language,
            solved=int(i < good), subject_key=f"p{week}-{i}",
        )
        for i in range(n)
    ]  # fmt: skip


def by_hand(some: list[Facts], n_good: int, n_bad: int, *, people: tuple[float, float] = (0.9, 0.2)) -> list[Labelled]:
    """Labels of some rows that the machine calls good and bad, with the share of a yes among each."""
    good, bad = [r for r in some if r.solved], [r for r in some if not r.solved]
    found = []
    for side, n, share in ((good, n_good, people[0]), (bad, n_bad, people[1])):
        found += [Labelled(row, i < round(share * n), len(side) / n) for i, row in enumerate(side[:n])]
    return found


def kpi_of(found: list[Window], **labels: str) -> Kpi:
    return next(one.kpi for one in found if labels.items() <= one.labels.items())


def test_the_weights_of_the_draw_undo_that_bad_ones_are_read_more_often() -> None:
    week = rows(10, 1_000, good=700)
    (one,) = reviewed_slices(columns_of(week), by_hand(week, 30, 70), RESOLVED, ["language"])
    assert one.kpi.value == pytest.approx(0.7 * 0.9 + 0.3 * 0.2)
    assert one.kpi.low is not None and one.kpi.high is not None and one.kpi.low < 0.69 < one.kpi.high
    assert (one.n, one.kpi.n, one.kpi.coverage_rate) == (1_000, 100, 0.1)


def test_a_slice_with_fewer_than_twenty_labels_shows_no_rate() -> None:
    swedish, finnish = rows(10, 400, good=300), rows(10, 100, good=60, language="fi")
    labels = by_hand(swedish, 20, 20) + by_hand(finnish, 10, 9)
    found = reviewed_slices(columns_of(swedish + finnish), labels, RESOLVED, ["language"])
    assert kpi_of(found, language="sv").value == pytest.approx(0.75 * 0.9 + 0.25 * 0.2)
    few = kpi_of(found, language="fi")
    assert (few.value, few.note) == (None, "not enough reviews (19 of 20 labels)")


def test_wild_weights_count_as_few_labels() -> None:
    week = rows(10, 1_000, good=700)
    labels = [Labelled(row, True, 1_000.0 if i == 0 else 1.0) for i, row in enumerate(week[:25])]
    (one,) = reviewed_slices(columns_of(week), labels, RESOLVED, ["language"])
    assert one.kpi.value is None or one.kpi.n == 25
    assert one.kpi.note is not None, "one conversation stands for nearly all the others"


def test_a_week_without_labels_is_estimated_from_the_eight_weeks_before_and_marked() -> None:
    weeks = [rows(w, 500, good=350) for w in (10, 11, 12)] + [rows(13, 500, good=250), rows(30, 500, good=250)]
    labels = [one for week in weeks[:3] for one in by_hand(week, 30, 30)]
    found = reviewed_slices(columns_of([r for week in weeks for r in week]), labels, RESOLVED, ["week"])
    assert [one.is_older for one in found] == [False, False, False, True, False]
    later = kpi_of(found, week="2026-W13")
    # Of those the machine calls good 90 % are, of the others 20 %: its errors hold while its verdicts move.
    sensitivity, specificity = 0.63 / 0.69, 0.24 / 0.31
    assert later.value == pytest.approx((0.5 + specificity - 1) / (sensitivity + specificity - 1), abs=1e-3)
    assert (later.method, later.n) == (OLDER, 180)
    assert later.low is not None and later.high is not None and later.high - later.low > 0.1
    assert kpi_of(found, week="2026-W30").note == "not enough reviews (0 of 20 labels)", "eight weeks, no longer"


def test_a_machine_that_tells_nothing_lends_no_estimate() -> None:
    weeks = [rows(10, 500, good=350), rows(11, 500, good=350)]
    labels = by_hand(weeks[0], 40, 40, people=(0.5, 0.5))
    found = reviewed_slices(columns_of(weeks[0] + weeks[1]), labels, RESOLVED, ["week"])
    assert kpi_of(found, week="2026-W11").value is None


def test_weekly_estimates_cover_the_truth_of_a_simulated_quarter() -> None:
    random, covered, n = Random(5), 0, 0
    for _ in range(60):
        weeks = [rows(w, 300, good=210) for w in (20, 21, 22, 23)]
        labels = []
        for week in weeks:
            truth = {r.conversation_id: random.random() < (0.9 if r.solved else 0.2) for r in week}
            good, bad = [r for r in week if r.solved], [r for r in week if not r.solved]
            for side, k in ((good, 40), (bad, 40)):
                labels += [Labelled(r, truth[r.conversation_id], len(side) / k) for r in random.sample(side, k)]
        for one in reviewed_slices(columns_of([r for week in weeks for r in week]), labels, RESOLVED, ["week"]):
            assert one.kpi.low is not None and one.kpi.high is not None
            covered += one.kpi.low <= 0.69 <= one.kpi.high
            n += 1
    assert covered / n >= 0.93


def test_labels_are_read_from_the_store_with_their_draw_and_hand_picked_ones_stay_out(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        run = Run(id="r", release="1", source="production", status="finished")
        store.add_run(run)
        week = rows(10, 30, good=20)
        store.add_scores("r", "k", [(row.conversation_id, [], row) for row in week])
        for i, row in enumerate(week):
            store.add_review(
                Review(
                    id=f"v{i}", conversation_id=row.conversation_id, question="resolved", reviewer="ann",
                    label="unsure" if i == 1 else "yes", inclusion_probability=None if i == 0 else 0.25,
                )
            )  # fmt: skip
        found = labelled(store, [(run, "k")], RESOLVED)
    assert len(found) == 28
    assert {one.weight for one in found} == {4.0}


def test_what_reviewers_say_has_a_chart_of_its_own() -> None:
    from evalkit.reporting.drifting import as_text, reviewed

    weeks = [rows(w, 300, good=210) for w in range(10, 22)]
    labels = []
    for number, week in enumerate(weeks):
        # The machine sees nothing; people find its good ones worse in the last weeks.
        labels += by_hand(week, 40, 40, people=(0.9 if number < 9 else 0.6, 0.2))
    found = reviewed_slices(columns_of([r for week in weeks for r in week]), labels, RESOLVED, ["week"])
    (chart,) = reviewed(found, "ewma", {})
    assert (chart.name, chart.source, len(chart.weeks)) == ("resolved_reviewed_rate", "production", 12)
    assert chart.said.startswith("alarm") and chart.weeks_out
    assert set(chart.weeks_out) <= {"2026-W19", "2026-W20", "2026-W21"}
    assert "resolved, as reviewers judge it" in as_text([chart], [])
    labels = [one for one in labels if one.row.week not in {"2026-W20", "2026-W21"}]
    found = reviewed_slices(columns_of([r for week in weeks for r in week]), labels, RESOLVED, ["week"])
    assert sum(one.is_older for one in found) == 2
    (shorter,) = reviewed(found, "ewma", {})
    assert len(shorter.weeks) == 10, "an estimate from older labels is no news of its week"
