"""Weekly numbers that slowly leave their level: control charts that rarely alarm without cause."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from evalkit.stats.checking import counts, equal_lengths, floats

_MEAN_RANGE = 1.128
"""The mean absolute difference of two independent standard normal values (d2 of control charts)."""


class Chart(NamedTuple):
    """A control chart: one value and limit a week, and the weeks (from 0) that alarm.

    `z` are the standardised weeks behind it, `sigma_z` the over-dispersion that they were divided by (1 = none), and
    `laney_sigma_z` what it would be. For a CUSUM, `values` hold the larger of the two sums, `upper` and `lower` both.
    """

    values: tuple[float, ...]
    limits: tuple[float, ...]
    alarms: tuple[int, ...]
    z: tuple[float, ...]
    centre: float
    sigma_z: float
    laney_sigma_z: float
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()


def ewma(
    hits: Sequence[float],
    n: Sequence[float] | float | None = None,
    *,
    baseline: int = 8,
    weight: float = 0.3,
    width: float = 2.7,
    laney: bool = False,
    se: Sequence[float] | None = None,
) -> Chart:
    """The exponentially weighted moving average of weekly deviations with its limits.

    Weeks as `hits` of `n`; as values with their standard errors `se`; or as z-values alone. The first `baseline` weeks
    set the level; `laney` divides by their over-dispersion where it is above 1.
    Source: Roberts 1959; Lucas & Saccucci 1990; Laney 2002 ("Improved control charts for attributes").
    Raises: ValueError for no week, counts that do not fit, or fewer than 2 baseline weeks.

    >>> solved = [231, 210, 245, 222, 238, 214, 253, 225, 217, 248, 212, 203]
    >>> chart = ewma(solved, [300, 280, 310, 295, 305, 290, 320, 300, 285, 310, 300, 295])
    >>> round(chart.values[-1], 4), round(chart.limits[-1], 4), chart.alarms
    (-1.2829, 1.1341, (11,))
    """
    if not 0 < weight <= 1 or width <= 0:
        raise ValueError(f"expected a weight in (0, 1] and a width above 0, got {weight} and {width}")
    z, centre, used, laney_sigma = _standardised(hits, n, se, baseline, laney)
    values, limits, level = [], [], 0.0
    for week, deviation in enumerate(z, 1):
        level = weight * deviation + (1 - weight) * level
        values.append(level)
        limits.append(width * sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * week))))
    alarms = tuple(i for i, (v, limit) in enumerate(zip(values, limits, strict=True)) if abs(v) > limit)
    return Chart(tuple(values), tuple(limits), alarms, tuple(z), centre, used, laney_sigma)


def cusum(
    hits: Sequence[float],
    n: Sequence[float] | float | None = None,
    *,
    baseline: int = 8,
    slack: float = 0.5,
    limit: float = 4.0,
    laney: bool = False,
    se: Sequence[float] | None = None,
) -> Chart:
    """The two cumulative sums of weekly deviations beyond `slack`, upwards and downwards, with one limit.

    Weeks as in `ewma`. Source: Page 1954; Montgomery, "Introduction to Statistical Quality Control", ch. 9.
    Raises: ValueError as `ewma`.

    >>> solved = [231, 210, 245, 222, 238, 214, 253, 225, 217, 248, 212, 203]
    >>> chart = cusum(solved, [300, 280, 310, 295, 305, 290, 320, 300, 285, 310, 300, 295])
    >>> [round(x, 3) for x in chart.lower[-2:]], chart.alarms
    ([1.92, 4.571], (11,))
    """
    if slack < 0 or limit <= 0:
        raise ValueError(f"expected a slack of at least 0 and a limit above 0, got {slack} and {limit}")
    z, centre, used, laney_sigma = _standardised(hits, n, se, baseline, laney)
    up, down, uppers, lowers = 0.0, 0.0, [], []
    for deviation in z:
        up, down = max(0.0, up + deviation - slack), max(0.0, down - deviation - slack)
        uppers.append(up)
        lowers.append(down)
    values = tuple(max(pair) for pair in zip(uppers, lowers, strict=True))
    alarms = tuple(i for i, value in enumerate(values) if value > limit)
    limits = (limit,) * len(values)
    return Chart(values, limits, alarms, tuple(z), centre, used, laney_sigma, tuple(lowers), tuple(uppers))


def laney_sigma(z: Sequence[float]) -> float:
    """The spread of standardised weeks from one to the next: above 1 where weeks differ by more than chance.

    Source: Laney 2002. Raises: ValueError for fewer than 2 weeks.

    >>> laney_sigma([0.0, 1.128, 0.0])
    1.0
    """
    values = floats(z, "standardised weeks")
    if len(values) < 2:
        raise ValueError("expected at least 2 weeks to see how they vary, got 1")
    steps = [abs(b - a) for a, b in zip(values, values[1:], strict=False)]
    return sum(steps) / len(steps) / _MEAN_RANGE


def _standardised(
    hits: Sequence[float],
    n: Sequence[float] | float | None,
    se: Sequence[float] | None,
    baseline: int,
    laney: bool,
) -> tuple[list[float], float, float, float]:
    if n is not None:
        found, of = counts(hits, n, "weeks")
        centre = sum(found[:baseline]) / sum(of[:baseline])
        # A level of exactly 0 or 1 has no spread to divide by: half a hit keeps the chart alive.
        smooth = min(max(centre, 0.5 / sum(of[:baseline])), 1 - 0.5 / sum(of[:baseline]))
        z = [(x / m - centre) / sqrt(smooth * (1 - smooth) / m) for x, m in zip(found, of, strict=True)]
    elif se is not None:
        values, errors = floats(hits, "weeks"), floats(se, "standard errors")
        equal_lengths(weeks=values, errors=errors)
        if min(errors) <= 0:
            raise ValueError("expected standard errors above 0")
        worth = [1 / e**2 for e in errors[:baseline]]
        centre = sum(w * v for w, v in zip(worth, values, strict=False)) / sum(worth)
        z = [(v - centre) / e for v, e in zip(values, errors, strict=True)]
    else:
        z, centre = floats(hits, "standardised weeks"), 0.0
    if baseline < 2:
        raise ValueError(f"expected at least 2 baseline weeks, got {baseline}")
    over = laney_sigma(z[:baseline]) if len(z) > 1 else 1.0
    used = max(1.0, over) if laney else 1.0
    return [value / used for value in z], centre, used, over
