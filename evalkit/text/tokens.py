"""Words with their places, and character n-grams."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

WORD = r"[^\W_]+(?:['’\-:][^\W_]+)*"
_WORD = re.compile(WORD)

_KNOWN_WORDS = 5_000
"""Words whose n-grams are kept: the same ones come again and again, and a bound keeps memory flat."""


class Token(NamedTuple):
    """A word as it stands at [start, end) of the text."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words and numbers of a text in order; inner apostrophes, hyphens and colons belong to the word.

    >>> [t.text for t in tokens("Don't e-mail: kl 9:30!")]
    ["Don't", 'e-mail', 'kl', '9:30']
    """
    return [Token(found[0], *found.span()) for found in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """The case-folded words of a text."""
    return _WORD.findall(text.casefold())


def char_ngrams(word: str, low: int = 3, high: int = 4) -> list[str]:
    """The character n-grams of one word with its edges marked.

    >>> char_ngrams("hej", 3, 3)
    ['^he', 'hej', 'ej$']
    """
    padded = f"^{word}$"
    return [padded[i : i + n] for n in range(low, high + 1) for i in range(len(padded) - n + 1)]


def text_ngrams(text: str, low: int = 3, high: int = 4) -> frozenset[str]:
    """The character n-grams of all the words of a text.

    >>> sorted(text_ngrams("Hej hej", 3, 3))
    ['^he', 'ej$', 'hej']
    """
    return word_ngrams(words(text), low, high)


def word_ngrams(said: Iterable[str], low: int = 3, high: int = 4) -> frozenset[str]:
    """The character n-grams of case-folded words."""
    return frozenset().union(*[_grams_of(word, low, high) for word in said])


@lru_cache(maxsize=_KNOWN_WORDS)
def _grams_of(word: str, low: int, high: int) -> frozenset[str]:
    return frozenset(char_ngrams(word, low, high))


def jaccard(left: set[str] | frozenset[str], right: set[str] | frozenset[str]) -> float:
    """Shared ÷ all of two sets, 0 when both are empty."""
    shared = len(left & right)
    union = len(left) + len(right) - shared
    return shared / union if union else 0.0
