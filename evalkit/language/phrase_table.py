"""Labelled phrases found in a list of words at once; a trailing `*` makes a word a prefix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from evalkit.text.tokens import words

_KNOWN_WORDS = 20_000


class Found(NamedTuple):
    """A phrase's label and the words [first, last] that it covers."""

    label: str
    first: int
    last: int


class _Phrase(NamedTuple):
    label: str
    parts: tuple[tuple[str, bool], ...]


class PhraseTable:
    """Finds every phrase by its first word, whatever the number of phrases.

    >>> PhraseTable([("email", "e-post*"), ("more", "något annat")]).find(["din", "e-postadress"])
    [Found(label='email', first=1, last=1)]
    """

    def __init__(self, labelled: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, list[_Phrase]] = {}
        self._prefix: dict[str, list[_Phrase]] = {}
        for label, text in dict.fromkeys(labelled):
            phrase = _Phrase(label, _parts(text))
            word, wild = phrase.parts[0]
            (self._prefix if wild else self._exact).setdefault(word, []).append(phrase)
        self._lengths = sorted({len(word) for word in self._prefix})
        self._known = _Known(self._starting)

    def find(self, said: Sequence[str]) -> list[Found]:
        """The phrases in case-folded words, by place; one that lies inside a longer one is left out."""
        found: list[Found] = []
        known = self._known
        for at, starting in [(at, starting) for at, word in enumerate(said) if (starting := known[word])]:
            for phrase in starting:
                if len(phrase.parts) == 1 or _goes_on(phrase, said, at):
                    found.append(Found(phrase.label, at, at + len(phrase.parts) - 1))
        long = [hit for hit in found if hit.last > hit.first]
        return [hit for hit in found if not any(_inside(hit, other) for other in long)] if long else found

    def _starting(self, word: str) -> tuple[_Phrase, ...]:
        listed = list(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            listed += self._prefix.get(word[:length], ())
        return tuple(listed)


class _Known(dict[str, tuple[_Phrase, ...]]):
    """What begins with each word seen so far: the same ones come again and again, and a bound keeps memory flat."""

    def __init__(self, starting: Callable[[str], tuple[_Phrase, ...]]) -> None:
        super().__init__()
        self._starting = starting

    def __missing__(self, word: str) -> tuple[_Phrase, ...]:
        found = self._starting(word)
        if len(self) < _KNOWN_WORDS:
            self[word] = found
        return found


def _inside(hit: Found, other: Found) -> bool:
    shorter = hit.last - hit.first < other.last - other.first
    return shorter and hit.label != other.label and other.first <= hit.first and hit.last <= other.last


def _parts(text: str) -> tuple[tuple[str, bool], ...]:
    return tuple((words(part)[0], part.endswith("*")) for part in text.split() if words(part))


def _goes_on(phrase: _Phrase, said: Sequence[str], at: int) -> bool:
    if at + len(phrase.parts) > len(said):
        return False
    return all(
        said[at + n].startswith(word) if wild else said[at + n] == word
        for n, (word, wild) in enumerate(phrase.parts)
        if n
    )
