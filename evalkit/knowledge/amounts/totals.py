"""Totals by the reckoning that question and knowledge base ask for: of a year, a group, a share, those beyond."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import permutations, product

from evalkit.knowledge.amounts.arithmetic import may_follow
from evalkit.knowledge.amounts.binding import candidates
from evalkit.knowledge.amounts.cases import ABOUT, Case, Verdict, is_about
from evalkit.knowledge.amounts.further import (
    by_difference,
    by_discount,
    by_each,
    by_further,
    by_least,
    by_more,
    by_same_case,
    by_threshold,
    units,
)  # fmt: skip
from evalkit.knowledge.amounts.groups import children_paying, group_of, prices_of, says, totals_table
from evalkit.knowledge.amounts.multiples import by_cap, by_its_own_words
from evalkit.knowledge.amounts.reckoned import FOLLOWS, WRONG_SUM
from evalkit.knowledge.reading.alignment import Weights
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement, denies
from evalkit.knowledge.reading.wording import wording
from evalkit.language.amounts import COUNTED, Quantity
from evalkit.language.numerals import number_words, value
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

OTHER_UNIT = "the same number of something else stands in the knowledge base"
_MONTHS, _KINDS, _WHOLE = 12, 2, 100
_NEAR_BEST = 0.5
_NAMED = 5


def reckoned_total(
    amount: Quantity,
    claim: Statement,
    sentences: Sequence[Sentence],
    weights: Weights,
    overlaps: Sequence[float],
) -> Comparison | None:
    """What the reckoning that question and knowledge base ask for says of an amount of money."""
    if claim.denies or amount.kind != "money" or amount.bound or amount.lo <= 0 or amount.lo != amount.hi:
        return None
    found = candidates(amount, claim, sentences, weights)
    case = Case(amount, claim, found, sentences, overlaps)
    for rule in _RULES if found else ():
        if (said := rule(case)) is not None:
            at, right = said
            if right:
                return Comparison("supported", at, True, FOLLOWS)
            return Comparison("contradicted", at, True, OTHER_UNIT if rule is _by_unit else WRONG_SUM)
    return None


# ---------------------------------------------------------------- what a price is for


def _by_unit(case: Case) -> Verdict:
    """Wrong where sentences tell the amount by the order, and the claim by the person."""
    larger = [q.lo for q in case.claim.amounts if q.kind == "money" and q.lo > case.amount.lo > 0]
    if any(is_about(much % case.amount.lo, 0.0) for much in larger):
        # "Twelve months at 7.50 make 90."
        return None
    for kind in ("things", "times"):
        mine = units(kind, case.claim.text, case.amount)
        if not mine:
            continue
        equal = [
            c
            for c in case.found
            if c.equal and case.overlaps[c.sentence] >= ABOUT and not _converted(case.amount, c.amount)
        ]
        theirs = [units(kind, case.sentences[c.sentence].text, c.amount) for c in equal]
        if theirs and all(unit and mine.isdisjoint(unit) for unit in theirs):
            return equal[0].sentence, False
    return None


def _converted(amount: Quantity, told: Quantity) -> bool:
    """Whether both are for a period that can be reckoned from the other's."""
    return bool(amount.per and told.per)


# ---------------------------------------------------------------- a year


def _by_year(case: Case) -> Verdict:
    """A price for the year beside the price of a month: twelve of it, or less those that are free."""
    amount, claim, found = case.amount, case.claim, case.found
    less = says("compared", claim.text) or says("discount", claim.text)
    if amount.per not in {"", "year"} or less or not _of_a_year(amount, claim):
        return None
    near = [c for c in found if c.score >= _NEAR_BEST * found[0].score and c.amount.lo > 0]
    monthly = [c for c in near if c.amount.per == "month" and c.amount.unit == amount.unit]
    if not monthly or near[0] is not monthly[0] or any(c.amount.per == "year" for c in found):
        return None
    if not amount.per and case.stands():
        return None
    at, price = monthly[0].sentence, monthly[0].amount.lo
    beside = [s for s in case.sentences if s.passage is case.sentences[at].passage]
    free = [s for s in beside if any(q.kind == "money" and q.lo == 0 for q in s.amounts)]
    without = [n for s in free for n in _months(s)]
    # "Pay for ten months and get twelve."
    paid = [n for s in beside for n in _months(s) if _MONTHS in {q.lo for q in s.amounts}]
    if any(is_about(amount.lo, n * price) for n in (*paid, *(_MONTHS - n for n in without or [0.0]))):
        return at, True
    if paid or may_follow(amount, claim, case.sentences):
        return None
    if free or any(q.kind == "percent" for s in beside for q in s.amounts):
        return None
    if any(is_about(amount.lo, n * c.amount.lo) for c in found for n in _multiples(claim)):
        return None
    return at, False


