"""A claim beside the sentences of the knowledge base: amounts bound to what they measure, denials, opposites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from typing import Literal

from evalkit.knowledge.wording import Term, Wording, alike, antonyms, best_match, generic, wording
from evalkit.language.lexicons import negations
from evalkit.language.quantities import Quantity, quantities, same, within
from evalkit.text.sentences import split
from evalkit.text.tokens import words

Relation = Literal["supported", "contradicted", "not_in_kb", "unsure"]
_NEAR = 0.15
"""How fast a word's tie to an amount fades with each word between them."""
_ACROSS, _HEAD_ACROSS = 0.35, 0.6
_COMMA, _HEAD_COMMA = 0.35, 0.8
_STRANGE = 0.06
_NEIGHBOUR = 0.35
_CONTEXT = 0.5
_SUPPORTED = 0.45
_DENIES, _OWN_DENIES = 0.42, 0.4
_BOUND = 0.22
_SAME_SCORE = 0.93
_EXACT, _EXACT_LEAD = 0.4, 0.05
_RIVAL = 0.5
_SAME_BOUND, _NO_BOUND = 1.4, 0.95
_GENERIC = 0.4
_SPEAKS, _OWN_SPEAKS = 0.42, 0.3
_COMMA_SIGN = re.compile(r"[,;:]")


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


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim read for comparing; `context` are terms of the question and of what was said before."""

    text: str
    said: Wording
    amounts: tuple[Quantity, ...]
    denies: bool
    context: tuple[Term, ...]
    asked: tuple[Quantity, ...] = ()


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
        others = tuple(term for at, w in enumerate(said) if at != number for term in w.terms)
        found.append(
            Sentence(
                piece.text, piece.start, piece.end, said[number], quantities(piece.text),
                denies(piece.text, said[number], language), (*title, *others),
            )
        )  # fmt: skip
    return tuple(found)


def denies(text: str, said: Wording, language: str | None) -> bool:
    """Whether a sentence denies: an odd number of negations, words such as closed among them."""
    known = negations(language) if language is not None else frozenset()
    n = sum(word in known for word in words(text))
    return (n + ("denying" in said.roles)) % 2 == 1 if n < 2 else True


def compare(claim: Statement, sentences: Sequence[Sentence]) -> Comparison:
    """The relation of a claim to the nearest sentences."""
    if not sentences:
        return Comparison("not_in_kb")
    weights = _weights(claim, sentences)
    overlaps = [_overlap(claim, sentence, weights) for sentence in sentences]
    if claim.amounts:
        return _by_amounts(claim, sentences, weights, overlaps)
    own = [sum(w * _held(term, s) for term, w in weights.own) / weights.total for s in sentences]
    if weights.thin and not claim.denies:
        own = [0.0] * len(sentences)
    return _by_words(claim, sentences, overlaps, own)


# ---------------------------------------------------------------- alignment


@dataclass(frozen=True, slots=True)
class _Weights:
    own: tuple[tuple[Term, float], ...]
    context: tuple[tuple[Term, float], ...]
    thin: bool = False
    """True where the claim borrows its matter from the question."""

    @property
    def total(self) -> float:
        return sum(weight for _, weight in self.own) or 1.0


def _weights(claim: Statement, sentences: Sequence[Sentence]) -> _Weights:
    free = [
        term
        for term in claim.said.terms
        if not any(q.start < term.end and term.start < q.end for q in claim.amounts) or term.concept == "free"
    ]
    own = tuple((term, _rarity(term, sentences)) for term in free)
    context = tuple(
        (term, _CONTEXT * _rarity(term, sentences, unknown=0.0))
        for term in claim.context
        if best_match(term, free) < 0.6
    )
    if len(own) < 2:
        # Too little of its own: "No." and "It is 30 days." speak of what was asked.
        context = tuple((term, weight / _CONTEXT) for term, weight in context)
        return _Weights((*own, *(pair for pair in context if pair[1] > 0)), (), thin=bool(context))
    return _Weights(own, context)


def _rarity(term: Term, sentences: Sequence[Sentence], unknown: float = 0.6) -> float:
    n = sum(best_match(term, sentence.said.terms) >= 0.6 for sentence in sentences)
    most = log(len(sentences) + 1.5)
    rarity = log((len(sentences) + 1.5) / (n + 0.5)) if n else unknown * most
    return _GENERIC * rarity if term.concept in generic() else rarity


def _overlap(claim: Statement, sentence: Sentence, weights: _Weights) -> float:
    own = sum(w * _held(term, sentence) for term, w in weights.own) / weights.total
    extra = sum(w * _held(term, sentence) for term, w in weights.context) / weights.total
    return own + 0.6 * min(extra, 1 - own) if own < 1 else own + 0.1 * extra


def _held(term: Term, sentence: Sentence) -> float:
    return max(best_match(term, sentence.said.terms), _NEIGHBOUR * best_match(term, sentence.around))


# ---------------------------------------------------------------- without amounts


def _by_words(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], own: Sequence[float]
) -> Comparison:
    ranked = sorted(range(len(sentences)), key=lambda n: -overlaps[n])
    top = ranked[0]
    if excluded := _excluded(claim, sentences, overlaps, ranked):
        return excluded
    if (listed := _listed(claim, sentences, overlaps, ranked)) is not None:
        return listed
    if overlaps[top] >= _DENIES and claim.denies != sentences[top].denies:
        # Another sentence just as near may say what the claim says.
        agreeing = [n for n in ranked if overlaps[n] >= 0.9 * overlaps[top] and sentences[n].denies == claim.denies]
        if not agreeing:
            # What only the question shares with a sentence is too little to deny it by.
            sure = own[top] >= _OWN_DENIES
            reason = "the one says it, the other denies it"
            return Comparison("contradicted", top, False, reason) if sure else Comparison("unsure", top)
        top = agreeing[0]
    if "always" in claim.said.roles and overlaps[top] < 0.9 and "only" in sentences[top].said.roles:
        return Comparison("unsure", top)
    if overlaps[top] >= _SUPPORTED:
        return Comparison("supported", top)
    return Comparison("not_in_kb" if overlaps[top] < _SUPPORTED - 0.03 else "unsure", top)


def _excluded(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], ranked: Sequence[int]
) -> Comparison | None:
    """Contradicted where every sentence as near as the nearest holds a concept that the claim's excludes."""
    near = [n for n in ranked if overlaps[n] >= max(0.4, 0.85 * overlaps[ranked[0]])]
    if not near:
        return None
    if any(not _clash(claim, sentences[n]) or sentences[n].denies != claim.denies for n in near):
        return None
    return Comparison("contradicted", near[0], False, "the one excludes the other")


