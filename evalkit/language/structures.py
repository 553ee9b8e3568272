"""What a sentence means by its shape: rules over word classes, for what no list of phrases foresees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import Any, Literal, NamedTuple

import msgspec

from evalkit.text.data_files import yaml_data
from evalkit.text.said import Said

Mode = Literal["said", "denied", "either"]
_MODES: dict[str, Mode] = {"!": "denied", "~": "either"}
_VALUING = {"good_word": "positive", "bad_word": "negative"}
"""Classes whose words are those that value a thing."""
_FILES = ("data/structures.yaml", "data/structures_more.yaml", "data/structures_idioms.yaml")
_WITHIN = 12
_LETTERS, _SHOUTED_WORDS, _CAPITALS = 8, 3, 0.7
_COMBINATIONS = 200
"""Places of word classes that are tried together at most; a sentence with more says nothing clear."""


class ClassHit(msgspec.Struct, frozen=True, order=True, gc=False):
    """A word or phrase of a class at the words [first, last]."""

    first: int
    last: int
    name: str


class Structured(NamedTuple):
    """Categories with their first and last word, and the character spans in which a category's phrases do not count."""

    found: tuple[tuple[str, int, int], ...]
    vetoed: Mapping[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A category, and the classes whose words must stand near each other in one sentence."""

    category: str
    groups: tuple[tuple[Mode, frozenset[str]], ...]
    none: frozenset[str]
    within: int
    ask: bool | None
    longest: int | None
    ordered: bool

    def meetable(self, names: frozenset[str]) -> bool:
        """Whether a sentence that holds just these classes could meet it."""
        return self.none.isdisjoint(names) and not any([group.isdisjoint(names) for _, group in self.groups])


def structured(said: Said, hits: list[ClassHit], side: str, denied: Callable[[int], bool]) -> Structured:
    """What the shapes of a message's sentences say; `denied` tells of a word whether a negation stands before it."""
    found: list[tuple[str, int, int]] = []
    vetoed: dict[str, tuple[tuple[int, int], ...]] = {}
    for first, last, hits_here in _sentences(said, hits):
        here = [hit for hit in hits_here if hit.name != "neg" or not _answers(hit, said, first, last)]
        vetoes, rules = _possible(side, frozenset([hit.name for hit in here]))
        if not rules and not vetoes:
            continue
        asks = "?" in said.before(last + 1)
        # "May I not talk to somebody?" denies nothing: a customer's question with a negation is a polite one.
        deny = _never if asks and side == "customer" else denied
        length = last - first + 1
        start, end = said.span(first, last)
        for rule in vetoes:
            if matched(rule, here, deny, asks=asks, length=length):
                vetoed[rule.category] = (*vetoed.get(rule.category, ()), (start, end))
        told: set[str] = set()
        for rule in rules:
            if rule.category in told or any(a <= start < b for a, b in vetoed.get(rule.category, ())):
                continue
            if place := matched(rule, here, deny, asks=asks, length=length):
                told.add(rule.category)
                found.append((rule.category, *place))
    if side == "customer" and said.words and _shouts(said) and all(name != "anger_frustration" for name, *_ in found):
        found.append(("anger_frustration", 0, len(said.words) - 1))
    return Structured(tuple(found), vetoed)


def _answers(hit: ClassHit, said: Said, first: int, last: int) -> bool:
    """Whether a negation opens its sentence before a pause, as in "No, I want …", and denies nothing."""
    return hit.first == hit.last == first < last and first + 1 in said.commas


def _never(_: int) -> bool:
    return False


@lru_cache(maxsize=20_000)
def _possible(side: str, names: frozenset[str]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The vetoes and rules that a sentence with these classes could meet."""
    vetoes, rules = (_meetable(some, needed, names) for some, needed in _needed(side))
    return vetoes, rules


def _meetable(rules: Sequence[Rule], needed: Mapping[str, tuple[int, ...]], names: frozenset[str]) -> tuple[Rule, ...]:
    near = {number for name in names for number in needed.get(name, ())}
    return tuple([rule for rule in map(rules.__getitem__, sorted(near)) if rule.meetable(names)])


@cache
def _needed(side: str) -> tuple[tuple[tuple[Rule, ...], dict[str, tuple[int, ...]]], ...]:
    """The vetoes and the rules of a side, each with its rules' numbers by the classes that they cannot do without."""
    rules, vetoes = _rules(side)
    made = []
    for some in (vetoes, rules):
        needed: dict[str, tuple[int, ...]] = {}
        for number, rule in enumerate(some):
            # The group with the fewest classes rules a rule out for most sentences.
            for name in min((group for _, group in rule.groups), key=len):
                needed[name] = (*needed.get(name, ()), number)
        made.append((some, needed))
    return tuple(made)


def _shouts(said: Said) -> bool:
    """Whether a message of some length is mostly in capitals, or ends its sentences with rows of marks."""
    n_letters, n_capitals = said.letters
    if n_letters < _LETTERS or n_capitals <= _CAPITALS * n_letters:
        return False
    return len(said.text.split()) >= _SHOUTED_WORDS


def class_words(name: str, language: str) -> tuple[str, ...]:
    """The words and phrases of a class in one language; empty for an unknown language."""
    if name in _VALUING:
        return tuple(
            map(str, yaml_data("evalkit.language", "data/valence.yaml").get(language, {}).get(_VALUING[name], ()))
        )
    return tuple(map(str, _data()["classes"].get(name, {}).get(language, ())))


@cache
def classes_of(side: str) -> frozenset[str]:
    """The names of the classes that the rules of a side look at."""
    rules, vetoes = _rules(side)
    return frozenset(
        name for rule in (*rules, *vetoes) for names in (*(g for _, g in rule.groups), rule.none) for name in names
    )


@cache
def weighed(side: str) -> frozenset[str]:
    """The names of the classes of a side that no rule looks at, only the learned weights."""
    return frozenset(_data()["weighed"].get(side, ())) - classes_of(side)


def _sentences(said: Said, hits: list[ClassHit]) -> Iterable[tuple[int, int, list[ClassHit]]]:
    n_words = len(said.words)
    inner = sorted([number for number in said.stops if number])
    if not inner:
        yield 0, n_words - 1, hits
        return
    first = at = 0
    for number in (*inner, n_words):
        here = []
        while at < len(hits) and hits[at].first < number:
            here.append(hits[at])
            at += 1
        if here:
            yield first, number - 1, here
        first = number


def matched(
    rule: Rule, here: Sequence[ClassHit], denied: Callable[[int], bool], *, asks: bool, length: int
) -> tuple[int, int] | None:
    """The first and last word of the narrowest place that meets a rule, None where no place does."""
    if rule.ask is not None and rule.ask != asks:
        return None
    if rule.longest is not None and length > rule.longest:
        return None
    places: list[list[ClassHit]] = []
    n = 1
    for mode, group in rule.groups:
        options = [hit for hit in here if hit.name in group and _fits(hit, mode, denied)]
        if not options:
            return None
        n *= len(options)
        places.append(options)
    if n > _COMBINATIONS:
        return None
    if n == 1:
        firsts = [options[0].first for options in places]
        first, last = min(firsts), max([options[0].last for options in places])
        fits = last - first <= rule.within and not (rule.ordered and firsts != sorted(firsts))
        return (first, last) if fits else None
    best: tuple[int, int] | None = None
    for chosen in product(*places):
        if rule.ordered and any(a.first > b.first for a, b in pairwise(chosen)):
            continue
        first, last = min(h.first for h in chosen), max(h.last for h in chosen)
        if last - first <= rule.within and (best is None or last - first < best[1] - best[0]):
            best = (first, last)
    return best


def _fits(hit: ClassHit, mode: Mode, denied: Callable[[int], bool]) -> bool:
    # The negation itself is never "denied" by another one that happens to stand near.
    return mode == "either" or hit.name == "neg" or denied(hit.first) == (mode == "denied")


@cache
def _rules(side: str) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    data = _data()
    return tuple(read_rules(data["rules"].get(side, {}))), tuple(read_rules(data["vetoes"].get(side, {})))


def read_rules(table: Mapping[str, list[Mapping[str, Any]]]) -> Iterable[Rule]:
    """The rules of a data file: category to entries of classes."""
    for category, entries in table.items():
        for entry in entries:
            yield Rule(
                category=category,
                groups=tuple(
                    (_MODES.get(part[0], "said"), frozenset(part.lstrip("!~").split("|"))) for part in entry["all"]
                ),
                none=frozenset(entry.get("none", ())),
                within=entry.get("within", _WITHIN),
                ask=entry.get("ask"),
                longest=entry.get("max"),
                ordered=entry.get("ordered", False),
            )


@cache
def _data() -> dict[str, Any]:
    """The shipped tables as one: a class or rule of a later file adds to one of its name."""
    merged: dict[str, Any] = {}
    for name in _FILES:
        _add(merged, yaml_data("evalkit.language", name))
    return merged


def _add(into: dict[str, Any], table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        if isinstance(value, Mapping):
            _add(into.setdefault(name, {}), value)
        else:
            into[name] = [*into.get(name, ()), *value]
