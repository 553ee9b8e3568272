"""A claim about opening hours beside the sentences that give hours by weekday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evalkit.knowledge.amounts.binding import side_of
from evalkit.knowledge.reading.alignment import held, made_alike
from evalkit.knowledge.reading.glossary import role_words
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.knowledge.rules.certainty import OTHER_HOURS
from evalkit.language.amounts import TWELVE_HOURS, Quantity, same_time
from evalkit.language.opening_hours import OPEN_END, DayHours, day_hours, days_in, months_in, one_sided
from evalkit.text.normalise import comparable

NO_HOURS = "the knowledge base names no hours for it"
_SPEAKS_OF_HOURS, _OF_ANYTHING, _JUST_AS_NEAR = 0.25, 0.1, 0.9
_HOUR_WORDS = frozenset({"open", "closed", "weekday", "day", "evening", "morning"})
_SUBJECT, _NAMED, _TWO = 0.4, 0.75, 2
_HALF_A_DAY_H, _HOUR_MIN = 12, 60


def by_hours(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """What the nearest sentence with hours by weekday says of a claim's; None where either is silent."""
    mine = _claimed_hours(claim)
    if not mine:
        return None
    named = [term for term in claim.said.terms if _may_be_named(term, claim)]
    least = _SPEAKS_OF_HOURS if named else _OF_ANYTHING
    months = months_in(claim.text)[0] or months_in(claim.question)[0]
    told = [
        (n, hours)
        for n, s in enumerate(sentences)
        if overlaps[n] >= least and s.amounts and (hours := _hours_around(sentences, n, months))
    ]
    if not told:
        return None
    same_subject = [pair for pair in told if not named or _names(named, sentences[pair[0]])]
    moved = _shifted(named, told, sentences)
    if not same_subject and moved is None:
        known = any(_names(named, sentence) for sentence in sentences)
        return None if known else Comparison("not_in_kb", told[0][0])
    nearest, hours = moved or _nearest(_of_the_named(named, same_subject, sentences), mine, overlaps)
    for said in mine:
        for day in said.days:
            there = [h for h in hours if day in h.days]
            if any(_fit(said, h) for h in there):
                continue
            if any(_is_inside(said, h) for h in there):
                # Whether it opens then, or is open then, is not said.
                return None
            if not there and said.lo is None:
                continue
            # Hours of another door or season look like other hours: sure only where the weights are.
            return Comparison("contradicted", nearest, False, OTHER_HOURS if there else NO_HOURS)
    return Comparison("supported", nearest, True)


def _may_be_named(term: Term, claim: Statement) -> bool:
    """Whether a word may name what is open: neither hours nor days, nor what says that somebody is there."""
    if term.concept in _HOUR_WORDS or any(q.start < term.end and term.start < q.end for q in claim.amounts):
        return False
    return not (
        days_in(term.text) or role_words("_doors").fullmatch(term.text) or role_words("_serving").fullmatch(term.text)
    )


def _nearest(
    told: Sequence[tuple[int, tuple[DayHours, ...]]], mine: Sequence[DayHours], overlaps: Sequence[float]
) -> tuple[int, tuple[DayHours, ...]]:
    """The nearest hours; of those that are about as near, the ones that tell the days that are claimed."""
    best = _JUST_AS_NEAR * max(overlaps[n] for n, _ in told)
    days = frozenset().union(*(said.days for said in mine))

    def fits(pair: tuple[int, tuple[DayHours, ...]]) -> tuple[bool, float]:
        n, hours = pair
        return overlaps[n] >= best and any(not days.isdisjoint(h.days) for h in hours), overlaps[n]

    return max(told, key=fits)


def _shifted(
    named: Sequence[Term], told: Sequence[tuple[int, tuple[DayHours, ...]]], sentences: Sequence[Sentence]
) -> tuple[int, tuple[DayHours, ...]] | None:
    """The hours of what opens or closes so long before or after another: "the yard closes an hour before the shop"."""
    for at, sentence in enumerate(sentences):
        terms = sentence.said.terms
        lengths = [q for q in sentence.amounts if q.kind == "duration" and q.unit == "h" and q.lo < _HALF_A_DAY_H]
        if not lengths or not terms or not named or best_match(named[0], terms[:1]) < _SUBJECT:
            continue
        by = lengths[0].lo * _HOUR_MIN * (-1 if role_words("_before").search(comparable(sentence.text)) else 1)
        opens = any(term.concept == "open" for term in terms)
        for n, hours in told:
            if n != at and sentences[n].passage is sentence.passage:
                return at, tuple(_moved(known, by, opens=opens) for known in hours)
    return None


def _moved(hours: DayHours, by: float, *, opens: bool) -> DayHours:
    if hours.lo is None or hours.hi is None:
        return hours
    # What is told of the one end says nothing of the other.
    return replace(hours, lo=hours.lo + by) if opens else replace(hours, hi=hours.hi + by)


def _fit(said: DayHours, known: DayHours) -> bool:
    """Whether said hours are the known ones, as far as either tells both ends."""
    if said.lo is None or known.lo is None:
        return said.lo is known.lo
    # Nobody closes before opening: from 8 to 6 is until the evening.
    twelve = (
        said.twelve or known.twelve or any(h.hi is not None and OPEN_END != h.hi < (h.lo or 0) for h in (said, known))
    )
    ends = [(said.lo, known.lo), (said.hi, known.hi)]
    if said.lo == said.hi != OPEN_END:
        return any(_is_time(said.lo, end, twelve) for end in (known.lo, known.hi))
    if known.lo == known.hi:
        # One time is known and not of which end.
        return (
            _is_time(known.lo, said.lo, twelve) or _is_time(known.lo, said.hi, twelve) or said.lo == said.hi == OPEN_END
        )
    return all(mine == OPEN_END or _is_time(mine, other, twelve) for mine, other in ends)