def _listed(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], ranked: Sequence[int]
) -> Comparison | None:
    """A name beside a list that says "only": in it, or not."""
    names = [term for term in claim.said.terms if term.name and term.concept is None]
    for n in ranked[:4]:
        sentence = sentences[n]
        known = [term for term in sentence.said.terms if term.name]
        if "only" not in sentence.said.roles or len(known) < 2 or overlaps[n] < 0.2:
            continue
        strange = [
            term for term in names if not any(best_match(term, (*s.said.terms, *s.around)) >= 0.6 for s in sentences)
        ]
        shared = any(best_match(term, sentence.said.terms) >= 0.6 for term in claim.said.terms if term not in strange)
        if strange and shared:
            right = claim.denies
            return Comparison("supported" if right else "contradicted", n, False, "the list names all there is")
        if "only" in claim.said.roles and names and all(best_match(t, known) >= 0.6 for t in names):
            return Comparison("supported", n)
    return None


# ---------------------------------------------------------------- amounts


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: int
    amount: Quantity
    score: float
    equal: bool


def _by_amounts(
    claim: Statement, sentences: Sequence[Sentence], weights: _Weights, overlaps: Sequence[float]
) -> Comparison:
    verdicts = [_one_amount(amount, claim, sentences, weights, overlaps) for amount in claim.amounts]
    wrong = [v for v in verdicts if v.relation == "contradicted"]
    if wrong:
        return max(wrong, key=lambda v: v.exact)
    top = max(range(len(sentences)), key=lambda n: overlaps[n])
    decided = [v for v in verdicts if v.relation != "unsure"]
    if decided and all(v.relation == "supported" for v in decided):
        found = decided[0]
        conflict = _other_start(claim, sentences, found)
        return conflict or (found if len(decided) == len(verdicts) else replace(found, exact=False))
    if any(v.relation == "not_in_kb" for v in verdicts):
        return Comparison("not_in_kb", top)
    return Comparison("unsure", top)


