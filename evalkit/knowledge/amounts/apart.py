"""By which word two amounts of one shape are told apart: one names what is spoken of, the other what nobody does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evalkit.knowledge.amounts.places import Place, is_the_rest, parted, telling
from evalkit.knowledge.reading.alignment import made_alike
from evalkit.knowledge.reading.glossary import generic, role_words
from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.language.amounts import Quantity
from evalkit.text.normalise import comparable
from evalkit.text.tokens import char_ngrams

_NAMED, _STRANGE, _ITSELF, _CLEARLY = 0.75, 0.6, 0.9, 0.1
_COMPOUND = 3
_NUMBERED = re.compile(r"(?<!\w)[^\W\d_a-zåäöæø][\w-]*\s(?P<number>\d{1,4})(?![\w.,:]*\d)")


def told_apart(rival: Place, home: Place, said: Sequence[Term], asked: Sequence[Term]) -> bool:
    """Whether what is spoken of is the rival's, by the words that stand on one side of either amount."""
    if rival.amount is None or home.amount is None or any(map(is_the_rest, home.own)):
        return False
    if _speaks_of_its_own(rival, home, said):
        return False
    if not rival.is_beside(home):
        if rival.sentence.passage is not home.sentence.passage or rival.per != home.per:
            return False
        return made_alike(home.sentence.said.terms, rival.sentence.said.terms) and speaks_of(
            _all_of(rival), _all_of(home), said, asked
        )
    if not _is_parted(rival, home):
        return False
    (before, after), (mine_before, mine_after) = map(_sides, (rival, home))
    if before and mine_before:
        later = home if home.is_after(rival) else rival
        return _begins_with_a_noun(later) and speaks_of(before, mine_before, said, asked)
    return bool(after and mine_after) and speaks_of(after, mine_after, said, asked)


def speaks_of(theirs: Sequence[Term], mine: Sequence[Term], said: Sequence[Term], asked: Sequence[Term]) -> bool:
    """Whether what is said or asked names the one of two and nothing of the other, which has a name of its own.

    >>> from evalkit.knowledge.reading.wording import wording
    >>> books, magazines, asked = (wording(t).terms for t in ("Books", "magazines", "Long keep book"))
    >>> speaks_of(books, magazines, (), asked), speaks_of(magazines, books, (), asked)
    (True, False)
    """
    spoken = [term for term in (*said, *asked) if term.concept not in generic()]
    if not any(prefers(term, theirs, mine) for term in spoken) or any(prefers(t, mine, theirs) for t in spoken):
        return False
    return any(best_match(term, theirs) < _ITSELF and _is_strange(term, spoken, theirs) for term in mine)


def numbered(text: str, amounts: Sequence[Quantity]) -> tuple[Term, ...]:
    """The numbers that belong to a name, which tell it from another: the plan Fiber 500 from Fiber 100."""
    hits = [(hit.group("number"), *hit.span("number")) for hit in _NUMBERED.finditer(text)]
    return tuple(
        Term(number, start, end, None, frozenset(char_ngrams(f"#{number}#", 3, 3)), name=True)
        for number, start, end in hits
        if not any(q.start < end and start < q.end and q.kind != "count" for q in amounts)
    )


def _is_strange(term: Term, spoken: Sequence[Term], theirs: Sequence[Term]) -> bool:
    """Whether nobody speaks of a word, or only of a nearer one beside it: of books and no magazines."""
    like = best_match(term, spoken)
    if like < _STRANGE:
        return not any(len(t.text) >= _COMPOUND and term.text.endswith(t.text) for t in spoken)
    return term.concept is not None and like < _ITSELF and best_match(term, theirs) >= _NAMED


def prefers(term: Term, these: Sequence[Term], those: Sequence[Term]) -> bool:
    """Whether a word is one of these, and clearly less so one of those."""
    like = best_match(term, these)
    return like >= _NAMED and like - best_match(term, those) >= _CLEARLY


def _speaks_of_its_own(rival: Place, home: Place, said: Sequence[Term]) -> bool:
    theirs, mine = _all_of(rival), _all_of(home)
    return any(prefers(term, mine, theirs) for term in telling(said))


def _all_of(place: Place) -> list[Term]:
    """What may name an amount's thing: its own words, and those with which its clause and its sentence begin."""
    kind = place.amount.kind if place.amount else ""
    first = min((q.start for q in place.sentence.amounts if q.kind == kind), default=0)
    begins = [t for t in place.sentence.said.terms if t.end <= first]
    numbers = numbered(place.sentence.text[:first], place.sentence.amounts)
    return [*(term for term, _ in place.words(far=True)), *telling(begins), *numbers]


def _sides(place: Place) -> tuple[list[Term], list[Term]]:
    """What stands before an amount, and after it."""
    assert place.amount is not None
    at = place.amount
    before = [term for term, _ in place.taken] + [t for t in place.own if t.end <= at.start]
    found, after = list(telling(before)), [t for t in telling(place.own) if t.start >= at.end]
    last = max((q.end for q in place.sentence.amounts if q.kind == at.kind and q.end <= at.start), default=0)
    numbers = [n for n in numbered(place.sentence.text, place.sentence.amounts) if last <= n.start < at.start]
    return [*found, *numbers], after


def _is_parted(rival: Place, home: Place) -> bool:
    """Whether two amounts of one clause stand on either side of a comma or an and."""
    if rival.sentence is not home.sentence or rival.amount is None or home.amount is None:
        return True
    first, second = sorted((rival.amount, home.amount), key=lambda q: q.start)
    return parted(rival.sentence.text, first.end, second.start)


def _begins_with_a_noun(place: Place) -> bool:
    """Whether a later part begins with what its amount is of, and not with a verb of the first one's subject."""
    if place.taken or not place.own:
        return bool(place.taken)
    start = place.own[0].start
    before = [q.end for q in place.sentence.amounts if place.amount and q.end <= place.amount.start]
    between = place.sentence.text[max((end for end in before if end <= start), default=0) : start]
    return not role_words("_article").sub("", comparable(between)).strip(" ,;&+.")
