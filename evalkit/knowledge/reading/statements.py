"""A claim and the sentences of the knowledge base, read for comparing: clauses, terms, amounts, denials."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from evalkit.knowledge.reading.glossary import parties, polar_concepts, role_words, roles
from evalkit.knowledge.reading.wording import Term, Wording, wording
from evalkit.language.amounts import Quantity
from evalkit.language.lexicon_data import negations
from evalkit.language.opening_hours import days_in
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable
from evalkit.text.sentences import split
from evalkit.text.tokens import words

Relation = Literal["supported", "contradicted", "not_in_kb", "unsure"]
_LEAST_TERMS, _PLAIN = 2, 3


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
    passage: tuple[Term, ...] = ()
    """The terms of the whole passage and its heading: one object for all its sentences."""

    def is_beside(self, other: Sentence) -> bool:
        """Whether both are clauses of one sentence, or the same one."""
        return self.passage is other.passage and self.piece == other.piece


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
    reply: str = ""
    """`yes` or `no` where the answer begins so."""
    later: bool = False
    """Whether something was said before it in the same answer."""
    spoken: tuple[Quantity, ...] = ()
    """The amounts of its whole sentence and of what was said before it."""
    before: tuple[Quantity, ...] = ()
    """The amounts of what was said right before it."""
    language: str | None = None
    """The language that the answer is in."""
    whole: str = ""
    """The whole sentence that it is a part of."""
    told: str = ""
    """What was said right before it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one sentence, the nearest that decides, says of the claim."""

    relation: Relation
    sentence: int | None = None
    exact: bool = False
    reason: str = ""
    weighed: bool = False
    """Whether the weights and no rule decided: a judge or a model may know better."""
    path: str = ""
    """Which family of rules spoke: `modality`, `hours`, `amounts` or `words`."""
    doubtful: bool = False
    """Whether the rule cannot be sure by its own nature: no weight makes its contradiction exact."""
    barred: bool = False
    """Whether no weight may call it supported: an amount stands nowhere and follows from nothing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An amount of a sentence that one of the claim may be about, and how well what is bound to it fits."""

    sentence: int
    amount: Quantity
    score: float
    equal: bool


def sentences_of(passage: str, heading: str, language: str | None) -> tuple[Sentence, ...]:
    """The sentences of a passage."""
    pieces = split(passage)
    said = [wording(piece.text) for piece in pieces]
    title = wording(heading).terms if heading else ()
    whole = (*title, *(term for w in said for term in w.terms))
    found = []
    for number, piece in enumerate(pieces):
        others = (*title, *(term for at, w in enumerate(said) if at != number for term in w.terms))
        spans = clauses(piece.text)
        told = quantities(piece.text)
        parts = [wording(piece.text[start:end]) for start, end in spans]
        for at, (start, end) in enumerate(spans):
            text = piece.text[start:end]
            beside = tuple(term for n, w in enumerate(parts) if n != at for term in w.terms)
            found.append(
                Sentence(
                    text, piece.start + start, piece.start + end, parts[at], _within(told, start, end),
                    denies(text, parts[at], language), others, beside, number,
                    parts[0].terms[:1] if at else (), whole,
                )
            )  # fmt: skip
    return tuple(found)


def _within(told: tuple[Quantity, ...], start: int, end: int) -> tuple[Quantity, ...]:
    """The amounts of a part of a sentence, as the whole sentence reads them: hours are told by the words before."""
    return tuple(replace(q, start=q.start - start, end=q.end - start) for q in told if start <= q.start < end)


@lru_cache(maxsize=4_000)
def clauses(sentence: str) -> tuple[tuple[int, int], ...]:
    """The spans of a sentence's clauses: cut where each side says something of its own.

    >>> text = "Vi tar kort, men inte kontanter."
    >>> [text[a:b] for a, b in clauses(text)]
    ['Vi tar kort', 'men inte kontanter.']
    """
    spans, start = [], 0
    told = quantities(sentence)
    for cut in _cuts().finditer(sentence):
        left, right = sentence[start : cut.start()], sentence[cut.end("edge") :]
        if any(q.start < cut.start() < q.end for q in told):
            continue
        if len(wording(left).terms) < _LEAST_TERMS or not (wording(right).terms or cut.group("contrast")):
            continue
        if (cut.group("joint") or cut.group("comma")) and not _each_its_own(
            left, right, _kinds(told, start, cut.start()), told, cut.end("edge")
        ):
            continue
        spans.append((start, cut.start()))
        start = cut.end("edge")
    return (*spans, (start, len(sentence)))


def _each_its_own(left: str, right: str, kinds: frozenset[str], told: tuple[Quantity, ...], at: int) -> bool:
    """Whether two joined parts have each an amount of one kind, or a sign that can be turned, or one a denial."""
    until = _cuts().search(right)
    near = right[: until.start()] if until else right
    shared = kinds & _kinds(told, at, at + len(near))
    if days_in(left) or days_in(near):
        # Hours by weekday are read as one; hours of two things are not.
        shared -= {"clock"}
    one, other = wording(left), wording(near)
    signed = all(any(term.concept in polar_concepts() for term in said.terms) for said in (one, other))
    denied = _denied(near, other) and not _denied(left, one)
    closed = "only" in other.roles and "only" not in one.roles
    return bool(shared) or signed or _for_each(one, other) or ((denied or closed) and len(other.terms) >= _LEAST_TERMS)


def _denied(text: str, said: Wording) -> bool:
    return "denying" in said.roles or not plain_negations().isdisjoint(words(comparable(text)))


@cache
def plain_negations() -> frozenset[str]:
    """The negations that are no other word elsewhere: the shortest are, such as the Finnish one that is an article."""
    return roles()["_contrast"] | {word for word in negations(None) if len(word) >= _PLAIN}


def _for_each(one: Wording, other: Wording) -> bool:
    """Whether the one part is for companies and the other for private persons, or the like."""
    left, right = ({term.concept for term in said.terms} for said in (one, other))
    return any(frozenset((a, b)) in parties() and a not in right and b not in left for a in left for b in right)


def _kinds(told: tuple[Quantity, ...], start: int, end: int) -> frozenset[str]:
    return frozenset(q.kind for q in told if start <= q.start < end)


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
    # "No problem" and "not only" hold a negation and deny nothing.
    plain = _condition().sub(" ", role_words("_harmless").sub(" ", comparable(text)), count=1)
    known = negations(language) if language is not None else frozenset()
    n = sum(word in known or word.endswith("n't") for word in words(plain))
    # "Without" is a negation and a word that denies: it counts once.
    more = any(hit.group() not in known for hit in role_words("_denying").finditer(plain))
    return (n + more) % 2 == 1 if n < 2 else True


@cache
def _condition() -> re.Pattern[str]:
    """A condition before its comma: what it denies is no denial of what follows."""
    opens = "|".join(word_parts((*roles()["_condition"], *roles()["_verb_first"])))
    return re.compile(rf"^\s*(?:{opens})(?!\w)[^,?]*,(?=[^,]*\w)")


def opposite_denials(said: Wording) -> int:
    """How many words deny and are one side of an opposite too, such as closed: an opposite turns a statement once."""
    return sum(
        term.concept in polar_concepts() and role_words("_denying").search(term.text) is not None for term in said.terms
    )
