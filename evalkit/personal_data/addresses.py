"""Postal addresses of persons, told from the organisation's own places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from evalkit.personal_data.cues import PersonalData, chains, cue_pattern, cue_set, cue_words, last_cue, near_any
from evalkit.personal_data.foreign_addresses import foreign_addresses
from evalkit.personal_data.name_lists import given
from evalkit.personal_data.plain_addresses import plain_addresses
from evalkit.personal_data.uncapitalised import LOWER, UPPER

_OWN_BEFORE = re.compile(r"\W+(?:\w+\W+){0,4}$")
_OWN_AFTER, _OWN_WITHIN = 42, 48
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n][ ]{0,2})$")
_MEASURE = re.compile(
    r"[ ]?(?:%|€|:-|kr\b|euro?\b|uhr\b|prozent|procent|prosent|stück|stk\b|st\b|pcs\b|tage?n?\b|dagar|dage|dager"
    r"|wochen?|veckor|uger|uker|monate?|månader|jahren?|år\b|minuten?|minuter|stunden?|timmar|kg\b|[cmk]?m\b|[cm]?l\b"
    r"|gb\b|mal\b|personen)",
    re.IGNORECASE,
)
_ENDED = re.compile(rf"[{UPPER}][{LOWER}]{{4,}}\.[ ](?:(?i:wohnt|wohne|bor|bur|asuu|asun|lives|býr|bý)[ ])?")
"""A word that ends the sentence before the street's: "… Ausbildung. Wohnt Goethestr. 31"."""
_ASKING = frozenset({"er", "är", "is", "ist", "on", "onko", "har", "hat", "has"})
_PREPOSITIONS = frozenset({"am", "im"})
"""With a capital they begin a German street's name: "Am Mühlgraben 5"."""
_OPENS = re.compile(
    r"(?:[^\n]{0,30}\n){1,2}(?:opið|öppet|åpent|åbent|ope|avoinna|auki|open|opening hours|geöffnet|öffnungszeiten)\b"
)
"""One of the next lines says when it opens."""
_NOT_THERE = re.compile(r"(?<!\w)(?:inte|ikke|ikkje|nicht|not|ekki|ei|eikä)[ ][^,]*")
"""Where a thing is not to go says nothing of where it is to go: "… Uppsala, not to the shop"."""
_SHORT = frozenset({"tv.", "th.", "mf.", "sal.", "etg.", "tr."})
_YEAR = re.compile(r"^\S+ (?:19[5-9]|20[0-4])\d$")
_DWELLING = re.compile(
    r"\b(?:flat|apt|apartment|lgh|leil|leilighet|lejl|íbúð|íb|asunto|as\.|whg|wohnung|hinterhaus|vorderhaus|h\d{4})\b"
    r"|\b(?:st|\d{1,2})\.? ?(?:tv|th|mf)\b"
)
"""Shops and offices have no flat."""
_SIZE = re.compile(r"[ ]str\.?[ ]\d")
"""The size of a thing in the North; a street of Germany has a capital or is one word."""
_REFERENCE = re.compile(r"^\S+ (?:0\d|(?:19|20)\d\d-\d)")
"""Houses are not numbered from nought, and years with a number behind them are cases."""
_TWO_GROUPS = re.compile(r"(?:[ ]\d{2,3}){2,}(?![ ]?\d|,? [A-ZÅÄÖÆØÜ])")
_GROUPS, _MORE_DIGITS = re.compile(r"[ ]\d{3,5}[ ]$"), re.compile(r"[ -]\d{2}")
_LABEL = (
    r"(?:lieferung|zustellung|leverans|levering|toimitus|delivery|afhending"
    r"|[^\W\d_]*(?:adress|adresse|address|osoite|osoitteeni|heimilisfang|anschrift))"
)


