"""What reckoning says of an amount, with the prices that hold for the customer's days, months, age and number."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.amounts.arithmetic import follows
from evalkit.knowledge.amounts.inference import derived
from evalkit.knowledge.reading.alignment import nearest
from evalkit.knowledge.reading.glossary import role_words
from evalkit.knowledge.reading.occasions import in_other_months, of_another_age, on_the_day, out_of_reach
from evalkit.knowledge.reading.statements import Candidate, Comparison, Sentence, Statement
from evalkit.language.amounts import Quantity, meets
from evalkit.text.normalise import comparable

FOLLOWS = "it follows from the amounts that are told"
BEYOND_LIMIT = "the customer's case is beyond the limit"
WRONG_SUM = "this sum is not right"
_NEAR_ENOUGH, _CASE = 0.3, 0.2
_WHOLE, _ROUNDED = 100.0, 0.01


def following(
    amount: Quantity,
    claim: Statement,
    found: Sequence[Candidate],
    sentences: Sequence[Sentence],
    overlaps: Sequence[float],
) -> Comparison | None:
    """What reckoning says of an amount: right, or reckoned from a price of other days, months or ages."""
    at = found[0].sentence if found else nearest(overlaps)

    def given(numbers: Sequence[int]) -> bool:
        some, near = [sentences[n] for n in numbers], [overlaps[n] for n in numbers]
        known = [c for c in found if c.sentence in numbers]
        by = [s for s, overlap in zip(some, near, strict=True) if overlap >= _NEAR_ENOUGH]
        return (bool(known) and derived(amount, known, claim, by)) or follows(amount, claim, some, near)

    every = range(len(sentences))
    if not given(every):
        return None
    others = {
        n
        for n, s in enumerate(sentences)
        if of_another_age(claim, s)
        or out_of_reach(claim, s)
        or any(on_another_occasion(claim, s, told) for told in s.amounts)
    }
    ours = [n for n in every if n not in others]
    if not others or given(ours):
        return _below_the_least(amount, claim, sentences, overlaps, at) or Comparison("supported", at, True, FOLLOWS)
    if claim.denies:
        return None
    return Comparison("contradicted", max(others, key=lambda n: overlaps[n]), True, BEYOND_LIMIT)


def enough(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """Contradicted where the customer's amount is said to be over a limit, and every limit near by is over it."""
    if claim.denies or not role_words("_over_limit").search(comparable(claim.text)):
        return None
    at = [
        (overlaps[n], n, met)
        for n, sentence in enumerate(sentences)
        for limit in sentence.amounts
        for asked in claim.asked
        if limit.bound == ">=" and asked.lo > 0 and (met := meets(asked, limit)) is not None
    ]
    if not at or any(met for overlap, _, met in at if overlap >= _CASE):
        return None
    overlap, nearest, met = max(at)
    return None if met or overlap < _CASE else Comparison("contradicted", nearest, True, BEYOND_LIMIT)


def on_another_occasion(claim: Statement, sentence: Sentence, told: Quantity) -> bool:
    """Whether a sentence tells an amount for other months or weekdays than those that are spoken of."""
    return in_other_months(claim, sentence) or on_the_day(claim, sentence, told) is False


def _below_the_least(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], at: int
) -> Comparison | None:
    """Contradicted where what is reckoned is less than the least that is charged: 15 %, but at least 1,000."""
    if amount.kind != "money" or amount.bound or claim.denies:
        return None
    told = {q.lo for q in (*claim.amounts, *claim.spoken)}
    for n, sentence in enumerate(sentences):
        if sentence.passage is not sentences[at].passage:
            continue
        least = [q for q in sentence.amounts if q.kind == "money" and q.unit == amount.unit and q.lo > amount.lo > 0]
        # Who tells the least beside the sum tells the whole of it.
        least = [q for q in least if q.lo not in told]
        if least and (
            role_words("_least").search(comparable(sentence.text))
            or (
                overlaps[n] >= _CASE and any(_is_least_of_a_share(q, sentence, amount, claim, sentences) for q in least)
            )
        ):
            return Comparison("contradicted", n, True, BEYOND_LIMIT)
    return None


def _is_least_of_a_share(
    least: Quantity, sentence: Sentence, amount: Quantity, claim: Statement, sentences: Sequence[Sentence]
) -> bool:
    if not role_words("_at_least").search(comparable(sentence.text[: least.end])):
        return False
    shares = [
        q.lo / _WHOLE for other in sentences if other.is_beside(sentence) for q in other.amounts if q.kind == "percent"
    ]
    own = [q.lo for q in claim.asked if q.kind in {"money", "count"}]
    return any(_is_about(share * much, amount.lo) for share in shares for much in own)


def miscounted(claim: Statement, overlaps: Sequence[float]) -> Comparison | None:
    """Contradicted where a claim names a share, the whole and what it makes, and that is something else."""
    for share, whole, part in zip(claim.amounts, claim.amounts[1:], claim.amounts[2:], strict=False):
        if (share.kind, whole.kind, part.kind) != ("percent", "money", "money") or whole.unit != part.unit:
            continue
        of, makes = (comparable(claim.text[a.end : b.start]).strip() for a, b in ((share, whole), (whole, part)))
        if not role_words("_of_whole").fullmatch(of) or not role_words("_makes").fullmatch(makes):
            continue
        of_it = share.lo / _WHOLE
        if not any(_is_about(whole.lo * times, part.lo) for times in (of_it, 1 - of_it, 1 + of_it)):
            return Comparison("contradicted", nearest(overlaps), True, WRONG_SUM)
    return None


def _is_about(value: float, told: float) -> bool:
    return abs(value - told) <= max(1.0, _ROUNDED * value)
