"""What was learned of words and signs: a row of weights, one a decision, kept as one number that is added in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from struct import Struct
from typing import TYPE_CHECKING, Any

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

    def of_signs(self, signs: Sequence[str]) -> list[float]:
        """What the signs of a message and each two of them add up to."""
        here = sorted([self._places[sign] for sign in signs if sign in self._places])
        n = len(here)
        if not n:
            return self._start
        scale = n**-0.5
        alone = map(sum, zip(*[self._single[place] for place in here], strict=True))
        total = [start + one * scale for start, one in zip(self._start, alone, strict=True)]
        if n == 1:
            return total
        both = 0
        for at, place in enumerate(here[:-1]):
            beside = self._beside.get(place) or self._beside_of(place)
            both += sum([beside[other] for other in here[at + 1 :]])
        n_pairs = n * (n - 1) // 2
        return list(map(float.__add__, total, self._pairs.weights((both, n_pairs, n_pairs**-0.5))))

    def _beside_of(self, place: int) -> list[int]:
        n = len(self._places)
        found = self._beside[place] = [self._pairs.row(place * n + other) for other in range(n)]
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
