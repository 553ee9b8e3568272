"""Numbers of persons: identity numbers, cards and accounts by checksum, and what stands right after its cue word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from evalkit.personal_data import identifiers
from evalkit.personal_data.cues import BEFORE, SURE, PersonalData, cue_pattern, near

_IBAN = re.compile(r"\b[A-Za-z]{2}[ .]?\d{2}(?:[ .\u00a0-]?[A-Za-z0-9]){10,30}\b")
_CARD = re.compile(r"(?<![\d-])\d(?:[ \u00a0-]?\d){12,18}(?![\d-]|[.,]\d)")
_ID = re.compile(
    r"(?<![\w/.-])(?:\d{6}(?:\d{2})?[-+ –A-FU-Ya-fu-y]?\d{3}[\dA-Za-z]|\d{11}|\d{6} ?\d{5}"
    r"|\d{2} ?\d{3} ?\d{3} ?\d{3})(?![\w/-]|[.,]\d)"
)


def numbers(text: str, lowered: str, markets: tuple[str, ...], on: date | None) -> Iterable[PersonalData]:
    """IBANs, cards and national identity numbers, read by checksum, market and cue."""
    for hit in _IBAN.finditer(text):
        if trimmed := identifiers.iban(hit.group()):
            yield PersonalData("IBAN", hit.start(), hit.start() + trimmed, 1.0, exact=True)
    for hit in _CARD.finditer(text):
        if identifiers.card(hit.group()):
            cued, vetoed = near(lowered, hit.start(), hit.end(), "card")
            score = 0.75 + 0.25 * cued - 0.5 * (vetoed and not cued)
            test = identifiers.is_test_card(hit.group())
            yield PersonalData("CARD", hit.start(), hit.end(), score, exact=score >= SURE, test=test)
    for hit in _ID.finditer(text):
        cued, vetoed = near(lowered, hit.start(), hit.end(), "national_id")
        readings = list(identifiers.national_ids(hit.group(), on or date(2026, 1, 1)))
        country = _country_of(lowered, hit.start()) if cued else None
        # The cue names the country; a number that also fits another country's rules is not its.
        readings = [reading for reading in readings if reading.country == country] or readings
        for reading in readings:
            home = reading.country in markets
            if not home and not cued:
                continue
            named = reading.country == country
            score = reading.strength + 0.2 * home + 0.3 * cued + 0.05 * named - 0.5 * (vetoed and not cued)
            exact = reading.strength >= 0.5
            yield PersonalData(reading.scheme.upper(), hit.start(), hit.end(), min(1.0, score), exact, reading.test)
        if cued and not readings and country is not None:
            # Right after its own cue a mistyped number is still that person's number.
            yield PersonalData(_BY_COUNTRY[country], hit.start(), hit.end(), 0.75)


_BY_COUNTRY = {
    "IS": "IS_KENNITALA",
    "SE": "SE_PERSONNUMMER",
    "DK": "DK_CPR",
    "NO": "NO_FODSELSNUMMER",
    "FI": "FI_HETU",
    "DE": "DE_STEUERID",
}
_CUE_COUNTRY = (
    ("DK", re.compile(r"\bcpr")),
    ("IS", re.compile(r"kennital|\bkt\b")),
    ("FI", re.compile(r"henkilötunnu|\bhetu")),
    ("NO", re.compile(r"fødselsn|fodselsn|\bfnr\b|d-nummer")),
    ("DE", re.compile(r"steuer|identifikationsn|idnr")),
    ("SE", re.compile(r"personn|\bpnr\b|samordning|födelsenummer")),
)


def _country_of(lowered: str, start: int) -> str | None:
    before = lowered[max(0, start - BEFORE) : start]
    return next((country for country, cue in _CUE_COUNTRY if cue.search(before)), None)


_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d{2}"
    r"|\d{1,2}\.? [^\W\d]{3,12} (?:19|20)\d{2})"
)
_CUED: tuple[tuple[str, str, str, float], ...] = (
    ("DOB", "birth", _DATE, 0.85),
    ("VEHICLE_PLATE", "plate", r"[A-ZÅÄÖÆØÜ]{1,3}[ -]?(?:[A-Z]{1,2} ?)?\d{2}[ ]?[\dA-Z]{1,3}(?!\w)", 0.8),
    ("PASSPORT", "passport", r"(?:[A-Z]{0,2}\d{6,9}|(?=[A-Z0-9]{0,8}\d{2})[A-Z0-9]{8,10})(?!\w)", 0.8),
    ("BANK_ACCOUNT", "account", r"\d{4}(?:[ .,-]{1,2}\d{1,5}){1,4}(?!\d)|\d{9,14}(?!\d)", 0.8),
)
_BORN_AFTER = re.compile(rf"(?P<value>{_DATE})[ ]+(?:geboren|syntynyt|född|født|fødd)\b")
_BETWEEN = r"(?:\s*(?:nr|no|number|nummer|nummeret|numret|är|er|on|ist|is|den|the|am|vom|:|=|-|–|\.|,)){0,3}\s*"


def cued(text: str, lowered: str) -> Iterable[PersonalData]:
    """Dates of birth, plates, passports and accounts that stand right after their word."""
    for kind, cue, shape, confidence in _CUED:
        for hit in cue_pattern(cue).finditer(lowered):
            value = _value_pattern(shape).match(text, hit.end())
            if value is not None:
                yield PersonalData(kind, value.start("value"), value.end("value"), confidence)
    for hit in _BORN_AFTER.finditer(lowered):
        yield PersonalData("DOB", hit.start("value"), hit.end("value"), 0.85)


@cache
def _value_pattern(shape: str) -> re.Pattern[str]:
    return re.compile(rf"{_BETWEEN}(?P<value>{shape})")


_NINO = re.compile(
    r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D](?!\w)"
)


def ninos(text: str, lowered: str) -> Iterable[PersonalData]:
    """British national insurance numbers: no checksum, but a shape with forbidden letters. Source: HMRC NIM39110."""
    for hit in _NINO.finditer(text):
        cued, vetoed = near(lowered, hit.start(), hit.end(), "national_id")
        score = 0.75 + 0.25 * cued - 0.4 * (vetoed and not cued)
        yield PersonalData("GB_NINO", hit.start(), hit.end(), score)
