"""Rows by what is not independent: those of one case or person stand so that sums over a million take a millisecond.

Clusters of equal size stand together, their first rows side by side, then their second rows: a sum over clusters is
then an addition of whole slices. Trials and passes of a cluster share one byte, and bytes are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_WORTH_PAIRS = 200_000
_SMALL = 15
"""The largest cluster whose trials and passes share a byte."""


class Tally(NamedTuple):
    """How many clusters have so many trials and so many passes (three arrays); those without a trial are left out."""

    trials: Any
    passes: Any
    times: Any


@dataclass(frozen=True, eq=False)
class Clusters:
    """The layout of rows that were taken in this `order`: blocks of (first row, clusters, size), then the large ones.

    `tail_starts` says where each cluster larger than the blocks' begins, from row `n_blocked` on.
    """

    order: Any
    blocks: tuple[tuple[int, int, int], ...]
    n_blocked: int
    tail_starts: Any

    @property
    def n(self) -> int:
        """How many clusters there are."""
        return sum(many for _, many, _ in self.blocks) + len(self.tail_starts)

    @property
    def flat(self) -> bool:
        """Whether each row is a cluster of its own."""
        return all(size == 1 for *_, size in self.blocks) and not len(self.tail_starts)

    def sums(self, values: Any) -> Any:
        """The sum of the values in each cluster."""
        import numpy as np

        kind = np.int64 if values.dtype.kind in "bi" else np.float64
        parts = [self._added(values, block, kind) for block in self.blocks]
        if len(self.tail_starts):
            parts.append(np.add.reduceat(values[self.n_blocked :], self.tail_starts, dtype=kind))
        return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)

    def tally(self, said: Any) -> Tally:
        """The trials and passes of clusters whose rows said 1, 0 or (unknown) -1."""
        import numpy as np

        known, yes = said >= 0, said == 1
        both = known.view(np.uint8) + (yes.view(np.uint8) << np.uint8(4))
        counts = _counted([self._added(both, block, np.uint8) for block in self.blocks])
        codes = np.flatnonzero(counts)
        trials, passes, times = codes & 15, codes >> 4, counts[codes]
        if len(self.tail_starts):
            large = [
                np.add.reduceat(said_so[self.n_blocked :], self.tail_starts, dtype=np.int64) for said_so in (known, yes)
            ]
            trials, passes = np.concatenate([trials, large[0]]), np.concatenate([passes, large[1]])
            times = np.concatenate([times, np.ones(len(self.tail_starts), dtype=np.int64)])
        kept = trials > 0
        return Tally(trials[kept], passes[kept], times[kept])

    @staticmethod
    def _added(values: Any, block: tuple[int, int, int], kind: Any) -> Any:
        first, many, size = block
        total = values[first : first + many].astype(kind)
        for at in range(1, size):
            total += values[first + at * many : first + (at + 1) * many]
        return total


def _counted(parts: Sequence[Any]) -> Any:
    """How often each byte occurs."""
    import numpy as np

    if not parts:
        return np.zeros(256, dtype=np.int64)
    bytes_ = np.concatenate(parts)
    pairs = len(bytes_) // 2 if len(bytes_) > _WORTH_PAIRS else 0
    counts = np.bincount(bytes_[2 * pairs :], minlength=256)
    if pairs:
        # Two bytes at once: half the steps, and a table of pairs to add up.
        table = np.bincount(bytes_[: 2 * pairs].view(np.uint16), minlength=65_536).reshape(256, 256)
        counts = counts + table.sum(axis=0) + table.sum(axis=1)
    return counts


def clustered_by(cluster: Any) -> Clusters:
    """The layout of rows with these cluster numbers; a row of an unknown one (below 0) is a cluster of its own."""
    import numpy as np

    by_cluster = None if (cluster[1:] >= cluster[:-1]).all() else np.argsort(cluster, kind="stable")
    ordered = cluster if by_cluster is None else cluster[by_cluster]
    begins = np.ones(len(ordered), dtype=bool)
    begins[1:] = (ordered[1:] != ordered[:-1]) | (ordered[1:] < 0)
    starts = np.flatnonzero(begins)
    sizes = np.diff(starts, append=len(ordered))
    order, blocks, n = [], [], 0
    for size in range(1, _SMALL + 1):
        these = starts[sizes == size]
        if len(these):
            order += [these + at for at in range(size)]
            blocks.append((n, len(these), size))
            n += size * len(these)
    large = sizes > _SMALL
    order.append(np.flatnonzero(np.repeat(large, sizes)))
    of_large = sizes[large]
    rows = np.concatenate(order)
    return Clusters(
        rows if by_cluster is None else by_cluster[rows], tuple(blocks), n, np.cumsum(of_large) - of_large
    )  # fmt: skip
