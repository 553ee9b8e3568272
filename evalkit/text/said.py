"""A text read once: its words, what stands between them, and the characters that they came from."""

from __future__ import annotations

import re
from itertools import accumulate

from evalkit.text.aligned import cleaned_with_places
from evalkit.text.data_files import word_pieces
from evalkit.text.tokens import WORD, words

_PARTS = re.compile(f"({WORD})")
_STOPS = frozenset(".!?…\n;")
_NO_PLACES: frozenset[int] = frozenset()


class Said:
    """The lower-case words of a text, cleaned as `text.normalise.clean` does, and what else many readers ask of it.

    `stops` and `commas` hold the numbers of the words before which a sentence ends or a comma stands. Not to change.

    >>> said = Said("Nej, tack. Hej då!")
    >>> said.words, sorted(said.commas), sorted(said.stops), said.span(2, 3)
    (['nej', 'tack', 'hej', 'då'], [1], [2], (11, 17))
    """

    __slots__ = (
        "_ends", "_letters", "_parts", "_pieces", "_places", "cleaned", "commas", "folded", "lowered", "stops", "text",
        "words",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self.cleaned, self._places = cleaned_with_places(text)
        self._parts: list[str] = _PARTS.split(self.cleaned)
        # No word holds a space, so all of them are put in lower case at once.
        self.words: list[str] = " ".join(self._parts[1::2]).lower().split(" ") if len(self._parts) > 1 else []
        odd = [(n, between) for n, between in enumerate(self._parts[0:-1:2]) if between != " "]
        self.stops = frozenset([n for n, between in odd if not _STOPS.isdisjoint(between)])
        self.commas = frozenset([n for n, between in odd if "," in between]) if "," in text else _NO_PLACES
        self.lowered = self.cleaned.lower()
        """The cleaned text in lower case."""
        same = self.cleaned == text and len(self.lowered) == len(text) and text.casefold() == self.lowered
        self.folded = self.words if same else words(text)
        """The case-folded words of the text as it was given, as `text.tokens.words` finds them."""
        self._ends: list[int] | None = None
        self._pieces: frozenset[str] | None = None
        self._letters: tuple[int, int] | None = None

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words [first, last] start and end in the text as it was given."""
        if self._ends is None:
            self._ends = list(accumulate(map(len, self._parts)))
        start, end = self._ends[2 * first], self._ends[2 * last + 1]
        return (start, end) if self._places is None else (self._places[start], self._places[end - 1] + 1)

    def original(self, word: int) -> str:
        """A word with the capitals that it was written with."""
        return self._parts[2 * word + 1]

    def before(self, word: int) -> str:
        """What stands between a word and the one before it; of the number of words, what follows the last one."""
        return self._parts[2 * word]

    @property
    def pieces(self) -> frozenset[str]:
        """Its different words as `word_pieces` bounds them, cleaned and as given, for `WordLists.possible`."""
        if self._pieces is None:
            if self.cleaned == self.text and "_" not in self.text:
                found = self.words
                if not all(map(str.isalnum, found)):
                    found = [piece for word in found for piece in word_pieces(word)]
                self._pieces = frozenset(found)
            else:
                self._pieces = frozenset((*word_pieces(self.lowered), *word_pieces(self.text.lower())))
        return self._pieces

    @property
    def dotted(self) -> bool:
        """Whether a dot stands right before a word, as in an address of the network."""
        return any([between.endswith(".") for between in self._parts[0:-1:2]])

    @property
    def letters(self) -> tuple[int, int]:
        """How many letters the text has, and how many of them are capitals."""
        if self._letters is None:
            only = list(filter(str.isalpha, self.text))
            self._letters = len(only), sum(map(str.isupper, only))
        return self._letters
