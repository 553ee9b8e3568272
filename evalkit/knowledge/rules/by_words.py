"""A claim without amounts beside the sentences: denials, opposites, lists, limits and swapped names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from evalkit.knowledge.reading.alignment import OF_ANOTHER, clash, held, of_one_piece, of_the_other, other_party, unmet
from evalkit.knowledge.reading.free_of_charge import free_of_charge
from evalkit.knowledge.reading.glossary import antonyms, generic, joint_only, polar, role_words
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement, opposite_denials
from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.knowledge.rules.certainty import ALL_THERE_IS, DENIED, OTHERS, denied_elsewhere
from evalkit.knowledge.rules.kinds import of_its_kind
from evalkit.text.normalise import comparable

BEYOND = "the customer's case is beyond the limit"
TAKEN_OUT = "the knowledge base takes this out"
"""What a clause beside takes out may be another part: never exact."""
BOTH_FREE = "both say that it is free of charge"
_SUPPORTED = 0.45
_DENIES, _OWN_DENIES = 0.42, 0.4
_JUST_AS_NEAR = 0.9
_FEW = 3
_SWAPPED = 0.35
_SMALL = 4
_STEMS = 0.7
_RESTRICTS = 2


def by_words(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], own: Sequence[float]
) -> Comparison:
    ranked = sorted(range(len(sentences)), key=lambda n: -overlaps[n])
    top = ranked[0]
    if (denied := denied_part(claim, sentences, overlaps, top)) is not None:
        return denied
    if (others := of_its_kind(claim, sentences, ranked)) is not None:
        return others
    if (listed := _listed(claim, sentences, overlaps, ranked)) is not None:
        return listed
    if (swapped := _substituted(claim, sentences, overlaps, top)) is not None:
        return swapped
    if overlaps[top] < _DENIES:
        return Comparison("not_in_kb", top)
    # Another sentence just as near may say what the claim says.
    near = [n for n in ranked if overlaps[n] >= _JUST_AS_NEAR * overlaps[top]]
    agreeing = [n for n in near if not _against(claim, sentences[n]) and not _off_topic(claim, sentences, n, top)]
    if not agreeing:
        # What only the question shares with a sentence is too little to deny it by.
        sure = own[top] >= _OWN_DENIES
        reason = _against(claim, sentences[top])
        exact = reason == BEYOND
        return Comparison("contradicted", top, exact, reason) if sure else Comparison("unsure", top)
    top = agreeing[0]
    if (all_there_is := _complete(claim, sentences, near, top)) is not None:
        return Comparison("contradicted", all_there_is, False, ALL_THERE_IS)
    if not claim.denies and (other := of_the_other(claim, sentences, top)) is not None:
        return Comparison("contradicted", other, False, OF_ANOTHER)
    if other_party(claim, sentences[top]):
        return Comparison("contradicted", top, False, OTHERS)
    if _too_wide(claim, sentences[top]):
        return Comparison("contradicted", top, True, "the knowledge base sets a limit that the claim leaves out")
    return _agreeing(claim, sentences[top], top) if overlaps[top] >= _SUPPORTED else Comparison("unsure", top)


def _agreeing(claim: Statement, sentence: Sentence, at: int) -> Comparison:
    """Supported; surely so where one is free and the other takes no fee."""
    if claim.denies != sentence.denies and free_of_charge(claim) and free_of_charge(sentence):
        return Comparison("supported", at, not {"condition", "only"} & sentence.said.roles, BOTH_FREE)
    return Comparison("supported", at)


def _complete(claim: Statement, sentences: Sequence[Sentence], near: Sequence[int], top: int) -> int | None:
    """The sentence that says "only" of what a claim says "also", "both" or "always" of."""
    roles = claim.said.roles
    if not {"also", "both", "always"} & roles or "only" in roles:
        return None
    whole = [n for n in range(max(0, top - 1), min(len(sentences), top + 2)) if of_one_piece(sentences, n, top)]
    for n in (*near, *whole):
        if "only" not in sentences[n].said.roles or _meets_what_only_says(claim, sentences[n]):
            continue
        for term in claim.said.terms:
            here = best_match(term, sentences[n].said.terms)
            if term.concept not in generic() and here >= _STEMS and (n == top or here > held(term, sentences[top])):
                return n
    return None


def _meets_what_only_says(claim: Statement, sentence: Sentence) -> bool:
    """Whether the words right after "only" are spoken of: "only with Plus", where the customer has Plus."""
    hit = role_words("_only").search(comparable(sentence.text))
    if hit is None:
        return False
    said = [term for term in sentence.said.terms if term.start >= hit.end()][:_RESTRICTS]
    return bool(said) and all(best_match(term, (*claim.said.terms, *claim.context)) >= _STEMS for term in said)


def _off_topic(claim: Statement, sentences: Sequence[Sentence], at: int, top: int) -> bool:
    """Whether a sentence lacks what the claim begins with, where the nearest one has it."""
    if at == top or not claim.said.terms or claim.said.terms[0].concept in generic():
        return False
    first = claim.said.terms[0]
    return best_match(first, sentences[top].said.terms) >= _STEMS and held(first, sentences[at]) < _SWAPPED


def _against(claim: Statement, sentence: Sentence) -> str:
    """Why a sentence says the opposite of a claim, empty where it does not; denials, opposites and limits turn it."""
    denied = claim.denies != (sentence.denies and not denied_elsewhere(claim, sentence))
    turned = clash(claim, sentence, polar())
    if turned and (opposite_denials(claim.said) + opposite_denials(sentence.said)) % 2:
        denied = not denied
    beyond = unmet(claim, sentence)
    if denied and free_of_charge(claim) and free_of_charge(sentence):
        denied = False
    if (denied + turned + beyond) % 2:
        if beyond:
            return BEYOND
        return "the one excludes the other" if turned else DENIED
    excluded = not denied and clash(claim, sentence, antonyms())
    return "the one excludes the other" if excluded else ""


def _too_wide(claim: Statement, sentence: Sentence) -> bool:
    """Whether a claim says "always" of what a sentence limits."""
    if "always" not in claim.said.roles or "only" in claim.said.roles or "always" in sentence.said.roles:
        return False
    limited = {"only", "condition"} & sentence.said.roles
    return bool(limited) or any(amount.bound for amount in sentence.amounts)


def _listed(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], ranked: Sequence[int]
) -> Comparison | None:
    """A name beside a list that says "only": in it, or not."""
    names = [term for term in claim.said.terms if term.name and term.concept is None]
    for n in ranked[:4]:
        sentence = sentences[n]
        known = [term for term in sentence.said.terms if term.name]
        if "only" not in sentence.said.roles or not _side_by_side(known, sentence) or overlaps[n] < 0.2:
            continue
        strange = [
            term for term in names if not any(best_match(term, (*s.said.terms, *s.around)) >= 0.6 for s in sentences)
        ]
        spoken = (*(term for term in claim.said.terms if term not in strange), *claim.context)
        shared = any(best_match(term, sentence.said.terms) >= 0.6 for term in spoken)
        if strange and shared:
            right = claim.denies
            return Comparison("supported" if right else "contradicted", n, True, "the list names all there is")
        if names and all(best_match(t, known) >= 0.6 for t in names):
            if "only" in claim.said.roles:
                return Comparison("supported", n)
            if shared and not claim.denies and not {"also", "both", "always"} & claim.said.roles:
                return Comparison("supported", n, True)
    return None


def _side_by_side(names: Sequence[Term], sentence: Sentence) -> bool:
    """Whether two names stand in one list, with nothing but a comma or a joint between them."""
    return any(
        joint_only().fullmatch(comparable(sentence.text[one.end : other.start]))
        for one, other in pairwise(names)
        if one.end < other.start
    )


def denied_part(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], top: int
) -> Comparison | None:
    """Contradicted where a claim takes in what only a clause beside the nearest one speaks of, and denies.

    Who says "only" takes nothing in: "refunds only if we cancel" is "no refunds unless we cancel".
    """
    if claim.denies or "only" in claim.said.roles or overlaps[top] < _SUPPORTED:
        return None
    beside = [
        n
        for n in range(max(0, top - _FEW), min(len(sentences), top + _FEW + 1))
        if n != top and sentences[n].denies and of_one_piece(sentences, n, top)
    ]  # fmt: skip
    for n in beside:
        taken_out = [
            term
            for term in claim.said.terms
            if best_match(term, sentences[n].said.terms) >= _STEMS > best_match(term, sentences[top].said.terms)
        ]
        if not sentences[top].denies and (taken_out or "both" in claim.said.roles):
            return Comparison("contradicted", n, False, TAKEN_OUT, doubtful=True)
    for term in claim.said.terms:
        if term.concept in generic():
            continue
        holding = [n for n, s in enumerate(sentences) if best_match(term, s.said.terms) >= _STEMS]
        # A clause of few words is a part that is taken out of the whole: "but not in the restaurant".
        short = [n for n in holding if sentences[n].denies and len(sentences[n].said.terms) <= _FEW]
        if holding and holding == short and abs(holding[0] - top) <= _FEW and sentences[holding[0]].beside:
            return Comparison("contradicted", holding[0], False, TAKEN_OUT, doubtful=True)
    return None


def _substituted(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], top: int
) -> Comparison | None:
    """Contradicted where a strange name stands after the same small word as a known one: in Bergen, in Oslo."""
    sentence = sentences[top]
    if overlaps[top] < _SWAPPED or claim.denies != sentence.denies:
        return None
    strange = {
        _before(claim.text, term)
        for term in claim.said.terms
        if term.name and not any(best_match(term, (*s.said.terms, *s.around)) >= 0.6 for s in sentences)
    }
    known = {
        _before(sentence.text, term)
        for term in sentence.said.terms
        if term.name and best_match(term, claim.said.terms) < 0.6
    }
    if (strange & known) - {""}:
        return Comparison("contradicted", top, False, "another name stands in the knowledge base")
    return None


def _before(text: str, term: Term) -> str:
    words_ = text[: term.start].split()
    return words_[-1].lower() if words_ and len(words_[-1]) <= _SMALL else ""
