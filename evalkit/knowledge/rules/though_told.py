"""Why an amount that the base tells is wrong all the same: for others, turned, of another unit or limit."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.amounts.binding import equal_amounts
from evalkit.knowledge.amounts.inference import case_of_another, opposite_bounds, tighter_limit
from evalkit.knowledge.amounts.reckoned import BEYOND_LIMIT, on_another_occasion
from evalkit.knowledge.amounts.totals import OTHER_UNIT
from evalkit.knowledge.reading.alignment import OF_ANOTHER, clash, of_the_other, other_party, unmet
from evalkit.knowledge.reading.glossary import polar, role_words
from evalkit.knowledge.reading.occasions import on_the_day
from evalkit.knowledge.reading.statements import Candidate, Comparison, Sentence, Statement
from evalkit.knowledge.rules.by_start import time_side
from evalkit.knowledge.rules.certainty import OTHERS
from evalkit.language.amounts import Quantity, meets, other_unit
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable

OTHER_LIMIT = "another limit decides the customer's case"
OPPOSITE_BOUND = "at least so many is not at most so many"
NEAR_ENOUGH = 0.3
"""How much of a claim a sentence must hold before what it tells of the amount counts."""
_CASE = 0.2
_EQUAL_TOO, _UNIT_LEAD = 0.6, 0.7


def yet_wrong(amount: Quantity, equal: Candidate, claim: Statement, sentences: Sequence[Sentence]) -> tuple[str, bool]:
    """Why an amount that stands in the knowledge base is wrong all the same, empty where it is not; and how sure."""
    sentence = sentences[equal.sentence]
    if opposite_bounds(amount, equal.amount) and not case_of_another(amount, equal, claim, sentences):
        # A deadline is at least so long before an event and at most so long after: a time tells less surely.
        sides = {time_side(claim.text, amount), time_side(sentence.text, equal.amount)}
        sure = (amount.kind != "duration" or sides == {"before"}) and claim.denies == sentence.denies
        return OPPOSITE_BOUND if sure else "at least is not at most", True
    if _decides_otherwise(amount, equal.amount, claim):
        return OTHER_LIMIT, True
    if amount.kind != "clock" and claim.denies == sentence.denies and clash(claim, sentence, polar()):
        return "the one excludes the other", False
    if not claim.denies and of_the_other(claim, sentences, equal.sentence) is not None:
        return OF_ANOTHER, False
    if other_party(claim, sentence):
        return OTHERS, False
    if _is_for_others(claim, equal.amount, sentence) and not (amount.bound and equal.amount.bound):
        return BEYOND_LIMIT, True
    if all(meets(asked, amount) is None for asked in claim.asked) and tighter_limit(
        claim, amount, equal.sentence, sentences
    ):
        return OTHER_LIMIT, True
    return "", True


def of_others(
    amount: Quantity,
    found: Sequence[Candidate],
    claim: Statement,
    sentences: Sequence[Sentence],
    overlaps: Sequence[float],
) -> Comparison | None:
    """Contradicted where every sentence that gives the amount gives it to others than the customer."""
    equal = [
        c
        for c in found
        if c.equal and (overlaps[c.sentence] >= _CASE or on_the_day(claim, sentences[c.sentence], c.amount) is False)
    ]
    equal = [c for c in equal if c.score >= _EQUAL_TOO * equal[0].score]
    if not equal or amount.bound or not all(_is_for_others(claim, c.amount, sentences[c.sentence]) for c in equal):
        return None
    return Comparison("contradicted", equal[0].sentence, True, BEYOND_LIMIT)


def in_another_unit(amount: Quantity, found: Sequence[Candidate], overlaps: Sequence[float]) -> Comparison | None:
    """The number that is told, of another currency, or of business days in place of calendar days."""
    top = found[0].score if found else 0.0
    if any(c.equal and c.score >= _EQUAL_TOO * top for c in found):
        return None
    for candidate in found:
        if candidate.score < _UNIT_LEAD * top or overlaps[candidate.sentence] < NEAR_ENOUGH:
            continue
        if other_unit(amount, candidate.amount):
            return Comparison("contradicted", candidate.sentence, True, OTHER_UNIT)
    return None


def is_summand(claim: Statement) -> bool:
    """Whether a sentence adds its amounts up: the price of the first four and of the rest makes a total."""
    return (
        len({q.lo for q in quantities(claim.whole) if q.kind == "money"}) > 1
        and role_words("_reckoned").search(comparable(claim.whole)) is not None
    )


def meets_limit(claim: Statement, sentence: Sentence) -> bool:
    """Whether a limit of a sentence holds for the customer's own amount."""
    return any(meets(asked, limit) for asked in claim.asked for limit in sentence.amounts)


def _is_for_others(claim: Statement, told: Quantity, sentence: Sentence) -> bool:
    """Whether what a sentence tells is not for the customer, and the claim neither denies it nor tells the limit."""
    if claim.denies == sentence.denies and on_another_occasion(claim, sentence, told):
        return True
    if claim.denies != sentence.denies or not unmet(claim, sentence) or is_summand(claim):
        return False
    limits = [limit for limit in sentence.amounts if any(meets(asked, limit) is False for asked in claim.asked)]
    return not any(equal_amounts(mine, limit) for mine in (told, *claim.amounts) for limit in limits)


def _decides_otherwise(told: Quantity, known: Quantity, claim: Statement) -> bool:
    """Whether the customer's own amount is the limit itself, and but one of the two takes it in: over, or from six."""
    if not told.bound or told.bound != known.bound or told.strict == known.strict:
        return False
    return any(
        (mine := meets(asked, told)) is not None and (theirs := meets(asked, known)) is not None and mine != theirs
        for asked in claim.asked
    )
