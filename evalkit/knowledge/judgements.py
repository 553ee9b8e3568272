"""From a claim to a judgement, with the passage of the knowledge base that decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from evalkit.knowledge.amounts.binding import equal_amounts
from evalkit.knowledge.claims import FEWEST_TERMS, Claim, own_terms
from evalkit.knowledge.comparing import compare, read
from evalkit.knowledge.contacts import Contact, at_home, contacts_in, given_for, instead_of, unknown
from evalkit.knowledge.reading.glossary import generic, role_words
from evalkit.knowledge.reading.replies import yes_no
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement, denies
from evalkit.knowledge.reading.wording import best_match, wording
from evalkit.knowledge.rules.silence import SILENT
from evalkit.knowledge.weighing.features import Reading
from evalkit.language.quantities import quantities
from evalkit.text.normalise import comparable
from evalkit.text.sentences import split
from evalkit.text.tokens import char_ngrams, text_ngrams, words

if TYPE_CHECKING:
    from evalkit.knowledge.base import Knowledge

ClaimVerdict = Literal["supported", "contradicted", "stale", "not_in_kb", "invented", "unsure"]
_KNOWN = 0.5
_NEAREST, _OLDER = 6, 3
_REMARK, _ASKED = 3, 0.6
_ASIDE, _HELD = 5, 0.7
_ADDED = 3
_OPEN = frozenset({"unsure", "not_in_kb"})
_SILENT = frozenset({"not_in_kb", "invented"})
_QUOTE = 16


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the knowledge base says of a claim; `exact` when comparable amounts in aligned sentences decide."""

    verdict: ClaimVerdict
    exact: bool = False
    reason: str = ""
    document_id: str | None = None
    passage_hash: str | None = None
    start: int | None = None
    end: int | None = None
    weighed: bool = False
    """Whether no rule decided, but the weights of what there is to tell: a judge or a model may know better."""

    @property
    def open(self) -> bool:
        """Whether the rules leave it open."""
        return self.weighed or self.verdict in _OPEN


def is_remark(claim: Claim, question: str, judged: Judgement) -> bool:
    """Whether a part of an answer is a friendly remark: few words, no amount or contact, nothing of the question."""
    if claim.quantities or claim.denied or judged.reason == SILENT or any(contacts_in(claim.text)):
        return False
    own = own_terms(claim.text)
    if len(own) > _REMARK or yes_no().match(claim.text) or (judged.exact and judged.verdict == "supported"):
        return False
    if any(best_match(term, wording(question).terms) >= _ASKED for term in own):
        return False
    return claim.text.rstrip().endswith("!") or judged.verdict in _OPEN


def judged_claims(
    claims: Sequence[Claim], answer: str, question: str, base: Knowledge, day: Any, language: str | None = None
) -> Iterator[tuple[Claim, Judgement]]:
    """The claims of an answer that are no mere remark, each with its judgement.

    An answer has seldom two flaws: beside a claim of which the base is silent, what may deny another leaves it unsure.
    """
    stated = stating(claims, answer, question, base, day, language)
    said = [(claim, check_claim(claim, question, base, day, language)) for claim in stated]
    told: list[tuple[Claim, Judgement]] = []
    for claim, judged in said:
        if len(claims) == 1 or (told and _adds(claim)) or not is_remark(claim, question, judged):
            told.append((claim, judged))
    silent = any(judged.verdict in _SILENT for _, judged in told)
    for claim, judged in told:
        yield claim, replace(judged, verdict="unsure") if silent and _may_deny(judged) else judged


def _may_deny(judged: Judgement) -> bool:
    return judged.verdict == "contradicted" and not judged.exact


def stating(
    claims: Sequence[Claim], answer: str, question: str, base: Knowledge, day: Any, language: str | None = None
) -> Iterator[Claim]:
    """The claims of an answer; where it asks back, without a few words of which the knowledge base knows none."""
    asks_back = any(sentence.text.rstrip().endswith("?") for sentence in split(answer))
    answered = False
    for claim in claims:
        if (answered and _adds(claim)) or not (
            asks_back and _is_beside_the_matter(claim, question, base, day, language)
        ):
            answered = True
            yield claim


def _adds(claim: Claim) -> bool:
    """Whether a claim after the answer is a whole sentence that states something more, of nobody's feelings."""
    told = claim.text.strip()
    if told != claim.sentence or told.endswith("!") or len(words(told)) < _ADDED:
        return False
    return role_words("_myself").search(comparable(told)) is None


