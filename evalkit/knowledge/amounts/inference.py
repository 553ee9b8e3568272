"""What follows from amounts: limits that decide a case, sums and shares, times from another day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from evalkit.knowledge.amounts.binding import equal_amounts
from evalkit.knowledge.reading.alignment import Weights, held, of_one_piece
from evalkit.knowledge.reading.glossary import roles
from evalkit.knowledge.reading.starts import start_events
from evalkit.knowledge.reading.statements import Candidate, Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match, wording
from evalkit.language.amounts import Quantity, meets
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

LIMIT_DECIDES = "the limit decides"
OTHER_START = "the time runs from another day"
_TORN = 0.4
_FEW, _ASKED = 3, 0.5
_DERIVABLE = 0.5
_FOR, _WORTH = 6, 16
_ALIKE, _KNOWN, _STARTS = 0.45, 0.7, 2


def answers_the_question(claim: Statement, sentence: Sentence, weights: Weights) -> bool:
    """Whether a sentence is what the question asks for, and the claim says little but an amount."""
    asked = sum(weight for _, weight in weights.context)
    if not asked or len(weights.own) > _FEW:
        return False
    return sum(w * held(term, sentence, weights.matches) for term, w in weights.context) / asked >= _ASKED


def tighter_limit(claim: Statement, amount: Quantity, at: int, sentences: Sequence[Sentence]) -> bool:
    """Whether the customer's own amount meets a tighter limit, beside another amount than the claimed one."""

    def limit_of(sentence: Sentence) -> Quantity | None:
        met = [q for q in sentence.amounts if any(meets(asked, q) for asked in claim.asked)]
        return met[0] if met else None

    mine = limit_of(sentences[at])
    if mine is None:
        return False
    for sentence in sentences:
        other = limit_of(sentence)
        if other is None or other.bound != mine.bound or other.kind != mine.kind:
            continue
        # What keeps the tighter limit keeps the looser one too, never the other way round.
        tighter = bool(meets(other, mine)) and not meets(mine, other)
        if tighter and any(
            q.kind == amount.kind and not equal_amounts(amount, q) and q is not other for q in sentence.amounts
        ):
            return True
    return False


def derived(amount: Quantity, found: Sequence[Candidate], claim: Statement, nearby: Sequence[Sentence]) -> bool:
    """Whether the amount follows from the nearest one by counts, years and shares that are spoken of."""
    best = found[0]
    factors = {12.0} if any(term.concept == "year" for term in (*claim.said.terms, *claim.context)) else set()
    for other in (*claim.asked, *(q for q in claim.amounts if q is not amount)):
        if other.kind == "duration" and other.lo == other.hi:
            factors |= {other.lo / 24, other.lo} if other.unit == "h" else {other.lo}
        if other.kind == "count":
            factors.add(other.lo)
    shares = {q.lo / 100 for s in nearby for q in s.amounts if q.kind == "percent"} if amount.kind == "money" else set()
    cuts = {share for p in shares for share in (p, 1 - p) if 0 < share < 1}
    near = [
        c.amount
        for c in found
        if c.score >= _DERIVABLE * best.score and c.amount.lo > 0 and c.amount.kind in {"money", "percent", "measure"}
    ]
    every = {f for f in factors if f > 1} | cuts | {f * cut for f in factors for cut in cuts if f > 1}
    if any(_close(q.lo * f, amount) for q in near for f in every) or _in_proportion(amount, found, claim, nearby):
        return True
    return any(_close(a.lo + b.lo, amount) for n, a in enumerate(near) for b in _added(a, near[n + 1 :], nearby))


def _in_proportion(amount: Quantity, found: Sequence[Candidate], claim: Statement, nearby: Sequence[Sentence]) -> bool:
    """Whether a price is for so much more or less than the known one: 1 for 30 minutes, 2 for an hour."""
    if amount.kind != "money":
        return False
    spoken = [q for q in (*claim.asked, *claim.amounts) if q.kind in {"duration", "measure", "count"} and q.lo > 0]
    return any(
        _close(known.lo * much.lo / of.lo, amount)
        for sentence in nearby
        for known in sentence.amounts
        if known.kind == "money" and known.lo > 0
        for of in sentence.amounts
        if of.kind in {"duration", "measure"} and of.lo > 0 and not of.bound and _is_for(known, of)
        for much in spoken
        if much.kind == of.kind and much.unit == of.unit
    )


def _is_for(known: Quantity, of: Quantity) -> bool:
    """Whether a price stands right before what it is for, or what it is for before it: 100 points are worth 5."""
    return 0 < of.start - known.end <= _FOR or (of.kind == "measure" and 0 < known.start - of.end <= _WORTH)


def _close(value: float, amount: Quantity) -> bool:
    return abs(value - amount.lo) < 0.002 * max(amount.lo, 1)


def _added(amount: Quantity, near: Sequence[Quantity], nearby: Sequence[Sentence]) -> Sequence[Quantity]:
    """The prices that may be added to one: of the same currency and period."""
    if amount.kind != "money":
        return ()
    told = [q for s in nearby for q in s.amounts if q.kind == "money" and q.lo > 0 and q is not amount]
    return [q for q in (*near, *told) if q.kind == "money" and q.unit == amount.unit and q.per == amount.per]


