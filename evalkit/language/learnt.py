"""What was learned of words and signs: a row of weights, one a decision, kept as one number that is added in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from struct import Struct
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import numpy as np

_LIFT = 128
"""Added to every weight, so that no column of a sum borrows from the next."""
_THOUSAND, _SINGLE_LIFT = 1_000, 1 << 20
"""Single signs are kept in whole thousandths, which take more room."""


class Rows:
    """Rows of small whole weights times a step a column; a row is one number, and a sum of rows adds every column.

    >>> import numpy as np
    >>> rows = Rows(np.array([[1, -2], [3, 4]], np.int8), np.array([0.5, 1.0]))
    >>> rows.added([rows.row(0), rows.row(1)])
    [2.0, 2.0]
    """

    def __init__(self, weights: np.ndarray[Any, Any], step: np.ndarray[Any, Any]) -> None:
        lifted = (weights.reshape(-1, weights.shape[-1]).astype("<i4") + _LIFT).astype("<u4")
        self._lanes = lifted.tobytes()
        self._lane = Struct(f"<{lifted.shape[1]}I")
        self.step: list[float] = step.tolist()
        self.width = self._lane.size
        """Bytes of a row."""

    def row(self, at: int) -> int:
        """One row."""
        width = self.width
        return int.from_bytes(self._lanes[at * width : (at + 1) * width], "little")

    def some(self, places: Iterable[int]) -> list[int]:
        """Several rows."""
        lanes, width = self._lanes, self.width
        return [int.from_bytes(lanes[at * width : (at + 1) * width], "little") for at in places]

    def lanes(self, rows: int) -> tuple[int, ...]:
        """The columns of rows that were added up, each lifted once a row."""
        return self._lane.unpack(rows.to_bytes(self.width, "little"))

    def added(self, rows: Sequence[int], scale: float = 1.0) -> list[float]:
        """What single rows add up to times a scale, a column each."""
        lift = len(rows) * _LIFT
        return [(lane - lift) * step * scale for lane, step in zip(self.lanes(sum(rows)), self.step, strict=True)]


class Signed(msgspec.Struct, frozen=True, gc=False):
    """Which signs stand in a message, and the rows of each one and of each two of them in one."""

    places: tuple[int, ...]
    rows: int


_NO_SIGNS = Signed((), 0)


class Learnt:
    """The weights of one side: of signs, of each two of them, and of words, two in a row and pieces by their number.

    What is added up together stands side by side in one number: a sign's own row behind those of two signs, a word's
    pieces behind its own row and then how many of each were learned.
    """

    def __init__(self, held: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self.decisions: tuple[str, ...] = tuple(held["decisions"].tolist())
        self.numbers: Mapping[int, int] = {number: row for row, number in enumerate(held["numbers"].tolist())}
        self.rows = Rows(held["rows"], held["rows_step"])
        self._start: list[float] = held["start"].tolist()
        self._places: Mapping[str, int] = {name: n for n, name in enumerate(held["signs"].tolist())}
        self._single = (held["single"] * _THOUSAND).round().astype("<i4") + _SINGLE_LIFT
        self._pairs = Rows(held["pairs"], held["pairs_step"])
        self._beside: dict[int, list[int]] = {}
        n = len(self.decisions)
        self._halves, self._word = Struct(f"<{2 * n}I"), Struct(f"<{2 * n + 3}I")

    def signed(self, signs: Iterable[str], more_than: Signed = _NO_SIGNS) -> Signed:
        """The signs of a message that were learned, added up; more than those that were added up before."""
        known = self._places
        new = sorted([known[sign] for sign in signs if sign in known])
        if not new:
            return more_than
        places, rows = list(more_than.places), more_than.rows
        for place in new:
            places.append(place)
            beside = self._beside.get(place) or self._beside_of(place)
            rows += sum(map(beside.__getitem__, places))
        return Signed(tuple(places), rows)

    def of_signs(self, signed: Signed) -> list[float]:
        """What the signs of a message and each two of them add up to."""
        n, width = len(signed.places), len(self.decisions)
        if not n:
            return self._start
        n_pairs = n * (n - 1) // 2
        lanes = self._halves.unpack(signed.rows.to_bytes(self._halves.size, "little"))
        lift, scale = n_pairs * _LIFT, n_pairs**-0.5 if n_pairs else 0.0
        own_lift, own_scale = n * _SINGLE_LIFT, n**-0.5 / _THOUSAND
        return [
            start + (own - own_lift) * own_scale + (two - lift) * scale * step
            for start, two, own, step in zip(self._start, lanes[:width], lanes[width:], self._pairs.step, strict=True)
        ]

    def _beside_of(self, place: int) -> list[int]:
        """The rows of a sign and each other one, and its own in its own place."""
        n, shift = len(self._places), 8 * self._pairs.width
        made, row = self._beside, self._pairs.row
        # A pair is kept under the one that comes first.
        found = [
            made[other][place] if other in made else row(min(place, other) * n + max(place, other))
            for other in range(n)
        ]
        found[place] = int.from_bytes(self._single[place].tobytes(), "little") << shift
        made[place] = found
        return found

    def word(self, own: int, pieces: Sequence[int]) -> int:
        """The rows of a word and of its pieces by their numbers."""
        (row, n_own), (rows, n_learned) = self._sum_of([own]), self._sum_of(pieces)
        bits = 8 * self.rows.width
        counts = n_own | n_learned << 32 | len(pieces) << 64
        return row | rows << bits | counts << 2 * bits

    def of_words(self, words: int, n_words: int, pairs: Sequence[int]) -> list[float]:
        """What so many words, whose rows were added up, and each two in a row by their numbers add up to."""
        width = len(self.decisions)
        *lanes, n_own, n_learned, n_pieces = self._word.unpack(words.to_bytes(self._word.size, "little"))
        two, n_two = self._sum_of(pairs)
        lift, scale = n_own * _LIFT, n_words**-0.5
        piece_lift, piece_scale = n_learned * _LIFT, n_pieces**-0.5 if n_pieces else 0.0
        two_lift, two_scale = n_two * _LIFT, len(pairs) ** -0.5
        return [
            step * ((own - lift) * scale + (piece - piece_lift) * piece_scale + (pair - two_lift) * two_scale)
            for step, own, piece, pair in zip(
                self.rows.step, lanes[:width], lanes[width:], self.rows.lanes(two), strict=True
            )
        ]

    def _sum_of(self, numbers: Iterable[int]) -> tuple[int, int]:
        """The rows of these numbers in one, and how many of them were learned."""
        rows = self.rows.some([at for at in map(self.numbers.get, numbers) if at is not None])
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
