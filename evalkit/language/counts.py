"""Amounts without a unit of measure: things counted, ages, ordinal days, how often, and per what period."""

from __future__ import annotations

import re
from functools import cache

from evalkit.language.amounts import Quantity
from evalkit.language.numerals import bound, number_words, strict, table, value
from evalkit.text.data_files import word_parts, word_pattern

_MOST = 5_000
PEOPLE = "people"
"""The unit of counted people, whatever they are called."""
_ENGLISH = re.compile(
    r"(?<!\w)(?:the|you|your|is|are|and|we|it|of|how|that|this|with|our|what|my|want|does|can|which)(?!\w)"
)
_ENGLISH_TOO = frozenset({"to", "fire", "sex"})
"""Scandinavian number words that are other words in English."""
_EVERY_OTHER = 2.0
PERIOD_HOURS = {
    "second": 1 / 3600,
    "minute": 1 / 60,
    "hour": 1.0,
    "day": 24.0,
    "week": 168.0,
    "fortnight": 336.0,
    "month": 730.0,
    "quarter": 2_190.0,
    "half_year": 4_380.0,
    "year": 8_760.0,
}


def counts(text: str) -> list[Quantity]:
    """Things counted (`two bags`, `number three`), ages (`8-year-old`) and plain limits (`under 26`)."""
    found = []
    for hit in _age().finditer(text):
        lo = value(hit.group("a"))
        hi = value(hit.group("b")) if hit.group("b") else lo
        if lo is not None and hi is not None:
            limit = hit.group("limit") or ""
            sign = "<=" if limit else bound(text, hit.start("a"), hit.end())
            beyond = bool(limit) or strict(text, hit.start("a"), sign)
            if lo != hi:
                sign, beyond = "", False
            found.append(
                Quantity("duration", lo * 12, hi * 12, "month", hit.start("a"), hit.end(), sign, strict=beyond)
            )
    found += _aged(text)
    for hit in _week_numbers().finditer(text):
        week = float(hit.group("n"))
        found.append(Quantity("count", week, week, "week number", *hit.span(), bound(text, hit.start())))
    english = _ENGLISH.search(text) is not None
    for hit in _counted().finditer(text):
        if english and hit.group("n") in _ENGLISH_TOO:
            continue
        number = value(hit.group("n"))
        if number is None or number > _MOST or (number < 2 and hit.group("n") in _articles()):
            continue
        noun = hit.group("noun") or ""
        if noun in _no_nouns():
            noun = ""
        if hit.group("we"):
            noun = PEOPLE
        sign = bound(text, hit.start("n"), hit.end("n"))
        if not noun and not sign and not _said_of_oneself().search(text[max(0, hit.start() - 12) : hit.start("n")]):
            continue
        if not noun and _children_aged().search(text[: hit.start("n")]):
            found.append(Quantity("duration", number * 12, number * 12, "month", hit.start("n"), hit.end("n")))
            continue
        end = hit.end() if noun else hit.end("n")
        unit = PEOPLE if noun in _people() else noun
        per = period_after(text, end) if noun else ""
        found.append(
            Quantity("count", number, number, unit, hit.start("n"), end, sign, per, strict(text, hit.start("n"), sign))
        )
    return [*found, *_by_number(text)]


def _aged(text: str) -> list[Quantity]:
    """Ages without a word for years: `aged 4 to 12`, `under-5s`."""
    found = []
    for hit in _age_span().finditer(text):
        lo, hi = float(hit.group("a")), float(hit.group("b"))
        found.append(Quantity("duration", lo * 12, hi * 12, "month", hit.start("a"), hit.end()))
    for hit in _AGE_GROUP.finditer(text):
        years, sign = float(hit.group("n")), "<=" if hit.group("side") == "under" else ">="
        found.append(Quantity("duration", years * 12, years * 12, "month", *hit.span(), sign, strict=True))
    return found


_AGE_GROUP = re.compile(r"(?<!\w)(?P<side>under|over)[- ](?P<n>\d{1,2})s(?!\w)")


@cache
def _age_span() -> re.Pattern[str]:
    before, to = ("|".join(word_parts(table()[name])) for name in ("age_before", "to"))
    return re.compile(
        rf"(?<!\w)(?:{before})\s+(?P<a>\d{{1,2}})(?:\s?[–-]\s?|\s+(?:{to})\s+)(?P<b>\d{{1,2}})(?![\w%]|[.,:]\d)"
    )


@cache
def _before_second() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['before_second']))})\s+$")


