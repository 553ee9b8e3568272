"""What a question asks for, reckoned: the prices that it calls for, each as many times as it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from evalkit.knowledge.amounts.cases import Case, Verdict, is_about
from evalkit.knowledge.amounts.charges import Call, Charge, called_for, charges_in
from evalkit.knowledge.amounts.groups import named, says
from evalkit.language.amounts import COUNTED, meets, same
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable

_MOST_PARTS, _MOST_CALLED = 3, 8
_MONTHS, _WHOLE, _CENT = 12.0, 100, 0.011


def by_operands(case: Case) -> Verdict:
    """Wrong where every way to reckon an amount takes another price than the question calls for, or leaves one out."""
    amount, claim = case.amount, case.claim
    if case.stands() or any(amount.lo == q.lo for q in claim.asked) or not _is_the_answer(case):
        return None
    charges = charges_in(case.sentences, amount.unit)
    calls = called_for(claim.question, charges) if len(charges) > 1 else []
    if not calls:
        return None
    better = None
    for parts in _ways(calls, charges):
        if _gives(parts, charges, case):
            better = _instead(parts, calls, charges, case)
            if better is None:
                return None
    return None if better is None else (charges[better].at, False)


def _is_the_answer(case: Case) -> bool:
    """Whether an amount is what the answer comes to: no part of a sum or a difference that it tells as well."""
    amount, claim = case.amount, case.claim
    if any(
        says(words, text)
        for words in ("compared", "differs", "asks_difference")
        for text in (claim.question, claim.whole)
    ):
        return False
    told = {q.lo for s in case.sentences for q in s.amounts}
    whole = [q for q in quantities(claim.whole or claim.text) if q.kind == "money"]
    others = [q.lo for q in whole if q.lo != amount.lo]
    if not others or is_about(amount.lo, sum(others)):
        return True
    # "84, that is three at 28" or "three at 28, that is 84".
    parts = any(amount.lo > one > 0 == amount.lo % one for one in others)
    return all(one in told for one in others) and (parts or whole[-1].lo == amount.lo)


def _ways(calls: Sequence[Call], charges: Sequence[Charge]) -> Iterator[tuple[int, ...]]:
    called = sorted({n for call in calls for n in (*call.own, *call.head)})
    yield from ((n,) for n in range(len(charges)))
    for size in range(2, _MOST_PARTS + 1) if len(called) <= _MOST_CALLED else ():
        yield from combinations(called, size)


def _instead(parts: Sequence[int], calls: Sequence[Call], charges: Sequence[Charge], case: Case) -> int | None:
    """The price that answers more of the question in place of one of these or beside them, None where none does."""
    for call in calls:
        if call.joined and call.level(parts) == 0 and len(call.own) == 1 and _answers_some(parts, calls):
            return min(call.own)
    for mine in parts:
        if _is_of_the_case(charges[mine], case):
            continue
        for other, charge in enumerate(charges):
            if other in parts or not _are_rivals(charges[mine], charge, case):
                continue
            swapped = [n for n in parts if n != mine] + [other]
            levels = [(call.level(parts), call.level(swapped)) for call in calls]
            if all(b >= a for a, b in levels) and any(b > a for a, b in levels):
                return other
    return None


def _answers_some(parts: Sequence[int], calls: Sequence[Call]) -> bool:
    return any(call.level(parts) > 0 for call in calls)


def _are_rivals(one: Charge, other: Charge, case: Case) -> bool:
    left, right = case.sentences[one.at], case.sentences[other.at]
    return (
        left.passage is right.passage
        and one.less == other.less
        and (left.is_beside(right) or one.amount.per == other.amount.per)
    )


def _is_of_the_case(charge: Charge, case: Case) -> bool:
    """Whether a price is told for an amount, a limit or a length of time that the customer names."""
    sentence, asked = case.sentences[charge.at], case.claim.asked
    if any(meets(q, limit) or same(q, limit) for q in asked for limit in sentence.amounts):
        return True
    return not charge.amount.per and any(
        pattern.search(comparable(sentence.text[charge.amount.end :]))
        and pattern.search(comparable(case.claim.question))
        for _, pattern in named("times")
    )


def _gives(parts: Sequence[int], charges: Sequence[Charge], case: Case) -> bool:
    """Whether these prices make the amount, each so many times, with or without a share."""
    claim = case.claim
    counts = {1.0, *(q.lo for q in claim.asked if q.kind in COUNTED and 1 < q.lo <= _WHOLE and not q.bound)}
    if says("of_a_year", claim.question) or says("of_a_year", claim.text):
        counts.add(_MONTHS)
    shares = {q.lo / _WHOLE for s in case.sentences for q in s.amounts if q.kind == "percent"}
    factors = {f for share in shares for f in (1 - share, share, 1 + share)}
    options = []
    for n in parts:
        times, _ = charges[n].times(claim.asked)
        sign = -1 if charges[n].less else 1
        options.append([sign * charges[n].amount.lo * many for many in {times, *counts}])
    return any(
        abs(case.amount.lo - sum(some)) < _CENT or any(is_about(case.amount.lo, f * sum(some)) for f in factors)
        for some in product(*options)
    )
