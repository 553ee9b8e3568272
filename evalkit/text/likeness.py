"""How alike several texts are, letter by letter; every text and every pair is counted once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from evalkit.text.tokens import jaccard, word_ngrams

_KNOWN_WORDS = 20_000


class Trigrams:
    """The character trigrams of case-folded words, how many 4-grams they have at most, and how many are one letter.

    >>> known = Trigrams(["hej", "i"])
    >>> sorted(known.grams), known.n_longer, known.n_single
    (['^he', '^i$', 'ej$', 'hej'], 2, 1)
    """

    __slots__ = ("_close", "_words", "grams", "n_longer", "n_single")

    def __init__(self, words: Sequence[str]) -> None:
        lengths = list(map(len, words))
        self.grams: frozenset[str] = frozenset().union(*map(_of_word, words))
        self.n_longer, self.n_single = sum(lengths) - len(lengths), lengths.count(1)
        self._words = words
        self._close: frozenset[str] | None = None

    @property
    def close(self) -> frozenset[str]:
        """The 3- and 4-grams, made only when asked for: trigrams alone tell most texts apart."""
        if self._close is None:
            self._close = word_ngrams(self._words)
        return self._close


class Likeness:
    """The likeness of numbered texts; every pair is counted once.

    >>> texts = [Trigrams(words) for words in (["paketet", "kom"], ["paketen", "kom"], ["hej"])]
    >>> likeness = Likeness(texts.__getitem__)
    >>> likeness.alike(0, 1), likeness.alike(0, 2), likeness.same(0, 1, 0.6), likeness.same(0, 2, 0.6)
    (0.6666666666666666, 0.0, True, False)
    """

    def __init__(self, trigrams: Callable[[int], Trigrams]) -> None:
        self._of = trigrams
        self._shared: dict[tuple[int, int], int] = {}

    def grams(self, text: int) -> frozenset[str]:
        """The character trigrams of one text."""
        return self._of(text).grams

    def alike(self, one: int, other: int) -> float:
        """How much of the trigrams of two texts they share."""
        n_shared = self._n_shared(one, other)
        n_all = len(self._of(one).grams) + len(self._of(other).grams) - n_shared
        return n_shared / n_all if n_all else 0.0

    def same(self, one: int, other: int, at_least: float) -> bool:
        """Whether two texts share so much of their 3- and 4-grams."""
        mine, theirs = self._of(one), self._of(other)
        if most_alike(mine, theirs, self._n_shared(one, other)) < at_least:
            return False
        return jaccard(mine.close, theirs.close) >= at_least

    def equal(self, one: int, other: int) -> bool:
        """Whether two texts have the very same 3- and 4-grams."""
        mine, theirs = self._of(one), self._of(other)
        return mine.grams == theirs.grams and mine.close == theirs.close

    def _n_shared(self, one: int, other: int) -> int:
        pair = (one, other) if one < other else (other, one)
        found = self._shared.get(pair)
        if found is None:
            found = self._shared[pair] = len(self._of(one).grams & self._of(other).grams)
        return found


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
