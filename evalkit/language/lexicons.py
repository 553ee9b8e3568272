"""Finds the phrases of the lexicons in a message: by whole words, with negation, weak words and precedence told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache, partial

import msgspec

from evalkit.language.evidence import spoken_for
from evalkit.language.lexicon_data import Side, codes_of, meta
from evalkit.language.lexicon_table import table_of
from evalkit.language.structures import ClassHit, Structured, structured
from evalkit.text.said import Said

_NONE: frozenset[str] = frozenset()
_WEIGHED = frozenset({"ask_for_human", "handoff_announcement"})
"""Categories that evidence alone may say of a message without a conversation around it."""
_QUOTE_MARKS = frozenset('"“”„«»')
_QUOTED = re.compile(r"«[^»]*»|»[^«]*«|[“”„\"][^“”„\"]*[“”\"]")
_MOSTLY = 0.8


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A phrase of a category at [start, end). `weak` words carry little alone; `negated` ones say the opposite.

    `phrase` is empty where the shape of the sentence says it and no listed phrase.
    """

    category: str
    phrase: str
    start: int
    end: int
    weak: bool = False
    negated: bool = False


class Heard(msgspec.Struct, frozen=True, gc=False):
    """The phrases of a message, the categories and word classes that it holds (in one language), and its length.

    `plain` are the phrases that are neither weak nor negated, by category; `denied` the categories that the shape of
    one of its sentences takes back.
    """

    hits: tuple[Hit, ...]
    plain: Mapping[str, tuple[Hit, ...]]
    names: frozenset[str]
    n_words: int
    denied: frozenset[str]

    @property
    def signs(self) -> tuple[str, ...]:
        """What weighs in it, the same in every language: its word classes, what it plainly says and what it denies."""
        said, denied = (f"says {name}" for name in self.plain), (f"denies {name}" for name in self.denied)
        return (*sorted(self.names), *sorted(said), *sorted(denied))


def scan(text: str, language: str | None, side: Side, *, weigh: bool = True) -> tuple[Hit, ...]:
    """The lexicon phrases in a message, by place; without a language, those of all languages.

    Without `weigh`, only phrases and shapes count, not what the words speak for together.

    >>> [hit.category for hit in scan("Jag vill prata med en människa!", "sv", "customer")]
    ['ask_for_human', 'hints_human']
    """
    said = Said(text)
    seen = heard(said, language, side)
    # Where no class of words stands, nothing is asked of anybody, and most messages of a search are such.
    return (*seen.hits, *_weighed(said, seen, side)) if weigh and seen.names else seen.hits


def categories(text: str, language: str | None, side: Side) -> frozenset[str]:
    """The categories with at least one phrase that is neither weak nor negated."""
    return frozenset(hit.category for hit in scan(text, language, side) if not hit.weak and not hit.negated)


def heard(said: Said, language: str | None, side: Side) -> Heard:
    """The phrases and shapes of a message, with the word classes behind them."""
    found: dict[tuple[str, int], Hit] = {}
    present_ = denied = _NONE
    for code in codes_of(language):
        hits, names, vetoed = _heard_in(said, code, side)
        if names and language is not None:
            present_, denied = names, frozenset(vetoed)
        for hit in hits:
            key = (hit.category, hit.start)
            if key not in found or found[key].end < hit.end:
                found[key] = hit
    kept = _longest(found.values())
    if side == "customer" and (quotes := _quoted(said.text)):
        # What somebody quotes is not what they say.
        kept = [hit for hit in kept if not any(start < hit.start and hit.end <= end for start, end in quotes)]
    told = _preceded(kept)
    return Heard(told, _plain(told), present_, len(said.words), denied)


def _heard_in(said: Said, code: str, side: Side) -> tuple[list[Hit], frozenset[str], Collection[str]]:
    """What is told in one language, by phrases and shapes; the classes behind it; what a shape takes back."""
    table = table_of(code, side)
    found = table.found(said)
    hits: list[Hit] = []
    classes: list[ClassHit] = []
    for phrase, at in found:
        if phrase.use == "shape":
            classes.append(ClassHit(at, at + len(phrase.words) - 1, phrase.category))
        elif phrase.use == "told":
            start, end = said.span(at, at + len(phrase.words) - 1)
            weak, denied = table.weak(phrase, said, at), table.denied(said, at)
            hits.append(Hit(phrase.category, phrase.shown, start, end, weak, denied))
    vetoed: Collection[str] = ()
    if classes:
        shape = structured(said, classes, side, partial(table.denied, said))
        vetoed = shape.vetoed
        hits = _joined(hits, shape, said)
    return hits, frozenset([phrase.category for phrase, _ in found]), vetoed


def _weighed(said: Said, seen: Heard, side: Side) -> list[Hit]:
    """What the words speak for together, where neither a phrase nor a shape says it and no shape denies it."""
    return [
        Hit(category, "", *said.span(0, len(said.words) - 1))
        for category in spoken_for(said, seen.signs, side)
        if category in _WEIGHED and category not in seen.plain and category not in seen.denied
    ]


def _quoted(text: str) -> list[tuple[int, int]]:
    """The quoted parts of a message that has words of its own beside them."""
    if _QUOTE_MARKS.isdisjoint(text):
        return []
    spans = [match.span() for match in _QUOTED.finditer(text)]
    return spans if sum(end - start for start, end in spans) < _MOSTLY * len(text) else []


def _joined(hits: list[Hit], shape: Structured, said: Said) -> list[Hit]:
    """The phrases that no shape of their sentence vetoes, and what the shapes say where no phrase says it."""
    vetoed = shape.vetoed
    kept = [h for h in hits if not any(a <= h.start < b for a, b in vetoed.get(h.category, ()))] if vetoed else hits
    for category, first, last in shape.found:
        start, end = said.span(first, last)
        here = [h for h in kept if h.category == category and h.start < end and start < h.end]
        if all(h.weak or h.negated for h in here):
            kept = [*(h for h in kept if h not in here), Hit(category, "", start, end)]
    return kept


def _longest(hits: Collection[Hit]) -> list[Hit]:
    # In this order a hit is inside another of its category exactly where one before it ends no earlier.
    kept: list[Hit] = []
    ends: dict[str, int] = {}
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)) if len(hits) > 1 else hits:
        if hit.end > ends.get(hit.category, -1):
            kept.append(hit)
            ends[hit.category] = hit.end
    return sorted(kept, key=lambda h: (h.start, h.end)) if len(kept) > 1 else kept


def _preceded(hits: list[Hit]) -> tuple[Hit, ...]:
    pairs, winners = _precedence()
    if len(hits) < 2 or winners.isdisjoint([hit.category for hit in hits]):
        return tuple(hits)
    dropped: set[Hit] = set()
    for winner, loser in pairs:
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


def _plain(hits: Collection[Hit]) -> Mapping[str, tuple[Hit, ...]]:
    found: dict[str, tuple[Hit, ...]] = {}
    for hit in hits:
        if not hit.weak and not hit.negated:
            found[hit.category] = (*found.get(hit.category, ()), hit)
    return found


@cache
def _precedence() -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Pairs of a category and the one that it outdoes where both stand, and the categories that outdo any."""
    pairs = tuple((str(winner), str(loser)) for winner, loser in meta()["precedence"])
    return pairs, frozenset(winner for winner, _ in pairs)
