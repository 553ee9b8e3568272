"""Two releases on the same cases: exact tests of whether the candidate is worse, and whether it is surely not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import inf, lcm, sqrt
from typing import Any, NamedTuple, TypeVar

from evalkit.stats.checking import counts, equal_lengths, floats
from evalkit.stats.student import t_cdf, t_quantile

Trials = int | Sequence[int] | tuple[int | Sequence[int], int | Sequence[int]]
"""One number for all cases; one each; or such a pair for baseline and candidate."""

_N = TypeVar("_N", float, Fraction)

_GRID = 40_000
"""Steps of the exact distribution; values that share no small unit (log times) are rounded to this many."""


class SignFlip(NamedTuple):
    """Mean difference (candidate − baseline), and the one-sided p-values that it is this low by chance.

    `low` and `high` are the paired t-interval (95 %) of the mean; `p_two_sided` doubles the smaller exact tail.
    """

    mean: float
    p: float
    mid_p: float
    n: int
    low: float = -inf
    high: float = inf
    p_two_sided: float = 1.0

    @property
    def value(self) -> float:
        """The mean difference, by the name that all results share."""
        return self.mean


class NonInferiority(NamedTuple):
    """Whether a drop as large as the margin is ruled out: `lower` is the one-sided bound of the mean difference.

    `p` tests "worse by the margin or more"; `z` is (mean + margin) / se, for bounds of rounds.
    """

    mean: float
    lower: float
    proven: bool
    p: float
    z: float
    se: float
    n: int

    @property
    def value(self) -> float:
        """The mean difference, by the name that all results share."""
        return self.mean


def sign_flip(
    baseline: Sequence[Any],
    candidate: Sequence[Any] | None = None,
    *,
    trials: Trials | None = None,
    clusters: Sequence[object] | None = None,
) -> SignFlip:
    """The exact paired sign-flip test on the case means of two releases.

    Both sides list the cases' means (or passes, where `trials` says of how many); one side alone lists differences.
    `clusters` names the cases that are flipped together. With one trial a case this is McNemar's exact test.
    Source: Fisher 1935, "The Design of Experiments", ch. III (randomisation test); mid-p: Lancaster 1961.
    Raises: ValueError for unequal lengths, no case, or NaN.

    >>> test = sign_flip([3,3,3,3,2,3,1,0,3,3,2,3], [3,3,2,0,2,3,2,0,3,1,1,3], trials=3)
    >>> round(test.mean, 5), test.p, test.mid_p
    (-0.16667, 0.125, 0.078125)
    """
    differences = _differences(baseline, candidate, trials)
    n = len(differences)
    mean = float(sum(differences, Fraction(0)) / n)
    low, high = _t_interval(differences, clusters)
    moved = [d for d in _by_cluster(differences, clusters) if d]
    if not moved:
        return SignFlip(mean, 1.0, 0.5, n, low, high, 1.0)
    steps = _whole_steps(moved)
    # Each sign is a fair coin: the flipped sum is 2 · (what keeps its plus sign) − total.
    weights = _convolved([abs(step) for step in steps], _coin)
    kept = (sum(steps) + sum(abs(step) for step in steps)) // 2
    p, mid_p, above = _tails(weights, kept)
    return SignFlip(mean, p, mid_p, n, low, high, min(1.0, 2 * min(p, above)))


def same_cases(baseline: Sequence[int], candidate: Sequence[int], trials: Trials = 1) -> SignFlip:
    """The stratified exact test: reshuffles all trials of both releases inside each case.

    More power for concentrated breakage on a frozen suite, but it also alarms when a change breaks some cases and
    repairs as many. Both sides list passes of `trials`.
    Source: exact conditional test of common odds (Cochran 1954; Mantel & Haenszel 1959), mid-p: Lancaster 1961.
    Raises: ValueError for unequal lengths, no case, or passes outside [0, trials].

    >>> test = same_cases([3,3,3,3,2,3,1,0,3,3,2,3], [3,3,2,0,2,3,2,0,3,1,1,3], 3)
    >>> round(test.p, 6), round(test.mid_p, 6)
    (0.050403, 0.03032)
    """
    of_before, of_after = _trials_of(trials, len(baseline))
    before, of_before = counts(baseline, of_before, "the baseline")
    after, of_after = counts(candidate, of_after, "the candidate")
    n = equal_lengths(baseline=before, candidate=after)
    whole = [tuple(int(x) for x in case) for case in zip(before, of_before, after, of_after, strict=True)]
    differences = [Fraction(x, k) - Fraction(y, j) for y, j, x, k in whole]
    # With the case's passes fixed, the difference is linear in the candidate's: one pass moves it by 1/k + 1/j.
    units = [Fraction(1, k) + Fraction(1, j) for _, j, _, k in whole]
    scale = lcm(*(unit.denominator for unit in units))
    steps = [int(unit * scale) for unit in units]
    weights, observed = None, 0
    for (y, j, x, k), step in zip(whole, steps, strict=True):
        low = max(0, x + y - j)
        weights = _spread(weights, step, _hypergeometric(x + y, k, j))
        observed += (x - low) * step
    p, mid_p, above = _tails(weights, observed)
    interval = _t_interval(differences, None)
    return SignFlip(
        float(sum(differences, Fraction(0)) / n), p, mid_p, n, *interval, min(1.0, 2 * min(p, above))
    )  # fmt: skip


def non_inferiority(
    baseline: Sequence[Any],
    candidate: Sequence[Any] | None = None,
    margin: float = 0.05,
    *,
    trials: Trials | None = None,
    alpha: float = 0.05,
    clusters: Sequence[object] | None = None,
) -> NonInferiority:
    """Whether the candidate is surely not worse by `margin`: the one-sided t-bound of the mean difference lies above.

    Identical results still leave room for one case that moved unseen: the standard error is at least 1/n.
    Source: paired t on case means; non-inferiority margin (EMA 2005, "Choice of the non-inferiority margin").
    Raises: ValueError as `sign_flip`, and for a margin or alpha outside (0, 1).

    >>> non_inferiority([1] * 100, [1] * 100).proven, non_inferiority([1] * 20, [1] * 20).proven
    (True, False)
    """
    if not 0 < margin < 1 or not 0 < alpha < 1:
        raise ValueError(f"expected margin and alpha inside (0, 1), got {margin} and {alpha}")
    differences = _differences(baseline, candidate, trials)
    n = len(differences)
    mean = float(sum(differences, Fraction(0)) / n)
    se, groups = _standard_error(differences, clusters)
    se = max(se, 1 / groups)
    z = (mean + margin) / se
    if groups < 2:
        return NonInferiority(mean, -inf, False, 1.0, z, se, n)
    lower = mean - t_quantile(groups - 1, 1 - alpha) * se
    return NonInferiority(mean, lower, lower > -margin, t_cdf(groups - 1, -z), z, se, n)


# ---------------------------------------------------------------- sides


def _differences(baseline: Sequence[Any], candidate: Sequence[Any] | None, trials: Trials | None) -> list[Fraction]:
    if candidate is None:
        return [_exact(value) for value in _finite(baseline, "differences")]
    before, after = _finite(baseline, "the baseline"), _finite(candidate, "the candidate")
    if len(before) != len(after):
        raise ValueError(f"expected the same cases on both sides, got {len(before)} and {len(after)}")
    if trials is None:
        return [_exact(c) - _exact(b) for b, c in zip(before, after, strict=True)]
    of_before, of_after = _trials_of(trials, len(before))
    _, of_before = counts(before, of_before, "the baseline")
    _, of_after = counts(after, of_after, "the candidate")
    return [
        _exact(c) / int(k) - _exact(b) / int(j)
        for b, j, c, k in zip(before, of_before, after, of_after, strict=True)
    ]  # fmt: skip


def _finite(values: Iterable[Any], what: str) -> list[Any]:
    found = list(values)
    floats(found, what)
    return found


def _trials_of(trials: Trials, n: int) -> tuple[Any, Any]:
    # A pair of lists, or of numbers where there are not two cases, says baseline and candidate apart.
    if isinstance(trials, tuple) and len(trials) == 2 and (n != 2 or isinstance(trials[0], Sequence)):
        return trials
    return trials, trials


def _exact(value: Any) -> Fraction:
    # 0.333… is one of three, not a binary fraction: a float becomes the simple fraction that it stands for.
    if not isinstance(value, float):
        return Fraction(int(value)) if not isinstance(value, Fraction) else value
    near = Fraction(value).limit_denominator(2_520)
    return near if abs(float(near) - value) < 1e-9 else Fraction(value)


def _by_cluster(values: Sequence[_N], clusters: Sequence[object] | None) -> list[_N]:
    """The sums by cluster, each value for itself where no clusters are named."""
    if clusters is None:
        return list(values)
    if len(clusters) != len(values):
        raise ValueError(f"expected a cluster for each case, got {len(clusters)} for {len(values)} cases")
    sums: dict[object, _N] = {}
    for key, value in zip(clusters, values, strict=True):
        sums[key] = sums[key] + value if key in sums else value
    return list(sums.values())


def _standard_error(differences: Sequence[Fraction], clusters: Sequence[object] | None) -> tuple[float, int]:
    n = len(differences)
    values = [float(d) for d in differences]
    mean = sum(values) / n
    pulls = _by_cluster([value - mean for value in values], clusters)
    groups = len(pulls)
    if groups < 2:
        return inf, groups
    return sqrt(groups / (groups - 1) * sum(pull * pull for pull in pulls)) / n, groups


def _t_interval(differences: Sequence[Fraction], clusters: Sequence[object] | None) -> tuple[float, float]:
    se, groups = _standard_error(differences, clusters)
    if groups < 2:
        return -inf, inf
    mean = float(sum(differences, Fraction(0)) / len(differences))
    half = t_quantile(groups - 1, 0.975) * se
    return mean - half, mean + half


# ---------------------------------------------------------------- exact distributions


def _whole_steps(moved: Sequence[Fraction]) -> list[int]:
    unit = lcm(*(d.denominator for d in moved))
    total = sum(abs(d) for d in moved) * unit
    if total > _GRID:
        unit = Fraction(_GRID) / sum(abs(d) for d in moved)  # type: ignore[assignment]
    return [round(d * unit) for d in moved]


def _coin(_: int) -> tuple[float, ...]:
    return (0.5, 0.5)


def _convolved(steps: Sequence[int], chances: Callable[[int], Sequence[float]]) -> Any:
    weights = None
    for step in steps:
        weights = _spread(weights, step, chances(step))
    return weights


def _spread(weights: Any, step: int, chances: Sequence[float]) -> Any:
    """The distribution of the sum so far plus `step` times an independent whole number with these chances."""
    import numpy as np

    before = np.ones(1) if weights is None else weights
    after = np.zeros(len(before) + step * (len(chances) - 1))
    for times, chance in enumerate(chances):
        after[times * step : times * step + len(before)] += chance * before
    return after


def _hypergeometric(passes: int, k: int, j: int) -> list[float]:
    """Chances of the candidate's passes from the lowest possible on, when `passes` fall on k + j trials at random."""
    from math import comb

    low, high = max(0, passes - j), min(k, passes)
    whole = comb(k + j, passes)
    return [comb(k, x) * comb(j, passes - x) / whole for x in range(low, high + 1)]


def _tails(weights: Any, at: int) -> tuple[float, float, float]:
    """P(sum <= at), its mid-p, and P(sum >= at)."""
    below, here = float(weights[:at].sum()), float(weights[at])
    return min(1.0, below + here), min(1.0, below + here / 2), min(1.0, float(weights[at:].sum()))