def _one_amount(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: _Weights, overlaps: Sequence[float]
) -> Comparison:
    found = sorted(_candidates(amount, claim, sentences, weights), key=lambda c: -c.score)
    best_sentence = max(range(len(sentences)), key=lambda n: overlaps[n])
    top = found[0].score if found else 0.0
    denied = sentences[best_sentence]
    if (
        denied.denies
        and not claim.denies
        and overlaps[best_sentence] >= 0.5
        and overlaps[best_sentence] > top
        and not any(q.kind == amount.kind for q in denied.amounts)
    ):
        return Comparison("contradicted", best_sentence, False, "the knowledge base denies it")
    if not found or top < _BOUND:
        return Comparison("not_in_kb" if overlaps[best_sentence] < 0.5 else "unsure", best_sentence)
    best = found[0]
    equal = next((c for c in found if c.equal), None)
    if "always" in claim.said.roles and any(not c.equal and c.score >= _RIVAL * best.score for c in found):
        return Comparison("contradicted", best.sentence, False, "not always: the knowledge base has a condition")
    if equal is not None and (equal.score >= _SAME_SCORE * best.score or _by_condition(equal, best, claim, amount)):
        if _opposite(amount, equal.amount):
            return Comparison("contradicted", equal.sentence, True, "at least is not at most")
        return Comparison("supported", equal.sentence, True)
    if _derived(amount, found, claim):
        return Comparison("supported", best.sentence, True)
    if any(same(amount, asked) for asked in claim.asked):
        return _against_threshold(amount, found, claim)
    own = sum(w * _held(term, sentences[best.sentence]) for term, w in weights.own) / weights.total
    if overlaps[best.sentence] < _SPEAKS or own < _OWN_SPEAKS:
        return Comparison("not_in_kb", best.sentence)
    lead = best.score - (equal.score if equal is not None else 0.0)
    exact = best.score >= _EXACT and lead >= _EXACT_LEAD
    return Comparison("contradicted", best.sentence, exact, f"another {amount.kind} stands in the knowledge base")


def _candidates(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: _Weights
) -> Iterable[_Candidate]:
    for n, sentence in enumerate(sentences):
        for other in sentence.amounts:
            if other.kind != amount.kind:
                continue
            own = sum(w * _tied(term, sentence, other) for term, w in weights.own)
            extra = sum(w * _tied(term, sentence, other) for term, w in weights.context)
            # Opening hours inside longer ones are other hours; two days inside two to four are not.
            equal = same(amount, other) or (amount.kind != "clock" and within(amount, other))
            score = (own + 0.6 * extra) / weights.total
            score *= 1 - _STRANGE * min(4, _strangers(sentence, other, weights))
            if amount.bound != other.bound:
                score *= _NO_BOUND
            elif amount.bound:
                score *= _SAME_BOUND
            if _clash(claim, sentence):
                score *= 0.4
            yield _Candidate(n, other, score, equal)


def _strangers(sentence: Sentence, amount: Quantity, weights: _Weights) -> int:
    """How many words right before an amount the claim does not speak of."""
    mine = [term for term, _ in (*weights.own, *weights.context)]
    near = [t for t in sentence.said.terms if t.end <= amount.start and amount.start - t.end < 40]
    return sum(best_match(term, mine) < 0.5 for term in near)


