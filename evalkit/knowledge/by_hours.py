"""A claim about opening hours beside the sentences that give hours by weekday."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.alignment import held
from evalkit.knowledge.statements import Comparison, Sentence, Statement
from evalkit.knowledge.wording import Term
from evalkit.language.opening_hours import DayHours, day_hours, days_in

_SPEAKS_OF_HOURS, _OPEN = 0.25, -1.0
_HOUR_WORDS = frozenset({"open", "closed", "weekday", "day"})
_SUBJECT = 0.4


def by_hours(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """What the nearest sentence with hours by weekday says of a claim's; None where either is silent."""
    mine = _claimed_hours(claim)
    if not mine:
        return None
    told = [(n, hours) for n, s in enumerate(sentences) if (hours := _hours_around(sentences, n)) and s.amounts]
    told = [(n, hours) for n, hours in told if overlaps[n] >= _SPEAKS_OF_HOURS]
    if not told:
        return None
    named = [t for t in claim.said.terms if t.concept not in _HOUR_WORDS and not days_in(t.text)]
    same_subject = [pair for pair in told if not named or _names(named, sentences[pair[0]])]
    if not same_subject:
        known = any(_names(named, sentence) for sentence in sentences)
        return None if known else Comparison("not_in_kb", told[0][0])
    nearest, hours = max(same_subject, key=lambda pair: overlaps[pair[0]])
    for said in mine:
        for day in said.days:
            there = [h for h in hours if day in h.days]
            if any((h.lo, h.hi) == (said.lo, said.hi) or (said.lo == _OPEN and h.lo is not None) for h in there):
                continue
            if not there and said.lo is None:
                continue
            exact = bool(there)
            reason = "other hours stand in the knowledge base" if exact else "the knowledge base names no hours for it"
            return Comparison("contradicted", nearest, exact, reason)
    return Comparison("supported", nearest, True)


def _names(terms: Sequence[Term], sentence: Sentence) -> bool:
    return max(held(term, sentence) for term in terms) >= _SUBJECT


def _claimed_hours(claim: Statement) -> tuple[DayHours, ...]:
    """The hours that a claim gives; days that only the question names count too, and "open" alone means any hours."""
    found = day_hours(claim.text, claim.amounts)
    if found:
        return found
    days = days_in(claim.text) or days_in(claim.question)
    clocks = [q for q in claim.amounts if q.kind == "clock" and q.hi > q.lo]
    if not days:
        return ()
    if clocks:
        return tuple(DayHours(days, q.lo, q.hi) for q in clocks)
    said = {term.concept for term in claim.said.terms}
    if "open" in said and not claim.amounts:
        return (DayHours(days, None, None) if claim.denies else DayHours(days, _OPEN, _OPEN),)
    return ()


def _hours_around(sentences: Sequence[Sentence], at: int) -> tuple[DayHours, ...]:
    """The hours of a sentence, with the days that the next one tells closed."""
    found = day_hours(sentences[at].text, sentences[at].amounts)
    if found and at + 1 < len(sentences) and sentences[at + 1].start >= sentences[at].start:
        more = day_hours(sentences[at + 1].text, sentences[at + 1].amounts)
        if all(hours.lo is None for hours in more):
            found += more
    return found
