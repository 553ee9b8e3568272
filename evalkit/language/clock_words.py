"""Clock times in words: half past seven, kvart over sju, halb acht, puoli kahdeksan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.language.amounts import TWELVE_HOURS, Quantity
from evalkit.language.numerals import table
from evalkit.text.data_files import word_parts, word_pattern

_HOUR_MIN, _HALF_A_DAY_MIN, _NOON_MIN = 60.0, 720.0, 720.0
_DAY_BEGINS_MIN = 420.0
"""Before seven an hour in words is of the afternoon, as far as nothing else is said."""
_AROUND = 24
_WEAK_CUES = frozenset({"at", "um", "gegen"})


def clock_words(text: str) -> list[Quantity]:
    """The times of a lower-case text that words tell, in minutes; ranges from one to another.

    >>> [(q.lo / 60, q.hi / 60) for q in clock_words("from half past seven to half past ten")]
    [(7.5, 10.5)]
    """
    found: list[Quantity] = []
    for hit in _spelt().finditer(text):
        first = _minutes(hit, "1")
        if first is None:
            continue
        last = _minutes(hit, "2") if hit.group("h2") else None
        if last is not None:
            if not any(hit.group(name) for name in ("s1", "s2", "c1", "c2", "w1", "w2")):
                continue
        elif not _told_as_time(hit, text):
            continue
        half = _half_of_day(text, hit.end())
        lo, hi = (_in_the_day(first, half), _in_the_day(last if last is not None else first, half))
        if hi < lo:
            hi += _HALF_A_DAY_MIN
        unit = "min" if half else TWELVE_HOURS
        found.append(Quantity("clock", lo, hi, unit, hit.start(), hit.end()))
    found += [Quantity("clock", _NOON_MIN, _NOON_MIN, "min", *hit.span()) for hit in _noon().finditer(text)]
    return found


def _told_as_time(hit: re.Match[str], text: str) -> bool:
    """Whether words beside an hour make it a time: to the hour, o'clock, at, in the evening."""
    if hit.group("s1") or hit.group("w1") or (hit.group("c1") and hit.group("c1") not in _WEAK_CUES):
        return True
    # "At one of our shops" and "um zwölf Monate" tell no time.
    ends = _half_of_day(text, hit.end()) != "" or not text[hit.end() :].strip() or text[hit.end()] in ".,;!?"
    return ends and (hit.group("c1") is not None or hit.group("h1") in _hours_alone())


def _minutes(hit: re.Match[str], which: str) -> float | None:
    hour = _hours()[hit.group(f"h{which}")]
    shift = hit.group(f"s{which}")
    return hour * _HOUR_MIN + (_shifts()[shift] if shift else 0.0)


def _in_the_day(minutes: float, half: str) -> float:
    minutes %= _HALF_A_DAY_MIN
    if half:
        return minutes + (_HALF_A_DAY_MIN if half == "pm" else 0.0)
    return minutes + (_HALF_A_DAY_MIN if minutes < _DAY_BEGINS_MIN else 0.0)


def _half_of_day(text: str, end: int) -> str:
    return next((half for half, pattern in _halves() if pattern.match(text[end : end + _AROUND])), "")


# ---------------------------------------------------------------- patterns


@cache
def _spelt() -> re.Pattern[str]:
    cues, shifts, hours, after, to = (
        "|".join(word_parts(words))
        for words in (table()["clock_cue"], _shifts(), _hours(), table()["clock_after"], [*table()["to"], "og", "and"])
    )

    def time(which: str) -> str:
        return (
            rf"(?:(?P<c{which}>{cues})\s+)?(?:(?P<s{which}>{shifts})\s+)?(?P<h{which}>{hours})(?!\w)"
            rf"(?:\s*(?P<w{which}>{after})(?!\w))?"
        )

    return re.compile(rf"(?<![\w-]){time('1')}(?:\s*(?:–|-|(?:{to}))\s*{time('2')})?(?!\s+[^\W\d_]*%)")


@cache
def _halves() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (str(half), re.compile(rf"\s+(?:{'|'.join(word_parts(words))})(?!\w)"))
        for half, words in table()["day_half"].items()
    )


def _iterate(name: str) -> Iterator[tuple[str, float]]:
    for number, words in table()[name].items():
        yield from ((str(word), float(number)) for word in words)


@cache
def _hours() -> dict[str, float]:
    return dict(_iterate("clock_hours"))


@cache
def _shifts() -> dict[str, float]:
    return dict(_iterate("clock_words"))


@cache
def _hours_alone() -> frozenset[str]:
    """Forms of numbers that tell a time by themselves, as in Finnish."""
    return frozenset(map(str, table()["clock_at"]))


@cache
def _noon() -> re.Pattern[str]:
    return word_pattern(table()["noon"])
