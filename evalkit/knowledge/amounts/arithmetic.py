"""Whether an amount is reckoned from what is told and asked: so many at a price, a total, a share, what is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from evalkit.knowledge.reading.glossary import role_words
from evalkit.knowledge.reading.statements import Sentence, Statement
from evalkit.language.amounts import COUNTED, Quantity
from evalkit.language.counts import PERIOD_HOURS
from evalkit.language.numerals import number_words
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable

_NEAR_ENOUGH, _TOLERANCE = 0.3, 0.002
_NEAREST, _FEWEST, _MOST = 2, 2, 4
_A_SUM = 100
_MONTHS, _DAY_H, _HOUR_MIN = 12.0, 24.0, 60
_WHOLE = 100.0
_IN_HOURS = (1 / 60, 1.0, 24.0, 168.0, 720.0)
_MOST_COUNTED = 1_000
_BARE = re.compile(r"(?<![\w.,:])(?:\d{1,3}(?![\d.,:]*\d)|[^\W\d_]{2,16})(?!\w)")


def follows(amount: Quantity, claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> bool:
    """Whether arithmetic gives an amount from those of the passages near the claim, the question and the answer."""
    reckon = {
        "money": _prices, "duration": _times, "count": _times, "measure": _times, "clock": _clocks,
    }.get(amount.kind)  # fmt: skip
    if reckon is None:
        return False
    ranked = sorted(range(len(sentences)), key=lambda n: -overlaps[n])
    if _lasts(amount, claim, [sentences[n] for n in ranked]):
        return True
    near = {id(sentences[n].passage) for n in ranked if overlaps[n] >= _NEAR_ENOUGH or n in ranked[:_NEAREST]}
    return _is_given(amount, claim, [s for s in sentences if id(s.passage) in near], reckon)


def _lasts(amount: Quantity, claim: Statement, ranked: Sequence[Sentence]) -> bool:
    """Whether a length of time is that of the nearest hours: from six to eight are two hours."""
    if amount.kind != "duration" or amount.unit != "h" or amount.lo >= _DAY_H or amount.bound:
        return False
    spans = ([(q.hi - q.lo) / _HOUR_MIN for q in s.amounts if q.kind == "clock" and q.hi > q.lo] for s in ranked)
    return (
        amount.lo in next(filter(None, spans), []) and role_words("_lasts").search(comparable(claim.text)) is not None
    )


def may_follow(amount: Quantity, claim: Statement, sentences: Sequence[Sentence]) -> bool:
    """Whether any reckoning of what is told and asked gives an amount, by chance or not: what none gives is wrong."""
    reckon = {"money": _any_price, "percent": _rest}.get(amount.kind)
    return reckon is None or _is_given(amount, claim, sentences, reckon)


_Reckoning = Callable[[Quantity, Statement, Sequence[Quantity], Sequence[Quantity]], Iterator[float]]


def _is_given(amount: Quantity, claim: Statement, sentences: Sequence[Sentence], reckon: _Reckoning) -> bool:
    told = [q for s in sentences for q in s.amounts if q.lo > 0 and q.lo == q.hi]
    if amount.lo != amount.hi or amount.lo <= 0:
        return False
    spoken = [q for q in (*claim.asked, *claim.amounts, *claim.spoken) if q.lo > 0 and not _is(q, amount)]
    tolerance = _TOLERANCE * max(amount.lo, 1)
    return any(abs(value - amount.lo) <= tolerance for value in reckon(amount, claim, told, spoken))


def _prices(
    amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]
) -> Iterator[float]:
    prices = _values(q for q in told if q.kind == "money" and q.unit == amount.unit)
    counted = {q.lo for q in spoken if q.kind in {"count", "measure"} and not q.bound}
    counted |= {q.lo for q in spoken if q.kind == "duration"}
    first = {q.lo for q in told if q.kind in {"count", "measure"}}
    shares = {q.lo / _WHOLE for q in (*told, *spoken) if q.kind == "percent" and q.lo < _WHOLE}
    if _says("_yearly", claim):
        counted.add(_MONTHS)
    for price in prices:
        for n in counted:
            yield n * price
            # Some are free, or each more has a price of its own.
            yield from ((n - free) * price for free in first if free < n)
            yield from (price + (n - 1) * more for more in prices if more != price)
            yield from (n * price * (1 - share) for share in shares)
            yield from (price * (1 + (n - 1) * (1 - share)) for share in shares if n == _FEWEST)
        yield from (price * (1 + share) for share in shares)
        # So many are in the price, and each more has its own.
        yield from (price + more * (n - free) for n in counted for free in first if free < n for more in prices)
    yield from _by_period(told, spoken)
    yield from _of_two_kinds(told, claim.asked)
    own = _of_the_customer(amount, claim)
    yield from (much * part for much in own for share in shares for part in (share, 1 - share))
    named = _values(q for q in spoken if q.kind == "money" and q.unit == amount.unit)
    if _says("_left", claim):
        multiples = [*prices, *(n * price for n in counted for price in prices)]
        yield from (abs(one - other) for one, other in combinations([*multiples, *own, *named], 2))
    # A total is the sum of what the answer names beside it, or of prices told.
    yield from (sum(some) for n in range(_FEWEST, _MOST + 1) for some in combinations(named[: _MOST + 1], n))
    if _says("_reckoned", claim):
        yield from (one + other for one in named for other in prices)


def _by_period(told: Sequence[Quantity], spoken: Sequence[Quantity]) -> Iterator[float]:
    """What a price for a period makes over a longer time: so much a week, for three weeks or for those after two."""
    prices = _values(q for q in told if q.kind == "money")
    lengths = [_hours(q) for q in spoken if q.kind == "duration"]
    limits = [_hours(q) for q in told if q.kind == "duration"]
    for price in told:
        period_h = PERIOD_HOURS.get(price.per, 0.0) if price.kind == "money" else 0.0
        for length_h in lengths if period_h else ():
            yield price.lo * length_h / period_h
            beyond = [(length_h - limit_h) / period_h for limit_h in limits if 0 < limit_h < length_h]
            yield from (base + price.lo * n for n in beyond for base in prices)


def _hours(length: Quantity) -> float:
    return length.lo * {"h": 1.0, "month": PERIOD_HOURS["month"]}.get(length.unit, 0.0)


def _of_two_kinds(told: Sequence[Quantity], asked: Sequence[Quantity]) -> Iterator[float]:
    """Some at one price and some at another one: two grown-ups and a child."""
    groups = [q.lo for q in asked if q.kind == "count" and not q.bound and q.unit]
    prices = _values(q for q in told if q.kind == "money" and q.lo > 0)
    for n, m in zip(groups, groups[1:], strict=False):
        yield from (n * one + m * other for one in prices for other in prices if one != other)


def _any_price(
    amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]
) -> Iterator[float]:
    prices = _values(q for q in told if q.kind == "money" and q.unit == amount.unit)
    counted = _counted(claim, spoken)
    first = {q.lo for q in told if q.kind in COUNTED} | {_units(q, unit) for q in told for unit in _IN_HOURS}
    first = {n for n in first if n > 1}
    shares = {q.lo / _WHOLE for q in (*told, *spoken) if q.kind == "percent" and q.lo < _WHOLE}
    beyond = {n - free for n in counted for free in first if 0 < free < n}
    multiples = list(dict.fromkeys([*prices, *(n * price for n in counted for price in prices)]))
    yield from multiples
    # Some are free, or each more has a price of its own beside a first one or a price for all.
    yield from (more * price for more in beyond for price in prices)
    pairs = [(n, price) for n in {1.0, *counted} for price in prices]
    yield from (
        n * base + more * price for n, base in pairs for more in {1.0, *beyond} for price in prices if price != base
    )
    yield from (price + (n - 1) * more for n in counted for price in prices for more in prices if more != price)
    yield from (much * part for much in multiples for share in shares for part in (1 - share, 1 + share))
    yield from (price * (1 + (_FEWEST - 1) * (1 - share)) for price in prices for share in shares if _FEWEST in counted)
    # Grown-ups at one price, children at another one or at a share of it.
    yield from (n * one + m * other for (n, one), (m, other) in combinations(pairs, 2) if one != other)
    yield from (n * one + m * other * share for n, one in pairs for m, other in pairs for share in shares)
    own = _of_the_customer(amount, claim)
    yield from (much * part for much in own for share in shares for part in (share, 1 - share, 1 + share))
    yield from (much * n for much in own for n in {*first, *counted})
    named = _values(q for q in spoken if q.kind == "money" and q.unit == amount.unit)
    if _says("_left", claim) or _says("_differs", claim):
        yield from (abs(one - other) for one, other in combinations([*multiples, *own, *named], 2))
    if _says("_each", claim):
        yield from (much / n for much in [*prices, *named] for n in {*counted, *first} if n)
        yield from (abs(price - much / n) for much in prices for n in {*counted, *first} if n for price in prices)
    # A total is the sum of what the answer names beside it, or of prices told.
    yield from (sum(some) for n in range(_FEWEST, _MOST + 1) for some in combinations(named[: _MOST + 1], n))
    if _says("_reckoned", claim):
        yield from (one + other for one in named for other in prices)


def _of_the_customer(amount: Quantity, claim: Statement) -> list[float]:
    """The customer's own money: with a currency, or a number too large to be a count."""
    return [q.lo for q in claim.asked if q.unit == amount.unit or (q.kind == "count" and q.lo >= _A_SUM)]


