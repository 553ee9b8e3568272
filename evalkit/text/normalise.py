"""Text as people typed it, made comparable, with a way back to the characters they typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_ODD = re.compile("[" + "".join(map(chr, _INVISIBLE)) + "".join(map(chr, _QUOTES)) + "\ud800-\udfff]")
_HALVES = re.compile("[\ud800-\udfff]")
_SENTENCE = 300
"""Characters of what is kept: no whole reply, and never a whole article."""
_DASHES = str.maketrans({"‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-"})
_FOLDS = {
    "å": ("a", "aa"), "ä": ("a", "ae"), "ö": ("o", "oe"), "ø": ("o", "oe"), "æ": ("ae",), "ü": ("u", "ue"),
    "ß": ("ss",), "é": ("e",), "è": ("e",), "ð": ("d",), "þ": ("th",),
}  # fmt: skip
_FOLD_ONE = str.maketrans({letter: folds[0] for letter, folds in _FOLDS.items()})


def clean(text: str) -> str:
    """The text in NFC without invisible characters, with plain quotes; surrogate halves become `?`.

    >>> clean("d\\u200bon\\u2019t")
    "don't"
    """
    if text.isascii() or (_ODD.search(text) is None and unicodedata.is_normalized("NFC", text)):
        return text
    text = _HALVES.sub("?", text)
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE)).translate(_QUOTES)


def comparable(text: str) -> str:
    """Clean, case-folded text with plain dashes and single spaces.

    >>> comparable("Hej  Å\\u00a0– DU")
    'hej å - du'
    """
    return _kept(text) if len(text) <= _SENTENCE else _plain(text)


def _plain(text: str) -> str:
    return " ".join(clean(text).translate(_DASHES).casefold().split())


# A claim is asked by some twenty rules; a sentence of a knowledge base by each claim that comes near it.
_kept = lru_cache(maxsize=512)(_plain)


def folded(text: str) -> str:
    """The text as someone without Nordic or German letters would type it; for customers' text only.

    >>> folded("människa, für, Straße")
    'manniska, fur, Strasse'
    """
    return text if text.isascii() else text.translate(_FOLD_ONE)


def fold_variants(text: str) -> tuple[str, ...]:
    """The text and the ways to type it without its letters: one letter each, and two letters each.

    >>> fold_variants("kön")
    ('kön', 'kon', 'koen')
    """
    if text.isascii():
        return (text,)
    two = "".join(_FOLDS[c][-1] if c in _FOLDS else c for c in text)
    return tuple(dict.fromkeys((text, folded(text), two)))
