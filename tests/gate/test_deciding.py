"""The gate fails what must never happen and what is worse, passes what is not, and says when it cannot tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.gate.deciding import decide
from evalkit.model import GateResult, Run
from evalkit.policy.sections import GatePolicy
from evalkit.store.facts import Facts

RUN = Run(id="r", release="2", status="finished")


def rows(passed: list[int]) -> list[Facts]:
    return [Facts(conversation_id=f"t{n}", case_id=f"c{n}", passed=value) for n, value in enumerate(passed)]


def gate(after: list[int], before: list[int] | None, *, zero: int = 0, critical: tuple[str, ...] = ()) -> GateResult:
    base = rows(before) if before is not None else None
    return decide(RUN, rows(after), n_zero_tolerance=zero, critical_failed=critical, baseline=base, policy=GatePolicy())


def test_what_must_never_happen_fails_whatever_the_rate() -> None:
    found = gate([1] * 100, [1] * 100, zero=1, critical=("c1",))
    assert found.verdict == "failed"
    assert len(found.reasons) == 2


def test_the_same_results_pass() -> None:
    assert gate([1] * 90 + [0] * 10, [1] * 90 + [0] * 10).verdict == "passed"


def test_a_clear_drop_fails() -> None:
    found = gate([1] * 80 + [0] * 20, [1] * 100)
    assert found.verdict == "failed"
    assert "-20.0 points on 100 cases" in found.reasons[0]


def test_a_small_uncertain_drop_is_inconclusive() -> None:
    assert gate([1] * 97 + [0] * 3, [1] * 100).verdict == "inconclusive"


def test_too_few_cases_are_inconclusive() -> None:
    assert gate([1] * 10, [1] * 10).verdict == "inconclusive"


def test_an_unfinished_run_is_invalid() -> None:
    run = Run(id="r", release="2", status="running")
    found = decide(run, [], n_zero_tolerance=5, critical_failed=(), baseline=None, policy=GatePolicy())
    assert found.verdict == "invalid"


@pytest.mark.parametrize("n_broken", [0, 5, 30])
def test_without_a_baseline_only_the_forbidden_counts(n_broken: int) -> None:
    assert gate([0] * n_broken + [1] * 30, None).verdict == "passed"


@given(st.lists(st.booleans(), min_size=20, max_size=60))
def test_a_better_candidate_never_fails_property(before: list[bool]) -> None:
    base = [int(value) for value in before]
    assert gate([1] * len(base), base).verdict != "failed"