def _is_beside_the_matter(claim: Claim, question: str, base: Knowledge, day: Any, language: str | None) -> bool:
    """Whether a few words before a question back, none of which the knowledge base knows, state nothing of it."""
    if claim.quantities or claim.mentions_order or claim.reply or any(contacts_in(claim.text)):
        return False
    own = [term for term in own_terms(claim.text) if term.concept not in generic()]
    if len(own) > _ASIDE:
        return False
    known = [sentence.said.terms for _, sentence in _places(_valid(claim, question, base, day), base, language)]
    return not any(best_match(term, terms) >= _HELD for term in own for terms in known)


def check_claim(claim: Claim, question: str, base: Knowledge, day: Any, language: str | None = None) -> Judgement:
    """The judgement on one claim, from the passages that were valid on a day and from superseded ones."""
    invented = _invented(claim, base, language)
    if invented is not None:
        return invented
    passages = _valid(claim, question, base, day)
    if (quoted := _quoted(claim, passages, base)) is not None:
        return quoted
    judged = _given(claim, _judged(claim, question, passages, base, language), base)
    if judged.verdict in {"contradicted", "not_in_kb", "unsure"} and claim.quantities:
        # An answer from an older version is the likeliest reason for a wrong amount.
        old = _judged(claim, question, _superseded(claim, question, base, day), base, language)
        if old.verdict == "supported" and old.exact:
            return Judgement(
                "stale",
                judged.verdict == "contradicted" and judged.exact,
                "an older version said this; the valid one does not",
                judged.document_id or old.document_id,
                judged.passage_hash or old.passage_hash,
                judged.start,
                judged.end,
            )
    return judged


def knows_answer(question: str, base: Knowledge, day: Any) -> Judgement | None:
    """The passage that plainly speaks of a question, None when none does."""
    if len(_content(question)) < 2:
        return None
    for hit in base.search(question, k=1, on=day, audience="public"):
        passage = base.passages[hit.passage]
        if content_overlap(question, f"{passage.heading}\n{passage.text}") >= _KNOWN:
            return Judgement("supported", document_id=base.document_of(passage).id, passage_hash=passage.hash)
    return None


def content_overlap(claim: str, text: str) -> float:
    """The share of a claim's content words, by character n-grams, that a text holds."""
    mine = _content(claim)
    if not mine:
        return 0.0
    grams = text_ngrams(text)
    return sum(_held(word, grams) for word in mine) / len(mine)


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if len(word) > 3 and not word.isdigit())


def _held(word: str, grams: frozenset[str]) -> float:
    own = char_ngrams(word, 3, 4)
    share = sum(gram in grams for gram in own) / len(own) if own else 0.0
    return share if share >= 0.45 else 0.0


# ---------------------------------------------------------------- passages and sentences


def _valid(claim: Claim, question: str, base: Knowledge, day: Any) -> list[int]:
    return base.nearest((claim.text, question), base.mask(day, "public"), _NEAREST)


def _superseded(claim: Claim, question: str, base: Knowledge, day: Any) -> list[int]:
    old = base.ended & ~base.mask(day, "public")
    return base.nearest((claim.text, question), old, _OLDER) if old.any() else []


def _quoted(claim: Claim, passages: Sequence[int], base: Knowledge) -> Judgement | None:
    """A claim of a sentence that a valid passage says whole needs no reading; a part alone may drop a condition."""
    told = {comparable(text).strip(" .!,;:") for text in (claim.text, claim.sentence, yes_no().sub("", claim.sentence))}
    wanted = [text for text in told if len(text) >= _QUOTE]
    for number in passages:
        whole = base.comparable_text(number)
        if any(text in whole for text in wanted) and _says_whole(wanted, whole):
            passage = base.passages[number]
            return Judgement("supported", True, "the passage's own words", base.document_of(passage).id, passage.hash)
    return None


def _says_whole(wanted: Sequence[str], text: str) -> bool:
    """Whether one of the wanted texts stands as a sentence or a clause of its own."""
    spelt = "|".join(map(re.escape, wanted))
    return re.search(rf"(?:^|[.!?;:\n]\s*)(?:{spelt})(?=\s*(?:[.!?;\n]|$))", text) is not None


def _judged(claim: Claim, question: str, passages: Iterable[int], base: Knowledge, language: str | None) -> Judgement:
    places = _places(passages, base, language)
    if not places:
        return Judgement("not_in_kb")
    numbers = [number for number, _ in places]
    sentences = [sentence for _, sentence in places]
    result = compare(_statement(claim, question, language), sentences, numbers, base.nearness)
    return _judgement(result, places, base)


