"""How alike several texts are, letter by letter; every text and every pair is counted once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from evalkit.text.tokens import jaccard, word_ngrams

_KNOWN_WORDS = 5_000


class Trigrams(NamedTuple):
    """The character trigrams of a text, how many 4-grams it has at most, and how many words of a single letter."""

    grams: frozenset[str]
    n_longer: int
    n_single: int


class Likeness:
    """The likeness of numbered texts, of which `words_of` gives the case-folded words.

    >>> likeness = Likeness([["paketet", "kom"], ["paketen", "kom"], ["hej"]].__getitem__)
    >>> likeness.alike(0, 1), likeness.alike(0, 2), likeness.same(0, 1, 0.6), likeness.same(0, 2, 0.6)
    (0.6666666666666666, 0.0, True, False)
    """

    def __init__(
        self, words_of: Callable[[int], Sequence[str]], trigrams: Callable[[int], Trigrams] | None = None
    ) -> None:
        self._words_of = words_of
        self._of = trigrams or (lambda text: trigrams_of(words_of(text)))
        self._trigrams: dict[int, Trigrams] = {}
        self._close: dict[int, frozenset[str]] = {}
        self._shared: dict[tuple[int, int], int] = {}
        self._alike: dict[tuple[int, int], float] = {}

    def grams(self, text: int) -> frozenset[str]:
        """The character trigrams of one text."""
        return self.trigrams(text).grams

    def trigrams(self, text: int) -> Trigrams:
        """The same with what bounds longer n-grams."""
        found = self._trigrams.get(text)
        if found is None:
            found = self._trigrams[text] = self._of(text)
        return found

    def alike(self, one: int, other: int) -> float:
        """How much of the trigrams of two texts they share."""
        pair = (one, other) if one < other else (other, one)
        found = self._alike.get(pair)
        if found is None:
            n_shared = self._n_shared(one, other)
            n_all = len(self.grams(one)) + len(self.grams(other)) - n_shared
            found = self._alike[pair] = n_shared / n_all if n_all else 0.0
        return found

    def same(self, one: int, other: int, at_least: float) -> bool:
        """Whether two texts share so much of their 3- and 4-grams; trigrams alone tell most apart."""
        if most_alike(self.trigrams(one), self.trigrams(other), self._n_shared(one, other)) < at_least:
            return False
        return jaccard(self._close_grams(one), self._close_grams(other)) >= at_least

    def equal(self, one: int, other: int) -> bool:
        """Whether two texts have the very same 3- and 4-grams."""
        return self._close_grams(one) == self._close_grams(other)

    def _close_grams(self, text: int) -> frozenset[str]:
        if text not in self._close:
            self._close[text] = word_ngrams(self._words_of(text))
        return self._close[text]

    def _n_shared(self, one: int, other: int) -> int:
        pair = (one, other) if one < other else (other, one)
        found = self._shared.get(pair)
        if found is None:
            found = self._shared[pair] = len(self.grams(one) & self.grams(other))
        return found


def trigrams_of(words: Sequence[str]) -> Trigrams:
    """The trigrams of words.

    >>> sorted(trigrams_of(["hej", "i"]).grams), trigrams_of(["hej", "i"])[1:]
    (['^he', '^i$', 'ej$', 'hej'], (2, 1))
    """
    lengths = list(map(len, words))
    return Trigrams(frozenset().union(*map(_of_word, words)), sum(lengths) - len(lengths), lengths.count(1))


def most_alike(one: Trigrams, other: Trigrams, n_shared: int) -> float:
    """What `jaccard` of two texts' 3- and 4-grams can be at most, by the number of trigrams that they share.

    Source: a trigram that only one text holds makes a 4-gram around it that only this text holds, and a 4-gram holds
    two trigrams; a word of n letters has n − 1 4-grams, and one of a single letter none.
    """
    apart = len(one.grams) + len(other.grams) - 2 * n_shared
    most = n_shared + min(one.n_longer, other.n_longer)
    least = apart + max(0, apart - one.n_single - other.n_single) / 2
    return most / (most + least) if most + least else 0.0


@lru_cache(maxsize=_KNOWN_WORDS)
def _of_word(word: str) -> Iterable[str]:
    padded = f"^{word}$"
    return frozenset([padded[at : at + 3] for at in range(len(word))])
