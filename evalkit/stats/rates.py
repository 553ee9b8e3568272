"""Rates with intervals that stay honest for small and clustered samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

_Z = 1.959963984540054


class Interval(NamedTuple):
    """A rate in [0, 1] with its 95 % interval and the number of independent observations behind it."""

    rate: float
    low: float
    high: float
    n_effective: float


def wilson(n_hits: float, n: float) -> Interval:
    """The Wilson score interval of a share; n may be an effective number.

    Source: Wilson 1927; Brown, Cai & DasGupta 2001, "Interval Estimation for a Binomial Proportion".
    Raises: ValueError for n <= 0 or hits outside [0, n].

    >>> [round(x, 4) for x in wilson(42, 50)[:3]]
    [0.84, 0.7149, 0.9166]
    """
    if n <= 0 or not 0 <= n_hits <= n:
        raise ValueError(f"expected 0 <= hits <= n and n > 0, got {n_hits} of {n}")
    p = n_hits / n
    spread = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
    scale = 1 + _Z**2 / n
    centre = p + _Z**2 / (2 * n)
    low = 0.0 if n_hits == 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if n_hits == n else min(1.0, (centre + spread) / scale)
    return Interval(p, low, high, n)


def cluster_rate(passes: Sequence[int], trials: Sequence[int]) -> Interval:
    """The mean of the cases' own rates with a Wilson interval on the effective number of trials.

    Source: Korn & Graubard 1998 (design effect); Miller 2024, arXiv 2411.00640 (clustered evaluations).
    Raises: ValueError without cases, or for a case without trials.

    >>> [round(x, 4) for x in cluster_rate([5]*10 + [4]*3 + [3]*2 + [2, 1, 0, 0, 0], [5]*20)[:3]]
    [0.71, 0.5136, 0.8502]
    """
    n = len(passes)
    if n == 0 or min(trials) < 1:
        raise ValueError("expected at least one case, each with at least one trial")
    rates = [p / t for p, t in zip(passes, trials, strict=True)]
    total = sum(trials)
    mean = sum(rates) / n
    if total == n:
        return wilson(sum(passes), n)
    from scipy.special import stdtrit

    narrow = (_Z / float(stdtrit(n - 1, 0.975))) ** 2 if n > 1 else 1.0
    if mean in {0.0, 1.0}:
        n_effective = n * narrow
    else:
        variance = sum((r - mean) ** 2 for r in rates) / (n - 1) / n if n > 1 else 0.0
        effect = max(1.0, variance / (mean * (1 - mean) / total))
        n_effective = total / effect * narrow
    found = wilson(mean * n_effective, n_effective)
    return Interval(mean, found.low, found.high, n_effective)