def _counted(claim: Statement, spoken: Sequence[Quantity]) -> set[float]:
    """How many of something: counts, lengths of time in each unit, bare numbers, a year of months."""
    counted = {q.lo for q in spoken if q.kind in {"count", "measure"} and not q.bound}
    counted |= {q.lo for q in spoken if q.kind == "duration"}
    counted |= {_units(q, unit) for q in spoken for unit in _IN_HOURS}
    if _says("_yearly", claim):
        counted.add(_MONTHS)
    counted |= _bare_numbers(f"{claim.question} {claim.text}")
    return {n for n in counted if 1 < n <= _MOST_COUNTED}


def _units(length: Quantity, unit: float) -> float:
    return length.lo / unit if length.kind == "duration" and length.unit == "h" else 0.0


@lru_cache(maxsize=4_000)
def _bare_numbers(text: str) -> frozenset[float]:
    """The small numbers that stand in a text, in digits and in words: four times, for both."""
    plain, known = comparable(text), number_words()
    taken = [(q.start, q.end) for q in quantities(text) if q.kind in {"money", "percent", "clock", "date"}]
    found = set()
    for hit in _BARE.finditer(plain):
        if not any(start < hit.end() and hit.start() < end for start, end in taken):
            word = hit.group()
            found.add(float(word) if word.isdigit() else float(known.get(word, 0.0)))
    if role_words("_both").search(plain):
        found.add(2.0)
    return frozenset(found)


