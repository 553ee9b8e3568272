"""A claim beside a sentence that plainly denies it, grants what it denies, or makes a duty of what it waives."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.reading.glossary import generic, polar_concepts
from evalkit.knowledge.reading.modality import Modality, modality
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.knowledge.rules.certainty import denied_elsewhere

DENIED_WHOLE = "the knowledge base plainly denies it"
GRANTED = "the knowledge base plainly grants it"
PERMITTED = "the knowledge base says that it is allowed"
REQUIRED = "the knowledge base requires it"
NOT_REQUIRED = "the knowledge base does not require it"
LEFT_OUT = "not all: the knowledge base leaves something out"
_KNOWN, _MOST, _TWO, _STEM = 0.7, 0.66, 2, 6
_NEAR, _HALF, _AS_NEAR, _NEARLY = 0.3, 0.5, 0.6, 0.9
_MONEY = frozenset({"cost", "free", "fee", "price", "pay"})


def by_modality(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], own: Sequence[float]
) -> Comparison | None:
    """Contradicted where a sentence says the opposite of a claim beyond doubt; None where none does."""
    language = claim.language
    if language is None or not claim.question:
        # A sentence on its own may be a heading, which denies and grants nothing.
        return None
    asked = modality(claim.question, language)
    return (
        _denied(claim, sentences, asked, language)
        or _of_duty(claim, sentences, overlaps, asked, language)
        or _granted(claim, sentences, overlaps, own, asked, language)
        or _of_all(claim, sentences, overlaps, language)
    )


# ---------------------------------------------------------------- plain denials


def _denied(claim: Statement, sentences: Sequence[Sentence], asked: Modality, language: str) -> Comparison | None:
    """A plain yes beside a sentence that denies what was asked and answered, and speaks of nothing else."""
    if claim.reply == "no" or claim.denies or asked.turns or (claim.later and _denied_before(claim, language)):
        return None
    if not _bare(claim) and modality(claim.whole or claim.text, language).turns:
        return None
    best: tuple[float, int, int] | None = None
    for n, sentence in enumerate(sentences):
        if not sentence.denies or sentence.amounts or denied_elsewhere(claim, sentence):
            continue
        said = modality(sentence.text, language)
        if said.denial and not said.case and "," not in said.text:
            share, of = _spoken_of(sentence, claim, language)
            least = 1.0 if claim.amounts else _MOST
            if share >= least and _of_the_same(sentence, claim) and (best is None or (share, of) > best[:2]):
                best = share, of, n
    return None if best is None else Comparison("contradicted", best[2], not _bare(claim), DENIED_WHOLE)


def _bare(claim: Statement) -> bool:
    return claim.text == claim.question


def _denied_before(claim: Statement, language: str) -> bool:
    """Whether the sentence before the claim denies something: then it may go on with what holds instead."""
    return bool(claim.told) and modality(claim.told, language).turns


def _spoken_of(sentence: Sentence, claim: Statement, language: str) -> tuple[float, int]:
    """How much of a denial's matter the claim and its question speak of, and how many words that is."""
    spoken = (*claim.said.terms, *claim.context)
    named = language != "de"
    terms = [t for t in _matter(sentence.said.terms, language) if t.concept not in generic() or t.name]
    held = [best_match(term, spoken) >= _KNOWN for term in terms]
    alone = len(terms) < _TWO and not (sentence.subject and best_match(sentence.subject[0], spoken) >= _KNOWN)
    if not terms or alone or any(term.name and not known for term, known in zip(terms, held, strict=True)):
        return 0.0, 0
    names = [term for term in terms if term.name and term.concept is None]
    if named and names and any(_stranger(term, sentence) for term in spoken):
        # What is denied of one plan says nothing of another.
        return 0.0, 0
    return sum(held) / len(terms), len(terms)


def _stranger(term: Term, sentence: Sentence) -> bool:
    return term.name and term.concept is None and best_match(term, sentence.said.terms) < _KNOWN


