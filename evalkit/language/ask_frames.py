"""What a question asks for by its shape: rules over word classes, for what no phrase of `asks.yaml` foresees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from evalkit.language.phrase_table import PhraseTable
from evalkit.language.structures import ClassHit, Rule, matched, read_rules
from evalkit.text.data_files import yaml_data
from evalkit.text.tokens import tokens


@dataclass(frozen=True, slots=True)
class Shape:
    """The word classes of one sentence, by place."""

    hits: tuple[ClassHit, ...]
    n_words: int

    def has(self, name: str) -> bool:
        """Whether a word of the class stands anywhere."""
        return any(hit.name == name for hit in self.hits)

    def all_of(self, name: str) -> Iterator[ClassHit]:
        """Where words of the class stand."""
        return (hit for hit in self.hits if hit.name == name)

    def ends_with(self, name: str) -> ClassHit | None:
        """The word or phrase of the class that closes the sentence."""
        return next((hit for hit in self.all_of(name) if hit.last == self.n_words - 1 and hit.first > 0), None)

    def within(self, name: str, first: int, last: int) -> bool:
        """Whether a word of the class stands between two places."""
        return any(first <= hit.first and hit.last <= last for hit in self.all_of(name))


class Frames:
    """The word classes of some languages, and the rules over them."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._table = PhraseTable(_labelled(tuple(codes)))

    def shape(self, said: Sequence[str]) -> Shape:
        """The classes of a sentence's words."""
        hits = (ClassHit(hit.first, hit.last, hit.label) for hit in self._table.find(said))
        return Shape(tuple(sorted(hits)), len(said))


def asked_by(shape: Shape, *, question: bool) -> str | None:
    """The detail, or the kind of question, that the first fitting rule names; None where none fits."""
    names = {hit.name for hit in shape.hits}
    for rule in _rules():
        if rule.none & names or not all(group & names for _, group in rule.groups):
            continue
        if matched(rule, shape.hits, _never, asks=question, length=shape.n_words):
            return rule.category
    return None


def clause_heads(sentence: str) -> set[int]:
    """The words that begin the sentence or follow a mark inside it."""
    places = tokens(sentence)
    gaps = (sentence[left.end : right.start] for left, right in pairwise(places))
    return {0} | {n for n, gap in enumerate(gaps, 1) if not gap.isspace()}


def _never(_: int) -> bool:
    return False


def _labelled(codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, by_language in _data()["classes"].items():
        for code in codes:
            yield from ((name, str(word)) for word in by_language.get(code, ()))


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(read_rules(_data()["rules"]))


def _data() -> Mapping[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/ask_frames.yaml")
    return loaded
