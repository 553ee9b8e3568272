"""How hard a text is to read, from its own words and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evalkit.text.sentences import split
from evalkit.text.tokens import words

_NOISE = re.compile(r"https?://\S+|\S+@\S+|[#*_`>|]|\d[\d.,:]*")
_LONG = 6
_FEWEST = 50


def long_enough(said: Iterable[str]) -> bool:
    """Whether a text of these words can have a LIX: numbers are no words, but inside one they may make several of it.

    >>> long_enough(["kort", "text"])
    False
    """
    return sum([1 if word.isalpha() else 0 if word.isdecimal() else len(word) for word in said]) >= _FEWEST


def lix(text: str) -> float | None:
    """The LIX of a text, None below 50 words: fewer say nothing.

    Source: C.-H. Björnsson, Läsbarhet (1968): words ÷ sentences + 100 × words over six letters ÷ words.

    >>> lix("Kort text.") is None
    True
    """
    plain = _NOISE.sub(" ", text)
    found = words(plain)
    if len(found) < _FEWEST:
        return None
    n_sentences = max(1, len(split(plain)))
    return len(found) / n_sentences + 100 * sum(len(word) > _LONG for word in found) / len(found)
