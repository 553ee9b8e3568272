"""Where an amount is told: the words that are bound to it and to no other beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from evalkit.knowledge.reading.alignment import of_one_piece
from evalkit.knowledge.reading.glossary import generic, roles
from evalkit.knowledge.reading.statements import Candidate, Sentence
from evalkit.knowledge.reading.wording import Term
from evalkit.language.amounts import Quantity
from evalkit.text.data_files import word_parts

_LISTED = re.compile(r",\s\w+(?:\s\w+)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """An amount where it is told, with the words that are bound to it and to no other beside it."""

    at: int
    own: tuple[Term, ...]
    sentence: Sentence
    amount: Quantity | None = None
    taken: tuple[tuple[Term, Sentence], ...] = ()
    """Words of the clause before it that belong to it."""
    head: tuple[tuple[Term, Sentence], ...] = ()
    """The words that its whole sentence begins with, where it is a later clause."""

    @property
    def per(self) -> str:
        return self.amount.per if self.amount else ""

    def words(self, *, far: bool) -> list[tuple[Term, Sentence]]:
        """What may name its thing, each word with the clause that holds it."""
        every = [*((term, self.sentence) for term in self.own), *self.taken, *(self.head if far else ())]
        return [(term, sentence) for term, sentence in every if tells(term)]

    def is_beside(self, other: Place) -> bool:
        """Whether both stand in one sentence."""
        return self.sentence.is_beside(other.sentence)

    def is_after(self, other: Place) -> bool:
        mine, theirs = (p.sentence.start + (p.amount.start if p.amount else 0) for p in (self, other))
        return mine > theirs


def place_of(candidate: Candidate, sentences: Sequence[Sentence]) -> Place:
    at, amount = candidate.sentence, candidate.amount
    sentence = sentences[at]
    own = tuple(bound_to(amount, sentence.said.terms, sentence.text, sentence.amounts))
    # What stands after a comma belongs to the next: "books four weeks, films and games two".
    last = max((q.end for q in sentence.amounts if q.kind == amount.kind), default=0)
    if last == amount.end and (cut := _left_to_the_next(at, amount.kind, sentences)) is not None:
        own = tuple(term for term in own if term.end <= cut)
    taken: tuple[tuple[Term, Sentence], ...] = ()
    if at and (cut := _left_to_the_next(at - 1, amount.kind, sentences)) is not None:
        before = sentences[at - 1]
        taken = tuple((term, before) for term in before.said.terms if term.start >= cut)
    return Place(at, own, sentence, amount, taken, head_of(at, sentences))


def head_of(at: int, sentences: Sequence[Sentence]) -> tuple[tuple[Term, Sentence], ...]:
    first = at
    while first and sentences[first - 1].is_beside(sentences[at]):
        first -= 1
    if first == at:
        return ()
    until = min((q.start for q in sentences[first].amounts), default=len(sentences[first].text))
    return tuple((term, sentences[first]) for term in sentences[first].said.terms if term.end <= until)


def bound_to(amount: Quantity, terms: Sequence[Term], text: str, amounts: Sequence[Quantity]) -> Iterator[Term]:
    """The terms of one of several amounts of a kind: up to the comma or joint that parts it from the next."""
    start, end = 0, len(text)
    for other in amounts:
        if other is amount or other.kind != amount.kind:
            continue
        if other.end <= amount.start:
            cut = _parts().search(text, other.end, amount.start)
            start = max(start, cut.end() if cut else other.end)
        elif other.start >= amount.end:
            cut = _parts().search(text, amount.end, other.start)
            end = min(end, cut.start() if cut else amount.end)
    return (
        term
        for term in terms
        if start <= term.start and term.end <= end
        if not any(q.start < term.end and term.start < q.end for q in amounts)
    )


def _left_to_the_next(at: int, kind: str, sentences: Sequence[Sentence]) -> int | None:
    """Where in a clause the words begin that belong to the next clause's amount, None where none do."""
    if at + 1 >= len(sentences) or not of_one_piece(sentences, at, at + 1):
        return None
    told = [q.end for q in sentences[at].amounts if q.kind == kind]
    if not told or not any(q.kind == kind for q in sentences[at + 1].amounts):
        return None
    cut = _LISTED.search(sentences[at].text, max(told))
    return cut.start() if cut else None


def telling(terms: Iterable[Term]) -> Iterator[Term]:
    return filter(tells, terms)


def is_the_rest(term: Term) -> bool:
    """Whether a term names all that are left: "otherwise", "all others"."""
    return _the_rest().match(term.text) is not None


def parted(text: str, start: int, end: int) -> bool:
    """Whether a comma or a joint parts what stands before [start, end) from what stands after."""
    return _parts().search(text, start, end) is not None


def tells(term: Term) -> bool:
    """Whether a term may name one of several: no price, no year, no "otherwise"."""
    return term.concept not in generic() and not is_the_rest(term)


@cache
def _the_rest() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(word_parts((*roles()['_clause'], *roles()['_the_rest'])))})$")


@cache
def joints() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(word_parts(roles()['_joint']))}|[&+])\s*", re.IGNORECASE)


@cache
def _parts() -> re.Pattern[str]:
    joints = "|".join(word_parts((*roles()["_joint"], *roles()["_alternative"])))
    return re.compile(rf"[,;/]\s*|\s(?:{joints})\s", re.IGNORECASE)
