"""Whether a judge may stand in for one of the people who label: it agrees with the others about as well as they do."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

from evalkit.stats.checking import equal_lengths
from evalkit.stats.planning import benjamini_hochberg
from evalkit.stats.student import t_cdf

LEAST_ITEMS, LEAST_RATERS = 30, 3
_HALF = 0.5


class Replacing(NamedTuple):
    """How often the judge does at least as well as each person when both are held against the others.

    `p_values`, `judge_rates` and `human_rates` stand in the order of the raters; `winning_rate` is the share of the
    raters over whom the judge is surely no worse than `epsilon` allows, `advantage_rate` the mean of `judge_rates`.
    """

    p_values: tuple[float, ...]
    judge_rates: tuple[float, ...]
    human_rates: tuple[float, ...]
    winning_rate: float
    n: int

    @property
    def advantage_rate(self) -> float:
        """How often the judge agrees with the others at least as well as the person whose seat it takes."""
        return sum(self.judge_rates) / len(self.judge_rates)

    @property
    def may_replace(self) -> bool:
        """Whether the judge wins over at least half of the raters."""
        return self.winning_rate >= _HALF


def alt_test(
    judge: Sequence[Any], raters: Sequence[Sequence[Any]], *, epsilon: float = 0.15, alpha: float = 0.05
) -> Replacing:
    """The alternative annotator test: labels of the judge, and of each rater, item by item; None where nobody said.

    `epsilon` is what a judge may be worse because it is cheaper: 0.2 beside experts, 0.15 skilled people, 0.1 a crowd.
    Source: Calderon, Reichart & Dror 2025, "The Alternative Annotator Test", arXiv 2501.10970; false discoveries held
    down under any dependence, Benjamini & Yekutieli 2001.
    Raises: ValueError for fewer than three raters, rows of unequal length, or a rater with fewer than 30 items that the
        judge and another rater labelled too.

    >>> alt_test([1, 0] * 20, [[1, 0] * 20, [1, 0] * 20, [0, 0] * 20]).winning_rate
    1.0
    """
    if len(raters) < LEAST_RATERS:
        raise ValueError(f"expected at least {LEAST_RATERS} raters, got {len(raters)}")
    equal_lengths(judge=list(judge), **{f"rater {number}": list(row) for number, row in enumerate(raters, 1)})
    sides = [_against_the_others(judge, raters, seat, epsilon) for seat in range(len(raters))]
    p_values = tuple(p for p, _, _, _ in sides)
    wins = benjamini_hochberg(p_values, alpha, dependent=True).rejected
    n = min(n for _, _, _, n in sides)
    return Replacing(
        p_values, tuple(f for _, f, _, _ in sides), tuple(h for _, _, h, _ in sides), sum(wins) / len(wins), n
    )


def _against_the_others(
    judge: Sequence[Any], raters: Sequence[Sequence[Any]], seat: int, epsilon: float
) -> tuple[float, float, float, int]:
    pairs: list[tuple[int, int]] = []
    for item, said in enumerate(judge):
        mine = raters[seat][item]
        others = [row[item] for number, row in enumerate(raters) if number != seat and row[item] is not None]
        if said is None or mine is None or not others:
            continue
        ours, theirs = sum(said == other for other in others), sum(mine == other for other in others)
        pairs.append((int(ours >= theirs), int(theirs >= ours)))
    n = len(pairs)
    if n < LEAST_ITEMS:
        raise ValueError(f"expected at least {LEAST_ITEMS} items shared with rater {seat + 1}, got {n}")
    judge_rate, human_rate = sum(f for f, _ in pairs) / n, sum(h for _, h in pairs) / n
    gap = human_rate - judge_rate
    spread = sqrt(sum((h - f - gap) ** 2 for f, h in pairs) / (n - 1))
    if spread == 0:
        return (0.0 if gap < epsilon else 1.0), judge_rate, human_rate, n
    return t_cdf(n - 1, (gap - epsilon) / (spread / sqrt(n))), judge_rate, human_rate, n
