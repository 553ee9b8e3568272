"""Amounts in text, normalised so that they compare: money, durations, percentages, clock times, dates, measures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from evalkit.text.data_files import word_parts, word_pattern, yaml_data
from evalkit.text.normalise import clean

_NUMBER = (
    r"\d{1,3}(?:[ \u00a0\u202f.']\d{3})+(?:,\d{1,2})?(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
)
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_MONTHS = {"month": 1.0, "year": 12.0}
_CURRENCIES = ("SEK", "DKK", "NOK", "KR", "EUR", "USD", "GBP")
_MEASURES = ("kg", "g", "cm", "m", "km", "l", "GB", "points")
_HOURS_A_MONTH = 730.0
_DENIED_WITHIN = 3
_NEAR_HOURS = 45
_DAY_MINUTES = 1440.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount at [start, end): `lo` to `hi` in `unit` (h, month, business_day, %, a currency, minute of day …).

    `bound` is `<=` or `>=` where the words set one.
    """

    kind: str
    lo: float
    hi: float
    unit: str
    start: int
    end: int
    bound: str = ""


def quantities(text: str) -> tuple[Quantity, ...]:
    """The amounts of a text in order, without overlaps.

    >>> [(q.kind, q.lo, q.unit) for q in quantities("Leverans 2 veckor, frakt 1 299 kr")]
    [('duration', 336.0, 'h'), ('money', 1299.0, 'KR')]
    """
    cleaned = clean(text)
    lowered = cleaned.lower() if len(cleaned.lower()) == len(cleaned) else cleaned
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in taken)

    for read in (_dates, _clock, _amounts, _free_of_charge):
        for quantity in read(lowered):
            if free(quantity.start, quantity.end):
                taken.append((quantity.start, quantity.end))
                found.append(quantity)
    return tuple(sorted(found, key=lambda q: q.start))


def same(left: Quantity, right: Quantity) -> bool:
    """Whether two amounts of one kind say the same; kr fits each crown currency, 30 days fit a month.

    >>> a, b = quantities("30 dagar") + quantities("en månad")
    >>> same(a, b)
    True
    """
    if left.kind != right.kind:
        return False
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


def within(inner: Quantity, outer: Quantity) -> bool:
    """Whether an amount lies inside a range of the same kind and unit."""
    return inner.kind == outer.kind and inner.unit == outer.unit and outer.lo <= inner.lo and inner.hi <= outer.hi


def _near(left: Quantity, right: Quantity, tolerance: float) -> bool:
    return abs(left.lo - right.lo) <= tolerance + 1e-6 and abs(left.hi - right.hi) <= tolerance + 1e-6


# ---------------------------------------------------------------- readers


def _amounts(text: str) -> list[Quantity]:
    found = []
    for hit in _amount_pattern().finditer(text):
        first, second, unit_word, before = hit.group("a"), hit.group("b"), hit.group("unit"), hit.group("cur")
        unit_name = _units().get(unit_word or before or "", "")
        if not unit_name:
            continue
        lo = _value(first)
        hi = _value(second) if second else lo
        if lo is None or hi is None:
            continue
        start = hit.start("cur") if before else hit.start("a")
        quantity = _quantity(unit_name, lo, hi, start, hit.end(), _bound(text, start))
        if quantity is not None:
            found.append(quantity)
    return found


def _quantity(unit: str, lo: float, hi: float, start: int, end: int, bound: str) -> Quantity | None:
    if hi < lo:
        return None
    if unit in _HOURS:
        return Quantity("duration", lo * _HOURS[unit], hi * _HOURS[unit], "h", start, end, bound)
    if unit in _MONTHS:
        return Quantity("duration", lo * _MONTHS[unit], hi * _MONTHS[unit], "month", start, end, bound)
    if unit == "business_day":
        return Quantity("duration", lo, hi, "business_day", start, end, bound)
    if unit == "percent":
        return Quantity("percent", lo, hi, "%", start, end, bound)
    if unit in _CURRENCIES:
        return Quantity("money", lo, hi, unit, start, end, bound)
    return Quantity("measure", lo, hi, unit, start, end, bound)


def _free_of_charge(text: str) -> list[Quantity]:
    return [Quantity("money", 0.0, 0.0, "KR", m.start(), m.end()) for m in _word_pattern("free").finditer(text)]


_ISO_DATE = re.compile(r"(?<!\d)(?P<y>20\d\d)-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)")
_DOT_DATE = re.compile(r"(?<!\d)(?P<d>\d{1,2})[./] ?(?P<m>\d{1,2})(?:[./-] ?(?P<y>20\d\d))(?!\d)")


def _dates(text: str) -> list[Quantity]:
    found = []
    for pattern in (_ISO_DATE, _DOT_DATE, _named_date()):
        for hit in pattern.finditer(text):
            groups = hit.groupdict()
            month = _month(groups["m"] or groups.get("m2") or "")
            day = int(groups["d"] or groups.get("d2") or 0)
            if month and 1 <= day <= 31:
                value = float(month * 100 + day)
                found.append(Quantity("date", value, value, "mmdd", hit.start(), hit.end()))
    return found


