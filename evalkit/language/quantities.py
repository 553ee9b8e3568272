"""Amounts in text, normalised so that they compare: money, durations, percentages, clock times, dates, measures."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from evalkit.language.amounts import Quantity
from evalkit.language.clock_words import clock_words, half_of_day
from evalkit.language.compound_lengths import joined
from evalkit.language.counts import counts, days_of_month, frequencies, period_after
from evalkit.language.dates import dates
from evalkit.language.numerals import (
    NUMBER,
    bound,
    compounds,
    halves,
    hundreds,
    number_words,
    strict,
    table,
    tells_hundreds,
    value,
)
from evalkit.text.data_files import word_parts, word_pattern
from evalkit.text.normalise import clean

_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_MONTHS = {"month": 1.0, "year": 12.0}
_LENGTHS = frozenset({*_HOURS, *_MONTHS})
_WHOLE = frozenset({"hour", "week", "month", "year"})
_CURRENCIES = ("SEK", "DKK", "NOK", "KR", "EUR", "USD", "GBP", "CHF")
_MEASURES = ("kg", "g", "cm", "m", "km", "l", "m2", "kWh", "points")
_HUNDREDTHS = {"GBP_100": "GBP", "EUR_100": "EUR", "KR_100": "KR"}
_BYTES = {"MB": 0.001, "GB": 1.0, "TB": 1000.0}
_NEAR_HOURS, _AROUND = 45, 40
_ARTICLES = frozenset({"a", "an"})
_ENGLISH_SPANS = frozenset({"minute", "hour", "day", "week", "month", "year", "business day", "working day", "dollar"})
_PER_KINDS = frozenset({"money", "measure", "duration"})
_DAY_MINUTES = 1440.0
_HALF_A_DAY_H = 12
_MORNING = frozenset({"am", "a.m.", "in the morning"})


@lru_cache(maxsize=4_000)
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

    for read in (dates, days_of_month, clock_words, frequencies, _phrases, _clock, _amounts, _free_of_charge, counts):
        for quantity in read(lowered):
            if quantity.kind == "count" and not free(quantity.start, quantity.end):
                # "Under 26 you pay nothing": the verb belongs to what follows.
                end = quantity.end - len(quantity.unit)
                quantity = replace(quantity, unit="", end=quantity.start + len(lowered[quantity.start : end].rstrip()))
            if free(quantity.start, quantity.end):
                taken.append((quantity.start, quantity.end))
                found.append(quantity)
    return tuple(joined(sorted(found, key=lambda q: q.start), lowered))


# ---------------------------------------------------------------- readers


def _amounts(text: str) -> list[Quantity]:
    found: list[Quantity] = []
    for hit in _amount_pattern(spelt=tells_hundreds(text)).finditer(text):
        first, second, unit_word, before = hit.group("a"), hit.group("b"), hit.group("unit"), hit.group("cur")
        unit_name = _units().get(unit_word or before or "", "")
        if not unit_name or (hit.group("whole") and unit_name not in _WHOLE):
            # A full day may be what is sold.
            continue
        if unit_word in table()["cents_or_cm"] and _paying().search(text):
            unit_name = "EUR_100"
        lo = value(first)
        hi = value(second) if second else lo
        if lo is None or hi is None:
            continue
        start = hit.start("cur") if before else hit.start("a")
        if first in _ARTICLES and unit_word not in _ENGLISH_SPANS:
            continue
        if unit_name == "business_day" and lo == hi == 1 and not first.isdigit() and _on().search(text[:start]):
            # "On a working day" says when, and not how long.
            continue
        if first in _ARTICLES and found and found[-1].kind in _PER_KINDS and not text[found[-1].end : start].strip():
            # "£18 a week" is a price for a period, and no week of its own.
            continue
        if hit.group("or"):
            # One year or three is never two.
            found += filter(None, [_quantity(unit_name, lo, lo, start, hit.end("a"), "")])
            lo, start = hi, hit.start("b")
        end = hit.end()
        if unit_name in _LENGTHS and (half := _half_behind().match(text, end)) is not None:
            # A day and a half.
            lo, hi, end = lo + 1 / 2, hi + 1 / 2, half.end()
        # From two to four days is a length, and no limit.
        sign = "" if hi > lo else bound(text, start, end)
        quantity = _quantity(unit_name, lo, hi, start, end, sign)
        if quantity is not None:
            quantity = replace(quantity, strict=strict(text, start, sign))
            quantity = _counted_back(quantity, text)
            if quantity.kind in {"money", "measure"}:
                quantity = replace(quantity, per=period_after(text, quantity.end))
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
    if unit in _HUNDREDTHS:
        return Quantity("money", lo / 100, hi / 100, _HUNDREDTHS[unit], start, end, bound)
    if unit in _BYTES:
        return Quantity("measure", lo * _BYTES[unit], hi * _BYTES[unit], "GB", start, end, bound)
    return Quantity("measure", lo, hi, unit, start, end, bound)


def _counted_back(length: Quantity, text: str) -> Quantity:
    """A length with the bound that it sets: the latest ten days before is at least ten days, up to ten is not."""
    if length.kind != "duration" or length.bound != "<=":
        return length
    if not (_before_event().match(text, length.end) or _ends_before_event().search(text[length.start : length.end])):
        return length
    before = text[max(0, length.start - _AROUND) : length.start]
    planned = _ahead().match(text, length.end) and not _just_before("deadline").search(before)
    return length if planned or _just_before("no_deadline").search(before) else replace(length, bound=">=")


@cache
def _half_behind() -> re.Pattern[str]:
    return re.compile(
        rf"\s(?:{halves()})(?!\w)(?!\s+(?:{'|'.join(map(_whole, sorted(_units(), key=len, reverse=True)))}))"
    )


@cache
def _on() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['on_a']))})\s+$")


@cache
def _just_before(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()[name]))})\s*$")


@cache
def _ahead() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(word_parts(table()['ahead']))})(?!\w)")


@cache
def _ends_before_event() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['before_event']))})$")


def _free_of_charge(text: str) -> list[Quantity]:
    free = [Quantity("money", 0.0, 0.0, "KR", m.start(), m.end()) for m in _word_pattern("free").finditer(text)]
    shares = [
        Quantity("percent", share, share, "%", hit.start(), hit.end())
        for share, pattern in _share_patterns()
        for hit in pattern.finditer(text)
    ]
    return [*free, *shares]


@cache
def _share_patterns() -> tuple[tuple[float, re.Pattern[str]], ...]:
    """Half, double, a fifth: shares in words, longest word first within each."""
    return tuple((float(share), word_pattern(words)) for share, words in table()["shares"].items())


def _phrases(text: str) -> list[Quantity]:
    found = []
    for number, pattern in enumerate(_phrase_patterns()):
        phrase = table()["phrases"][number]
        for hit in pattern.finditer(text):
            if _counted_before().search(text[: hit.start()]):
                # "24 kuukauden takuu" is no one month's warranty.
                continue
            amount, limit = float(phrase["value"]), bound(text, hit.start())
            length = Quantity("duration", amount, amount, str(phrase["unit"]), hit.start(), hit.end(), limit)
            found.append(_counted_back(length, text))
    # A quarter of a year is no quarter of an hour.
    return sorted(found, key=lambda q: q.start - q.end)


@cache
def _counted_before() -> re.Pattern[str]:
    words, joints = "|".join(map(re.escape, number_words())), "|".join([*table()["number_joints"], "ja"])
    return re.compile(rf"(?:\d|(?<!\w)(?:{words}))(?: (?:{joints}))?[ \u00a0–-]*$")


@cache
def _phrase_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(word_pattern(phrase["words"]) for phrase in table()["phrases"])


_HALVES = r"am|pm|a\.m\.|p\.m\.|in the morning|in the evening|in the afternoon"
_CLOCK = re.compile(
    r"(?:(?P<cue>kl(?:o|okka|okken|ockan)?\.?|at|um|öppet|öppna|åben\w*|åpen\w*|auki|avoinna|open|geöffnet)[ ]*)?"
    r"(?<![\d.,:-])(?P<h1>[01]?\d|2[0-4])(?:[.:](?P<m1>[0-5]\d))?[ ]*(?P<ap1>" + _HALVES + r")?"
    r"(?:[ ]*(?:-|–|till|til|to|bis|and|og|och|und|ja)[ ]*"
    r"(?P<h2>[01]?\d|2[0-4])(?:[.:](?P<m2>[0-5]\d))?[ ]*(?P<ap2>" + _HALVES + r")?)?"
    r"(?![\d%]|[.,:]\d)(?P<uhr>[ ]*(?:uhr|o'clock))?"
)


def _clock(text: str) -> list[Quantity]:
    found = []
    for hit in _CLOCK.finditer(text):
        exact = hit.group("m1") is not None and len(hit.group("m1")) == 2
        sure = hit.group("cue") or hit.group("uhr") or hit.group("ap1") or hit.group("ap2")
        after = text[hit.end() : hit.end() + 16]
        half = half_of_day(text, hit.start() + len(hit.group().rstrip())) if not sure else ""
        # A colon is of times alone; a full stop is, where a word such as "before" stands by.
        told = exact and (":" in hit.group() or _beside_time().search(text[: hit.start()]) is not None)
        sure = sure or half or (told and not hit.group("h2"))
        if not sure and hit.group("h2") and _opening().search(text[max(0, hit.start() - _NEAR_HOURS) : hit.start()]):
            sure = True
        if not (sure or (exact and hit.group("h2"))) or (not hit.group("cue") and _unit_follows().match(after)):
            continue
        if hit.group("cue") in {"at", "um"} and not (exact or hit.group("uhr") or hit.group("ap1")):
            continue
        morning = hit.group("ap2") if hit.group("ap2") in _MORNING else None
        late = "pm" if half == "pm" and int(hit.group("h2") or hit.group("h1")) <= _HALF_A_DAY_H else None
        lo = _minutes(
            hit.group("h1"), hit.group("m1"), hit.group("ap1") or morning or (None if hit.group("h2") else late)
        )
        hi = _minutes(hit.group("h2"), hit.group("m2"), hit.group("ap2") or late) if hit.group("h2") else lo
        found.append(Quantity("clock", lo, hi, "min", hit.start("h1"), hit.end()))
    for hit in _word_pattern("all_day").finditer(text):
        found.insert(0, Quantity("clock", 0.0, _DAY_MINUTES, "min", hit.start(), hit.end()))
    return found


@cache
def _beside_time() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['beside_time']))})\s+$")


@cache
def _before_event() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(word_parts(table()['before_event']))})(?!\w)")


@cache
def _opening() -> re.Pattern[str]:
    """Words of opening hours and weekdays, before a range of bare numbers."""
    stems = "|".join(re.escape(str(word)) for word in table()["opening"])
    return re.compile(rf"(?<!\w)(?:{stems})\w*[^.!?]*$")


def _minutes(hour: str, minute: str | None, half: str | None) -> float:
    value = int(hour) % 12 + (12 if half and half not in _MORNING else 0) if half else int(hour)
    return float(value * 60 + int(minute or 0))


# ---------------------------------------------------------------- words


@cache
def _amount_pattern(*, spelt: bool) -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, number_words()), key=len, reverse=True))
    units = "|".join(map(_whole, sorted(_units(), key=len, reverse=True)))
    before = "|".join(re.escape(w) for w in ("€", "$", "£", "kr.", "kr", "sek", "dkk", "nok", "eur"))
    more = rf"(?:\s?(?:{halves()})(?!\w))?"
    told = rf"{compounds()}(?!\w)|(?:{words})(?:(?!\w)|(?={halves()}))"
    number = rf"(?:(?:{NUMBER}|{hundreds()}|{told}){more})" if spelt else rf"(?:(?:{NUMBER}|{told}){more})"
    whole = "|".join(map(re.escape, table()["whole"]))
    return re.compile(
        rf"(?<![\w.,-])(?:(?P<cur>{before})[ ]?)?(?P<a>{number})"
        rf"(?:[ ]?(?:-|–|till och med|til og med|till|til|to|bis einschließlich|bis|(?P<or>eller|or|oder|tai))"
        rf"[ ]?(?P<b>{number}))?"
        rf"(?:[ \u00a0]?-?[ ]?(?:(?P<whole>{whole})[ ])?(?P<unit>{units}))?"
    )


@cache
def _paying() -> re.Pattern[str]:
    return word_pattern(table()["paying"])


@cache
def _unit_follows() -> re.Pattern[str]:
    return re.compile(rf"[ ]?(?:{'|'.join(map(_whole, sorted(_units(), key=len, reverse=True)))})")


@cache
def _word_pattern(name: str) -> re.Pattern[str]:
    return word_pattern(table()[name])


def _whole(word: str) -> str:
    # "to $278": a sign before digits belongs to those.
    return re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else r"(?!\d)")


@cache
def _units() -> dict[str, str]:
    known = table()
    names = (*_HOURS, *_MONTHS, "business_day", "percent", *_CURRENCIES, *_HUNDREDTHS, *_MEASURES, *_BYTES)
    return {str(word): name for name in names for word in known[name]}
