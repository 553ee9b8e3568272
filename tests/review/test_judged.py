"""What the judge says of a run is shown with its calibration on it, and not at all before people have checked it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.model import Conversation, Run, Score
from evalkit.review.judged import judged_rates
from evalkit.review.windows import OLDER
from evalkit.store.facts import facts_of
from evalkit.store.store import Store
from tests.review.test_calibration import stored


def unread(store: Store, identity: str, n: int, good: int) -> None:
    """A later run that the same judge was asked about and nobody read."""
    run = Run(id="later", release="1.5", status="finished")
    store.add_run(run)
    scored = []
    for i in range(n):
        talk = Conversation(id=f"l{i}", run_id="later")
        store.add_conversations([talk])
        data = {"good": {"need_met": i < good, "our_promise": True}, "identity": identity}
        score = Score(scorer="judge", verdict="pass", data=data)
        scored.append((talk.id, [score], facts_of(run, talk, [score], critical=False, n_zero=0)))
    store.add_scores("later", identity, scored)


@pytest.mark.parametrize(
    ("n", "state", "value"), [(30, "uncalibrated", None), (60, "shown", 2 / 3), (120, "voting", 2 / 3)]
)
def test_the_rate_of_a_run_that_people_read_carries_the_state(
    tmp_path: Path, n: int, state: str, value: float | None
) -> None:
    with Store.open(tmp_path / "s.db") as store:
        stored(store, "judge-a", n)
        (found,) = judged_rates(store, "r1", "judge-a")
    assert found.state == state
    if value is None:
        assert found.kpi.note == f"unreviewed judge score ({n} of 50 labels)"
    else:
        assert (found.kpi.value, found.kpi.note) == (pytest.approx(value), None)
        assert found.kpi.low is not None


def test_a_run_that_nobody_read_is_corrected_by_the_judges_known_errors(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        stored(store, "judge-a", 120)
        unread(store, "judge-a", 50, good=20)
        met, own = judged_rates(store, "later", "judge-a")
    assert (met.question, met.state, met.kpi.method) == ("need_met", "voting", OLDER)
    assert met.kpi.value == pytest.approx(0.4), "a judge without an error needs no correction"
    assert (own.question, own.state) == ("our_promise", "uncalibrated")
    assert own.kpi.note == "unreviewed judge score (people are not asked this)"


def test_a_judge_that_nobody_checked_and_a_run_without_a_judge_have_no_figure(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        stored(store, "judge-a", 120)
        unread(store, "judge-b", 50, good=20)
        found = judged_rates(store, "later", "judge-b")
        assert {one.state for one in found} == {"uncalibrated"}
        assert all(one.kpi.note and one.kpi.note.startswith("unreviewed") for one in found)
        run = Run(id="plain", release="1.6", status="finished")
        store.add_run(run)
        talk = Conversation(id="x", run_id="plain")
        score = Score(scorer="expect", verdict="pass")
        store.add_scores("plain", "k", [("x", [score], facts_of(run, talk, [score], critical=False, n_zero=0))])
        assert judged_rates(store, "plain", "k") == []


def test_answers_that_the_judge_could_not_give_are_a_cell_of_their_own(tmp_path: Path) -> None:
    from evalkit.review.calibration import Answered, answers_of, calibrate
    from evalkit.review.questions import asked_of_both
    from tests.review.test_calibration import held

    score = Score(scorer="judge", verdict="unsure", data={"good": {"a": True}, "open": ["b"]})
    assert answers_of(score) == [("a", True), ("b", None)]
    assert answers_of(None) == []
    plain = held(63, 7, 6, 24)
    assert plain.rate.n_total == 100
    open_too = calibrate("need_met", asked_of_both()["need_met"], [Answered(f"u{n}", None) for n in range(9)], {})
    assert (open_too.n, open_too.rate.n_total) == (0, 9)