_CLOCK = re.compile(
    r"(?:(?P<cue>kl(?:o|okka|okken|ockan)?\.?|at|um|öppet|öppna|åben\w*|åpen\w*|auki|avoinna|open|geöffnet)[ ]*)?"
    r"(?<![\d.,:-])(?P<h1>[01]?\d|2[0-4])(?:[.:](?P<m1>[0-5]\d))?[ ]*(?P<ap1>am|pm|a\.m\.|p\.m\.)?"
    r"(?:[ ]*(?:-|–|till|til|to|bis|and|og|och|und|ja)[ ]*"
    r"(?P<h2>[01]?\d|2[0-4])(?:[.:](?P<m2>[0-5]\d))?[ ]*(?P<ap2>am|pm|a\.m\.|p\.m\.)?)?"
    r"(?![\d%]|[.,:]\d)(?P<uhr>[ ]*(?:uhr|o'clock))?"
)


def _clock(text: str) -> list[Quantity]:
    found = []
    for hit in _CLOCK.finditer(text):
        exact = hit.group("m1") is not None and len(hit.group("m1")) == 2
        sure = hit.group("cue") or hit.group("uhr") or hit.group("ap1") or hit.group("ap2")
        after = text[hit.end() : hit.end() + 16]
        if not sure and hit.group("h2") and _opening().search(text[max(0, hit.start() - _NEAR_HOURS) : hit.start()]):
            sure = True
        if not (sure or (exact and hit.group("h2"))) or (not hit.group("cue") and _unit_follows().match(after)):
            continue
        if hit.group("cue") in {"at", "um"} and not (exact or hit.group("uhr") or hit.group("ap1")):
            continue
        morning = hit.group("ap2") if hit.group("ap2") in {"am", "a.m."} else None
        lo = _minutes(hit.group("h1"), hit.group("m1"), hit.group("ap1") or morning)
        hi = _minutes(hit.group("h2"), hit.group("m2"), hit.group("ap2")) if hit.group("h2") else lo
        found.append(Quantity("clock", lo, hi, "min", hit.start("h1"), hit.end()))
    for hit in _word_pattern("all_day").finditer(text):
        found.insert(0, Quantity("clock", 0.0, _DAY_MINUTES, "min", hit.start(), hit.end()))
    return found


@cache
def _opening() -> re.Pattern[str]:
    """Words of opening hours and weekdays, before a range of bare numbers."""
    stems = "|".join(re.escape(str(word)) for word in _table()["opening"])
    return re.compile(rf"(?<!\w)(?:{stems})\w*[^.!?]*$")


def _minutes(hour: str, minute: str | None, half: str | None) -> float:
    value = int(hour) % 12 + (12 if half and half.startswith("p") else 0) if half else int(hour)
    return float(value * 60 + int(minute or 0))


# ---------------------------------------------------------------- words


def _value(text: str) -> float | None:
    word = _number_words().get(text)
    if word is not None:
        return float(word)
    plain = re.sub(r"[ \u00a0\u202f']", "", text)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    else:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _bound(text: str, start: int) -> str:
    before = text[max(0, start - 40) : start].rstrip()
    for name, sign in (("at_most", "<="), ("at_least", ">=")):
        word = next((w for w in _table()[name] if before.endswith(w) and not before[: -len(w)][-1:].isalnum()), None)
        if word is not None:
            earlier = re.split(r"[^\w']+", before[: len(before) - len(word)].strip())[-_DENIED_WITHIN:]
            if not _denying().isdisjoint(earlier):
                # "Not more than ten" is at most ten.
                return {"<=": ">=", ">=": "<="}[sign]
            return sign
    return ""


@cache
def _denying() -> frozenset[str]:
    return frozenset(map(str, _table()["denying"]))


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else None
    for number, words in _table()["months"].items():
        for word in words:
            if text == word or (word.endswith("*") and text.startswith(word[:-1])):
                return int(number)
    return None


@cache
def _amount_pattern() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _number_words()), key=len, reverse=True))
    units = "|".join(sorted(map(_whole, _units()), key=len, reverse=True))
    before = "|".join(re.escape(w) for w in ("€", "$", "£", "kr.", "kr", "sek", "dkk", "nok", "eur"))
    number = rf"(?:{_NUMBER}|(?:{words})(?!\w))"
    return re.compile(
        rf"(?<![\w.,-])(?:(?P<cur>{before})[ ]?)?(?P<a>{number})"
        rf"(?:[ ]?(?:-|–|till|til|to|bis|eller|or|oder|tai)[ ]?(?P<b>{number}))?"
        rf"(?:[ \u00a0]?-?[ ]?(?P<unit>{units}))?"
    )


@cache
def _named_date() -> re.Pattern[str]:
    names = "|".join(word_parts(word for words in _table()["months"].values() for word in words))
    ordinal = r"(?:\.|st|nd|rd|th|:e|:a)?"
    day_first = rf"(?P<d>\d{{1,2}}){ordinal}[ ](?:of )?(?P<m>{names})(?!\w)"
    month_first = rf"(?P<m2>{names})[ ](?P<d2>\d{{1,2}}){ordinal}(?!\d)"
    return re.compile(rf"(?<!\d)(?:{day_first}|{month_first})")


@cache
def _unit_follows() -> re.Pattern[str]:
    return re.compile(rf"[ ]?(?:{'|'.join(sorted(map(_whole, _units()), key=len, reverse=True))})")


@cache
def _word_pattern(name: str) -> re.Pattern[str]:
    return word_pattern(_table()[name])


def _whole(word: str) -> str:
    return re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else "")


@cache
def _units() -> dict[str, str]:
    table = _table()
    names = (*_HOURS, *_MONTHS, "business_day", "percent", *_CURRENCIES, *_MEASURES)
    return {str(word): name for name in names for word in table[name]}


@cache
def _number_words() -> dict[str, int]:
    return {str(word): int(number) for number, words in _table()["numbers"].items() for word in words}


def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/quantities.yaml")
    return loaded
