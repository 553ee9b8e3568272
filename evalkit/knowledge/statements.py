"""A claim and the sentences of the knowledge base, read for comparing: clauses, terms, amounts, denials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from evalkit.knowledge.wording import Term, Wording, polar, roles, wording
from evalkit.language.amounts import Quantity
from evalkit.language.lexicons import negations
from evalkit.language.opening_hours import days_in
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable
from evalkit.text.sentences import split
from evalkit.text.tokens import words

Relation = Literal["supported", "contradicted", "not_in_kb", "unsure"]
_LEAST_TERMS = 2


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage at [start, end) of it, read once; `around` are the terms of the rest of the passage."""

    text: str
    start: int
    end: int
    said: Wording
    amounts: tuple[Quantity, ...]
    denies: bool
    around: tuple[Term, ...]
    beside: tuple[Term, ...] = ()
    """The terms of the sentence's other clauses, which share its subject."""
    piece: int = 0
    """The number of the whole sentence in its passage; its clauses share it."""
    subject: tuple[Term, ...] = ()
    """The first term of the whole sentence, for its later clauses: what they go on speaking of."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim read for comparing; `context` are terms of the question and of what was said before."""

    text: str
    said: Wording
    amounts: tuple[Quantity, ...]
    denies: bool
    context: tuple[Term, ...]
    asked: tuple[Quantity, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one sentence, the nearest that decides, says of the claim."""

    relation: Relation
    sentence: int | None = None
    exact: bool = False
    reason: str = ""


@lru_cache(maxsize=20_000)
def sentences_of(passage: str, heading: str, language: str | None) -> tuple[Sentence, ...]:
    """The sentences of a passage."""
    pieces = split(passage)
    said = [wording(piece.text) for piece in pieces]
    title = wording(heading).terms if heading else ()
    found = []
    for number, piece in enumerate(pieces):
        others = (*title, *(term for at, w in enumerate(said) if at != number for term in w.terms))
        spans = clauses(piece.text)
        parts = [wording(piece.text[start:end]) for start, end in spans]
        for at, (start, end) in enumerate(spans):
            text = piece.text[start:end]
            beside = tuple(term for n, w in enumerate(parts) if n != at for term in w.terms)
            found.append(
                Sentence(
                    text, piece.start + start, piece.start + end, parts[at], quantities(text),
                    denies(text, parts[at], language), others, beside, number,
                    parts[0].terms[:1] if at else (),
                )
            )  # fmt: skip
    return tuple(found)


def clauses(sentence: str) -> list[tuple[int, int]]:
    """The spans of a sentence's clauses: cut where each side says something of its own.

    >>> text = "Vi tar kort, men inte kontanter."
    >>> [text[a:b] for a, b in clauses(text)]
    ['Vi tar kort', 'men inte kontanter.']
    """
    spans, start = [], 0
    for cut in _cuts().finditer(sentence):
        left, right = sentence[start : cut.start()], sentence[cut.end("edge") :]
        if len(wording(left).terms) < _LEAST_TERMS or not (wording(right).terms or cut.group("contrast")):
            continue
        if (cut.group("joint") or cut.group("comma")) and not _each_its_own(left, right):
            continue
        spans.append((start, cut.start()))
        start = cut.end("edge")
    return [*spans, (start, len(sentence))]


def _each_its_own(left: str, right: str) -> bool:
    """Whether two joined parts have each an amount of one kind, or each a sign that can be turned, or one a denial."""
    until = _cuts().search(right)
    near = right[: until.start()] if until else right
    # Hours by weekday are read as one; hours of two things are not.
    apart = frozenset() if days_in(left) or days_in(near) else frozenset({"clock"})
    kinds = [{q.kind for q in quantities(part)} - ({"clock"} - apart) for part in (left, near)]
    signs = frozenset().union(*polar())
    signed = [any(term.concept in signs for term in wording(part).terms) for part in (left, near)]
    denied = "denying" in wording(near).roles and "denying" not in wording(left).roles
    closed = "only" in wording(near).roles and "only" not in wording(left).roles
    return bool(kinds[0] & kinds[1]) or all(signed) or ((denied or closed) and len(wording(near).terms) >= _LEAST_TERMS)


@cache
def _cuts() -> re.Pattern[str]:
    words_, joints, contrast = ("|".join(word_parts(roles()[name])) for name in ("_clause", "_joint", "_contrast"))
    return re.compile(
        rf"(?P<edge>;\s+|,\s+(?=(?:{words_})(?!\w))|(?P<contrast>(?:,\s+|,?\s+(?:{joints})\s+)(?=(?:{contrast})(?!\w)))|\s+(?=(?:{words_})(?!\w))"
        rf"|,?\s+(?P<joint>(?:{joints})\s+)|(?P<comma>,\s+))",
        re.IGNORECASE,
    )


def denies(text: str, said: Wording, language: str | None) -> bool:
    """Whether a sentence denies: an odd number of negations, words such as closed among them."""
    plain = _condition().sub(" ", _harmless().sub(" ", comparable(text)), count=1)
    known = negations(language) if language is not None else frozenset()
    n = sum(word in known or word.endswith("n't") for word in words(plain))
    # "Without" is a negation and a word that denies: it counts once.
    more = any(hit.group() not in known for hit in _denying().finditer(plain))
    return (n + more) % 2 == 1 if n < 2 else True


@cache
def _harmless() -> re.Pattern[str]:
    """Phrases that hold a negation and deny nothing: no problem, not only."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(roles()['_harmless']))})(?!\w)")


@cache
def _condition() -> re.Pattern[str]:
    """A condition before its comma: what it denies is no denial of what follows."""
    opens = "|".join(word_parts((*roles()["_condition"], *roles()["_verb_first"])))
    return re.compile(rf"^\s*(?:{opens})(?!\w)[^,?]*,(?=[^,]*\w)")


def opposite_denials(said: Wording) -> int:
    """How many words deny and are one side of an opposite too, such as closed: an opposite turns a statement once."""
    signs = frozenset().union(*polar())
    return sum(term.concept in signs and _denying().search(term.text) is not None for term in said.terms)


@cache
def _denying() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(roles()['_denying']))})(?!\w)")
