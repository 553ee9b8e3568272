"""National identity numbers, however people write them: by layout, checksum, the reader's country and the words around.

A number that is typed right after its own word counts with a wrong digit too; one without any word needs its checksum.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from evalkit.personal_data import identifiers
from evalkit.personal_data.beside import BETWEEN, is_form
from evalkit.personal_data.cues import (
    SURE,
    PersonalData,
    asked,
    cue_pattern,
    last_cue,
    last_veto,
    near,
    nearer,
    said_before,
    stems,
)
from evalkit.personal_data.grouped import grouped_numbers, is_dummy, kind_of
from evalkit.personal_data.unnamed import (
    BEFORE,
    CHECKED,
    DOUBT,
    PAIRS,
    bare,
    beyond_chance,
    comes_from,
    corrected,
    done_with,
    hinted,
)

_LAST = r"(?:\d{5}|\d{3} \d{2}|\d{3}[\dA-Za-z])"
_PAIRED = r"(?:\d{2} \d{2}(?: \d)?)"
_ID = re.compile(
    r"(?<![\d_/+-])(?<!\d[.,])(?=\d\d[\d ./-])(?:"
    rf"\d{{6}}(?:\d{{2}})?(?:[A-FU-Ya-fu-y]| ?[-+–] ?| [A-FU-Y] |[ .])?{_LAST}"
    rf"|(?:\d{{2}})?\d{{2}}(?P<dated>[ ./-])\d{{2}}(?P=dated)\d{{2}}(?:[A-FU-Y]| ?[-+–.] ?| )?(?:{_LAST}|{_PAIRED})"
    r"|\d{2}(?P<three>[ ./-]?)\d{3}(?P=three)\d{3}(?P=three)\d{3}|\d{3}(?P<two>[ ./-])\d{3}(?P=two)\d{3}(?P=two)\d{2}"
    r"|\d{2}(?P<hetu>[ ./-]?)\d{2}(?P=hetu)\d{2} ?-?[-+–A-FU-Ya-fu-y]-? ?\d{3} ?[\dA-Ya-y]"
    r")(?!\w|-\w|/\d|[.,]\d)"
)
_RUN = re.compile(r"(?<!\d)\d(?:[ ]?[ ./_–-]?[ ]?\d){9,13}")
"""Ten digits and more in groups of whatever size."""
_NINO = re.compile(
    r"(?<![\w/.+-])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z] ?[A-CEGHJ-NPR-TW-Z](?P<part>[ ./-]?)"
    r"(?:\d{2}[ ./-]?\d{2}[ ./-]?\d{2}|\d{3} \d{3})[ ./-]?[A-D](?!\w)",
    re.IGNORECASE,
)
_NO_BIRTH_AFTER = date(2026, 12, 31)
"""Without a given day; a constant, so that the same text always reads the same."""
_AFTER = 44
_COUNTRIES = ("SE", "NO", "DK", "IS", "FI", "DE")
_LISTS = (*(f"id_{country.lower()}" for country in _COUNTRIES), "id_shared", "id_any")
_SHARED = ("SE", "NO", "DK", "IS")
"""Countries in which a number is called by the same word, personnummer."""
_MISTYPED = 0.75
_GAP = re.compile(BETWEEN)
_SHOWN, _HINTED = 0.5, 0.25
_INSIDE = re.compile(r"[\d)] ?$")
_SAID_AFTER = re.compile(r"[ ,(]{1,3}(?:[^\W\d]{1,6} ){0,3}")


class _Said(NamedTuple):
    """What the words around a number say of it: `countries` in the order in which they are to be tried."""

    countries: tuple[str, ...] = ()
    named: bool = False
    at_all: bool = False
    """Named, though a word for another number stands nearer."""
    vetoed: bool = False
    right_before: bool = False
    glued: bool = False
    """Right before, without even a blank: pnr811218-9876."""


def national_numbers(
    text: str, lowered: str, begun: frozenset[str], markets: tuple[str, ...], home: str | None, on: date | None
) -> Iterable[PersonalData]:
    """National identity numbers; `home` is the country of the text's language, whose reading goes first.

    `begun` holds how the words of the text begin: lists of which none begins so are not looked for.
    """
    lists, read = None, set()
    for hit in _ID.finditer(text):
        lists = lists if lists is not None else tuple(name for name in _LISTS if not begun.isdisjoint(stems(name)))
        for found in _national(lowered, hit, lists, markets, home, on or _NO_BIRTH_AFTER):
            read.add(hit.span())
            yield found
    named = [(name, _tried(name, home)) for name in _LISTS if not begun.isdisjoint(stems(name))]
    if named and any(run.span() not in read for run in _RUN.finditer(text)):
        yield from grouped_numbers(text, lowered, named, on or _NO_BIRTH_AFTER)


def _national(
    lowered: str, hit: re.Match[str], lists: tuple[str, ...], markets: tuple[str, ...], home: str | None, on: date
) -> Iterator[PersonalData]:
    start, end = hit.span()
    raw = hit.group()
    said = _said(lowered, start, end, lists, home)
    if lowered[max(0, start - 1) : start].isalpha() and not said.glued:
        return
    readings = list(identifiers.national_ids(raw.replace(" ", "") if PAIRS.fullmatch(raw) else raw, on))
    if not (readings or said.named) or is_dummy(raw) or (not said.at_all and _is_tail(lowered, start, raw)):
        return
    if said.vetoed and not said.named and _is_traders(lowered, hit):
        said = _Said(("SE",), named=True, at_all=True)
    if "DK" not in said.countries[:1] or not _names(lowered, start, end, "DK"):
        # A day above 60 is a made-up Danish number only where the word says CPR.
        readings = [reading for reading in readings if not (reading.test and reading.country == "DK")]
    if said.countries:
        # The word names the country; a number that also fits another country's rules is not its.
        own = _first(readings, said.countries, raw, home if said.named else None)
        mistyped = _mistyped(raw, said) if said.named and not own else None
        if mistyped is not None and not is_form(lowered, start):
            yield PersonalData(mistyped, start, end, _MISTYPED)
        if not own and (mistyped is not None or said.countries == ("IS",) or identifiers.is_organisation(raw)):
            return
        readings = own or readings
    called = not said.at_all and last_cue("phone", said_before(lowered, start, BEFORE)) is not None
    before = said_before(lowered, start, BEFORE)
    told = [reading for reading in readings if reading.country != home and comes_from(before, raw, reading)]
    for reading in told or [reading for reading in readings if reading.country == home] or readings:
        score = _score(lowered, hit, reading, said, markets, home)
        # "Call 0811223958": what somebody is to be called on is a phone, unless the text's own country reads it.
        score -= DOUBT * (called and reading.country not in {home, "FI"})
        exact = reading.strength >= CHECKED and score >= SURE
        yield PersonalData(reading.scheme.upper(), start, end, min(1.0, score), exact, reading.test)


def _is_tail(lowered: str, start: int, raw: str) -> bool:
    """Whether plain digits are the end of a longer number."""
    return raw.isdigit() and _INSIDE.search(lowered, max(0, start - 3), start) is not None


def _is_traders(lowered: str, hit: re.Match[str]) -> bool:
    """Whether a number is called an organisation's and is a sole trader's, which is that person's own."""
    return identifiers.shaped_for("SE", hit.group()) and near(lowered, *hit.span(), "org_number")[0]


