"""Prices of each more, by the head, with a discount, at least so much, and the difference of two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from math import ceil

from evalkit.knowledge.amounts.arithmetic import follows
from evalkit.knowledge.amounts.cases import ABOUT, Case, Verdict, is_about
from evalkit.knowledge.amounts.groups import named, says, totals_table
from evalkit.knowledge.reading.alignment import of_one_piece
from evalkit.knowledge.reading.free_of_charge import free_of_charge
from evalkit.knowledge.reading.glossary import role_words
from evalkit.knowledge.reading.statements import Sentence, Statement
from evalkit.language.amounts import COUNTED, Quantity, comparable_counts, meets, same
from evalkit.language.counts import PEOPLE, PERIOD_HOURS
from evalkit.language.numerals import number_words, value
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_FEW_WORDS, _WHOLE, _MONTHS = 24, 100, 12
_WORD = 3
_BESIDE, _LIKELY, _AMONG_BEST, _FAIR = 2, 0.6, 0.75, 0.3
_STEPS_H = (168.0, 24.0, 1.0)


def units(kind: str, text: str, amount: Quantity) -> frozenset[str]:
    """What an amount is told for each of, by the words right after it.

    >>> sorted(units("things", "3 € je Paket", Quantity("money", 3, 3, "EUR", 0, 3)))
    ['item']
    """
    hit = _per().search(comparable(text), amount.end)
    if hit is None or hit.start() - amount.end > _FEW_WORDS:
        return frozenset()
    return frozenset(name for name, pattern in named(kind) if pattern.fullmatch(hit.group("noun")))


def by_each(case: Case) -> Verdict:
    """Wrong where the price of one person or thing is told as the total of several."""
    amount, claim = case.amount, case.claim
    if not says("total", claim.text) or units("things", claim.text, amount):
        return None
    equal = [c for c in case.found if c.equal and case.overlaps[c.sentence] >= ABOUT]
    each = [units("things", case.sentences[c.sentence].text, c.amount) for c in equal]
    if not equal or not all(unit & {"person", "item"} for unit in each):
        return None
    people = all("person" in unit for unit in each)
    many = [q for q in claim.asked if q.kind == "count" and q.lo > 1 and not q.bound and q.unit]
    if not many or (people and many[0].unit != PEOPLE):
        return None
    if any(is_about(q.lo, many[0].lo * amount.lo) for q in claim.amounts if q.kind == "money"):
        return None
    return equal[0].sentence, False


def by_least(case: Case) -> Verdict:
    """What is charged at least, beside the share of the customer's own amount: the larger of the two."""
    amount, claim = case.amount, case.claim
    own = [q.lo for q in claim.asked if q.kind == "money" or (q.kind == "count" and q.lo >= _WHOLE)]
    own = own or [float(number) for number in _LARGE.findall(claim.question)]
    if len(own) != 1 or amount.lo in own:
        return None
    for found in case.found:
        sentence = case.sentences[found.sentence]
        if not found.equal or not role_words("_at_least").search(comparable(sentence.text[: found.amount.start])):
            continue
        shares = {
            q.lo / _WHOLE
            for other in case.sentences
            if other.is_beside(sentence)
            for q in other.amounts
            if q.kind == "percent"
        }
        if len(shares) == 1:
            return found.sentence, shares.pop() * own[0] <= amount.lo
    return None


# ---------------------------------------------------------------- each more


def by_further(case: Case) -> Verdict:
    """What so many cost where the first have a price, and each more has its own."""
    amount = case.amount
    if case.stands(_LIKELY) or says("compared", case.claim.text) or says("further", case.claim.text):
        return None
    for at, (base, more) in _steps(case):
        best = {c.sentence for c in case.found if c.score >= _AMONG_BEST * case.found[0].score}
        if best.isdisjoint({at, *(n for n, s in enumerate(case.sentences) if s is base)}):
            continue
        first = next(q.lo for q in base.amounts if q.kind == "money" and q.lo > 0)
        each = next(q for q in more.amounts if q.kind == "money" and q.lo > 0)
        for many in _asked_of(case, more, each):
            within = _within(case, base, more, many) or {1.0}
            if any(is_about(amount.lo, first + ceil(many.lo - n) * each.lo) for n in within if many.lo > n):
                return at, True
            # Each at the price of the first, or the first at the price of each more.
            if many.lo > max(within) and any(is_about(amount.lo, many.lo * price) for price in (first, each.lo)):
                return at, False
    return None


def _steps(case: Case) -> Iterator[tuple[int, tuple[Sentence, Sentence]]]:
    """Each sentence with the price of one more, and the one before it with the price of the first."""
    for n, more in enumerate(case.sentences):
        if n == 0 or not says("further", more.text) or not case.near(n):
            continue
        if sum(q.kind == "money" and q.lo > 0 for q in more.amounts) != 1:
            continue
        for base in reversed(case.sentences[max(0, n - _BESIDE) : n]):
            if base.passage is more.passage and sum(q.kind == "money" and q.lo > 0 for q in base.amounts) == 1:
                yield n, (base, more)
                break


