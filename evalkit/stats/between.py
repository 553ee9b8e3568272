"""Two groups that do not share cases: differences, standardisation to one mix, and what could still explain them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import sqrt
from typing import Literal, NamedTuple

from evalkit.stats.checking import Z, counts, equal_lengths, floats
from evalkit.stats.rates import wilson


class Difference(NamedTuple):
    """First minus second, with its 95 % interval."""

    value: float
    low: float
    high: float
    se: float | None = None


Share = tuple[float, float]
"""Hits and n."""


def newcombe(
    a: float | Share, n_a: float | Share, hits_b: float | None = None, n_b: float | None = None
) -> Difference:  # fmt: skip
    """The difference of two independent shares, first minus second: `newcombe(hits, n, hits, n)` or two pairs.

    Source: Newcombe 1998, method 10 (hybrid of two Wilson intervals). Raises: ValueError as `wilson`.

    >>> [round(x, 4) for x in newcombe(320, 400, 300, 400)[:3]]
    [0.05, -0.0079, 0.1075]
    """
    if isinstance(a, tuple) and isinstance(n_a, tuple):
        return _newcombe(a, n_a)
    if isinstance(a, tuple) or isinstance(n_a, tuple) or hits_b is None or n_b is None:
        raise ValueError("expected four counts, or two pairs (hits, n)")
    return _newcombe((a, n_a), (hits_b, n_b))


def _newcombe(first: Share, second: Share) -> Difference:
    a, b = wilson(*first), wilson(*second)
    gap = a.rate - b.rate
    low = gap - sqrt((a.rate - a.low) ** 2 + (b.high - b.rate) ** 2)
    high = gap + sqrt((a.high - a.rate) ** 2 + (b.rate - b.low) ** 2)
    return Difference(gap, low, high)


def difference(value_a: float, se_a: float, value_b: float, se_b: float) -> Difference:
    """The difference of two independent estimates, first minus second, by the normal approximation.

    >>> [round(x, 4) for x in difference(.75, .032, .70332, .03369)[:3]]
    [0.0467, -0.0444, 0.1378]
    """
    if not (se_a >= 0 and se_b >= 0 and value_a == value_a and value_b == value_b):
        raise ValueError("expected two numbers with standard errors of at least 0")
    se = sqrt(se_a**2 + se_b**2)
    gap = value_a - value_b
    return Difference(gap, gap - Z * se, gap + Z * se, se)


class Standardised(NamedTuple):
    """The difference of two groups, first minus second, on one mix of strata.

    `rate_a` and `rate_b` are the two rates on that mix, `naive` the difference without it. The naive difference splits
    exactly into `mix_effect` (who got which questions) and `performance` (Kitagawa). `support_rate` is the share of all
    conversations whose stratum both groups have; `n_strata` counts those strata.
    """

    value: float
    low: float
    high: float
    se: float
    rate_a: float
    rate_b: float
    naive: float
    mix_effect: float
    performance: float
    support_rate: float
    n_strata: int


Mix = Literal["a", "b", "all", "overlap"]
Strata = Mapping[Hashable, tuple[float, float]] | Sequence[tuple[float, float]]


def standardise(a: Strata, b: Strata, mix: Mix = "a", *, min_n: int = 1) -> Standardised:
    """The difference between two groups once both have the same mix of strata: that of `a` (the default), `b`, all.

    Strata as {name: (hits, n)}, or as pairs in one order. Strata with fewer than `min_n` on a side leave the
    comparison and are told by `support_rate`. Mix "overlap" weighs where both have data.
    Source: direct standardisation (ATT for `a`); Kitagawa 1955; overlap weights, Li, Morgan & Zaslavsky 2018.
    Raises: ValueError when no stratum has data on both sides.

    >>> ai, human = [(644, 700), (120, 200), (35, 100)], [(95, 100), (210, 300), (270, 600)]
    >>> [round(x, 4) for x in standardise(ai, human)[:3]], round(standardise(ai, human).naive, 3)
    ([-0.051, -0.0896, -0.0124], 0.224)
    """
    left, right = _strata(a), _strata(b)
    if not isinstance(a, Mapping) and not isinstance(b, Mapping):
        equal_lengths(a=list(left), b=list(right))
    return _on_one_mix({k: _moments(x, n) for k, (x, n) in left.items()},
                       {k: _moments(x, n) for k, (x, n) in right.items()}, mix, min_n)  # fmt: skip


def standardise_means(
    a: Mapping[Hashable, Sequence[float]], b: Mapping[Hashable, Sequence[float]], mix: Mix = "a", *, min_n: int = 2
) -> Standardised:
    """As `standardise`, for amounts: the values of each stratum, and the means where rates stand.

    Raises: ValueError when no stratum has at least two values on both sides.

    >>> found = standardise_means({"x": [1, 3], "y": [10, 12]}, {"x": [0, 2], "y": [9, 11], "z": [5]})
    >>> found.value, found.naive, found.support_rate == 8 / 9
    (1.0, 1.0, True)
    """
    sides: list[dict[Hashable, _Moments]] = []
    for what, side in (("a", a), ("b", b)):
        held = {key: floats(values, what) for key, values in side.items() if values}
        means = {key: sum(values) / len(values) for key, values in held.items()}
        sides.append(
            {
                key: (float(len(v)), means[key], sum((x - means[key]) ** 2 for x in v) / max(1, len(v) - 1) / len(v))
                for key, v in held.items()
            }
        )
    return _on_one_mix(sides[0], sides[1], mix, max(2, min_n))


_Moments = tuple[float, float, float]
"""n, mean, and the variance of the mean."""


def _moments(hits: float, n: float) -> _Moments:
    return n, hits / n, hits / n * (1 - hits / n) / n


def _on_one_mix(
    left: Mapping[Hashable, _Moments], right: Mapping[Hashable, _Moments], mix: Mix, min_n: int
) -> Standardised:
    shared = [
        (left[key], right[key]) for key in left
        if key in right and left[key][0] >= max(1, min_n) and right[key][0] >= max(1, min_n)
    ]  # fmt: skip
    if not shared:
        raise ValueError("expected at least one stratum with data on both sides, got none")
    n_a, n_b = sum(n for (n, _, _), _ in shared), sum(m for _, (m, _, _) in shared)
    everyone = sum(n for n, _, _ in left.values()) + sum(n for n, _, _ in right.values())
    raw = {
        "a": [n for (n, _, _), _ in shared],
        "b": [m for _, (m, _, _) in shared],
        "all": [n + m for (n, _, _), (m, _, _) in shared],
        "overlap": [n * m / (n + m) for (n, _, _), (m, _, _) in shared],
    }[mix]
    weights = [w / sum(raw) for w in raw]
    rate_a = sum(w * p for w, ((_, p, _), _) in zip(weights, shared, strict=True))
    rate_b = sum(w * q for w, (_, (_, q, _)) in zip(weights, shared, strict=True))
    variance = sum(w * w * (v + u) for w, ((_, _, v), (_, _, u)) in zip(weights, shared, strict=True))
    parts = [(n / n_a, p, m / n_b, q) for (n, p, _), (m, q, _) in shared]
    mix_effect = sum((f - g) * (p + q) / 2 for f, p, g, q in parts)
    performance = sum((f + g) / 2 * (p - q) for f, p, g, q in parts)
    gap, se = rate_a - rate_b, sqrt(variance)
    return Standardised(
        gap, gap - Z * se, gap + Z * se, se, rate_a, rate_b, mix_effect + performance, mix_effect, performance,
        (n_a + n_b) / everyone, len(shared),
    )  # fmt: skip


def shared_strata(a: Strata, b: Strata) -> list[tuple[Share, Share]]:
    """The strata that both have, as pairs of (hits, n). Raises: ValueError when there is none."""
    left, right = _strata(a), _strata(b)
    shared = [(left[key], right[key]) for key in left if key in right]
    if not shared:
        raise ValueError("expected at least one stratum with data on both sides, got none")
    return shared


def _strata(given: Strata) -> dict[Hashable, tuple[float, float]]:
    pairs = dict(given) if isinstance(given, Mapping) else dict(enumerate(given))
    held = {key: (float(x), float(n)) for key, (x, n) in pairs.items() if n}
    if held:
        counts([x for x, _ in held.values()], [n for _, n in held.values()], "strata")
    return held


class EValue(NamedTuple):
    """How strong a hidden difference would have to be, as a risk ratio: for the estimate, and for its near limit."""

    value: float
    limit: float | None


def e_value(risk_ratio: float, low: float | None = None, high: float | None = None) -> EValue:
    """The E-value of a risk ratio; with its interval, also that of the limit next to 1 (1 when it holds 1).

    Source: VanderWeele & Ding 2017. Raises: ValueError for a ratio that is not above 0.

    >>> round(e_value(.7045 / .6465).value, 2)
    1.4
    """
    for given in (risk_ratio, low, high):
        if given is not None and not 0 < given < float("inf"):
            raise ValueError(f"expected risk ratios above 0, got {given}")
    near = low if risk_ratio >= 1 else high
    if near is None:
        return EValue(_e_value(risk_ratio), None)
    crosses = near <= 1 if risk_ratio >= 1 else near >= 1
    return EValue(_e_value(risk_ratio), 1.0 if crosses else _e_value(near))


def _e_value(risk_ratio: float) -> float:
    strong = max(risk_ratio, 1 / risk_ratio)
    return strong + sqrt(strong * (strong - 1))
