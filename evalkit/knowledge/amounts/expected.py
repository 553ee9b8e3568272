"""What a question asks for, reckoned: the prices that it calls for, each as many times as it tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, product

from evalkit.knowledge.amounts.cases import Case, Verdict, is_about
from evalkit.knowledge.amounts.charges import Call, Charge, called_for, charges_in
from evalkit.knowledge.amounts.groups import named, says, totals_table
from evalkit.knowledge.reading.glossary import role_words
from evalkit.language.amounts import COUNTED, Quantity, meets, same
from evalkit.language.numerals import number_words, value
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_MOST_PARTS, _MOST_CALLED = 3, 8
_MONTHS, _WHOLE, _CENT, _SEVERAL = 12.0, 100, 0.011, 2


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


def by_cap(case: Case) -> Verdict:
    """So many times a price, beside the most or the least that is charged: that much, and no more or less."""
    amount, claim = case.amount, case.claim
    spoken = {q.lo for q in quantities(claim.whole or claim.text) if q.kind == "money"}
    for charge in charges_in(case.sentences, amount.unit):
        times, used = charge.times(claim.asked)
        if not used or not case.near(charge.at):
            continue
        for limit in _limits_beside(charge, case):
            plain = times * charge.amount.lo
            if (plain > limit.lo) != (limit.bound == "<=") or is_about(plain, limit.lo):
                continue
            if is_about(amount.lo, limit.lo) and len(used) == len(claim.asked):
                return charge.at, True
            if is_about(amount.lo, plain) and limit.lo not in spoken:
                return charge.at, False
    return None


def _limits_beside(charge: Charge, case: Case) -> Iterator[Quantity]:
    """The most and the least that is charged in the sentence of a price: "2 a day, at most 60"."""
    sentence = case.sentences[charge.at]
    for other in case.sentences:
        for q in other.amounts if other.is_beside(sentence) else ():
            if q.kind == "money" and q.unit == charge.amount.unit and not q.per and q.lo > charge.amount.lo:
                least = role_words("_at_least").search(comparable(other.text[: q.start]))
                if q.bound == "<=" or (q.bound == ">=" and least):
                    yield q


def by_its_own_words(case: Case) -> Verdict:
    """Wrong where an answer names so many at a price, and a total that is something else."""
    text = case.claim.whole or case.claim.text
    money = [q for q in quantities(text) if q.kind == "money"]
    others = [q for q in money if q.lo != case.amount.lo]
    if len(others) != 1 or any(q.kind == "percent" for q in quantities(text)):
        return None
    if any(says(words, text) for words in ("surcharge", "discount", "compared", "differs", "further")):
        return None
    hit = _so_many_at().search(comparable(text), 0, others[0].start)
    many = value(hit.group("n")) if hit else None
    if not many or many < _SEVERAL or others[0].lo <= 0:
        return None
    nearest = max(range(len(case.sentences)), key=lambda n: case.overlaps[n])
    told = any(q.lo == others[0].lo for s in case.sentences for q in s.amounts)
    # A fee beside it, or another number of them, makes the total another one.
    if not told or is_about(case.amount.lo, many * others[0].lo) or _adds_another(case, many * others[0].lo):
        return None
    return nearest, False


def _adds_another(case: Case, product_: float) -> bool:
    rest = abs(case.amount.lo - product_)
    return any(q.kind == "money" and is_about(rest, q.lo) for s in case.sentences for q in s.amounts)


@cache
def _so_many_at() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    at = "|".join(word_parts(totals_table()["at_a_price"]))
    return re.compile(rf"(?<![\w.,])(?P<n>\d{{1,3}}|{numbers})\s+(?:[^\W\d_]+\s+){{1,2}}(?:{at})\s*[£€$]?$")


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
    # "84, that is three at 28" or "three at 28, that is 84".
    parts = is_about(amount.lo, sum(others)) or any(amount.lo > one > 0 == amount.lo % one for one in others)
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