@cache
def _week_numbers() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(word_parts(table()['week_number']))})\s+(?P<n>[1-5]?\d)(?![.,:]?\d|%)(?!\w)"
    )


@cache
def _people() -> frozenset[str]:
    return frozenset(map(str, table()["people"]))


def _by_number(text: str) -> list[Quantity]:
    """A thing with a number is that thing, whatever it is called: number three, the third child."""
    found = []
    for hit in _numbered().finditer(text):
        word = hit.group("o") or ""
        if word in table()["other_or_second"] and not _before_second().search(text[: hit.start("o")]):
            continue
        number = _ordinals().get(word) or value(hit.group("n") or "")
        if number:
            sign = bound(text, hit.start())
            found.append(Quantity("count", float(number), float(number), "", *hit.span(), sign))
    return found


def days_of_month(text: str) -> list[Quantity]:
    """`the 15th`, `den 15.`: a day of any month."""
    found = []
    for hit in _day_of_month().finditer(text):
        day = int(hit.group("d") or hit.group("d2"))
        if 1 <= day <= 31:
            found.append(Quantity("date", float(day), float(day), "dd", hit.start(), hit.end()))
    return found


def frequencies(text: str) -> list[Quantity]:
    """How often: `every fourth week`, `weekly`, `twice a day`; the hours from one time to the next."""
    found = []
    for hit in _spaced().finditer(text):
        said = hit.group("n1") or hit.group("n2") or hit.group("n3") or ""
        step = _EVERY_OTHER if hit.group("other") else float(value(said) or 1.0)
        word = next(filter(None, (hit.group(f"u{n}") for n in range(1, 5))))
        hours = PERIOD_HOURS[_unit_periods().get(word) or _period(word)] * step
        found.append(Quantity("frequency", hours, hours, "h", hit.start(), hit.end()))
    for hit in _times().finditer(text):
        times = _so_many_times().get(hit.group("once") or "") or value(hit.group("n") or "") or 1.0
        hours = PERIOD_HOURS[_period(hit.group("period"))] / times
        found.append(Quantity("frequency", hours, hours, "h", hit.start(), hit.end()))
    for hit in _every().finditer(text):
        word = hit.group("n") or ""
        step = float(_ordinals().get(word) or value(word) or 1.0)
        hours = PERIOD_HOURS[_period(hit.group("period"))] * step
        found.append(Quantity("frequency", hours, hours, "h", hit.start(), hit.end()))
    for name, pattern in _adverbs():
        for hit in pattern.finditer(text):
            hours = PERIOD_HOURS[name]
            found.append(Quantity("frequency", hours, hours, "h", hit.start(), hit.end()))
    return found


def period_after(text: str, end: int) -> str:
    """The period that an amount is for, empty where none follows.

    >>> period_after("99 kr i månaden", 5), period_after("99 kr extra", 5)
    ('month', '')
    """
    hit = _per().match(text, end)
    return _period(hit.group("period")) if hit else ""


# ---------------------------------------------------------------- patterns


def _period(word: str) -> str:
    for name, known in table()["periods"].items():
        for stem in known:
            if word == stem or (stem.endswith("*") and word.startswith(stem[:-1])):
                return str(name)
    return "day"


@cache
def _period_words() -> str:
    return "|".join(word_parts(str(word) for words in table()["periods"].values() for word in words))


@cache
def _per() -> re.Pattern[str]:
    before = "|".join(word_parts(table()["per"]))
    # "$29 per user per month": what it is counted by may stand between.
    return re.compile(
        rf"\s*(?:(?:{before})\s+[^\W\d_]+\s+(?=(?:{before})\s))?(?:/\s*|(?:{before})\s+)?(?P<period>{_period_words()})(?!\w)"
    )


@cache
def _every() -> re.Pattern[str]:
    every = "|".join(word_parts(table()["every"]))
    steps = "|".join(word_parts([*_ordinals(), *number_words()]))
    return re.compile(
        rf"(?<!\w)(?:{every})\s+(?:(?P<n>\d{{1,2}}|{steps})(?:\.|:e|:a)?\s+)?(?P<period>{_period_words()})(?!\w)"
    )


