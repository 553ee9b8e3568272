"""The verdict on a claim where no exact rule decides: the rules' word, the reading's numbers and its words, weighed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import exp
from typing import cast

from evalkit.knowledge.amounts.inference import OTHER_START
from evalkit.knowledge.amounts.reckoned import BEYOND_LIMIT, FOLLOWS, WRONG_SUM
from evalkit.knowledge.amounts.rivals import OF_A_RIVAL
from evalkit.knowledge.amounts.totals import OTHER_UNIT
from evalkit.knowledge.reading.statements import Comparison, Relation
from evalkit.knowledge.rules.by_days import OTHER_DAYS
from evalkit.knowledge.rules.by_hours import NO_HOURS
from evalkit.knowledge.rules.by_modality import DENIED_WHOLE, GRANTED, LEFT_OUT, PERMITTED
from evalkit.knowledge.rules.by_role import OTHER_DOER
from evalkit.knowledge.rules.by_start import OTHER_SIDE, SAME_START
from evalkit.knowledge.rules.by_words import BEYOND
from evalkit.knowledge.rules.certainty import ANOTHER
from evalkit.knowledge.rules.denied_amounts import BASE_DENIES
from evalkit.knowledge.rules.kinds import OF_ITS_KIND
from evalkit.knowledge.rules.silence import SILENT, of_the_unknown, prices_the_unknown
from evalkit.knowledge.rules.though_told import OPPOSITE_BOUND, OTHER_LIMIT
from evalkit.knowledge.weighing.features import Reading, features, held_by_passage
from evalkit.knowledge.weighing.signs import signs

VERDICTS: tuple[Relation, ...] = ("supported", "contradicted", "not_in_kb")
_CLOSE, _COVERED = 0.01, 0.45
_DOUBTED, _AGREED, _OVERRULED = 0.8, 0.93, 0.75
_ALIGNED, _WORDED, _NEVER = 0.7, 0.85, 2.0
_EVEN = 0.5
_UNKNOWN = 0.3
"""How likely silence must be to win over a contradiction, where the question names a thing that no sentence holds."""
_HELD_WHOLE = 0.8
_LEAST = {DENIED_WHOLE: 0.3, GRANTED: 0.4}
"""How much the weights must be with a rule of duties and denials: a no has more ways to be right than a yes."""
_OF_REASON = {NO_HOURS: 0.7, BASE_DENIES: 0.8}
_SOUND = frozenset(
    {OPPOSITE_BOUND, OTHER_LIMIT, OTHER_UNIT, OTHER_START, OTHER_SIDE, BEYOND_LIMIT, WRONG_SUM, OF_A_RIVAL}
)
"""What nine of ten times is a contradiction wherever it was seen."""
_OTHER_MONEY = f"{ANOTHER} money stands in the knowledge base"
_WEIGHED = "weighed: {share:.0%} of claims that read like this one are {verdict}"


@dataclass(frozen=True, slots=True)
class Weighing:
    """Coefficients of a multinomial logistic model, for each verdict: of each number, of 1 at last, of each sign."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    coefficients: tuple[tuple[float, float, float], ...]
    of_signs: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)

    def shares(self, numbers: dict[str, float], said: Iterable[str] = ()) -> tuple[float, ...]:
        """The probability of each verdict, from a reading's numbers and the names of its signs."""
        first, second, third = self.coefficients[-1]
        for name, mean, scale, row in zip(self.names, self.mean, self.scale, self.coefficients, strict=False):
            value = (numbers[name] - mean) / scale
            first += value * row[0]
            second += value * row[1]
            third += value * row[2]
        for row in filter(None, map(self.of_signs.get, said)):
            first += row[0]
            second += row[1]
            third += row[2]
        largest = max(first, second, third)
        powers = [exp(value - largest) for value in (first, second, third)]
        total = sum(powers)
        return tuple([power / total for power in powers])


@cache
def weighing() -> Weighing:
    """The packaged weights, learned from the labelled cases by `python -m tests.quality.verdicts --write`."""
    loaded = json.loads(files("evalkit.knowledge").joinpath("data/verdict_weights.json").read_text("utf-8"))
    rows = tuple(cast("tuple[float, float, float]", tuple(row)) for row in loaded["coefficients"])
    return Weighing(tuple(loaded["names"]), tuple(loaded["mean"]), tuple(loaded["scale"]), rows, _of_signs())


def _of_signs() -> dict[str, tuple[float, float, float]]:
    """The weights of the signs: a line each, in whole steps of the size that the first line tells."""
    step, *lines = files("evalkit.knowledge").joinpath("data/verdict_signs.txt").read_text("utf-8").splitlines()
    size = float(step)
    found = {}
    for line in lines:
        name, first, second, third = line.split("\t")
        found[name] = (size * int(first), size * int(second), size * int(third))
    return found


