"""The phone numbers, addresses and links of a claim beside those that the knowledge base gives for the same purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from evalkit.knowledge.reading.glossary import concepts, generic, role_words
from evalkit.knowledge.reading.wording import Term, best_match, wording
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable
from evalkit.text.sentences import split

if TYPE_CHECKING:
    from evalkit.knowledge.base import Knowledge

Kind = Literal["mail", "phone", "link"]
CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?:https?://|www\.)\S+"
    r"|(?<![\w.@])[\w-]+\.(?:se|dk|no|fi|de|com|example|eu|net|org)\b(?:/[\w./-]*)?"
)
PHONE = re.compile(r"(?<![\w-])\+?\d[\d -]{5,}\d(?![\w-])")
_FEWEST_DIGITS = 7
_CLOSE, _ALIKE, _FURTHER = 0.7, 0.6, 2
_ASKED = {"mail": "_ask_mail", "phone": "_ask_phone", "link": "_ask_link"}


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach somebody, at [start, end) of a text."""

    kind: Kind
    value: str
    start: int
    end: int
    passage: int = -1
    """The number of the passage that gives it, in the sentence at [start, end)."""
    around: tuple[Term, ...] = ()
    """The words of that sentence and of the passage's heading."""


def contacts_in(text: str) -> Iterator[Contact]:
    """The phone numbers, addresses and links of a text; no amount of seven digits is one.

    >>> [(c.kind, c.value) for c in contacts_in("Ring 08-555 31 00 eller gå in på lindabo.se/boka.")]
    [('link', 'lindabo.se/boka'), ('phone', '085553100')]
    """
    for hit in CONTACT.finditer(text):
        value = hit.group().rstrip(".,;:!?)/").lower()
        yield Contact("mail" if "@" in value else "link", value, hit.start(), hit.end())
    told = [q for q in quantities(text) if q.kind != "count"]
    for hit in PHONE.finditer(text):
        digits = "".join(filter(str.isdigit, hit.group()))
        if len(digits) >= _FEWEST_DIGITS and not any(q.start <= hit.start() and hit.end() <= q.end for q in told):
            yield Contact("phone", digits, hit.start(), hit.end())


def known_contacts(base: Knowledge) -> tuple[Contact, ...]:
    """The contacts of the public documents, each with the sentence that gives it."""
    return base.kept("contacts", "", lambda: tuple(_told(base)))


def _told(base: Knowledge) -> Iterator[Contact]:
    for number, passage in enumerate(base.passages):
        # Few passages hold one: only those are cut into sentences.
        if base.document_of(passage).audience != "public" or not any(contacts_in(passage.text)):
            continue
        for piece in split(passage.text):
            around = (*_terms(piece.text), *wording(passage.heading).terms)
            for contact in contacts_in(piece.text):
                yield replace(contact, start=piece.start, end=piece.end, passage=number, around=around)


def unknown(contact: Contact, base: Knowledge) -> bool:
    """Whether no public document holds a contact."""
    if contact.kind == "phone":
        return not any(contact.value in known for known in base.public_digits)
    return not any(re.search(rf"{re.escape(contact.value)}(?![\w-])", text) for text in base.public_texts)


def at_home(contact: Contact, base: Knowledge) -> bool:
    """Whether a link leads to a page of a site that the base names: what stands there is not known."""
    site = contact.value.partition("//")[2] or contact.value
    return contact.kind == "link" and any(site.partition("/")[0] in text for text in base.public_texts)


def instead_of(
    contact: Contact, claim: str, question: str, base: Knowledge, language: str | None = None
) -> tuple[Contact, bool] | None:
    """What the knowledge base gives for what a claim gives an unknown contact for, and whether that is beyond doubt.

    It is where the question asks for such a contact, two numbers differ by a slip, or the claim speaks of nothing else.
    """
    said, asked = _terms(claim), wording(question).terms
    tells = [term for term in said if _tells(term)]
    narrows = _narrowing(said, asked, language)
    asks = role_words(_ASKED[contact.kind]).search(comparable(question)) is not None
    doubtful = None
    for known in known_contacts(base):
        if known.kind != contact.kind or any(best_match(term, known.around) < _ALIKE for term in narrows):
            continue
        slip = known.kind == "phone" and _by_a_slip(known.value, contact.value)
        if asks or slip or (tells and len(_shared(tells, known.around)) == len(tells)):
            return known, True
        if doubtful is None and _shared((*said, *asked), known.around):
            doubtful = known
    return None if doubtful is None else (doubtful, False)


def given_for(contact: Contact, claim: str, question: str, base: Knowledge) -> tuple[Contact, bool] | None:
    """Where the base gives a contact, nearest first, and whether another of its kind fits what is asked far better."""
    spoken = list({term.key: term for term in (*_terms(claim), *wording(question).terms)}.values())
    alike = [known for known in known_contacts(base) if known.kind == contact.kind]
    shares = [(len(_shared(spoken, known.around)), known) for known in alike]
    own = [pair for pair in shares if contact.value in pair[1].value]
    if not own:
        return None
    most, nearest = max(own, key=lambda pair: pair[0])
    better = any(share >= most + _FURTHER for share, known in shares if contact.value not in known.value)
    return nearest, better


def _by_a_slip(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _CLOSE


def _terms(text: str) -> tuple[Term, ...]:
    """The terms of a text without its contacts."""
    given = list(contacts_in(text))
    return tuple(t for t in wording(text).terms if not any(c.start < t.end and t.start < c.end for c in given))


def _narrowing(said: Sequence[Term], asked: Sequence[Term], language: str | None) -> list[Term]:
    """What tells a case that a sentence must know of: the emergency line, the weekend, another app."""
    # A German noun is no name for its capital letter.
    names = [t for t in (*said, *asked) if t.name and (t.concept is not None or language != "de")]
    return [t for t in (*names, *(t for t in said if t.concept in concepts())) if _tells(t)]


def _shared(spoken: Sequence[Term], around: Sequence[Term]) -> list[Term]:
    return [term for term in spoken if _tells(term) and best_match(term, around) >= _ALIKE]


def _tells(term: Term) -> bool:
    return term.concept not in generic() and term.concept not in concepts()["_ways"]
