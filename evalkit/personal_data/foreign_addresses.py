"""Postal addresses of the wider world: Romance and Slavic streets, flats and suites, American military mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data.cues import PersonalData, cue_pattern
from evalkit.personal_data.uncapitalised import LOWER, UPPER

_SURE, _OWN = 0.85, 0.45
_WITHIN = 48
_KINDS = (
    r"rue|avenue|boulevard|chemin|impasse|viale|piazza|vicolo|calle|c/|avenida|avda\.?|paseo|carrer|rua|rúa|travessa|praça"
    r"|ul\.|ulica|aleja|allée|quai"
)
_NAMED = r"Av\.?|Bd\.?|Place|Route|Corso|Largo|Plaza|Camino|Al\.|Os\.|Plac|Strada|Str\.|Bulevardul|Trg|Ulitsa|Via"
"""Words of streets that are everyday words elsewhere ("betalt via", "bilde av"): with a capital alone."""
_JOINTS = (
    r"(?:(?:de la|de los|de las|de|du|des|del|della|delle|dei|degli|di|da|do|dos|das|la|le|les|los|las|el|al|aux?)[ ]"
    r"|[ld]['’])"
)
_COUNTRIES = (
    "France|Frankrike|Frankrig|Ranska|Frankreich|Spain|Spanien|Spania|Espanja|España|Italy|Italien|Italia|Portugal|Belgium"
    "|Belgien|Belgia|Netherlands|Nederland|Nederländerna|Nederlandene|Holland|Switzerland|Schweiz|Sveits|Sveitsi|Austria"
    "|Österreich|Österrike|Østrig|Østerrike|Poland|Polen|Puola|Polska|Czech Republic|Tjeckien|Hungary|Ungern|Ungarn"
    "|Romania|Rumänien|Slovenia|Croatia|Kroatien|Greece|Grekland|Cyprus|Cypern|Ireland|Irland|United Kingdom|England"
    "|Scotland|UK|United States|USA|Canada|Kanada|Australia|Australien|New Zealand|South Africa|Brazil|Brasil"
    "|Uruguay|Denmark|Danmark|Tanska|Dänemark|Norway|Norge|Norja|Norwegen|Sweden|Sverige|Ruotsi|Schweden|Finland|Suomi"
    "|Finnland|Iceland|Island|Islanti|Germany|Tyskland|Saksa|Deutschland|Estonia|Eesti|Viro|Latvia|Lithuania|Turkey|Türkiye|Tyrkia|Greenland"
)
_AT_START = re.compile(r"(?:Via|Place|Route|Av)[ ]")
_CODE = re.compile(r"[ ]\d{4,5}[ ]")
"""A sentence may begin with these words too: a postcode tells."""
_HINT = re.compile(rf"(?<!\w)(?:{_KINDS}|{_NAMED.lower()}|apt|suite|box|unit|apo|fpo|dpo)(?!\w)|[ ]c/")


def foreign_addresses(text: str, lowered: str) -> Iterator[PersonalData]:
    """Addresses in forms that the Nordic countries, Germany and Britain do not have; a shop's stays below what counts.

    >>> [(f.start, f.end) for f in foreign_addresses("Nu bor jag i 12 rue des Lilas, 75011 Paris", "… rue …")]
    [(13, 42)]
    """
    if _HINT.search(lowered) is None:
        return
    for hit in _address().finditer(text):
        said = hit.group()
        if not any(character.isdigit() for character in said):
            continue
        begins = re.search(r"(?:^|[.!?:\n] ?)$", text[max(0, hit.start() - 2) : hit.start()]) is not None
        if begins and _AT_START.match(said) and not _CODE.search(said):
            continue
        before = re.split(r"[.!?\n]\s", lowered[max(0, hit.start() - _WITHIN) : hit.start()])[-1]
        own = any(cue_pattern(name).search(before) for name in ("own_place", "chains"))
        yield PersonalData("ADDRESS", hit.start(), hit.end(), _OWN if own else _SURE)


@cache
def _address() -> re.Pattern[str]:
    upper, lower = UPPER, LOWER
    word = rf"[{upper}][{lower}{upper}'’]{{1,30}}(?:-[{upper}][{lower}]{{1,30}}){{0,3}}"
    kinds = "|".join(rf"[{kind[0]}{kind[0].upper()}]{kind[1:]}" for kind in _KINDS.split("|"))
    kinds = f"{kinds}|{_NAMED}"
    street = rf"(?:{kinds})[ ]{_JOINTS}{{0,3}}{word}(?:[ ]{_JOINTS}{{0,2}}{word}){{0,3}}"
    gap, flat_number = r"[ ,\n]{1,6}", r"\.?[ ]?#?\d{1,5}[A-Za-z]?(?!\w)"
    flat = rf"(?:{gap}(?:Apt|Apartment|Suite|Unit|Flat|appt|App|ap|piso|int|lok){flat_number}){{0,2}}"
    must = rf"(?:{gap}(?:Apt|Apartment|Suite|Unit){flat_number}){{1,2}}"
    number = r",?[ ]\d{1,4}(?:[ ]?(?:bis|ter)|[A-Za-z](?!\w)|[ ][A-Z](?!\w)|/\d{1,4})?(?![\d-])"
    first = r"(?:\d{1,6}[ ])?\d{1,4}(?:[ ]?(?:bis|ter))?,?[ ]"
    named = rf"(?!(?:Apt|Apartment|Suite|Unit|Flat|Box)\b){word}"
    town = rf"{named}(?:[ ](?:{_JOINTS}{{0,2}}{named})){{0,3}}"
    code = r"(?:\d{4}[ ]?[A-Z]{2}(?!\w)|\d{2}-\d{3}|\d{4}-\d{3}|\d{5}|\d{4}|\d{3}[ ]\d{2})"
    country = rf"(?:{gap}(?:{_COUNTRIES})\b(?:[ ]\d{{4,6}}(?!\d))?)?"
    after = rf"(?:{gap}(?:[A-Z]{{2,3}}[ ])?{code}(?!\d))?"
    post = rf"(?:{gap}{code}[ ]{town}|{gap}{town}{after}|){country}"
    led = rf"(?:{first}{street}(?:{number})?|(?:\d{{3,6}}[ ])?{street}{number}){flat}{post}"
    words = rf"{word}(?:[ ]{word}){{0,3}}"
    flats = rf"(?:\d{{3,6}}[ ])?(?:\d{{1,5}}[ ]{words}|{words}[ ]\d{{1,4}}){must}{post}"
    military = (
        r"(?:PSC[ ]\d{1,5},?[ ]Box[ ]\d{1,5}|Unit[ ]\d{1,5}[ ]Box[ ]\d{1,5}|US(?:NS|NV|S|CGC)[ ][A-Z][\w-]{1,30})"
        r"[,\s]{1,4}(?:APO|FPO|DPO),?[ ]A[AEP][ ]\d{5}"
    )
    return re.compile(rf"(?<![\w/.,:-])(?:{military}|{led}|{flats})")
