"""How hard a text is to read, from its own words and sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from evalkit.text.said import Said
from evalkit.text.sentences import split
from evalkit.text.tokens import words

_NOISE = re.compile(r"https?://\S+|\S+@\S+|[#*_`>|]|\d[\d.,:]*")
_LONG = 6
FEWEST = 50
"""Fewer words have no LIX."""


class Measured(NamedTuple):
    """The words, long words and sentences of a text."""

    n_words: int
    n_long: int
    n_sentences: int


def most_words(said: Said) -> int:
    """How many words a text can have at most: numbers are no words, but inside one they may make several of it.

    >>> most_words(Said("kort text 12"))
    2
    """
    return sum([1 if word.isalpha() else 0 if word.isdecimal() else len(word) for word in said.folded])


def measured(said: Said) -> Measured:
    """What the LIX counts in a text that was read before."""
    return _measured(said.text)


def lix_of(parts: Sequence[Measured]) -> float | None:
    """The LIX of texts together, None below 50 words: fewer say nothing.

    Source: C.-H. Björnsson, Läsbarhet (1968): words ÷ sentences + 100 × words over six letters ÷ words.
    """
    n_words, n_long = sum([part.n_words for part in parts]), sum([part.n_long for part in parts])
    if n_words < FEWEST:
        return None
    return n_words / max(1, sum([part.n_sentences for part in parts])) + 100 * n_long / n_words


def lix(text: str) -> float | None:
    """The LIX of a text.

    >>> lix("Kort text.") is None
    True
    """
    return lix_of([_measured(text)])


def _measured(text: str) -> Measured:
    plain = _NOISE.sub(" ", text)
    found = words(plain)
    return Measured(len(found), sum([len(word) > _LONG for word in found]), len(split(plain)))
