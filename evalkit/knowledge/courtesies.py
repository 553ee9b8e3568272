"""Sentences that state nothing: feelings, wishes, invitations, and that the answer is unknown or being looked up."""

from __future__ import annotations

import re
from functools import cache

from evalkit.knowledge.glossary import role_words, roles
from evalkit.knowledge.statements import denies
from evalkit.knowledge.wording import wording
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_MIN_TERMS, _ABOUT, _LOOKED_UP = 3, 6, 8
_FORWARD = 40
_HALVES = re.compile(r"\s*(?:[,;:–!.]\s+|\s(?=(?:och|og|ja|and|und)\s))")


def states_nothing(said: str, language: str | None) -> bool:
    """Whether a sentence without an amount is a courtesy, a feeling, or says that nothing is known."""
    # A small number in words may be another language's word: "lovely to hear" counts two in Danish.
    told = any(q.kind != "count" or said[q.start : q.end].strip()[:1].isdigit() for q in quantities(said))
    return not told and (_polite(said) or _feels(said) or _is_looked_up(said) or _has_no_answer(said, language))


def _polite(said: str) -> bool:
    """Whether a sentence begins like a courtesy, and what follows its comma is short or one too."""
    start, *rest = _HALVES.split(_bare(said))
    if not _starts("_polite").match(start):
        return False
    return all(len(wording(part).terms) < _MIN_TERMS or _starts("_polite").match(_joined(part)) for part in rest)


def _feels(said: str) -> bool:
    """Whether an exclamation begins with a feeling, or one is spoken of after a sigh."""
    plain = _bare(said)
    sigh = _starts("_sigh").match(plain)
    if sigh and role_words("_feeling").search(plain, sigh.end()):
        return True
    return said.rstrip().endswith("!") and _starts("_feeling").match(_after_how(plain)) is not None


def _after_how(plain: str) -> str:
    how = _starts("_how").match(plain)
    return plain[how.end() :].lstrip() if how else plain


def _is_looked_up(said: str) -> bool:
    """Whether somebody says of himself that he will look, ask or pass it on."""
    plain = _bare(said)
    who = role_words("_myself").search(plain)
    return (
        who is not None and role_words("_look_up").search(plain) is not None and len(wording(said).terms) <= _LOOKED_UP
    )


def _has_no_answer(said: str, language: str | None) -> bool:
    """Whether a sentence says that no answer was found, or that somebody cannot tell."""
    spoken = wording(said)
    if len(spoken.terms) > _ABOUT or not denies(said, spoken, language):
        return False
    plain = comparable(said)
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
