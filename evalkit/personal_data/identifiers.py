"""National numbers, cards and accounts by their checksums; what stdnum lacks is added here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_TEST_CARDS = frozenset(
    {
        "4111111111111111", "4242424242424242", "5555555555554444", "4000000000000002", "378282246310005",
        "4012888888881881", "5105105105105100", "6011111111111117", "371449635398431", "30569309025904",
    }
)  # fmt: skip
_BIN = re.compile(r"4|5[0-5]|2[2-7]|3[0-9]|6")
_OLDEST = 125


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a number as a national id; `strength` 0.5 = the checksum holds, 0.3 = only the date does."""

    scheme: str
    country: str
    strength: float
    test: bool = False


def iban(text: str) -> int | None:
    """The length of the longest valid IBAN at the start of a text, None when there is none."""
    from stdnum import iban as checker

    pieces = list(re.finditer(r"[A-Za-z0-9]+", text))
    for last in range(len(pieces), 0, -1):
        end = pieces[last - 1].end()
        if checker.is_valid(text[:end].upper().replace("\u00a0", " ")):
            return end
    return None


def card(text: str) -> bool:
    """Whether the digits of a text are a payment card number: length, first digits and Luhn.

    Source: ISO/IEC 7812-1 (Luhn, annex B).

    >>> card("4111 1111 1111 1111"), card("4111 1111 1111 1112")
    (True, False)
    """
    from stdnum import luhn

    digits = re.sub(r"\D", "", text)
    return 13 <= len(digits) <= 19 and bool(_BIN.match(digits)) and len(set(digits)) > 1 and luhn.is_valid(digits)


def is_test_card(text: str) -> bool:
    """Whether a card number is one that a payment provider publishes for tests."""
    return re.sub(r"\D", "", text) in _TEST_CARDS


def national_ids(text: str, on: date) -> Iterator[Reading]:
    """Every way that a number can be read as a Nordic or German national id on a day."""
    plain = text.replace("–", "-").strip()
    digits = re.sub(r"\D", "", plain)
    if re.fullmatch(r"\d{6}(?:\d{2})?[-+ ]?\d{4}", plain):
        yield from _swedish(plain, digits, on)
    if re.fullmatch(r"\d{6}[- ]?\d{4}", plain):
        yield from _danish(digits)
    if len(digits) == 11 and re.fullmatch(r"\d{11}|\d{6} \d{5}", plain):
        yield from _norwegian(digits)
    if re.fullmatch(r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[\dA-Ya-y]", plain):
        yield from _finnish(plain.upper())
    if re.fullmatch(r"\d{2} ?\d{3} ?\d{3} ?\d{3}", plain):
        from stdnum.de import idnr

        if idnr.is_valid(digits):
            yield Reading("de_steuerid", "DE", 0.5)
    if re.fullmatch(r"\d{6}-?\d{4}", plain):
        from stdnum.is_ import kennitala

        if kennitala.is_valid(digits) and int(digits[:2]) <= 31:
            yield Reading("is_kennitala", "IS", 0.5)


def _swedish(plain: str, digits: str, on: date) -> Iterator[Reading]:
    from stdnum import luhn

    if not luhn.is_valid(digits[-10:]):
        return
    short = digits[-10:]
    day = int(short[4:6])
    coordinated = day > 60
    century = digits[:-10] or ("19" if int(short[:2]) > on.year % 100 else "20")
    if "+" in plain:
        century = str(int(century) - 1)
    try:
        born = date(int(century + short[:2]), int(short[2:4]), day - 60 if coordinated else day)
    except ValueError:
        return
    if born <= on and on.year - born.year <= _OLDEST and century in {"18", "19", "20"}:
        # Skatteverket's published test numbers end in 98x.
        scheme = "se_samordningsnummer" if coordinated else "se_personnummer"
        yield Reading(scheme, "SE", 0.5, test=short[6:8] == "98")


def _danish(digits: str) -> Iterator[Reading]:
    from stdnum.dk import cpr

    if not cpr.is_valid(digits):
        return
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    checked = sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0
    # Since 2007 numbers without the check digit are issued, so far for 1 January (Source: cpr.dk).
    yield Reading("dk_cpr", "DK", 0.5 if checked else 0.45 if digits[:4] == "0101" else 0.25)


def _norwegian(digits: str) -> Iterator[Reading]:
    from stdnum.no import fodselsnummer

    if fodselsnummer.is_valid(digits):
        synthetic = 40 < int(digits[2:4]) <= 52
        yield Reading("no_dnummer" if int(digits[:2]) > 40 else "no_fodselsnummer", "NO", 0.5, test=synthetic)
        return
    month = int(digits[2:4])
    if 80 < month <= 92 and _norwegian_checks(digits):
        # Test-Norge (Tenor) adds 80 to the month; the check digits are those of the whole number.
        yield Reading("no_fodselsnummer", "NO", 0.5, test=True)


def _norwegian_checks(digits: str) -> bool:
    first, second = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    values = [int(digit) for digit in digits]
    return all(sum(w * v for w, v in zip(weights, values, strict=False)) % 11 == 0 for weights in (first, second))


def _finnish(plain: str) -> Iterator[Reading]:
    from stdnum.fi import hetu

    if hetu.is_valid(plain, allow_temporary=True):
        yield Reading("fi_hetu", "FI", 0.5, test=plain[7:10] >= "900")
