"""What was learned of words and signs: a row of weights, one a decision, kept as one number that is added in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

_LIFT = 128
"""Added to every weight, so that no column of a sum borrows from the next."""


class Rows:
    """Rows of small whole weights times a step a column; a row is one number, and a sum of rows adds every column.

    >>> import numpy as np
    >>> rows = Rows(np.array([[1, -2], [3, 4]], np.int8), np.array([0.5, 1.0]))
    >>> rows.weights((rows.row(0) + rows.row(1), 2, 1.0))
    [2.0, 2.0]
    """

    def __init__(self, weights: np.ndarray[Any, Any], step: np.ndarray[Any, Any]) -> None:
        lifted = (weights.reshape(-1, weights.shape[-1]).astype("<i4") + _LIFT).astype("<u4")
        self._lanes = lifted.tobytes()
        self._lane = Struct(f"<{lifted.shape[1]}I")
        self._step: list[float] = step.tolist()

    def row(self, at: int) -> int:
        """One row."""
        width = self._lane.size
        return int.from_bytes(self._lanes[at * width : (at + 1) * width], "little")

    def added(self, rows: Sequence[int], scale: float = 1.0) -> list[float]:
        """What single rows add up to times a scale, a column each.

        >>> import numpy as np
        >>> rows = Rows(np.array([[1, -2], [3, 4]], np.int8), np.array([0.5, 1.0]))
        >>> rows.added([rows.row(0), rows.row(1)])
        [2.0, 2.0]
        """
        lift, lanes = len(rows) * _LIFT, self._lane.unpack(sum(rows).to_bytes(self._lane.size, "little"))
        return [(lane - lift) * step * scale for lane, step in zip(lanes, self._step, strict=True)]

    def weights(self, *parts: tuple[int, int, float]) -> list[float]:
        """What sums of rows add up to, a column each; a part is a sum, how many rows it holds, and its scale."""
        size, unpack = self._lane.size, self._lane.unpack
        columns = [
            [(lane - n_rows * _LIFT) * scale for lane in unpack(total.to_bytes(size, "little"))]
            for total, n_rows, scale in parts
            if n_rows
        ]
        return [step * sum(column) for step, *column in zip(self._step, *columns, strict=True)]


class Signed(NamedTuple):
    """Which signs stand in a message, what they add up to a column each, and the sum of the rows of each two."""

    places: tuple[int, ...]
    alone: list[float]
    pairs: int


class Learnt:
    """The weights of one side: of signs, of each two of them, and of words, two in a row and pieces by their number."""

    def __init__(self, held: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self.decisions: tuple[str, ...] = tuple(held["decisions"].tolist())
        self.numbers: Mapping[int, int] = {number: row for row, number in enumerate(held["numbers"].tolist())}
        self.rows = Rows(held["rows"], held["rows_step"])
        self._start: list[float] = held["start"].tolist()
        self._places: Mapping[str, int] = {name: n for n, name in enumerate(held["signs"].tolist())}
        self._single: list[list[float]] = held["single"].tolist()
        self._pairs = Rows(held["pairs"], held["pairs_step"])
        self._beside: dict[int, list[int]] = {}
        self._nothing = [0.0] * len(self.decisions)

    def signed(self, signs: Iterable[str], more_than: Signed | None = None) -> Signed:
        """The signs of a message that were learned, added up; more than those that were added up before."""
        before = more_than or Signed((), self._nothing, 0)
        new = sorted([self._places[sign] for sign in signs if sign in self._places])
        if not new:
            return before
        both, older = before.pairs, before.places
        for at, place in enumerate(new):
            beside = self._beside.get(place) or self._beside_of(place)
            both += sum([beside[other] for other in older]) + sum([beside[other] for other in new[:at]])
        alone: list[float] = list(map(sum, zip(before.alone, *[self._single[place] for place in new], strict=True)))
        return Signed((*older, *new), alone, both)

    def of_signs(self, signed: Signed) -> list[float]:
        """What the signs of a message and each two of them add up to."""
        n = len(signed.places)
        if not n:
            return self._start
        scale = n**-0.5
        total = [start + one * scale for start, one in zip(self._start, signed.alone, strict=True)]
        if n == 1:
            return total
        n_pairs = n * (n - 1) // 2
        return list(map(float.__add__, total, self._pairs.weights((signed.pairs, n_pairs, n_pairs**-0.5))))

    def _beside_of(self, place: int) -> list[int]:
        n = len(self._places)
        # A pair is kept under the one that comes first.
        found = self._beside[place] = [self._pairs.row(min(place, other) * n + max(place, other)) for other in range(n)]
        return found

    def sum_of(self, numbers: Iterable[int]) -> tuple[int, int]:
        """The rows of these numbers in one, and how many of them were learned."""
        rows = [self.rows.row(at) for number in numbers if (at := self.numbers.get(number)) is not None]
        return sum(rows), len(rows)


@cache
def learnt(side: str) -> Learnt:
    """What was learned of one side."""
    import numpy as np

    with files("evalkit.language").joinpath("data/weights.npz").open("rb") as file:
        table = np.load(file)
        return Learnt(
            {name.removeprefix(f"{side}_"): table[name] for name in table.files if name.startswith(f"{side}_")}
        )
