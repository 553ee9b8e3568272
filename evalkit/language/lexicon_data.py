"""The lexicons as they are shipped: the phrases of each category and language, and the rules that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from evalkit.text.data_files import yaml_data

Side = Literal["bot", "customer"]
LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")
SHARED_BASE = {"nn": ("nb",)}
"""Nynorsk adds its own phrases to those of Bokmål."""
_DATA = ("lexicons.yaml", "lexicons_more.yaml")


def codes_of(language: str | None) -> tuple[str, ...]:
    """The languages to read in: the one given where it is known, else all, each that adds to another in its place."""
    if language is None or language not in LANGUAGES:
        bases = {code for shared in SHARED_BASE.values() for code in shared}
        return tuple(code for code in LANGUAGES if code not in bases)
    return (language,)


def negations(language: str | None) -> frozenset[str]:
    """The negation words of a language, or of all."""
    known = meta()["negation"]
    return frozenset(
        word for code in codes_of(language) for word in known.get(code, known.get(SHARED_BASE.get(code, ("",))[0], ()))
    )


def phrases(category: str, language: str) -> tuple[str, ...]:
    """The phrases of one category in one language."""
    codes = (*SHARED_BASE.get(language, ()), language)
    return tuple(phrase for code in codes for phrase in lexicons().get(code, {}).get(category, ()))


def known_categories() -> dict[str, Side]:
    """Every category that can be found, with the side that says it."""
    sides = meta()["sides"]
    return {name: side for key, side in (("user", "customer"), ("bot", "bot")) for name in sides[key]}  # type: ignore[misc]


@cache
def lexicons() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The phrases by language and category."""
    merged: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in _DATA:
        for language, table in _read(name).items():
            if language.startswith("_"):
                continue
            mine = merged.setdefault(language, {})
            for category, entries in table.items():
                if not category.startswith("_"):
                    mine[category] = (*mine.get(category, ()), *map(str, entries))
    return merged


@cache
def meta() -> Mapping[str, Any]:
    """What holds for the categories: sides, precedence, negations, words of wanting, those whose capitals count."""
    return {**_read(_DATA[0])["_meta"], **_read(_DATA[1]).get("_meta", {})}


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", f"data/{name}")
    return loaded
