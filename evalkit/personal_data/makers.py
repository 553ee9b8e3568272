"""Who made a work, or is told of in one: such a name is asked for with it, and is nobody's datum."""

from __future__ import annotations

import re

from evalkit.personal_data.cues import WORD
from evalkit.personal_data.name_lists import (
    endings,
    ends_as,
    finnish_genitive,
    listed,
    names_a_thing,
    works,
)

_UPPER = "A-ZÅÄÖÆØÜÞÁÉÍÓÚÐ"
_WITHIN, _SHORTEST_COMPOUND = 60, 7
_LEAD = re.compile(rf"(?: [{_UPPER}][\w-]{{1,20}}){{1,2}} $")
_SENTENCE = re.compile(r"[.!?\n]")
_OWNED = re.compile(r"(?P<sign>['’]?s|(?<=[sxz])['’]?)[ ](?:(?P<newest>[^\W\d_]+)[ ])?(?P<work>[^\W\d_][\w-]*)")
_GENITIVE = re.compile(r"(?P<sign>)[ ](?:(?P<newest>[^\W\d_]+)[ ])?(?P<work>[^\W\d_][\w-]*)")
_TITLE = re.compile(rf"[ ][\"'»”“„]?[{_UPPER}]")


def is_maker(text: str, start: int, end: int) -> bool:
    """Whether a name is that of a work's maker or of somebody whom a work tells of.

    >>> text = "Har ni boken av Moa Lindkvist inne?"
    >>> is_maker(text, 16, 29)
    True
    """
    return _follows_work(text, start) or _is_known_for(text, start, end) or _owns_work(text, start, end)


def is_work(word: str) -> bool:
    """Whether a word, lower case, is a work, alone or at the end of a compound."""
    if word in works() or word in listed("works"):
        return True
    return len(word) >= _SHORTEST_COMPOUND and ends_as(word, endings("work_endings"))


def _follows_work(text: str, start: int) -> bool:
    """Whether "the book by" stands before."""
    lead = _LEAD.sub(" ", text[max(0, start - _WITHIN) : start])
    told = [word.strip("-") for word in re.findall(r"[^\W\d_][\w-]*", _SENTENCE.split(lead.lower())[-1])]
    if not told:
        return False
    if told[-1] == "of":
        return not listed("told_of").isdisjoint(told)
    return told[-1] in listed("made_by") and listed("handled").isdisjoint(told) and any(is_work(word) for word in told)


def _is_known_for(text: str, start: int, end: int) -> bool:
    """Whether a word for an artist begins a name or stands right before, and nobody's own one is meant."""
    first = text[start:end].partition(" ")[0]
    for at in (start + len(first) + 1, start):
        before = text[max(0, at - _WITHIN) : at].lower()
        words = WORD.findall(before)
        if words and words[-1] in listed("makers") and before.endswith(words[-1] + " "):
            return listed("own").isdisjoint(words[-3:-1])
    return False


def _owns_work(text: str, start: int, end: int) -> bool:
    """Whether a work follows a name in the genitive: "Moa Lindkvists nya roman", "Moa Lindkvist's latest novel"."""
    last = text[start:end].rsplit(" ", 1)[-1].lower()
    finnish = finnish_genitive(last)
    hit = (_GENITIVE if finnish else _OWNED).match(text, end)
    if hit is None:
        return False
    newest, work = (hit["newest"] or "").lower(), hit["work"].lower()
    if newest and newest not in listed("newest"):
        work = newest
    if finnish:
        return (
            work in listed("made_finnish")
            or is_work(work)
            or names_a_thing(work)
            or _TITLE.match(text, end) is not None
        )
    return is_work(work)
