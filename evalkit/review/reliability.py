"""Does the satisfaction estimate mean what it says? Its chances beside what customers and reviewers answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from evalkit.stats import Interval, wilson
from evalkit.store.columns import Columns

BINS, FEWEST = 5, 20
"""A reliability plot below this many answers shows noise."""


class Bin(NamedTuple):
    """Conversations of one range of the estimate: its mean, and the share that was satisfied."""

    estimate: float
    satisfied: Interval
    n: int


class Reliability(NamedTuple):
    """The bins, lowest first; `gap` is their mean distance from the diagonal, weighted by n."""

    bins: tuple[Bin, ...]
    gap: float
    n: int


Answered = tuple[float | None, int | bool | None]
"""An estimate with what the customer, or a reviewer, answered."""


def surveyed(columns: Columns) -> list[Answered]:
    """The estimates of those who answered a survey."""
    import numpy as np

    here = (columns.flags["satisfied"] >= 0) & ~np.isnan(columns.numbers["satisfaction"])
    return list(
        zip(columns.numbers["satisfaction"][here].tolist(), columns.flags["satisfied"][here].tolist(), strict=True)
    )


def reliability(pairs: Iterable[Answered], bins: int = BINS) -> Reliability | None:
    """Bins of equal size over (estimate, satisfied), None below 20 pairs.

    Source: Niculescu-Mizil & Caruana 2005; expected calibration error (Naeini 2015).

    >>> found = reliability([(0.2, i % 5 == 0) for i in range(50)])
    >>> [(round(b.estimate, 2), b.satisfied.rate, b.n) for b in found.bins][:1], round(found.gap, 2)
    ([(0.2, 0.2, 10)], 0.0)
    """
    # By the estimate alone: sorted by the answer too, equal estimates would fall into a bad bin and a good one.
    known = sorted(((float(e), int(s)) for e, s in pairs if e is not None and s is not None), key=lambda pair: pair[0])
    n = len(known)
    if n < FEWEST:
        return None
    found = []
    for number in range(bins):
        part = known[n * number // bins : n * (number + 1) // bins]
        mean = sum(estimate for estimate, _ in part) / len(part)
        found.append(Bin(mean, wilson(sum(said for _, said in part), len(part)), len(part)))
    gap = sum(one.n * abs(one.estimate - one.satisfied.rate) for one in found) / n
    return Reliability(tuple(found), gap, n)
