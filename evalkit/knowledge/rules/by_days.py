"""A claim of a weekday beside the sentences that name the weekdays of the same thing: a list of days is all of them."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.reading.glossary import generic
from evalkit.knowledge.reading.modality import modality, small_words
from evalkit.knowledge.reading.occasions import in_other_months
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match, wording
from evalkit.language.opening_hours import days_in, days_spelt_out, months_in
from evalkit.text.normalise import comparable

OTHER_DAYS = "other days stand in the knowledge base"
_DAY_WORDS = frozenset(
    {
        "day", "weekday", "weekend", "open", "usual", "closed", "week", "year", "month",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    }
)  # fmt: skip
_HALVES = frozenset({"evening", "morning"})
_PRICED, _TIMED = frozenset({"money", "percent"}), frozenset({"clock", "date", "duration"})
_KNOWN, _LONGEST_TIME, _FEW = 0.7, 10, 2


def by_days(claim: Statement, sentences: Sequence[Sentence]) -> Comparison | None:
    """Contradicted where a claim puts a thing on a weekday that no sentence on the thing names; None elsewhere."""
    if claim.language is None or not claim.question or claim.denies or claim.reply == "no":
        return None
    asked = days_spelt_out(claim.question)
    own = _plain_days(claim.text, claim.language)
    mine = own or (asked if _answers(claim) else frozenset())
    if not mine or _is_of_more(claim, own):
        return None
    spoken = (*claim.said.terms, *claim.context) if own else wording(claim.question).terms
    topic = [term for term in spoken if _tells(term)] or [term for term in spoken if term.concept == "open"]
    on_it = [(n, days) for n, s in enumerate(sentences) if (days := _told_days(s, claim)) and _is_of(s, topic)]
    if not on_it or (not asked and not _is_of_most(sentences[on_it[0][0]], topic)):
        # Who did not ask for days may be told of another thing by the same name.
        return None
    told = frozenset().union(*(days for _, days in on_it))
    return None if mine <= told else Comparison("contradicted", on_it[0][0], True, OTHER_DAYS)


def _answers(claim: Statement) -> bool:
    """Whether a claim goes with a plain yes to the question, and nothing else stands before it."""
    return claim.reply == "yes" and len(wording(claim.told).terms) < _FEW


def _is_of_more(claim: Statement, own: frozenset[int]) -> bool:
    """Whether a claim tells more than that a thing is on a day: a price for it, hours unasked, that it is shut."""
    if any(q.kind in _PRICED or (own and q.kind in _TIMED and claim.reply != "yes") for q in claim.amounts):
        return True
    return "closed" in claim.said.concepts or modality(claim.text, claim.language or "").turns


def _plain_days(text: str, language: str) -> frozenset[int]:
    """The weekdays that a text speaks of, none where a word makes a deadline of them."""
    if small_words("deadline", language).search(comparable(text)):
        return frozenset()
    return days_spelt_out(text)


def _told_days(sentence: Sentence, claim: Statement) -> frozenset[int]:
    """The weekdays of a thing that a sentence tells of, none where it denies or bounds them."""
    language = claim.language or ""
    if sentence.denies or in_other_months(claim, sentence) or months_in(sentence.text)[0]:
        return frozenset()
    if any(q.kind == "duration" for q in sentence.amounts):
        return frozenset()
    return _plain_days(sentence.text, language) and days_in(sentence.text)


def _is_of(sentence: Sentence, topic: Sequence[Term]) -> bool:
    """Whether a sentence speaks of the thing, in its own words or those that its clauses share."""
    return any(best_match(term, (*sentence.said.terms, *sentence.subject)) >= _KNOWN for term in topic)


def _is_of_most(sentence: Sentence, topic: Sequence[Term]) -> bool:
    return 2 * sum(_is_of(sentence, [term]) for term in topic) >= len(topic)


def _tells(term: Term) -> bool:
    if term.concept in _HALVES:
        # Evening classes are a thing, the evening is a time.
        return len(term.text) > _LONGEST_TIME
    return term.concept not in _DAY_WORDS and term.concept not in generic() and not days_in(term.text)
