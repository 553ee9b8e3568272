"""An amount that is told of what the nearest sentence denies: a price of what is not done, no price of a fee."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.amounts.arithmetic import follows
from evalkit.knowledge.reading.alignment import nearest
from evalkit.knowledge.reading.free_of_charge import free_of_charge
from evalkit.knowledge.reading.statements import Candidate, Comparison, Sentence, Statement
from evalkit.knowledge.rules.by_words import BOTH_FREE
from evalkit.language.amounts import Quantity

BASE_DENIES = "the knowledge base denies it"
_NEAR, _JUST_AS_GOOD = 0.5, 0.85


def denied_there(
    amount: Quantity,
    claim: Statement,
    sentences: Sequence[Sentence],
    found: Sequence[Candidate],
    overlaps: Sequence[float],
) -> Comparison | None:
    """Contradicted where the nearest sentence denies and gives no such amount; who takes no fee asks nothing."""
    at = nearest(overlaps)
    told, near = sentences[at], overlaps[at]
    free = amount.kind == "money" and amount.hi == 0 and not claim.denies and near >= _NEAR
    if free and free_of_charge(told) and not any(q.kind == "money" for q in told.amounts):
        return Comparison("supported", at, not {"condition", "only"} & told.said.roles, BOTH_FREE)
    if not told.denies or claim.denies or near < _NEAR or near <= (found[0].score if found else 0.0):
        return None
    if any(q.kind == amount.kind for q in told.amounts):
        return None
    if any(c.equal and overlaps[c.sentence] >= _JUST_AS_GOOD * near for c in found):
        return None
    if follows(amount, claim, sentences, overlaps):
        return None
    return Comparison("contradicted", at, False, BASE_DENIES)
