"""What the words of a message speak for together: weights over word classes, learned from labelled messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import Any

_SIGNS = "?!"
_LENGTH_STEP, _LONGEST = 4, 5
_KEPT = 5_000
_Table = tuple[Mapping[str, tuple[tuple[str, float], ...]], Mapping[str, float]]
_WORDS = 60
"""A longer message speaks of too much for its classes to mean one thing together."""


def features(text: str, names: Iterable[str], length: int) -> Iterator[str]:
    """The signs of a message of so many words: its word classes, each two of them, its marks, and how long it is.

    Word classes are the same in every language, so what one language teaches holds in the others.

    >>> sorted(features("Can someone call?", {"someone", "call"}, 3))
    ['?', '? call', '? someone', 'call', 'call someone', 'length 0', 'someone']
    """
    present = sorted({*names, *(sign for sign in _SIGNS if sign in text)})
    yield from present
    for one, other in combinations(present, 2):
        yield f"{one} {other}"
    yield f"length {min(length // _LENGTH_STEP, _LONGEST)}"


def spoken_for(text: str, names: frozenset[str], length: int, side: str) -> tuple[str, ...]:
    """The categories that the evidence in a message outweighs the doubt for."""
    return () if length > _WORDS else _outweighed(list(features(text, names, length)), side)


def in_context(text: str, names: frozenset[str], length: int, around: tuple[str, ...], side: str) -> tuple[str, ...]:
    """The same of a message between others; `around` names what stands around it, such as `reply declines`."""
    if length > _WORDS:
        return ()
    marks = "".join([sign for sign in _SIGNS if sign in text])
    return _placed_weighed(marks, names, min(length // _LENGTH_STEP, _LONGEST) * _LENGTH_STEP, around, side)


@lru_cache(maxsize=_KEPT)
def _placed_weighed(
    marks: str, names: frozenset[str], length: int, around: tuple[str, ...], side: str
) -> tuple[str, ...]:
    # Greetings, questions and a bot's set phrases come again and again.
    return _outweighed(placed(marks, names, length, around), f"{side} in context")


def placed(text: str, names: Iterable[str], length: int, around: Iterable[str]) -> list[str]:
    """The signs of a message, of what stands around it, and of each of its word classes beside that.

    >>> placed("Call", {"call"}, 1, ["reply declines"])
    ['call', 'length 0', 'reply declines', 'call beside reply declines']
    """
    signs = list(features(text, names, length))
    present = [*names, *(sign for sign in _SIGNS if sign in text)]
    return [*signs, *around, *[f"{name} beside {other}" for other in around for name in present]]


def _outweighed(signs: list[str], table_name: str) -> tuple[str, ...]:
    table = _tables().get(table_name)
    if table is None:
        return ()
    by_feature, start = table
    sums = dict(start)
    scale = len(signs) ** -0.5
    for sign in signs:
        if sign in by_feature:
            for category, weight in by_feature[sign]:
                sums[category] += weight * scale
    return tuple(category for category, total in sums.items() if total > 0)


@cache
def _tables() -> dict[str, _Table]:
    """The weights of each side, by sign; a side without a start has learned nothing."""
    loaded: dict[str, Any] = json.loads(files("evalkit.language").joinpath("data/weights.json").read_text("utf-8"))
    made = {name: _table(categories) for name, categories in loaded.items()}
    return {name: table for name, table in made.items() if table[1]}


def _table(categories: Mapping[str, Mapping[str, float]]) -> _Table:
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    start: dict[str, float] = {}
    for category, weights in categories.items():
        for sign, weight in weights.items():
            if sign == "start":
                start[category] = weight
            else:
                found[sign] = (*found.get(sign, ()), (category, weight))
    return found, start
