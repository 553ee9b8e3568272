"""Finds personal data and secrets in a message: shapes first, then checksums, then the words around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from evalkit.personal_data.contacts import emails, ips, secrets, spelled_out
from evalkit.personal_data.cues import SURE, PersonalData
from evalkit.personal_data.numbers import cued, ninos, numbers
from evalkit.personal_data.people import addresses, names, names_beside
from evalkit.personal_data.phones import phones
from evalkit.text.aligned import cleaned_with_places

_POSSIBLE = 0.4
_MARKET = {"sv": "SE", "da": "DK", "nb": "NO", "nn": "NO", "fi": "FI", "de": "DE", "en": "GB", "is": "IS"}
_ALL_MARKETS = ("SE", "DK", "NO", "FI", "DE", "IS", "GB")
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{1,30}_\d{1,12}>")
"""A pseudonym stands for a datum that is gone; what would read across one is none."""
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
    cleaned = cleaned.translate(_WIDE_DIGITS)
    found = _all(cleaned, market_list, on)
    if found and "<" in cleaned:
        covers = [(hit.start(), hit.end()) for hit in _PLACEHOLDER.finditer(cleaned)]
        found = [f for f in found if not any(f.start < end and start < f.end for start, end in covers)]
    kept = _apart(found, sure)
    if places is None:
        return kept
    return [replace(f, start=places[f.start], end=places[f.end - 1] + 1) for f in kept]


def _all(text: str, markets: tuple[str, ...], on: date | None) -> list[PersonalData]:
    found: list[PersonalData] = []
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if "@" in text:
        found += emails(text)
    found += spelled_out(text)
    found += secrets(text, lowered)
    if any(character.isdigit() for character in text):
        found += numbers(text, lowered, markets, on)
        found += cued(text, lowered)
        found += ninos(text, lowered)
        found += addresses(text, lowered)
        found += ips(text)
        found += phones(text, lowered, markets, [f for f in found if f.confidence >= SURE])
    found += names(text, lowered)
    found += names_beside(text, found)
    return found


def _apart(found: list[PersonalData], sure: float) -> list[PersonalData]:
    kept: list[PersonalData] = []
    rank: Callable[[PersonalData], tuple[bool, float, int]] = lambda f: (f.exact, f.confidence, f.end - f.start)  # noqa: E731
    for item in sorted((f for f in found if f.confidence >= min(sure, _POSSIBLE)), key=rank, reverse=True):
        if not any(item.start < other.end and other.start < item.end for other in kept):
            kept.append(item)
    return sorted((f for f in kept if f.confidence >= sure), key=lambda f: f.start)
