"""The gate's decision over two scored runs: what must never happen first, then whether the candidate is worse."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

from evalkit.model import GateResult, GateVerdict, Run
from evalkit.policy.sections import GatePolicy
from evalkit.stats import sign_flip
from evalkit.store.facts import Facts

_Z = 1.6448536269514722
"""One-sided 5 %."""
MIN_CASES = 20
_SAID: dict[GateVerdict, str] = {
    "passed": "May ship",
    "failed": "Do not ship",
    "inconclusive": "Cannot tell yet",
    "invalid": "Cannot be judged",
}


def decide(
    run: Run,
    rows: Sequence[Facts],
    *,
    n_zero_tolerance: int,
    critical_failed: Sequence[str],
    baseline: Sequence[Facts] | None,
    policy: GatePolicy,
) -> GateResult:
    """`failed`, `passed`, `inconclusive` or `invalid`, with every reason.

    Source: exact sign-flip test with mid-p (Fisher 1935, Lancaster 1961); non-inferiority margin (EMA 2005).
    """
    if run.status != "finished":
        return _result("invalid", (f"run '{run.id}' is {run.status}, not finished",))
    reasons: list[str] = []
    if n_zero_tolerance:
        reasons.append(f"{n_zero_tolerance} zero-tolerance findings")
    if critical_failed:
        listed = ", ".join(sorted(critical_failed)[:5])
        reasons.append(f"{len(critical_failed)} critical cases failed: {listed}")
    if reasons:
        return _result("failed", tuple(reasons))
    if baseline is None:
        return _result("passed", ("nothing that must never happen; no baseline to compare with",))
    return _against(rows, baseline, policy)


def _against(rows: Sequence[Facts], baseline: Sequence[Facts], policy: GatePolicy) -> GateResult:
    before, after = case_means(baseline), case_means(rows)
    both = sorted(set(before) & set(after))
    if len(both) < MIN_CASES:
        return _result("inconclusive", (f"{len(both)} cases on both sides; at least {MIN_CASES} are needed",))
    test = sign_flip([before[case] for case in both], [after[case] for case in both])
    said = f"pass rate {100 * test.mean:+.1f} points on {len(both)} cases (mid-p {test.mid_p:.3f})"
    if test.mid_p <= policy.alpha and test.mean <= -policy.drop_rate:
        return _result("failed", (f"worse than the baseline: {said}",))
    low = _lower_bound([float(after[case] - before[case]) for case in both])
    if low > -policy.margin_rate:
        return _result(
            "passed",
            (f"not worse: {said}; a drop of {100 * policy.margin_rate:.0f} points is ruled out",),
        )
    return _result(
        "inconclusive",
        (f"{said}; a drop of {100 * policy.margin_rate:.0f} points cannot be ruled out: play more cases or trials",),
    )


def case_means(rows: Sequence[Facts]) -> dict[str, Fraction]:
    """The share of passing trials by case; errors stay out."""
    passed: dict[str, list[int]] = {}
    for row in rows:
        if row.passed is not None and row.case_id is not None:
            passed.setdefault(row.case_id, []).append(row.passed)
    return {case: Fraction(sum(values), len(values)) for case, values in passed.items()}


def _lower_bound(differences: Sequence[float]) -> float:
    n = len(differences)
    mean = sum(differences) / n
    variance = sum((d - mean) ** 2 for d in differences) / (n - 1)
    # Identical results still leave room for one case that moved unseen.
    spread = max(variance / n, 1 / (n * n))
    return mean - _Z * sqrt(spread)


def _result(verdict: GateVerdict, reasons: tuple[str, ...]) -> GateResult:
    return GateResult(verdict=verdict, sentence=f"{_SAID[verdict]}: {'; '.join(reasons)}.", reasons=reasons)
