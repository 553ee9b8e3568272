"""For which days, months and ages a sentence tells an amount, beside those that a claim or its question speaks of."""

from __future__ import annotations

from evalkit.knowledge.reading.statements import Sentence, Statement
from evalkit.language.amounts import Quantity, as_age, meets
from evalkit.language.opening_hours import days_spelt_out, months_in

_BY_DAY = frozenset({"money", "percent"})
_YEAR_MONTHS, _LEAST_AGE = 12, 36


def in_other_months(claim: Statement, sentence: Sentence) -> bool:
    """Whether a sentence tells of a part of the year in which the month that is spoken of does not lie."""
    theirs, ranged = months_in(sentence.text)
    if not ranged:
        return False
    mine = months_in(claim.text)[0] or months_in(claim.question)[0]
    return bool(mine) and mine.isdisjoint(theirs)


def on_the_day(claim: Statement, sentence: Sentence, amount: Quantity) -> bool | None:
    """Whether a sentence tells a price for the weekdays that are spoken of; None where either names no day."""
    if amount.kind not in _BY_DAY:
        return None
    mine = days_spelt_out(claim.text) or days_spelt_out(claim.question)
    theirs = days_spelt_out(sentence.text) if mine else mine
    if not theirs:
        return None
    return True if mine <= theirs else (False if mine.isdisjoint(theirs) else None)


def of_another_age(claim: Statement, sentence: Sentence) -> bool:
    """Whether a sentence is for another age than the only one that the customer names."""
    limits = [q for q in sentence.amounts if q.kind == "duration" and q.unit == "month" and q.hi >= _LEAST_AGE]
    if not limits:
        return False
    ages = {own.lo for q in claim.asked if (own := as_age(q, limits[0])).unit == "month" and own.lo >= _YEAR_MONTHS}
    if len(ages) != 1 or len(claim.asked) > 1:
        return False
    met = [m for limit in limits if (m := meets(claim.asked[0], limit)) is not None]
    return bool(met) and not any(met)


def out_of_reach(claim: Statement, sentence: Sentence) -> bool:
    """Whether a sentence is for more than the customer names: parties of eight or more, and they are seven."""
    limits = [q for q in sentence.amounts if q.bound == ">=" and q.kind != "duration"]
    met = [m for asked in claim.asked if asked.lo > 0 for limit in limits if (m := meets(asked, limit)) is not None]
    return bool(met) and not any(met)
