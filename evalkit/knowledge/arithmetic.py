"""Whether an amount is reckoned from what is told and asked: so many at a price, a total, a share, what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from evalkit.knowledge.glossary import role_words
from evalkit.knowledge.statements import Sentence, Statement
from evalkit.language.amounts import Quantity
from evalkit.text.normalise import comparable

_NEAR_ENOUGH, _TOLERANCE = 0.3, 0.002
_NEAREST, _FEWEST, _MOST = 2, 2, 4
_A_SUM = 100
_MONTHS, _DAY_H = 12.0, 24.0
_WHOLE = 100.0


def follows(amount: Quantity, claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> bool:
    """Whether arithmetic gives an amount from those of the passages near the claim, the question and the answer."""
    ranked = sorted(range(len(sentences)), key=lambda n: -overlaps[n])
    near = {id(sentences[n].passage) for n in ranked if overlaps[n] >= _NEAR_ENOUGH or n in ranked[:_NEAREST]}
    told = [q for s in sentences if id(s.passage) in near for q in s.amounts if q.lo > 0 and q.lo == q.hi]
    spoken = [q for q in (*claim.asked, *claim.amounts, *claim.spoken) if q.lo > 0 and not _is(q, amount)]
    reckon = {"money": _prices, "duration": _times, "count": _times, "clock": _clocks}.get(amount.kind)
    if reckon is None or amount.lo != amount.hi or amount.lo <= 0:
        return False
    return any(
        abs(value - amount.lo) <= _TOLERANCE * max(amount.lo, 1) for value in reckon(amount, claim, told, spoken)
    )


def _prices(
    amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]
) -> Iterator[float]:
    prices = _values(q for q in told if q.kind == "money" and q.unit == amount.unit)
    counted = {q.lo for q in spoken if q.kind == "count" and not q.bound}
    counted |= {q.lo for q in spoken if q.kind == "duration"}
    first = {q.lo for q in told if q.kind == "count"}
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
    own = [q.lo for q in claim.asked if q.unit in {amount.unit, ""} and (q.kind == "money" or q.lo >= _A_SUM)]
    yield from (much * part for much in own for share in shares for part in (share, 1 - share))
    named = _values(q for q in spoken if q.kind == "money" and q.unit == amount.unit)
    if _says("_left", claim):
        multiples = [*prices, *(n * price for n in counted for price in prices)]
        yield from (abs(one - other) for one, other in combinations([*multiples, *own, *named], 2))
    # A total is the sum of what the answer names beside it, or of prices told.
    yield from (sum(some) for n in range(_FEWEST, _MOST + 1) for some in combinations(named[: _MOST + 1], n))
    if _says("_reckoned", claim):
        yield from (one + other for one in named for other in prices)


def _times(amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]) -> Iterator[float]:
    every = [q for q in (*told, *spoken) if q.kind == amount.kind and (q.unit == amount.unit or q.kind == "count")]
    if amount.kind == "duration" and _says("_reckoned", claim):
        counts = _values(q for q in spoken if q.kind == "count")
        yield from (n * q.lo for n in counts for q in every)
    if _says("_left", claim):
        limits = _values(q for q in every if q in told)
        yield from (limit - used for limit in limits for used in _values(spoken) if used < limit)


def _clocks(
    amount: Quantity, claim: Statement, told: Sequence[Quantity], spoken: Sequence[Quantity]
) -> Iterator[float]:
    """So long before or after a time that is told, in minutes."""
    ends = {end for q in told if q.kind == "clock" for end in (q.lo, q.hi)}
    shifts = {q.lo * 60 for q in told if q.kind == "duration" and q.unit == "h" and q.lo < _DAY_H / 2}
    yield from (end + sign * shift for end in ends for shift in shifts for sign in (1, -1))


def _values(amounts: Iterator[Quantity] | Sequence[Quantity]) -> list[float]:
    return list(dict.fromkeys(q.lo for q in amounts))


def _is(one: Quantity, other: Quantity) -> bool:
    return one.kind == other.kind and one.lo == other.lo and one.unit == other.unit


def _says(role: str, claim: Statement) -> bool:
    return role_words(role).search(comparable(f"{claim.text} {claim.question}")) is not None
