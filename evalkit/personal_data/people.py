"""Names and postal addresses, by the words around them and by their form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from evalkit.personal_data.cues import SURE, PersonalData, cue_pattern, cue_words

_UPPER = "A-ZÀ-ÖØ-ÞŠŽČŁ"
_LOWER = "a-zß-öø-ÿšžčł"
_PART = rf"(?:[{_UPPER}]['’])?[{_UPPER}][{_LOWER}]+(?:[-'’][{_UPPER}]?[{_LOWER}]+)*"
_MORE = rf"[ ](?:[{_UPPER}]\.[ ])?{_PART}"

_OWN_PLACE = re.compile(
    r"(?:butik\w*|store|shop|myymäl\w*|laden|filial\w*|kontor\w*|lager\w*|ombud\w*|utlämning\w*|hentested\w*|vår|våra|vores|vår\w*|"
    r"our|unser\w*|returadress\w*|returadresse\w*|besöksadress\w*|warehouse|noutopist\w*)\W+(?:\w+\W+){0,3}$"
)


def addresses(text: str, lowered: str) -> Iterable[PersonalData]:
    """Postal addresses; those of the organisation's own places stay below what counts as found."""
    for hit in _address().finditer(text):
        first = hit.start() + len(hit.group().split(" ", 1)[0]) + 1
        own = any(_OWN_PLACE.search(lowered[max(0, at - 40) : at]) for at in (hit.start(), first))
        yield PersonalData("ADDRESS", hit.start(), hit.end(), 0.45 if own else 0.85)


@cache
def _address() -> re.Pattern[str]:
    endings = "|".join(re.escape(word) for word in sorted(cue_words("street"), key=len, reverse=True))
    english = "|".join(re.escape(word.title()) for word in sorted(cue_words("street_words"), key=len, reverse=True))
    name = rf"(?:[{_UPPER}][{_LOWER}{_UPPER}.]*[ ]){{0,2}}"
    street = rf"[{_UPPER}][\w-]*?(?:{endings})|[{_UPPER}][{_LOWER}]+[ ](?:{endings}|{endings.title()})"
    flat = (
        r"(?:(?:[A-Za-z]|[ ][A-Z])(?![\w]))?(?:[ ,]+(?:lgh|leil|as|asunto|leilighet|lejl|st|\d{1,2}\.)\.?"
        r"[ ]?(?:tv|th|mf|sal|[\dA-Z]{1,5})\b\.?(?:[ ]?(?:tv|th|mf)\b\.?)?)?(?:[ ]\d{1,3}(?=,))?"
    )
    nordic = rf"{name}(?:{street})[ ]+\d{{1,4}}{flat}"
    anglo = rf"\d{{1,5}}[ ](?:[{_UPPER}][{_LOWER}']+[ ]){{1,3}}(?:{english})\b\.?"
    joined = r"(?:am|an der|im|i|på|under|upon|ob der)"
    town = (
        rf"[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}][{_LOWER}]+)?"
        rf"(?:[ ]{joined}[ ][{_UPPER}][{_LOWER}]+|[ ][{_UPPER}](?![\w])|[ ][{_UPPER}][{_LOWER}]+)?"
    )
    code = r"(?:[A-Z]{1,2}-)?(?:\d{3}[ ]\d{2}|\d{4,5}|\d{3}(?=[ ][^\W\d]))"
    uk = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}(?!\w)"
    post = rf"(?:,?[ ]+{code}[ ]+{town}|,[ ]+{town}(?:,?[ ]+{uk})?|,?[ ]+{uk})?"
    # Any word with a number counts where a postcode and a town follow.
    named = rf"(?:[{_UPPER}][{_LOWER}]{{2,}}|PL)[ ]\d{{1,4}}[ ]?[A-Za-z]?,[ ]+{code}[ ]+{town}"
    return re.compile(rf"(?<!\w)(?:(?:{nordic}|{anglo}){post}|{named})")


_NAME = re.compile(rf"[\s:,]*\b(?P<name>{_PART}(?:{_MORE}){{0,3}})")
_FULL_NAME = re.compile(rf"[\s:,]*\b(?P<name>{_PART}(?:{_MORE}){{1,3}})")
_NAME_HERE = re.compile(rf"(?<![\w])(?P<name>{_PART}(?:{_MORE}){{1,2}})[ ](?:här|her|here|täällä|tässä|hér)\b")
_SALUTATION = re.compile(r"(?:hej|hei|hi|hello|hallo|halló|hey|moi|terve|goddag)[ ,!]+", re.IGNORECASE)


def names(text: str, lowered: str) -> Iterable[PersonalData]:
    """Names after what people say before a name, at the end of a letter, and in a greeting."""
    cues = (
        ("name_before", _NAME, 0.8),
        ("sign_off", _FULL_NAME, 0.8),
        ("name_title", _NAME, 0.75),
        ("name_role", _FULL_NAME, 0.75),
        ("name_self", _FULL_NAME, 0.75),
        ("relatives", _FULL_NAME, 0.75),
    )
    for cue, pattern, confidence in cues:
        for hit in cue_pattern(cue).finditer(lowered):
            said = pattern.match(text, hit.end())
            if said is not None and "\n\n" not in text[hit.end() : said.start("name")]:
                start = _own_start(text, said.start("name"), said.end("name"))
                if start is not None and (pattern is _NAME or " " in text[start : said.end("name")]):
                    yield PersonalData("NAME", start, said.end("name"), confidence)
    for hit in _NAME_HERE.finditer(text):
        greeting = _SALUTATION.match(hit.group("name"))
        start = hit.start("name") + (greeting.end() if greeting else 0)
        if " " in text[start : hit.end("name")]:
            yield PersonalData("NAME", start, hit.end("name"), 0.8)


def _own_start(text: str, start: int, end: int) -> int | None:
    """Where a name begins after words that only look like one by their capital; None where nothing remains."""
    for word in text[start:end].split(" "):
        if word.lower().strip(".") not in cue_words("not_names"):
            return start
        start += len(word) + 1
    return None


_NAME_AT_END = re.compile(
    rf"(?P<name>{_PART}(?:{_MORE}){{1,2}})(?:[ ]?[,(:;–-]?[ \n]*(?:[a-zåäöæøü.-]{{2,8}}[.:]?[ ]*)?)$"
)


def names_beside(text: str, found: list[PersonalData]) -> list[PersonalData]:
    """A full name right before a phone number, an address, an e-mail or an identity number is that person's."""
    beside = []
    for item in found:
        if item.confidence < SURE or item.kind in {"NAME", "SECRET", "IP"}:
            continue
        start = max(0, item.start - 60)
        hit = _NAME_AT_END.search(text[start : item.start])
        # German nouns have capitals too, so words of the sentence are no name.
        if hit is None:
            continue
        first, last = start + hit.start("name"), start + hit.end("name")
        own = _own_start(text, first, last)
        rest = text[own:last].lower().split() if own is not None else []
        if own is not None and len(rest) > 1 and not any(word in cue_words("not_names") for word in rest):
            beside.append(PersonalData("NAME", own, last, 0.75))
    return beside
