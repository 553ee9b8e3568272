"""A claim with amounts beside the sentences: the same, another, derived, or decided by a limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from evalkit.knowledge.amounts.arithmetic import follows, may_follow
from evalkit.knowledge.amounts.binding import candidates, equal_amounts
from evalkit.knowledge.amounts.further import part_of
from evalkit.knowledge.amounts.inference import (
    LIMIT_DECIDES,
    against_limit,
    answers_the_question,
    case_of_another,
    opposite_bounds,
    other_start,
    tighter_limit,
    told_with_condition,
    torn_apart,
)
from evalkit.knowledge.amounts.operands import reckoned_from_a_rival
from evalkit.knowledge.amounts.reckoned import (
    BEYOND_LIMIT,
    FOLLOWS,
    WRONG_SUM,
    enough,
    following,
    miscounted,
    on_another_occasion,
)
from evalkit.knowledge.amounts.rivals import OF_A_RIVAL, told_of_a_rival, told_of_its_own
from evalkit.knowledge.amounts.totals import OTHER_UNIT, reckoned_total
from evalkit.knowledge.reading.alignment import OF_ANOTHER, Weights, clash, of_the_other, other_party, unmet
from evalkit.knowledge.reading.glossary import polar, role_words
from evalkit.knowledge.reading.occasions import on_the_day
from evalkit.knowledge.reading.statements import Candidate, Comparison, Sentence, Statement
from evalkit.knowledge.rules.by_start import by_start, time_side
from evalkit.knowledge.rules.by_words import by_words, denied_part
from evalkit.knowledge.rules.certainty import ANOTHER, OTHERS
from evalkit.language.amounts import Quantity, as_age, comparable_counts, meets, other_unit, same
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable

OTHER_LIMIT = "another limit decides the customer's case"
BASE_DENIES = "the knowledge base denies it"
OPPOSITE_BOUND = "at least so many is not at most so many"
_BOUND = 0.22
_SAME_SCORE, _JUST_AS_GOOD = 0.93, 0.85
_EXACT, _EXACT_LEAD = 0.4, 0.05
_RIVAL = 0.5
_SAME_SENTENCE = 0.84
_CASE = 0.2
_EQUAL_TOO, _UNIT_LEAD = 0.6, 0.7
_DIGITS = re.compile(r"\d")
_RECKONED = frozenset({"money", "percent"})
_DECIDES = frozenset({BEYOND_LIMIT, WRONG_SUM, OTHER_UNIT})
_SOFT = frozenset({"count", "frequency"})
_NEAR_ENOUGH = 0.3
_SPEAKS, _OWN_SPEAKS = 0.42, 0.3


def by_amounts(
    claim: Statement,
    sentences: Sequence[Sentence],
    weights: Weights,
    overlaps: Sequence[float],
    own: Sequence[float],
) -> Comparison:
    if (event := by_start(claim, sentences, overlaps)) is not None and event.relation == "contradicted":
        return event
    if (short := enough(claim, sentences, overlaps) or miscounted(claim, overlaps)) is not None:
        return short
    bound_to = [
        (amount, _one_amount(amount, claim, sentences, weights, overlaps, own))
        for amount in claim.amounts
        if amount.kind not in _SOFT or _counted_there(amount, sentences)
    ]
    verdicts = [verdict for _, verdict in bound_to]
    if not verdicts:
        return by_words(claim, sentences, overlaps, own)
    wrong = [v for v in verdicts if v.relation == "contradicted"]
    if any(v.reason == FOLLOWS for v in verdicts):
        # Who reckons what is beyond a limit names an amount beyond it, and the customer's own number is no rival.
        named = [v for q, v in bound_to if q.kind == "count" and any(q.lo == asked.lo for asked in claim.asked)]
        wrong = [v for v in wrong if v.reason != LIMIT_DECIDES and v not in named]
    barred = any(v.barred for v in verdicts)
    if event is not None and len(claim.amounts) == 1 and all(v.reason.startswith(ANOTHER) for v in wrong):
        wrong = []
    if wrong:
        return replace(max(wrong, key=lambda v: (v.exact, v.reason in _DECIDES)), barred=barred)
    top = max(range(len(sentences)), key=lambda n: overlaps[n])
    decided = [v for v in verdicts if v.relation != "unsure"]
    if decided and all(v.relation == "supported" for v in decided):
        found = decided[0]
        conflict = (
            other_start(claim, sentences, found)
            # What is reckoned stands in no sentence.
            or (None if any(v.reason == FOLLOWS for v in decided) else torn_apart(claim, sentences, overlaps))
            or denied_part(claim, sentences, overlaps, top)
        )
        if conflict is None and event is not None and len(claim.amounts) == 1:
            return event
        return conflict or (found if len(decided) == len(verdicts) else replace(found, exact=False))
    if event is not None and len(claim.amounts) == 1:
        return event
    if any(v.relation == "not_in_kb" for v in verdicts):
        return Comparison("not_in_kb", top, barred=barred)
    return Comparison("unsure", top, barred=barred)


def _of_others(
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


def _in_another_unit(amount: Quantity, found: Sequence[Candidate], overlaps: Sequence[float]) -> Comparison | None:
    """The number that is told, of another currency, or of business days in place of calendar days."""
    top = found[0].score if found else 0.0
    if any(c.equal and c.score >= _EQUAL_TOO * top for c in found):
        return None
    for candidate in found:
        if candidate.score < _UNIT_LEAD * top or overlaps[candidate.sentence] < _NEAR_ENOUGH:
            continue
        if other_unit(amount, candidate.amount):
            return Comparison("contradicted", candidate.sentence, True, OTHER_UNIT)
    return None


def _counted_there(amount: Quantity, sentences: Sequence[Sentence]) -> bool:
    """Whether any sentence counts the same things; what nobody counts is left to the words."""
    return any(
        other.kind == amount.kind and (amount.kind != "count" or comparable_counts(amount, other))
        for sentence in sentences
        for other in sentence.amounts
    )


def _one_amount(
    amount: Quantity,
    claim: Statement,
    sentences: Sequence[Sentence],
    weights: Weights,
    overlaps: Sequence[float],
    own: Sequence[float],
) -> Comparison:
    if (total := reckoned_total(amount, claim, sentences, weights, overlaps)) is not None:
        return total
    if amount.kind in {"count", "duration"} and (at := part_of(amount, claim, sentences, overlaps)) is not None:
        return Comparison("supported", at, True, FOLLOWS)
    found = _bound_to(amount, claim, sentences, weights, overlaps, own)
    if (
        found.reason == FOLLOWS
        and amount.kind == "money"
        and (rival := reckoned_from_a_rival(amount, claim, sentences, weights, overlaps)) is not None
    ):
        return Comparison("contradicted", rival, False, WRONG_SUM)
    told = claim.text[amount.start : amount.end]
    if found.relation == "supported" or amount.kind not in _RECKONED or amount.lo <= 1 or not _DIGITS.search(told):
        return found
    stands = any(equal_amounts(amount, other) for s in sentences for other in s.amounts)
    asked = any(amount.lo == other.lo for other in claim.asked)
    if stands or asked or may_follow(amount, claim, sentences):
        return found
    return replace(found, barred=True)


def _bound_to(
    amount: Quantity,
    claim: Statement,
    sentences: Sequence[Sentence],
    weights: Weights,
    overlaps: Sequence[float],
    own: Sequence[float],
) -> Comparison:
    found = _untaken(amount, claim, candidates(amount, claim, sentences, weights), sentences, weights)
    if (rival := told_of_a_rival(amount, claim, found, sentences)) is not None:
        at, other = rival
        # That the rival alone has an amount is nine of ten times a contradiction only beside another amount.
        return Comparison("contradicted", at, other, OF_A_RIVAL if other else OF_ANOTHER, doubtful=not other)
    if unlike := _in_another_unit(amount, found, overlaps) or _of_others(amount, found, claim, sentences, overlaps):
        return unlike
    best_sentence = max(range(len(sentences)), key=lambda n: overlaps[n])
    top = found[0].score if found else 0.0
    denied = sentences[best_sentence]
    if (
        denied.denies
        and not claim.denies
        and overlaps[best_sentence] >= 0.5
        and overlaps[best_sentence] > top
        and not any(q.kind == amount.kind for q in denied.amounts)
        and not any(c.equal and overlaps[c.sentence] >= _JUST_AS_GOOD * overlaps[best_sentence] for c in found)
        and not follows(amount, claim, sentences, overlaps)
    ):
        return Comparison("contradicted", best_sentence, False, BASE_DENIES)
    if not found or top < _BOUND:
        if (reckoned := following(amount, claim, [], sentences, overlaps)) is not None:
            return reckoned
        return Comparison("not_in_kb" if overlaps[best_sentence] < 0.5 else "unsure", best_sentence)
    best = found[0]
    equal = next((c for c in found if c.equal), None)
    if (
        "always" in claim.said.roles
        and _says_always(claim)
        and any(not c.equal and c.score >= _RIVAL * best.score for c in found)
    ):
        # What no sentence gives is another amount of another thing; of several, "always" may be said of the other.
        reason = "not always: the knowledge base has a condition"
        return Comparison(
            "contradicted", best.sentence, False, reason, doubtful=equal is None or len(claim.amounts) > 1
        )
    if equal is not None and (
        equal.score >= (_SAME_SENTENCE if equal.sentence == best.sentence else _SAME_SCORE) * best.score
        or told_with_condition(equal, best, claim, amount, sentences)
        or told_of_its_own(amount, claim, found, sentences)
        or (overlaps[equal.sentence] >= _NEAR_ENOUGH and _is_summand(claim))
    ):
        why, exact = _yet_wrong(amount, equal, claim, sentences)
        return Comparison("contradicted" if why else "supported", equal.sentence, exact, why)
    if (decided := _by_case(amount, claim, found, sentences, overlaps)) is not None:
        return decided
    if overlaps[best.sentence] < _SPEAKS or own[best.sentence] < _OWN_SPEAKS:
        if answers_the_question(claim, sentences[best.sentence], weights):
            return Comparison("contradicted", best.sentence, False, f"another {amount.kind} answers the question")
        return Comparison("not_in_kb", best.sentence)
    own_limit = any(meets(asked, amount) is not None for asked in claim.asked)
    if (
        equal is not None
        and not own_limit
        and unmet(claim, sentences[equal.sentence])
        and _met(claim, sentences[best.sentence])
    ):
        return Comparison("contradicted", best.sentence, True, OTHER_LIMIT)
    lead = best.score - (equal.score if equal is not None else 0.0)
    exact = best.score >= _EXACT and lead >= _EXACT_LEAD
    return Comparison("contradicted", best.sentence, exact, f"{ANOTHER} {amount.kind} stands in the knowledge base")


def _by_case(
    amount: Quantity,
    claim: Statement,
    found: Sequence[Candidate],
    sentences: Sequence[Sentence],
    overlaps: Sequence[float],
) -> Comparison | None:
    """The customer's own amount beside a limit, or what reckoning says of an amount; None where neither decides."""
    case = None
    if any(same(amount, as_age(asked, amount)) for asked in claim.asked):
        least = _JUST_AS_GOOD * found[0].score
        near = [c for c in found if c.score >= least and overlaps[c.sentence] >= _NEAR_ENOUGH]
        case = against_limit(amount, near or found[:1], claim, sentences)
    if case is None or case.relation == "unsure":
        return following(amount, claim, found, sentences, overlaps) or case
    return case


