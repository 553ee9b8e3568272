"""What bears a person's name and is nobody: firms, streets, works and goods."""

from __future__ import annotations

import re

from evalkit.personal_data.cues import WORD, chains
from evalkit.personal_data.firms import is_firm, names_organisation
from evalkit.personal_data.makers import is_maker
from evalkit.personal_data.name_lists import (
    brands,
    family,
    genitive,
    genitive_in_n,
    given,
    is_public,
    listed,
    names_a_thing,
    not_after,
    thing_before,
    works,
)

_STREETS = (
    "gatan", "vägen", "gränd", "torget", "stigen", "allén", "gade", "stræde", "plads", "gate", "veien", "vegen",
    "plassen", "katu", "ntie", "kuja", "polku", "straße", "strasse", "gasse", "allee", "platz", "leden", "bron",
    "parken",
)  # fmt: skip
_IS_CALLED = frozenset({"heter", "hedder", "heiter", "heitir", "heißt", "är", "er", "is", "on", "called", "ist"})
_FOLLOWING = re.compile(r"[ ]?(?P<as>(?:som|as|als|på|on|auf|i|in|im)[ ](?P<work>[\w-]+)|)(?P<next>[\w/]*)")
_ARTICLE = re.compile(r"(?<!\w)(?:[Dd]ie|[Dd]as|[Dd]er|[Dd]en|[Dd]em)[ ]$")
"""A German noun with its capital follows then: "die Hedwig Bollhagen Kanne"."""
_NAMED_STREET = re.compile(
    r"(?:[ ][A-ZÅÄÖÆØ][\w-]{1,30}){0,2}s[ ]"
    r"(?:gata|gatan|gate|gade|vei|veg|väg|vej|plass|plats|plads|torg|torv|allé|gränd|stig|sti|stræde)\b"
)
"""What follows the first names of a street's: Carl Jonas Love Almqvists gata."""
_FULL_NAME, _SHORTEST_OWNER = 2, 5
_TOGETHER_WITH = re.compile(r"[ ][x×][ ][A-ZÅÄÖÆØÜ]")
"""Two brands make a thing together: "Paola Suhonen x Samuji"."""
_DOCTOR = re.compile(r"(?<!\w)[Dd]r\.?[ ]$")
_LONGER_COMPOUND = re.compile(r"[ ][A-ZÅÄÖÆØÜ][\w]+-[a-zåäöæøüß]{4,}")
"""The rest of a name that begins a compound: Lise Skjåk "Bræk-genseren"."""
_COUNTED = re.compile(r"[ ]\d{1,2}(?=[.,;:!?)]?(?:[ ]?\n|$)| (?:er|är|is|ist|on|og|och|und) )")
"""Of houses and stations that bear a name there are several: "Clever Rosengård 3"."""
_VOWELS_AND_S = frozenset("aeiouys")
"""Vargas, Reyes, Kolokotronis: such names end in s themselves."""
_THE = frozenset({"the ", " the"})


def is_thing(text: str, start: int, end: int) -> bool:
    """Whether a firm, a street or a thing bears the name."""
    words = text[start:end].lower().split(" ")
    if any(" ".join(words[n : n + 2]) in brands() for n in range(len(words))):
        return True
    if _DOCTOR.search(text, max(0, start - 5), start) and f"dr {words[0]}" in brands():
        return True
    # "Henrik Ibsens gate": the name was cut before the s of its genitive.
    following = _FOLLOWING.match(text, end + (text[end : end + 2] == "s "), end + 40)
    after = following["next"] if following else ""
    if words[-1].endswith(_STREETS) or _is_house(text[start:end]) or _COUNTED.match(text, end):
        return True
    if words[-1] in not_after() or words[0] in not_after() or names_a_thing(after) or not chains().isdisjoint(words):
        return True
    if after.islower() and text[max(0, start - 4) : start].lower() in _THE:
        return True
    if following and following["as"] and following["work"].lower() in works():
        return True
    if _NAMED_STREET.match(text, end, end + 60) or _is_of_somebody_known(words):
        return True
    if any(genitive(word) or genitive_in_n(word) for word in words[1:-1]):
        return True
    if re.match(r"[ ][A-ZÅÄÖÆØÜ]", text[end : end + 2]) and (
        genitive(words[-1]) or _may_own(words) or _ARTICLE.search(text, max(0, start - 5), start)
    ):
        return True
    return (
        _is_compound(text, start, end)
        or _is_introduced(text, start)
        or is_maker(text, start, end)
        or is_firm(text, start, end)
    )


def _is_house(name: str) -> bool:
    """Whether an organisation or its house begins or ends a name: Folktandvården Vasa, Östra Grundskolan."""
    words = name.split(" ")
    hall = len(words) > _FULL_NAME and (words[-1] == "Hall" or words[0] in listed("trades"))
    return hall or names_organisation(words[-1]) or names_organisation(words[0])


def _is_of_somebody_known(words: list[str]) -> bool:
    """Whether a place or a work belongs to somebody whom everybody knows: Selma Lagerlöfs Mårbacka."""
    owner = words[:_FULL_NAME]
    return len(words) > _FULL_NAME and owner[-1].endswith("s") and is_public(" ".join(owner)[:-1])


def _may_own(words: list[str]) -> bool:
    """Whether a family name that no list knows ends as a genitive: the title of a work follows it then."""
    last = words[-1]
    if len(words) != _FULL_NAME or len(last) < _SHORTEST_OWNER or last[-1] != "s" or last[-2] in _VOWELS_AND_S:
        return False
    return given(words[0]) and not family(last) and not given(last)


def _is_compound(text: str, start: int, end: int) -> bool:
    """Whether a name begins a compound: "Johan-svamp", "Aarnio -tuoli", "Hahn-Preis"."""
    name = text[start:end]
    last = name.rsplit(" ", 1)[-1]
    if _LONGER_COMPOUND.match(text, end) or _TOGETHER_WITH.match(text, end):
        return True
    if re.search(r"-[^\W\d_A-ZÅÄÖÆØÜ]", last) or re.match(r"[ ]?-[^\W\d_A-ZÅÄÖÆØÜ]", text[end : end + 3]):
        return True
    return "-" in name and any(
        "-" in word and names_a_thing(word.rsplit("-", 1)[1]) and not family(word.rsplit("-", 1)[1])
        for word in name.split(" ")
    )


def _is_introduced(text: str, start: int) -> bool:
    """Whether a word for a thing stands right before a name, or before "is called" and the name."""
    before = WORD.findall(text[max(0, start - 26) : start].lower())[-2:]
    if len(before) == 2 and before[-1] in _IS_CALLED:
        before.pop()
    return not thing_before().isdisjoint(before[-1:])
