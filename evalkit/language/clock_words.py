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
    found = []
    for hit in _finnish().finditer(text):
        first, last = (_HOUR_MIN * _hours()[hour] for hour in hit.groups())
        found.append(_span(first, last, "", hit, text))
    for hit in _spelt().finditer(text):
        first = _minutes(hit, "1")
        last = _minutes(hit, "2") if hit.group("h2") else first
        if hit.group("h2"):
            if not _told_as_span(hit, text):
                continue
        elif not _told_as_time(hit, text):
            continue
        found.append(_span(first, last, hit.group("d1"), hit, text))
    found += [Quantity("clock", at, at, "min", *hit.span()) for at, words in _noon() for hit in words.finditer(text)]
    return found


def _span(first: float, last: float, half: str | None, hit: re.Match[str], text: str) -> Quantity:
    """The time from one minute to another, each in its half of the day: `half` are the words beside the first."""
    late = half_of_day(text, hit.end())
    early = half_of_day(f" {half}", 0) if half else late
    lo, hi = _in_the_day(first, early), _in_the_day(last, late or early)
    if hi < lo and late and not half:
        # From eight to six in the evening begins in the morning.
        lo -= _HALF_A_DAY_MIN
    elif hi < lo:
        hi += _HALF_A_DAY_MIN
    start = min(at for name in ("c1", "s1", "h1") if name in hit.groupdict() and (at := hit.start(name)) >= 0)
    return Quantity("clock", lo, hi, "min" if early or late else TWELVE_HOURS, start, hit.end())


def _told_as_span(hit: re.Match[str], text: str) -> bool:
    """Whether words around two hours make them times: half past, o'clock, or from one to another of what is open."""
    if any(hit.group(name) for name in ("s1", "s2", "c1", "c2", "w1", "w2", "d1")) or half_of_day(text, hit.end()):
        return True
    return hit.group("from") is not None and _ends(text, hit.end()) and speaks_of_hours(text)


def _told_as_time(hit: re.Match[str], text: str) -> bool:
    """Whether words beside an hour make it a time: to the hour, o'clock, at, in the evening."""
    if hit.group("s1") or hit.group("w1") or (hit.group("c1") and hit.group("c1") not in _WEAK_CUES):
        return True
    # "At one of our shops" and "um zwölf Monate" tell no time.
    told = half_of_day(text, hit.end()) != ""
    if told and hit.group("from") is not None:
        return True
    ends = told or not text[hit.end() :].strip() or text[hit.end()] in ".,;!?"
    if ends and (hit.group("c1") is not None or hit.group("h1") in _hours_alone()):
        return True
    return ends and hit.group("from") is not None and speaks_of_hours(text)


def _ends(text: str, end: int) -> bool:
    """Whether nothing that is counted follows: the sentence ends, or says of which days."""
    return _follows().match(text, end) is not None


def speaks_of_hours(text: str) -> bool:
    """Whether a text speaks of what is open, of calling or of weekdays."""
    return _of_hours().search(text) is not None


def _minutes(hit: re.Match[str], which: str) -> float:
    hour = _hours()[hit.group(f"h{which}")]
    shift = hit.group(f"s{which}")
    return hour * _HOUR_MIN + (_shifts()[shift] if shift else 0.0)


def _in_the_day(minutes: float, half: str) -> float:
    minutes %= _HALF_A_DAY_MIN
    if half:
        return minutes + (_HALF_A_DAY_MIN if half == "pm" else 0.0)
    return minutes + (_HALF_A_DAY_MIN if minutes < _DAY_BEGINS_MIN else 0.0)


def half_of_day(text: str, end: int) -> str:
    """`am` or `pm` where the words at `end` say which half of the day a time is of."""
    return next((half for half, pattern in _halves() if pattern.match(text[end : end + _AROUND])), "")


# ---------------------------------------------------------------- patterns


@cache
def _spelt() -> re.Pattern[str]:
    cues, shifts, hours, after, to, halves, since = (
        "|".join(word_parts(words))
        for words in (
            table()["clock_cue"],
            _shifts(),
            _hours(),
            table()["clock_after"],
            [*table()["to"], *table()["until"], "og", "and", "och", "und"],
            [word for words in table()["day_half"].values() for word in words],
            [*table()["clock_from"], *table()["until"]],
        )
    )

    def time(which: str) -> str:
        return (
            rf"(?:(?P<c{which}>{cues})\s+)?(?:(?P<s{which}>{shifts})\s+)?(?P<h{which}>{hours})(?!\w)"
            rf"(?:\s*(?P<w{which}>{after})(?!\w))?"
        )

    return re.compile(
        rf"(?<![\w-])(?:(?P<from>{since})\s+)?{time('1')}"
        rf"(?:(?:\s+(?P<d1>{halves}))?\s*(?:–|-|(?:{to}))\s*{time('2')})?(?!\s+[^\W\d_]*%)"
    )


@cache
def _finnish() -> re.Pattern[str]:
    """From one hour to another without a word between: "kymmenestä kolmeen"."""
    out, into = ("|".join(word_parts(table()[name])) for name in ("clock_out", "clock_into"))
    return re.compile(rf"(?<!\w)(?P<h1>{out})\s+({into})(?!\w)")


@cache
def _follows() -> re.Pattern[str]:
    small = "|".join(word_parts(table()["clock_follows"]))
    return re.compile(rf"\s*(?:$|[.,;:!?)]|(?:{small})(?!\w))")


@cache
def _of_hours() -> re.Pattern[str]:
    stems = "|".join(re.escape(str(word)) for word in table()["opening"])
    return re.compile(rf"(?<!\w)(?:{stems})")


@cache
def _halves() -> tuple[tuple[str, re.Pattern[str]], ...]:
    # The German "am" is "on" too: of a day, of an evening.
    return tuple(
        (str(half), re.compile(rf"\s+(?:{'|'.join(word_parts(words))})(?!\w)(?<!\sam(?=\s[^\W\d_]{{3}}))"))
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
def _noon() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return ((_NOON_MIN, word_pattern(table()["noon"])), (2 * _NOON_MIN, word_pattern(table()["midnight"])))
