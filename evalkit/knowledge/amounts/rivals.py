"""Whose amount it is: of several told side by side, the one of the plan, thing or person that is spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from evalkit.knowledge.amounts.apart import numbered, prefers, told_apart
from evalkit.knowledge.amounts.places import Place, bound_to, head_of, joints, place_of, telling
from evalkit.knowledge.reading.alignment import unmet
from evalkit.knowledge.reading.glossary import antonyms, parties, role_words
from evalkit.knowledge.reading.occasions import in_other_months, of_another_age, on_the_day
from evalkit.knowledge.reading.statements import Candidate, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, alike, best_match
from evalkit.language.amounts import COUNTED, Quantity, meets, same
from evalkit.language.opening_hours import days_in
from evalkit.text.normalise import comparable

OF_A_RIVAL = "the knowledge base tells this amount of another"
_PLAUSIBLE = 0.5
_SAME, _OTHER, _CLEARLY, _ONE_WORD = 0.75, 0.6, 0.1, 0.7
_ATTRIBUTE, _ONE_AND_ALL = 0.85, 0.9
_SURE = frozenset({"opposites", "compounds", "names"})
"""By what a word of the question tells two things apart; by their neighbours only a word of the claim does."""
_COMPOUND, _ENDING = 6, 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What is spoken of: the words that the claim binds to its amount, and those of the question and before."""

    said: tuple[Term, ...]
    asked: tuple[Term, ...]
    names: frozenset[str]
    """What has a capital letter inside any sentence."""
    case: tuple[Quantity, ...]
    """The customer's own amounts."""
    without: bool
    """Whether the claim is of what is left out."""


def told_of_a_rival(
    amount: Quantity, claim: Statement, found: Sequence[Candidate], sentences: Sequence[Sentence]
) -> tuple[int, bool] | None:
    """The sentence that tells of what is spoken of, where only its rivals have the amount; whether it tells another.

    "Basic costs 99, Plus 149": who asks for Plus is not to be told 99.
    """
    equal = [c for c in found if c.equal]
    others = (
        [c for c in found if not c.equal and c.amount.per in {amount.per, equal[0].amount.per, ""}] if equal else []
    )
    if not others or equal[0].amount.hi == 0 or any(same(asked, amount) for asked in claim.asked):
        return None
    if claim.denies or role_words("_both").search(comparable(claim.text)):
        return None
    homes = [place_of(c, sentences) for c in equal if c.score >= _PLAUSIBLE * equal[0].score]
    spoken = _spoken(amount, claim, sentences)
    if amount.kind == "money" and any(q.kind == "percent" for q in claim.amounts):
        # "900, that is half of the price."
        return None
    measured = amount.kind in COUNTED and any(q.kind == "money" for q in claim.amounts)
    for rival in others:
        if rival.amount.kind == "count" and rival.amount.hi <= 1:
            # "At one time" counts nothing.
            continue
        if measured and not any(q.kind == "money" and q.hi > 0 for q in sentences[rival.sentence].amounts):
            continue
        if rival.score < _PLAUSIBLE * others[0].score or _is_for_another_case(claim, rival, sentences):
            continue
        place = place_of(rival, sentences)
        if all(_is_the_rivals(place, home, spoken) for home in homes) or (
            not spoken.case
            and all(
                not _on_its_day(claim, home) and told_apart(place, home, spoken.said, spoken.asked) for home in homes
            )
        ):
            return rival.sentence, True
    without = None if measured else _told_without_amount(amount.kind, homes, spoken, sentences)
    return None if without is None else (without, False)


