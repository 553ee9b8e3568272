"""How far a claim and a sentence speak of the same thing, and whether they point the same way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

from evalkit.knowledge.statements import Sentence, Statement
from evalkit.knowledge.wording import Matches, Term, alike, best_match, generic, parties
from evalkit.language.amounts import meets

_NEIGHBOUR, _BESIDE = 0.35, 0.5
_CONTEXT = 0.5
SUBJECT = 0.85
_SAME_TERM = 0.75
_GENERIC = 0.4
_AS_IT_IS, _NEARLY, _ANOTHER_WORD = 0.7, 0.9, 0.5
_ONE_CONCEPT, _ANOTHER_THING = 0.8, 0.85
_NEAR_BY, _PARALLEL, _OTHER = 3, 2, 0.6
OF_ANOTHER = "the knowledge base says this of another"


@dataclass(frozen=True, slots=True)
class Weights:
    own: tuple[tuple[Term, float], ...]
    context: tuple[tuple[Term, float], ...]
    thin: bool = False
    """True where the claim borrows its matter from the question."""
    matches: Matches = field(default_factory=Matches)
    """How alike the nearest word of any sentence is to each term; elsewhere a word that is less so is another word."""

    @property
    def total(self) -> float:
        return sum(weight for _, weight in self.own) or 1.0


def weigh(claim: Statement, sentences: Sequence[Sentence]) -> Weights:
    free = [
        term
        for term in claim.said.terms
        if not any(q.start < term.end and term.start < q.end for q in claim.amounts) or term.concept == "free"
    ]
    matches = Matches()
    for term in (*free, *claim.context):
        matches.best[term.text] = max((matches.of(term, s.said.terms) for s in sentences), default=0.0)
    own = tuple((term, _rarity(term, sentences, matches)) for term in free)
    context = tuple(
        (term, _CONTEXT * _rarity(term, sentences, matches, unknown=0.0))
        for term in claim.context
        if best_match(term, free) < 0.6
    )
    if len(own) < 2:
        # Too little of its own: "No." and "It is 30 days." speak of what was asked.
        context = tuple((term, weight / _CONTEXT) for term, weight in context)
        return Weights((*own, *(pair for pair in context if pair[1] > 0)), (), thin=bool(context), matches=matches)
    return Weights(own, context, matches=matches)


def _rarity(term: Term, sentences: Sequence[Sentence], matches: Matches, unknown: float = 0.6) -> float:
    n = sum(matches.of(term, sentence.said.terms) >= _SAME_TERM for sentence in sentences)
    most = log(len(sentences) + 1.5)
    rarity = log((len(sentences) + 1.5) / (n + 0.5)) if n else unknown * most
    return _GENERIC * rarity if term.concept in generic() else rarity


def overlap(claim: Statement, sentence: Sentence, weights: Weights) -> float:
    own = own_share(sentence, weights)
    extra = sum(w * held(term, sentence, weights.matches) for term, w in weights.context) / weights.total
    return own + 0.6 * min(extra, 1 - own) if own < 1 else own + 0.1 * extra


def own_share(sentence: Sentence, weights: Weights) -> float:
    """How much of a claim's own weight a sentence holds, without what the question and the words before add."""
    return sum(w * held(term, sentence, weights.matches) for term, w in weights.own) / weights.total


def held(term: Term, sentence: Sentence, matches: Matches | None = None) -> float:
    """How much of a term a sentence holds, in itself, beside it or around it."""
    matches = matches or Matches()
    key = (term.text, id(sentence))
    known = matches.held.get(key)
    if known is not None:
        return known
    best = matches.best.get(term.text, 0.0)
    found = sharp(matches.of(term, sentence.said.terms), best)
    # What is farther off counts less: it is looked at only where it could still count more.
    if found < SUBJECT and sentence.subject:
        found = max(found, SUBJECT * sharp(matches.of(term, sentence.subject), best))
    if found < _BESIDE and sentence.beside:
        found = max(found, _BESIDE * sharp(matches.of(term, sentence.beside), best))
    if found < _NEIGHBOUR:
        # The sentence's own words count among those around it no more than they do by themselves.
        found = max(found, _NEIGHBOUR * sharp(matches.of(term, sentence.passage), best))
    matches.held[key] = found
    return found


def sharp(likeness: float, best: float) -> float:
    """A likeness, less where a nearer word stands elsewhere: food waste is not residual waste, nor a cat a dog."""
    if best < _AS_IT_IS or likeness >= _NEARLY * best:
        return likeness
    if likeness < _SAME_TERM:
        return likeness * _ANOTHER_WORD
    return likeness * _ANOTHER_THING if likeness >= _ONE_CONCEPT else likeness


def clash(claim: Statement, sentence: Sentence, pairs: frozenset[frozenset[str]]) -> bool:
    mine = {term.concept for term in claim.said.terms if term.concept}
    theirs = {term.concept for term in sentence.said.terms if term.concept}
    return any(frozenset((a, b)) in pairs and a not in theirs and b not in mine for a in mine for b in theirs)


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
