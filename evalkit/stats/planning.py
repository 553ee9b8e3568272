"""How much a suite can see, and how to play it in rounds that stop early without crying wolf."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, erfc, sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

_NORMAL = NormalDist()


class Round(NamedTuple):
    """The bounds of one look at the data: stop when p is at most `p`, or when a z-value reaches `z`."""

    number: int
    z: float
    p: float


def rounds(n: int = 3, alpha: float = 0.05) -> tuple[Round, ...]:
    """The O'Brien-Fleming bounds of `n` equally spaced looks that together alarm in `alpha` of cases without change.

    Source: O'Brien & Fleming 1979; bounds by recursive integration (Armitage, McPherson & Rowe 1969).
    Raises: ValueError for fewer than 1 or more than 20 rounds, or alpha outside (0, 0.5).

    >>> [(round(r.z, 3), round(r.p, 4)) for r in rounds(3)]
    [(2.962, 0.0015), (2.094, 0.0181), (1.71, 0.0436)]
    """
    if n != int(n) or not 1 <= n <= 20 or not 0 < alpha < 0.5:
        raise ValueError(f"expected 1 to 20 rounds and alpha inside (0, 0.5), got {n} and {alpha}")
    last = _last_bound(int(n), alpha)
    bounds = [last * sqrt(n / k) for k in range(1, int(n) + 1)]
    return tuple(Round(k, z, _upper_tail(z)) for k, z in enumerate(bounds, 1))


@lru_cache(maxsize=32)
def _last_bound(n: int, alpha: float) -> float:
    low = _NORMAL.inv_cdf(1 - alpha)
    if n == 1:
        return low
    high = low + 1.0
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if _crossing(n, middle) > alpha else (low, middle)
    # Three decimals, as the published tables print it.
    return round((low + high) / 2, 3)


def _crossing(n: int, last: float) -> float:
    """The chance that a driftless walk of n unit steps rises above `last · √n` at any step."""
    import numpy as np

    limit = last * sqrt(n)
    nodes, weights = np.polynomial.legendre.leggauss(96)
    bottom = -8.0 * sqrt(n)
    at = bottom + (limit - bottom) * (nodes + 1) / 2
    weights = weights * (limit - bottom) / 2
    density = np.exp(-(at**2) / 2) / sqrt(2 * np.pi)
    step = np.exp(-((at[:, None] - at[None, :]) ** 2) / 2) / sqrt(2 * np.pi)
    inside = _NORMAL.cdf(limit)
    for _ in range(n - 1):
        mass = density * weights
        density = step @ mass
        inside = float((density * weights).sum())
    return 1 - inside


def _upper_tail(z: float) -> float:
    return erfc(z / sqrt(2)) / 2


def minimal_detectable_effect(
    n: int,
    trials: int = 1,
    baseline_trials: int | None = None,
    *,
    within: float = 0.0717,
    between: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """The drop of the pass rate that a paired comparison of n cases notices with this power, one-sided.

    `within` is the mean of p(1 − p) inside cases (estimate it from the baseline), `between` the variance of the true
    change from case to case; the baseline has as many trials as the candidate where nothing is said.
    Source: normal approximation of the paired comparison of case means (Miller 2024, arXiv 2411.00640).
    Raises: ValueError for no case, no trial or variances below 0.

    >>> round(minimal_detectable_effect(200), 3), round(minimal_detectable_effect(200, 3, 5), 3)
    (0.067, 0.034)
    """
    if not n >= 1:
        raise ValueError(f"expected at least one case, got {n}")
    return sqrt(_spread(trials, baseline_trials, within, between, alpha, power) / n)


def cases_needed(
    effect: float,
    trials: int = 1,
    baseline_trials: int | None = None,
    *,
    within: float = 0.0717,
    between: float = 0.02,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """The number of cases with which a drop of `effect` is noticed: `minimal_detectable_effect` the other way round.

    >>> cases_needed(0.05, 1, 5), cases_needed(0.05, 3, 5), cases_needed(0.02, 5, 5)
    (263, 145, 753)
    """
    if not 0 < effect < 1:
        raise ValueError(f"expected an effect inside (0, 1), got {effect}")
    return ceil(_spread(trials, baseline_trials, within, between, alpha, power) / effect**2)


def _spread(k: Any, k_baseline: Any, within: float, between: float, alpha: float, power: float) -> float:
    j = k if k_baseline is None else k_baseline
    if not (k >= 1 and j >= 1 and within >= 0 and between >= 0 and 0 < alpha < 1 and 0 < power < 1):
        raise ValueError("expected at least one trial, variances of at least 0, alpha and power inside (0, 1)")
    reach = _NORMAL.inv_cdf(1 - alpha) + _NORMAL.inv_cdf(power)
    return float(reach**2 * (between + within / k + within / j))


class Holm(NamedTuple):
    """Adjusted p-values in the order given, and which of them are rejected."""

    adjusted: tuple[float, ...]
    rejected: tuple[bool, ...]


def holm(p_values: Any, alpha: float = 0.05) -> Holm:
    """The p-values adjusted so that any false alarm among them stays below alpha.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
    Raises: ValueError for no p-value, NaN or one outside [0, 1].

    >>> [round(p, 3) for p in holm([.012, .030, .004, .20]).adjusted]
    [0.036, 0.06, 0.016, 0.2]
    """
    found = [float(p) for p in p_values]
    if not found or not all(0 <= p <= 1 for p in found):
        raise ValueError(f"expected at least one p-value, all in [0, 1], got {found}")
    adjusted, highest = [0.0] * len(found), 0.0
    for rank, index in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        highest = max(highest, min(1.0, (len(found) - rank) * found[index]))
        adjusted[index] = highest
    return Holm(tuple(adjusted), tuple(p <= alpha for p in adjusted))


def benjamini_hochberg(p_values: Any, rate: float = 0.05, *, dependent: bool = False) -> Holm:
    """The p-values adjusted so that the share of false ones among those rejected stays below `rate`.

    With `dependent` it holds for tests that depend on each other in any way, such as those over the same items.
    Source: Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001. Raises: ValueError as `holm`.

    >>> benjamini_hochberg([.01, .04, .03, .9]).rejected
    (True, False, False, False)
    """
    found = [float(p) for p in p_values]
    if not found or not all(0 <= p <= 1 for p in found):
        raise ValueError(f"expected at least one p-value, all in [0, 1], got {found}")
    adjusted, lowest, n = [0.0] * len(found), 1.0, len(found)
    price = sum(1 / k for k in range(1, n + 1)) if dependent else 1.0
    for rank, index in zip(range(n, 0, -1), sorted(range(n), key=found.__getitem__, reverse=True), strict=True):
        lowest = min(lowest, price * n / rank * found[index])
        adjusted[index] = lowest
    return Holm(tuple(adjusted), tuple(p <= rate for p in adjusted))