def _of_the_same(sentence: Sentence, claim: Statement) -> bool:
    """Whether the claim itself, and not its question alone, shares a telling word with a sentence."""
    # "But not in X" is denied of what the rest of the sentence tells.
    few = len(sentence.said.terms) < _TWO
    told = (*sentence.said.terms, *sentence.beside) if few else sentence.said.terms
    return any(t.concept not in generic() and best_match(t, told) >= _KNOWN for t in claim.said.terms)


def _matter(terms: Sequence[Term], language: str) -> list[Term]:
    """The words that say what a text is about: neither denials nor signs such as open and allowed."""
    return [t for t in terms if t.concept not in polar_concepts() and not modality(t.text, language).denial]


def _granted(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], own: Sequence[float],
    asked: Modality, language: str,
) -> Comparison | None:  # fmt: skip
    """A plain no beside a sentence that holds all of it and denies nothing, where no other one near it denies."""
    said = modality(claim.text, language)
    if not claim.denies or asked.turns or said.case or not (_bare(claim) or said.denial):
        return None
    terms = [t for t in _matter(claim.said.terms, language) if t.concept not in generic()]
    if not terms:
        return None
    turned = [sentence.denies or modality(sentence.text, language).turns for sentence in sentences]
    if (permitted := _permitted(claim, terms, sentences, turned, overlaps, language)) is not None:
        return permitted
    whole = [
        n
        for n, sentence in enumerate(sentences)
        # Hours grant nothing on days that they do not name.
        if not turned[n] and own[n] >= _HALF and not any(q.kind == "clock" for q in sentence.amounts)
        if all(best_match(t, sentence.said.terms) >= _KNOWN for t in terms)
    ]
    if not whole:
        return None
    at = max(whole, key=lambda n: own[n])
    rival = max((near for near, other in zip(overlaps, turned, strict=True) if other), default=0.0)
    return None if rival >= _AS_NEAR * overlaps[at] else Comparison("contradicted", at, False, GRANTED, doubtful=True)


def _permitted(
    claim: Statement, terms: Sequence[Term], sentences: Sequence[Sentence], turned: Sequence[bool],
    overlaps: Sequence[float], language: str,
) -> Comparison | None:  # fmt: skip
    """A plain no, or "not allowed", beside a sentence that allows it in words, where none that denies speaks of it."""
    if claim.reply == "yes" or not (claim.reply == "no" or "allowed" in claim.said.concepts):
        return None
    for n in sorted(range(len(sentences)), key=lambda n: -overlaps[n]):
        sentence = sentences[n]
        if overlaps[n] < _HALF:
            return None
        if turned[n]:
            # "Jeans are fine, but no studs" denies nothing of jeans.
            if any(best_match(t, sentence.said.terms) >= _KNOWN for t in terms):
                return None
        elif not sentence.amounts and _permits(sentence, language) and not modality(sentence.text, language).case:
            known = [best_match(t, (*sentence.said.terms, *sentence.beside)) >= _KNOWN for t in terms]
            if known[0] and sum(known) >= _MOST * len(known):
                return Comparison("contradicted", n, True, PERMITTED)
    return None


def _permits(sentence: Sentence, language: str) -> bool:
    """Whether a sentence says in words that something is allowed or possible."""
    return "allowed" in sentence.said.concepts or modality(sentence.text, language).permits


def _of_all(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], language: str
) -> Comparison | None:
    """A claim of all of a kind, where the nearest sentence on it leaves something out."""
    if _bare(claim) or claim.denies or claim.reply == "no" or not modality(claim.text, language).everything:
        return None
    if modality(claim.whole or claim.text, language).leaves_out:
        return None
    spoken = (*claim.said.terms, *claim.context)
    most = max(overlaps)
    for n in sorted(range(len(sentences)), key=lambda n: -overlaps[n]):
        if overlaps[n] < max(_NEAR, _NEARLY * most):
            return None
        said = modality(sentences[n].text, language)
        if said.everything and not said.leaves_out:
            return None
        terms = _telling(sentences[n].said.terms, language)
        known = sum(best_match(term, spoken) >= _KNOWN for term in terms)
        if said.leaves_out and not sentences[n].amounts and known >= max(_TWO, _HALF * len(terms)):
            return Comparison("contradicted", n, True, LEFT_OUT) if _of_the_same(sentences[n], claim) else None
    return None


