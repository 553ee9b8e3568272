"""Whose amount it is: of several told side by side, the one of the plan, thing or person that is spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product

from evalkit.knowledge.reading.alignment import of_one_piece, unmet
from evalkit.knowledge.reading.glossary import antonyms, generic, parties, role_words, roles
from evalkit.knowledge.reading.occasions import in_other_months, of_another_age, on_the_day
from evalkit.knowledge.reading.statements import Candidate, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, alike, best_match
from evalkit.language.amounts import COUNTED, Quantity, meets, same
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

OF_A_RIVAL = "the knowledge base tells this amount of another"
_PLAUSIBLE = 0.5
_SAME, _OTHER, _CLEARLY, _ONE_WORD = 0.75, 0.6, 0.1, 0.7
_ATTRIBUTE, _ONE_AND_ALL = 0.85, 0.9
_SURE = frozenset({"opposites", "compounds", "names"})
"""By what a word of the question tells two things apart; by their neighbours only a word of the claim does."""
_COMPOUND, _ENDING = 6, 4
_LISTED = re.compile(r",\s\w+(?:\s\w+)?$")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    """An amount where it is told, with the words that are bound to it and to no other beside it."""

    at: int
    own: tuple[Term, ...]
    sentence: Sentence
    amount: Quantity | None = None
    taken: tuple[tuple[Term, Sentence], ...] = ()
    """Words of the clause before it that belong to it."""
    head: tuple[tuple[Term, Sentence], ...] = ()
    """The words that its whole sentence begins with, where it is a later clause."""

    @property
    def per(self) -> str:
        return self.amount.per if self.amount else ""

    def words(self, *, far: bool) -> list[tuple[Term, Sentence]]:
        """What may name its thing, each word with the clause that holds it."""
        every = [*((term, self.sentence) for term in self.own), *self.taken, *(self.head if far else ())]
        return [(term, sentence) for term, sentence in every if _tells(term)]

    def is_beside(self, other: Place) -> bool:
        """Whether both stand in one sentence."""
        return self.sentence.is_beside(other.sentence)

    def is_after(self, other: Place) -> bool:
        mine, theirs = (p.sentence.start + (p.amount.start if p.amount else 0) for p in (self, other))
        return mine > theirs


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
    homes = [_place(c, sentences) for c in equal if c.score >= _PLAUSIBLE * equal[0].score]
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
        place = _place(rival, sentences)
        if all(_is_the_rivals(place, home, spoken) for home in homes):
            return rival.sentence, True
    without = None if measured else _told_without_amount(amount.kind, homes, spoken, sentences)
    return None if without is None else (without, False)


def _told_without_amount(
    kind: str, homes: Sequence[Place], spoken: _Spoken, sentences: Sequence[Sentence]
) -> int | None:
    """The sentence near by that says of what is spoken of, without an amount, what its rival has so much of."""
    home = homes[0]
    every = list(_telling((*spoken.said, *spoken.asked)))
    for n, sentence in enumerate(sentences):
        if sentence.passage is not home.sentence.passage or any(q.kind == kind for q in sentence.amounts):
            continue
        if sentence.piece == home.sentence.piece:
            continue
        if not any(best_match(t, sentence.said.terms) >= _ATTRIBUTE <= best_match(t, home.own) for t in every):
            continue
        place = Place(n, sentence.said.terms, sentence, head=_head(n, sentences))
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
    home, spoken = _place(equal, sentences), _spoken(amount, claim, sentences)
    return all(_is_the_rivals(home, _place(c, sentences), spoken) for c in better)


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
    missed = any(best_match(t, home.own) >= _ONE_WORD > best_match(t, theirs) for t in _telling(spoken.said))
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
    return any((like := alike(term, one)) >= _SAME and like - alike(term, other) >= _CLEARLY for term in terms)


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
    extra = [t for t in _telling(rival.own) if best_match(t, home.own) < _OTHER]
    plain = [t for t in _telling(home.own) if best_match(t, rival.own) < _OTHER]
    every = (*spoken.said, *spoken.asked)
    return any(best_match(t, spoken.said) >= _SAME for t in extra) and all(best_match(t, every) < _OTHER for t in plain)


def _is_less(rival: Place, home: Place, spoken: _Spoken) -> bool:
    """Whether a later part is of one of two things, and the claim of no more: "lashes and brows 49, brows 29"."""
    theirs = list(_telling(rival.own))
    if not theirs or any(best_match(t, home.own) < _ONE_AND_ALL or best_match(t, spoken.said) < _SAME for t in theirs):
        return False
    every = (*spoken.said, *spoken.asked)
    return any(
        not _prefers(every, joined, kept)
        for one, other in pairwise(home.own)
        if _joints().fullmatch(home.sentence.text, one.end, other.start)
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


def _spoken(amount: Quantity, claim: Statement, sentences: Sequence[Sentence]) -> _Spoken:
    said = tuple(_bound_to(amount, claim.said.terms, claim.text, claim.amounts))
    names: frozenset[str] = frozenset()
    if claim.language != "de":
        # In German every noun has a capital letter.
        every = (*(s.said.terms for s in sentences), claim.said.terms, claim.context)
        names = frozenset(term.text for terms in every for term in terms if term.name)
    return _Spoken(said, claim.context, names, claim.asked, "denying" in claim.said.roles)


def _telling(terms: Iterable[Term]) -> Iterator[Term]:
    return filter(_tells, terms)


def _tells(term: Term) -> bool:
    """Whether a term may name one of several: no price, no year, no "otherwise"."""
    return term.concept not in generic() and not _the_rest().match(term.text)


def _place(candidate: Candidate, sentences: Sequence[Sentence]) -> Place:
    at, amount = candidate.sentence, candidate.amount
    sentence = sentences[at]
    own = tuple(_bound_to(amount, sentence.said.terms, sentence.text, sentence.amounts))
    # What stands after a comma belongs to the next: "books four weeks, films and games two".
    last = max((q.end for q in sentence.amounts if q.kind == amount.kind), default=0)
    if last == amount.end and (cut := _left_to_the_next(at, amount.kind, sentences)) is not None:
        own = tuple(term for term in own if term.end <= cut)
    taken: tuple[tuple[Term, Sentence], ...] = ()
    if at and (cut := _left_to_the_next(at - 1, amount.kind, sentences)) is not None:
        before = sentences[at - 1]
        taken = tuple((term, before) for term in before.said.terms if term.start >= cut)
    return Place(at, own, sentence, amount, taken, _head(at, sentences))


def _head(at: int, sentences: Sequence[Sentence]) -> tuple[tuple[Term, Sentence], ...]:
    first = at
    while first and sentences[first - 1].is_beside(sentences[at]):
        first -= 1
    if first == at:
        return ()
    until = min((q.start for q in sentences[first].amounts), default=len(sentences[first].text))
    return tuple((term, sentences[first]) for term in sentences[first].said.terms if term.end <= until)


def _left_to_the_next(at: int, kind: str, sentences: Sequence[Sentence]) -> int | None:
    """Where in a clause the words begin that belong to the next clause's amount, None where none do."""
    if at + 1 >= len(sentences) or not of_one_piece(sentences, at, at + 1):
        return None
    told = [q.end for q in sentences[at].amounts if q.kind == kind]
    if not told or not any(q.kind == kind for q in sentences[at + 1].amounts):
        return None
    cut = _LISTED.search(sentences[at].text, max(told))
    return cut.start() if cut else None


def _bound_to(amount: Quantity, terms: Sequence[Term], text: str, amounts: Sequence[Quantity]) -> Iterator[Term]:
    """The terms of one of several amounts of a kind: up to the comma or joint that parts it from the next."""
    start, end = 0, len(text)
    for other in amounts:
        if other is amount or other.kind != amount.kind:
            continue
        if other.end <= amount.start:
            cut = _parts().search(text, other.end, amount.start)
            start = max(start, cut.end() if cut else other.end)
        elif other.start >= amount.end:
            cut = _parts().search(text, amount.end, other.start)
            end = min(end, cut.start() if cut else amount.end)
    return (
        term
        for term in terms
        if start <= term.start and term.end <= end
        if not any(q.start < term.end and term.start < q.end for q in amounts)
    )


@cache
def _the_rest() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(word_parts((*roles()['_clause'], *roles()['_the_rest'])))})$")


@cache
def _joints() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(word_parts(roles()['_joint']))}|[&+])\s*", re.IGNORECASE)


@cache
def _parts() -> re.Pattern[str]:
    joints = "|".join(word_parts((*roles()["_joint"], "eller", "or", "oder", "tai")))
    return re.compile(rf"[,;/]\s*|\s(?:{joints})\s", re.IGNORECASE)
