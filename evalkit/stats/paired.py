"""Two releases on the same cases: an exact test of whether the candidate is worse."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple


class SignFlip(NamedTuple):
    """Mean difference (candidate − baseline) and the one-sided p-values that it is this low by chance."""

    mean: float
    p: float
    mid_p: float
    n: int


def sign_flip(baseline: Sequence[Fraction], candidate: Sequence[Fraction]) -> SignFlip:
    """The exact paired sign-flip test on the case means of two releases.

    Source: Fisher 1935, "The Design of Experiments", ch. III (randomisation test); mid-p: Lancaster 1961.
    Raises: ValueError for unequal lengths or no case.

    >>> thirds = lambda xs: [Fraction(x, 3) for x in xs]
    >>> test = sign_flip(thirds([3,3,3,3,2,3,1,0,3,3,2,3]), thirds([3,3,2,0,2,3,2,0,3,1,1,3]))
    >>> round(test.mean, 5), test.p, test.mid_p
    (-0.16667, 0.125, 0.078125)
    """
    if len(baseline) != len(candidate) or not baseline:
        raise ValueError("expected the same cases, at least one, on both sides")
    differences = [c - b for b, c in zip(baseline, candidate, strict=True)]
    n = len(differences)
    mean = float(sum(differences, Fraction(0)) / n)
    moved = [d for d in differences if d]
    if not moved:
        return SignFlip(0.0, 1.0, 0.5, n)
    unit = lcm(*(d.denominator for d in moved))
    steps = [abs(int(d * unit)) for d in moved]
    observed = sum(int(d * unit) for d in moved)
    return SignFlip(mean, *_tail(steps, observed), n)


def _tail(steps: list[int], observed: int) -> tuple[float, float]:
    import numpy as np

    # Probability of each sum of the steps that keep their plus sign; the whole sum is 2·kept − total.
    total = sum(steps)
    weights = np.zeros(total + 1)
    weights[0] = 1.0
    reach = 0
    for step in steps:
        shifted = np.zeros_like(weights)
        shifted[step : reach + step + 1] = weights[: reach + 1]
        weights = (weights + shifted) / 2
        reach += step
    kept = (observed + total) // 2
    below = float(weights[:kept].sum())
    here = float(weights[kept])
    return min(1.0, below + here), min(1.0, below + here / 2)
