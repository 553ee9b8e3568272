"""From a bot's words to claims: what it states, sentence by sentence, without its courtesies and questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.knowledge.contacts import contacts_in
from evalkit.knowledge.reading.courtesies import states_nothing
from evalkit.knowledge.reading.glossary import courtesies, role_words, roles
from evalkit.knowledge.reading.replies import yes_no
from evalkit.knowledge.reading.statements import clauses
from evalkit.knowledge.reading.wording import Term, best_match, wording
from evalkit.language.amounts import Quantity
from evalkit.language.lexicons import scan
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable
from evalkit.text.sentences import Sentence as Piece
from evalkit.text.sentences import split
from evalkit.text.tokens import words

FEWEST_TERMS = 2
_ORDER = re.compile(r"(?<!\w)(?:[A-ZÅÄÖÆØ]{2,4}-?\d{3,}|#\d{4,}|\d{6,})(?!\w)")
_SPLIT = re.compile(r",?\s+(?:och|og|ja|and|und|men|mutta|but|aber)\s+|;\s+", re.IGNORECASE)
_MIN_WORDS = 3
_ASKED, _ECHOED = 0.6, 0.7


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement at [start, end) of a bot turn; `question` is what it answers, `before` what was said before it."""

    text: str
    start: int
    end: int
    quantities: tuple[Quantity, ...]
    mentions_order: bool
    question: str = ""
    before: str = ""
    denied: bool = False
    """True for a bare no: the question's own words, denied."""
    sentence: str = ""
    """The whole sentence that the claim is a part of."""
    reply: str = ""
    """`yes` or `no` where the answer begins so."""

    @property
    def said(self) -> str:
        """The claim in the bot's own words."""
        return self.text


def claims_of(
    text: str, *, question: str = "", language: str | None = None, skip: Sequence[tuple[int, int]] = ()
) -> list[Claim]:
    """The statements of a bot turn: no questions, no courtesies (the `skip` spans), coordinated ones apart."""
    found: list[Claim] = []
    before, polite = "", False
    opening = yes_no().match(text.strip())
    reply = "" if opening is None else "yes" if opening.group("yes") else "no"
    for sentence in split(text):
        said = sentence.text.strip()
        if said.endswith("?") or (not any(contacts_in(said)) and states_nothing(said, language, question)):
            polite = polite or (bool(found) and not said.endswith("?"))
            continue
        answered = yes_no().match(said)
        rest = said[answered.end() :] if answered else said
        amounts = quantities(rest)
        if answered and len(own_terms(rest)) < FEWEST_TERMS and not amounts:
            if wording(question).terms:
                denied = answered.group("no") is not None
                found.append(Claim(said, sentence.start, sentence.end, (), False, question, "", denied, reply=reply))
            continue
        begins = sentence.start + sentence.text.index(said) + (len(said) - len(rest))
        covered = sum(min(b, sentence.end) - max(a, begins) for a, b in skip if a < sentence.end and begins < b)
        named = any(contacts_in(rest))
        courteous = covered > 0.6 * len(said) if amounts else covered and not _goes_beyond(sentence, skip)
        if courteous and not named and not _echoes(rest if answered else _beside(sentence, skip), question, answered):
            polite = True
            continue
        if len(words(rest)) < _MIN_WORDS and len(own_terms(rest)) < FEWEST_TERMS and not amounts and not named:
            continue
        for start, end in _parts(rest):
            part = rest[start:end]
            if comparable(part).strip(" ,.!") in roles()["_regret"]:
                continue
            found.append(
                Claim(
                    part, begins + start, begins + end, quantities(part), _ORDER.search(part) is not None, question,
                    rest[:start] or before, sentence=said, reply=reply,
                )
            )  # fmt: skip
        before = said
    if polite and len(found) == 1 and not found[0].sentence and opening is not None and opening.group("agreed"):
        # "Sure! I'll put you through." agrees to what was wished for.
        return []
    return _with_its_answer(found, question)


def _with_its_answer(found: list[Claim], question: str) -> list[Claim]:
    """A bare yes or no at the beginning is judged with the sentence that answers, which knows it as its reply."""
    if len(found) < FEWEST_TERMS or found[0].sentence or not yes_no().match(found[0].text):
        return found
    asked = wording(question).terms
    answers = any(
        claim.quantities or any(best_match(term, asked) >= _ASKED for term in own_terms(claim.text))
        for claim in found[1:]
    )
    return found[1:] if answers else found


def _goes_beyond(sentence: Piece, skip: Sequence[tuple[int, int]]) -> bool:
    """Whether a sentence says enough beside the courtesies in it."""
    return len(own_terms(_beside(sentence, skip))) > _MIN_WORDS


def _beside(sentence: Piece, skip: Sequence[tuple[int, int]]) -> str:
    """A sentence without the courtesies in it."""
    return "".join(
        " " if any(a <= at < b for a, b in skip) else character
        for at, character in enumerate(sentence.text, sentence.start)
    )


def _echoes(rest: str, question: str, answered: object) -> bool:
    """Whether what follows a yes, a no or a courtesy answers what was asked: it speaks of it, and says more."""
    asked, own = wording(question).terms, own_terms(rest)
    if answered is None and (len(own) < FEWEST_TERMS or role_words("_myself").search(_after_comma(rest))):
        return False
    return any(best_match(t, asked) >= _ECHOED for t in own)


def _after_comma(text: str) -> str:
    return comparable(text.partition(", ")[2] or text)


def own_terms(text: str) -> tuple[Term, ...]:
    """The content words of an answer without courtesies such as unfortunately."""
    return tuple(term for term in wording(text).terms if term.text not in courtesies())


def _parts(text: str) -> list[tuple[int, int]]:
    """The parts of a sentence where each says something of its own: clauses, and coordinated halves."""
    return [(left + a, left + b) for left, right in clauses(text) for a, b in _halves(text[left:right])]


def _halves(text: str) -> list[tuple[int, int]]:
    """The halves of a coordination where each has an amount or enough words of its own."""
    spans, start = [], 0
    told = quantities(text)
    for cut in _SPLIT.finditer(text):
        if any(q.kind == "duration" and q.start < cut.start() < q.end for q in told):
            # "An hour and a quarter" is one length of time.
            continue
        left, right = text[start : cut.start()], text[cut.end() :]
        both = [len(wording(side).terms) >= FEWEST_TERMS for side in (left, right)]
        amounts = bool(quantities(left)) and bool(quantities(right))
        if all(both) and (amounts or cut.group().startswith(",")):
            spans.append((start, cut.start()))
            start = cut.end()
    spans.append((start, len(text)))
    return spans


def no_claim_spans(text: str, language: str | None, categories: Sequence[str]) -> list[tuple[int, int]]:
    """The spans of phrases that state nothing; words that only together sound like one may well state something."""
    return [(h.start, h.end) for h in scan(text, language, "bot", weigh=False) if h.category in categories]
