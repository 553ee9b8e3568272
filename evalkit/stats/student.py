"""Student's t distribution in a few lines: what intervals on few clusters need, without loading a library for it."""

from __future__ import annotations

from functools import lru_cache
from math import copysign, exp, inf, lgamma, log, log1p, pi, sqrt, tan
from statistics import NormalDist

_TINY, _CLOSE = 1e-300, 1e-15


def t_cdf(df: float, t: float) -> float:
    """P(T <= t) for Student's t with `df` degrees of freedom.

    Source: regularised incomplete beta function by its continued fraction (Lentz; Abramowitz & Stegun 26.5.8, 26.7.1).

    >>> round(t_cdf(10, 2.228139), 6), t_cdf(3, 0.0)
    (0.975, 0.5)
    """
    tail = _tail(df, abs(t))
    return tail if t < 0 else 1 - tail


@lru_cache(maxsize=1024)
def t_quantile(df: float, p: float) -> float:
    """The value that T with `df` degrees of freedom stays below with chance `p`, inside (0, 1).

    Source: Cornish & Fisher 1937 for the start (Abramowitz & Stegun 26.7.5), then Newton's steps.

    >>> round(t_quantile(19, 0.975), 4), round(t_quantile(1, 0.975), 4)
    (2.093, 12.7062)
    """
    if p == 0.5:
        return 0.0
    upper = min(p, 1 - p)
    if df == 1:
        t = tan(pi * (0.5 - upper))
    elif df == 2:
        t = (1 - 2 * upper) / sqrt(2 * upper * (1 - upper))
    else:
        t = _start(df, -NormalDist().inv_cdf(upper))
        for _ in range(12):
            step = (_tail(df, t) - upper) / _density(df, t)
            t += step
            if abs(step) < 1e-12 * t:
                break
    return copysign(t, p - 0.5)


def _start(df: float, z: float) -> float:
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / df + second / df**2 + third / df**3


def _density(df: float, t: float) -> float:
    return exp(lgamma((df + 1) / 2) - lgamma(df / 2) - (df + 1) / 2 * log1p(t * t / df)) / sqrt(df * pi)


def _tail(df: float, t: float) -> float:
    """P(T > t) for t >= 0."""
    if t == inf:
        return 0.0
    x = df / (df + t * t)
    a, b = df / 2, 0.5
    if x < (a + 1) / (a + b + 2):
        return _beta(a, b, x, 1 - x) / 2
    return (1 - _beta(b, a, t * t / (df + t * t), x)) / 2


def _beta(a: float, b: float, x: float, rest: float) -> float:
    """The regularised incomplete beta function where its continued fraction converges fast; `rest` is 1 - x."""
    if x <= 0:
        return 0.0
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            change = d * c
            value *= change
        if abs(change - 1) < _CLOSE:
            break
    return exp(a * log(x) + b * log(rest) + lgamma(a + b) - lgamma(a) - lgamma(b)) * value / a


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