def reading_of(claim: Claim, question: str, base: Knowledge, language: str | None) -> Reading | None:
    """What the rules say of a claim and what they saw, None where a contact or a quotation decides: for learning."""
    passages = _valid(claim, question, base, None)
    if _invented(claim, base, language) is not None or _quoted(claim, passages, base) is not None:
        return None
    places = _places(passages, base, language)
    if not places:
        return None
    numbers = [number for number, _ in places]
    sentences = [sentence for _, sentence in places]
    return read(_statement(claim, question, language), sentences, numbers, base.nearness)


def _places(passages: Iterable[int], base: Knowledge, language: str | None) -> list[tuple[int, Sentence]]:
    return [(number, sentence) for number in passages for sentence in base.sentences(number, language)]


def _statement(claim: Claim, question: str, language: str | None) -> Statement:
    asked = claim.question or question
    if claim.denied or (not claim.quantities and yes_no().match(claim.text) and not _plain_terms(claim)):
        said = wording(asked)
        return Statement(
            asked, said, (), claim.denied, (), quantities(asked), asked, claim.reply, claim.start > 0, language=language
        )
    said = wording(claim.text)
    context = (*wording(asked).terms, *wording(claim.before).terms)
    before = quantities(claim.before)
    return Statement(
        claim.text, said, claim.quantities, denies(claim.text, said, language), context, quantities(asked), asked,
        claim.reply, claim.start > 0, (*before, *quantities(claim.sentence)), before, language, claim.sentence,
        claim.before,
    )  # fmt: skip


def _plain_terms(claim: Claim) -> bool:
    rest = yes_no().sub("", claim.text)
    return len(wording(rest).terms) >= FEWEST_TERMS


def _judgement(result: Comparison, places: Sequence[tuple[int, Sentence]], base: Knowledge) -> Judgement:
    if result.sentence is None:
        return Judgement(result.relation)
    number, sentence = places[result.sentence]
    passage = base.passages[number]
    return Judgement(
        result.relation, result.exact, result.reason, base.document_of(passage).id, passage.hash, sentence.start,
        sentence.end, result.weighed,
    )  # fmt: skip


_UNKNOWN_NUMBER = "a number that the knowledge base does not hold"
_UNKNOWN_CONTACT = "a contact or link that the knowledge base does not hold"


def _invented(claim: Claim, base: Knowledge, language: str | None) -> Judgement | None:
    for contact in contacts_in(claim.text):
        if not unknown(contact, base):
            continue
        reason = _UNKNOWN_NUMBER if contact.kind == "phone" else _UNKNOWN_CONTACT
        # Where the base gives one for this, another one denies it.
        known = instead_of(contact, claim.text, claim.question, base, language)
        if known is None and at_home(contact, base):
            continue
        if known is None:
            return Judgement("invented", False, reason)
        return _by_contact("contradicted", known[0], base, reason, exact=known[1])
    return None


def _given(claim: Claim, judged: Judgement, base: Knowledge) -> Judgement:
    """The judgement on a claim that gives a contact: what the base gives for the same is told of no other."""
    given = next(contacts_in(claim.text), None)
    if given is None or judged.verdict == "stale" or judged.reason == SILENT:
        return judged
    place = given_for(given, claim.text, claim.question, base)
    if place is None:
        return judged
    known, better = place
    if better:
        return replace(judged, verdict="contradicted", exact=False, reason="another contact is given for this")
    if judged.open and judged.verdict != "supported" and _of_one_time(claim, known, base):
        return _by_contact("supported", known, base, "the contact that is given for this")
    return judged


def _of_one_time(claim: Claim, known: Contact, base: Knowledge) -> bool:
    """Whether the amounts of a claim are no others than those of the sentence that gives its contact."""
    told = quantities(base.passages[known.passage].text[known.start : known.end])
    kinds = {q.kind for q in told} - {"count"}
    return all(any(equal_amounts(q, other) for other in told) for q in claim.quantities if q.kind in kinds)


def _by_contact(
    verdict: ClaimVerdict, known: Contact, base: Knowledge, reason: str, *, exact: bool = False
) -> Judgement:
    passage = base.passages[known.passage]
    document = base.document_of(passage).id
    return Judgement(verdict, exact, reason, document, passage.hash, known.start, known.end)
