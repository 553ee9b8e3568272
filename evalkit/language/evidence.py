"""What the words of a message speak for together: weights over words, their parts and word classes, that were learned.

Three kinds of sign are added up, each learned from labelled messages (`python -m tests.quality.weights`): the word
classes that stand in the message, the marks in it and what stands around it; each two of those; and the words
themselves, two in a row, and the pieces that they are made of. All languages share one table: what is spelled alike in
two of them mostly means the same, and a message that mixes them is read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

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
_MARKS = (("?", ("?",)), ("!", ("!",)), ("!!", ("!!", "??", "?!", "!?")), ("…", ("…", "...")))


def marks(text: str, length: int) -> tuple[str, ...]:
    """The signs of how a message of so many words is written: its marks, faces, capitals and length.

    >>> marks("HALLO ER DA NOEN??", 4)
    ('?', '!!', 'capitals', 'length 1')
    """
    found = [name for name, shapes in _MARKS if any([shape in text for shape in shapes])]
    if not text.isascii():
        found += dict.fromkeys(_FACES.findall(text))
    if len(text) > _LETTERS and sum(map(str.isupper, text)) > _CAPITALS * len(text):
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
    return char_ngrams(spelled(word), 3, 5)


def number(kind: str, *parts: str) -> int:
    """The number under which the weights of a word, two words or a piece are kept."""
    return crc32(" ".join((kind, *parts)).encode())


def odds(said: Said, signs: Iterable[str], side: str, around: Sequence[str] = ()) -> Mapping[str, float]:
    """How much speaks for each decision of a side, above 0 for yes; empty for a message of no words or of very many.

    `signs` are those of `lexicons.Heard`; `around` names what stands around the message.
    """
    if not 0 < len(said.words) <= _LONGEST:
        return {}
    learnt = _learnt(side)
    own = _of_words(tuple(said.words), side)
    shape = learnt.of_signs((*signs, *marks(said.text, len(said.words)), *around))
    return dict(zip(learnt.decisions, map(float.__add__, own, shape), strict=True))


def spoken_for(said: Said, signs: Iterable[str], side: str) -> tuple[str, ...]:
    """The decisions that more speaks for than against in a message by itself."""
    return tuple(name for name, total in odds(said, signs, side).items() if total > 0)


class Learnt(NamedTuple):
    """The weights of one side: one column a decision; `pairs` of two signs stand above the diagonal."""

    decisions: tuple[str, ...]
    start: np.ndarray[Any, Any]
    places: Mapping[str, int]
    single: np.ndarray[Any, Any]
    pairs: np.ndarray[Any, Any]
    pairs_step: np.ndarray[Any, Any]
    numbers: Mapping[int, int]
    rows: np.ndarray[Any, Any]
    rows_step: np.ndarray[Any, Any]

    def of_signs(self, signs: Sequence[str]) -> list[float]:
        """What the signs of a message and each two of them add up to."""
        here = sorted([self.places[sign] for sign in signs if sign in self.places])
        total = self.start
        if here:
            total = total + self.single[here].sum(0) * len(here) ** -0.5
        if len(here) > 1:
            at = np.array(here)
            both = self.pairs[at[:, None], at].sum((0, 1), dtype=np.int32)
            total = total + both * self.pairs_step * (len(here) * (len(here) - 1) / 2) ** -0.5
        return list(total.tolist())

    def of_words(self, kind: str, what: Iterable[tuple[str, ...]]) -> tuple[float, ...]:
        """What words, two in a row or pieces add up to; empty where none was learned."""
        here = [at for parts in what if (at := self.numbers.get(number(kind, *parts))) is not None]
        return tuple((self.rows[here].sum(0, dtype=np.int32) * self.rows_step).tolist()) if here else ()


class _Word(NamedTuple):
    own: tuple[float, ...]
    n_pieces: int
    of_pieces: tuple[float, ...]


@lru_cache(maxsize=_KEPT)
def _of_words(words: tuple[str, ...], side: str) -> tuple[float, ...]:
    once = [_of_word(word, side) for word in dict.fromkeys(words)]
    two = [_of_two(one, other, side) for one, other in pairwise((EDGES[0], *words, EDGES[1]))]
    total = [0.0] * len(_learnt(side).decisions)
    for rows, n in (
        ([one.own for one in once], len(once)),
        ([one.of_pieces for one in once], sum([one.n_pieces for one in once])),
        (two, len(two)),
    ):
        if known := [row for row in rows if row]:
            scale = n**-0.5
            total = [so_far + scale * sum(column) for so_far, *column in zip(total, *known, strict=True)]
    return tuple(total)


@lru_cache(maxsize=_KEPT)
def _of_word(word: str, side: str) -> _Word:
    learnt, own = _learnt(side), pieces(word)
    return _Word(
        learnt.of_words("word", [(spelled(word),)]),
        len(own),
        learnt.of_words("piece", [(piece,) for piece in own]),
    )


@lru_cache(maxsize=2 * _KEPT)
def _of_two(one: str, other: str, side: str) -> tuple[float, ...]:
    return _learnt(side).of_words("beside", [(spelled(one), spelled(other))])


@cache
def _learnt(side: str) -> Learnt:
    with files("evalkit.language").joinpath("data/weights.npz").open("rb") as file:
        table = np.load(file)
        held = {name.removeprefix(f"{side}_"): table[name] for name in table.files if name.startswith(f"{side}_")}
    return learnt_from(held)


def learnt_from(held: Mapping[str, np.ndarray[Any, Any]]) -> Learnt:
    """The weights of one side from the arrays of its file."""
    names: list[str] = held["decisions"].tolist()
    return Learnt(
        tuple(names),
        held["start"],
        {name: n for n, name in enumerate(held["signs"].tolist())},
        held["single"],
        held["pairs"],
        held["pairs_step"],
        {number_: n for n, number_ in enumerate(held["numbers"].tolist())},
        held["rows"],
        held["rows_step"],
    )