def against_limit(
    amount: Quantity, found: Sequence[Candidate], claim: Statement, sentences: Sequence[Sentence]
) -> Comparison:
    """The customer's own amount beside a limit: right where it meets it, and wrong where the limit forbids."""
    for candidate in found:
        met = meets(amount, candidate.amount)
        if met is not None:
            right = met != (claim.denies != sentences[candidate.sentence].denies)
            return Comparison("supported" if right else "contradicted", candidate.sentence, True, LIMIT_DECIDES)
    return Comparison("unsure", found[0].sentence)


def other_start(claim: Statement, sentences: Sequence[Sentence], found: Comparison) -> Comparison | None:
    """The right time, counted from the wrong day."""
    if found.sentence is None or not any(q.kind == "duration" for q in claim.amounts):
        return None
    if (moved := _runs_from_another(claim, sentences, found.sentence)) is not None:
        return moved
    mine, theirs = claim.said.roles, sentences[found.sentence].said.roles
    for one, other in (("order_start", "receipt_start"), ("receipt_start", "order_start")):
        if one in mine and other not in mine and other in theirs and one not in theirs:
            return Comparison("contradicted", found.sentence, True, OTHER_START)
    return None


def _runs_from_another(claim: Statement, sentences: Sequence[Sentence], at: int) -> Comparison | None:
    """The right time after something that the knowledge base speaks of elsewhere, but not here."""
    if not start_events(claim.text).isdisjoint(start_events(sentences[at].text)):
        return None
    mine, theirs = starts(claim.text), starts(sentences[at].text)
    if not mine or not theirs or any(best_match(term, theirs) >= _ALIKE for term in mine):
        return None
    here = (*sentences[at].said.terms, *sentences[at].beside)
    known = any(
        best_match(term, here) < _ALIKE and any(best_match(term, s.said.terms) >= _KNOWN for s in sentences)
        for term in mine
    )
    return Comparison("contradicted", at, False, "the time runs from something else") if known else None


def starts(text: str) -> tuple[Term, ...]:
    """What a length of time runs from: the first words after "after".

    >>> [t.text for t in starts("inom 3 dagar efter att arbetet är klart")]
    ['arbetet', 'klart']
    """
    lowered = comparable(text)
    if hit := _after().search(lowered):
        return wording(lowered[hit.end() :]).terms[:_STARTS]
    if hit := _after_last().search(lowered):
        return wording(lowered[: hit.start()]).terms[-_STARTS:]
    return ()


@cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(roles()['_after']))})\s+(?!\d)")


@cache
def _after_last() -> re.Pattern[str]:
    return re.compile(rf"(?<=\w)\s+(?:{'|'.join(word_parts(roles()['_after_last']))})(?!\w)")


def told_with_condition(
    equal: Candidate, best: Candidate, claim: Statement, amount: Quantity, sentences: Sequence[Sentence]
) -> bool:
    """An offer such as "free above 499" is told right with its condition, and wrong without."""
    if amount.kind != "money" or amount.hi > 0 or "always" in claim.said.roles:
        return False
    one = sentences[equal.sentence].piece == sentences[best.sentence].piece
    return one and abs(equal.sentence - best.sentence) <= 1 and (len(claim.amounts) > 1 or bool(claim.asked))


def opposite_bounds(left: Quantity, right: Quantity) -> bool:
    return bool(left.bound) and bool(right.bound) and left.bound != right.bound


def case_of_another(amount: Quantity, equal: Candidate, claim: Statement, sentences: Sequence[Sentence]) -> bool:
    """Whether a limit is the case of what stands beside: "up to 10 m 250, longer ones 350", told as over 10 m."""
    here = sentences[equal.sentence]
    rest = [q for q in claim.amounts if q is not amount and q.kind != amount.kind]
    return any(
        not any(equal_amounts(q, other) for other in here.amounts)
        and any(
            equal_amounts(q, other)
            for n, sentence in enumerate(sentences)
            if of_one_piece(sentences, n, equal.sentence)
            for other in sentence.amounts
        )
        for q in rest
    )


def torn_apart(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """Contradicted where no sentence holds all amounts of a claim, and one that holds some denies another."""
    if len(claim.amounts) < 2:
        return None
    torn: int | None = None
    for n, sentence in enumerate(sentences):
        held = [
            any(equal_amounts(mine, other) or meets(mine, other) for other in sentence.amounts)
            for mine in claim.amounts
        ]
        if all(held):
            return None
        rivals = [
            any(other.kind == mine.kind and not equal_amounts(mine, other) for other in sentence.amounts)
            for mine in claim.amounts
        ]
        denied = any(rival and not h for rival, h in zip(rivals, held, strict=True))
        if any(held) and denied and overlaps[n] >= _TORN and (torn is None or overlaps[n] > overlaps[torn]):
            torn = n
    return None if torn is None else Comparison("contradicted", torn, False, "these amounts do not belong together")
