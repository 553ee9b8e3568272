"""Data that only the word right before it tells: dates of birth, plates, passports, accounts, German numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data import identifiers
from evalkit.personal_data.cues import SPEAKER, PersonalData, cue_pattern, last_cue, near, near_any, said_before, stems

_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d{2}"
    r"|\d{1,2}(?:\.|st|nd|rd|th)? (?:of )?[^\W\d]{3,12} (?:19|20)\d{2}"
    r"|[^\W\d]{3,12} \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d{2})"
)
_NO_PLATE = (
    r"(?!BMW|KIA|MAN|BYD|DAF|GMC|SEK|NOK|DKK|EUR|ISK|GBP|USD|CHF|LED|USB|GPS|ABS|DAB|SUV|AWD|VIN|TDI|TSI|MAX|MIN)"
)
_PLATE = (
    rf"(?:{_NO_PLATE}[A-Z]{{3}}[ -]?\d{{2}}(?!\w|[ ]?\d|[ ][A-Z])|(?!VW)[A-Z]{{2}}[ -]?[A-Z]\d{{2}}(?!\w|[ ]?\d)|"
    r"[A-ZÅÄÖÆØÜ]{1,3}(?:[ -]?[A-Z]{1,2})?[ -]?\d{2}(?:[ ]?[\dA-Z]{1,3}|[ ][A-Z]{3}))"
    r"(?!\w|[ ]\d)"
)
_LETTERED = (
    r"(?:[A-Z]{1,3}[ ]?\d{6,8}|[A-Z]{1,3}[ ]\d{3}[ ]?\d{3}|(?=(?:[A-Z]{0,8}\d){3})(?=\d{0,8}[A-Z])[A-Z0-9]{8,10})"
)
_PASSPORT = rf"(?:{_LETTERED}|\d{{6,9}})(?!\w)"
_TABLE: tuple[tuple[str, str, str, float], ...] = (
    ("DOB", "birth", _DATE, 0.85),
    ("VEHICLE_PLATE", "plate", _PLATE, 0.8),
    ("PASSPORT", "passport", _PASSPORT, 0.8),
    ("BANK_ACCOUNT", "account", r"\d{4}(?:-\d(?!\d))?(?:[ .,-]{1,2}\d{1,10}){1,5}(?!\d)|\d{9,14}(?!\d)", 0.8),
    ("DE_RVNR", "pension", r"\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{3}(?!\w)", 0.85),
    ("DE_AUSWEIS", "id_card", r"(?=[A-Z0-9]{0,8}\d)[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?D?(?!\w)", 0.85),
    ("GB_NINO", "nino", r"[A-Z]{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D](?!\w)", 0.8),
)
_STATED_PLATE = re.compile(
    rf"[^\d.!?\n]{{1,40}}?(?:(?<!\w)(?:är|er|is|ist|on)|:)[ ](?P<value>{_NO_PLATE}[A-Z]{{3}}[ ]?\d{{2}}[\dA-Z]"
    r"|[A-Z]{2}[ ]?\d{2}[ ]?\d{3}|(?!VW)[A-Z]{2}[ ][A-Z]\d{2}|[A-Z]{2}\d{2}[ ]?[A-Z]{3}|[A-Z]{2}[ ]?\d{5})(?!\w|[ ]?\d)"
)
_IS_OR_SHOULD = r"(?<!\w)(?:är|er|is|ist|on|am|være|vara|vere|be|sein|olla|den|vera|var|oli|war|was)"
_THIS_ONE = r"den her|denne|dette|den här|this one|diese|dieses|tämä|tälle|þennan|þetta"
_STATED = {
    "VEHICLE_PLATE": _STATED_PLATE,
    "BANK_ACCOUNT": re.compile(rf"[^\d\n]{{1,48}}(?:{_THIS_ONE}):?[ ](?P<value>\d{{4}}[ ]\d{{7,10}})(?!\d)"),
    "DOB": re.compile(rf"[^\d\n]{{1,48}}?{_IS_OR_SHOULD}[ ](?P<value>{_DATE})"),
    "PASSPORT": re.compile(
        rf"(?:[^\n.!?]{{1,48}}?{_IS_OR_SHOULD}[ ](?:die |der )?"
        rf"|(?:[ ](?!the|it|me|på|on\b)[^\W\d]{{2,12}}){{1,3}}[ ](?={_LETTERED}))"
        rf"(?P<value>{_LETTERED}|\d{{9}})(?!\w)"
    ),
}
"""What a car, a birth or a passport is, said further on: "the car that comes in tomorrow is ABC 123"."""
_WRITTEN_PLATE = re.compile(
    rf"(?<![\w-])(?:{_NO_PLATE}[A-Z]{{3}}[ -]?\d{{2}}[\dA-Z]|[A-Z]{{2}}\d{{2}}[ ]?[A-Z]{{3}}"
    r"|(?!NR|CA|TV)[A-Z]{2}[ ](?:\d{2}[ ]?\d{3}|[A-Z][ ]?\d{2})"
    r"|(?:[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ ]?|[A-Z]{3}-)\d{1,4})(?![\w-]|[ ]?\d)"
)
_PENSION = re.compile(
    r"(?<![\w-])\d{2}[ /-]?(?:0[1-9]|[12]\d|3[01]|[5-7]\d|8[01]) ?(?:0[1-9]|1[0-2]) ?\d{2}"
    r"[ /-]?[A-Za-z][ /-]?\d{2} ?\d(?!\w)"
)
_BORN_AFTER = re.compile(rf"(?P<value>{_DATE})[ ]+(?:geboren|syntynyt|född|født|fødd|fædd\w*)\b")
BETWEEN = (
    r"(?:\s*(?:ska|skal|være|vara|vere|should|be|soll|olla|vera|að|á|skulle|skal|nr|no|number|nummer|nummeret|numret|numero|mitt|min|mit|minn|mi|mín|my|har|has|hat|heter|er|är|on|ist|is|den|the|am|vom"
    r"|reg|lyder|lautet|:|=|-|–|\.|,)(?![^\W\d])){0,4}\s*"
)
_ANSWER = (
    r"(?:[ ](?:din|ditt|dit|deres|hans|hennes|hendes|hennar|þín|þinn|þitt|then|please|bitte|tack|takk|tak|again))"
    rf"{{0,2}}[?]\s{{1,2}}{SPEAKER}"
    r"(?:(?:[Dd]et är|[Dd]et er|[Dd]en är|[Dd]en er|[Ss]e on|[Dd]as ist|[Dd]er"
    r"|[Ii]t's|[Ii]t is|[Þþ]að er|[Hh]ún er|[Ee]r)[ ])?"
)
"""A question ends with the word; the answer follows, on the next line too."""
_BESIDE, _IN_SENTENCE = 30, 48
OTHERS = re.compile(
    r"[ ,(]*(?:(?:som )?(?:står|steht|stendur|lukee|is|as shown|as printed)(?: det| der)?(?: on| på| auf| á)?"
    r" (?:[^\W\d]{2,6} )?"
    r"(?:faktur|regning|räkning|rekning|rechnung|invoice|bill|lasku|reikning)\w*"
    r"|(?:deres|jeres|dykkar|teidän|ykkar)(?=[ ]*[,);])"
    r"|tilhører dere|tilhører jer|tillhör er|er deres|er jeres|is yours|gehört ihnen"
    r"|(?:is |er |är )?[^.,!?\n]{0,30}?(?:own account|egen konto|egna konto|eget konto|oma tili|eigenes konto)"
    r"|\(?(?:vår|vårt|vores|våres|our|ours|unser|unseres|meidän))\b"
)
"""After an account: it is the organisation's."""


