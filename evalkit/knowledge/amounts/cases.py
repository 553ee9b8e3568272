"""An amount of money that a claim tells, beside the sentences, as the rules of reckoning look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.knowledge.reading.alignment import nearest
from evalkit.knowledge.reading.statements import Candidate, Sentence, Statement
from evalkit.language.amounts import Quantity

ABOUT = 0.3
"""How far a sentence overlaps a claim of which it speaks."""
_CENT, _ROUNDED = 0.011, 50.0


@dataclass(frozen=True, slots=True)
class Case:
    """An amount of money that a claim tells, and the sentences, the best candidates first."""

    amount: Quantity
    claim: Statement
    found: Sequence[Candidate]
    sentences: Sequence[Sentence]
    overlaps: Sequence[float]

    def stands(self, least: float = 0.0) -> bool:
        """Whether a sentence tells the amount, and fits at least so well beside the best."""
        return any(c.equal and c.score >= least * self.found[0].score for c in self.found)

    @property
    def nearest(self) -> int:
        """The number of the sentence that holds most of the claim."""
        return nearest(self.overlaps)

    def near(self, n: int) -> bool:
        """Whether a sentence or one beside it in its passage speaks of the claim."""
        passage = self.sentences[n].passage
        return any(
            overlap >= ABOUT and sentence.passage is passage
            for sentence, overlap in zip(self.sentences, self.overlaps, strict=True)
        )


Verdict = tuple[int, bool] | None
"""The sentence that decides, and whether the amount is right."""


def is_about(one: float, other: float) -> bool:
    """Whether two amounts are one, or the one is the other in whole numbers.

    >>> is_about(1238, 1237.5), is_about(2500, 2520)
    (True, False)
    """
    return abs(one - other) <= _CENT or (other >= _ROUNDED and one % 1 == 0 and abs(one - other) < 1)
