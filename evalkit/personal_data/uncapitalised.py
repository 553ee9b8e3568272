"""Names without capitals: a given name that many bear, with its family name, after what people say before a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.personal_data.cues import PersonalData, cue_set, cue_words
from evalkit.personal_data.name_lists import also_words, family, given

UPPER = "A-ZÀ-ÖØ-ÞŠŽČŁŚŻŞİĆĐŐÅÐ"
LOWER = "a-zß-öø-ÿšžčłśżşığćđőűřěůňťďąęńźð"

_LOWER_HERE = re.compile(
    r"(?:^|(?<=[\n.,!?:])|(?<=[\n.,!?:] )|(?<=\bhej )|(?<=\bhei )|(?<=\bhi )|(?<=\bmoi )|(?<=\bhello )|(?<=\bhallo ))"
    rf"(?P<name>[{LOWER}]{{2,20}} [{LOWER}-]{{4,24}}) (?:här|her|here|hier|täällä|tässä|hér)(?!\w)"
)
_LOWER_NAME = re.compile(
    rf"[ :,]+(?P<name>[{LOWER}]{{2,20}}(?:-[{LOWER}]{{2,20}})?(?:[ ][{LOWER}-]{{2,24}}){{0,2}})(?![\w@])"
)
_LOWER_LAST = re.compile(
    rf"(?:[.!?)/]{{1,3}}[ \n]{{1,2}}|\n)[ ]?(?P<name>(?P<first>[{LOWER}]{{2,20}}(?:-[{LOWER}]{{2,20}})?)"
    rf"(?: [{LOWER}]{{2,20}})? (?P<family>[{LOWER}-]{{4,24}}))[ .]?\s*$"
)
"""What stands alone behind the last sentence of a message is who wrote it."""
_PATRONYM = re.compile(r"(?:dóttir|dottir|sdotter|sdatter)$")
_END = re.compile(r"[.!]?\s*(?:\n|$)")
_VERBAL = re.compile(r"(?:e[rt]|ar|ir|a|te|de|ð|en|an)$")
"""How verbs and nouns with their article end: "anna väntar här" names nobody's family."""
_SHORTEST = 4
_SIGNS = frozenset(",.\n!(")
_TELLING, _A_FULL_NAME = 5, 2


def in_lower_case(lowered: str, start: int, *, alone: bool, closes: bool = False) -> Iterator[PersonalData]:
    """A name without capitals: a given name that many bear, and its family name.

    `alone`: the given name is enough; `closes`: it ends a letter, where what follows the given name is the family's.
    """
    found = _LOWER_NAME.match(lowered, start)
    if found is None:
        return
    words = found["name"].split(" ")
    first, begin = words[0], found.start("name")
    told = (alone or closes) and len(words) > 1 and _PATRONYM.search(words[1]) is not None
    if not (given(first) or told) or first in cue_set("not_names"):
        return
    if closes and len(words) > 1 and _END.match(lowered, found.end()) and all(map(_may_end_names, words[1:])):
        yield PersonalData("NAME", *found.span("name"), 0.75)
        return
    if alone and len(words) > _A_FULL_NAME and given(words[1]) and lowered[found.end() : found.end() + 1] in _SIGNS:
        yield PersonalData("NAME", *found.span("name"), 0.75)
        return
    # "inger lise fagerli" holds another given name before the family's.
    size = next((n for n in (3, 2) if _is_whole(words[:n], n)), 0)
    if not (size or alone) or (not alone and (first in also_words() or len(words[size - 1]) < _TELLING)):
        return
    yield PersonalData("NAME", begin, begin + len(" ".join(words[: size or 1])), 0.75)


def _may_end_names(word: str) -> bool:
    return len(word) >= _SHORTEST and word not in cue_set("not_names")


def _is_whole(words: list[str], size: int) -> bool:
    last = words[-1]
    known = len(words) == size and family(last.rsplit("-", 1)[-1]) and last not in cue_set("not_names")
    return known and (size == _A_FULL_NAME or (given(words[1]) or family(words[1])))


def last_in_lower_case(lowered: str) -> Iterator[PersonalData]:
    """A name without capitals that is the last of a message: "… sperr det no! eivind lotsberg"."""
    hit = _LOWER_LAST.search(lowered)
    if hit is None:
        return
    first, last = hit["first"], hit["family"]
    words = cue_words("not_names")
    if (
        given(first)
        and first not in also_words()
        and family(last.rsplit("-", 1)[-1])
        and not {first, last} & set(words)
    ):
        yield PersonalData("NAME", *hit.span("name"), 0.75)


def here_in_lower_case(lowered: str) -> Iterator[PersonalData]:
    """A name without capitals that says "here": "hej, moa lindkvist här"."""
    for hit in _LOWER_HERE.finditer(lowered):
        first, second = hit["name"].split(" ")
        words = cue_words("not_names")
        known = family(second) or (
            first not in also_words() and len(second) > _SHORTEST and _VERBAL.search(second) is None
        )
        if given(first) and known and first not in words and second not in words:
            yield PersonalData("NAME", *hit.span("name"), 0.75)
