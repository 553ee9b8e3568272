"""Two releases are compared case by case where they can be, on one mix where not, and refused where nothing fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.comparison.result import Delta
from evalkit.comparison.strategies import compare
from evalkit.errors import InputError
from evalkit.model import Run
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun, read_scored, shared_key
from evalkit.store.store import Store
from tests.scored_runs import a_case, scored_run, store_run

STEADY = {f"c{n:03}": [1, 1, 1] for n in range(60)}


def delta(comparison: object, name: str) -> Delta:
    return next(d for d in comparison.deltas if d.name == name)  # type: ignore[attr-defined]


def test_cases_that_break_are_named_and_the_rate_is_paired() -> None:
    after = {**STEADY, **{f"c{n:03}": [0, 0, 0] for n in range(9)}}
    found = compare(scored_run("1.4", STEADY), scored_run("1.5", after))
    assert [change.case_id for change in found.of_kind("broke")] == [f"c{n:03}" for n in range(9)]
    moved = delta(found, "pass_rate")
    assert moved.direction == "worse"
    assert moved.difference == pytest.approx(-0.15)
    assert moved.low < -0.15 < moved.high < 0
    assert found.sentence == "1.5 against 1.4: worse in passed all checks; 9 cases broke, 0 were fixed."


def test_chance_is_called_chance_and_both_outcomes_are_called_flaky() -> None:
    after = {**STEADY, "c000": [1, 0, 1]}
    found = compare(scored_run("1.4", STEADY), scored_run("1.5", after))
    assert delta(found, "pass_rate").direction == "same"
    assert [change.case_id for change in found.of_kind("flaky")] == ["c000"]
    assert "no number moved beyond chance" in found.sentence


def test_a_slower_bot_is_told_as_a_share_of_what_it_took() -> None:
    found = compare(scored_run("1.4", STEADY, latency_p90_ms=400.0), scored_run("1.5", STEADY, latency_p90_ms=500.0))
    slower = delta(found, "latency_p90_ms")
    assert slower.direction == "worse"
    assert slower.difference == pytest.approx(0.25)
    assert slower.before == pytest.approx(400)


def test_a_case_with_other_lines_or_checks_is_left_out_and_told() -> None:
    cases = {id_: a_case(id_) for id_ in STEADY}
    changed = {**cases, "c000": a_case("c000", language="sv"), "c001": a_case("c001", line=99, title="moved")}
    found = compare(scored_run("1.4", STEADY, cases=cases), scored_run("1.5", STEADY, cases=changed))
    assert delta(found, "pass_rate").n == 59
    assert any("1 cases changed" in note for note in found.notes)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (scored_run("1.5", {f"x{n}": [1] for n in range(30)}), "no case in common"),
        (scored_run("1.5", STEADY, key="other"), "not scored the same way"),
        (scored_run("1.4", STEADY), "name another release"),
        (scored_run("1.5", STEADY, run={"source": "production"}), "production with production"),
        (scored_run("1.5", STEADY, cases={i: a_case(i, language="fi") for i in STEADY}), "were changed in between"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(after: ScoredRun, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(scored_run("1.4", STEADY), after)


def test_nan_and_errors_stay_out_of_a_mean() -> None:
    broken = {**STEADY, "c000": [None, 1, 1]}
    found = compare(scored_run("1.4", STEADY, friction=float("nan")), scored_run("1.5", broken, friction=float("nan")))
    assert "friction" not in {d.name for d in found.deltas}
    assert delta(found, "pass_rate").difference == 0
    assert any("1 of 180 conversations of 1.5 broke" in note for note in found.notes)


def production(release: str, parts: dict[str, tuple[int, int]], stage: str) -> ScoredRun:
    rows = [
        Facts(conversation_id=f"{release}-{topic}-{n}", topic=topic, language="sv", passed=int(n < hits), source="production")
        for topic, (hits, total) in parts.items()
        for n in range(total)
    ]  # fmt: skip
    run = Run(id=release, release=release, source="production", stage=stage, status="finished")  # type: ignore[arg-type]
    return ScoredRun(run, "k", tuple(rows), {})


def test_a_canary_with_easier_customers_does_not_look_better() -> None:
    control = production("1.4", {"easy": (450, 500), "hard": (250, 500)}, "full")
    canary = production("1.5", {"easy": (810, 900), "hard": (50, 100)}, "canary")
    moved = delta(compare(control, canary), "pass_rate")
    assert moved.naive == pytest.approx(0.16)
    assert moved.difference == pytest.approx(0)
    assert moved.mix_effect == pytest.approx(0.16)
    assert moved.direction == "same"


def test_little_common_ground_is_told() -> None:
    control = production("1.4", {"easy": (90, 100), "hard": (250, 500)}, "full")
    canary = production("1.5", {"easy": (80, 100), "new": (50, 400)}, "canary")
    found = compare(control, canary)
    assert any("only 18 %" in note for note in found.notes)
    with pytest.raises(InputError, match="share no topic"):
        compare(control, production("1.6", {"new": (5, 10)}, "canary"))


def test_a_release_that_came_in_several_exports_is_read_whole(tmp_path: Path) -> None:
    live = {"source": "production", "status": "finished"}
    with Store.open(tmp_path / "s.db") as store:
        mail = store_run(store, "desk", {"a": [1], "b": [0]}, cases={}, run={"id": "mail", **live}, source="production")
        chat = store_run(store, "desk", {"c": [1]}, cases={}, run={"id": "chat", **live}, source="production")
        test = store_run(store, "desk", {"a": [1]}, run={"id": "replay"})
        found = read_scored(store, mail, "k", others=[chat, test])
    assert sorted(row.conversation_id for row in found.rows) == ["chat-c-0", "mail-a-0", "mail-b-0"]
    assert found.others == (chat,)


def test_the_newest_shared_set_of_scores_is_taken() -> None:
    assert shared_key(["a", "b", "c"], ["c", "a"]) == "c"
    assert shared_key([], ["a"]) is None