def _months(sentence: Sentence) -> list[float]:
    return [q.lo for q in sentence.amounts if q.kind == "duration" and q.unit == "month" and q.lo < _MONTHS]


def _of_a_year(amount: Quantity, claim: Statement) -> bool:
    if amount.per == "year":
        return True
    others = [q for q in claim.amounts if q is not amount and q.kind == "money"]
    return not others and (says("of_a_year", claim.text) or says("of_a_year", claim.question))


def _multiples(claim: Statement) -> list[float]:
    counts = {q.lo for q in claim.asked if q.kind == "count" and q.lo > 1}
    return [_MONTHS, *(_MONTHS * n for n in counts)]


# ---------------------------------------------------------------- a group


def _by_group(case: Case) -> Verdict:
    """What a group pays at its prices: grown-ups theirs, and children theirs or nothing."""
    amount, claim, sentences, overlaps = case.amount, case.claim, case.sentences, case.overlaps
    if case.stands():
        return None
    groups, ages = group_of(comparable(claim.question))
    if len(groups) < _KINDS:
        return None
    totals: set[float] = set()
    sums: set[float] = set()
    at = None
    named_ = [q for q in quantities(claim.whole) if q.kind == "money" and q.lo != amount.lo][:_NAMED]
    for some in _by_passage(sentences):
        prices = prices_of([sentences[n] for n in some], amount.unit)
        known = {name: prices.get(name) or (prices.get("youth") if name == "child" else None) for name in groups}
        if not all(known.values()):
            continue
        paying = children_paying([sentences[n] for n in some], groups.get("child", 0), ages)
        options = [
            [n * price for n in (paying if name == "child" else {many}) for price in known[name] or ()]
            for name, many in groups.items()
        ]
        totals.update(sum(parts) for parts in product(*options))
        sums.update(value for parts in options for value in parts)
        # The prices of another day, which the answer names.
        counts = list(groups.values())
        told = [
            [n * price.lo for n, price in zip(counts, some_, strict=True)]
            for some_ in permutations(named_, len(counts))
        ]
        sums.update(map(sum, told))
        at = max(some, key=lambda n: overlaps[n])
    if at is None or (overlaps[at] < ABOUT and not says("total", claim.text)):
        return None
    if any(is_about(amount.lo, total) for total in totals):
        return at, True
    if not says("total", claim.text) or any(is_about(amount.lo, value) for value in sums):
        return None
    return at, False


def _by_passage(sentences: Sequence[Sentence]) -> list[list[int]]:
    passages: dict[int, list[int]] = {}
    for n, sentence in enumerate(sentences):
        passages.setdefault(id(sentence.passage), []).append(n)
    return list(passages.values())


# ---------------------------------------------------------------- shares, the first, and what no reckoning gives


def _by_share(case: Case) -> Verdict:
    """What the customer pays where others cover a share: the rest, and not the share."""
    amount, claim, sentences = case.amount, case.claim, case.sentences
    if not says("pays_oneself", f"{claim.text} {claim.question}") or case.stands():
        return None
    whole = {q.lo for s in sentences for q in s.amounts if q.kind == "money"} | {q.lo for q in claim.asked}
    shares = [
        (q.lo / _WHOLE, n)
        for n, sentence in enumerate(sentences)
        if says("covers", sentence.text) and case.near(n)
        for q in sentence.amounts
        if q.kind == "percent"
    ]
    right = [n for share, n in shares for much in whole if is_about(amount.lo, (1 - share) * much)]
    wrong = [n for share, n in shares for much in whole if is_about(amount.lo, share * much)]
    return (right[0], True) if right else (wrong[0], False) if wrong else None


