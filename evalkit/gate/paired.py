"""One number of two releases on the same cases: by how much it is worse, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from evalkit.errors import InputError, near_match
from evalkit.kpi.measures import MEASURES, Measure, case_values
from evalkit.model import Case
from evalkit.policy.sections import GatePolicy
from evalkit.store.facts import Facts


@dataclass(frozen=True, slots=True)
class Tested:
    """A paired test. `worse` is the mean drop in the metric's bad direction (positive is worse), on its test scale.

    `p` is the mid-p that a drop so large is chance; `z_margin` and `excluded` tell whether a drop of the policy's
    margin is ruled out. `before`, `after`, `difference` and its bounds are for readers.
    """

    measure: Measure
    n: int
    worse: float
    p: float
    before: float
    after: float
    difference: float
    low: float
    high: float
    z_margin: float
    excluded: bool


def measure_named(name: str, *, key: str) -> Measure:
    """The measure of a rule. Raises: InputError for an unknown one, or one of which neither direction is good."""
    found = MEASURES.get(name)
    if found is None:
        known = tuple(m.name for m in MEASURES.values() if m.better is not None)
        raise InputError(f"gate.{key}: unknown metric '{name}'{near_match(name, known)} (known: {', '.join(known)})")
    if found.better is None:
        raise InputError(f"gate.{key}: neither more nor less of '{name}' is worse by itself; guard another metric")
    if key == "primary" and not found.is_rate:
        raise InputError(f"gate.primary: '{name}' is no rate; the primary metric must be one, such as pass_rate")
    return found


def tested(
    measure: Measure,
    baseline: Sequence[Facts],
    candidate: Sequence[Facts],
    policy: GatePolicy,
    cases: Mapping[str, Case],
) -> Tested | None:
    """The test over the cases that both sides measured; None when they share none."""
    from evalkit.stats import non_inferiority, same_cases, sign_flip

    before, after = case_values(measure, baseline), case_values(measure, candidate)
    both = sorted(set(before) & set(after))
    if not both:
        return None
    old, new = [_mean(before[case], measure) for case in both], [_mean(after[case], measure) for case in both]
    clusters = [_cluster(case, cases) for case in both] if policy.cluster_by == "group" else None
    # Both tests ask whether the second side is lower, so a number of which more is bad changes its sign.
    left, right = (old, new) if measure.better else ([-x for x in old], [-x for x in new])
    test = sign_flip(left, right, clusters=clusters)
    p = test.mid_p
    if policy.test == "same_cases" and measure.is_rate and measure.better:
        passes, trials = _counts(before, both), _counts(after, both)
        p = same_cases(passes[0], trials[0], (passes[1], trials[1])).mid_p
    ruled_out = non_inferiority(left, right, policy.margin_rate, clusters=clusters)
    a, b = float(sum(old)) / len(old), float(sum(new)) / len(new)
    gap, low, high = b - a, *((test.low, test.high) if measure.better else (-test.high, -test.low))
    if measure.scale == "relative":
        a, b, gap, low, high = exp(a), exp(b), exp(gap) - 1, exp(low) - 1, exp(high) - 1
    return Tested(
        measure, len(both), -test.mean, p, a, b, gap, low, high, ruled_out.z, ruled_out.proven,
    )  # fmt: skip


def _mean(values: Sequence[float], measure: Measure) -> Any:
    if measure.is_rate:
        from fractions import Fraction

        return Fraction(int(sum(values)), len(values))
    return sum(values) / len(values)


def _counts(values: Mapping[str, Sequence[float]], cases: Sequence[str]) -> tuple[list[int], list[int]]:
    return [int(sum(values[case])) for case in cases], [len(values[case]) for case in cases]


def _cluster(case_id: str, cases: Mapping[str, Case]) -> str:
    case = cases.get(case_id)
    return case.group if case is not None and case.group else case_id
