"""Sentences that state nothing: feelings, wishes, invitations, and that the answer is unknown or being looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from evalkit.knowledge.reading.glossary import role_words, roles
from evalkit.knowledge.reading.replies import yes_no
from evalkit.knowledge.reading.statements import denies
from evalkit.knowledge.reading.wording import Term, best_match, wording
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_FEW_TERMS, _MIN_TERMS, _ABOUT, _LOOKED_UP = 2, 3, 6, 9
_NORDIC = frozenset({"sv", "da", "nb", "nn"})
_ECHOED = 0.7
_FORWARD = 40
_HALVES = re.compile(r"\s*(?:[,;:–!.]\s+|\s(?=(?:och|og|ja|and|und)\s))")


def states_nothing(said: str, language: str | None, question: str = "") -> bool:
    """Whether a sentence without an amount is a courtesy, a feeling, or says that nothing is known.

    What follows a courtesy and speaks of what was asked is none: "Sure, we ship to Norway too."
    """
    # A small number in words may be another language's word: "lovely to hear" counts two in Danish.
    told = any(q.kind != "count" or said[q.start : q.end].strip()[:1].isdigit() for q in quantities(said))
    return not told and (
        _polite(said, language, wording(question).terms)
        or _feels(said)
        or _is_looked_up(said, language)
        or _has_no_answer(said, language)
    )


def _polite(said: str, language: str | None, asked: Sequence[Term] = ()) -> bool:
    """Whether a sentence begins like a courtesy, and what follows its comma is short or one too."""
    opening = yes_no().match(said)
    if opening is not None and opening.group("no"):
        return False
    if _regrets(said, language):
        return True
    start, *rest = _HALVES.split(_bare(said))
    if not _starts("_polite").match(start) and not (rest and start in roles()["_regret"]):
        return False
    return all(
        _says_little(part, asked) or _starts("_polite").match(_joined(part)) or _is_sad(_joined(part)) for part in rest
    )


def _regrets(said: str, language: str | None) -> bool:
    """Whether somebody is sorry for what the customer met with, and refuses nothing: "sorry you had a bad trip"."""
    plain = _bare(said)
    hit = _regret_of().search(plain)
    if hit is None:
        return False
    rest = plain[hit.end() :]
    return not denies(rest, wording(rest), language)


@cache
def _regret_of() -> re.Pattern[str]:
    joint, regret, which = (_spelt(name) for name in ("_joint", "_regret_of", "_of_which"))
    return re.compile(rf"(?:^|[,;–!.]\s+(?:(?:{joint})\s+)?)(?:{regret}),?\s+(?:{which})(?!\w)")


def _says_little(part: str, asked: Sequence[Term]) -> bool:
    terms = wording(part).terms
    if len(terms) < _FEW_TERMS:
        return True
    return len(terms) < _MIN_TERMS and not any(best_match(term, asked) >= _ECHOED for term in terms)


def _feels(said: str) -> bool:
    """Whether an exclamation begins with a feeling, or one is spoken of after a sigh."""
    plain = _bare(said)
    if _is_sad(plain):
        return True
    sigh = _starts("_sigh").match(plain)
    if sigh and role_words("_feeling").search(plain, sigh.end()):
        return True
    return said.rstrip().endswith("!") and _starts("_feeling").match(_after_how(plain)) is not None


def _is_sad(plain: str) -> bool:
    """Whether somebody says with compassion that it is hard, of whatever it is."""
    begun = _starts("_it_is").match(plain)
    return begun is not None and _starts("_sad").match(plain[begun.end() :].lstrip()) is not None


def _after_how(plain: str) -> str:
    how = _starts("_how").match(plain)
    return plain[how.end() :].lstrip() if how else plain


def _is_looked_up(said: str, language: str | None) -> bool:
    """Whether somebody says of himself that he will look, ask or pass it on."""
    plain = _bare(said)
    if role_words("_look_up").search(plain) is None:
        return False
    told = len(wording(said).terms)
    # The English "I" is "in" of the Nordic languages.
    speakers = {hit.group() for hit in role_words("_myself").finditer(plain)}
    if speakers - ({"i"} if language in _NORDIC else set()):
        return told <= _LOOKED_UP
    return told <= _MIN_TERMS and _starts("_this").match(plain) is not None


def _has_no_answer(said: str, language: str | None) -> bool:
    """Whether a sentence says that no answer was found, or that somebody cannot tell."""
    spoken = wording(said)
    if len(spoken.terms) > _ABOUT:
        return False
    plain = comparable(said)
    if role_words("_unsure").search(plain) and role_words("_myself").search(plain):
        return True
    if not denies(said, spoken, language):
        return False
    if role_words("_seek").search(plain) and role_words("_answer").search(plain):
        return True
    return _cannot_tell().search(plain) is not None


@cache
def _cannot_tell() -> re.Pattern[str]:
    """Somebody's own not knowing or not telling: "I cannot say", "that I do not know"."""
    who, tell = _spelt("_myself"), _spelt("_tell")
    return re.compile(rf"(?<!\w)(?:(?:{who})(?!\w).{{0,{_FORWARD}}}(?:{tell})|(?:{tell})\s+(?:{who}))(?!\w)")


def _bare(said: str) -> str:
    return comparable(said).lstrip(" \"'“”»«¡-")


def _joined(part: str) -> str:
    return re.sub(rf"^(?:{_spelt('_joint')})\s+", "", part)


def _spelt(role: str) -> str:
    return "|".join(word_parts(roles()[role]))


@cache
def _starts(role: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_spelt(role)})(?!\w)[,]?")
