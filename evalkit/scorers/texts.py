"""What the scorers read in a text by itself, kept for the next conversation that holds the same text."""

from __future__ import annotations

from functools import lru_cache

from evalkit.language.detection import Language, detect_said
from evalkit.language.evidence import Own, own
from evalkit.language.lexicon_data import Side
from evalkit.language.lexicons import Heard, heard
from evalkit.language.slots import slots_of
from evalkit.text.likeness import Trigrams, trigrams_of
from evalkit.text.said import Said

_KEPT = 2_000
"""Greetings, menus and ready-made answers come again and again; a bound keeps memory flat."""
_LONGEST = 600
"""A text of more characters is hardly ever written twice."""


class Text:
    """The words, the language and the phrases of one text, each read once and only when asked for.

    >>> text = text_of("Tack!")
    >>> text.said.words, text_of("Tack!") is text
    (['tack'], True)
    """

    __slots__ = ("_guess", "_heard", "_own", "_slots", "_trigrams", "said")

    def __init__(self, text: str) -> None:
        self.said = Said(text)
        self._guess: Language | None = None
        self._slots: tuple[str, ...] | None = None
        self._trigrams: Trigrams | None = None
        self._heard: dict[tuple[str | None, Side], Heard] = {}
        self._own: dict[tuple[str | None, Side], Own | None] = {}

    @property
    def guess(self) -> Language:
        """The language that the text tells by itself."""
        if self._guess is None:
            self._guess = detect_said(self.said)
        return self._guess

    @property
    def slots(self) -> tuple[str, ...]:
        """The pieces of information that the text asks for."""
        if self._slots is None:
            self._slots = slots_of(self.said)
        return self._slots

    @property
    def trigrams(self) -> Trigrams:
        """The trigrams of its words, to tell how alike two texts are."""
        if self._trigrams is None:
            self._trigrams = trigrams_of(self.said.folded)
        return self._trigrams

    def heard(self, language: str | None, side: Side) -> Heard:
        """The phrases and word classes, read in a language on one side."""
        found = self._heard.get((language, side))
        if found is None:
            found = self._heard[language, side] = heard(self.said, language, side)
        return found

    def own(self, language: str | None, side: Side) -> Own | None:
        """What it speaks for by itself, read in a language on one side."""
        key = (language, side)
        if key not in self._own:
            self._own[key] = own(self.said, self.heard(language, side).signs, side)
        return self._own[key]


def text_of(text: str) -> Text:
    """A text as it was read before, where it is short and came lately."""
    return _kept(text) if len(text) <= _LONGEST else Text(text)


@lru_cache(maxsize=_KEPT)
def _kept(text: str) -> Text:
    return Text(text)
