"""Times and money: order statistics and ratios, never the mean of a skewed amount or of ratios."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any, NamedTuple

from evalkit.stats.checking import Z, equal_lengths, floats, share


class Quantile(NamedTuple):
    """A quantile with the order statistics that enclose it; ranks count from 1.

    `confidence` is what the two ranks really cover: below 0.95 where the sample is too small for its far end.
    """

    value: float
    low: float
    high: float
    n: int
    rank_low: int
    rank_high: int
    confidence: float


class Ratio(NamedTuple):
    """A ratio of two sums with its 95 % delta interval."""

    value: float
    low: float
    high: float
    se: float
    n: int


def quantile_interval(values: Sequence[float] | Any, q: float = 0.5) -> Quantile:
    """The q-quantile of the values with a distribution-free 95 % interval.

    Source: order statistics and the binomial distribution (Conover 1999, "Practical Nonparametric Statistics", ch. 3).
    Raises: ValueError for no value, NaN, or q outside (0, 1).

    >>> quantile_interval(range(1, 26))[:3]
    (13.0, 8.0, 18.0)
    """
    import numpy as np

    if not 0 < share(q, "the quantile") < 1:
        raise ValueError(f"expected a quantile inside (0, 1), got {q}")
    ordered = np.sort(np.asarray(values if hasattr(values, "__len__") else list(values), dtype=float))
    n = len(ordered)
    if not n or not np.isfinite(ordered).all():
        raise ValueError("expected at least one value, each a finite number")
    low, high, confidence = quantile_ranks(n, q)
    value = float(np.quantile(ordered, q))
    return Quantile(value, float(ordered[low - 1]), float(ordered[high - 1]), n, low, high, confidence)


def quantile_ranks(n: int, q: float) -> tuple[int, int, float]:
    """The ranks (from 1) of the order statistics that enclose the q-quantile of n values, and what they cover.

    >>> quantile_ranks(400, 0.9)[:2]
    (348, 372)
    """
    from scipy.special import bdtr

    def at_most(hits: int) -> float:
        return float(bdtr(hits, n, q))

    reach = 6 * sqrt(n * q * (1 - q)) + 6
    around = range(max(0, int(n * q - reach)), min(n, ceil(n * q + reach)) + 1)
    low = around[bisect_left(around, 0.025, key=at_most)]
    high = around[bisect_left(around, 0.975, key=at_most)] + 1
    low, high = max(1, low), min(n, high)
    # P(X_(low) <= quantile < X_(high)) = P(low <= Binomial <= high - 1); an end of the sample covers its whole side.
    covered = (1.0 if high == n else at_most(high - 1)) - (0.0 if low == 1 else at_most(low - 1))
    if high == n:
        covered -= q**n
    if low == 1:
        covered -= (1 - q) ** n
    return low, high, max(0.0, covered)


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Ratio:
    """The sum of the numerators over the sum of the denominators, with its delta-method interval.

    Source: linearisation of a ratio estimator (Cochran 1977, "Sampling Techniques", ch. 6).
    Raises: ValueError for no pair, unequal lengths, NaN, or denominators that sum to 0.

    >>> found = ratio([.02 + .01 * (i % 7) for i in range(500)], [int(i % 5 > 0) for i in range(500)])
    >>> [round(x, 5) for x in found[:3]]
    [0.06235, 0.05884, 0.06586]
    """
    top, bottom = floats(numerators, "numerators"), floats(denominators, "denominators")
    n = equal_lengths(numerators=top, denominators=bottom)
    import numpy as np

    return ratio_of_sums(n, *_sums(np.asarray(top), np.asarray(bottom)))


def _sums(top: Any, bottom: Any) -> tuple[float, float, float, float, float]:
    return top.sum(), bottom.sum(), (top * top).sum(), (top * bottom).sum(), (bottom * bottom).sum()


def ratio_of_sums(
    n: int, top: float, bottom: float, top_squares: float, products: float, bottom_squares: float
) -> Ratio:
    """`ratio` from its sufficient sums: of both sides, of their squares and of their products.

    Raises: ValueError when the denominators sum to 0.
    """
    if not bottom:
        raise ValueError("expected denominators with a sum other than 0")
    value = float(top / bottom)
    spread = max(0.0, float(top_squares - 2 * value * products + value**2 * bottom_squares))
    se = sqrt(spread / (n - 1) / n) / abs(float(bottom) / n) if n > 1 else 0.0
    return Ratio(value, value - Z * se, value + Z * se, se, n)
