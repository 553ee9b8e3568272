"""Addresses as people chat them: without capitals. A word of living there has to tell, or the postcode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data.cues import PersonalData, cue_pattern, near_any
from evalkit.personal_data.uncapitalised import LOWER

_SURE, _OWN, _UNSURE = 0.8, 0.45, 0.6
_STREETS = (
    "gatan|gata|gaten|gate|vägen|vegen|veien|gränd|gränden|stigen|torget|allén|gade|vej|vænget|stræde|bakken|parken"
    "|straße|strasse|strasze|str\\.|allee|gasse|platz|katu|kuja|polku|tie|raitti|rinne|vegur|vegi|stígur|stíg|braut|götu|hlíð"
)
_ENGLISH = "street|road|lane|avenue|drive|close|court|terrace|crescent|gardens|grove|place|way"
_HINT = re.compile(rf"(?:{_STREETS}) \d|(?:{_ENGLISH})\b")
_OF_LIVING = ("private_place", "sent_to")


def plain_addresses(text: str, lowered: str) -> Iterator[PersonalData]:
    """Addresses in a text in lower case: sure behind a word of living there, or before a postcode and a town.

    >>> said = "jag bor på storgatan 12 b, 123 45 lund"
    >>> [(f.start, f.end, f.confidence) for f in plain_addresses(said, said)]
    [(11, 38, 0.8)]
    """
    if _HINT.search(text) is None:
        return
    for hit in _pattern().finditer(text):
        before = re.split(r"[.!?\n]\s", lowered[max(0, hit.start() - 48) : hit.start()])[-1]
        if any(cue_pattern(name).search(before) for name in ("own_place", "chains")):
            yield PersonalData("ADDRESS", *hit.span(), _OWN)
            continue
        lives = any(near_any(lowered, hit.start(), name) for name in _OF_LIVING)
        yield PersonalData("ADDRESS", *hit.span(), _SURE if lives or hit["code"] or hit["uk"] else _UNSURE)


@cache
def _pattern() -> re.Pattern[str]:
    word = rf"[{LOWER}]"
    town = rf"{word}{{2,25}}(?:[ ][cnsvøk](?!\w))?"
    code = rf"(?P<code>,?[ ]+(?:\d{{3}}[ ]\d{{2}}|\d{{4,5}}|\d{{3}})[ ]+{town})?"
    flat = r"(?:[ ]?[a-z](?![\w])(?:[ ]\d{1,3}(?!\d))?)?(?:,?[ ](?:lgh|as|leil|\d\.)[ ]?(?:\d{1,4}|sal|tv|th)\b\.?)?"
    uk = r"(?P<uk>[ ][a-z]{1,2}\d[a-z\d]?[ ]?\d[a-z]{2})(?!\w)"
    street = rf"(?:(?:{word}{{2,20}}-){{1,3}}{word}{{0,25}}|{word}{{2,25}})"
    nordic = rf"{street}(?:{_STREETS})[ ]\d{{1,3}}(?!\d){flat}{code}"
    english = (
        rf"\d{{1,4}}[a-z]?[ ](?:{word}{{2,20}}[ ]){{1,2}}(?:{_ENGLISH})(?:(?:,?[ ]{word}{{2,20}}){{0,2}},?{uk})?(?!\w)"
    )
    return re.compile(rf"(?<![\w@./-])(?:{nordic}|{english})")