def addresses(text: str, lowered: str) -> Iterable[PersonalData]:
    """Postal addresses; those of the organisation's own places stay below what counts as found."""
    yield from foreign_addresses(text, lowered)
    yield from plain_addresses(text, lowered)
    for hit in _address().finditer(text):
        start = hit.start()
        while label := re.match(rf"{_LABEL}:?[ ]", lowered[start : hit.end()]):
            start += label.end()
        start = _street_start(text, start, hit)
        named = text[start : hit.end("name")] if hit["name"] else ""
        start += max((ended.end() for ended in _ENDED.finditer(named)), default=0)
        if hit["post"] == "" and _MEASURE.match(text, hit.end()):
            continue
        end = _street_end(text, start, hit.end())
        if _is_number(text, start, end) or (_SIZE.search(text, start, end) and not hit["post"]):
            continue
        # "Filiale Berliner Straße 12": a word of the place may have the capital that begins a street's name.
        own = _DWELLING.search(lowered, start, end) is None and any(
            _is_own(lowered, at, end) for at in _word_starts(text, start, end)
        )
        bare = (
            hit["lead"] is not None
            and not hit["post"]
            and not any(near_any(lowered, start, name) for name in ("private_place", "sent_to"))
        )
        yield PersonalData("ADDRESS", start, end, 0.45 if own else 0.6 if bare else 0.85)


def _street_start(text: str, start: int, hit: re.Match[str]) -> int:
    """Where a Nordic or German street begins: after words of the sentence that only have a capital."""
    named = hit["name"]
    # Inside a sentence a capital belongs to the street; the sentence's first word has one anyway.
    if not named or hit.start("name") != start or _SENTENCE_START.search(text[max(0, start - 3) : start]) is None:
        return start
    if text[hit.end("name") : hit.end()].partition(" ")[0].endswith("s") and named.split()[0].lower() not in _ASKING:
        # "Fridtjof Nansens plass": the whole name is the street's.
        return start
    for word in named.split():
        lowered = word.lower()
        if (
            lowered in cue_set("street_adjectives")
            or lowered in _PREPOSITIONS
            or (lowered.endswith(("s", "n")) and lowered not in cue_set("not_names"))
            or "." in word
            or given(word)
        ):
            break
        start += len(word) + 1
    return start


def _street_end(text: str, start: int, end: int) -> int:
    """Where an address ends: a full stop belongs to a word that is short for another, and else to the sentence."""
    last = text[start:end].rsplit(" ", 1)[-1].lower()
    return end - 1 if last.endswith(".") and last not in cue_set("street_words") and last not in _SHORT else end


def _is_number(text: str, start: int, end: int) -> bool:
    """Whether what looks like a street and its number is a carrier or a shop before a number in groups."""
    if text[start:end].partition(" ")[0].lower() in chains():
        return True
    if _YEAR.search(text[start:end]) is not None or _REFERENCE.search(text[start:end]) is not None:
        return True
    # To ring somebody is a verb in the North and a street in Germany.
    if text[start:end].endswith(tuple("0123456789")) and _TWO_GROUPS.match(text, end) is not None:
        return True
    return _GROUPS.search(text[start:end] + " ") is not None and _MORE_DIGITS.match(text, end) is not None


def _word_starts(text: str, start: int, end: int) -> list[int]:
    """Where the words of an address begin that may be the street's first; the word before the number always is."""
    starts = [start]
    if text[start].isdigit():
        return starts
    words = text[start:end].split(" ")
    n_street = next((n for n, word in enumerate(words) if word[:1].isdigit()), len(words))
    for word in words[: min(2, n_street - 1)]:
        starts.append(starts[-1] + len(word) + 1)
    return starts


