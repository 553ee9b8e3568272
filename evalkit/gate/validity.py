"""Whether two runs can be judged at all: finished, scored, few errors, enough coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from evalkit.policy.sections import GatePolicy
from evalkit.store.scored import ScoredRun


def invalid_reasons(candidate: ScoredRun, baseline: ScoredRun | None, policy: GatePolicy) -> list[str]:
    """Why no verdict is possible; empty when one is."""
    reasons = list(_of(candidate, policy, planned=candidate.run.n_planned or 0))
    if baseline is not None:
        reasons += [f"the baseline: {reason}" for reason in _of(baseline, policy, planned=0)]
    return reasons


def _of(side: ScoredRun, policy: GatePolicy, *, planned: int) -> Iterable[str]:
    run, rows = side.run, side.rows
    if run.status != "finished" and run.status != "inconclusive":
        yield f"run '{run.id}' of {run.release} is {run.status}, not finished"
        return
    if not rows:
        yield f"run '{run.id}' of {run.release} holds no scored conversation"
        return
    broken = Counter(row.error for row in rows if row.error is not None)
    n_broken = broken.total()
    if n_broken / len(rows) > policy.max_error_rate:
        listed = ", ".join(f"{n} {boundary}" for boundary, n in broken.most_common())
        yield (
            f"{n_broken} of {len(rows)} conversations of {run.release} broke ({listed}); at most"
            f" {100 * policy.max_error_rate:g} % may"
        )
        return
    decided = sum(row.passed is not None for row in rows)
    total = max(planned, len(rows))
    if decided / total < policy.min_coverage_rate:
        yield (
            f"only {decided} of {total} conversations of {run.release} were decided; at least"
            f" {100 * policy.min_coverage_rate:g} % must be"
        )
