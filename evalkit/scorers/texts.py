"""What the scorers read in a text by itself, kept for the next conversation that holds the same text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from evalkit.language.detection import Language, detect_together, spoken
from evalkit.language.evidence import Own, odds, own
from evalkit.language.lexicon_data import Side
from evalkit.language.lexicons import Heard, heard
from evalkit.model import Turn
from evalkit.text.likeness import Trigrams
from evalkit.text.said import Said

_KEPT = 2_000
"""Greetings, menus and ready-made answers come again and again; a bound keeps memory flat."""
_MARKED = 20_000
"""So many texts that came once are remembered, as a number each."""
_LONGEST = 600
"""A text of more characters is hardly ever written twice."""
_SURROUNDINGS = 50
"""What stands around a text differs less than it could: answers are given to few kinds of question."""
Told = TypeVar("Told")


class Text:
    """The words, the language and the phrases of one text, each read once and only when asked for.

    >>> text = Text("Tack!")
    >>> text.said.words, text.guess.candidates[0], text.heard("sv", "customer").hits[0].category
    (['tack'], 'sv', 'thanks_satisfaction')
    """

    __slots__ = ("_guess", "_heard", "_odds", "_own", "_told", "_trigrams", "said", "words")

    def __init__(self, text: str) -> None:
        self.said = Said(text)
        self.words = self.said.folded
        """The case-folded words."""
        self._guess: Language | None = None
        self._trigrams: Trigrams | None = None
        self._told: dict[object, Any] = {}
        self._heard: dict[tuple[str | None, Side], Heard] = {}
        self._own: dict[tuple[str | None, Side], Own | None] = {}
        self._odds: dict[tuple[str | None, Side, Sequence[str]], Mapping[str, float]] = {}

    def of(self, ask: Callable[[Said], Told]) -> Told:
        """What a pure function says of the text.

        >>> Text("Hej!").of(lambda said: len(said.words))
        1
        """
        if ask not in self._told:
            self._told[ask] = ask(self.said)
        told: Told = self._told[ask]
        return told

    def read(self, ask: Callable[[Said, str], Told], language: str) -> Told:
        """What a pure function says of the text in a language."""
        key = (ask, language)
        if key not in self._told:
            self._told[key] = ask(self.said, language)
        told: Told = self._told[key]
        return told

    @property
    def guess(self) -> Language:
        """The language that the text tells by itself."""
        if self._guess is None:
            self._guess = detect_together([self.of(spoken)])
        return self._guess

    @property
    def trigrams(self) -> Trigrams:
        """The trigrams of its words, to tell how alike two texts are."""
        if self._trigrams is None:
            self._trigrams = Trigrams(self.words)
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

    def odds(self, language: str | None, side: Side, around: tuple[str, ...] = ()) -> Mapping[str, float]:
        """How much speaks for each decision of a side with this around it; see `evidence.odds`."""
        key = (language, side, around)
        found = self._odds.get(key)
        if found is None:
            found = odds(self.own(language, side), side, around)
            if len(self._odds) < _SURROUNDINGS:
                self._odds[key] = found
        return found


class Texts(dict[int, Text]):
    """The texts of a conversation's turns by number, each read when it is first asked for."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        super().__init__()
        self._turns = turns

    def __missing__(self, turn: int) -> Text:
        found = self[turn] = text_of(self._turns[turn].text)
        return found

    def trigrams(self, turn: int) -> Trigrams:
        """The trigrams of one turn."""
        return self[turn].trigrams


class _Lately:
    """The texts that came at least twice lately.

    What came once leaves a mark alone: most of what customers write never comes again, and room that is used anew
    at once is twice as quick as room that is held. Young and old take turns, so that what comes often stays.
    """

    def __init__(self) -> None:
        self._young: dict[str, Text] = {}
        self._old: dict[str, Text] = {}
        self._marks: set[int] = set()
        self._old_marks: set[int] = set()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def text(self, text: str) -> Text:
        """The text as it was read before, or read now."""
        found = self._young.get(text)
        if found is None:
            found = self._old.get(text)
            again = found is not None
            found = found or Text(text)
            if again or self._came(hash(text)):
                self._keep(text, found)
        return found

    def _came(self, mark: int) -> bool:
        if mark in self._marks or mark in self._old_marks:
            return True
        if len(self._marks) >= _MARKED:
            self._old_marks, self._marks = self._marks, set()
        self._marks.add(mark)
        return False

    def _keep(self, text: str, found: Text) -> None:
        if len(self._young) >= _KEPT // 2:
            self._old, self._young = self._young, {}
        self._young[text] = found


_lately = _Lately()


def text_of(text: str) -> Text:
    """A text as it was read before, where it is short and came at least twice lately."""
    return _lately.text(text) if len(text) <= _LONGEST else Text(text)
