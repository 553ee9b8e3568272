"""Finds the phrases of the lexicons in a message: by whole words, with negation, weak words and precedence told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, NamedTuple

from evalkit.language.evidence import spoken_for
from evalkit.language.structures import ClassHit, Structured, class_words, classes_of, structured, weighed
from evalkit.text.aligned import Word, aligned_words
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean, fold_variants
from evalkit.text.tokens import tokens

Side = Literal["bot", "customer"]
LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")
_DATA = ("lexicons.yaml", "lexicons_more.yaml")
_SHARED_BASE = {"nn": ("nb",)}
"""Nynorsk adds its own phrases to those of Bokmål."""
_NONE: frozenset[str] = frozenset()
_OUTDONE_BY = {"anger_frustration": frozenset({"thanks_satisfaction", "resolved_confirmation"})}
"""Plain words that outdo mere evidence for a category."""
_KNOWN_WORDS = 50_000
_NEGATION_WINDOW = 3
_WANT_WINDOW = 4
_SHORT_MESSAGE = 4
_QUOTE_MARKS = frozenset('"“”„«»')
_QUOTED = re.compile(r"«[^»]*»|»[^«]*«|[“”„\"][^“”„\"]*[“”\"]")
_MOSTLY = 0.8
_WEAK_WORDS = {"ask_for_human": 2, "sentiment_positive": 0, "sentiment_negative": 0}
"""Up to so many words a customer's phrase says little without a verb of wanting near it; 1 elsewhere."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a category at [start, end). `weak` words carry little alone; `negated` ones say the opposite.

    `phrase` is empty where the shape of the sentence says it and no listed phrase.
    """

    category: str
    phrase: str
    start: int
    end: int
    weak: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    category: str
    shown: str
    words: tuple[str, ...]
    wild: tuple[bool, ...]
    case_sensitive: bool
    inner: bool = False
    """Whether the first word may be the later part of a compound."""


def scan(text: str, language: str | None, side: Side, *, weigh: bool = True) -> tuple[Hit, ...]:
    """The lexicon phrases in a message, by place; without a language, those of all languages.

    Without `weigh`, only phrases and shapes count, not what the words speak for together.

    >>> [hit.category for hit in scan("Jag vill prata med en människa!", "sv", "customer")]
    ['ask_for_human', 'hints_human']
    """
    return heard(text, language, side, weigh=weigh).hits


class Heard(NamedTuple):
    """The phrases of a message, the categories and word classes that it holds (in one language), and its length.

    `denied` are the categories that the shape of one of its sentences takes back.
    """

    hits: tuple[Hit, ...]
    names: frozenset[str]
    n_words: int
    denied: frozenset[str] = _NONE


def heard(text: str, language: str | None, side: Side, *, weigh: bool = True) -> Heard:
    """What `scan` finds, with the word classes behind it."""
    words = aligned_words(text)
    found: dict[tuple[str, int], Hit] = {}
    present_ = denied = _NONE
    for code in _codes(language):
        table = _table(code, side)
        classes: list[ClassHit] = []
        hits: list[Hit] = []
        names: set[str] = set()
        for phrase, at in table.found(words):
            names.add(phrase.category)
            if phrase.category in table.classes:
                classes.append(ClassHit(at, at + len(phrase.words) - 1, phrase.category))
            elif phrase.category not in table.weighed:
                hits.append(table.hit(phrase, words, at))
        vetoed: Collection[str] = ()
        if classes:
            shape = structured(text, words, classes, side, partial(table.denied, words))
            vetoed = shape.vetoed
            hits = _joined(hits, shape, words)
        if names and language is not None:
            present_, denied = frozenset(names), frozenset(vetoed)
            if weigh:
                hits += _weighed(text, present_, words, hits, vetoed, side)
        for hit in hits:
            key = (hit.category, hit.start)
            if key not in found or found[key].end < hit.end:
                found[key] = hit
    kept = _longest(found.values())
    if side == "customer" and (quotes := _quoted(text)):
        # What somebody quotes is not what they say.
        kept = [hit for hit in kept if not any(start < hit.start and hit.end <= end for start, end in quotes)]
    return Heard(_preceded(kept), present_, len(words), denied)


def present(text: str, language: str, side: Side) -> tuple[frozenset[str], int]:
    """The categories and word classes of which a phrase stands in a message, and how many words it has."""
    words = aligned_words(text)
    return frozenset(phrase.category for phrase, _ in _table(language, side).found(words)), len(words)


def _weighed(
    text: str, names: frozenset[str], words: list[Word], hits: list[Hit], vetoed: Collection[str], side: Side
) -> list[Hit]:
    """What the words speak for together, where neither a phrase nor a shape says it and no shape denies it."""
    plain = {hit.category for hit in hits if not hit.weak and not hit.negated}
    return [
        Hit(category, "", words[0].start, words[-1].end)
        for category in spoken_for(text, names, len(words), side)
        if category not in plain and category not in vetoed and _OUTDONE_BY.get(category, _NONE).isdisjoint(plain)
    ]


def _quoted(text: str) -> list[tuple[int, int]]:
    """The quoted parts of a message that has words of its own beside them."""
    if _QUOTE_MARKS.isdisjoint(text):
        return []
    spans = [match.span() for match in _QUOTED.finditer(text)]
    return spans if sum(end - start for start, end in spans) < _MOSTLY * len(text) else []


def categories(text: str, language: str | None, side: Side) -> frozenset[str]:
    """The categories with at least one phrase that is neither weak nor negated."""
    return frozenset(hit.category for hit in scan(text, language, side) if not hit.weak and not hit.negated)


def negations(language: str | None) -> frozenset[str]:
    """The negation words of a language, or of all."""
    known = _meta()["negation"]
    return frozenset(
        word for code in _codes(language) for word in known.get(code, known.get(_SHARED_BASE.get(code, ("",))[0], ()))
    )


def phrases(category: str, language: str) -> tuple[str, ...]:
    """The phrases of one category in one language."""
    codes = (*_SHARED_BASE.get(language, ()), language)
    return tuple(phrase for code in codes for phrase in _lexicons().get(code, {}).get(category, ()))


def known_categories() -> dict[str, Side]:
    """Every category that can be found, with the side that says it."""
    sides = _meta()["sides"]
    return {name: side for key, side in (("user", "customer"), ("bot", "bot")) for name in sides[key]}  # type: ignore[misc]


class _Starts(NamedTuple):
    """The phrases that begin with a word: those that it is (`sure`), those that its capitals decide (`alone`), longer
    ones by their second word where it is plain, and the others."""

    sure: tuple[_Phrase, ...]
    alone: tuple[_Phrase, ...]
    by_second: dict[str, tuple[_Phrase, ...]]
    other: tuple[_Phrase, ...]


class _Table:
    """The phrases and word classes of one language and side, found by their first word."""

    def __init__(
        self,
        phrases_: Iterable[_Phrase],
        wants: frozenset[str],
        negation: frozenset[str],
        classes: frozenset[str],
        weighed: frozenset[str],
        *,
        customer: bool,
    ) -> None:
        self.classes, self.weighed = classes, weighed
        self._exact: dict[str, list[_Phrase]] = {}
        self._prefix: dict[str, list[_Phrase]] = {}
        self._inner: list[_Phrase] = []
        self._known: dict[str, _Starts] = {}
        self._wants, self._negation, self._customer = wants, negation, customer
        for phrase in phrases_:
            if phrase.inner:
                self._inner.append(phrase)
                continue
            table = self._prefix if phrase.wild[0] else self._exact
            table.setdefault(phrase.words[0], []).append(phrase)
        self._lengths = sorted({len(prefix) for prefix in self._prefix})

    def found(self, words: list[Word]) -> list[tuple[_Phrase, int]]:
        """Every phrase that stands in the words, with the place of its first word."""
        found: list[tuple[_Phrase, int]] = []
        known = self._known
        last = len(words) - 1
        for at, word in enumerate(words):
            starts = known.get(word.text)
            if starts is None:
                starts = self._starting(word.text)
            for phrase in starts.sure:
                found.append((phrase, at))
            if starts.alone:
                found += [(phrase, at) for phrase in starts.alone if _fits(phrase, words, at)]
            if at == last or not (starts.by_second or starts.other):
                continue
            longer = starts.by_second.get(words[at + 1].text, ())
            for phrase in (*longer, *starts.other) if starts.other else longer:
                if _fits(phrase, words, at):
                    found.append((phrase, at))
        return found

    def _starting(self, word: str) -> _Starts:
        found = list(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            found += self._prefix.get(word[:length], ())
        found += [p for p in self._inner if (p.words[0] in word if p.wild[0] else word.endswith(p.words[0]))]
        by_second: dict[str, list[_Phrase]] = {}
        for phrase in found:
            if len(phrase.words) > 1 and not phrase.wild[1] and not phrase.case_sensitive:
                by_second.setdefault(phrase.words[1], []).append(phrase)
        starts = _Starts(
            tuple(p for p in found if len(p.words) == 1 and not p.case_sensitive),
            tuple(p for p in found if len(p.words) == 1 and p.case_sensitive),
            {second: tuple(phrases_) for second, phrases_ in by_second.items()},
            tuple(p for p in found if len(p.words) > 1 and (p.wild[1] or p.case_sensitive)),
        )
        if len(self._known) < _KNOWN_WORDS:
            # The same words come again and again; a bound keeps memory flat.
            self._known[word] = starts
        return starts

    def hit(self, phrase: _Phrase, words: list[Word], at: int) -> Hit:
        """The hit of a phrase at a place."""
        last = at + len(phrase.words) - 1
        return Hit(
            category=phrase.category,
            phrase=phrase.shown,
            start=words[at].start,
            end=words[last].end,
            weak=self._customer
            and len(phrase.words) <= _WEAK_WORDS.get(phrase.category, 1)
            and len(words) > _SHORT_MESSAGE
            and not self._wanted(words, at),
            negated=self.denied(words, at),
        )

    def _wanted(self, words: list[Word], at: int) -> bool:
        near = words[max(0, at - _WANT_WINDOW) : at + _WANT_WINDOW + 1]
        return any(word.text in self._wants for word in near)

    def denied(self, words: list[Word], at: int) -> bool:
        """Whether a negation stands right before a word, in its own clause."""
        for step in range(1, _NEGATION_WINDOW + 1):
            if at - step < 0 or words[at - step + 1].after_stop or words[at - step + 1].after_comma:
                return False
            if words[at - step].text in self._negation:
                return True
        return False


def _fits(phrase: _Phrase, words: list[Word], at: int) -> bool:
    if at + len(phrase.words) > len(words):
        return False
    for offset, (wanted, wild) in enumerate(zip(phrase.words, phrase.wild, strict=True)):
        word = words[at + offset]
        said = word.original if phrase.case_sensitive else word.text
        if offset and word.after_stop:
            return False
        if phrase.inner and not offset:
            continue
        if not (said.startswith(wanted) if wild else said == wanted):
            return False
    # A capital at the start of a sentence says nothing about formality.
    return not (phrase.case_sensitive and (at == 0 or words[at].after_stop))


def _joined(hits: list[Hit], said: Structured, words: list[Word]) -> list[Hit]:
    """The phrases that no shape of their sentence vetoes, and what the shapes say where no phrase says it."""
    kept = [h for h in hits if not any(a <= h.start < b for a, b in said.vetoed.get(h.category, ()))]
    for category, first, last in said.found:
        start, end = words[first].start, words[last].end
        here = [h for h in kept if h.category == category and h.start < end and start < h.end]
        if all(h.weak or h.negated for h in here):
            kept = [h for h in kept if h not in here] + [Hit(category, "", start, end)]
    return kept


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    # In this order a hit is inside another of its category exactly where one before it ends no earlier.
    kept: list[Hit] = []
    ends: dict[str, int] = {}
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.end > ends.get(hit.category, -1):
            kept.append(hit)
            ends[hit.category] = hit.end
    return sorted(kept, key=lambda h: (h.start, h.end))


def _preceded(hits: list[Hit]) -> tuple[Hit, ...]:
    dropped: set[Hit] = set()
    for winner, loser in _meta()["precedence"]:
        for strong in hits:
            if strong.category != winner or strong.negated:
                continue
            dropped.update(
                weak
                for weak in hits
                if weak.category != winner
                and loser in {"*", weak.category}
                and weak.start < strong.end
                and strong.start < weak.end
            )
    return tuple(hit for hit in hits if hit not in dropped)


def _codes(language: str | None) -> tuple[str, ...]:
    if language is None or language not in LANGUAGES:
        return tuple(code for code in LANGUAGES if code not in _SHARED_BASE)
    return (language,)


@cache
def _table(language: str, side: Side) -> _Table:
    sides = _meta()["sides"]
    wanted = frozenset(sides["user" if side == "customer" else "bot"])
    sensitive = frozenset(_meta()["case_sensitive"])
    found: dict[tuple[str, tuple[str, ...], bool], _Phrase] = {}
    for code in (*_SHARED_BASE.get(language, ()), language):
        for category, entries in _lexicons().get(code, {}).items():
            if category not in wanted:
                continue
            for entry in entries:
                typed = fold_variants(entry) if side == "customer" else (entry,)
                for text in typed:
                    phrase = _phrase(category, text, entry, category in sensitive)
                    if phrase is not None:
                        found.setdefault((category, phrase.words, phrase.inner), phrase)
    names, only_weighed = classes_of(side), weighed(side)
    for code in (*_SHARED_BASE.get(language, ()), language):
        for name in names | only_weighed:
            for entry in class_words(name, code):
                for text in fold_variants(entry) if side == "customer" else (entry,):
                    if phrase := _phrase(name, text, entry, False):
                        found.setdefault((name, phrase.words, phrase.inner), phrase)
    known = _meta().get("wants", {})
    wants = frozenset(known.get(language, ()))
    denying = negations(language) | {word for word in class_words("neg", language) if " " not in word}
    return _Table(found.values(), wants, denying, names, only_weighed, customer=side == "customer")


def _phrase(category: str, text: str, shown: str, sensitive: bool) -> _Phrase | None:
    cleaned = clean(text)
    words: list[str] = []
    wild: list[bool] = []
    for token in tokens(cleaned):
        words.append(token.text if sensitive else token.text.lower())
        wild.append(cleaned[token.end : token.end + 1] == "*")
    inner = cleaned.startswith("*")
    return _Phrase(category, shown, tuple(words), tuple(wild), sensitive, inner) if words else None


@cache
def _lexicons() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    merged: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in _DATA:
        for language, table in _read(name).items():
            if language.startswith("_"):
                continue
            mine = merged.setdefault(language, {})
            for category, entries in table.items():
                if not category.startswith("_"):
                    mine[category] = (*mine.get(category, ()), *map(str, entries))
    return merged


@cache
def _meta() -> Mapping[str, Any]:
    return {**_read(_DATA[0])["_meta"], **_read(_DATA[1]).get("_meta", {})}


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", f"data/{name}")
    return loaded
