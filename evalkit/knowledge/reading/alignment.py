"""How far a claim and a sentence speak of the same thing, and whether they point the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log
from operator import mul

from evalkit.knowledge.reading.glossary import generic, others_of, parties
from evalkit.knowledge.reading.nearness import BESIDE, NEIGHBOUR, SUBJECT, Matches, Near, Nearness
from evalkit.knowledge.reading.statements import Candidate, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, alike, best_match
from evalkit.language.amounts import meets

_CONTEXT = 0.5
_SAME_TERM = 0.75
_GENERIC = 0.4
_AS_IT_IS, _AS_MADE = 0.7, 0.85
_NEAR_BY, _PARALLEL, _OTHER = 3, 2, 0.6
OF_ANOTHER = "the knowledge base says this of another"


@dataclass(frozen=True, slots=True)
class Weights:
    own: tuple[tuple[Term, float], ...]
    context: tuple[tuple[Term, float], ...]
    thin: bool = False
    """True where the claim borrows its matter from the question."""
    matches: Matches = field(default_factory=Matches)
    """How near each term is to each sentence; where a nearer word stands elsewhere, one less so is another word."""
    total: float = field(init=False)
    bound: dict[int, list[Candidate]] = field(default_factory=dict)
    """The amounts that each of the claim's own may be about, by its identity: rules and weights both ask."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(weight for _, weight in self.own) or 1.0)


def weigh(claim: Statement, sentences: Sequence[Sentence], nearness: Nearness | None = None) -> Weights:
    free = [
        term
        for term in claim.said.terms
        if not any(q.start < term.end and term.start < q.end for q in claim.amounts) or term.concept == "free"
    ]
    matches = Matches(sentences, nearness)
    for term in claim.context:
        matches.to_each(term)
    own = tuple((term, _rarity(term, matches.to_each(term))) for term in free)
    context = tuple(
        (term, _CONTEXT * _rarity(term, matches.to_each(term), unknown=0.0))
        for term in claim.context
        if best_match(term, free) < 0.6
    )
    if len(own) < 2:
        # Too little of its own: "No." and "It is 30 days." speak of what was asked.
        context = tuple((term, weight / _CONTEXT) for term, weight in context)
        return Weights((*own, *(pair for pair in context if pair[1] > 0)), (), thin=bool(context), matches=matches)
    return Weights(own, context, matches=matches)


def _rarity(term: Term, near: Sequence[Near], unknown: float = 0.6) -> float:
    n = sum([one.said >= _SAME_TERM for one in near])
    most = log(len(near) + 1.5)
    rarity = log((len(near) + 1.5) / (n + 0.5)) if n else unknown * most
    return _GENERIC * rarity if term.concept in generic() else rarity


def overlap(own: float, extra: float) -> float:
    """How far a claim and a sentence speak of one thing: the claim's own words, and what the question adds."""
    return own + 0.6 * min(extra, 1 - own) if own < 1 else own + 0.1 * extra


def nearest(overlaps: Sequence[float]) -> int:
    """The number of the sentence that holds most of a claim, the first of several.

    >>> nearest([0.2, 0.9, 0.9])
    1
    """
    return max(range(len(overlaps)), key=overlaps.__getitem__)


def made_alike(these: Iterable[Term], those: Sequence[Term]) -> bool:
    """Whether two sentences have so many words in common that they tell the same of two things."""
    return sum(best_match(term, those) >= _AS_MADE for term in these) >= _PARALLEL


def shares(terms: Sequence[tuple[Term, float]], weights: Weights, n: int) -> list[float]:
    """How much of a claim's own weight each of n sentences holds by these terms."""
    if not terms:
        return [0.0] * n
    by_term = [weights.matches.held_by_each(term)[0] for term, _ in terms]
    of_each = [weight for _, weight in terms]
    return [sum(map(mul, of_each, holds)) / weights.total for holds in zip(*by_term, strict=True)]