def _asked_of(case: Case, more: Sentence, each: Quantity) -> Iterator[Quantity]:
    """How many the customer names of what one more is told of; lengths of time in the steps of the price."""
    words = comparable(more.text).split()
    for asked in case.claim.asked:
        if asked.bound or not asked.unit:
            continue
        if asked.kind == "duration" and asked.unit == "h" and any(_is_time(word) for word in words):
            yield replace(asked, lo=asked.lo / _step_h(asked, each))
        elif asked.kind == "measure" or (asked.kind == "count" and any(_is_of(asked, word) for word in words)):
            yield asked


def _is_of(asked: Quantity, word: str) -> bool:
    """Whether a word is what is counted, in any form or compound."""
    if asked.unit == PEOPLE:
        return any(name == "person" and pattern.fullmatch(word) for name, pattern in named("things"))
    return len(word) >= _WORD and (asked.unit[:_WORD] == word[:_WORD] or asked.unit[: _WORD + 1] in word)


def _is_time(word: str) -> bool:
    return any(pattern.fullmatch(word.strip(".,;")) for _, pattern in named("times"))


def _within(case: Case, base: Sentence, more: Sentence, many: Quantity) -> set[float]:
    """How many are in the price of the first, by the sentences from the one price to the other."""
    beside = [s for s in case.sentences if s.passage is base.passage and base.start <= s.start <= more.start]
    counted = [q for s in beside for q in s.amounts if q.kind == many.kind and q.lo > 0]
    if many.kind == "duration":
        return {q.lo / h for q in counted if q.unit == "h" for h in _STEPS_H if q.lo % h == 0}
    return {q.lo for q in counted if q.unit == many.unit or comparable_counts(q, many)}


def _step_h(length: Quantity, each: Quantity) -> float:
    return PERIOD_HOURS.get(each.per, 0.0) or next((h for h in _STEPS_H if length.lo % h == 0), 1.0)


# ---------------------------------------------------------------- discounts and differences


def by_discount(case: Case) -> Verdict:
    """Wrong where a price with a discount is none of what is told less that discount."""
    amount, claim = case.amount, case.claim
    if case.stands() or not says("discount", claim.text) or any(amount.lo == q.lo for q in claim.asked):
        return None
    told = [
        (q.lo / _WHOLE, n)
        for n, sentence in enumerate(case.sentences)
        if case.overlaps[n] >= ABOUT and says("discount", sentence.text)
        for q in sentence.amounts
        if q.kind == "percent"
    ]
    if not told or case.overlaps[case.found[0].sentence] < ABOUT:
        return None
    near = (q for n, s in enumerate(case.sentences) if case.near(n) for q in s.amounts)
    every = [*claim.asked, *claim.amounts, *claim.spoken, *near]
    prices = {q.lo for q in every if q.kind == "money" and q.lo > 0 and q.lo != amount.lo}
    prices |= {q.lo for q in claim.asked if q.kind == "count" and q.lo >= _WHOLE}
    named = [q for q in (*claim.asked, *claim.spoken) if q.kind in COUNTED]
    counts = {1.0, *(q.lo for q in named if 1 < q.lo <= _WHOLE)}
    counts |= {q.lo / h for q in named if q.kind == "duration" and q.unit == "h" for h in _STEPS_H if q.lo % h == 0}
    sums = {n * price * part for n in counts for price in prices for share, _ in told for part in (share, 1 - share)}
    sums |= {price * (1 + (n - 1) * (1 - share)) for n in counts for price in prices for share, _ in told}
    sums |= {abs(one - other) for one in prices for other in prices}
    sums |= {one + other for one in sums for other in prices if says("total", claim.text)}
    return None if any(is_about(amount.lo, value) for value in sums) else (told[0][1], False)


def by_threshold(case: Case) -> Verdict:
    """A fee that falls away from a limit on, beside the customer's own amount; and what it lacks to the limit."""
    amount, claim = case.amount, case.claim
    own = [q for q in claim.asked if q.kind == "money"]
    if len(own) != 1 or own[0].lo == amount.lo:
        return None
    for n, sentence in enumerate(case.sentences):
        if not case.near(n) or sum(q.kind == "money" and q.lo == 0 for q in sentence.amounts) != 1:
            continue
        limits = [(q, met) for q in sentence.amounts if q.kind == "money" and (met := meets(own[0], q)) is not None]
        if len(limits) != 1 or limits[0][0].bound != ">=":
            continue
        limit, met = limits[0]
        if not met and says("short", claim.text) and is_about(amount.lo, limit.lo - own[0].lo):
            return n, True
        if met and (free_of_charge(claim) or role_words("_clause").search(comparable(claim.text))):
            # "It is free; otherwise it costs 49."
            continue
        equal = [c for c in case.found if c.equal and of_one_piece(case.sentences, c.sentence, n)]
        if any(not met or not same(c.amount, limit) for c in equal):
            return n, not met
    return None