def _times(amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]) -> Iterator[float]:
    every = [q for q in (*told, *spoken) if q.kind == amount.kind and (q.unit == amount.unit or q.kind == "count")]
    if amount.kind == "duration" and _says("_reckoned", claim):
        counts = _values(q for q in spoken if q.kind == "count")
        yield from (n * q.lo for n in counts for q in every)
    if amount.kind == "measure" or any(q.kind == "money" for q in claim.amounts):
        # What is beyond a limit, beside what it costs.
        own = [q for q in claim.asked if q.kind == amount.kind and q.unit == amount.unit]
        yield from (much.lo - limit.lo for much in own for limit in every if limit in told and limit.lo < much.lo)
    if _says("_left", claim):
        limits = _values(q for q in every if q in told)
        yield from (limit - used for limit in limits for used in _values(spoken) if used < limit)


def _clocks(
    amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]
) -> Iterator[float]:
    """So long before or after a time that is told, in minutes."""
    # A time of the customer's own counts where a length is told: the doors open so long before it begins.
    ends = {end for q in (*told, *claim.asked) if q.kind == "clock" for end in (q.lo, q.hi)}
    shifts = {q.lo * 60 for q in told if q.kind == "duration" and q.unit == "h" and q.lo < _DAY_H / 2}
    yield from (end + sign * shift for end in ends for shift in shifts for sign in (1, -1))


def _rest(amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]) -> Iterator[float]:
    """What a share leaves of the whole, and so many times a share."""
    shares = _values(q for q in told if q.kind == "percent")
    yield from (_WHOLE - share for share in shares)
    yield from (share * n for share in shares for n in _counted(claim, spoken))


def _values(amounts: Iterator[Quantity] | Sequence[Quantity]) -> list[float]:
    return list(dict.fromkeys(q.lo for q in amounts))


def _is(one: Quantity, other: Quantity) -> bool:
    return one.kind == other.kind and one.lo == other.lo and one.unit == other.unit


def _says(role: str, claim: Statement) -> bool:
    return role_words(role).search(comparable(f"{claim.text} {claim.question}")) is not None
