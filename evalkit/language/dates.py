"""Days of the year in text: ISO dates, 24.12.2026, 24 December, and days that share a month."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from evalkit.language.amounts import Quantity
from evalkit.language.numerals import table
from evalkit.text.data_files import word_parts

_ISO_DATE = re.compile(r"(?<!\d)(?P<y>20\d\d)-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)")
_DOT_DATE = re.compile(r"(?<!\d)(?P<d>\d{1,2})[./] ?(?P<m>\d{1,2})(?:[./-] ?(?P<y>20\d\d))(?!\d)")


def dates(text: str) -> list[Quantity]:
    """The days of a lower-case text, as month and day in one number.

    >>> [q.lo for q in dates("closed on 24 and 31 december")]
    [1224.0, 1231.0]
    """
    found = []
    for pattern in (_ISO_DATE, _DOT_DATE, _named_date()):
        for hit in pattern.finditer(text):
            groups = hit.groupdict()
            month = _month(groups["m"] or groups.get("m2") or "")
            day = int(groups["d"] or groups.get("d2") or _month_days().get(groups.get("w") or "", 0))
            if month and 1 <= day <= 31:
                value = float(month * 100 + day)
                found += _days_before(text[: hit.start()], month, value)
                span = found and found[-1].hi == value and found[-1].lo < value and found[-1].end == hit.start()
                if span:
                    found[-1] = replace(found[-1], end=hit.end())
                else:
                    found.append(Quantity("date", value, value, "mmdd", hit.start(), hit.end()))
    return found


_DAY_BEFORE = r"(?<![\d.,:])(?P<d>[0-3]?\d)(?:\.|:e|:a|st|nd|rd|th)?\s*(?:(?P<to>{to})|,|{joint})\s*(?:den\s+|the\s+)?$"


def _days_before(before: str, month: int, last: float) -> list[Quantity]:
    """The day of "24. and 31. December", or the span of "24.–31. December", whose month stands after the last."""
    hit = _day_before().search(before)
    if hit is None or not 1 <= int(hit.group("d")) <= 31:
        return []
    first = float(month * 100 + int(hit.group("d")))
    if hit.group("to"):
        return [Quantity("date", first, last, "mmdd", hit.start(), len(before))] if first < last else []
    return [Quantity("date", first, first, "mmdd", hit.start(), hit.start("d") + len(hit.group("d")))]


@cache
def _day_before() -> re.Pattern[str]:
    to = "|".join(["–", "-", *word_parts(table()["to"])])
    return re.compile(_DAY_BEFORE.format(to=to, joint="och|og|and|und|ja|sowie|samt|&"))


def _month(text: str) -> int | None:
    if text.isdigit():
        return int(text) if 1 <= int(text) <= 12 else None
    for number, words in table()["months"].items():
        for word in words:
            if text == word or (word.endswith("*") and text.startswith(word[:-1])):
                return int(number)
    return None


@cache
def _named_date() -> re.Pattern[str]:
    names = "|".join(word_parts(word for words in table()["months"].values() for word in words))
    ordinal = r"(?:\.|st|nd|rd|th|:e|:a)?"
    spelt = "|".join(word_parts(_month_days()))
    day_first = rf"(?:(?P<d>\d{{1,2}}){ordinal}|(?P<w>{spelt}))[ ](?:of )?(?P<m>{names})(?!\w)"
    month_first = rf"(?P<m2>{names})[ ](?P<d2>\d{{1,2}}){ordinal}(?!\d)"
    return re.compile(rf"(?<!\w)(?:{day_first}|{month_first})")


@cache
def _month_days() -> dict[str, int]:
    return {str(word): int(day) for day, words in table()["month_days"].items() for word in words}
