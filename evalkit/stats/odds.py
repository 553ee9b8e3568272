"""One odds ratio over many strata, and whether the strata agree about it."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import NamedTuple

from evalkit.stats.between import Strata, shared_strata
from evalkit.stats.checking import Z


class PooledOdds(NamedTuple):
    """The odds of `a` over those of `b` inside strata, with the 95 % interval.

    `p_same` is the chance of strata that differ so much if the ratio were the same in all: below .05, look at each.
    """

    value: float
    low: float
    high: float
    p_same: float
    n_strata: int


def pooled_odds(a: Strata, b: Strata) -> PooledOdds:
    """The Mantel-Haenszel odds ratio of two groups over strata of (hits, n).

    Source: Mantel & Haenszel 1959; interval, Robins, Breslow & Greenland 1986; agreement of the strata, Breslow & Day
    1980. Raises: ValueError where no stratum has data on both sides, or one group never or always hits.

    >>> ai, human = [(644, 700), (120, 200), (35, 100)], [(95, 100), (210, 300), (270, 600)]
    >>> [round(x, 4) for x in pooled_odds(ai, human)[:3]]
    [0.6449, 0.4905, 0.8479]
    """
    tables = [(x, n - x, y, m - y) for (x, n), (y, m) in shared_strata(a, b)]
    up = [p * s / (p + q + r + s) for p, q, r, s in tables]
    down = [q * r / (p + q + r + s) for p, q, r, s in tables]
    if not sum(up) or not sum(down):
        raise ValueError("expected hits and misses on both sides of some strata, got a group that never varies")
    ratio = sum(up) / sum(down)
    half = Z * sqrt(_variance_of_log(tables, up, down))
    value = log(ratio)
    return PooledOdds(ratio, exp(value - half), exp(value + half), _p_same(tables, ratio), len(tables))


_Table = tuple[float, float, float, float]
"""Hits and misses of the first group, then of the second."""


def _variance_of_log(tables: Sequence[_Table], up: list[float], down: list[float]) -> float:
    agree = [(p + s) / (p + q + r + s) for p, q, r, s in tables]
    r_, s_ = sum(up), sum(down)
    both = sum(g * u for g, u in zip(agree, up, strict=True)) / (2 * r_**2)
    cross = sum(g * d + (1 - g) * u for g, u, d in zip(agree, up, down, strict=True)) / (2 * r_ * s_)
    return both + cross + sum((1 - g) * d for g, d in zip(agree, down, strict=True)) / (2 * s_**2)


def _p_same(tables: Sequence[_Table], ratio: float) -> float:
    from scipy.special import chdtrc

    total, strata = 0.0, 0
    for p, q, r, s in tables:
        n, m, hits = p + q, r + s, p + r
        if not 0 < hits < n + m:
            continue
        expected = _expected_hits(n, m, hits, ratio)
        cells = (expected, n - expected, hits - expected, m - hits + expected)
        total += (p - expected) ** 2 * sum(1 / cell for cell in cells)
        strata += 1
    return float(chdtrc(strata - 1, total)) if strata > 1 else 1.0


def _expected_hits(n: float, m: float, hits: float, ratio: float) -> float:
    """The hits of the first group if its odds were `ratio` times the second's, all margins as they are."""
    if abs(ratio - 1) < 1e-12:
        return n * hits / (n + m)
    a, b = 1 - ratio, m - hits + ratio * (n + hits)
    root = sqrt(b * b + 4 * a * ratio * n * hits)
    # Of the two roots, the one between the margins.
    found = (-b + root) / (2 * a)
    return found if max(0.0, hits - m) <= found <= min(n, hits) else (-b - root) / (2 * a)
