"""Who made a work, or is told of in one: such a name is asked for with it, and is nobody's datum."""

from __future__ import annotations

import re
from functools import cache

from evalkit.personal_data.cues import WORD
from evalkit.personal_data.name_lists import (
    endings,
    ends_as,
    family,
    genitive_in_n,
    listed,
    names_a_thing,
    nominatives,
    works,
)
from evalkit.text.data_files import word_pattern

_UPPER = "A-ZÅÄÖÆØÜÞÁÉÍÓÚÐ"
_WITHIN, _SHORTEST_COMPOUND = 60, 7
_LEAD = re.compile(rf"(?: [{_UPPER}][\w-]{{1,20}}){{1,2}} $")
_SENTENCE = re.compile(r"[.!?\n]")
_OWNED = re.compile(r"(?P<sign>['’]?s|(?<=[sxz])['’]?)[ ](?:(?P<newest>[^\W\d_]+)[ ])?(?P<work>[^\W\d_][\w-]*)")
_GENITIVE = re.compile(r"(?P<sign>)[ ](?:(?P<newest>[^\W\d_]+)[ ])?(?P<work>[^\W\d_][\w-]*)")
_TITLED = re.compile(rf"(?:[ ][{_UPPER}][\w-]*){{0,3}}[ ](?P<work>[^\W\d_][\w-]*)")
_AS_WHAT = re.compile(
    rf"['’]?s[ ][\"'»”“„]?[{_UPPER}][\w'’-]*(?:[ ][\w'’-]+){{0,6}}?[\"'»”“„]?"
    r"[ ](?:som|as|als|i|in|på|auf)[ ](?P<work>[\w-]+)"
)
"""The title of a work between its maker and its format: "Moa Lindkvist's Night and Day in paperback"."""
_NUMBERED = re.compile(r"[^\W\d_]+(?:-\d+)?")
_APPOSED = re.compile(r",[ ](?:den|det|the|das|die|der|se|sú|það)(?P<said>(?:[ ][^\W\d_]+){1,3})")
_TITLE = re.compile(rf"[ ][\"'»”“„]?[{_UPPER}]")


def is_maker(text: str, start: int, end: int) -> bool:
    """Whether a name is that of a work's maker or of somebody whom a work tells of.

    >>> text = "Har ni boken av Moa Lindkvist inne?"
    >>> is_maker(text, 16, 29)
    True
    """
    tests = (_is_known_for, _owns_work, _is_told_of, _is_asked_for, _is_seen, _is_honoured, _is_called_a_work)
    return _follows_work(text, start) or any(test(text, start, end) for test in tests)


def _is_honoured(text: str, start: int, end: int) -> bool:
    """Whether a prize or a book's number stands with a name: "The Remains of the Day by …? ISBN 978-…"."""
    around = text[max(0, start - _WITHIN) : end + _WITHIN].lower()
    return not listed("honours").isdisjoint(_NUMBERED.findall(around))


def _is_called_a_work(text: str, start: int, end: int) -> bool:
    """Whether what follows a name says that it is a work: "Moa Lindkvist, den gamle bog om takt"."""
    hit = _APPOSED.match(text, end)
    return hit is not None and any(is_work(word) for word in WORD.findall(hit["said"].lower()))


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
    owned = told[-1] in listed("owned_by") and len(told) > 1
    if told[-2 if owned else -1] in listed("events"):
        return True
    if told[-1] == "of":
        return not listed("told_of").isdisjoint(told)
    if not listed("handled").isdisjoint(told):
        return False
    return told[-1] in listed("always_made_by") or (told[-1] in listed("made_by") and any(map(is_work, told)))


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
    hit = _OWNED.match(text, end)
    if hit is not None:
        as_what = _AS_WHAT.match(text, end)
        if as_what is not None and is_work(as_what["work"].lower()):
            return True
        return _is_owned_work(hit) or (
            hit["sign"][:1] in {"'", "’"} and hit["work"][0].isupper() and names_a_thing(hit["work"])
        )
    titled = _TITLED.match(text, end)
    if titled is not None and is_work(titled["work"].lower()):
        return True
    hit = _GENITIVE.match(text, end) if last.endswith("n") else None
    if hit is None or _is_surely_whole(last):
        return False
    newest, work = (hit["newest"] or "").lower(), hit["work"].lower()
    if newest and newest not in listed("newest"):
        work = newest
    if work in listed("made_after_case") or _is_latest(hit):
        return True
    return genitive_in_n(last) and (is_work(work) or names_a_thing(work) or _TITLE.match(text, end) is not None)


def _is_owned_work(hit: re.Match[str]) -> bool:
    newest, work = (hit["newest"] or "").lower(), hit["work"].lower()
    if newest and newest not in listed("newest"):
        work = newest
    return is_work(work) or _is_latest(hit)


def _is_latest(hit: re.Match[str]) -> bool:
    """Whether the newest of somebody's is asked for, and no thing of his that has a name."""
    word = "newest" if hit["newest"] else "work"
    if hit[word].lower() not in listed("latest"):
        return False
    following = (
        WORD.match(hit.string, hit.end(word) + 1) if hit.string[hit.end(word) : hit.end(word) + 1] == " " else None
    )
    return following is None or following.group().lower() in listed("latest_goes_on")


def _is_surely_whole(lowered: str) -> bool:
    """Whether a word that ends in n is the family name itself: Virtanen, Larsson."""
    return family(lowered) and not lowered.endswith("sen") and not any(family(bare) for bare in nominatives(lowered))


def _is_told_of(text: str, start: int, end: int) -> bool:
    """Whether a work stands before a name in a case that says from or of whom: "kirjoja Tommi Kinnuselta"."""
    last = text[start:end].rsplit(" ", 1)[-1].lower()
    if not last.endswith(tuple(listed("cases_of_makers"))) or not nominatives(last):
        return False
    told = WORD.findall(_SENTENCE.split(text[max(0, start - _WITHIN) : start].lower())[-1])
    return listed("handled").isdisjoint(told) and any(
        is_work(word) or word in listed("made_after_case") for word in told
    )


def _is_asked_for(text: str, start: int, end: int) -> bool:
    """Whether somebody asks whether a shop has it, and means nobody there: "do you have …"."""
    before = text[max(0, start - _WITHIN) : start].lower()
    asked = _asks().search(before)
    if asked is None:
        return False
    following = _SENTENCE.split(text[end : end + _WITHIN])[0]
    if _POSSESSED.match(following) and not _TITLE_OWNED.match(following):
        return False
    return _somebody().search(following.lower()) is None


def _is_seen(text: str, start: int, end: int) -> bool:
    """Whether seats are for somebody's show: "tickets for Moa Lindkvist in Malmö"."""
    told = WORD.findall(text[max(0, start - _WITHIN) : start].lower())[-2:]
    if len(told) < 2 or told[0] not in listed("seats") or told[1] not in listed("seats_for"):
        return False
    venue = _VENUE.match(text, end)
    return venue is not None and venue["at"] in listed("seats_at")


_VENUE = re.compile(rf"[ ](?P<at>\w{{1,3}})[ ](?:the[ ])?[{_UPPER}]")
_POSSESSED = re.compile(r"['’]?s[ ]")
_TITLE_OWNED = re.compile(rf"['’]?s[ ][\"'»”“„]?[{_UPPER}]")


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(rf"{word_pattern(listed('asked_for')).pattern}[ ]$")


@cache
def _somebody() -> re.Pattern[str]:
    return word_pattern(listed("as_somebody"))