def _told_without_amount(
    kind: str, homes: Sequence[Place], spoken: _Spoken, sentences: Sequence[Sentence]
) -> int | None:
    """The sentence near by that says of what is spoken of, without an amount, what its rival has so much of."""
    home = homes[0]
    every = list(telling((*spoken.said, *spoken.asked)))
    for n, sentence in enumerate(sentences):
        if sentence.passage is not home.sentence.passage or any(q.kind == kind for q in sentence.amounts):
            continue
        if sentence.piece == home.sentence.piece:
            continue
        if not any(best_match(t, sentence.said.terms) >= _ATTRIBUTE <= best_match(t, home.own) for t in every):
            continue
        place = Place(n, sentence.said.terms, sentence, head=head_of(n, sentences))
        if all(_by_pair(place, one, spoken) for one in homes):
            return n
    return None


def told_of_its_own(
    amount: Quantity, claim: Statement, found: Sequence[Candidate], sentences: Sequence[Sentence]
) -> bool:
    """Whether the claimed amount is the one of what is spoken of, beside each that seems to fit better."""
    equal = next((c for c in found if c.equal), None)
    better = [c for c in found if equal is not None and not c.equal and c.score >= equal.score]
    if equal is None or not better or claim.denies:
        return False
    home, spoken = place_of(equal, sentences), _spoken(amount, claim, sentences)
    return all(
        _is_the_rivals(home, place, spoken) or (not spoken.case and told_apart(home, place, spoken.said, spoken.asked))
        for place in (place_of(c, sentences) for c in better)
    )


def _is_the_rivals(rival: Place, home: Place, spoken: _Spoken) -> bool:
    """Whether the words that tell two places apart speak of the one whose amount is not the claimed one."""
    periods = {rival.per, home.per} - ({""} if rival.is_beside(home) else set())
    if len(periods) > 1 or any(meets(q, limit) for q in spoken.case for limit in home.sentence.amounts):
        return False
    if rival.is_beside(home):
        if (paired := _by_pair(rival, home, spoken)) is not None:
            return paired
        return rival.is_after(home) and (
            (not spoken.without and _is_special(rival, home, spoken)) or _is_less(rival, home, spoken)
        )
    theirs = (*rival.sentence.said.terms, *rival.sentence.subject)
    alike_made = any(best_match(term, theirs) >= _ATTRIBUTE for term in home.sentence.said.terms)
    missed = any(best_match(t, home.own) >= _ONE_WORD > best_match(t, theirs) for t in telling(spoken.said))
    return alike_made and not missed and bool(_by_pair(rival, home, spoken))


def _by_pair(rival: Place, home: Place, spoken: _Spoken) -> bool | None:
    """Whether of two words in one slot the rival's is spoken of, and of no pair the other; None where nothing tells."""
    told: bool | None = None
    far = not rival.is_beside(home)
    one, other = rival.words(far=far), home.words(far=far)
    for (theirs, there), (mine, here) in product(one, other):
        if alike(theirs, mine) >= _ONE_WORD and theirs.concept is None:
            continue
        if _is_among(theirs, other) or _is_among(mine, one):
            continue
        slot = _slot(theirs, there, mine, here, spoken.names)
        if not slot or (slot == "first" and far):
            continue
        said = [t for t in spoken.said if t.name or t.start == 0] if slot == "names" else spoken.said
        for terms, sure in ((said, True), (spoken.asked, slot in _SURE)):
            for_rival, for_home = _prefers(terms, theirs, mine), _prefers(terms, mine, theirs)
            if for_home and not for_rival:
                return False
            if for_rival:
                told = True if sure and not for_home else told
                break
    return told


def _is_among(term: Term, words: Iterable[tuple[Term, Sentence]]) -> bool:
    # Inflected or compounded it begins alike; what only ends alike is another of its kind.
    start = term.text[:_ENDING]
    return any(
        like >= _ONE_AND_ALL or (like >= _ONE_WORD and term.concept is None and word.text.startswith(start))
        for word, _ in words
        for like in (alike(term, word),)
    )


def _prefers(terms: Iterable[Term], one: Term, other: Term) -> bool:
    return any(prefers(term, (one,), (other,)) for term in terms)


