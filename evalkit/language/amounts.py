"""What an amount is, and when two of them say the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evalkit.text.tokens import char_ngrams

_SAME_NOUN = 0.4
_LEAST_AGE = 3
_HOURS = {"h": 1.0, "month": 730.0}
_HALF_A_DAY_MIN = 720.0
_DAY_H = 24.0
_CROWNS = frozenset({"SEK", "DKK", "NOK", "KR"})
COUNTED = frozenset({"count", "duration", "measure"})
"""The kinds that tell how much of something there is, and so what a price may be multiplied by."""
TWELVE_HOURS = "min of 12 h"
"""The unit of a clock time in words, which may be of the morning or of the evening."""
_SPANS = (
    {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 604_800.0},
    {"month": 1.0, "quarter": 3.0, "year": 12.0},
)
_PERIODS = {(a, b): group[b] / group[a] for group in _SPANS for a in group for b in group}


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount at [start, end): `lo` to `hi` in `unit` (h, month, business_day, %, a currency, minutes, a noun …).

    `bound` is `<=` or `>=` where the words set one.
    """

    kind: str
    lo: float
    hi: float
    unit: str
    start: int
    end: int
    bound: str = ""
    per: str = ""
    """The period that a price or a limit is for: `month` in "99 kr a month"."""
    strict: bool = False
    """Whether the bound does not hold for the amount itself: under 18, more than two."""


def same(left: Quantity, right: Quantity) -> bool:
    """Whether two amounts of one kind say the same; kr fits each crown currency, 30 days fit a month.

    >>> same(Quantity("duration", 720, 720, "h", 0, 7), Quantity("duration", 1, 1, "month", 0, 8))
    True
    """
    if left.kind != right.kind:
        return False
    if left.per and right.per and left.per != right.per:
        scale = _PERIODS.get((left.per, right.per))
        if scale is None:
            return False
        left = replace(left, lo=left.lo * scale, hi=left.hi * scale, per=right.per)
    if left.kind == "count":
        return _near(left, right, 0.0) and comparable_counts(left, right)
    if left.kind == "clock":
        return same_time(left, right)
    if left.unit != right.unit:
        if {left.unit, right.unit} <= _CROWNS and "KR" in {left.unit, right.unit}:
            return _near(left, right, 0.0)
        if {left.unit, right.unit} == {"h", "month"}:
            hours, months = (left, right) if left.unit == "h" else (right, left)
            return all(
                28 * 24 * m <= h <= 31 * 24 * m + 5 * 24 * (m >= 12)
                for h, m in ((hours.lo, months.lo), (hours.hi, months.hi))
            )
        return False
    return _near(left, right, 0.0)


def other_unit(left: Quantity, right: Quantity) -> bool:
    """Whether two amounts are one number of two currencies, or of calendar days and business days.

    >>> other_unit(Quantity("duration", 240, 240, "h", 0, 7), Quantity("duration", 10, 10, "business_day", 0, 9))
    True
    >>> other_unit(Quantity("money", 70, 70, "KR", 0, 5), Quantity("money", 70, 70, "SEK", 0, 5))
    False
    """
    if left.kind != right.kind or left.unit == right.unit or left.lo <= 0:
        return False
    if left.kind == "money":
        return not ({left.unit, right.unit} <= _CROWNS and "KR" in {left.unit, right.unit}) and _near(left, right, 0.0)
    if left.kind == "duration" and {left.unit, right.unit} == {"h", "business_day"}:
        days, hours = (left, right) if left.unit == "business_day" else (right, left)
        return days.lo * _DAY_H == hours.lo and days.hi * _DAY_H == hours.hi
    return False


def same_time(left: Quantity, right: Quantity) -> bool:
    """Whether two clock times are one; half past seven in words is 7.30 and 19.30.

    >>> same_time(Quantity("clock", 450, 450, TWELVE_HOURS, 0, 8), Quantity("clock", 1170, 1170, "min", 0, 5))
    True
    """
    if TWELVE_HOURS not in {left.unit, right.unit}:
        return _near(left, right, 0.0)
    return all((mine - other) % _HALF_A_DAY_MIN == 0 for mine, other in ((left.lo, right.lo), (left.hi, right.hi)))


def comparable_counts(left: Quantity, right: Quantity) -> bool:
    """Whether two counts are of the same things: one noun in some form, or none said."""
    if left.unit == right.unit or not left.unit or not right.unit:
        return True
    mine, theirs = (frozenset(char_ngrams(word, 3, 3)) for word in (left.unit, right.unit))
    return 2 * len(mine & theirs) >= _SAME_NOUN * (len(mine) + len(theirs))


def within(inner: Quantity, outer: Quantity) -> bool:
    """Whether an amount lies inside a range of the same kind and unit."""
    if inner.per and outer.per and inner.per != outer.per:
        return False
    return inner.kind == outer.kind and inner.unit == outer.unit and outer.lo <= inner.lo and inner.hi <= outer.hi


def meets(amount: Quantity, limit: Quantity) -> bool | None:
    """Whether an amount keeps a limit; None where they do not compare.

    >>> limit = Quantity("count", 26, 26, "", 0, 2, "<=")
    >>> meets(Quantity("count", 24, 24, "", 0, 2), limit), meets(Quantity("count", 31, 31, "", 0, 2), limit)
    (True, False)
    """
    ranges = not limit.bound and _is_group(limit)
    if limit.bound or ranges:
        amount = as_age(amount, limit)
    if not (limit.bound or ranges) or amount.kind != limit.kind:
        return None
    if amount.kind == "count":
        if not comparable_counts(amount, limit):
            return None
    elif amount.unit != limit.unit and not {amount.unit, limit.unit} <= set(_HOURS):
        return None
    scale, against = (_HOURS.get(q.unit, 1.0) if q.kind == "duration" else 1.0 for q in (amount, limit))
    lo, hi = amount.lo * scale, amount.hi * scale
    if ranges:
        return limit.lo * against <= lo and hi < limit.hi * against + (12 if _in_years(limit) else 1)
    if limit.bound == "<=":
        return hi < limit.hi * against or (hi == limit.hi * against and not limit.strict)
    return lo > limit.lo * against or (lo == limit.lo * against and not limit.strict)


def _is_group(limit: Quantity) -> bool:
    """Whether a range is of those whom something holds for: ages, or how many."""
    if limit.lo == limit.hi:
        return False
    return limit.kind == "count" or (limit.kind == "duration" and _in_years(replace(limit, lo=limit.hi)))


def as_age(amount: Quantity, other: Quantity) -> Quantity:
    """A plain number beside an amount of years is an age; any other amount as it is."""
    if amount.kind == "count" and not amount.unit and amount.lo > 1 and other.kind == "duration" and _in_years(other):
        return replace(amount, kind="duration", lo=amount.lo * 12, hi=amount.hi * 12, unit="month")
    return amount


def _in_years(limit: Quantity) -> bool:
    return limit.unit == "month" and limit.lo >= _LEAST_AGE * 12 and limit.lo % 12 == 0


def _near(left: Quantity, right: Quantity, tolerance: float) -> bool:
    return abs(left.lo - right.lo) <= tolerance + 1e-6 and abs(left.hi - right.hi) <= tolerance + 1e-6
