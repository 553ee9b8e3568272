"""Replays of the same cases: each case is its own control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp
from typing import NamedTuple

from evalkit.comparison.result import Comparison, Delta, Direction, in_a_sentence
from evalkit.kpi.cases import CaseChange, case_changes, comparable_cases, tallies
from evalkit.kpi.measures import MEASURES, Measure, case_values
from evalkit.model import Run
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

FEWEST = 5
"""Fewer cases on both sides are no comparison."""


class PairedByCase:
    """Replay against replay, case by case; the exact sign-flip test on case means, Holm across the KPIs."""

    name = "paired by case"

    def fits(self, before: ScoredRun, after: ScoredRun) -> bool:
        """Both sides are replays."""
        return before.run.source == after.run.source == "replay"

    def compare(self, before: ScoredRun, after: ScoredRun) -> Comparison:
        """The comparison over the cases that both sides played in the same words. Raises: InputError for none."""
        same, notes = comparable_cases(before, after)
        left = [row for row in before.rows if row.case_id in same]
        right = [row for row in after.rows if row.case_id in same]
        found = [p for p in (paired(m, left, right) for m in MEASURES.values()) if p is not None]
        deltas = tuple(judged(found))
        cases = case_changes(tallies(left), tallies(right))
        return Comparison(
            before=before.run,
            after=after.run,
            strategy=self.name,
            sentence=_sentence(before.run, after.run, deltas, cases),
            deltas=deltas,
            cases=tuple(cases),
            notes=tuple(notes),
        )


class Paired(NamedTuple):
    """The difference of one measure with its two-sided p; `better` as in `Measure`."""

    delta: Delta
    p_two_sided: float
    better: bool | None


def paired(measure: Measure, left: Iterable[Facts], right: Iterable[Facts]) -> Paired | None:
    """The measure over the cases that both sides have, each case its own control; None for fewer than five."""
    from evalkit.stats import sign_flip

    before, after = case_values(measure, left), case_values(measure, right)
    both = sorted(set(before) & set(after))
    if len(both) < FEWEST:
        return None
    old, new = ([sum(side[case]) / len(side[case]) for case in both] for side in (before, after))
    test = sign_flip(old, new)
    low, high = test.low, test.high
    a, b, gap = sum(old) / len(old), sum(new) / len(new), test.mean
    if measure.scale == "relative":
        a, b, gap, low, high = exp(a), exp(b), exp(gap) - 1, exp(low) - 1, exp(high) - 1
    if measure.scale == "points":
        low, high = max(-1.0, low), min(1.0, high)
    delta = Delta(
        name=measure.name, title=measure.title, unit=measure.unit, before=a, after=b, difference=gap, low=low,
        high=high, n=len(both), scale=measure.scale, method="sign flip on case means, t interval", direction="same",
    )  # fmt: skip
    return Paired(delta, test.p_two_sided, measure.better)


def judged(found: Sequence[Paired]) -> Iterable[Delta]:
    """The differences, each with how it reads; Holm's correction over all of them."""
    from dataclasses import replace

    from evalkit.stats import holm

    if not found:
        return
    clear = holm([one.p_two_sided for one in found]).rejected
    for one, is_clear in zip(found, clear, strict=True):
        yield replace(one.delta, direction=direction(one.delta.difference, one.better, is_clear=is_clear))


def direction(difference: float, better: bool | None, *, is_clear: bool) -> Direction:
    """How a difference reads for a KPI of which more is good, bad or neither.

    >>> direction(-0.1, True, is_clear=True), direction(-0.1, False, is_clear=True)
    ('worse', 'better')
    """
    if not is_clear or not difference:
        return "same"
    if better is None:
        return "changed"
    return "better" if (difference > 0) == better else "worse"


def _sentence(before: Run, after: Run, deltas: Sequence[Delta], cases: Sequence[CaseChange]) -> str:
    broke, fixed = (sum(c.kind == kind for c in cases) for kind in ("broke", "fixed"))
    worse = [in_a_sentence(d.title) for d in deltas if d.direction == "worse"]
    better = [in_a_sentence(d.title) for d in deltas if d.direction == "better"]
    parts = []
    if worse:
        parts.append(f"worse in {', '.join(worse)}")
    if better:
        parts.append(f"better in {', '.join(better)}")
    head = "; ".join(parts) or "no number moved beyond chance"
    return f"{after.release} against {before.release}: {head}; {broke} cases broke, {fixed} were fixed."
