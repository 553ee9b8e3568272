"""Every phrase and word class of one language and side in one table, found by the first word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from evalkit.language.lexicon_data import SHARED_BASE, Side, lexicons, meta, negations
from evalkit.language.structures import class_words, classes_of, weighed
from evalkit.text.normalise import clean, fold_variants
from evalkit.text.said import Said
from evalkit.text.tokens import tokens

_KNOWN_WORDS = 50_000
_NEGATION_WINDOW = 3
_WANT_WINDOW = 4
_SHORT_MESSAGE = 4
_WEAK_WORDS = {"ask_for_human": 2, "sentiment_positive": 0, "sentiment_negative": 0}
"""Up to so many words a customer's phrase says little without a verb of wanting near it; 1 elsewhere."""
_Use = Literal["told", "shape", "weight"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a category or word class; `use` says who asks for it: the reader, the shapes or only the weights."""

    category: str
    shown: str
    words: tuple[str, ...]
    wild: tuple[bool, ...]
    case_sensitive: bool
    inner: bool = False
    """Whether the first word may be the later part of a compound."""
    use: _Use = "told"


class _Starts(NamedTuple):
    """The phrases that begin with a word: those that it is (`sure`), those that its capitals decide (`alone`), longer
    ones by their second word where it is plain, and the others."""

    sure: tuple[Phrase, ...]
    alone: tuple[Phrase, ...]
    by_second: dict[str, tuple[Phrase, ...]]
    other: tuple[Phrase, ...]


class Table(dict[str, _Starts | None]):
    """The phrases and word classes of one language and side; as a dictionary, what begins with each word seen so far.

    The same words come again and again, and with most of them nothing begins; a bound keeps memory flat.
    """

    def __init__(
        self, phrases: Iterable[Phrase], wants: frozenset[str], negation: frozenset[str], *, customer: bool
    ) -> None:
        super().__init__()
        self._exact: dict[str, list[Phrase]] = {}
        self._prefix: dict[str, list[Phrase]] = {}
        self._inner: list[Phrase] = []
        self._wants, self._negation, self._customer = wants, negation, customer
        for phrase in phrases:
            if phrase.inner:
                self._inner.append(phrase)
                continue
            table = self._prefix if phrase.wild[0] else self._exact
            table.setdefault(phrase.words[0], []).append(phrase)
        self._lengths = sorted({len(prefix) for prefix in self._prefix})
        self._ends = tuple({phrase.words[0] for phrase in self._inner if not phrase.wild[0]})
        self._within = tuple({phrase.words[0] for phrase in self._inner if phrase.wild[0]})

    def found(self, said: Said) -> list[tuple[Phrase, int]]:
        """Every phrase that stands in a text, with the number of its first word."""
        words = said.words
        found: list[tuple[Phrase, int]] = []
        last = len(words) - 1
        for at, starts in enumerate(map(self.__getitem__, words)):
            if starts is None:
                continue
            sure, alone, by_second, other = starts
            for phrase in sure:
                found.append((phrase, at))
            for phrase in alone:
                if _fits(phrase, said, at):
                    found.append((phrase, at))
            if at == last:
                continue
            for phrase in by_second.get(words[at + 1], ()):
                if at + 1 not in said.stops if len(phrase.words) == 2 else _fits(phrase, said, at):
                    found.append((phrase, at))
            for phrase in other:
                if _fits(phrase, said, at):
                    found.append((phrase, at))
        return found

    def __missing__(self, word: str) -> _Starts | None:
        starts = self._starting(word)
        if len(self) < _KNOWN_WORDS:
            self[word] = starts
        return starts

    def _starting(self, word: str) -> _Starts | None:
        found = list(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            found += self._prefix.get(word[:length], ())
        if word.endswith(self._ends) or any([part in word for part in self._within]):
            found += [p for p in self._inner if (p.words[0] in word if p.wild[0] else word.endswith(p.words[0]))]
        if not found:
            return None
        by_second: dict[str, list[Phrase]] = {}
        for phrase in found:
            if len(phrase.words) > 1 and not phrase.wild[1] and not phrase.case_sensitive:
                by_second.setdefault(phrase.words[1], []).append(phrase)
        return _Starts(
            tuple(p for p in found if len(p.words) == 1 and not p.case_sensitive),
            tuple(p for p in found if len(p.words) == 1 and p.case_sensitive),
            {second: tuple(phrases) for second, phrases in by_second.items()},
            tuple(p for p in found if len(p.words) > 1 and (p.wild[1] or p.case_sensitive)),
        )

    def weak(self, phrase: Phrase, said: Said, at: int) -> bool:
        """Whether a phrase says little where it stands: a word or two of a longer message with no wanting near it."""
        return (
            self._customer
            and len(phrase.words) <= _WEAK_WORDS.get(phrase.category, 1)
            and len(said.words) > _SHORT_MESSAGE
            and self._wants.isdisjoint(said.words[max(0, at - _WANT_WINDOW) : at + _WANT_WINDOW + 1])
        )

    def denied(self, said: Said, at: int) -> bool:
        """Whether a negation stands right before a word, in its own clause."""
        for before in range(at - 1, max(0, at - _NEGATION_WINDOW) - 1, -1):
            if before + 1 in said.stops or before + 1 in said.commas:
                return False
            if said.words[before] in self._negation:
                return True
        return False


def _fits(phrase: Phrase, said: Said, at: int) -> bool:
    words = phrase.words
    if at + len(words) > len(said.words):
        return False
    for offset, (wanted, wild) in enumerate(zip(words, phrase.wild, strict=True)):
        number = at + offset
        if offset and number in said.stops:
            return False
        if phrase.inner and not offset:
            continue
        word = said.original(number) if phrase.case_sensitive else said.words[number]
        if not (word.startswith(wanted) if wild else word == wanted):
            return False
    # A capital at the start of a sentence says nothing about formality.
    return not (phrase.case_sensitive and (at == 0 or at in said.stops))


@cache
def table_of(language: str, side: Side) -> Table:
    """The table of one language and side."""
    sides = meta()["sides"]
    wanted = frozenset(sides["user" if side == "customer" else "bot"])
    sensitive = frozenset(meta()["case_sensitive"])
    codes = (*SHARED_BASE.get(language, ()), language)
    shapes, only_weighed = classes_of(side), weighed(side)
    listed = [
        (category, entry, category in sensitive)
        for code in codes
        for category, entries in lexicons().get(code, {}).items()
        if category in wanted
        for entry in entries
    ]
    listed += [
        (name, entry, False)
        for code in codes
        for name in sorted(shapes | only_weighed)
        for entry in class_words(name, code)
    ]
    found: dict[tuple[str, tuple[str, ...], bool], Phrase] = {}
    for category, entry, cased in listed:
        use: _Use = "shape" if category in shapes else "weight" if category in only_weighed else "told"
        for text in fold_variants(entry) if side == "customer" else (entry,):
            if phrase := _phrase(category, text, entry, cased, use):
                found.setdefault((category, phrase.words, phrase.inner), phrase)
    wants = frozenset(meta().get("wants", {}).get(language, ()))
    denying = negations(language) | {word for word in class_words("neg", language) if " " not in word}
    return Table(found.values(), wants, denying, customer=side == "customer")


def _phrase(category: str, text: str, shown: str, sensitive: bool, use: _Use) -> Phrase | None:
    cleaned = clean(text)
    words: list[str] = []
    wild: list[bool] = []
    for token in tokens(cleaned):
        words.append(token.text if sensitive else token.text.lower())
        wild.append(cleaned[token.end : token.end + 1] == "*")
    inner = cleaned.startswith("*")
    return Phrase(category, shown, tuple(words), tuple(wild), sensitive, inner, use) if words else None
