"""How far raters agree beyond chance: two raters, many, with gaps, on names, ranks or intervals."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from math import isnan, sqrt
from typing import Any, Literal, NamedTuple

from evalkit.stats.checking import Z, equal_lengths, floats

Weights = Literal["linear", "quadratic"]
Level = Literal["nominal", "ordinal", "interval"]


class Agreement(NamedTuple):
    """A coefficient of agreement with its 95 % interval; `raw` is the share of plain agreement, `n` counts the items.

    `se` is None where the interval comes from resampling; a coefficient that is undefined (one category only, seen by
    all) is given as 1 with the interval [-1, 1].
    """

    value: float
    low: float
    high: float
    n: int
    raw: float
    se: float | None = None


def cohen_kappa(a: Sequence[Any], b: Sequence[Any] | None = None, *, weights: Weights | None = None) -> Agreement:
    """Cohen's kappa of two raters: from their k × k table of counts, or from their two lists of labels.

    Weights "linear" or "quadratic" count near misses for ordered categories (labels are ordered by their value).
    Source: Cohen 1960, 1968; standard error, Fleiss, Cohen & Everitt 1969.
    Raises: ValueError for a table that is not square, lists of unequal length, or nothing rated.

    >>> found = cohen_kappa([[45, 5], [10, 40]])
    >>> [round(x, 4) for x in (found.value, found.low, found.high)]
    [0.7, 0.5607, 0.8393]
    """
    table, n = _table(a, b)
    k = len(table)
    worth = _worth(k, weights)
    rows = [sum(row) for row in table]
    columns = [sum(table[i][j] for i in range(k)) for j in range(k)]
    cells = [(i, j) for i in range(k) for j in range(k)]
    observed = sum(worth[i][j] * table[i][j] for i, j in cells)
    chance = sum(worth[i][j] * rows[i] * columns[j] for i, j in cells)
    raw = sum(table[i][i] for i in range(k))
    if chance >= 1 - 1e-12:
        return Agreement(1.0, -1.0, 1.0, n, raw)
    kappa = (observed - chance) / (1 - chance)
    row_worth = [sum(worth[i][j] * columns[j] for j in range(k)) for i in range(k)]
    column_worth = [sum(worth[i][j] * rows[i] for i in range(k)) for j in range(k)]
    spread = sum(
        table[i][j] * (worth[i][j] - (row_worth[i] + column_worth[j]) * (1 - kappa)) ** 2 for i, j in cells
    ) - (kappa - chance * (1 - kappa)) ** 2  # fmt: skip
    return _bounded(kappa, sqrt(max(0.0, spread) / n) / (1 - chance), n, raw)


def gwet_ac1(a: Sequence[Any], b: Sequence[Any] | None = None) -> Agreement:
    """Gwet's AC1 of two raters, which keeps its meaning where one category is rare and kappa collapses.

    Input as `cohen_kappa`. Source: Gwet 2008, "Computing inter-rater reliability and its variance in the presence of
    high agreement". Raises: ValueError as `cohen_kappa`.

    >>> round(gwet_ac1([[85, 5], [6, 4]]).value, 5), round(cohen_kappa([[85, 5], [6, 4]]).value, 5)
    (0.86716, 0.36047)
    """
    table, n = _table(a, b)
    k = len(table)
    raw = sum(table[i][i] for i in range(k))
    if k < 2:
        return Agreement(1.0, -1.0, 1.0, n, raw)
    share = [(sum(table[i]) + sum(row[i] for row in table)) / 2 for i in range(k)]
    chance = sum(p * (1 - p) for p in share) / (k - 1)
    value = (raw - chance) / (1 - chance)
    own = sum(table[i][i] * (1 - share[i]) for i in range(k)) / (k - 1)
    pairs = sum(table[i][j] * (1 - (share[i] + share[j]) / 2) ** 2 for i in range(k) for j in range(k)) / (k - 1) ** 2
    spread = (
        raw * (1 - raw)
        - 4 * (1 - value) * (own - raw * chance)
        + 4 * (1 - value) ** 2 * (pairs - chance**2)
    )  # fmt: skip
    return _bounded(value, sqrt(max(0.0, spread) / n) / (1 - chance), n, raw)


def krippendorff_alpha(
    ratings: Sequence[Sequence[Any]], level: Level = "nominal", *, resamples: int = 1_000, seed: int = 0
) -> Agreement:
    """Krippendorff's alpha of raters × items, None or NaN where a rater did not rate; interval by resampling items.

    Levels: "nominal" names, "ordinal" ranks (labels are ordered by their value), "interval" numbers.
    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"; bootstrap of items, Zapf et al. 2016.
    Raises: ValueError for rows of unequal length, an unknown level, or no item with two ratings.

    >>> rows = ("1101001101", "1100001111", "*101*01*01")
    >>> round(krippendorff_alpha([[None if c == "*" else int(c) for c in row] for row in rows]).value, 6)
    0.704545
    """
    if level not in ("nominal", "ordinal", "interval"):
        raise ValueError(f"expected level nominal, ordinal or interval, got {level!r}")
    rows = [[None if _missing(value) else value for value in row] for row in ratings]
    if not rows:
        raise ValueError("expected at least one rater, got none")
    equal_lengths(**{f"rater {index}": row for index, row in enumerate(rows, 1)})
    items = [[v for v in item if v is not None] for item in zip(*rows, strict=True)]
    pairable = [item for item in items if len(item) > 1]
    if not pairable:
        raise ValueError("expected at least one item with two ratings, got none")
    values = sorted({v for item in pairable for v in item}, key=_order)
    if level == "interval":
        floats(values, "ratings on an interval scale")
    per_item = _coincidences(pairable, values)
    value = _alpha(per_item.sum(axis=0), values, level)
    raw = float((per_item.trace(axis1=1, axis2=2) / per_item.sum(axis=(1, 2))).mean())
    if value is None:
        return Agreement(1.0, -1.0, 1.0, len(pairable), raw)
    low, high = _resampled(per_item, values, level, resamples, seed)
    return Agreement(value, min(low, value), max(high, value), len(pairable), raw)


def _bounded(value: float, se: float, n: int, raw: float) -> Agreement:
    return Agreement(value, max(-1.0, value - Z * se), min(1.0, value + Z * se), n, raw, se)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _order(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def _table(a: Sequence[Any], b: Sequence[Any] | None) -> tuple[list[list[float]], int]:
    """Shares of the k × k table, and the number of items."""
    if b is not None:
        equal_lengths(first=list(a), second=list(b))
        pairs: list[tuple[Hashable, Hashable]] = [
            (x, y) for x, y in zip(a, b, strict=True) if not _missing(x) and not _missing(y)
        ]
        labels = {label: index for index, label in enumerate(sorted({v for p in pairs for v in p}, key=_order))}
        table = [[0.0] * len(labels) for _ in labels]
        for x, y in pairs:
            table[labels[x]][labels[y]] += 1
    else:
        table = [floats(row, "counts of the table") for row in a]
        if any(len(row) != len(table) for row in table) or any(x < 0 for row in table for x in row):
            raise ValueError("expected a square table of counts of at least 0")
    total = sum(sum(row) for row in table)
    if not total:
        raise ValueError("expected at least one item that both rated, got none")
    return [[x / total for x in row] for row in table], int(total)


def _worth(k: int, weights: Weights | None) -> list[list[float]]:
    if weights not in (None, "linear", "quadratic"):
        raise ValueError(f"expected weights linear, quadratic or None, got {weights!r}")
    if weights is None or k == 1:
        return [[float(i == j) for j in range(k)] for i in range(k)]
    power = 1 if weights == "linear" else 2
    return [[1 - (abs(i - j) / (k - 1)) ** power for j in range(k)] for i in range(k)]


def _coincidences(items: Sequence[Sequence[Any]], values: Sequence[Any]) -> Any:
    """Items × values × values: how often two ratings of the item make this pair, each item weighing its ratings."""
    import numpy as np

    at = {value: index for index, value in enumerate(values)}
    counted = np.zeros((len(items), len(values)))
    for row, item in enumerate(items):
        for value in item:
            counted[row, at[value]] += 1
    ratings = counted.sum(axis=1)
    pairs = counted[:, :, None] * counted[:, None, :]
    same = np.arange(len(values))
    pairs[:, same, same] -= counted
    return pairs / (ratings - 1)[:, None, None]


def _alpha(pairs: Any, values: Sequence[Any], level: Level) -> float | None:
    import numpy as np

    margins = pairs.sum(axis=1)
    total = margins.sum()
    apart = _DISTANCES[level](margins, values)
    expected = (np.outer(margins, margins) * apart).sum() / (total - 1)
    return float(1 - (pairs * apart).sum() / expected) if expected > 0 else None


def _resampled(per_item: Any, values: Sequence[Any], level: Level, resamples: int, seed: int) -> tuple[float, float]:
    import numpy as np

    n = len(per_item)
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=max(1, resamples))
    sums = np.tensordot(draws.astype(float), per_item, axes=1)
    # A resample of one category only is no evidence against agreement.
    found = [1.0 if (alpha := _alpha(pairs, values, level)) is None else alpha for pairs in sums]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _apart_nominal(_: Any, values: Sequence[Any]) -> Any:
    import numpy as np

    return 1.0 - np.eye(len(values))


def _apart_ordinal(margins: Any, _: Sequence[Any]) -> Any:
    import numpy as np

    upto = np.cumsum(margins) - margins / 2
    return (upto[:, None] - upto[None, :]) ** 2


def _apart_interval(_: Any, values: Sequence[Any]) -> Any:
    import numpy as np

    numbers = np.array([float(v) for v in values])
    return (numbers[:, None] - numbers[None, :]) ** 2


_DISTANCES: dict[Level, Callable[[Any, Sequence[Any]], Any]] = {
    "nominal": _apart_nominal, "ordinal": _apart_ordinal, "interval": _apart_interval,
}  # fmt: skip