def held(term: Term, sentence: Sentence, matches: Matches | None = None) -> float:
    """How much of a term a sentence holds, in itself, beside it or around it."""
    if matches is not None:
        return matches.held(term, sentence)
    found = best_match(term, sentence.said.terms)
    # What is farther off counts less: it is looked at only where it could still count more.
    if found < SUBJECT and sentence.subject:
        found = max(found, SUBJECT * best_match(term, sentence.subject))
    if found < BESIDE and sentence.beside:
        found = max(found, BESIDE * best_match(term, sentence.beside))
    if found < NEIGHBOUR:
        # The sentence's own words count among those around it no more than they do by themselves.
        found = max(found, NEIGHBOUR * best_match(term, sentence.passage))
    return found


def clash(claim: Statement, sentence: Sentence, pairs: frozenset[frozenset[str]]) -> bool:
    """Whether a claim and a sentence speak each of one of a pair, and neither of both."""
    mine, theirs = claim.said.concepts, sentence.said.concepts
    others = others_of(pairs)
    return any(a in others and not others[a].isdisjoint(theirs - mine) for a in mine - theirs)


def of_one_piece(sentences: Sequence[Sentence], one: int, other: int) -> bool:
    """Whether two clauses are of one sentence."""
    left, right = sentences[one], sentences[other]
    return bool(left.beside) and left.piece == right.piece and left.around == right.around


def other_party(claim: Statement, sentence: Sentence) -> bool:
    """Whether a sentence is for others than the customer: for companies, where a private person asks."""
    spoken = {term.concept for term in (*claim.said.terms, *claim.context) if term.concept}
    told = {term.concept for term in sentence.said.terms if term.concept}
    return any(frozenset((a, b)) in parties() and a not in told and b not in spoken for a in spoken for b in told)


def of_the_other(claim: Statement, sentences: Sequence[Sentence], at: int) -> int | None:
    """The sentence on what a claim names, where the one at `at` says the same of another: two plans side by side."""
    for n in _beside(sentences, at):
        if _says_of_another(claim, sentences[at], sentences[n]):
            return n
        if not claim.amounts and _says_of_another(claim, sentences[n], sentences[at]):
            return at
    return None


def _beside(sentences: Sequence[Sentence], at: int) -> list[int]:
    """The sentences near one in its passage that are made like it."""
    told = sentences[at]
    near = range(max(0, at - _NEAR_BY), min(len(sentences), at + _NEAR_BY + 1))
    return [
        n for n in near
        if n != at and (n < at) == (sentences[n].start < told.start)
        and sum(best_match(term, sentences[n].said.terms) >= _SAME_TERM for term in told.said.terms) >= _PARALLEL
    ]  # fmt: skip


def _says_of_another(claim: Statement, told: Sentence, rival: Sentence) -> bool:
    """Whether one sentence names what the claim names, and the other one another thing and what the claim says."""
    spoken = (*claim.said.terms, *claim.context)
    named = any(_names(t, rival) and not _names(t, told) and held(t, told) < _OTHER for t in spoken)
    if not named:
        return False
    others = any(
        t.name and t.concept is None and not _names(t, rival) and best_match(t, spoken) < _OTHER
        for t in told.said.terms
    )
    only_there = any(
        best_match(t, told.said.terms) >= _AS_IT_IS and best_match(t, rival.said.terms) < _OTHER
        for t in claim.said.terms
        if t.concept not in generic()
    )
    return others and (only_there or bool(claim.amounts))


def _names(term: Term, sentence: Sentence) -> bool:
    return any(other.name and alike(term, other) >= _SAME_TERM for other in sentence.said.terms)


def unmet(claim: Statement, sentence: Sentence) -> bool:
    """Whether the customer's own amount is beyond the limit of a sentence."""
    own = [q for q in claim.asked if q.lo > 0]
    met = [m for asked in own for limit in sentence.amounts if (m := meets(asked, limit)) is not None]
    return bool(met) and not any(met)
