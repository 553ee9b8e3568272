"""The addresses and days that a sitemap gives to saved pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import unescape
from urllib.parse import unquote, urlsplit

_ENTRY = re.compile(r"<url>(.*?)</url>", re.DOTALL | re.IGNORECASE)
_PLACE = re.compile(r"<loc>\s*(.*?)\s*</loc>", re.DOTALL | re.IGNORECASE)
_CHANGED = re.compile(r"<lastmod>\s*(\d{4}-\d{2}-\d{2})", re.IGNORECASE)
_INDEX = "index"
_PAGE = re.compile(r"\.html?$", re.IGNORECASE)


def sitemap(text: str) -> dict[str, tuple[str, date | None]]:
    """The address and last change of each page that a sitemap lists, by the name that the page is saved under.

    Only `loc` and `lastmod` are read, so that a hostile file can name no entities.

    >>> sitemap("<urlset><url><loc>https://a.example/hjelp/frakt/</loc><lastmod>2026-03-01</lastmod></url></urlset>")
    {'hjelp/frakt': ('https://a.example/hjelp/frakt/', datetime.date(2026, 3, 1))}
    """
    found: dict[str, tuple[str, date | None]] = {}
    for entry in _ENTRY.findall(text):
        if place := _PLACE.search(entry):
            url = unescape(place[1])
            changed = _CHANGED.search(entry)
            found[saved_as(urlsplit(url).path)] = (url, _day(changed[1]) if changed else None)
    return found


def saved_as(path: str) -> str:
    """The name of a page without its ending, `index` for a folder left out.

    >>> saved_as("/hjelp/frakt/index.html"), saved_as("/hjelp/frakt.html"), saved_as("/")
    ('hjelp/frakt', 'hjelp/frakt', '')
    """
    name = _PAGE.sub("", unquote(path).strip("/"))
    return "" if name == _INDEX else name.removesuffix(f"/{_INDEX}")


def place_of(path: str, places: Mapping[str, tuple[str, date | None]]) -> tuple[str, date | None] | None:
    """The address and day of a saved page; a folder named after the host may stand before it."""
    name = saved_as(path)
    for known in (name, saved_as(name.partition("/")[2])) if "/" in name else (name,):
        if known in places:
            return places[known]
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