def _clash(claim: Statement, sentence: Sentence) -> bool:
    mine = {term.concept for term in claim.said.terms if term.concept}
    theirs = {term.concept for term in sentence.said.terms if term.concept}
    return any(frozenset((a, b)) in antonyms() and a not in theirs and b not in mine for a in mine for b in theirs)


def _tied(term: Term, sentence: Sentence, amount: Quantity) -> float:
    """How strongly a term speaks of an amount: by likeness, by nearness, and by what stands between."""
    best = _NEIGHBOUR * best_match(term, sentence.around)
    for other in sentence.said.terms:
        likeness = alike(term, other)
        if likeness > best:
            best = max(best, likeness * _nearness(sentence, other, amount))
    return best


def _nearness(sentence: Sentence, term: Term, amount: Quantity) -> float:
    left, right = (term.end, amount.start) if term.end <= amount.start else (amount.end, term.start)
    if left > right:
        return 1.0
    between = sentence.text[left:right]
    near = 1 / (1 + _NEAR * len(between.split()))
    rivals = sum(left <= q.start and q.end <= right and q.kind == amount.kind for q in sentence.amounts)
    # What stands before is the head that later parts share; what stands after belongs to the next part.
    before = term.end <= amount.start
    near *= (_HEAD_ACROSS if before else _ACROSS) ** rivals
    if _COMMA_SIGN.search(between):
        near *= _HEAD_COMMA if before else _COMMA
    return near


def _by_condition(equal: _Candidate, best: _Candidate, claim: Statement, amount: Quantity) -> bool:
    """An offer such as "free above 499" is told right with its condition, and wrong without."""
    if amount.kind != "money" or amount.hi > 0 or "always" in claim.said.roles:
        return False
    return equal.sentence == best.sentence and (len(claim.amounts) > 1 or bool(claim.asked))


def _opposite(left: Quantity, right: Quantity) -> bool:
    return bool(left.bound) and bool(right.bound) and left.bound != right.bound


def _derived(amount: Quantity, found: Sequence[_Candidate], claim: Statement) -> bool:
    """Whether the amount follows from the nearest one by the counts that question and claim name."""
    best = found[0]
    factors = {12.0} if any(term.concept == "year" for term in (*claim.said.terms, *claim.context)) else set()
    for other in (*claim.asked, *(q for q in claim.amounts if q is not amount)):
        if other.kind == "duration" and other.lo == other.hi:
            factors |= {other.lo / 24, other.lo} if other.unit == "h" else {other.lo}
    near = [c.amount for c in found if c.score >= 0.8 * best.score and c.amount.kind in {"money", "percent", "measure"}]
    return any(abs(q.lo * f - amount.lo) < 0.01 * max(amount.lo, 1) for q in near for f in factors if f > 1)


def _against_threshold(amount: Quantity, found: Sequence[_Candidate], claim: Statement) -> Comparison:
    """The customer's own amount beside a limit: right where it meets it."""
    for candidate in found:
        limit = candidate.amount
        if limit.bound and limit.unit == amount.unit:
            meets = amount.lo >= limit.lo if limit.bound == ">=" else amount.hi <= limit.hi
            return Comparison("supported" if meets else "contradicted", candidate.sentence, True, "the limit decides")
    return Comparison("unsure", found[0].sentence)


def _other_start(claim: Statement, sentences: Sequence[Sentence], found: Comparison) -> Comparison | None:
    """The right time, counted from the wrong day."""
    if found.sentence is None or not any(q.kind == "duration" for q in claim.amounts):
        return None
    mine, theirs = claim.said.roles, sentences[found.sentence].said.roles
    for one, other in (("order_start", "receipt_start"), ("receipt_start", "order_start")):
        if one in mine and other not in mine and other in theirs and one not in theirs:
            return Comparison("contradicted", found.sentence, True, "the time runs from another day")
    return None