def beside_cues(text: str, lowered: str, begun: frozenset[str]) -> Iterator[PersonalData]:
    """Data of a telling shape right after its word; `begun` holds how the words of the text begin."""
    for kind, cue, shape, confidence in _TABLE:
        if begun.isdisjoint(stems(cue)):
            continue
        for hit in cue_pattern(cue).finditer(lowered):
            value = _value(shape).match(text, hit.end()) or _stated(kind, text, lowered, hit.end())
            if value is None or (kind != "DOB" and is_form(lowered, value.start("value"))):
                continue
            start, end = value.span("value")
            if kind == "BANK_ACCOUNT" and (is_ours(lowered, start, end) or len(re.findall(r"\d", value.group())) < 8):
                continue
            yield PersonalData(kind, start, end, confidence, exact=_checked(kind, text[start:end]))
    if not begun.isdisjoint(stems("about_cars")):
        yield from _of_cars(text, lowered)
    yield from _pension_numbers(text)
    for hit in _BORN_AFTER.finditer(lowered):
        yield PersonalData("DOB", hit.start("value"), hit.end("value"), 0.85)


def _stated(kind: str, text: str, lowered: str, at: int) -> re.Match[str] | None:
    stated = _STATED.get(kind)
    hit = stated.match(text, at) if stated is not None else None
    return hit if hit and cue_pattern("veto").search(lowered, at, hit.start("value")) is None else None


def _of_cars(text: str, lowered: str) -> Iterator[PersonalData]:
    """Plates of their country's form in a sentence about inspecting, insuring, parking or driving a car."""
    for hit in _WRITTEN_PLATE.finditer(text):
        if near_any(lowered, hit.start(), "about_cars") and not near(lowered, *hit.span(), "plate")[1]:
            yield PersonalData("VEHICLE_PLATE", *hit.span(), 0.75)


def _pension_numbers(text: str) -> Iterator[PersonalData]:
    """German pension numbers by their day and check digit, however they are grouped."""
    for hit in _PENSION.finditer(text):
        if identifiers.german_pension(re.sub(r"[ /-]", "", hit.group()).upper()):
            yield PersonalData("DE_RVNR", *hit.span(), 0.8, exact=True)


def is_ours(lowered: str, start: int, end: int) -> bool:
    """Whether the words beside an account say that it is an organisation's: ours, yours, or the company's own."""
    if OTHERS.match(lowered, end) or cue_pattern("own_account").search(said_before(lowered, start, _BESIDE)):
        return True
    before = said_before(lowered, start, _IN_SENTENCE)
    theirs = last_cue("organisations_own", before)
    return theirs is not None and cue_pattern("first_person").search(before, theirs.end()) is None


def is_form(lowered: str, start: int) -> bool:
    """Whether a value only shows how such values are written: "in the format AB 12 34 56 C"."""
    before = said_before(lowered, start, _BESIDE).rstrip(" :\"'(„“”«»")
    shown = last_cue("shown_form", before)
    return shown is not None and shown.end() == len(before)


def _checked(kind: str, value: str) -> bool:
    if kind == "DE_RVNR":
        return identifiers.german_pension(value)
    return kind == "DE_AUSWEIS" and identifiers.german_id_card(value)


@cache
def _value(shape: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?i:{BETWEEN})(?:[:(][ ]?)?|{_ANSWER})(?P<value>{shape})")
