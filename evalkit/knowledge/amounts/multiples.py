"""So many times a price, beside the most and the least that is charged, and beside the total that an answer tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.knowledge.amounts.cases import Case, Verdict, is_about
from evalkit.knowledge.amounts.charges import Charge, charges_in
from evalkit.knowledge.amounts.groups import says, totals_table
from evalkit.knowledge.reading.glossary import role_words
from evalkit.language.amounts import Quantity
from evalkit.language.numerals import number_words, value
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_SEVERAL = 2


def by_cap(case: Case) -> Verdict:
    """So many times a price, beside the most or the least that is charged: that much, and no more or less."""
    amount, claim = case.amount, case.claim
    if not any(_is_limit(q) for sentence in case.sentences for q in sentence.amounts):
        return None
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
            if _is_limit(q) and q.unit == charge.amount.unit and q.lo > charge.amount.lo:
                least = role_words("_at_least").search(comparable(other.text[: q.start]))
                if q.bound == "<=" or (q.bound == ">=" and least):
                    yield q


def _is_limit(amount: Quantity) -> bool:
    return amount.kind == "money" and bool(amount.bound) and not amount.per


def by_its_own_words(case: Case) -> Verdict:
    """Wrong where an answer names so many at a price, and a total that is something else."""
    text = case.claim.whole or case.claim.text
    money = [q for q in quantities(text) if q.kind == "money"]
    others = [q for q in money if q.lo != case.amount.lo]
    if case.stands() or len(others) != 1 or any(q.kind == "percent" for q in quantities(text)):
        return None
    if any(says(words, text) for words in ("surcharge", "discount", "compared", "differs", "further")):
        return None
    hit = _so_many_at().search(comparable(text), 0, others[0].start)
    many = value(hit.group("n")) if hit else None
    if not many or many < _SEVERAL or others[0].lo <= 0:
        return None
    told = any(q.lo == others[0].lo for s in case.sentences for q in s.amounts)
    # A fee beside it, or another number of them, makes the total another one.
    if not told or is_about(case.amount.lo, many * others[0].lo) or _adds_another(case, many * others[0].lo):
        return None
    return case.nearest, False


def _adds_another(case: Case, product_: float) -> bool:
    rest = abs(case.amount.lo - product_)
    return any(q.kind == "money" and is_about(rest, q.lo) for s in case.sentences for q in s.amounts)


@cache
def _so_many_at() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    at = "|".join(word_parts(totals_table()["at_a_price"]))
    return re.compile(rf"(?<![\w.,])(?P<n>\d{{1,3}}|{numbers})\s+(?:[^\W\d_]+\s+){{1,2}}(?:{at})\s*[£€$]?$")
