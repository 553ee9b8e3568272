"""Sentences with their places; Nordic and German abbreviations, ordinals and decimal points do not end one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BOUNDARY = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|\n+|(?<=\s)[•▪–-](?=\s)|[;](?=\s)")
_LETTER = re.compile(r"[^\W_]")
_LAST_WORD = re.compile(r"(?:[^\s(\[\"'’]|(?<=\w)['’](?=\w))+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands at [start, end) of the text."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Sentence]:
    """The sentences of a text in order; line breaks and bullets end one too.

    >>> [s.text for s in split("Vi öppnar kl. 9 den 1. mars. Välkommen! T.ex. på lördag.")]
    ['Vi öppnar kl. 9 den 1. mars.', 'Välkommen!', 'T.ex. på lördag.']
    """
    found: list[Sentence] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        if boundary.group()[0] == "." and _goes_on(text, start, boundary):
            continue
        _append(found, text, start, boundary.end())
        start = boundary.end()
    _append(found, text, start, len(text))
    return found


def _goes_on(text: str, start: int, boundary: re.Match[str]) -> bool:
    if len(boundary.group().rstrip("\"'”’)]")) > 1:
        return False
    window = text[max(start, boundary.start() - 24) : boundary.start()]
    word = _LAST_WORD.search(window)
    last = word.group().casefold() if word else ""
    rest = text[boundary.end() : boundary.end() + 24].lstrip()
    if last.isdigit() and len(last) <= 2 and rest[:1].isalpha():
        # "1. mars", "2. etage": an ordinal goes on with a lower-case word, or in German with a month.
        return rest[:1].islower() or _month_follows(rest)
    inside, ending = _abbreviations()
    if last in inside or last in ending:
        return not (rest[:1].isupper() and last in ending) or not rest
    return len(last) == 1 and last.isalpha() and rest[:1].isupper() and last not in {"i", "å", "ö"}


_MONTHS = (
    "januar", "februar", "märz", "maerz", "april", "mai", "juni", "juli", "august", "september", "oktober",
    "november", "dezember", "january", "february", "march", "may", "june", "july", "october", "december",
)  # fmt: skip


@cache
def _abbreviations() -> tuple[frozenset[str], frozenset[str]]:
    path = Path(__file__).parent / "data" / "abbreviations.txt"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines[:-1]).split()), frozenset(lines[-1].split())


def _month_follows(rest: str) -> bool:
    return rest.casefold().startswith(_MONTHS)


def _append(found: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if _LETTER.search(stripped):
        begin = start + len(piece) - len(piece.lstrip())
        found.append(Sentence(stripped, begin, begin + len(stripped)))