def _first(
    readings: list[identifiers.Reading], countries: tuple[str, ...], raw: str, home: str | None
) -> list[identifiers.Reading]:
    """The readings of the first country that has one; none where the number has the shape of the home country's own."""
    for country in countries:
        own = [reading for reading in readings if reading.country == country]
        # "personnummer" abroad: a number whose check digit holds goes before one that is but a day.
        sure = country == home or any(reading.strength >= CHECKED for reading in own)
        if own and (sure or not any(r.strength >= CHECKED and r.country in countries for r in readings)):
            return own
        if country == home and identifiers.shaped_for(country, raw):
            break
    return []


def _score(
    lowered: str,
    hit: re.Match[str],
    reading: identifiers.Reading,
    said: _Said,
    markets: tuple[str, ...],
    home: str | None,
) -> float:
    is_market = reading.country in markets
    named = said.named or (said.at_all and reading.strength >= CHECKED)
    if not (is_market or named):
        return 0.0
    score = reading.strength + 0.2 * is_market + 0.3 * named + 0.05 * (reading.country in said.countries[:1])
    if named:
        return score
    before = said_before(lowered, hit.start(), BEFORE)
    if hinted(before, vetoed=said.vetoed) or corrected(before) or comes_from(before, hit.group(), reading):
        return score + _HINTED
    if said.vetoed and not (beyond_chance(hit, reading) or done_with(before, hit.group(), reading)):
        return score - 0.5
    return bare(hit, reading, score, home)


