"""Things of one kind, such as means of payment: where the knowledge base admits only some, the others are excluded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from evalkit.knowledge.reading.glossary import generic, joint_only, role_words
from evalkit.knowledge.reading.modality import modality
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import best_match
from evalkit.text.normalise import comparable

OF_ITS_KIND = "the knowledge base admits only others of its kind"
_KINDS = ("_kind_payment", "_kind_animal", "_kind_channel", "_kind_country")
_LISTED = ("_kind_payment", "_kind_country")
_LIST, _MANY = 3, 8
_STEM, _FEW, _NEAR, _SHARED = 4, 4, 30, 0.7


def of_its_kind(claim: Statement, sentences: Sequence[Sentence], ranked: Sequence[int]) -> Comparison | None:
    """A claim of a thing that no sentence names, beside one that says "only" of others of its kind.

    "Only cards" excludes cash, and says nothing of dogs.
    """
    if "only" in claim.said.roles or (claim.reply == "no" and not claim.denies):
        return None
    text = comparable(claim.text)
    for kind in _KINDS:
        mine = {hit.group() for hit in role_words(kind).finditer(text)}
        if not mine or any(_known(thing, kind, sentence) for thing in mine for sentence in sentences):
            continue
        for n in ranked[:_FEW]:
            if _admits_only(kind, sentences[n]) and _on_the_same(claim, kind, sentences[n]):
                return Comparison("supported" if claim.denies else "contradicted", n, True, OF_ITS_KIND)
    return None


def beyond_list(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """A yes to a thing of a kind that no sentence names, beside a list of others of the kind that does not go on."""
    if claim.reply != "yes" or claim.denies or claim.language is None or not claim.question:
        return None
    if modality(claim.whole or claim.text, claim.language).denial:
        return None
    asked = comparable(claim.question)
    for kind in _LISTED:
        mine = {hit.group() for hit in role_words(kind).finditer(asked)}
        if not mine or any(_known(thing, kind, sentence) for thing in mine for sentence in sentences):
            continue
        for n in sorted(range(len(sentences)), key=lambda n: -overlaps[n])[:_MANY]:
            if _lists(kind, sentences[n], claim.language) and _on_the_same(claim, kind, sentences[n]):
                return Comparison("contradicted", n, "only" in sentences[n].said.roles, OF_ITS_KIND)
    return None


def _lists(kind: str, sentence: Sentence, language: str) -> bool:
    """Whether things of a kind stand side by side, and no word says that there are more."""
    text = comparable(sentence.text)
    things = list(role_words(kind).finditer(text))
    side_by_side = [joint_only().fullmatch(text[one.end() : other.start()]) for one, other in pairwise(things)]
    return any(side_by_side) and len(things) >= _LIST and not modality(sentence.text, language).goes_on


def _known(thing: str, kind: str, sentence: Sentence) -> bool:
    return any(hit.group()[:_STEM] == thing[:_STEM] for hit in role_words(kind).finditer(comparable(sentence.text)))


def _admits_only(kind: str, sentence: Sentence) -> bool:
    """Whether a thing of a kind stands soon after "only"."""
    if "only" not in sentence.said.roles:
        return False
    text = comparable(sentence.text)
    only = role_words("_only").search(text)
    return only is not None and any(
        only.end() <= hit.start() < only.end() + _NEAR for hit in role_words(kind).finditer(text)
    )


def _on_the_same(claim: Statement, kind: str, sentence: Sentence) -> bool:
    """Whether a sentence speaks of what is claimed or asked, beside the things of the kind."""
    around = (*sentence.said.terms, *sentence.subject, *sentence.beside)
    return any(
        best_match(term, around) >= _SHARED
        for term in (*claim.said.terms, *claim.context)
        if (term.concept == "pay" or term.concept not in generic()) and role_words(kind).search(term.text) is None
    )
