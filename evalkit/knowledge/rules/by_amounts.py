"""A claim with amounts beside the sentences: the same, another, derived, or decided by a limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from evalkit.knowledge.amounts.all_of_them import of_each, says_always
from evalkit.knowledge.amounts.arithmetic import may_follow
from evalkit.knowledge.amounts.binding import candidates, equal_amounts
from evalkit.knowledge.amounts.further import part_of
from evalkit.knowledge.amounts.inference import (
    LIMIT_DECIDES,
    against_limit,
    answers_the_question,
    other_start,
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
)
from evalkit.knowledge.amounts.rivals import OF_A_RIVAL, told_of_a_rival, told_of_its_own
from evalkit.knowledge.amounts.totals import OTHER_UNIT, reckoned_total
from evalkit.knowledge.reading.alignment import OF_ANOTHER, Weights, nearest, unmet
from evalkit.knowledge.reading.statements import Candidate, Comparison, Sentence, Statement
from evalkit.knowledge.rules.by_start import by_start
from evalkit.knowledge.rules.by_words import by_words, denied_part
from evalkit.knowledge.rules.certainty import ANOTHER
from evalkit.knowledge.rules.denied_amounts import denied_there
from evalkit.knowledge.rules.though_told import (
    NEAR_ENOUGH,
    OTHER_LIMIT,
    in_another_unit,
    is_summand,
    meets_limit,
    of_others,
    yet_wrong,
)
from evalkit.language.amounts import Quantity, as_age, comparable_counts, meets, same

_BOUND = 0.22
_SAME_SCORE, _JUST_AS_GOOD = 0.93, 0.85
_EXACT, _EXACT_LEAD = 0.4, 0.05
_RIVAL = 0.5
_SAME_SENTENCE = 0.84
_DIGITS = re.compile(r"\d")
_RECKONED = frozenset({"money", "percent"})
_DECIDES = frozenset({BEYOND_LIMIT, WRONG_SUM, OTHER_UNIT})
_SOFT = frozenset({"count", "frequency"})
_SPEAKS, _OWN_SPEAKS, _SPEAKS_WELL = 0.42, 0.3, 0.5


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
    top = nearest(overlaps)
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
    decided = (
        _of_a_rival(amount, claim, found, sentences)
        or in_another_unit(amount, found, overlaps)
        or of_others(amount, found, claim, sentences, overlaps)
        or denied_there(amount, claim, sentences, found, overlaps)
    )
    if decided is not None:
        return decided
    if not found or found[0].score < _BOUND:
        if (reckoned := following(amount, claim, [], sentences, overlaps)) is not None:
            return reckoned
        at = nearest(overlaps)
        return Comparison("not_in_kb" if overlaps[at] < _SPEAKS_WELL else "unsure", at)
    if (limited := _not_always(amount, claim, found, sentences)) is not None:
        return limited
    equal = next((c for c in found if c.equal), None)
    if equal is not None and _is_told(amount, equal, claim, found, sentences, overlaps):
        why, exact = yet_wrong(amount, equal, claim, sentences)
        return Comparison("contradicted" if why else "supported", equal.sentence, exact, why)
    return _by_case(amount, claim, found, sentences, overlaps) or _another(
        amount, claim, found, sentences, weights, overlaps, own
    )


def _of_a_rival(
    amount: Quantity, claim: Statement, found: Sequence[Candidate], sentences: Sequence[Sentence]
) -> Comparison | None:
    if (rival := told_of_a_rival(amount, claim, found, sentences)) is None:
        return None
    at, other = rival
    # That the rival alone has an amount is nine of ten times a contradiction only beside another amount.
    return Comparison("contradicted", at, other, OF_A_RIVAL if other else OF_ANOTHER, doubtful=not other)


def _not_always(
    amount: Quantity, claim: Statement, found: Sequence[Candidate], sentences: Sequence[Sentence]
) -> Comparison | None:
    """Contradicted where "always" is said of what has another amount elsewhere."""
    best = found[0]
    if "always" not in claim.said.roles or not says_always(claim):
        return None
    if best.equal and amount.kind != "clock" and of_each(claim, sentences[best.sentence]):
        return None
    if not any(not c.equal and c.score >= _RIVAL * best.score for c in found):
        return None
    # What no sentence gives is another amount of another thing; of several, "always" may be said of the other.
    doubtful = not any(c.equal for c in found) or len(claim.amounts) > 1
    reason = "not always: the knowledge base has a condition"
    return Comparison("contradicted", best.sentence, False, reason, doubtful=doubtful)


def _is_told(
    amount: Quantity,
    equal: Candidate,
    claim: Statement,
    found: Sequence[Candidate],
    sentences: Sequence[Sentence],
    overlaps: Sequence[float],
) -> bool:
    """Whether an equal amount is the one that the claim is about, though another may seem to fit a little better."""
    best = found[0]
    return (
        equal.score >= (_SAME_SENTENCE if equal.sentence == best.sentence else _SAME_SCORE) * best.score
        or told_with_condition(equal, best, claim, amount, sentences)
        or told_of_its_own(amount, claim, found, sentences)
        or (overlaps[equal.sentence] >= NEAR_ENOUGH and is_summand(claim))
    )


def _another(
    amount: Quantity,
    claim: Statement,
    found: Sequence[Candidate],
    sentences: Sequence[Sentence],
    weights: Weights,
    overlaps: Sequence[float],
    own: Sequence[float],
) -> Comparison:
    """What the amount that fits best says of a claim that tells another one."""
    best, equal = found[0], next((c for c in found if c.equal), None)
    if overlaps[best.sentence] < _SPEAKS or own[best.sentence] < _OWN_SPEAKS:
        if answers_the_question(claim, sentences[best.sentence], weights):
            return Comparison("contradicted", best.sentence, False, f"another {amount.kind} answers the question")
        return Comparison("not_in_kb", best.sentence)
    if (
        equal is not None
        and all(meets(asked, amount) is None for asked in claim.asked)
        and unmet(claim, sentences[equal.sentence])
        and meets_limit(claim, sentences[best.sentence])
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
        near = [c for c in found if c.score >= least and overlaps[c.sentence] >= NEAR_ENOUGH]
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