# ---------------------------------------------------------------- duties


def _of_duty(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], asked: Modality, language: str
) -> Comparison | None:
    """A duty that the claim lifts and a sentence sets, or the other way round."""
    if _bare(claim) or len(modality(claim.text, language).text) != len(claim.text):
        return None
    sides = _claimed(claim, asked, language)
    if sides is None:
        return None
    mine, scope = sides
    spoken = (*claim.said.terms, *claim.context)
    best: tuple[float, int, str] | None = None
    for n, sentence in enumerate(sentences):
        if overlaps[n] < _NEAR:
            continue
        terms = _telling(sentence.said.terms, language)
        hits = sum(_has(sentence.said.terms, term) for term in scope)
        known = sum(best_match(term, spoken) >= _KNOWN for term in terms) if hits else 0
        if known < _TWO:
            continue
        theirs = _told(sentence, scope, mine, language)
        near = known / len(terms) + hits / len(scope) + overlaps[n]
        if theirs and (best is None or near > best[0]):
            best = near, n, theirs
    if best is None:
        return None
    if mine == "must":
        return Comparison("contradicted", best[1], True, NOT_REQUIRED) if best[2] == "lifted" else None
    against = best[2] == "condition" or (best[2] == "must" and (mine == "lifted" or claim.reply == "yes"))
    return Comparison("contradicted", best[1], True, REQUIRED) if against else None


def _claimed(claim: Statement, asked: Modality, language: str) -> tuple[str, list[Term]] | None:
    """What the claim says of a duty, and the words that tell which."""
    said = modality(claim.text, language)
    found: tuple[str, list[Term]] | None = None
    if said.waived and claim.reply != "no":
        found = "waived", _telling(_within(claim.said.terms, said.waived), language)[:3]
    if not (found and found[1]) and said.mark and said.duty == "lifted" and claim.reply != "no":
        found = "lifted", _telling(_within(claim.said.terms, said.mark), language)
    if not (found and found[1]) and asked.asks_duty and claim.reply == "yes" and not said.turns:
        found = "must", _telling((*claim.said.terms, *claim.context), language)
    return found if found and found[1] else None


def _told(sentence: Sentence, scope: Sequence[Term], mine: str, language: str) -> str:
    """What a sentence says of the same duty: `must`, `lifted`, a `condition`, or nothing."""
    said = modality(sentence.text, language)
    if said.duty == "lifted":
        return "lifted"
    if said.waived and not sentence.denies:
        return "waived"
    if said.duty == "must":
        return "must"
    if mine == "must" or said.denial or said.condition is None or len(said.text) != len(sentence.text):
        return ""
    bound = _within(sentence.said.terms, said.condition)
    return "condition" if any(_has(bound, term) for term in scope) else ""


def _has(terms: Sequence[Term], wanted: Term) -> bool:
    """Whether one of some words is the wanted one, or begins like it: what is composted, and composting."""
    if best_match(wanted, terms) >= _KNOWN:
        return True
    stem = wanted.text[: max(_STEM, round(_MOST * len(wanted.text)))]
    return len(stem) >= _STEM and any(term.text.startswith(stem) for term in terms)


def _within(terms: Sequence[Term], span: tuple[int, int]) -> list[Term]:
    return [term for term in terms if span[0] <= term.start < span[1]]


def _telling(terms: Sequence[Term], language: str) -> list[Term]:
    """The words that tell which thing is meant."""
    skipped = generic() | _MONEY
    return [t for t in terms if t.concept not in skipped and not modality(t.text, language).denial]
