"""Finds personal data and secrets in a message: shapes first, then checksums, then the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from evalkit.personal_data.addresses import addresses
from evalkit.personal_data.beside import beside_cues, ninos
from evalkit.personal_data.contacts import emails, ips, secrets, spelled_out
from evalkit.personal_data.cues import STEM, SURE, WORD, PersonalData
from evalkit.personal_data.names import names, names_beside
from evalkit.personal_data.numbers import numbers
from evalkit.personal_data.phones import phones
from evalkit.personal_data.spans import Spans
from evalkit.text.aligned import cleaned_with_places

_DIGIT = re.compile(r"\d")
_POSSIBLE = 0.4
_MARKET = {"sv": "SE", "da": "DK", "nb": "NO", "nn": "NO", "fi": "FI", "de": "DE", "en": "GB", "is": "IS"}
_ALL_MARKETS = ("SE", "DK", "NO", "FI", "DE", "IS", "GB")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{1,30}_\d{1,12}>")
"""A pseudonym stands for a datum that is gone; what would read across one is none."""
_PICTURES = re.compile(r"(?<=\d)[\u2600-\u27bf\ufe0f\u200d\U0001f300-\U0001faff]{1,4}(?=\d)")
_SPACED = re.compile(r"(?<![\d.,])(?<!\d[ -])\d(?:(?: - |[ ./-])\d){7,23}(?![ -]?\d|[.,]\d)")
"""Eight or more digits that stand one by one: somebody spells a number, or hides it."""
_WIDE_DIGIT = re.compile(r"[\uff10-\uff19]")
_WIDE_DIGITS = {0xFF10 + n: str(n) for n in range(10)}


def find(
    text: str,
    language: str | None = None,
    markets: Iterable[str] | None = None,
    *,
    on: date | None = None,
    sure: float = SURE,
) -> list[PersonalData]:
    """The personal data in a text by place, without overlaps.

    `markets` (ISO 3166) and the language decide how bare numbers are read; None means all supported ones.

    >>> [f.kind for f in find("Mitt personnummer är 811218-9876")]
    ['SE_PERSONNUMMER']
    """
    given = tuple(markets) if markets is not None else _ALL_MARKETS
    home = _MARKET.get(language or "")
    market_list = (home, *(m for m in given if m != home)) if home else given
    cleaned, places = cleaned_with_places(text)
    if _WIDE_DIGIT.search(cleaned):
        cleaned = cleaned.translate(_WIDE_DIGITS)
    if not cleaned.isascii() and _PICTURES.search(cleaned):
        cleaned, places = _without(_PICTURES, cleaned, places)
    if _SPACED.search(cleaned):
        cleaned, places = _without(_SPACED, cleaned, places)
    found = _all(cleaned, market_list, on)
    if not found:
        return []
    if "<" in cleaned:
        covers = Spans(hit.span() for hit in _PLACEHOLDER.finditer(cleaned))
        found = [f for f in found if not covers.touches(f.start, f.end)]
    kept = _apart(found, sure)
    if places is None:
        return kept
    return [replace(f, start=places[f.start], end=places[f.end - 1] + 1) for f in kept]


def _without(between: re.Pattern[str], text: str, places: list[int] | None) -> tuple[str, list[int]]:
    """The text with digits drawn together that something parts, and where each character stood."""
    gone = {hit.start() + n for hit in between.finditer(text) for n, c in enumerate(hit.group()) if not c.isdigit()}
    kept = [n for n in range(len(text)) if n not in gone]
    return "".join(text[n] for n in kept), [places[n] for n in kept] if places is not None else kept


def _all(text: str, markets: tuple[str, ...], on: date | None) -> list[PersonalData]:
    found: list[PersonalData] = []
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if "@" in text:
        found += emails(text)
    said = frozenset(WORD.findall(lowered))
    found += spelled_out(text, said)
    begun = frozenset([word[:STEM] for word in said])
    found += secrets(text, lowered, begun)
    if _DIGIT.search(text):
        found += numbers(text, lowered, markets, on)
        found += beside_cues(text, lowered, begun)
        found += ninos(text, lowered)
        found += addresses(text, lowered)
        found += ips(text, lowered)
        found += phones(text, lowered, markets, [f for f in found if f.confidence >= SURE])
    found += names(text, lowered, said)
    found += names_beside(text, found)
    return found


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
