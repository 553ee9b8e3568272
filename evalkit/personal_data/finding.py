"""Finds personal data and secrets in a message: shapes first, then checksums, then the words around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from evalkit.personal_data.addresses import addresses
from evalkit.personal_data.beside import beside_cues
from evalkit.personal_data.contacts import AT_WORDS, emails, ips, secret_stems, secrets, spelled_out
from evalkit.personal_data.cues import SURE, PersonalData, begins, cue_pattern, in_latin_1, words_of
from evalkit.personal_data.likely_names import likely_names
from evalkit.personal_data.name_lists import given_names
from evalkit.personal_data.names import TWO_CAPITALS, may_hold_names, names
from evalkit.personal_data.names_beside import names_beside
from evalkit.personal_data.national import national_numbers, ninos
from evalkit.personal_data.numbers import numbers
from evalkit.personal_data.organisations import OURS, is_shared
from evalkit.personal_data.phones import phones
from evalkit.personal_data.published import published, stands_for_nobody
from evalkit.personal_data.spans import Spans
from evalkit.personal_data.special import special_categories
from evalkit.personal_data.uncapitalised import last_in_lower_case
from evalkit.text.aligned import cleaned_with_places

_DIGIT = re.compile(r"\d")
_POSSIBLE = 0.4
_SHOWN = frozenset({"NAME", "ADDRESS"})
_MARKET = {"sv": "SE", "da": "DK", "nb": "NO", "nn": "NO", "fi": "FI", "de": "DE", "en": "GB", "is": "IS"}
_ALL_MARKETS = ("SE", "DK", "NO", "FI", "DE", "IS", "GB")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{1,30}_\d{1,12}>")
"""A pseudonym stands for a datum that is gone; what would read across one is none."""
_PICTURES = re.compile(r"(?<=\d)[\u2600-\u27bf\ufe0f\u200d\U0001f300-\U0001faff]{1,4}(?=\d)")
_SPACED = re.compile(r"(?<![\d.,])(?<!\d[ -])\d(?:(?: - |[ ./-])\d){7,23}(?![ -]?\d|[.,]\d)")
"""Eight or more digits that stand one by one: somebody spells a number, or hides it."""
_FOREIGN = re.compile(r"[\u2000-\u200a\u202f\u205f\u3000\u2010-\u2012\u2212\ufe63\uff0d\uff0e\uff20]|(?![0-9])\d")
_BLANKS = "\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_SIGNS = {"\uff0e": ".", "\uff20": "@", **dict.fromkeys(_BLANKS, " ")}
"""Digits of other scripts and widths, and the dashes and signs that look like those of a number or an address."""


def find(
    text: str,
    language: str | None = None,
    markets: Iterable[str] | None = None,
    *,
    on: date | None = None,
    sure: float = SURE,
    patterns: Mapping[str, str] | None = None,
    names_by: Callable[[str], Iterable[PersonalData]] | None = None,
    special: bool = False,
) -> list[PersonalData]:
    """The personal data in a text by place, without overlaps.

    `markets` (ISO 3166) and the language decide how bare numbers are read; None means all supported ones. `patterns`
    are the organisation's own numbers by kind (`ORDER_NUMBER`), `names_by` reads names with a model (`local_names`),
    `special` looks for health, belief and the other special categories too.

    Raises: re.error for a pattern that is none.

    >>> [f.kind for f in find("Mitt personnummer är 811218-9876")]
    ['SE_PERSONNUMMER']
    >>> [f.kind for f in find("Order FB-104822", patterns={"ORDER_NUMBER": r"FB-[0-9]{6}"})]
    ['ORDER_NUMBER']
    """
    given = tuple(markets) if markets is not None else _ALL_MARKETS
    home = _MARKET.get(language or "")
    market_list = (home, *(m for m in given if m != home)) if home else given
    cleaned, places = cleaned_with_places(text)
    if "\u00a0" in cleaned:
        cleaned = cleaned.replace("\u00a0", " ")
    if not in_latin_1(cleaned) and _FOREIGN.search(cleaned):
        cleaned = _FOREIGN.sub(_plain, cleaned)
    digits = _DIGIT.search(cleaned) is not None
    if digits:
        cleaned, places = _digits_together(cleaned, places)
    # Who asks for guesses too wants to cover, and would rather cover a number too many.
    found = _all(cleaned, market_list, home, on, digits=digits, wary=home is None and sure < SURE)
    if patterns or names_by is not None or special:
        found += _asked_for(cleaned, patterns or {}, names_by, special=special)
    if not found:
        return []
    if "<" in cleaned:
        covers = Spans(hit.span() for hit in _PLACEHOLDER.finditer(cleaned))
        found = [f for f in found if not covers.touches(f.start, f.end)]
    kept = _apart(found, sure)
    kept = [replace(f, test=True) if not f.test and published(f.kind, cleaned[f.start : f.end]) else f for f in kept]
    if places is None:
        return kept
    return [replace(f, start=places[f.start], end=places[f.end - 1] + 1) for f in kept]


def _is_form(found: PersonalData, text: str, shown: bool) -> bool:
    """Whether a name or an address stands for nobody; `shown`: the text says that it only shows how it looks."""
    return found.kind in _SHOWN and (shown or stands_for_nobody(found.kind, text[found.start : found.end]))


def _digits_together(text: str, places: list[int] | None) -> tuple[str, list[int] | None]:
    """The text without pictures or single blanks between the digits of one number."""
    if not text.isascii() and _PICTURES.search(text):
        text, places = _without(_PICTURES, text, places)
    return _without(_SPACED, text, places) if _SPACED.search(text) else (text, places)


def _plain(hit: re.Match[str]) -> str:
    found = hit.group()
    return str(int(found)) if found.isdigit() else _SIGNS.get(found, "-")


def _without(between: re.Pattern[str], text: str, places: list[int] | None) -> tuple[str, list[int]]:
    """The text with digits drawn together that something parts, and where each character stood."""
    gone = {hit.start() + n for hit in between.finditer(text) for n, c in enumerate(hit.group()) if not c.isdigit()}
    kept = [n for n in range(len(text)) if n not in gone]
    return "".join(text[n] for n in kept), [places[n] for n in kept] if places is not None else kept


def _all(
    text: str, markets: tuple[str, ...], home: str | None, on: date | None, *, digits: bool, wary: bool = False
) -> list[PersonalData]:
    found: list[PersonalData] = []
    lowered = _lowered(text)
    if "@" in text:
        found += emails(text)
    said = words_of(lowered)
    if "(" in text or "[" in text or not said.isdisjoint(AT_WORDS):
        found += spelled_out(text, said)
    begun = begins(said)
    if "_" in text or not begun.isdisjoint(secret_stems()):
        found += secrets(text, lowered, begun)
    if digits:
        found += numbers(text, lowered)
        found += national_numbers(text, lowered, begun, markets, home, on)
        found += ninos(text, lowered)
        found += beside_cues(text, lowered, begun)
        found += addresses(text, lowered)
        found += ips(text, lowered, home)
        found += phones(text, lowered, markets, [f for f in found if f.confidence >= SURE], wary=wary)
    two = TWO_CAPITALS.search(text) is not None
    if two or may_hold_names(text, said):
        found += names(text, lowered, said, two=two)
    if two:
        found += likely_names(text, lowered, said)
    if not said.isdisjoint(given_names()):
        found += last_in_lower_case(lowered)
    if found:
        found += names_beside(text, found)
        shown = any(f.kind in _SHOWN for f in found) and cue_pattern("sample_data").search(lowered) is not None
        found = [
            replace(f, confidence=OURS, exact=False)
            if is_shared(f, text, lowered, home) or _is_form(f, text, shown)
            else f
            for f in found
        ]
    return found


def _asked_for(
    text: str,
    patterns: Mapping[str, str],
    names_by: Callable[[str], Iterable[PersonalData]] | None,
    *,
    special: bool,
) -> Iterable[PersonalData]:
    for kind, pattern in patterns.items():
        # The organisation knows its own numbers: they win over a number that only looks like a phone.
        for hit in _own_number(pattern).finditer(text):
            yield PersonalData(kind.upper(), hit.start(), hit.end(), 1.0, exact=True)
    if names_by is not None:
        yield from names_by(text)
    if special:
        yield from special_categories(text, _lowered(text))


@cache
def _own_number(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def _lowered(text: str) -> str:
    """The text in lower case, each character at its place."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered


def _apart(found: list[PersonalData], sure: float) -> list[PersonalData]:
    """Of data that overlap the surest: a checked one before a guess, then by confidence, then the longest."""
    kept: list[PersonalData] = []
    taken = Spans()
    for item in sorted((f for f in found if f.confidence >= min(sure, _POSSIBLE)), key=_rank, reverse=True):
        if not taken.touches(item.start, item.end):
            taken.add(item.start, item.end)
            kept.append(item)
    return sorted((f for f in kept if f.confidence >= sure), key=lambda f: f.start)


def _rank(found: PersonalData) -> tuple[bool, float, int]:
    return found.exact, found.confidence, found.end - found.start
