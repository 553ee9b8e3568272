"""A claim beside the sentences of the knowledge base: by hours, by amounts, or by words."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.alignment import held, overlap, weigh
from evalkit.knowledge.by_amounts import by_amounts
from evalkit.knowledge.by_hours import by_hours
from evalkit.knowledge.by_words import by_words
from evalkit.knowledge.statements import Comparison, Sentence, Statement


def compare(claim: Statement, sentences: Sequence[Sentence]) -> Comparison:
    """The relation of a claim to the nearest sentences."""
    if not sentences:
        return Comparison("not_in_kb")
    weights = weigh(claim, sentences)
    overlaps = [overlap(claim, sentence, weights) for sentence in sentences]
    if (timed := by_hours(claim, sentences, overlaps)) is not None:
        return timed
    if claim.amounts:
        return by_amounts(claim, sentences, weights, overlaps)
    own = [sum(w * held(term, s) for term, w in weights.own) / weights.total for s in sentences]
    if weights.thin and not claim.denies:
        own = [0.0] * len(sentences)
    return by_words(claim, sentences, overlaps, own)
