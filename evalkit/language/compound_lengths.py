"""Lengths of time told in two units: an hour and a quarter, one year and six months, a day and a half."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from evalkit.language.amounts import Quantity
from evalkit.language.numerals import table
from evalkit.text.data_files import word_parts

_IN_UNIT = {"hour": ("h", 1.0), "day": ("h", 24.0), "year": ("month", 12.0)}
"""What has a smaller unit beside it, each in the unit that lengths are counted in."""

_ALONE = {"h": "one_of", "month": "one_of_months"}


def joined(found: Sequence[Quantity], text: str) -> list[Quantity]:
    """The amounts of a lower-case text in order, a length and the smaller one right after it as one."""
    whole: list[Quantity] = []
    for quantity in found:
        before = whole[-1] if whole else None
        more = _more(before, quantity, text) if before is not None and before.kind == "duration" else 0.0
        if before is not None and more:
            whole[-1] = replace(before, lo=before.lo + more, hi=before.hi + more, end=quantity.end)
        else:
            whole.append(_with_one_before(quantity, text, before.end if before is not None else 0))
    return whole


def _more(length: Quantity, rest: Quantity, text: str) -> float:
    """How much a length grows by what follows it, 0 where that is an amount of its own."""
    unit, size = _IN_UNIT.get(_unit_of(text[length.start : length.end]), ("", 0.0))
    if length.lo != length.hi or rest.lo != rest.hi or rest.bound or unit != length.unit or not size:
        return 0.0
    between = text[length.end : rest.start]
    smaller = rest.kind == "duration" and rest.unit == unit and 0 < rest.lo < size
    return rest.lo if smaller and _and().fullmatch(between) else 0.0


def _with_one_before(length: Quantity, text: str, start: int) -> Quantity:
    """A length with the Finnish unit that stands alone for one before it: tunti ja 15 minuuttia."""
    if length.kind != "duration" or length.unit not in _ALONE:
        return length
    hit = _one_before().search(text, start, length.start)
    one = table()[_ALONE[length.unit]].get(hit.group("unit"), 0.0) if hit else 0.0
    if hit is None or length.hi >= one:
        return length
    return replace(length, lo=length.lo + one, hi=length.hi + one, start=hit.start())


def _unit_of(text: str) -> str:
    """The unit that a length is told in."""
    last = text.split()[-1].lstrip("0123456789-") if text.split() else ""
    return next((name for name in _IN_UNIT if last in table()[name]), "")


@cache
def _and() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:(?:{'|'.join(word_parts([*table()['number_joints'], 'ja']))})\s+)?")


@cache
def _one_before() -> re.Pattern[str]:
    units = "|".join(word_parts((*table()["one_of"], *table()["one_of_months"])))
    return re.compile(rf"(?<!\w)(?P<unit>{units}) ja $")
