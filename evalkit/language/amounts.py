"""What an amount is, and when two of them say the same."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evalkit.text.tokens import char_ngrams

_SAME_NOUN = 0.4
_LEAST_AGE = 3
_HOURS = {"h": 1.0, "month": 730.0}
_SPANS = (
    {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 604_800.0},
    {"month": 1.0, "year": 12.0},
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
    if left.unit != right.unit:
        crowns = {"SEK", "DKK", "NOK", "KR"}
        if left.unit in crowns and right.unit in crowns and "KR" in {left.unit, right.unit}:
            return _near(left, right, 0.0)
        if {left.unit, right.unit} == {"h", "month"}:
            hours, months = (left, right) if left.unit == "h" else (right, left)
            return all(
                28 * 24 * m <= h <= 31 * 24 * m + 5 * 24 * (m >= 12)
                for h, m in ((hours.lo, months.lo), (hours.hi, months.hi))
            )
        return False
    return _near(left, right, 0.0)


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
    if limit.bound:
        amount = as_age(amount, limit)
    if not limit.bound or amount.kind != limit.kind:
        return None
    if amount.kind == "count":
        if not comparable_counts(amount, limit):
            return None
    elif amount.unit != limit.unit and not {amount.unit, limit.unit} <= set(_HOURS):
        return None
    scale, against = (_HOURS.get(q.unit, 1.0) if q.kind == "duration" else 1.0 for q in (amount, limit))
    if limit.bound == "<=":
        return amount.hi * scale <= limit.hi * against
    return amount.lo * scale >= limit.lo * against


def as_age(amount: Quantity, other: Quantity) -> Quantity:
    """A plain number beside an amount of years is an age; any other amount as it is."""
    if amount.kind == "count" and not amount.unit and other.kind == "duration" and _in_years(other):
        return replace(amount, kind="duration", lo=amount.lo * 12, hi=amount.hi * 12, unit="month")
    return amount


def _in_years(limit: Quantity) -> bool:
    return limit.unit == "month" and limit.lo >= _LEAST_AGE * 12 and limit.lo % 12 == 0


def _near(left: Quantity, right: Quantity, tolerance: float) -> bool:
    return abs(left.lo - right.lo) <= tolerance + 1e-6 and abs(left.hi - right.hi) <= tolerance + 1e-6
