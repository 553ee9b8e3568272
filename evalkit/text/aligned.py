"""Lower-case, cleaned tokens of a text that still know which characters they came from."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from evalkit.text.normalise import clean
from evalkit.text.tokens import tokens

_STOPS = frozenset(".!?…\n;")


class Word(NamedTuple):
    """A lower-case word at [start, end) of the original; the flags say what stands right before it."""

    text: str
    start: int
    end: int
    after_stop: bool
    after_comma: bool
    original: str


def aligned_words(text: str) -> list[Word]:
    """The words of a text in order, cleaned as `text.normalise.clean` does, with places in the text as it was given."""
    cleaned, places = cleaned_with_places(text)
    found: list[Word] = []
    last = 0
    for text_, start, end in tokens(cleaned):
        between = cleaned[last:start]
        last = end
        plain = between == " "
        stopped, comma = (False, False) if plain else (not _STOPS.isdisjoint(between), "," in between)
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        found.append(Word(text_.lower(), start, end, stopped, comma, text_))
    return found


def cleaned_with_places(text: str) -> tuple[str, list[int] | None]:
    """The cleaned text, and the place of each of its characters in the original; None where nothing moved."""
    cleaned = clean(text)
    if len(cleaned) == len(text) and unicodedata.is_normalized("NFC", text):
        return cleaned, None
    # Something was dropped or composed: go by clusters of a base letter and its marks.
    out: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = clean(text[at:end])
        out.append(piece)
        places += [at] * (len(piece) - 1) + ([end - 1] if piece else [])
        at = end
    return "".join(out), places