def decide(reading: Reading, weights: Weighing) -> Comparison:
    """The rules' finding, or another one where the weights are against it.

    A contradiction is exact where amounts decide it and the weights do not doubt it, or where a rule of signs, lists or
    conditions decides it and the weights leave no doubt; never where the rule itself is in doubt.
    """
    found = reading.found
    if not reading.claim.question:
        # The weights were learned from answers to customers.
        held = _by_coverage(reading)
        return replace(held, exact=held.exact and not held.doubtful)
    numbers = features(reading)
    if _stands(found, whole=bool(numbers["whole"]), reply=reading.claim.reply):
        return found
    shares = weights.shares(numbers, signs(reading))
    if found.barred or _is_aligned(found, reading):
        shares = (0.0, *shares[1:])
    decided = _by_shares(reading, shares)
    if decided.relation != "contradicted" or decided.exact:
        return decided
    if decided.reason == _OTHER_MONEY and prices_the_unknown(reading.claim, reading.weights):
        return Comparison("not_in_kb", decided.sentence, False, SILENT)
    if numbers["asked_known_strange"] and shares[2] >= _UNKNOWN and found.path != "hours":
        # What is asked for is told nowhere; hours are told of a day, whatever else the question names.
        reason = _WEIGHED.format(share=shares[2], verdict="not_in_kb")
        return Comparison("not_in_kb", decided.sentence, False, reason, weighed=True)
    return decided


def _by_shares(reading: Reading, shares: Sequence[float]) -> Comparison:
    """The rules' finding, as sure as the shares let it be, or the likeliest verdict where they are against it."""
    found = reading.found
    best = max(range(len(VERDICTS)), key=lambda n: shares[n])
    against = shares[VERDICTS.index("contradicted")]
    if found.path == "modality" and against >= _LEAST.get(found.reason, 0.0):
        return replace(found, exact=found.exact and against >= (_WORDED if found.reason == LEFT_OUT else _EVEN))
    if found.relation == "contradicted" and found.reason and not found.doubtful and against >= _needed(found, reading):
        return replace(found, exact=True)
    held = _is_told(found) or (VERDICTS[best] == "contradicted" and _is_worded(found, reading))
    if VERDICTS[best] == found.relation or (held and shares[best] < _OVERRULED):
        return replace(found, exact=found.exact and found.relation != "contradicted")
    at = found.sentence if found.sentence is not None else reading.top
    if found.relation == "contradicted" and of_the_unknown(reading.claim, reading.sentences, reading.weights):
        # What the weights do not believe of a thing that no passage names is no support for it either.
        return Comparison("not_in_kb", at, False, SILENT)
    if sorted(shares)[-1] - sorted(shares)[-2] < _CLOSE:
        return replace(found, relation="unsure", sentence=at, exact=False)
    reason = _WEIGHED.format(share=shares[best], verdict=VERDICTS[best])
    return Comparison(VERDICTS[best], at, False, reason, weighed=True)


def _stands(found: Comparison, *, whole: bool, reply: str) -> bool:
    """Whether no weight takes a finding away.

    A sentence that holds the whole claim (95 of 100 are right), what limits or sums decide, a yes beyond a limit,
    others of a kind of which only some are admitted.
    """
    if found.relation == "not_in_kb":
        return found.reason == SILENT
    if found.relation == "supported":
        told = bool(found.reason) or found.path == "hours"
        return whole or (found.exact and told and (found.reason != SAME_START or found.path == "start"))
    return found.relation == "contradicted" and (
        found.reason in {OF_ITS_KIND, OTHER_DOER, OTHER_DAYS, PERMITTED}
        or (found.path == "amounts" and found.reason in _SOUND)
        or (found.reason == BEYOND and reply == "yes")
    )


def _needed(found: Comparison, reading: Reading) -> float:
    """How much the weights must be with a contradiction before it counts as exact."""
    if found.reason.startswith(ANOTHER) and found.exact and not _is_aligned(found, reading):
        return _NEVER
    if found.path == "words" and not found.reason.startswith(ANOTHER):
        # Of 6,000 labelled answers that no weight was learned from, exact ones are right in 90 of 100 from there on.
        return _WORDED
    return _DOUBTED if found.exact else _OF_REASON.get(found.reason, _AGREED)


def _is_aligned(found: Comparison, reading: Reading) -> bool:
    """Whether an amount is held against one that a sentence gives for what the claim speaks of."""
    if not (found.reason.startswith(ANOTHER) and found.exact and not found.doubtful) or found.sentence is None:
        return False
    return reading.own[found.sentence] >= _ALIGNED


def _is_told(found: Comparison) -> bool:
    """Whether the rules find an amount where it is told, or reckon it: only weights that are sure take that away."""
    return found.relation == "supported" and (found.exact or found.reason == FOLLOWS)


def _is_worded(found: Comparison, reading: Reading) -> bool:
    """Whether a sentence says nearly all that a claim says, or the claim says "only": what a no and its reason are.

    Of the contradictions that unsure weights make of those, two of three are none.
    """
    if found.relation != "supported" or found.path != "words" or found.sentence is None:
        return False
    bare = reading.claim.text == reading.claim.question
    return "only" in reading.claim.said.roles or (not bare and reading.own[found.sentence] >= _HELD_WHOLE)


def _by_coverage(reading: Reading) -> Comparison:
    """The rules' finding; a statement whose words stand in one passage is supported where no rule is against it."""
    found = reading.found
    if found.relation not in {"not_in_kb", "unsure"} or reading.weights.thin:
        return found
    if held_by_passage(reading) < _COVERED:
        return found
    return Comparison("supported", found.sentence, False, "its words stand in one passage", weighed=True)
