"""Repeated trials of one case: does it work every time, once, or did it break?"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, exp, lgamma
from typing import NamedTuple

from evalkit.stats.checking import counts
from evalkit.stats.rates import Interval, cluster_rate


class PassK(NamedTuple):
    """A mean over the cases with at least k trials, its 95 % interval, and how many cases had fewer."""

    value: float
    low: float
    high: float
    n: int
    n_left_out: int


def pass_hat_k(passes: Sequence[int] | int, trials: Sequence[int] | int, k: int) -> PassK:
    """pass^k: the chance that k trials of a case all pass, averaged over cases.

    Source: Yao et al. 2024, tau-bench, arXiv 2406.12045. Raises: ValueError when no case has k trials.

    >>> [round(pass_hat_k([5, 5, 4, 3, 0], 5, k).value, 2) for k in (1, 2, 3, 4, 5)]
    [0.68, 0.58, 0.5, 0.44, 0.4]
    """
    return _over_cases(passes, trials, k, lambda c, n: comb(c, k) / comb(n, k))


def pass_at_k(passes: Sequence[int] | int, trials: Sequence[int] | int, k: int) -> PassK:
    """pass@k: the chance that at least one of k trials of a case passes, averaged over cases.

    Source: Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv 2107.03374.
    Raises: ValueError when no case has k trials.

    >>> [round(pass_at_k([5, 5, 4, 3, 0], 5, k).value, 2) for k in (1, 2, 3)]
    [0.68, 0.78, 0.8]
    """
    return _over_cases(passes, trials, k, lambda c, n: 1 - comb(n - c, k) / comb(n, k))


def _over_cases(passes: Sequence[int] | int, trials: Sequence[int] | int, k: int, chance: object) -> PassK:
    if k != int(k) or k < 1:
        raise ValueError(f"expected a whole k of at least 1, got {k}")
    hits, of = counts([passes] if isinstance(passes, int) else passes, trials, "cases")
    if any(x != int(x) for x in hits + of):
        raise ValueError("expected whole numbers of passes and trials")
    values = [chance(int(c), int(n)) for c, n in zip(hits, of, strict=True) if n >= k]  # type: ignore[operator]
    if not values:
        raise ValueError(f"expected at least one case with {k} trials, got at most {max(of):g}")
    # Values between 0 and 1 vary less than the coin flips that Wilson assumes, so the interval errs on the wide side.
    found: Interval = cluster_rate(values, 1)
    return PassK(found.rate, found.low, found.high, len(values), len(hits) - len(values))


def broken_case_p(baseline_passes: int, baseline_trials: int, passes: int, trials: int) -> float:
    """The chance of so few passes if the case were as the baseline showed it: a lower beta-binomial tail.

    Source: posterior predictive of the Jeffreys prior (Gelman et al., "Bayesian Data Analysis", ch. 2).
    Raises: ValueError for passes outside [0, trials].

    >>> round(broken_case_p(15, 15, 1, 3), 4), round(broken_case_p(5, 5, 0, 3), 4)
    (0.0075, 0.0056)
    """
    counts([baseline_passes, passes], [baseline_trials, trials], "trials")
    a, b = baseline_passes + 0.5, baseline_trials - baseline_passes + 0.5

    def beta(x: float, y: float) -> float:
        return lgamma(x) + lgamma(y) - lgamma(x + y)

    chances = (comb(trials, x) * exp(beta(x + a, trials - x + b) - beta(a, b)) for x in range(passes + 1))
    return min(1.0, sum(chances))