def _slot(one: Term, first: Sentence, other: Term, second: Sentence, names: frozenset[str]) -> str:
    """By what two words are seen to name two things of one kind, empty where they are not."""
    pair = frozenset((one.concept, other.concept))
    if pair in parties() or pair in antonyms():
        return "opposites"
    if min(len(one.text), len(other.text)) >= _COMPOUND and one.text[-_ENDING:] == other.text[-_ENDING:]:
        return "compounds"
    if one.text in names and other.text in names:
        return "names"
    before, after = _neighbours(one, first), _neighbours(other, second)
    if before[0] and before[0] == after[0]:
        return "before"
    if not before[0] and not after[0]:
        return "after" if before[1] and before[1] == after[1] else "first"
    return "after" if before[1] and before[1] == after[1] and first.is_beside(second) else ""


def _neighbours(term: Term, sentence: Sentence) -> tuple[str, str]:
    """The words right before and after a term, empty where it is an amount's."""
    text = sentence.text.lower()
    before = [hit for hit in _WORD.finditer(text, 0, term.start)][-1:]
    after = _WORD.search(text, term.end)
    left, right = (
        "" if hit is None or any(q.start < hit.end() and hit.start() < q.end for q in sentence.amounts) else hit.group()
        for hit in (before[0] if before else None, after)
    )
    return left, right


def _is_special(rival: Place, home: Place, spoken: _Spoken) -> bool:
    """Whether a later part is an exception that is spoken of: "two years, for medicine one year"."""
    extra = [t for t in telling(rival.own) if best_match(t, home.own) < _OTHER]
    plain = [t for t in telling(home.own) if best_match(t, rival.own) < _OTHER]
    every = (*spoken.said, *spoken.asked)
    return any(best_match(t, spoken.said) >= _SAME for t in extra) and all(best_match(t, every) < _OTHER for t in plain)


def _is_less(rival: Place, home: Place, spoken: _Spoken) -> bool:
    """Whether a later part is of one of two things, and the claim of no more: "lashes and brows 49, brows 29"."""
    theirs = list(telling(rival.own))
    if not theirs or any(best_match(t, home.own) < _ONE_AND_ALL or best_match(t, spoken.said) < _SAME for t in theirs):
        return False
    every = (*spoken.said, *spoken.asked)
    return any(
        not _prefers(every, joined, kept)
        for one, other in pairwise(home.own)
        if joints().fullmatch(home.sentence.text, one.end, other.start)
        for joined, kept in ((one, other), (other, one))
        if best_match(kept, theirs) >= _ONE_AND_ALL
    )


def _is_for_another_case(claim: Statement, rival: Candidate, sentences: Sequence[Sentence]) -> bool:
    sentence = sentences[rival.sentence]
    return (
        unmet(claim, sentence)
        or in_other_months(claim, sentence)
        or of_another_age(claim, sentence)
        or on_the_day(claim, sentence, rival.amount) is False
    )


def _on_its_day(claim: Statement, home: Place) -> bool:
    """Whether hours are told of the day that is spoken of, whatever its name."""
    if home.amount is None or home.amount.kind != "clock":
        return False
    days = days_in(claim.text) or days_in(claim.question)
    return not days.isdisjoint(days_in(" ".join(term.text for term in home.own)))


def _spoken(amount: Quantity, claim: Statement, sentences: Sequence[Sentence]) -> _Spoken:
    said = tuple(bound_to(amount, claim.said.terms, claim.text, claim.amounts))
    names: frozenset[str] = frozenset()
    if claim.language != "de":
        # In German every noun has a capital letter.
        every = (*(s.said.terms for s in sentences), claim.said.terms, claim.context)
        names = frozenset(term.text for terms in every for term in terms if term.name)
    numbers = numbered(claim.text, claim.amounts), numbered(claim.question, claim.asked)
    case = tuple(q for q in claim.asked if not any(q.start <= n.start < q.end for n in numbers[1]))
    return _Spoken((*said, *numbers[0]), (*claim.context, *numbers[1]), names, case, "denying" in claim.said.roles)
