"""What the words of a message speak for together: weights over words, their parts and word classes, that were learned.

Three kinds of sign are added up, each learned from labelled messages (`python -m tests.quality.weights`): the word
classes that stand in the message, the marks in it and what stands around it; each two of those; and the words
themselves, two in a row, and the pieces that they are made of. All languages share one table: what is spelled alike in
two of them mostly means the same, and a message that mixes them is read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from zlib import crc32

import msgspec

from evalkit.language.learnt import Signed, learnt
from evalkit.text.normalise import folded
from evalkit.text.said import Said
from evalkit.text.tokens import char_ngrams

EDGES = ("^", "$")
"""What stands before the first word and after the last."""
_LONGEST = 60
"""A message of more words speaks of too much for them to mean one thing together."""
_LENGTH_STEP, _LENGTHS = 3, 6
_CAPITALS, _LETTERS = 0.6, 8
_KEPT = 20_000
_DRAWN = re.compile(r"(.)\1{2,}")
_FACES = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_MARKS, _ROWS = ("?", "!"), ("!!", "??", "?!", "!?")


def marks(text: str, length: int) -> tuple[str, ...]:
    """The signs of how a message of so many words is written: its marks, faces, capitals and length.

    >>> marks("HALLO ER DA NOEN??", 4)
    ('?', '!!', 'capitals', 'length 1')
    """
    found = [mark for mark in _MARKS if mark in text]
    if found and any([row in text for row in _ROWS]):
        found.append("!!")
    if "…" in text or "..." in text:
        found.append("…")
    if not text.isascii():
        found += dict.fromkeys(_FACES.findall(text))
    # Where every other letter is small, no more than half of them are capitals.
    if len(text) > _LETTERS and not text[1::2].islower() and sum(map(str.isupper, text)) > _CAPITALS * len(text):
        found.append("capitals")
    return (*found, f"length {min(length // _LENGTH_STEP, _LENGTHS)}")


def spelled(word: str) -> str:
    """A lower-case word as it is weighed: without foreign letters, and shortened where it is drawn out.

    >>> spelled("sååå")
    'saa'
    """
    return _DRAWN.sub(r"\1\1", folded(word))


def pieces(word: str) -> list[str]:
    """The pieces that a word is made of, its edges marked.

    >>> pieces("nei")
    ['^ne', 'nei', 'ei$', '^nei', 'nei$', '^nei$']
    """
    return _pieces(spelled(word))


def _pieces(plain: str) -> list[str]:
    return char_ngrams(plain, 3, 5)


def number(kind: str, *parts: str) -> int:
    """The number under which the weights of a word, two words or a piece are kept."""
    return crc32(" ".join((kind, *parts)).encode())


_PIECE = crc32(b"piece ")
"""The number of a piece so far."""


class Own(msgspec.Struct, frozen=True, gc=False):
    """What a message by itself tells: what its words add up to a decision each, and its signs."""

    words: Sequence[float]
    signed: Signed


def own(said: Said, signs: Iterable[str], side: str) -> Own | None:
    """What a message tells whatever stands around it; None for one of no words or of very many.

    `signs` are those of `lexicons.Heard`.
    """
    if not 0 < len(said.words) <= _LONGEST:
        return None
    return Own(_of_words(said.words, side), learnt(side).signed((*signs, *marks(said.text, len(said.words)))))


def odds(told: Own | None, side: str, around: Sequence[str] = ()) -> Mapping[str, float]:
    """How much speaks for each decision of a side, above 0 for yes; `around` names what stands around the message."""
    if told is None:
        return {}
    known = learnt(side)
    shape = known.of_signs(known.signed(around, told.signed))
    return {name: one + other for name, one, other in zip(known.decisions, told.words, shape, strict=True)}


def spoken_for(said: Said, signs: Iterable[str], side: str) -> tuple[str, ...]:
    """The decisions that more speaks for than against in a message by itself."""
    return tuple(name for name, total in odds(own(said, signs, side), side).items() if total > 0)


class _Word(NamedTuple):
    """The rows of a word and its pieces in one, and how to number it in a pair."""

    rows: int
    spelled: bytes
    first: int
    """The number of a pair so far, where this is its first word."""


class _Known(dict[str, _Word]):
    """Each word seen so far: the same ones come again and again, and a bound keeps memory flat."""

    def __init__(self, side: str) -> None:
        super().__init__()
        self._learnt = learnt(side)

    def __missing__(self, word: str) -> _Word:
        plain = spelled(word)
        parts = [crc32(piece.encode(), _PIECE) for piece in _pieces(plain)]
        rows = self._learnt.word(number("word", plain), parts)
        found = _Word(rows, plain.encode(), crc32(f"beside {plain} ".encode()))
        if len(self) < _KEPT:
            self[word] = found
        return found


def _of_words(words: Sequence[str], side: str) -> list[float]:
    """What words, their pieces and two in a row add up to, each kind scaled by how many stand there."""
    known, start, end = _known(side)
    rows, written, firsts = zip(*[known[word] for word in words], strict=True)
    pairs = list(map(crc32, (*written, end.spelled), (start.first, *firsts)))
    once = dict(zip(words, rows, strict=True))
    return learnt(side).of_words(sum(once.values()), len(once), pairs)


@cache
def _known(side: str) -> tuple[_Known, _Word, _Word]:
    """The words of one side, and what stands before the first and after the last of a message."""
    known = _Known(side)
    return known, known[EDGES[0]], known[EDGES[1]]
