"""The words of a claim beside those of the nearest sentence, as names that weights were learned for."""

from __future__ import annotations

from itertools import pairwise

from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.knowledge.weighing.features import Reading
from evalkit.knowledge.weighing.frames import compared
from evalkit.text.normalise import comparable
from evalkit.text.tokens import words

_STRANGE, _STEM, _OPENING = 0.5, 6, 2
_ONE_LANGUAGE = {"nb": "no", "nn": "no"}


def signs(reading: Reading) -> list[str]:
    """Names of what a claim says and the nearest sentence does not, the other way round, and both; each once."""
    claim, sentence = reading.claim, reading.sentences[reading.top]
    found = [
        *_of_terms(claim.said.terms, sentence.said.terms, claim.context),
        *_of_roles(claim.said.roles, sentence.said.roles),
        *compared(claim.text, sentence.text, claim.language),
        *_of_words(claim.text, sentence.text, claim.question, claim.language),
    ]
    return list(dict.fromkeys(found))


def _of_terms(mine: tuple[Term, ...], theirs: tuple[Term, ...], asked: tuple[Term, ...]) -> list[str]:
    """By concept, whatever the language: what is claimed, what only one side holds, and what stands for what."""
    new = [term for term in mine if best_match(term, theirs) < _STRANGE]
    left = [term for term in theirs if best_match(term, (*mine, *asked)) < _STRANGE]
    return [
        *(f"term:{_matter(term)}" for term in mine),
        *(f"term+:{_matter(term)}" for term in new),
        *(f"term-:{_matter(term)}" for term in left),
        *(f"term+-:{one.concept}|{other.concept}" for one in new for other in left if one.concept and other.concept),
    ]


def _matter(term: Term) -> str:
    return term.concept or term.text[:_STEM]


def _of_roles(mine: frozenset[str], theirs: frozenset[str]) -> list[str]:
    return [
        *(f"role:{role}" for role in sorted(mine)),
        *(f"told:{role}" for role in sorted(theirs)),
        *(f"role+:{role}" for role in sorted(mine - theirs)),
        *(f"role-:{role}" for role in sorted(theirs - mine)),
        *(f"role|:{one}|{other}" for one in sorted(mine) for other in sorted(theirs)),
    ]


def _of_words(claim: str, sentence: str, question: str, language: str | None) -> list[str]:
    """The words as they are, by language: the small ones and the idioms that no list of concepts holds."""
    if language is None:
        return []
    code = _ONE_LANGUAGE.get(language, language)
    mine, theirs = words(comparable(claim)), words(comparable(sentence))
    return [
        *(f"{code}:{word}" for word in mine),
        *(f"{code}+:{word}" for word in sorted(set(mine) - set(theirs))),
        *(f"{code}-:{word}" for word in sorted(set(theirs) - set(mine))),
        *(f"{code}:{one} {other}" for one, other in pairwise(mine)),
        *(f"{code}?:{word}" for word in words(comparable(question))[:_OPENING]),
    ]
