"""Whether a statement is a plain yes or no, and whether it makes something a duty, lifts one, or has a condition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from evalkit.knowledge.reading.glossary import role_words
from evalkit.text.data_files import word_parts, word_pattern, yaml_data
from evalkit.text.normalise import comparable

Duty = Literal["must", "lifted", ""]
_NOTHING = re.compile(r"(?!)")
_PART = re.compile(r"[,;:—]\s+|\s-\s")
_FEW, _MORE = 2, 4
_THAT = r"(?:att|at|that|dass|että)\b"
"""After these begins what is not denied: "do not forget that you need it"."""
_NAMES = (
    "denial",
    "turns",
    "case",
    "must",
    "condition",
    "asks_duty",
    "everything",
    "leaves_out",
    "for_example",
    "permits",
)


@dataclass(frozen=True, slots=True)
class Modality:
    """What the small words of a text make of it; spans are of its comparable form."""

    text: str
    denial: bool
    """Whether it denies plainly."""
    turns: bool
    """Whether anything in it denies, limits or leaves out."""
    case: bool
    """Whether it is bound to a case, a time or an amount."""
    duty: Duty
    mark: tuple[int, int] | None
    """Where the duty, or what lifts it, is told."""
    waived: tuple[int, int] | None
    """What it says not to matter."""
    condition: tuple[int, int] | None
    asks_duty: bool
    everything: bool
    """Whether it speaks of all of a kind, of anywhere, of always."""
    leaves_out: bool
    """Whether it leaves something out, or lets only something in."""
    goes_on: bool
    """Whether what it lists is not all."""
    permits: bool
    """Whether it says that something may or can be done."""


@lru_cache(maxsize=20_000)
def modality(text: str, language: str) -> Modality:
    """What the small words of a text make of it.

    >>> modality("You need not show a receipt.", "en").duty
    'lifted'
    """
    # "Or not" denies nothing; what stands after it keeps its place.
    said = role_words("_harmless").sub(_blank, comparable(text))
    found = {name: small_words(name, language).search(said) for name in _NAMES}
    lifted = _lifts(language).search(said)
    duty: Duty = "lifted" if lifted else "must" if found["must"] and not found["denial"] else ""
    mark = lifted or (found["must"] if duty else None)
    condition = found["condition"]
    return Modality(
        said,
        found["denial"] is not None,
        found["turns"] is not None,
        found["case"] is not None,
        duty,
        part_around(said, mark.start()) if mark else None,
        _waived(said, language),
        (condition.end(), part_around(said, condition.end())[1]) if condition else None,
        found["asks_duty"] is not None,
        found["everything"] is not None,
        found["leaves_out"] is not None,
        found["for_example"] is not None,
        found["permits"] is not None,
    )


def _blank(hit: re.Match[str]) -> str:
    return " " * len(hit.group())


def part_around(text: str, at: int) -> tuple[int, int]:
    """The span between commas that a place is in."""
    start = 0
    for cut in _PART.finditer(text):
        if cut.start() >= at:
            return start, cut.start()
        start = cut.end()
    return start, len(text)


def _waived(said: str, language: str) -> tuple[int, int] | None:
    """What stands after "without" or "even if", where nothing else is denied and no money is meant."""
    if small_words("indifferent", language).search(said):
        return 0, len(said)
    hit = small_words("waives", language).search(said)
    if hit is None or small_words("denial", language).search(f"{said[: hit.start()]} {said[hit.end() :]}"):
        return None
    end = part_around(said, hit.end())[1]
    near = " ".join(said[hit.end() : end].split()[: _FEW + 1])
    return None if small_words("money", language).search(near) else (hit.end(), end)


@cache
def small_words(name: str, language: str) -> re.Pattern[str]:
    """The small words of one kind in a language, as a pattern over comparable text; one that never matches for none."""
    listed = yaml_data("evalkit.knowledge", "data/modality.yaml")[name].get(language, ())
    return word_pattern(map(comparable, map(str, listed))) if listed else _NOTHING


@cache
def _lifts(language: str) -> re.Pattern[str]:
    """A duty that is denied, the denial before it or after it, or a phrase that lifts one."""
    data = yaml_data("evalkit.knowledge", "data/modality.yaml")
    if language not in data["needs"]:
        return _NOTHING
    needs, denial, lifted = (
        "|".join(word_parts(map(comparable, data[name][language]))) for name in ("needs", "denial", "lifted")
    )
    return re.compile(
        rf"(?<!\w)(?:{lifted}|(?:{needs})(?:\s+[\w-]+){{0,{_MORE}}}?\s+(?:{denial})"
        rf"|(?:{denial})(?:\s+(?!{_THAT})[^\W\d][\w-]*){{0,{_FEW}}}?\s+(?:{needs}))(?!\w)"
    )
