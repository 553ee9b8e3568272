"""How much the spelling of words speaks for each language: weights over pieces of words, that were learned.

They were learned from ordinary words of each language and from labelled messages (`python -m tests.quality.spelling`),
so that a word which no list holds still tells its language by how it begins, sounds and ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from evalkit.language.learnt import Rows
from evalkit.text.tokens import char_ngrams

if TYPE_CHECKING:
    import numpy as np


_LONGEST = 5


def pieces(word: str) -> list[str]:
    """The pieces that a lower-case word is spelled with, its edges marked; the whole word is the last.

    >>> pieces("ny")
    ['^n', 'ny', 'y$', '^ny', 'ny$', '^ny$']
    """
    found = char_ngrams(word, 2, _LONGEST)
    return [*found, f"^{word}$"] if len(word) + 2 > _LONGEST else found


class Spelling:
    """The weights of the pieces of words, a column each language."""

    def __init__(self, held: Mapping[str, np.ndarray[Any, Any]]) -> None:
        self._rows = Rows(held["rows"], held["step"])
        spelled = held["pieces"].tobytes().decode().split(" ")
        self._row_of = {piece: self._rows.row(n) for n, piece in enumerate(spelled)}

    def weights(self, word: str, scale: float = 1.0) -> list[float]:
        """What a lower-case word speaks for each language with, in log odds times a scale."""
        return self._rows.added(list(filter(None, map(self._row_of.get, pieces(word)))), scale)


@cache
def spelling() -> Spelling:
    """What was learned of spelling."""
    import numpy as np

    with files("evalkit.language").joinpath("data/spelling.npz").open("rb") as file:
        return Spelling(np.load(file))
