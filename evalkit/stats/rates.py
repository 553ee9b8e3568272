"""Rates with intervals that stay honest for small, clustered, weighted and reviewed samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import median
from typing import Any, NamedTuple

from evalkit.stats.checking import Z, counts, equal_lengths, floats, share
from evalkit.stats.student import t_quantile


class Interval(NamedTuple):
    """A rate in [0, 1] with its 95 % interval and the number of independent observations behind it.

    `n` counts the observations, `se` is the standard error of the rate (None where the method needs none), and
    `design_effect` says how many observations weigh as one independent one: by clusters, or by weights (Kish).
    """

    rate: float
    low: float
    high: float
    n_effective: float
    n: float = 0
    se: float | None = None
    design_effect: float = 1.0

    @property
    def value(self) -> float:
        """The rate, by the name that all results share."""
        return self.rate

    @property
    def n_eff(self) -> float:
        """The effective number of observations, by its short name."""
        return self.n_effective


def wilson(hits: float, n: float) -> Interval:
    """The Wilson score interval of a share; n may be an effective number.

    Source: Wilson 1927; Brown, Cai & DasGupta 2001, "Interval Estimation for a Binomial Proportion".
    Raises: ValueError for n <= 0 or hits outside [0, n].

    >>> [round(x, 4) for x in wilson(42, 50)[:3]]
    [0.84, 0.7149, 0.9166]
    """
    if not (0 < n < float("inf")) or not 0 <= hits <= n:
        raise ValueError(f"expected 0 <= hits <= n and n > 0, got {hits} of {n}")
    p = hits / n
    spread = Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n * n))
    scale = 1 + Z**2 / n
    centre = p + Z**2 / (2 * n)
    low = 0.0 if hits == 0 else min(p, max(0.0, (centre - spread) / scale))
    high = 1.0 if hits == n else max(p, min(1.0, (centre + spread) / scale))
    return Interval(p, low, high, float(n), float(n), sqrt(p * (1 - p) / n))


def jeffreys(hits: float, n: float, *, confidence: float = 0.95) -> Interval:
    """The rate's Beta(hits + ½, misses + ½) quantiles: for priors and for single flaky cases.

    Source: Brown, Cai & DasGupta 2001. Raises: ValueError as `wilson`.

    >>> [round(x, 4) for x in jeffreys(42, 50)[1:3]]
    [0.7207, 0.9213]
    """
    from scipy.special import betaincinv

    p = wilson(hits, n).rate
    tail = (1 - share(confidence, "the confidence")) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits + 0.5, n - hits + 0.5, tail))
    high = 1.0 if hits == n else float(betaincinv(hits + 0.5, n - hits + 0.5, 1 - tail))
    return Interval(p, low, high, float(n), float(n), sqrt(p * (1 - p) / n))


def cluster_rate(passes: Sequence[Any], trials: Sequence[float] | float | None = None) -> Interval:
    """The mean of the cases' own rates with a Wilson interval on the effective number of trials.

    `passes` are the hits by case and `trials` the trials by case, or one number for all; without `trials`, each item
    of `passes` lists the outcomes (0 or 1) of one case.
    Source: Korn & Graubard 1998 (design effect); Miller 2024, arXiv 2411.00640 (clustered evaluations).
    Raises: ValueError without cases, for a case without trials, or for hits outside [0, trials].

    >>> [round(x, 4) for x in cluster_rate([5]*10 + [4]*3 + [3]*2 + [2, 1, 0, 0, 0], 5)[:3]]
    [0.71, 0.5136, 0.8502]
    """
    if trials is None:
        outcomes = [floats(case, f"outcomes of case {index}") for index, case in enumerate(passes)]
        passes, trials = [sum(case) for case in outcomes], [len(case) for case in outcomes]
    hits, of = counts(passes, trials, "cases")
    n, total = len(hits), sum(of)
    if total == n:
        return wilson(sum(hits), n)
    rates = [h / t for h, t in zip(hits, of, strict=True)]
    mean = min(1.0, sum(rates) / n)
    variance = sum((r - mean) ** 2 for r in rates) / (n - 1) / n if n > 1 else 0.0
    return clustered(mean, variance, n, total)


def clustered(mean: float, variance: float, n: int, total: float) -> Interval:
    """The interval of a mean over n clusters with `total` observations, given the variance of that mean.

    `cluster_rate` from its sums, for callers that hold columns. One cluster counts as one observation.
    """
    if n == 1:
        found = wilson(mean, 1)
        return Interval(mean, found.low, found.high, 1.0, total, None, total)
    narrow = (Z / t_quantile(n - 1, 0.975)) ** 2
    flat = mean * (1 - mean) / total
    effect = max(1.0, variance / flat) if flat > 0 else total / n
    n_effective = total / effect * narrow
    found = wilson(mean * n_effective, n_effective)
    return Interval(mean, found.low, found.high, n_effective, total, sqrt(variance), effect)


def weighted_rate(
    values: Sequence[float],
    weights: Sequence[float],
    hits: Sequence[float] | None = None,
    *,
    clusters: Sequence[object] | None = None,
    finite: bool = False,
) -> Interval:
    """The rate of a weighted sample, with a Wilson interval on the effective sample size.

    Two forms. `weighted_rate(outcomes, weights)`: outcomes in [0, 1] with weights 1/π, capped at ten times their median
    (Hájek); `clusters` names what belongs together. `weighted_rate(sizes, sampled, hits)`: one item a stratum; `finite`
    narrows the standard error when the number is about exactly these conversations. `design_effect` is Kish's: below
    20 = n / design_effect, show counts, never a percentage.
    Source: Hájek 1971; Kish 1965; Horvitz & Thompson 1952. Raises: ValueError for bad counts, weights or lengths.

    >>> found = weighted_rate([1200, 600, 200], [40, 30, 30], [36, 21, 9])
    >>> round(found.rate, 4), round(found.se, 6)
    (0.78, 0.039432)
    """
    if hits is not None:
        return _stratified(values, weights, hits, finite=finite)
    ys, ws = floats(values, "outcomes"), floats(weights, "weights")
    n = equal_lengths(outcomes=ys, weights=ws)
    for y, w in zip(ys, ws, strict=True):
        share(y, "outcomes")
        if w <= 0:
            raise ValueError(f"expected weights above 0, got {w:g}")
    cap = 10 * median(ws)
    ws = [min(w, cap) for w in ws]
    whole = sum(ws)
    mean = min(1.0, sum(w * y for w, y in zip(ws, ys, strict=True)) / whole)
    pulls: dict[object, float] = {}
    keys = range(n) if clusters is None else clusters
    for key, w, y in zip(keys, ws, ys, strict=True):
        pulls[key] = pulls.get(key, 0.0) + w * (y - mean)
    groups = len(pulls)
    correction = groups / (groups - 1) if groups > 1 else 1.0
    variance = correction * sum(pull * pull for pull in pulls.values()) / whole**2
    return _from_variance(mean, variance, n, n * sum(w * w for w in ws) / whole**2)


def _stratified(sizes: Iterable[float], sampled: Iterable[float], hits: Iterable[float], *, finite: bool) -> Interval:
    of = floats(sizes, "stratum sizes")
    found, drawn = counts(hits, sampled, "strata")
    equal_lengths(sizes=of, sampled=drawn)
    whole, mean, variance, kish = sum(of), 0.0, 0.0, 0.0
    for size, n, x in zip(of, drawn, found, strict=True):
        if size < n:
            raise ValueError(f"expected no more sampled than the stratum holds, got {n:g} of {size:g}")
        part, p = size / whole, x / n
        mean += part * p
        within = p * (1 - p) / (n - 1) if n > 1 else 0.25
        variance += part**2 * within * ((1 - n / size) if finite else 1.0)
        kish += part**2 / n
    total = sum(drawn)
    return _from_variance(mean, variance, total, total * kish)


def _from_variance(mean: float, variance: float, n: float, design_effect: float) -> Interval:
    flat = mean * (1 - mean)
    # At 0 or 1 the sample shows no variance: what counts then is Kish's number of equal weights.
    n_effective = min(n, flat / variance) if flat > 0 and variance > 0 else n / design_effect
    found = wilson(mean * n_effective, n_effective)
    return Interval(mean, found.low, found.high, n_effective, n, sqrt(variance), design_effect)


def debiased_rate(
    sizes: Sequence[float], labelled: Sequence[float], positive: Sequence[float], *, min_cell: int = 5
) -> Interval:
    """The rate that people would find, from all verdicts and a sample of labels in each cell of verdicts.

    Cells in a natural order (verdict × doubt, or strata): how many conversations each holds, how many of them were
    labelled, how many of those positive. A cell with fewer than `min_cell` labels is merged with its neighbour.
    Source: post-stratification; equals PPI++ with a binary judge (Angelopoulos et al. 2023, arXiv 2311.01453).
    Raises: ValueError for fewer than `min_cell` labels in all, or counts that do not fit.

    >>> found = debiased_rate([1438, 562], [70, 30], [63, 6])
    >>> round(found.rate, 4), round(found.low, 4), round(found.high, 4)
    (0.7033, 0.6322, 0.7658)
    """
    cells = _merged(_cells(sizes, labelled, positive), min_cell)
    whole = sum(size for size, _, _ in cells)
    mean = sum(size / whole * x / n for size, n, x in cells)
    smooth = [(size / whole, n, (x + 0.5) / (n + 1)) for size, n, x in cells]
    centre = sum(part * s for part, _, s in smooth)
    variance = sum(part**2 * s * (1 - s) / n + part * (s - centre) ** 2 / whole for part, n, s in smooth)
    n_effective = max(mean * (1 - mean), 0.02) / variance
    found = wilson(mean * n_effective, n_effective)
    n_labels = sum(n for _, n, _ in cells)
    return Interval(mean, found.low, found.high, n_effective, n_labels, sqrt(variance), n_labels / n_effective)


def _cells(
    sizes: Sequence[float], labelled: Sequence[float], positive: Sequence[float]
) -> list[tuple[float, float, float]]:
    of, n, x = floats(sizes, "cell sizes"), floats(labelled, "labelled"), floats(positive, "positive labels")
    equal_lengths(sizes=of, labelled=n, positive=x)
    cells = [cell for cell in zip(of, n, x, strict=True) if cell != (0.0, 0.0, 0.0)]
    for size, labels, hits in cells:
        if not 0 <= hits <= labels <= size:
            raise ValueError(f"expected 0 <= positive <= labelled <= size, got {hits:g}, {labels:g}, {size:g}")
    if not sum(labels for _, labels, _ in cells):
        raise ValueError("expected at least one label, got none")
    return cells


def _merged(cells: list[tuple[float, float, float]], min_cell: int) -> list[tuple[float, float, float]]:
    while min(n for _, n, _ in cells) < min_cell:
        if len(cells) == 1:
            raise ValueError(f"expected at least {min_cell} labels, got {cells[0][1]:g}: review more conversations")
        at = min(range(len(cells)), key=lambda index: cells[index][1])
        beside = min((i for i in (at - 1, at + 1) if 0 <= i < len(cells)), key=lambda index: cells[index][1])
        a, b = cells[at], cells[beside]
        cells[min(at, beside) : max(at, beside) + 1] = [(a[0] + b[0], a[1] + b[1], a[2] + b[2])]
    return cells


def rogan_gladen(
    rate: float | tuple[float, float],
    sensitivity: float | tuple[float, float],
    specificity: float | tuple[float, float],
    *,
    n: float | None = None,
    n_sensitivity: float | None = None,
    n_specificity: float | None = None,
) -> Interval:
    """The true rate behind a judge's rate, from what is known of the judge's errors elsewhere.

    Each of the three is a pair (hits, n), or a share whose n is given apart; a share without n is taken as exact.
    Source: Rogan & Gladen 1978; delta interval, Lee et al. 2025, arXiv 2511.21140.
    Raises: ValueError when the judge hardly tells apart (sensitivity + specificity − 1 < 0.3).

    >>> found = rogan_gladen((1438, 2000), (63, 69), (24, 31))
    >>> round(found.rate, 4), round(found.low, 4), round(found.high, 4)
    (0.7176, 0.6212, 0.8141)
    """
    q, n_q = _share_of(rate, n, "the judged rate")
    se, n_se = _share_of(sensitivity, n_sensitivity, "the sensitivity")
    sp, n_sp = _share_of(specificity, n_specificity, "the specificity")
    tells = se + sp - 1
    if tells < 0.3:
        raise ValueError(f"expected sensitivity + specificity − 1 of at least 0.3, got {tells:.2f}: judge not usable")
    exact = (q + sp - 1) / tells
    variance = (_variance(q, n_q) + exact**2 * _variance(se, n_se) + (1 - exact) ** 2 * _variance(sp, n_sp)) / tells**2
    half = Z * sqrt(variance)
    low, mean, high = (min(1.0, max(0.0, x)) for x in (exact - half, exact, exact + half))
    n_effective = mean * (1 - mean) / variance if variance > 0 else float(n_q or 0)
    return Interval(mean, low, high, n_effective, float(n_q or 0), sqrt(variance))


def _share_of(given: float | tuple[float, float], n: float | None, what: str) -> tuple[float, float | None]:
    if isinstance(given, Sequence):
        (hits,), (of,) = counts([given[0]], [given[1]], what)
        return hits / of, of
    return share(given, what), n


def _variance(p: float, n: float | None) -> float:
    return p * (1 - p) / n if n else 0.0
