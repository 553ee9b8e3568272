"""How near the words of a claim are to each sentence of the knowledge base, kept from one claim to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evalkit.knowledge.reading.statements import Sentence
from evalkit.knowledge.reading.wording import Term, best_match

NEIGHBOUR, BESIDE, SUBJECT = 0.35, 0.5, 0.85
_SAME_TERM = 0.75
_AS_IT_IS, _NEARLY, _ANOTHER_WORD = 0.7, 0.9, 0.5
_ONE_CONCEPT, _ANOTHER_THING = 0.8, 0.85
_MOST = 200_000
"""So many are kept: some tens of megabytes."""


class Near(NamedTuple):
    """How alike a term is to the nearest of a sentence's own terms, and of those farther off."""

    said: float
    subject: float
    beside: float
    passage: float


_FAR = Near(0.0, 0.0, 0.0, 0.0)


class Nearness:
    """How near terms are to sentences, for as long as the sentences live: the same words come again and again."""

    __slots__ = ("_known", "_n")

    def __init__(self) -> None:
        self._known: dict[str, dict[int, Near]] = {}
        self._n = 0

    def to(self, term: Term, sentences: Sequence[Sentence]) -> list[Near]:
        """How near a term is to each sentence."""
        known = self._known.get(term.key)
        if known is None:
            if self._n > _MOST:
                self._known, self._n = {}, 0
            known = self._known[term.key] = {}
        found = []
        for sentence in sentences:
            near = known.get(id(sentence))
            if near is None:
                near = known[id(sentence)] = _near(term, sentence)
                self._n += 1
            found.append(near)
        return found


def _near(term: Term, sentence: Sentence) -> Near:
    near = Near(
        best_match(term, sentence.said.terms), best_match(term, sentence.subject), best_match(term, sentence.beside),
        best_match(term, sentence.passage),
    )  # fmt: skip
    return near if any(near) else _FAR


class Matches:
    """How near each term of one claim, and of what was asked, is to the sentences that it is compared with."""

    __slots__ = ("_held", "_nearness", "_place", "_sentences", "best", "near")

    def __init__(self, sentences: Sequence[Sentence] = (), nearness: Nearness | None = None) -> None:
        self._sentences = sentences
        self._place = {id(sentence): n for n, sentence in enumerate(sentences)}
        self._nearness = nearness or Nearness()
        self._held: dict[str, tuple[list[float], list[float]]] = {}
        self.near: dict[str, list[Near]] = {}
        """By a term's text: how near it is to each sentence."""
        self.best: dict[str, float] = {}
        """By a term's text: how alike the nearest word of any sentence is."""

    def to_each(self, term: Term) -> list[Near]:
        """How near a term is to each sentence; its nearest word is known from then on."""
        near = self.near.get(term.text)
        if near is None:
            near = self.near[term.text] = self._nearness.to(term, self._sentences)
            self.best[term.text] = max([one.said for one in near], default=0.0)
        return near

    def held_by_each(self, term: Term) -> tuple[list[float], list[float]]:
        """How much of a term each sentence holds, and how much of it stands around each, not in its own words."""
        held = self._held.get(term.text)
        if held is None:
            near = self.to_each(term)
            held = self._held[term.text] = _held(near, self.best[term.text])
        return held

    def held(self, term: Term, sentence: Sentence) -> float:
        """How much of a term one of the sentences holds."""
        return self.held_by_each(term)[0][self._place[id(sentence)]]

    def said(self, term: Term, sentence: Sentence) -> float:
        """How alike a term is to the nearest of one of the sentences' own terms."""
        return self.to_each(term)[self._place[id(sentence)]].said


def _held(near: Sequence[Near], best: float) -> tuple[list[float], list[float]]:
    held: list[float] = []
    around: list[float] = []
    for one in near:
        if one is _FAR:
            held.append(0.0)
            around.append(0.0)
            continue
        said, subject, beside, passage = one
        far = NEIGHBOUR * sharp(passage, best)
        if subject:
            far = max(far, SUBJECT * sharp(subject, best))
        if beside:
            far = max(far, BESIDE * sharp(beside, best))
        around.append(far)
        held.append(max(far, sharp(said, best)))
    return held, around


def sharp(likeness: float, best: float) -> float:
    """A likeness, less where a nearer word stands elsewhere: food waste is not residual waste, nor a cat a dog."""
    if best < _AS_IT_IS or likeness >= _NEARLY * best:
        return likeness
    if likeness < _SAME_TERM:
        return likeness * _ANOTHER_WORD
    return likeness * _ANOTHER_THING if likeness >= _ONE_CONCEPT else likeness