def _is_inside(said: DayHours, known: DayHours) -> bool:
    """Whether one time, of which end it is not said, lies in the known hours."""
    if said.lo is None or said.lo != said.hi or known.lo is None or known.hi is None:
        return False
    return known.lo < said.lo < known.hi


def _is_time(one: float | None, other: float | None, twelve: bool) -> bool:
    if one == other or one is None or other is None or OPEN_END in {one, other}:
        return one == other
    return twelve and (one - other) % (_HALF_A_DAY_H * _HOUR_MIN) == 0


def _names(terms: Sequence[Term], sentence: Sentence) -> bool:
    return max(held(term, sentence) for term in terms) >= _SUBJECT


def _claimed_hours(claim: Statement) -> tuple[DayHours, ...]:
    """The hours that a claim gives; days that only the question names count too, and "open" alone means any hours."""
    told = _told_hours(claim)
    found = day_hours(claim.text, told)
    if found and not any(h.lo is not None and h.lo == h.hi for h in found):
        return found
    days = days_in(claim.text) or days_in(claim.question)
    if not days:
        return ()
    clocks = [q for q in told if q.kind == "clock"]
    if whole := [q for q in clocks if q.hi > q.lo]:
        return tuple(DayHours(days, q.lo, q.hi, q.unit == TWELVE_HOURS) for q in whole)
    said = {term.concept for term in claim.said.terms}
    if len(clocks) == 1:
        sides = side_of(clocks[0], claim)
        return (DayHours(days, *sides, clocks[0].unit == TWELVE_HOURS),) if sides else found
    if "open" in said and not claim.amounts:
        return (DayHours(days, None, None) if claim.denies else DayHours(days, OPEN_END, OPEN_END),)
    return ()


def _told_hours(claim: Statement) -> tuple[Quantity, ...]:
    """A claim's amounts without the time that the customer asks for, where it tells another beside it."""
    asked = [q for q in claim.asked if q.kind == "clock"]
    others = tuple(q for q in claim.amounts if not any(same_time(q, own) for own in asked))
    return others if any(q.kind == "clock" for q in others) else claim.amounts


def _of_the_named(
    named: Sequence[Term], told: Sequence[tuple[int, tuple[DayHours, ...]]], sentences: Sequence[Sentence]
) -> Sequence[tuple[int, tuple[DayHours, ...]]]:
    """The hours without those of another door of the same sentence or passage: of zone B where zone A has its own."""
    scores = {
        n: sum(best_match(t, (*sentences[n].said.terms, *sentences[n].subject)) >= _NAMED for t in named)
        for n, _ in told
    }
    return [
        (n, hours)
        for n, hours in told
        if not any(scores[m] > scores[n] and _is_made_alike(sentences[m], sentences[n]) for m in scores)
    ]


def _is_made_alike(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences of a passage tell the same of two things."""
    mine = [term for term in one.said.terms if not days_in(term.text)]
    return one.passage is other.passage and made_alike(mine, other.said.terms)


def _hours_around(sentences: Sequence[Sentence], at: int, months: frozenset[int]) -> tuple[DayHours, ...]:
    """The hours of a sentence in some months, with what the next one tells closed, and of which days it tells else."""
    sentence = sentences[at]
    found = day_hours(sentence.text, _in_season(sentence, months))
    if found and at + 1 < len(sentences) and sentences[at + 1].start >= sentence.start:
        after = sentences[at + 1]
        more = day_hours(after.text, after.amounts)
        if not more and after.is_beside(sentence):
            return _with_exception(found, sentence, after)
        if all(hours.lo is None for hours in more):
            found += more
    return found


def _in_season(sentence: Sentence, months: frozenset[int]) -> Sequence[Quantity]:
    """The amounts of a sentence without the hours of other months: the rest of the year has what is left."""
    clocks = [q for q in sentence.amounts if q.kind == "clock"]
    if not months or len(clocks) < _TWO:
        return sentence.amounts
    ends = [q.start for q in clocks[1:]] + [len(sentence.text)]
    after = [months_in(sentence.text[q.end : end]) for q, end in zip(clocks, ends, strict=True)]
    starts = [0, *(q.end for q in clocks[:-1])]
    before = [months_in(sentence.text[start : q.start]) for q, start in zip(clocks, starts, strict=True)]
    seasons = before if before[0][0] else after
    out = [q for q, (theirs, ranged) in zip(clocks, seasons, strict=True) if ranged and months.isdisjoint(theirs)]
    return [q for q in sentence.amounts if q not in out] if len(out) < len(clocks) else sentence.amounts


def _with_exception(found: tuple[DayHours, ...], sentence: Sentence, after: Sentence) -> tuple[DayHours, ...]:
    """Hours with another end on the days that stand last: "Monday to Friday 8 to 17, Thursday however till 19"."""
    last = max((q.end for q in sentence.amounts if q.kind == "clock"), default=0)
    days = days_in(sentence.text[last:])
    clocks = [q for q in after.amounts if q.kind == "clock"]
    sides = one_sided(after.text, clocks[0]) if days and len(clocks) == 1 else None
    if sides is None:
        return found
    kept: list[DayHours] = []
    for hours in found:
        if hours.lo is None or hours.hi is None or hours.days.isdisjoint(days):
            kept.append(hours)
            continue
        lo, hi = (other if side == OPEN_END else side for side, other in zip(sides, (hours.lo, hours.hi), strict=True))
        kept += [replace(hours, days=hours.days - days), DayHours(hours.days & days, lo, hi, hours.twelve)]
    return tuple(kept)