def _mistyped(raw: str, said: _Said) -> str | None:
    """The kind of a number that only its word and its shape tell; None where it is somebody else's."""
    if identifiers.is_organisation(raw):
        return None
    for country in said.countries:
        if identifiers.shaped_for(country, raw):
            return kind_of(country, raw)
    if said.right_before and not (said.countries == ("IS",) and raw[0] > "3"):
        # An Icelandic organisation's first digit is that of a day, and four.
        return next((kind_of(c, raw) for c in said.countries if identifiers.laid_out_for(c, raw)), None)
    return None


def _said(lowered: str, start: int, end: int, lists: tuple[str, ...], home: str | None) -> _Said:
    before = said_before(lowered, start, BEFORE)
    after = _after(lowered, end, lists)
    veto = last_veto(before)
    words = [(word, name) for name in lists if (word := last_cue(name, before)) is not None]
    if not words:
        if after is None and veto is None:
            after, veto = _answered(asked(lowered, start), lists)
        named = after is not None
        countries = _countries(after, home) if after else ()
        return _Said(countries, named, named, veto is not None)
    nearest, name = max(words, key=lambda found: (found[0].end(), -found[0].start()))
    gap = _GAP.fullmatch(before, nearest.end()) is not None
    named = not nearer(veto, nearest)
    glued = gap and nearest.end() == len(before)
    return _Said(_countries(name, home), named, True, veto is not None, right_before=gap, glued=glued)


def _answered(question: str, lists: tuple[str, ...]) -> tuple[str | None, re.Match[str] | None]:
    """The list that names a number in the question that it answers, or the word for another number there."""
    veto = last_veto(question) if question else None
    words = [(word, name) for name in lists if (word := last_cue(name, question)) is not None] if question else []
    if not words:
        return None, veto
    nearest, name = max(words, key=lambda found: (found[0].end(), -found[0].start()))
    return (None, veto) if nearer(veto, nearest) else (name, None)


def _tried(name: str, home: str | None) -> tuple[str, ...]:
    """The countries whose numbers a word can name, in order: of one for them all, the reader's own first."""
    return _countries(name, home) if name != "id_any" else tuple(dict.fromkeys((*_countries(name, home), *_COUNTRIES)))


def _countries(name: str, home: str | None) -> tuple[str, ...]:
    country = name.removeprefix("id_").upper()
    if country in _COUNTRIES:
        return (country,)
    of_word = _SHARED if name == "id_shared" else ()
    first = (home,) if home in (of_word or _COUNTRIES) else ()
    return tuple(dict.fromkeys(country for country in (*first, *of_word) if country))


def _after(lowered: str, end: int, names: tuple[str, ...]) -> str | None:
    """The list that names the number right after it: "811218-9876 är mitt personnummer"."""
    lead = _SAID_AFTER.match(lowered, end)
    if lead is None:
        return None
    rest = lowered[end : end + _AFTER]
    for name in names:
        for hit in cue_pattern(name).finditer(rest):
            if _SAID_AFTER.fullmatch(rest, 0, hit.start()):
                return name
    return None


def _names(lowered: str, start: int, end: int, country: str) -> bool:
    around = lowered[max(0, start - BEFORE) : end + _AFTER]
    return cue_pattern(f"id_{country.lower()}").search(around) is not None


_MINE = re.compile(r"(?<!\w)(?:(?:mine|it) (?:is|should be|was)|it['’]s)[ :]{1,2}$")
_JUSTBEFORE = 20


def ninos(text: str, lowered: str) -> Iterator[PersonalData]:
    """British national insurance numbers: no checksum, but a shape with forbidden letters. Source: HMRC NIM39110."""
    for hit in _NINO.finditer(text):
        start, end = hit.span()
        named, vetoed = near(lowered, start, end, "nino")
        named = named or _after(lowered, end, ("nino",)) is not None
        score = 0.75 + 0.25 * named - 0.4 * (vetoed and not named)
        mine = _MINE.search(lowered, max(0, start - _JUSTBEFORE), start) is not None
        if not (named or mine or hit.group().isupper()) or (hit["part"] == "-" and not named):
            score = 0.5
        shown = is_form(lowered, start) or cue_pattern("shown_form_after").match(lowered, end + 1) is not None
        yield PersonalData("GB_NINO", start, end, min(score, _SHOWN) if shown else score)
