"""Data that only the word right before it tells: dates of birth, plates, passports, accounts, German numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data import identifiers
from evalkit.personal_data.cues import PersonalData, cue_pattern, said_before, stems

_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d{2}"
    r"|\d{1,2}(?:\.|st|nd|rd|th)? (?:of )?[^\W\d]{3,12} (?:19|20)\d{2}"
    r"|[^\W\d]{3,12} \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d{2})"
)
_PLATE = (
    r"(?:[A-Z]{3}[ -]?\d{2}(?![ ]?\w)|[A-ZÅÄÖÆØÜ]{1,3}(?:[ -]?[A-Z]{1,2})?[ -]?\d{2}(?:[ ]?[\dA-Z]{1,3}|[ ][A-Z]{3}))"
    r"(?!\w|[ ]\d)"
)
_TABLE: tuple[tuple[str, str, str, float], ...] = (
    ("DOB", "birth", _DATE, 0.85),
    ("VEHICLE_PLATE", "plate", _PLATE, 0.8),
    ("PASSPORT", "passport", r"(?:[A-Z]{0,3}\d{6,9}|(?=[A-Z0-9]{0,8}\d{2})[A-Z0-9]{8,10})(?!\w)", 0.8),
    ("BANK_ACCOUNT", "account", r"\d{4}(?:-\d(?!\d))?(?:[ .,-]{1,2}\d{1,10}){1,5}(?!\d)|\d{9,14}(?!\d)", 0.8),
    ("DE_RVNR", "pension", r"\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{3}(?!\w)", 0.85),
    ("DE_AUSWEIS", "id_card", r"(?=[A-Z0-9]{0,8}\d)[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?D?(?!\w)", 0.85),
    ("GB_NINO", "nino", r"[A-Z]{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D](?!\w)", 0.8),
)
_BORN_AFTER = re.compile(rf"(?P<value>{_DATE})[ ]+(?:geboren|syntynyt|född|født|fødd|fædd\w*)\b")
BETWEEN = (
    r"(?:\s*(?:nr|no|number|nummer|nummeret|numret|numero|mitt|min|mit|minn|mi|mín|my|har|has|hat|heter|er|är|on|ist|is|den|the|am|vom"
    r"|reg|lyder|lautet|:|=|-|–|\.|,)(?![^\W\d])){0,4}\s*"
)
OTHERS = re.compile(
    r"[ ]*(?:tilhører dere|tilhører jer|tillhör er|er deres|er jeres|is yours|gehört ihnen"
    r"|\(?(?:vår|vårt|vores|våres|our|ours|unser|unseres|meidän))\b"
)
"""After an account: it is the organisation's."""


def beside_cues(text: str, lowered: str, begun: frozenset[str]) -> Iterator[PersonalData]:
    """Data of a telling shape right after its word; `begun` holds how the words of the text begin."""
    for kind, cue, shape, confidence in _TABLE:
        if begun.isdisjoint(stems(cue)):
            continue
        for hit in cue_pattern(cue).finditer(lowered):
            value = _value(shape).match(text, hit.end())
            if value is None:
                continue
            start, end = value.span("value")
            if kind == "BANK_ACCOUNT" and (
                _is_others(lowered, start, end) or len(re.findall(r"\d", value.group())) < 8
            ):
                continue
            yield PersonalData(kind, start, end, confidence, exact=_checked(kind, text[start:end]))
    for hit in _BORN_AFTER.finditer(lowered):
        yield PersonalData("DOB", hit.start("value"), hit.end("value"), 0.85)


def _is_others(lowered: str, start: int, end: int) -> bool:
    ours = cue_pattern("own_account").search(said_before(lowered, start, 30))
    return ours is not None or OTHERS.match(lowered, end) is not None


def _checked(kind: str, value: str) -> bool:
    if kind == "DE_RVNR":
        return identifiers.german_pension(value)
    return kind == "DE_AUSWEIS" and identifiers.german_id_card(value)


@cache
def _value(shape: str) -> re.Pattern[str]:
    return re.compile(rf"{BETWEEN}(?P<value>{shape})")
