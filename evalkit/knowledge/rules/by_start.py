"""A length of time beside the sentences that give it: run from the same event or another, before it or after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from evalkit.knowledge.amounts.binding import equal_amounts
from evalkit.knowledge.amounts.inference import OTHER_START, starts
from evalkit.knowledge.reading.alignment import clash
from evalkit.knowledge.reading.glossary import antonyms, generic, polar, roles
from evalkit.knowledge.reading.starts import start_events
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import best_match, wording
from evalkit.language.amounts import Quantity
from evalkit.language.numerals import table
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

SAME_START = "the same time runs from the same day"
OTHER_SIDE = "before it is not after it"
_EVENT, _HEAD, _THING = 0.25, 0.6, 0.75
_ARRANGED = frozenset({"ordered", "requested", "applied"})
"""Events after which what they are about is yet to come."""
_SOFT = frozenset({"count", "frequency"})
_Told = Sequence[tuple[int, bool]]


def by_start(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """What the sentences that give the same time say of the event that it runs from, where all say one thing."""
    if all(q.kind != "duration" for q in claim.amounts):
        return None
    if (turned := _other_side(claim, sentences, overlaps)) is not None:
        return turned
    every = [
        (n, other)
        for n, sentence in enumerate(sentences)
        if _of_one_length(claim, sentence) and (other := other_event(claim, sentence)) is not None
    ]
    told = [(n, other) for n, other in every if overlaps[n] >= _EVENT] or _only_one(every, claim, sentences)
    if not told:
        return None
    nearest = max(told, key=lambda each: overlaps[each[0]])[0]
    if all(other for _, other in told):
        return Comparison("contradicted", nearest, True, OTHER_START)
    if any(other for _, other in told):
        return None
    return Comparison("supported", nearest, not claim.denies and not _excluded(claim, sentences[nearest]), SAME_START)


def by_start_alone(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """What the sentences that time runs in say of an answer that names its start alone: "From the day you got it"."""
    if claim.denies or claim.reply == "no" or any(q.kind not in _SOFT for q in claim.amounts):
        return None
    mine = start_events(claim.text)
    lengths = [q for q in claim.asked if q.kind == "duration"]
    if not mine or not (lengths or _asks_from_when().search(comparable(claim.question))):
        return None
    told = [
        (overlaps[n], n, mine.isdisjoint(theirs))
        for n, sentence in enumerate(sentences)
        if (theirs := start_events(sentence.text))
        and any(
            q.kind == "duration" and (not lengths or any(equal_amounts(asked, q) for asked in lengths))
            for q in sentence.amounts
        )
    ]
    near = [each for each in told if each[0] >= _EVENT] or (told if len(told) == 1 else [])
    if not near or len({other for _, _, other in near}) > 1:
        return None
    _, at, other = max(near)
    if not other:
        return Comparison("supported", at, True, SAME_START)
    return None if _of_one_head(claim, sentences[at]) else Comparison("contradicted", at, True, OTHER_START)


@cache
def _asks_from_when() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(roles()['_from_when']))})(?!\w)")


def _excluded(claim: Statement, sentence: Sentence) -> bool:
    return clash(claim, sentence, antonyms()) or clash(claim, sentence, polar())


def _other_side(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """Contradicted where a claim tells a time after an event and every sentence the same time before it, or so."""
    told: list[tuple[float, int, bool]] = []
    for mine in claim.amounts:
        side = time_side(claim.text, mine) if mine.kind == "duration" else ""
        for n, sentence in enumerate(sentences) if side else ():
            for other in sentence.amounts:
                if other.kind == "duration" and equal_amounts(mine, other):
                    there = time_side(sentence.text, other)
                    told.append((overlaps[n], n, bool(there) and there != side))
    near = [each for each in told if each[0] >= _EVENT] or (told if len(told) == 1 else [])
    if not near or not all(turned for _, _, turned in near) or claim.denies:
        return None
    return Comparison("contradicted", max(near)[1], True, OTHER_SIDE)


def time_side(text: str, length: Quantity) -> str:
    """Whether a length of time is told right before what says `before`, or `after`; empty where it is not."""
    rest = comparable(text)[length.end :]
    return "before" if _before().match(rest) else "after" if _behind().match(rest) else ""


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(word_parts(table()['before_event']))})(?!\w)")


@cache
def _behind() -> re.Pattern[str]:
    words = "|".join(word_parts((*roles()["_after"], *roles()["_after_last"])))
    # In Finnish the event may stand between: two days "lähdön jälkeen".
    return re.compile(rf"\s+(?:{words}|\w+\s+jälkeen)(?!\w)")


def other_event(claim: Statement, sentence: Sentence) -> bool | None:
    """Whether the time that both tell runs from another event; None where either names none.

    What the question speaks of is no start: only the answer's own words are.
    """
    mine, theirs = start_events(claim.text) or start_events(claim.whole), start_events(sentence.text)
    if mine and theirs:
        return mine.isdisjoint(theirs) and not _of_one_head(claim, sentence)
    if mine and mine <= _ARRANGED and (named := starts(sentence.text)):
        # Who orders a survey has not had it yet.
        return True if best_match(named[0], wording(claim.text).terms) >= _THING else None
    return None


def _of_one_head(claim: Statement, sentence: Sentence) -> bool:
    """Whether what both count from begins with one word, which may be no event that is known."""
    mine, theirs = (starts(text)[:1] for text in (claim.text, sentence.text))
    return any(term.concept not in generic() and best_match(term, theirs) >= _HEAD for term in mine)


def _of_one_length(claim: Statement, sentence: Sentence) -> bool:
    return any(
        mine.kind == other.kind == "duration" and equal_amounts(mine, other)
        for mine in claim.amounts
        for other in sentence.amounts
    )


def _only_one(every: _Told, claim: Statement, sentences: Sequence[Sentence]) -> _Told:
    """The only sentence that gives a length of time at all, however little else it shares with the claim."""
    return every if sum(_of_one_length(claim, sentence) for sentence in sentences) == len(every) == 1 else ()
