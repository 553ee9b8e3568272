"""Seeded grids: made-up numbers × groupings × words × languages are found, and the numbers of business are not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from stdnum import luhn
from stdnum.de import idnr
from stdnum.fi import hetu
from stdnum.is_ import kennitala
from stdnum.no import fodselsnummer

from evalkit.personal_data import find

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "is", "de", "en")
GROUPS = {
    "SE_PERSONNUMMER": ("6-4", "10", "6 4", "2 2 2 4", "6/4", "6.4", "3 3 4", "6 2 2", "4 2 4"),
    "DK_CPR": ("6-4", "10", "6 4", "2 2 2 4", "2.2.2-4", "4 2 4", "4 4 2", "6/4", "6 2 2"),
    "NO_FODSELSNUMMER": ("11", "6 5", "6-5", "2 2 2 5", "6 3 2", "3 3 3 2", "4 4 3", "6 2 3", "4.2.5"),
    "IS_KENNITALA": ("6-4", "10", "6 4", "2 2 2 4", "3 3 4", "6.4", "4 4 2"),
    "DE_STEUERID": ("11", "2 3 3 3", "3 3 3 2", "4 4 3", "2/3/3/3", "5 6", "3 3 5", "2-3-3-3"),
}
CUES = {
    "SE_PERSONNUMMER": ("personnummer", "mitt pnr är", "persnr:", "Swedish personal number is"),
    "DK_CPR": ("cpr", "mit cpr-nummer er", "CPR-nr.:", "Danish CPR number"),
    "NO_FODSELSNUMMER": ("fnr", "fødselsnummeret mitt er", "f.nr.:", "Norwegian ID number"),
    "IS_KENNITALA": ("kt.", "kennitalan mín er", "kennitala:", "isländsk kennitala"),
    "DE_STEUERID": ("IdNr.", "meine Steuer-ID ist", "Steueridentifikationsnummer:", "German tax ID"),
}
FRAMES = ("Hej, {} {}, ok?", "{} {}.", "({} {})", "{}\n{}")
REACH = {
    "sv": ("070", "ring mig på|mobil|nås på", ("3-3 2 2", "10", "3-7", "3 3 4", "3-3-2-2")),
    "da": ("2", "ring til mig på|tlf.|mobil", ("8", "2 2 2 2", "4 4", "4-4", "2-2-2-2", "2 6")),
    "nb": ("91", "ring meg på|tlf|mobilen er", ("8", "3 2 3", "2 2 2 2", "4-4", "3-2-3")),
    "fi": ("040", "soita|numeroni on|puh.", ("3 3 4", "10", "3-7", "3-3 4")),
    "is": ("69", "sími|hringdu í mig í|gsm", ("7", "3 4", "3-4", "3 2 2")),
    "de": ("0151", "Handy|meine Nummer ist|erreichbar unter", ("4 7", "11", "4-7", "4 3 4", "4-3-2-2")),
    "en": ("07700", "call me on|mobile|my number is", ("5 6", "11", "5-6", "5 3 3")),
}
BUSINESS = {
    "sv": "ordernummer|fakturanr|OCR|kundnummer|kollinummer|ärende|försäkringsnummer|kvittonummer|EAN|IMEI",
    "da": "ordrenummer|faktura|reservation|kundenr.|pakkenummer|sag|policenummer|målernummer|EAN|SIM-kort",
    "nb": "ordrenummer|KID|KID-nummeret er|kundenummer|sendingsnummer|saksnummer|målepunkt-ID|EAN|IMEI",
    "nn": "tinging|rekning|kundenummer|saksnummer|målarnummer|EAN",
    "fi": "tilausnumero|viite|asiakasnumero|seurantakoodi|vakuutusnumero|laskun numero on|EAN",
    "is": "pöntunarnúmer|reikningur nr.|viðskiptanúmer|sendingarnúmer|mál nr.|strikamerki",
    "de": "Bestellnummer|Rechnungsnr.|Kundennummer|Sendungsnummer|Vertragsnummer|Marktlokation|Zählernummer",
    "en": "order number|invoice number is|membership number is|tracking number|meter number|policy number",
}


def grouped(digits: str, groups: str) -> str:
    """The digits in groups: "4-4" holds eight with a hyphen between."""
    written, at = "", 0
    for sign in groups.replace("10", "A").replace("11", "B"):
        size = int(sign, 16) if sign.isalnum() else 0
        written += digits[at : at + size] if size else sign
        at += size
    return written


def made(kind: str, chance: random.Random) -> str:
    """The digits of a made-up number whose checks hold."""
    while True:
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(365 * 70))
        if kind == "SE_PERSONNUMMER":
            short = f"{born:%y%m%d}{chance.randrange(100, 980)}"
            return short + luhn.calc_check_digit(short)
        if kind == "DK_CPR":
            return f"{born:%d%m%y}{chance.randrange(4000):04d}"
        if kind == "DE_STEUERID":
            digits = "".join(chance.sample("123456789", 9))
            digits = digits[:5] + digits[0] + digits[5:]
            if idnr.is_valid(whole := digits + next(c for c in "0123456789" if idnr.is_valid(digits + c))):
                return whole
        number = f"{born:%d%m%y}{chance.randrange(100000):05d}"
        if kind == "NO_FODSELSNUMMER" and fodselsnummer.is_valid(number):
            return number
        if kind == "IS_KENNITALA" and kennitala.is_valid(whole := f"{number[:9]}9"):
            return whole


def cells(kind: str) -> Iterator[tuple[str, str, str]]:
    """Text, language and the number in it, each grouping with a word and a frame by turns, in every language."""
    chance = random.Random(kind)
    for n, groups in enumerate(GROUPS[kind]):
        for m, language in enumerate(LANGUAGES):
            number = grouped(made(kind, chance), groups)
            cue, frame = CUES[kind][(n + m) % len(CUES[kind])], FRAMES[(n + m // 2) % len(FRAMES)]
            yield frame.format(cue, number), language, number


@pytest.mark.parametrize("kind", GROUPS)
def test_a_number_is_found_after_its_word_in_any_groups_and_any_language(kind: str) -> None:
    missed = [
        text
        for text, language, number in cells(kind)
        if (kind, number) not in [(f.kind, text[f.start : f.end]) for f in find(text, language)]
    ]
    assert missed == []


def test_a_hetu_is_found_with_blanks_and_small_letters_without_any_word() -> None:
    chance = random.Random("hetu")
    for _ in range(40):
        born, serial = date(1930, 1, 1) + timedelta(days=chance.randrange(25000)), chance.randrange(2, 899)
        check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{born:%d%m%y}{serial:03d}") % 31]
        day, rest = f"{born:%d%m%y}", f"{serial:03d}{check}"
        assert hetu.is_valid(f"{day}-{rest}")
        for number in (f"{day}-{rest}", f"{day} - {rest}", f"{day}-{rest.lower()}", f"{day} -{rest}"):
            text = f"Olen Eva Lind, {number}, ja haluan muuttaa"
            assert ("FI_HETU", number) in [(f.kind, text[f.start : f.end]) for f in find(text, "fi")]


@pytest.mark.parametrize("language", REACH)
def test_a_phone_is_found_after_its_word_in_the_groupings_of_its_country(language: str) -> None:
    chance, (begin, cues, groupings) = random.Random(language), REACH[language]
    missed = []
    for groups in groupings:
        for cue in cues.split("|"):
            digits = begin + "".join(chance.choice("23456789") for _ in range(12))
            number = grouped(digits, groups)
            text = f"Hej! {cue} {number}, ok?"
            if ("PHONE", number) not in [(f.kind, text[f.start : f.end]) for f in find(text, language)]:
                missed.append(text)
    assert missed == []


@pytest.mark.parametrize("language", BUSINESS)
def test_a_number_of_business_raises_no_alarm(language: str) -> None:
    chance, alarms = random.Random(language), []
    for word in BUSINESS[language].split("|"):
        for groups in ("8", "9", "10", "6-4", "4 4", "4-4", "3 3 3", "4 4 4", "2 3 3", "7"):
            number = grouped("".join(chance.choice("0123456789") for _ in range(13)), groups)
            for text in (f"Hej, {word} {number} ?", f"{word}: {number}, ok"):
                alarms += [text] if find(text, language) else []
        text = f"{word} 00{chance.randrange(10**10, 10**11)}"
        alarms += [text] if find(text, language) else []
    assert alarms == []