def _by_first(case: Case) -> Verdict:
    """What so many cost where the first are free: those beyond, and not all."""
    amount, claim, sentences = case.amount, case.claim, case.sentences
    if case.stands() or denies(claim.question, wording(claim.question), claim.language):
        return None
    counted = {q.lo for q in claim.asked if q.kind in {"count", "measure"} and not q.bound}
    for n, sentence in enumerate(sentences):
        if not any(q.kind == "money" and q.lo == 0 for q in sentence.amounts) or not case.near(n):
            continue
        hit = _first().search(comparable(sentence.text))
        free = hit and value(hit.group("n") or hit.group("m"))
        if not free:
            continue
        beside = [s for s in sentences if s.passage is sentence.passage]
        prices = [q.lo for s in beside for q in s.amounts if q.kind == "money" and q.unit == amount.unit]
        beyond = [(many, price) for many in counted if many > free for price in prices]
        if any(is_about(amount.lo, (many - free) * price) for many, price in beyond):
            return n, True
        if any(is_about(amount.lo, many * price) for many, price in beyond):
            return n, False
    return None


def _by_none(case: Case) -> Verdict:
    """Wrong where a total or a difference is told that no reckoning gives."""
    amount, claim, sentences = case.amount, case.claim, case.sentences
    if not (says("total", claim.text) or says("compared", claim.text)):
        return None
    if any(amount.lo == q.lo for q in claim.asked) or any(amount.lo == q.lo for s in sentences for q in s.amounts):
        return None
    nearest = case.nearest
    if case.overlaps[nearest] < ABOUT or may_follow(amount, claim, sentences) or _adds_up(amount, claim, sentences):
        return None
    return nearest, False


def _adds_up(amount: Quantity, claim: Statement, sentences: Sequence[Sentence]) -> bool:
    """Whether any two or three of the prices told, of their shares and multiples, make a sum or a difference."""
    every = [*claim.asked, *claim.spoken, *claim.amounts, *(q for s in sentences for q in s.amounts)]
    prices = {q.lo for q in every if q.kind == "money" and q.lo > 0 and q is not amount and q.lo != amount.lo}
    own = {q.lo for q in claim.asked if q.kind == "count" and q.lo >= _WHOLE}
    shares = {q.lo / _WHOLE for q in every if q.kind == "percent"}
    counts = {2.0, *(q.lo for q in (*claim.asked, *claim.spoken) if q.kind in COUNTED and 1 < q.lo <= _WHOLE)}
    parts = {much * n for much in prices for n in (1.0, *counts)} | own
    parts |= {much * share for much in {*prices, *own} for one in shares for share in (one, 1 - one, 1 + one)}
    # What a fee and a share of the rest make.
    parts |= {(much - fee) * share for much in own | prices for fee in prices if fee < much for share in shares}
    sums = sorted(parts)
    rest = {round(amount.lo - one, 2) for one in sums} | {round(one - amount.lo, 2) for one in sums}
    told = {round(one, 2) for one in sums}
    if not rest.isdisjoint(told) or any(is_about(amount.lo, one) for one in sums):
        return True
    return any(round(amount.lo - one - other, 2) in told for one in prices for other in prices)


_RULES = (
    _by_unit, by_cap, by_its_own_words, by_threshold, by_each, _by_year, _by_group, _by_share, by_least,
    _by_first, by_further, by_discount, by_difference, by_more, by_same_case, _by_none,
)  # fmt: skip


# ---------------------------------------------------------------- words


@cache
def _first() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    first = "|".join(word_parts(totals_table()["first"]))
    words = "första|første|fyrste|ensimmäistä"
    return re.compile(
        rf"(?<!\w)(?:(?:{first})\s+(?P<n>\d{{1,3}}|{numbers})|(?P<m>\d{{1,3}}|{numbers})\s+(?:{words}))(?!\w)"
    )
