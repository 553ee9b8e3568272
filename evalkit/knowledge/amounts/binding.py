"""The amounts of the sentences that may be what a claim's amount is about, by what each is bound to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evalkit.knowledge.reading.alignment import Weights, clash, held, of_one_piece
from evalkit.knowledge.reading.glossary import antonyms, polar
from evalkit.knowledge.reading.nearness import Matches, Near, sharp
from evalkit.knowledge.reading.occasions import on_the_day
from evalkit.knowledge.reading.statements import Candidate, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, alike, best_match
from evalkit.language.amounts import Quantity, as_age, comparable_counts, meets, same, same_time, within
from evalkit.language.opening_hours import OPEN_END, one_sided

_NEAR = 0.15
_ACROSS, _HEAD_ACROSS = 0.35, 0.6
_COMMA, _HEAD_COMMA = 0.35, 0.8
_STRANGE = 0.06
_OTHER_NAME, _OTHER_SUBJECT, _TURNED = 0.8, 0.5, 0.4
_SPOKEN, _LEADS, _CLAUSES = 0.6, 0.7, 3
_SAME_CASE, _ALL_OF_IT, _OTHER_CASE = 1.5, 2.0, 0.6
_SAME_BOUND, _NO_BOUND = 1.4, 0.95
_SAME_PERIOD = 1.2
_COMMA_SIGN = re.compile(r"[,;:]")
_Placed = tuple[Term, float, list[Near], list[float], float]
"""A term with its weight, how near it is to each sentence, how much stands around each, and its nearest word."""


def candidates(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: Weights
) -> Sequence[Candidate]:
    """The amounts of the sentences that one of the claim's may be about, best first."""
    found = weights.bound.get(id(amount))
    if found is None:
        found = weights.bound[id(amount)] = told_amounts(amount, claim, sentences, weights)
    return found


def told_amounts(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: Weights
) -> list[Candidate]:
    """What `candidates` remembers, for an amount that the claim might have told."""
    return sorted(_told_amounts(amount, claim, sentences, weights), key=lambda c: -c.score)


def _told_amounts(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: Weights
) -> Iterator[Candidate]:
    said = set(claim.said.terms)
    # What says the amount itself tells nothing of what it is for.
    own_terms = [(t, w) for t, w in weights.own if not (amount.start < t.end and t.start < amount.end and t in said)]
    total = sum(w for _, w in own_terms) or weights.total
    own, context = _placed(own_terms, weights.matches), _placed(weights.context, weights.matches)
    spoken = [term for term, _ in (*weights.own, *weights.context)]
    for n, sentence in enumerate(sentences):
        fits: tuple[float, float, float] | None = None
        for other in sentence.amounts:
            mine = as_age(amount, other) if amount.bound == other.bound else amount
            if other.kind != mine.kind or (amount.kind == "count" and not comparable_counts(amount, other)):
                continue
            fits = fits or _fits(claim, sentences, n, weights)
            score = (_tied(own, n, sentence, other) + 0.6 * _tied(context, n, sentence, other)) / total
            score *= 1 - _STRANGE * min(4, _strangers(sentence, other, spoken))
            score *= fits[0]
            score *= fits[1]
            if amount.bound != other.bound:
                score *= _NO_BOUND
            elif amount.bound:
                score *= _SAME_BOUND
            if amount.per and amount.per == other.per:
                score *= _SAME_PERIOD
            score *= _case(amount, claim, sentence, other)
            if amount.kind != "clock":
                # What is open until eight closes at eight.
                score *= fits[2]
            yield Candidate(n, other, score, equal_amounts(mine, other) or _is_end(mine, other, claim))


def _fits(claim: Statement, sentences: Sequence[Sentence], at: int, weights: Weights) -> tuple[float, float, float]:
    """How a sentence fits a claim whatever the amount: by what leads it, by other names in it, by opposites."""
    sentence = sentences[at]
    turned = clash(claim, sentence, antonyms()) or clash(claim, sentence, polar())
    return (
        _OTHER_SUBJECT if led_by_another(sentences, at, weights) else 1.0,
        _OTHER_NAME ** min(2, _other_names(claim, sentence)),
        _TURNED if turned else 1.0,
    )


