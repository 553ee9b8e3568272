"""Words with their places, and character n-grams."""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['’\-:][^\W_]+)*")


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
    return [Token(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]


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
    return frozenset(gram for word in words(text) for gram in char_ngrams(word, low, high))


def jaccard(left: set[str] | frozenset[str], right: set[str] | frozenset[str]) -> float:
    """Shared ÷ all of two sets, 0 when both are empty."""
    union = len(left | right)
    return len(left & right) / union if union else 0.0
