"""Names that no list knows and no cue introduces: two capitals beside what only people do or are to each other.

A sign of a person alone is enough ("X signed for it", "X, my neighbour"); a word that stands before much else too
("to X") asks for a name that looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data.cues import PersonalData, cue_pattern, cue_set, first_words
from evalkit.personal_data.name_lists import family, given, is_public, looks_like_a_name, names_a_thing
from evalkit.personal_data.names import MORE, PART, full_names, signed
from evalkit.personal_data.uncapitalised import UPPER

_INITIALS = re.compile(rf"(?<![\w@./-])(?:[{UPPER}]\.[ ]?){{1,3}}(?P<family>{PART})(?!\w)")
_NAME = re.compile(rf"(?<![\w@./-]){PART}(?:{MORE}){{1,3}}")
_PATRONYM = re.compile(r"(?:d[óo]ttur|d[óo]ttir|sdotter|sdatter|ssonar|sonar|sson)$")
_LONGEST_CUE = 14
_SURE = 0.75


def likely_names(text: str, lowered: str, said: frozenset[str]) -> Iterator[PersonalData]:
    """Full names by what stands beside them, in a text of two capitals; `said` holds its words."""
    if said.isdisjoint(_signs()):
        return
    if "." in text:
        for hit in _INITIALS.finditer(text):
            if family(hit["family"]) and not names_a_thing(hit["family"]):
                yield from full_names(text, *hit.span(), _SURE, whole=True)
    for hit in _NAME.finditer(text):
        start, end = hit.span()
        words = hit.group().split(" ")
        asked = _asked(lowered, start)
        while len(words) > 1 and words[0].lower() in _not_names():
            # "Kan Anna Berg komma": the sentence's first word has a capital too.
            asked = words[0].lower() in cue_set("name_maybe")
            start += len(words.pop(0)) + 1
        if len(words) == 1 or words[0].lower() in cue_set("place_before") or is_public(" ".join(words)):
            continue
        if any(names_a_thing(word) for word in words):
            continue
        acts = signed(lowered, end)
        if acts or (asked and looks_like_a_name(words)) or _patronymic(words):
            yield from full_names(text, start, end, _SURE, whole=acts)


def _asked(lowered: str, start: int) -> bool:
    before = lowered[max(0, start - _LONGEST_CUE) : start]
    return _maybe().search(before) is not None


def _patronymic(words: list[str]) -> bool:
    """Whether a name ends as only Nordic patronymics do."""
    return _PATRONYM.search(words[-1].lower()) is not None and words[-1][0] in _CAPITALS and given(words[0])


_CAPITALS = frozenset(chr(n) for n in range(0x250) if re.match(rf"[{UPPER}]", chr(n)))


@cache
def _signs() -> frozenset[str]:
    return first_words("name_signs") | first_words("name_maybe")


@cache
def _not_names() -> frozenset[str]:
    return cue_set("not_names") | cue_set("name_maybe")


@cache
def _maybe() -> re.Pattern[str]:
    return re.compile(rf"{cue_pattern('name_maybe').pattern}[ ]$")
