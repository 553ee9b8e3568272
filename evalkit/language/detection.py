"""The language of a message, or an honest "cannot tell": n-gram model plus marker words, with abstention."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any

from evalkit.text.normalise import clean, folded
from evalkit.text.tokens import words

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")
MARGIN = 1.2
"""Log-score lead that the best language needs, per `_scale`, before it is named."""
_NOISE = re.compile(r"https?://\S+|\S+@\S+|\b[A-ZÅÄÖÆØÜ]{1,4}-?\d[\w-]*|\d+")
_LETTERS = {"ä": ("sv", "fi", "de"), "ö": ("sv", "fi", "de"), "æ": ("da", "nb", "nn"), "ø": ("da", "nb", "nn"),
            "å": ("sv", "da", "nb", "nn"), "ü": ("de",), "ß": ("de",)}  # fmt: skip
_LETTER_WEIGHT = 3.0
_MARKER_WEIGHT = 3.0
_FEW_WORDS = {1: 6.0, 2: 3.0, 3: 1.5}
"""How much more lead a message of so few words needs."""


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is None when the lead is too small; `candidates` are those that remain, best first.

    `confidence` in [0, 1) grows with the lead of the best candidate over the next.
    """

    code: str | None
    confidence: float
    candidates: tuple[str, ...]


def detect(text: str, *, margin: float = MARGIN) -> Language:
    """The language of a text among sv, da, nb, nn, fi, en and de.

    >>> detect("Hur lång tid tar det innan jag får tillbaka pengarna?").code
    'sv'
    >>> detect("ok").code is None
    True
    """
    plain = _NOISE.sub(" ", clean(text)).strip()
    if not any(character.isalpha() for character in plain):
        return Language(None, 0.0, ())
    scores = _scores(plain if not plain.isupper() else plain.lower())
    margin *= _FEW_WORDS.get(len(words(plain)), 1.0)
    ranked = sorted(scores, key=lambda code: -scores[code])
    lead = scores[ranked[0]] - scores[ranked[1]]
    candidates = tuple(code for code in ranked if scores[ranked[0]] - scores[code] < margin)
    return Language(ranked[0] if lead >= margin else None, round(1 - exp(-lead / 4), 3), candidates)


def _scores(plain: str) -> dict[str, float]:
    scores = dict(_model().rank(plain.lower()))
    found = {("nb" if code == "no" else code): float(value) for code, value in scores.items()}
    table, folded_table = _markers()
    for word in words(plain):
        owners = table.get(word) or folded_table.get(word, frozenset())
        if owners:
            for code in owners:
                found[code] += _MARKER_WEIGHT / len(owners)
    # A name keeps its letters in every language, so only words in lower case speak.
    lowered = " ".join(word for word in plain.split() if word.islower())
    for letter, owners_ in _LETTERS.items():
        if letter in lowered:
            for code in owners_:
                found[code] += _LETTER_WEIGHT
    return found


@cache
def _markers() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    import yaml

    raw: dict[str, list[Any]] = yaml.safe_load(
        files("evalkit.language").joinpath("data/markers.yaml").read_text("utf-8")
    )
    table: dict[str, set[str]] = {}
    for code, entries in raw.items():
        for entry in entries:
            # YAML reads a bare `on` or `no` as a word here only when quoted; both spellings mean the same word.
            word = ("on" if entry else "no") if isinstance(entry, bool) else str(entry)
            table.setdefault(word, set()).add(code)
    whole = {word: frozenset(codes) for word, codes in table.items()}
    without: dict[str, set[str]] = {}
    for word, codes in table.items():
        if folded(word) != word and folded(word) not in table:
            without.setdefault(folded(word), set()).update(codes)
    return whole, {word: frozenset(codes) for word, codes in without.items()}


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    identifier.set_languages(["sv", "da", "no", "nn", "fi", "en", "de"])
    return identifier