def _is_own(lowered: str, start: int, end: int) -> bool:
    """Whether the sentence calls the place a shop, an office or ours, and no word of living there stands nearer."""
    before = re.split(r"[.!?\n]\s", lowered[max(0, start - _OWN_WITHIN) : start])[-1]
    after = _NOT_THERE.sub("", re.split(r"[.!?\n]\s|\n", lowered[end : end + _OWN_AFTER])[0])
    if (sought := last_cue("where_is", before)) is not None and not before[sought.end() :].strip():
        return True
    ours = [hit.end() for name in ("own_place", "chains") for hit in cue_pattern(name).finditer(before)]
    home = ("private_place",) if cue_pattern("returns").search(before) else ("private_place", "sent_to")
    theirs = [hit.end() for name in home for hit in cue_pattern(name).finditer(before)]
    if theirs and (not ours or max(theirs) > max(ours)):
        return False
    opens = _OPENS.match(lowered, end) is not None
    return bool(ours) or (not theirs and (opens or cue_pattern("own_place_after").search(after) is not None))


@cache
def _address() -> re.Pattern[str]:
    endings = "|".join(re.escape(word) for word in sorted(cue_words("street"), key=len, reverse=True))
    english = "|".join(re.escape(word.title()) for word in sorted(cue_words("street_words"), key=len, reverse=True))
    boxes = {way for word in cue_words("street_leads") for way in (word.title(), word.title().replace("Po ", "PO "))}
    boxes.add("PL")
    leads = "|".join(re.escape(word) for word in sorted(boxes, key=lambda word: (-len(word), word)))
    upper, lower = UPPER, LOWER
    name = rf"(?P<name>(?:[{upper}][{lower}{upper}.]{{0,30}}[ ]){{0,2}})"
    compound = rf"(?:S:t[ ])?[{upper}](?:[\w-]|\.(?=-)){{0,30}}?(?:{endings}|-(?:{endings.title()}))"
    street = rf"{compound}|[{upper}][{lower}]{{1,30}}[ ](?:{endings}|{endings.title()})"
    capital = rf"[ ][{upper}][{lower}]{{1,30}}"
    german = (
        r"(?P<lead>Am|An[ ]der|An[ ]den|Auf[ ]dem|Auf[ ]der|Im|In[ ]der|In[ ]den|Zum|Zur|Unter[ ]den|Hinter[ ]der)"
        rf"(?:{capital}){{1,3}}|(?:Straße|Platz|Allee|Weg|Ring)[ ](?:des|der|am|vom|von){capital}"
    )
    led = rf"(?:{leads})[ ](?:\d{{1,3}}(?:[ ]\d{{2,3}}){{1,2}}(?=,)|\d{{1,6}})"
    number = r"\d{1,4}(?:[-–/]\d{1,4})?(?!\d|[.:]\d)"
    letter = r"(?:(?:[A-Za-z]|[ ][A-Z]|[ ][a-z](?=[ ]\d{1,3},|,?[ ]\d{4,5}[ ]|[ ]?$))(?![\w]))?"
    floor = (
        r"(?:[ ,]+(?i:lgh|leil|as|asunto|leilighet|lejl|bolig|apt|app|wohnung|whg|íbúð|íb)\.?[ ]?(?:nr\.?[ ]?)?"
        r"[\dA-Z]{1,5}\b|[ ,]+st\.?[ ]?(?:tv|th|mf)\b\.?"
        r"|[ ,]+\d{1,2}\.?[ ]?(?:sal|tr|trappor|etg|etasje|kerros|hæð|OG|Stock|Etage)\b\.?"
        r"(?:[ ,]*(?:tv|th|mf|links|rechts|mitte)\b\.?)?"
        r"|[ ,]+\d{1,2}\.[ ]?(?:tv|th|mf)\b\.?|[ ,]+kl\.?(?=[ ,])"
        r"|[ ,]+(?:uppg|uppgång|oppgang|opgang|rappu|hus|Haus|LH|ingång|inngang|indgang)\.?[ ][A-Z\d]{1,3}\b"
        r"|[ ,]+(?:kld|kælder|stuen|kjallari|källarplan)\b\.?(?:[ ](?:tv|th|mf)\b\.?)?|[ ,]+st(?=[ ]\d{4}[ ])"
        r"|(?:[ ]\d{1,3})?[ ,]+\d{1,2}\.?[ ]?krs\b\.?|[ ,]+(?:VH|HH)[ ,]+\d\.[ ]OG\b"
        r"|[ ,]+[HKUL]\d{4}\b|,[ ]\d{4}(?=,[ ]\d{3}[ ]\d{2}[ ])"
        r"|[ ,]+(?:Hinterhaus|Vorderhaus|Seitenflügel|Gartenhaus|HH|VH)\b"
        r"|[ ,]+(?:EG|DG)(?:[ ](?:links|rechts|mitte))?\b){0,2}"
        r"(?:[ ]\d{1,3}(?=,|[ ]\d{5}[ ]))?"
    )
    nordic = rf"(?:{name}(?:{street})|{german})[ ]+{number}{letter}{floor}"
    anglo = (
        r"(?:(?:Flat|Unit|Apartment|Apt\.?)[ ]\w{1,4},?[ ])?"
        rf"\d{{1,5}}[A-Za-z]?[ ](?:[{upper}][{lower}']{{1,30}}[ ]){{1,3}}(?:{english})\b\.?"
        rf"(?:,?[ ](?:Apt|Apartment|Suite|Unit|Flat|Floor)\.?[ ]#?\w{{1,5}})?"
    )
    joined = r"(?:am|an der|im|i|på|under|upon|ob der|in der)"
    named_town = rf"[{upper}](?:[{lower}]{{1,30}}|[{upper}]{{2,30}}(?![\w]|[ ]?\d))"
    town = (
        rf"{named_town}(?:-[{upper}][{lower}]{{1,30}})?"
        rf"(?:[ ]{joined}[ ][{upper}][{lower}]{{1,30}}|[ ][{upper}]{{1,2}}(?![\w])|[ ]{named_town})?"
    )
    code = r"(?:[A-Z]{1,2}[- ])?(?:\d{3}[ ]\d{2}|\d{4}[ ]?[A-Z]{2}(?!\w)|\d{4,5}|\d{3}(?=[ ][^\W\d]))"
    uk = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}(?!\w)"
    us = r"[A-Z]{2}[ ]\d{5}(?:-\d{4})?(?!\d)"
    line = r"(?:,?[ ]+|,?\n|[ ]-[ ])"
    plain = rf",[ ]{code}[ ]+(?!(?:kr|kroner|kronor|euro|eur|st|stk|kpl)\b)[{lower}]{{2,25}}(?:[ ][cnsvøk](?!\w))?"
    dublin = r"(?<=Dublin)[ ]\d{1,2}(?!\d)"
    abroad = rf",[ ]+{town}(?:,?[ ]+(?:{uk}|{us})|{dublin})?|[ ]+{town},?[ ]+(?:{uk}|{us})|,?[ ]+(?:{uk}|{us})"
    post = rf"(?P<post>,[ ]{named_town},[ ]{code}[ ]+{town}|{line}{code}[ ]+{town}|{plain}|\n{town}\n{uk}|{abroad}|)"
    # Any word with a number counts where a postcode and a town follow.
    word = rf"[{upper}][{lower}]{{2,30}}(?:-[{upper}][{lower}]{{1,30}}){{0,3}}"
    named = rf"(?:(?:{word}[ ]){{0,2}}{word}|PL)[ ]\d{{1,4}}[ ]?[A-Za-z]?{floor},[ ]+{code}[ ]+{town}"
    boxed = rf"{led},?[ ]+(?:{code}[ ]+{town}|{town}(?:,?[ ]+{uk}|[ ]\d{{1,2}}(?!\d))?)"
    called = rf"(?:{word}[ ]){{1,2}}(?:Cottage|House|Farm|Lodge|Barn|Manor|Villa|Court),?[ ]"
    house = rf"(?:{called}|The[ ](?:{word}[ ]){{0,2}}{word},[ ])(?:\d{{1,4}}[A-Za-z]?[ ])?"
    housed = rf"{house}(?:{word}[ ]){{1,3}}(?:{english}),?[ ]+{town},?[ ]+{uk}"
    return re.compile(rf"(?<!\w)(?:(?:{nordic}|{anglo}){post}|{boxed}|{named}|{housed})")