def _untaken(
    amount: Quantity, claim: Statement, found: Sequence[Candidate], sentences: Sequence[Sentence], weights: Weights
) -> Sequence[Candidate]:
    """The candidates without those that another amount of the answer is about, where the claimed one stands too."""
    if not any(c.equal and c.score >= _BOUND for c in found):
        return found
    others = [q for q in claim.amounts if q is not amount and _at_home(q, claim, sentences, weights)]
    taken = [*others, *(q for q in claim.before if q.kind == amount.kind)]
    return [c for c in found if c.equal or not any(equal_amounts(q, c.amount) for q in taken)]


def _at_home(amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: Weights) -> bool:
    """Whether an amount is the one that fits best where it stands: two that are swapped are not."""
    found = candidates(amount, claim, sentences, weights)
    return bool(found) and found[0].equal


def _met(claim: Statement, sentence: Sentence) -> bool:
    """Whether a limit of a sentence holds for the customer's own amount."""
    return any(meets(asked, limit) for asked in claim.asked for limit in sentence.amounts)


def _is_for_others(claim: Statement, told: Quantity, sentence: Sentence) -> bool:
    """Whether what a sentence tells is not for the customer, and the claim neither denies it nor tells the limit."""
    if claim.denies == sentence.denies and on_another_occasion(claim, sentence, told):
        return True
    if claim.denies != sentence.denies or not unmet(claim, sentence) or _is_summand(claim):
        return False
    limits = [limit for limit in sentence.amounts if any(meets(asked, limit) is False for asked in claim.asked)]
    return not any(equal_amounts(mine, limit) for mine in (told, *claim.amounts) for limit in limits)


def _is_summand(claim: Statement) -> bool:
    """Whether a sentence adds its amounts up: the price of the first four and of the rest makes a total."""
    return (
        len({q.lo for q in quantities(claim.whole) if q.kind == "money"}) > 1
        and role_words("_reckoned").search(comparable(claim.whole)) is not None
    )


def _yet_wrong(amount: Quantity, equal: Candidate, claim: Statement, sentences: Sequence[Sentence]) -> tuple[str, bool]:
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


def _says_always(claim: Statement) -> bool:
    """Whether a word such as "always" is none of an amount (every two weeks) and no name."""
    return any(
        not any(q.start <= hit.start() < q.end for q in claim.amounts)
        and not (hit.start() and claim.text[hit.start()].isupper())
        for hit in role_words("_always").finditer(comparable(claim.text))
    )


def _decides_otherwise(told: Quantity, known: Quantity, claim: Statement) -> bool:
    """Whether the customer's own amount is the limit itself, and but one of the two takes it in: over, or from six."""
    if not told.bound or told.bound != known.bound or told.strict == known.strict:
        return False
    return any(
        (mine := meets(asked, told)) is not None and (theirs := meets(asked, known)) is not None and mine != theirs
        for asked in claim.asked
    )
