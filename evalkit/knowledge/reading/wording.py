"""What two sentences have in common: content words, inflection and compounds seen through, and shared concepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from evalkit.knowledge.reading.glossary import concepts, phrases, polar, role_tables, roles
from evalkit.text.normalise import comparable
from evalkit.text.tokens import Token, char_ngrams, tokens

_ALIKE = 0.45
_STEM = 0.75
_OPPOSITE = 0.8
_SURE, _WIDE = 0.85, 0.75
_INSIDE, _LONG_STRETCH = 0.7, 5
_LONGEST_PHRASE = 4


@dataclass(frozen=True, slots=True)
class Term:
    """A content word, or a phrase of a concept, at [start, end) of a sentence."""

    text: str
    start: int
    end: int
    concept: str | None = None
    grams: frozenset[str] = frozenset()
    name: bool = False
    """A capital letter inside a sentence: a name, or a noun in German."""
    key: str = field(init=False)
    """Text and concept: the words around it may tell that a word is none of its concept here."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.text}/{self.concept}" if self.concept else self.text)


@dataclass(frozen=True, slots=True)
class Wording:
    """The terms of a sentence, and the roles that its small words play (`only`, `always`, `denying` …)."""

    text: str
    terms: tuple[Term, ...]
    roles: frozenset[str]
    concepts: frozenset[str] = field(init=False)
    """The concepts of its terms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "concepts", frozenset(term.concept for term in self.terms if term.concept))


@lru_cache(maxsize=40_000)
def wording(text: str) -> Wording:
    """The terms and roles of a sentence.

    >>> [t.concept for t in wording("Frakten kostar 49 kr").terms if t.concept]
    ['shipping', 'cost']
    """
    said = tokens(text)
    lowered = [_lowered(token.text) for token in said]
    stop = roles()["_stop"]
    terms: list[Term] = []
    played: set[str] = set()
    at = 0
    while at < len(said):
        played.update(_roles_at(lowered, at))
        length, concept = _concept_at(lowered, at)
        if concept is None:
            length, concept = _wide_concept_at(lowered, at)
        last = at + max(length, 1) - 1
        word = lowered[at]
        telling = word not in stop and len(word) > 2 and not word.isdigit()
        telling = telling or (at > 0 and _letter(said[at].text))
        if concept is not None or telling:
            terms.append(_term(" ".join(lowered[at : last + 1]), said[at], said[last], concept, starts=at == 0))
        at = last + 1
    return Wording(text, tuple(terms), frozenset(played))


def concepts_in(text: str) -> list[str]:
    """The concepts of a text in order, without reading the rest of it.

    >>> concepts_in("Frakten kostar 49 kr")
    ['shipping', 'cost']
    """
    lowered = [_lowered(token.text) for token in tokens(text)]
    found, at = [], 0
    while at < len(lowered):
        length, concept = _concept_at(lowered, at)
        if concept is not None:
            found.append(concept)
        at += max(length, 1)
    return found


def _letter(word: str) -> bool:
    """Whether a word is a letter that names one of several: category A, plan B."""
    return len(word) == 1 and "A" <= word <= "Z" and word != "I"


def alike(left: Term, right: Term) -> float:
    """How alike two terms are, in [0, 1]: one concept, or shared character n-grams."""
    known = _row(left.key)
    likeness = known.get(right.key)
    if likeness is None:
        likeness = known[right.key] = _alike(left, right)
    return likeness


def _row(key: str) -> dict[str, float]:
    """How alike a term is to those that it has been compared with; all are forgotten when they are many."""
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) % _COUNTED_EVERY == 0 and sum(map(len, _KNOWN.values())) > _MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[key] = {}
    return known


_KNOWN: dict[str, dict[str, float]] = {}
_MOST_KNOWN, _COUNTED_EVERY = 200_000, 250


def _alike(left: Term, right: Term) -> float:
    dice = _dice(left.grams, right.grams)
    if left.concept is not None and left.concept == right.concept:
        # A compound such as returfrakt holds two things; the nearer spelling is the nearer meaning.
        least = _SURE if left.concept in concepts() else _WIDE
        return least + (1 - least) * dice
    if left.concept is not None and right.concept is not None:
        if frozenset((left.concept, right.concept)) in polar():
            # Opposites speak of one thing; which way they point is told apart from whether they do.
            return _OPPOSITE
        dice *= 0.8
    if dice < _STEM:
        shared = _shared_start(left.text, right.text)
        if shared >= 3 and shared >= _STEM * min(len(left.text), len(right.text)):
            # Inflection changes the end: Iso and Isosta, Liten and Litens.
            dice = max(dice, _STEM)
    if dice < _INSIDE and _one_inside_the_other(left.text, right.text):
        dice = _INSIDE
    return dice if dice >= _ALIKE else 0.0


def _one_inside_the_other(left: str, right: str) -> bool:
    """Whether a long stretch of the shorter word stands in the longer one: check in and incheckning."""
    short, long = sorted((left, right), key=len)
    need = max(_LONG_STRETCH, round(0.8 * len(short)))
    return any(short[at : at + need] in long for at in range(len(short) - need + 1))


def _shared_start(left: str, right: str) -> int:
    n = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        n += 1
    return n


def best_match(term: Term, others: Iterable[Term]) -> float:
    """The likeness of the nearest of several terms, 0 where there is none."""
    best = 0.0
    known = _row(term.key)
    for other in others:
        # The known pairs are looked up here, since this loop is where a check spends its time.
        likeness = known.get(other.key)
        if likeness is None:
            likeness = alike(term, other)
        if likeness > best:
            best = likeness
    return best


def _dice(left: frozenset[str], right: frozenset[str]) -> float:
    if not left or not right:
        return 0.0
    return 2 * len(left & right) / (len(left) + len(right))


def _term(text: str, first: Token, last: Token, concept: str | None, *, starts: bool) -> Term:
    grams = frozenset(gram for word in text.split() for gram in char_ngrams(word.replace("-", ""), 3, 3))
    return Term(text, first.start, last.end, concept, grams, name=first.text[:1].isupper() and not starts)


def _wide_concept_at(words: list[str], at: int) -> tuple[int, str | None]:
    """The concept of the wider glossary at a word of none; its phrases leave words of the sure concepts alone."""
    length, concept = _concept_at(words, at, wide=True)
    if any(_concept_at(words, n)[1] is not None for n in range(at + 1, at + length)):
        return 1, None
    return length, concept


def _concept_at(words: list[str], at: int, *, wide: bool = False) -> tuple[int, str | None]:
    exact, _ = phrases(wide=wide)
    longest, begun = _beginning(words[at], wide)
    for length in range(min(longest, len(words) - at), 0, -1):
        if found := exact.get(tuple(words[at : at + length])):
            return length, found
    for rest, concept in begun:
        if not rest or tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
            return 1 + len(rest), concept
    return 1, None


@lru_cache(maxsize=20_000)
def _beginning(word: str, wide: bool) -> tuple[int, tuple[tuple[tuple[str, ...], str], ...]]:
    """The length of the longest phrase that a word begins, and what follows each of its beginnings, longest first."""
    _, prefixes = phrases(wide=wide)
    begun = [follows for size in range(min(len(word), 14), 2, -1) for follows in prefixes.get(word[:size], ())]
    return _longest(wide).get(word, 0), tuple(begun)


@cache
def _longest(wide: bool) -> dict[str, int]:
    """The length of the longest phrase that begins with a word, as far as phrases are looked for."""
    found: dict[str, int] = {}
    for phrase in phrases(wide=wide)[0]:
        if len(phrase) <= _LONGEST_PHRASE:
            found[phrase[0]] = max(len(phrase), found.get(phrase[0], 0))
    return found


@lru_cache(maxsize=20_000)
def _lowered(word: str) -> str:
    return comparable(word)


def _roles_at(words: list[str], at: int) -> Iterable[str]:
    exact, prefixes = role_tables()
    word = words[at]
    for phrase in (word, " ".join(words[at : at + 2]), " ".join(words[at : at + 3])):
        yield from exact.get(phrase, ())
    for size in range(3, len(word) + 1):
        yield from prefixes.get(word[:size], ())
