"""Numbers of persons: identity numbers, cards and accounts by checksum, and what stands right after its cue word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from evalkit.personal_data import identifiers
from evalkit.personal_data.beside import OTHERS
from evalkit.personal_data.cues import BEFORE, SURE, PersonalData, near

_IBAN = re.compile(r"\b[A-Za-z]{2}[ .]?\d{2}(?:[ .\u00a0-]?[A-Za-z0-9]){10,30}\b")
_CARD = re.compile(r"(?<![\w+-])(?<!\d[.,])\d(?:[ \u00a0-]?\d){11,18}(?![\d-]|[.,]\d)")
_ID = re.compile(
    r"(?<![\w/.+-])(?:\d{6}(?:\d{2})?(?:[A-FU-Ya-fu-y]| ?[-+–] ?| )?\d{3}[\dA-Za-z]|\d{11}|\d{6}[ -]?\d{5}"
    r"|\d{2} \d{2} \d{2} \d{3} \d{2}"
    r"|\d{2} ?\d{3} ?\d{3} ?\d{3})(?![\w/-]|[.,]\d)"
)


_ACCOUNT = re.compile(
    r"(?<![\w./+-])(?:\d{4}\.\d{2}\.\d{5}|\d{4} \d{2} \d{5}|(?P<icelandic>\d{4}-\d{2}-\d{6}))(?![\w/-]|[.,]\d)"
)
"""Norwegian accounts in their three groups, told by the check digit; Icelandic ones, whose groups nothing else has."""
_NO_BIRTH_AFTER = date(2026, 12, 31)
"""Without a given day; a constant, so that the same text always reads the same."""


def numbers(text: str, lowered: str, markets: tuple[str, ...], on: date | None) -> Iterable[PersonalData]:
    """IBANs, cards and national identity numbers, read by checksum, market and cue."""
    for hit in _IBAN.finditer(text):
        if trimmed := identifiers.iban(hit.group()):
            yield PersonalData("IBAN", hit.start(), hit.start() + trimmed, 1.0, exact=True)
    for hit in _CARD.finditer(text):
        brand = identifiers.card_strength(hit.group())
        if brand:
            named, vetoed = near(lowered, hit.start(), hit.end(), "card")
            score = brand + 0.25 * named - 0.5 * (vetoed and not named)
            test = identifiers.is_test_card(hit.group())
            yield PersonalData("CARD", hit.start(), hit.end(), min(1.0, score), exact=score >= SURE, test=test)
    for hit in _ACCOUNT.finditer(text):
        vetoed = near(lowered, hit.start(), hit.end(), "account")[1]
        if identifiers.norwegian_account(hit.group()) or hit["icelandic"]:
            ours = OTHERS.match(lowered, hit.end())
            yield PersonalData("BANK_ACCOUNT", hit.start(), hit.end(), 0.45 if vetoed or ours else 0.75)
    for hit in _ID.finditer(text):
        yield from _national(lowered, hit, markets, on or _NO_BIRTH_AFTER)


def _national(lowered: str, hit: re.Match[str], markets: tuple[str, ...], on: date) -> Iterable[PersonalData]:
    start, end = hit.span()
    named, vetoed = near(lowered, start, end, "national_id")
    readings = list(identifiers.national_ids(hit.group(), on))
    if vetoed and not named and identifiers.sole_trader(hit.group()) and near(lowered, start, end, "org_number")[0]:
        # The organisation number of a sole trader is that person's own number.
        named = True
    country = _country_of(lowered, start) if named else None
    if country != "DK":
        # A day above 60 is a made-up Danish number only where the word says CPR.
        readings = [reading for reading in readings if not (reading.test and reading.country == "DK")]
    # The cue names the country; a number that also fits another country's rules is not its.
    own = [reading for reading in readings if reading.country == country]
    if named and not own and country is not None and identifiers.shaped_for(country, hit.group()):
        # Right after its own cue a mistyped number is still that person's number.
        yield PersonalData(_BY_COUNTRY[country], start, end, 0.75)
        return
    readings = own or readings
    for reading in readings:
        home = reading.country in markets
        if not home and not named:
            continue
        score = reading.strength + 0.2 * home + 0.3 * named + 0.05 * (reading.country == country)
        score -= 0.5 * (vetoed and not named)
        exact = reading.strength >= 0.5
        yield PersonalData(reading.scheme.upper(), start, end, min(1.0, score), exact, reading.test)


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
    ("FI", re.compile(r"henkilötun|\bhetu")),
    ("NO", re.compile(r"fødselsn|fodselsn|\bfnr\b|d-n|personnr\.? |fødsels- og personn")),
    ("DE", re.compile(r"steuer|identifikationsn|idnr")),
    ("SE", re.compile(r"person ?nummer|personn|pers[. ]{0,2}n|\bpnr\b|samordning|födelsenummer")),
)


def _country_of(lowered: str, start: int) -> str | None:
    before = lowered[max(0, start - BEFORE) : start]
    return next((country for country, cue in _CUE_COUNTRY if cue.search(before)), None)
