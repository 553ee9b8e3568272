"""National identity numbers in groups of any size, straight after their own word: "cpr 0707 61 42 85"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from evalkit.personal_data import identifiers
from evalkit.personal_data.beside import BETWEEN, is_form
from evalkit.personal_data.cues import PersonalData, cue_pattern

_GROUPS = re.compile(
    rf"{BETWEEN}[(]?(?P<value>\d{{1,9}}(?:[ ]?[ ./_–-][ ]?\d{{1,9}}){{0,6}})(?![\d/-]|[.,]\d|[^\W\d_])"
)
_DIGITS = {"SE": (12, 10), "NO": (11,), "DK": (10,), "IS": (10,), "DE": (11,)}
_MISTYPED, _CHECKED = 0.75, 0.9
_TELLING = 0.45
"""The strength from which a reading is told by its check digit."""
_BREAK = re.compile(r"\d+")
_KINDS = {
    "IS": "IS_KENNITALA", "SE": "SE_PERSONNUMMER", "DK": "DK_CPR", "NO": "NO_FODSELSNUMMER", "FI": "FI_HETU",
    "DE": "DE_STEUERID",
}  # fmt: skip


def kind_of(country: str, raw: str) -> str:
    """The kind of a country's number, also where its check digit fails.

    >>> kind_of("SE", "701063-2391"), kind_of("NO", "01010750160")
    ('SE_SAMORDNINGSNUMMER', 'NO_FODSELSNUMMER')
    """
    digits = re.sub(r"\D", "", raw)
    if country == "NO" and "4" <= digits[0] <= "7":
        return "NO_DNUMMER"
    if country == "SE" and "61" <= digits[-6:-4] <= "91":
        return "SE_SAMORDNINGSNUMMER"
    return _KINDS[country]


def is_dummy(raw: str) -> bool:
    """Whether digits stand for a number in an example: all the same, or one after the other."""
    digits = re.sub(r"\D", "", raw)
    return len(set(digits[:6])) == 1 or digits in "12345678901234567890" or digits in "01234567890123"


def grouped_numbers(
    text: str, lowered: str, words: Iterable[tuple[str, tuple[str, ...]]], on: date
) -> Iterator[PersonalData]:
    """Numbers right after their word, however they are grouped; `words`: a list of cues and its countries in order.

    A run of groups that is too long ends where a whole number ends; one whose check digit fails counts as mistyped
    where it is the whole run and holds a day.
    """
    for name, countries in words:
        for cue in cue_pattern(name).finditer(lowered):
            hit = _GROUPS.match(text, cue.end())
            if hit is None or is_form(lowered, hit.start("value")):
                continue
            found = _read(text, *hit.span("value"), countries, on)
            if found is not None:
                yield found


def _read(text: str, start: int, end: int, countries: tuple[str, ...], on: date) -> PersonalData | None:
    groups = list(_BREAK.finditer(text, start, end))
    for country in countries:
        for size in _DIGITS.get(country, ()):
            stop = _stop(groups, size)
            if stop is None:
                continue
            digits = re.sub(r"\D", "", text[start:stop])
            if is_dummy(digits):
                return None
            # A day above 60 is a made-up Danish number only where the word says CPR.
            own = [
                reading
                for reading in identifiers.national_ids(digits, on)
                if reading.country == country and not (reading.test and country == "DK" and len(countries) > 1)
            ]
            if own:
                exact = own[0].strength >= _TELLING
                return PersonalData(
                    own[0].scheme.upper(), start, stop, _CHECKED if exact else _MISTYPED, exact, own[0].test
                )
            if stop == end and identifiers.shaped_for(country, digits) and not identifiers.is_organisation(digits):
                return PersonalData(kind_of(country, digits), start, end, _MISTYPED)
    return None


def _stop(groups: list[re.Match[str]], size: int) -> int | None:
    """Where the groups that hold so many digits end; None where none ends there."""
    for group in groups:
        size -= group.end() - group.start()
        if size <= 0:
            return group.end() if size == 0 else None
    return None
