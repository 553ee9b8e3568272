"""Opening hours by weekday: which hours, or closed, a sentence gives for which days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from evalkit.language.amounts import TWELVE_HOURS, Quantity
from evalkit.language.numerals import table
from evalkit.text.data_files import word_parts, word_pattern
from evalkit.text.said import Said
from evalkit.text.word_lists import WordLists

_WEEK, _YEAR = 7, 12
_SPELT_OUT = 5
OPEN_END = -1.0
"""In place of `lo` or `hi`: some time that a text leaves open."""


@dataclass(frozen=True, slots=True)
class DayHours:
    """Hours in minutes of the day for weekdays (0 is Monday); `lo` and `hi` are None where it is closed."""

    days: frozenset[int]
    lo: float | None
    hi: float | None
    twelve: bool = False
    """Whether words tell them, that may be of the morning or of the evening."""


def days_in(text: str) -> frozenset[int]:
    """The weekdays that a text names, with ranges, weekends and `every day` spelled out.

    >>> sorted(days_in("mandag til torsdag og lørdag"))
    [0, 1, 2, 3, 5]
    """
    return frozenset(day for _, _, days in _mentions(text.lower()) for day in days)


@lru_cache(maxsize=4_000)
def days_spelt_out(text: str) -> frozenset[int]:
    """The weekdays that a text names by more than their first letters: free and Friday are one word in Swedish.

    >>> sorted(days_spelt_out("fri frakt på lördagar")), sorted(days_spelt_out("mon–wed"))
    ([5], [0, 1, 2])
    """
    mentions = _mentions(text.lower())
    return frozenset(day for start, end, days in mentions if end - start >= _SPELT_OUT for day in days)


def names_a_day(said: Said) -> bool:
    """Whether a text that was read before names a weekday."""
    return bool(_day_words().possible(said.pieces) and days_in(said.text))


def day_hours(text: str, amounts: Sequence[Quantity]) -> tuple[DayHours, ...]:
    """The hours of each group of days in a sentence; days stand before their hours, or all of them after.

    >>> from evalkit.language.quantities import quantities
    >>> said = "Öppet måndag–torsdag 10–19, fredag stängt."
    >>> [(sorted(d.days), d.lo) for d in day_hours(said, quantities(said))]
    [([0, 1, 2, 3], 600.0), ([4], None)]
    """
    lowered = text.lower()
    mentions = _mentions(lowered)
    marks: list[tuple[int, int, float | None, float | None, bool]] = [
        (q.start, q.end, q.lo, q.hi, q.unit == TWELVE_HOURS) for q in amounts if q.kind == "clock"
    ]
    marks += [(m.start(), m.end(), None, None, False) for m in _closed().finditer(lowered)]
    if not mentions or not marks:
        return ()
    marks.sort()
    before = mentions[0][0] < marks[0][0]
    found = []
    for number, (start, end, lo, hi, twelve) in enumerate(marks):
        left = marks[number - 1][1] if number else 0
        right = marks[number + 1][0] if number + 1 < len(marks) else len(text)
        inside = [d for at, _, d in mentions if (left <= at < start if before else end <= at < right)]
        if not inside and len(marks) == 1:
            inside = [d for _, _, d in mentions]
        if inside:
            found.append(DayHours(frozenset().union(*inside), lo, hi, twelve))
    return tuple(found)


def one_sided(text: str, clock: Quantity) -> tuple[float, float] | None:
    """The hours of `until 5 pm` and `from 9`, with the other end left open; None where no side is said.

    >>> from evalkit.language.quantities import quantities
    >>> one_sided("åbent til kl. 17", quantities("åbent til kl. 17")[0])
    (-1.0, 1020.0)
    """
    before, after = text[: clock.start].lower(), text[clock.end :].lower()
    for name, hours in (("until", (OPEN_END, clock.hi)), ("since", (clock.lo, OPEN_END))):
        stands_before, stands_after = _sides(name)
        if stands_before.search(before) or stands_after.match(after):
            return hours
    return None


@cache
def _sides(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = ("|".join(word_parts(table()[key])) for key in (name, f"{name}_after"))
    return re.compile(rf"(?<!\w)(?:{before})\s+(?:\w+\.?\s+)?$"), re.compile(rf"\s*(?:{after})(?!\w)")


def months_in(text: str) -> tuple[frozenset[int], bool]:
    """The months that a text names, and whether one of its ranges gives them.

    >>> months_in("from October to January")
    (frozenset({1, 10, 11, 12}), True)
    """
    found: set[int] = set()
    ranged, last, end = False, 0, 0
    lowered = text.lower()
    for hit in _months().finditer(lowered):
        month = _month_of(hit.group())
        if last and _to().fullmatch(lowered[end : hit.start()]):
            found |= {(last - 1 + n) % _YEAR + 1 for n in range((month - last) % _YEAR + 1)}
            ranged = True
        found.add(month)
        last, end = month, hit.end()
    return frozenset(found), ranged


def _month_of(word: str) -> int:
    for number, words in table()["months"].items():
        if any(word == w or (w.endswith("*") and word.startswith(w[:-1])) for w in map(str, words)):
            return int(number)
    return next(int(number) for number, words in table()["month_stems"].items() if word in words)


@cache
def _months() -> re.Pattern[str]:
    names = [str(word) for words in table()["months"].values() for word in words if word not in table()["no_months"]]
    return word_pattern([*names, *(str(word) for words in table()["month_stems"].values() for word in words)])


def _mentions(text: str) -> list[tuple[int, int, frozenset[int]]]:
    found: list[tuple[int, int, frozenset[int]]] = []
    for hit in _days().finditer(text):
        days = _days_of(hit.group())
        if found and len(days) == 1 and len(found[-1][2]) == 1 and _joined(text, found[-1], hit):
            (first,), (last,) = found[-1][2], days
            span = (last - first) % _WEEK
            days = frozenset((first + n) % _WEEK for n in range(span + 1))
            found[-1] = (found[-1][0], hit.end(), days)
        else:
            found.append((hit.start(), hit.end(), days))
    return found


def _joined(text: str, first: tuple[int, int, frozenset[int]], last: re.Match[str]) -> bool:
    """Whether a range runs from one day to another; in Finnish the endings say so: "tiistaista perjantaihin"."""
    between = text[first[1] : last.start()]
    if _to().fullmatch(between):
        return True
    return not between.strip() and text[: first[1]].endswith("sta") and last.group().endswith(("ihin", "koon"))


def _days_of(word: str) -> frozenset[int]:
    for name, words in table()["days"].items():
        if any(word == w or (w.endswith("*") and word.startswith(w[:-1])) for w in map(str, words)):
            return _GROUPS.get(str(name)) or frozenset({int(name)})
    return frozenset()


_GROUPS = {"weekday": frozenset(range(5)), "weekend": frozenset({5, 6}), "all": frozenset(range(_WEEK))}


@cache
def _days() -> re.Pattern[str]:
    return word_pattern(_day_entries())


@cache
def _day_words() -> WordLists:
    return WordLists({"days": _day_entries()})


def _day_entries() -> list[str]:
    return [str(word) for words in table()["days"].values() for word in words]


@cache
def _to() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:[–-]|{'|'.join(word_parts(table()['to']))})\s*")


@cache
def _closed() -> re.Pattern[str]:
    return word_pattern(table()["closed"])
