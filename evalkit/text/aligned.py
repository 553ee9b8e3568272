"""Cleaned text that still knows which characters it came from."""

from __future__ import annotations

import unicodedata

from evalkit.text.normalise import clean


def cleaned_with_places(text: str) -> tuple[str, list[int] | None]:
    """The cleaned text, and the place of each of its characters in the original; None where nothing moved."""
    cleaned = clean(text)
    if cleaned is text or len(cleaned) == len(text) and unicodedata.is_normalized("NFC", text):
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