def by_same_case(case: Case) -> Verdict:
    """Wrong where one sentence tells another price for all that the claim names beside its own."""
    amount, claim, best = case.amount, case.claim, case.found[0]
    others = [q for q in claim.amounts if q is not amount]
    if case.stands() or says("total", claim.text) or not any(q.kind == "measure" for q in others):
        return None
    told = case.sentences[best.sentence]
    if best.amount.per != amount.per or best.amount.unit != amount.unit or case.overlaps[best.sentence] < ABOUT:
        return None
    prices = [q for q in told.amounts if q.kind == "money"]
    if len(prices) != 1 or not all(any(same(q, other) for other in told.amounts) for q in others):
        return None
    return None if follows(amount, claim, case.sentences, case.overlaps) else (best.sentence, False)


def part_of(amount: Quantity, claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> int | None:
    """The sentence that tells the share which so many of so many are: four of five are 80 %."""
    hit = _of_many().search(comparable(claim.text), max(0, amount.start - _FEW_WORDS))
    if hit is None or not (hit.start() <= amount.start < hit.end()):
        return None
    some, every = value(hit.group("some")), value(hit.group("every"))
    if not some or not every or some >= every:
        return None
    share = _WHOLE * some / every
    told = (
        n
        for n, sentence in enumerate(sentences)
        if overlaps[n] >= ABOUT and any(q.kind == "percent" and is_about(q.lo, share) for q in sentence.amounts)
    )
    return next(told, None)


def by_difference(case: Case) -> Verdict:
    """The difference that is asked for, of two prices that stand near; wrong where it is none of any."""
    amount, claim = case.amount, case.claim
    if case.stands() or not (says("differs", claim.text) and says("asks_difference", claim.question)):
        return None
    nearest = case.nearest
    every = [q for n, s in enumerate(case.sentences) if case.near(n) for q in s.amounts]
    prices = {q.lo for q in every if q.kind == "money" and q.lo > 0} | {q.lo for q in claim.asked if q.kind == "money"}
    prices |= {q.lo for q in (*claim.amounts, *claim.spoken) if q.kind == "money" and q.lo != amount.lo}
    if len(prices) < _BESIDE or case.overlaps[nearest] < ABOUT or any(q.kind == "percent" for q in every):
        return None
    counts = {1.0, *(q.lo for q in claim.asked if q.kind in COUNTED)}
    if any(is_about(amount.lo, abs(n * one - other)) for n in counts for one in prices for other in prices):
        return nearest, True
    counts |= {_MONTHS, *(q.lo for q in (*every, *claim.spoken) if q.kind in {"count", "measure"})}
    many = {n * price for n in counts for price in prices} | {price / n for n in counts if n for price in prices}
    if any(is_about(amount.lo, abs(one - other)) for one in many for other in (0.0, *prices)):
        return None
    return nearest, False


def by_more(case: Case) -> Verdict:
    """Right where so many are told at their price with what is extra, less what is cheaper, or as a part of a pack."""
    amount, claim = case.amount, case.claim
    if case.stands():
        return None
    best = [c for c in case.found if c.score >= _FAIR * case.found[0].score and c.amount.lo > 0]
    counts = {1.0, *(q.lo for q in claim.asked if q.kind == "count" and q.lo > 1 and not q.bound)}
    for found in best:
        sentence = case.sentences[found.sentence]
        packs = [q.lo for q in (*sentence.amounts, *claim.asked) if q.kind == "count" and q.lo > 1]
        if role_words("_each").search(comparable(claim.text)) and any(
            is_about(amount.lo, found.amount.lo / n) for n in packs
        ):
            return found.sentence, True
        sign = 1 if says("surcharge", sentence.text) else -1 if says("cheaper", sentence.text) else 0
        # "Not for the small ones" takes some out.
        beside = (s for s in case.sentences if s.is_beside(sentence))
        if not sign or any(s.denies for s in beside):
            continue
        prices = [c.amount.lo for c in best if c is not found]
        if any(is_about(amount.lo, n * (price + sign * found.amount.lo)) for n in counts for price in prices):
            return found.sentence, True
    return None


# ---------------------------------------------------------------- words


_LARGE = re.compile(r"(?<![\w.,:/+-])\d{3,6}(?![\w.,:/-]*\d)")


@cache
def _of_many() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    of = "|".join(word_parts(totals_table()["of_many"]))
    return re.compile(
        rf"(?<!\w)(?P<some>\d{{1,2}}|{numbers})\s+(?:{of})\s+(?P<every>\d{{1,3}}|{numbers})(?!\w|[.,:]\d)"
    )


@cache
def _per() -> re.Pattern[str]:
    per = "|".join(word_parts(word for word in totals_table()["per"] if word != "/"))
    return re.compile(rf"(?:(?<!\w)(?:{per})\s+|/\s*|\s(?=\w+l[tn]?[aä](?!\w)))(?P<noun>[^\W\d_]+)")
