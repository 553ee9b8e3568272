"""How far a claim and a sentence speak of the same thing, and whether they point the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from evalkit.knowledge.statements import Sentence, Statement
from evalkit.knowledge.wording import Term, best_match, generic, parties
from evalkit.language.amounts import meets

_NEIGHBOUR, _BESIDE = 0.35, 0.5
_CONTEXT = 0.5
SUBJECT = 0.85
_SAME_TERM = 0.75
_GENERIC = 0.4
_AS_IT_IS, _NEARLY, _ANOTHER_WORD = 0.7, 0.9, 0.5
NOTHING: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Weights:
    own: tuple[tuple[Term, float], ...]
    context: tuple[tuple[Term, float], ...]
    thin: bool = False
    """True where the claim borrows its matter from the question."""
    nearest: Mapping[str, float] = field(default_factory=dict)
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
    nearest = {
        term.text: max((best_match(term, s.said.terms) for s in sentences), default=0.0)
        for term in (*free, *claim.context)
    }
    own = tuple((term, _rarity(term, sentences)) for term in free)
    context = tuple(
        (term, _CONTEXT * _rarity(term, sentences, unknown=0.0))
        for term in claim.context
        if best_match(term, free) < 0.6
    )
    if len(own) < 2:
        # Too little of its own: "No." and "It is 30 days." speak of what was asked.
        context = tuple((term, weight / _CONTEXT) for term, weight in context)
        return Weights((*own, *(pair for pair in context if pair[1] > 0)), (), thin=bool(context), nearest=nearest)
    return Weights(own, context, nearest=nearest)


def _rarity(term: Term, sentences: Sequence[Sentence], unknown: float = 0.6) -> float:
    n = sum(best_match(term, sentence.said.terms) >= _SAME_TERM for sentence in sentences)
    most = log(len(sentences) + 1.5)
    rarity = log((len(sentences) + 1.5) / (n + 0.5)) if n else unknown * most
    return _GENERIC * rarity if term.concept in generic() else rarity


def overlap(claim: Statement, sentence: Sentence, weights: Weights) -> float:
    own = sum(w * held(term, sentence, weights.nearest) for term, w in weights.own) / weights.total
    extra = sum(w * held(term, sentence, weights.nearest) for term, w in weights.context) / weights.total
    return own + 0.6 * min(extra, 1 - own) if own < 1 else own + 0.1 * extra


def held(term: Term, sentence: Sentence, nearest: Mapping[str, float] = NOTHING) -> float:
    """How much of a term a sentence holds, in itself, beside it or around it."""
    best = nearest.get(term.text, 0.0)
    return max(
        sharp(best_match(term, sentence.said.terms), best),
        _BESIDE * sharp(best_match(term, sentence.beside), best),
        SUBJECT * sharp(best_match(term, sentence.subject), best),
        _NEIGHBOUR * sharp(best_match(term, sentence.around), best),
    )


def sharp(likeness: float, best: float) -> float:
    """A likeness, less where a nearer word stands elsewhere: food waste is not residual waste."""
    return likeness * _ANOTHER_WORD if best >= _AS_IT_IS and likeness < min(_NEARLY * best, _SAME_TERM) else likeness


def clash(claim: Statement, sentence: Sentence, pairs: frozenset[frozenset[str]]) -> bool:
    mine = {term.concept for term in claim.said.terms if term.concept}
    theirs = {term.concept for term in sentence.said.terms if term.concept}
    return any(frozenset((a, b)) in pairs and a not in theirs and b not in mine for a in mine for b in theirs)


def other_party(claim: Statement, sentence: Sentence) -> bool:
    """Whether a sentence is for others than the customer: for companies, where a private person asks."""
    spoken = {term.concept for term in (*claim.said.terms, *claim.context) if term.concept}
    told = {term.concept for term in sentence.said.terms if term.concept}
    return any(frozenset((a, b)) in parties() and a not in told and b not in spoken for a in spoken for b in told)


def unmet(claim: Statement, sentence: Sentence) -> bool:
    """Whether the customer's own amount is beyond the limit of a sentence."""
    own = [q for q in claim.asked if q.lo > 0]
    met = [m for asked in own for limit in sentence.amounts if (m := meets(asked, limit)) is not None]
    return bool(met) and not any(met)
