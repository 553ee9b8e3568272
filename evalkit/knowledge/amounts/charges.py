"""The prices that a knowledge base tells, each with what it is for and how many times a customer pays it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from evalkit.knowledge.amounts.groups import named, totals_table
from evalkit.knowledge.amounts.places import place_of
from evalkit.knowledge.reading.statements import Candidate, Sentence
from evalkit.knowledge.reading.wording import Term, alike, wording
from evalkit.language.amounts import Quantity
from evalkit.language.counts import PEOPLE, PERIOD_HOURS
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_CALLED = 0.7
_FEW_WORDS = 24
_ENDING = re.compile(r"l[tn]?[aä]$")
_MONTHS = {"month": 1.0, "quarter": 3.0, "year": 12.0}


@dataclass(frozen=True, slots=True)
class Charge:
    """One price where it is told, the words that are bound to it, and the nouns for each of which it is paid."""

    at: int
    amount: Quantity
    words: tuple[Term, ...]
    head: tuple[Term, ...]
    """The words of its sentence that it shares with those before it."""
    each: tuple[str, ...]

    def times(self, asked: Sequence[Quantity]) -> tuple[float, frozenset[int]]:
        """How many times the customer pays it, and which of the amounts that are asked for say so."""
        many, used = 1.0, set()
        for n, q in enumerate(asked):
            factor = self._times(q)
            if factor is not None:
                many *= factor
                used.add(n)
        return many, frozenset(used)

    def _times(self, asked: Quantity) -> float | None:
        if asked.bound or asked.lo != asked.hi or asked.lo <= 0:
            return None
        if asked.kind == "duration":
            return _periods(asked, self.amount.per)
        if asked.kind == "measure":
            return asked.lo if any(_unit(noun) == asked.unit for noun in self.each) else None
        if asked.kind != "count" or not asked.unit:
            return None
        if asked.unit == PEOPLE:
            people = next(pattern for name, pattern in named("things") if name == "person")
            return asked.lo if any(people.fullmatch(noun) for noun in self.each) else None
        terms = wording(asked.unit).terms
        mine = (*self.words, *self.head, *(term for noun in self.each for term in wording(noun).terms))
        return asked.lo if any(alike(term, word) >= _CALLED for term in terms for word in mine) else None


def _periods(length: Quantity, per: str) -> float | None:
    """How many periods a length of time is, None where it is not counted in them."""
    if not per:
        return None
    if length.unit == "month":
        return length.lo / _MONTHS[per] if per in _MONTHS else None
    if length.unit == "h" and per not in _MONTHS and per in PERIOD_HOURS:
        return length.lo / PERIOD_HOURS[per]
    return None


def _unit(noun: str) -> str:
    every = (q for form in (noun, _ENDING.sub("", noun)) for q in quantities(f"2 {form}"))
    return next((q.unit for q in every if q.kind == "measure"), "")


def charges_in(sentences: Sequence[Sentence], unit: str) -> list[Charge]:
    """The prices of the sentences in one currency, without limits and what is free."""
    return [
        _charge(n, q, sentences)
        for n, sentence in enumerate(sentences)
        for q in sentence.amounts
        if q.kind == "money" and q.unit == unit and q.lo == q.hi > 0 and not q.bound
    ]


def _charge(at: int, amount: Quantity, sentences: Sequence[Sentence]) -> Charge:
    place = place_of(Candidate(at, amount, 0.0, equal=False), sentences)
    text = sentences[at].text
    return Charge(
        at, amount, tuple(term for term, _ in place.words(far=False)), tuple(term for term, _ in place.head),
        _each(text, amount),
    )  # fmt: skip


def _each(text: str, amount: Quantity) -> tuple[str, ...]:
    plain = comparable(text)
    hit = _per().search(plain, amount.end)
    if hit is None or hit.start() - amount.end > _FEW_WORDS:
        return ()
    return tuple(filter(None, (hit.group("noun"), hit.group("other"))))


@cache
def _per() -> re.Pattern[str]:
    per = "|".join(word_parts(word for word in totals_table()["per"] if word != "/"))
    joint = "|".join(word_parts(word for word in totals_table()["joint"] if word != "&"))
    noun = r"[^\W\d_]+"
    return re.compile(
        rf"(?:(?<!\w)(?:{per})\s+|/\s*|\s(?=\w+l[tn]?[aä](?!\w)))(?P<noun>{noun})(?:\s+(?:{joint})\s+(?:(?:{per})\s+)?(?P<other>{noun}))?"
    )
