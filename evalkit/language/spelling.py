"""How much the spelling of words speaks for each language: weights over pieces of words, that were learned.

They were learned from ordinary words of each language and from labelled messages (`python -m tests.quality.spelling`),
so that a word which no list holds still tells its language by how it begins, sounds and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from evalkit.language.learnt import Rows
from evalkit.text.tokens import char_ngrams

_LONGEST = 40
"""No more letters of a word are read."""
_MOST = 10_000
"""No more words of a text are read: no column of the sum must overflow."""
_KEPT = 50_000


def pieces(word: str) -> list[str]:
    """The pieces that a lower-case word is spelled with, its edges marked.

    >>> pieces("ny")
    ['^n', 'ny', 'y$', '^ny', 'ny$', '^ny$']
    """
    return char_ngrams(word[:_LONGEST], 2, 5)


class Spelling(dict[str, tuple[int, int]]):
    """Each word seen so far, as the sum of the rows of its pieces and how many there are; a bound keeps memory flat."""

    def __init__(self) -> None:
        import numpy as np

        super().__init__()
        with files("evalkit.language").joinpath("data/spelling.npz").open("rb") as file:
            held = np.load(file)
            self._rows = Rows(held["rows"], held["step"])
            self._places = {piece: n for n, piece in enumerate(held["pieces"].tobytes().decode().split(" "))}

    def __missing__(self, word: str) -> tuple[int, int]:
        places, row = self._places, self._rows.row
        found = [row(places[piece]) for piece in pieces(word) if piece in places]
        whole = sum(found), len(found)
        if len(self) < _KEPT:
            self[word] = whole
        return whole

    def weights(self, said: Sequence[str], scale: float = 1.0) -> list[float]:
        """What lower-case words speak for each language with, in log odds times a scale."""
        known = [self[word] for word in said[:_MOST]]
        return self._rows.weights((sum([row for row, _ in known]), sum([n for _, n in known]), scale))


@cache
def spelling() -> Spelling:
    """What was learned of spelling."""
    return Spelling()