def _case(amount: Quantity, claim: Statement, sentence: Sentence, candidate: Quantity) -> float:
    """How an amount's clause fits the customer's case: the claim's other amounts in it, and the customer's own."""
    others = [q for q in claim.amounts if q is not amount]
    limits = [q for q in sentence.amounts if q is not candidate]
    if any(equal_amounts(as_age(mine, limit), limit) for mine in others for limit in limits):
        return _ALL_OF_IT if equal_amounts(amount, candidate) else _SAME_CASE
    met = [m for asked in claim.asked for limit in sentence.amounts if (m := meets(asked, limit)) is not None]
    if (day := on_the_day(claim, sentence, candidate)) is not None:
        met.append(day)
    if not met:
        return 1.0
    return _SAME_CASE if any(met) else _OTHER_CASE


def equal_amounts(mine: Quantity, other: Quantity) -> bool:
    # Opening hours inside longer ones are other hours; two days inside two to four are not.
    return same(mine, other) or (mine.kind != "clock" and within(mine, other))


def _is_end(clock: Quantity, hours: Quantity, claim: Statement) -> bool:
    """Whether a time is the end of hours that the claim speaks of, or their beginning where it says nothing of it."""
    if clock.kind != "clock" or clock.lo != clock.hi or hours.lo == hours.hi:
        return False
    sides = side_of(clock, claim)
    end = hours.hi if sides is not None and sides[0] == OPEN_END else hours.lo
    return same_time(clock, replace(hours, lo=end, hi=end))


def side_of(clock: Quantity, claim: Statement) -> tuple[float, float] | None:
    """The hours of a time at which it opens or closes, until or from which it is, with the other end left open."""
    if (sides := one_sided(claim.text, clock)) is not None:
        return sides
    said = claim.said.concepts
    if "closed" in said:
        return OPEN_END, clock.hi
    return (clock.lo, OPEN_END) if "open" in said else None


def _other_names(claim: Statement, sentence: Sentence) -> int:
    """How many names a sentence holds of which neither claim nor question speaks, where names are told by capitals."""
    if sum(term.name for term in claim.said.terms) > 1:
        return 0
    mine = (*claim.said.terms, *claim.context)
    return sum(term.name and term.concept is None and best_match(term, mine) < 0.6 for term in sentence.said.terms)


def led_by_another(sentences: Sequence[Sentence], at: int, weights: Weights) -> bool:
    """Whether a clause begins with a thing of which nobody speaks, and one beside it with what the claim speaks of."""
    terms = sentences[at].said.terms
    spoken = [term for term, _ in (*weights.own, *weights.context)]
    if not terms or not sentences[at].beside or best_match(terms[0], spoken) >= _SPOKEN:
        return False
    for n in range(max(0, at - _CLAUSES), min(len(sentences), at + _CLAUSES + 1)):
        lead = sentences[n].said.terms[:1]
        if (
            n != at
            and of_one_piece(sentences, n, at)
            and any(
                best_match(term, lead) >= _LEADS and held(term, sentences[at], weights.matches) < _SPOKEN
                for term, _ in weights.own
            )
        ):
            return True
    return False


def _strangers(sentence: Sentence, amount: Quantity, spoken: Sequence[Term]) -> int:
    """How many words right before an amount the claim does not speak of."""
    near = [t for t in sentence.said.terms if t.end <= amount.start and amount.start - t.end < 40]
    return sum([best_match(term, spoken) < 0.5 for term in near])


def _placed(terms: Sequence[tuple[Term, float]], matches: Matches) -> list[_Placed]:
    return [
        (term, weight, matches.to_each(term), matches.held_by_each(term)[1], matches.best[term.text])
        for term, weight in terms
    ]


def _tied(terms: Sequence[_Placed], at: int, sentence: Sentence, amount: Quantity) -> float:
    """How strongly the terms speak of an amount: by likeness, by nearness, and by what stands between."""
    total = 0.0
    for term, weight, near, around, nearest in terms:
        best = around[at]
        if near[at].said > best:
            for other in sentence.said.terms:
                likeness = sharp(alike(term, other), nearest)
                if likeness > best:
                    best = max(best, likeness * _nearness(sentence, other, amount))
        total += weight * best
    return total


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
