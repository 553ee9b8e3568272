"""A claim beside the sentences of the base: by modality, by hours, by amounts or by words, and weighed at last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evalkit.knowledge.reading.alignment import Weights, overlap, shares, weigh
from evalkit.knowledge.reading.nearness import Nearness
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.rules.by_amounts import by_amounts
from evalkit.knowledge.rules.by_days import by_days
from evalkit.knowledge.rules.by_hours import by_hours
from evalkit.knowledge.rules.by_modality import by_modality
from evalkit.knowledge.rules.by_role import by_role
from evalkit.knowledge.rules.by_start import by_start_alone
from evalkit.knowledge.rules.by_words import by_words
from evalkit.knowledge.rules.certainty import doubted
from evalkit.knowledge.rules.kinds import beyond_list
from evalkit.knowledge.rules.silence import silent
from evalkit.knowledge.weighing.deciding import decide, weighing
from evalkit.knowledge.weighing.features import Reading


def compare(
    claim: Statement, sentences: Sequence[Sentence], passages: Sequence[int] = (), nearness: Nearness | None = None
) -> Comparison:
    """The relation of a claim to the nearest sentences; `passages` numbers the passage of each.

    `nearness` is what claims before this one have learned of the same sentences.
    """
    if not sentences:
        return Comparison("not_in_kb")
    return decide(read(claim, sentences, passages or [0] * len(sentences), nearness), weighing())


def read(
    claim: Statement, sentences: Sequence[Sentence], passages: Sequence[int], nearness: Nearness | None = None
) -> Reading:
    """What the rules say of a claim, with what they saw."""
    weights = weigh(claim, sentences, nearness)
    own = shares(weights.own, weights, len(sentences))
    extra = shares(weights.context, weights, len(sentences))
    overlaps = [*map(overlap, own, extra)]
    found = doubted(_by_rules(claim, sentences, weights, overlaps, own), claim, sentences, own)
    found = silent(found, claim, sentences, weights)
    return Reading(claim, sentences, passages, weights, overlaps, own, found)


def _by_rules(
    claim: Statement,
    sentences: Sequence[Sentence],
    weights: Weights,
    overlaps: Sequence[float],
    own: Sequence[float],
) -> Comparison:
    plain = by_modality(claim, sentences, overlaps, own) or beyond_list(claim, sentences, overlaps)
    if plain is not None:
        return replace(plain, path="modality")
    if (other := by_role(claim, sentences, overlaps)) is not None:
        return replace(other, path="roles")
    if (on_days := by_days(claim, sentences)) is not None:
        return replace(on_days, path="days")
    if (timed := by_hours(claim, sentences, overlaps)) is not None:
        return replace(timed, path="hours")
    if (begun := by_start_alone(claim, sentences, overlaps)) is not None:
        return replace(begun, path="start")
    if claim.amounts:
        return replace(by_amounts(claim, sentences, weights, overlaps, own), path="amounts")
    if weights.thin and not claim.denies:
        own = [0.0] * len(sentences)
    return replace(by_words(claim, sentences, overlaps, own), path="words")