@cache
def _spaced() -> re.Pattern[str]:
    """Every two weeks, every other year, alle 14 Tage, kahden viikon välein, med to ukers mellomrom."""
    numbers = rf"\d{{1,3}}|{'|'.join(word_parts(number_words()))}"
    units = "|".join(word_parts(_unit_periods()))
    every, all_of, of_all, other, apart, before = (
        "|".join(word_parts(table()[name]))
        for name in (
            "every_so_many", "every_so_many_before", "every_so_many_units", "every_other", "apart", "at_a_distance",
        )
    )  # fmt: skip
    return re.compile(
        rf"(?<!\w)(?:(?:{every}|(?:{all_of})(?=\s+\S+\s+(?:{of_all})(?!\w)))\s+(?P<n1>{numbers})\s+(?P<u1>{units})(?!\w)"
        rf"|(?:(?:{before})\s+)?(?:(?P<n2>{numbers})[\s-]+)?(?P<u2>{units})\s+(?:{apart})(?!\w)"
        rf"|(?:{before})\s+(?P<n3>{numbers})\s+(?P<u3>{units})(?!\w)"
        rf"|(?P<other>{other})\s+(?P<u4>{_period_words()})(?!\w))"
    )


@cache
def _unit_periods() -> dict[str, str]:
    """The words of units of time in every form, each with its period."""
    return {str(word): name for name in ("hour", "day", "week", "month", "year") for word in table()[name]}


@cache
def _times() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    times, once = "|".join(word_parts(table()["times"])), "|".join(word_parts(_so_many_times()))
    before = "|".join(word_parts(table()["per"]))
    return re.compile(
        rf"(?<!\w)(?:(?P<n>\d{{1,2}}|{numbers})\s+(?:{times})|(?P<once>{once}))"
        rf"\s+(?:(?:{before})\s+)?(?P<period>{_period_words()})(?!\w)"
    )


@cache
def _so_many_times() -> dict[str, float]:
    return {str(word): float(n) for n, words in table()["so_many_times"].items() for word in words}


@cache
def _adverbs() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((str(name), word_pattern(words)) for name, words in table()["how_often"].items())


@cache
def _age() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    ages = "|".join(word_parts(table()["ages"]))
    under = "|".join(word_parts(table()["age_under"]))
    return re.compile(
        rf"(?<!\w)(?:(?P<limit>{under})\s+)?(?P<a>\d{{1,3}}|{numbers})"
        rf"(?:\s?[–-]\s?(?P<b>\d{{1,3}}))?[\s-]?(?:{ages})(?!\w)"
    )


@cache
def _counted() -> re.Pattern[str]:
    numbers = "|".join(word_parts(number_words()))
    we = "|".join(word_parts(word for word in table()["people"] if " " in word))
    return re.compile(
        rf"(?<![\w.,:/#+-])(?P<n>\d{{1,4}}|{numbers})(?!\d|[.,:/-]\d|\s?%)(?!\w)(?:\s+(?:(?P<we>{we})(?!\w)|(?P<noun>(?!(?:{numbers})(?!\w))[^\W\d_]{{3,}})))?"
    )


@cache
def _numbered() -> re.Pattern[str]:
    nouns = "|".join(word_parts(table()["numbered"]))
    ordinals, numbers = ("|".join(word_parts(words)) for words in (_ordinals(), number_words()))
    return re.compile(
        rf"(?<!\w)(?:(?:{nouns})\s+(?P<n>\d{{1,3}}|{numbers})(?!\w)|(?P<o>{ordinals})\s+(?P<noun>[^\W\d_]{{3,}}))"
    )


@cache
def _day_of_month() -> re.Pattern[str]:
    cues = "|".join(word_parts(table()["day_cue"]))
    return re.compile(
        rf"(?<!\w)(?:(?:{cues})\s+(?P<d>\d{{1,2}})(?:\.|:e|:a|st|nd|rd|th)?(?![\d.,:%]|\s*(?:{_period_words()}))"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th))(?!\w)"
    )


@cache
def _said_of_oneself() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['am']))})\s+$")


@cache
def _children_aged() -> re.Pattern[str]:
    """Children whose ages follow: two children of 6 and 8."""
    children, of = ("|".join(word_parts(table()[name])) for name in ("children", "age_of"))
    return re.compile(rf"(?<!\w)(?:{children})\s+(?:{of})\s+$")


@cache
def _articles() -> frozenset[str]:
    """Words for one that are articles too."""
    return frozenset(map(str, table()["articles"]))


@cache
def _no_nouns() -> frozenset[str]:
    return frozenset(map(str, table()["no_nouns"]))


@cache
def _ordinals() -> dict[str, int]:
    return {str(word): int(number) for number, words in table()["ordinals"].items() for word in words}
