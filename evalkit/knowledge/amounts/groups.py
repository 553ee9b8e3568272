"""Who is in a group that asks for a price, and what a passage has grown-ups, children and others pay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from evalkit.knowledge.reading.statements import Sentence
from evalkit.language.amounts import Quantity, meets
from evalkit.language.numerals import number_words, value
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts, word_pattern, yaml_data
from evalkit.text.normalise import comparable

_MONTHS, _GROWN_UP = 12, 18
_AGES = re.compile(r"(?<![\w.,])\d{1,2}(?![\w.,]\d|%)")


def prices_of(told: Sequence[Sentence], unit: str) -> dict[str, set[float]]:
    """The prices of grown-ups, children and others that the sentences of a passage give."""
    prices: dict[str, set[float]] = {}
    for sentence in told:
        money = [q for q in sentence.amounts if q.kind == "money" and q.unit == unit and q.lo > 0]
        for name, price in _bound(_classes_in(comparable(sentence.text)), money) if money else ():
            prices.setdefault(name, set()).add(price.lo)
    return prices


def _bound(classes: Sequence[tuple[int, str]], told: Sequence[Quantity]) -> Iterator[tuple[str, Quantity]]:
    """Each price with whom it is for: "adults 14", or "14 for adults", whichever comes first in the sentence."""
    if not classes or not told:
        return
    if classes[0][0] < told[0].start:
        for price in told:
            before = [name for at, name in classes if at < price.start]
            yield before[-1], price
        return
    for at, name in classes:
        earlier = [price for price in told if price.start < at]
        if earlier:
            yield name, earlier[-1]


def children_paying(told: Sequence[Sentence], children: float, ages: Sequence[float]) -> set[float]:
    """How many of the children pay: those of an age that goes free do not, and of unknown age any may."""
    free = [
        limit
        for sentence in told
        if any(q.kind == "money" and q.lo == 0 for q in sentence.amounts)
        for limit in sentence.amounts
        if limit.kind == "duration" and limit.unit == "month"
    ]
    if not free:
        return {children}
    if len(ages) != children:
        return {float(n) for n in range(int(children) + 1)}
    own = [Quantity("duration", age * _MONTHS, age * _MONTHS, "month", 0, 0) for age in ages]
    return {float(sum(not any(meets(age, limit) for limit in free) for age in own))}


def group_of(question: str) -> tuple[dict[str, float], list[float]]:
    """How many grown-ups and children ask, and how old the children are.

    >>> group_of("what is it for 2 adults and a 3 year old")
    ({'adult': 2.0, 'child': 1.0}, [3.0])
    """
    groups: dict[str, float] = {}
    last = 0
    for hit in _counted_class().finditer(question):
        name = next(name for name, pattern in named("classes") if pattern.fullmatch(hit.group("who")))
        groups[name] = groups.get(name, 0.0) + (value(hit.group("n")) or 0.0 if hit.group("n") else 1.0)
        last = hit.end() if name == "child" else last
    aged = [q.lo / _MONTHS for q in quantities(question) if q.kind == "duration" and q.unit == "month" and not q.bound]
    aged = [age for age in aged if age < _GROWN_UP and age % 1 == 0]
    if "child" in groups:
        return groups, aged or [float(n) for n in _AGES.findall(question[last:]) if int(n) < _GROWN_UP]
    if aged and groups:
        groups["child"] = float(len(aged))
    return groups, aged


def _classes_in(text: str) -> list[tuple[int, str]]:
    return sorted((hit.start(), name) for name, pattern in named("classes") for hit in pattern.finditer(text))


# ---------------------------------------------------------------- words


@lru_cache(maxsize=2_000)
def says(name: str, text: str) -> bool:
    """Whether a text holds a word of a list of totals."""
    return word_pattern(totals_table()[name]).search(comparable(text)) is not None


def totals_table() -> dict[str, Any]:
    """The packaged words of totals."""
    loaded: dict[str, Any] = yaml_data("evalkit.knowledge", "data/totals.yaml")
    return loaded


@cache
def named(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The words of each of a kind: of each class of people, of each thing that a price is for."""
    return tuple((str(name), word_pattern(words)) for name, words in totals_table()[kind].items())


@cache
def _counted_class() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    who = "|".join(word_parts(word for words in totals_table()["classes"].values() for word in words))
    joints = "|".join(word_parts(word for word in totals_table()["joint"] if word != "&"))
    many = rf"(?P<n>\d{{1,2}}|{numbers})\s+"
    joined = rf"(?:[+&,]\s*|(?<!\w)(?:{joints})\s+)(?!\d|(?:{numbers})\s)"
    return re.compile(rf"(?:(?<!\w){many}|{joined})(?:[^\W\d_]+\s+)??(?P<who>{who})(?!\w)")
