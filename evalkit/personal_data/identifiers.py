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
_BRANDS: tuple[tuple[str, re.Pattern[str], range, float], ...] = (
    ("visa", re.compile(r"4"), range(16, 17), 0.75),
    ("visa", re.compile(r"4"), range(13, 20), 0.5),
    ("mastercard", re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), range(16, 17), 0.75),
    ("amex", re.compile(r"3[47]"), range(15, 16), 0.75),
    ("diners", re.compile(r"30[0-59]|3[689]"), range(14, 15), 0.6),
    ("jcb", re.compile(r"35(?:2[89]|[3-8])"), range(16, 20), 0.75),
    ("jcb", re.compile(r"1800|2131"), range(15, 16), 0.6),
    ("dankort", re.compile(r"5019"), range(16, 17), 0.75),
    ("discover", re.compile(r"6011|64[4-9]|65"), range(16, 17), 0.75),
    ("unionpay, maestro", re.compile(r"5[0678]|6"), range(12, 20), 0.5),
)
"""Brand, first digits, lengths, and how sure the digits alone make: 0.5 needs a word such as card beside them."""
_OLDEST = 125


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a number as a national id; `strength` 0.5 = the checksum holds, 0.3 = only the date does."""

    scheme: str
    country: str
    strength: float
    test: bool = False


_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d{2})",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22"
        "GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31"
        "MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24"
        "XK20YE30",
    )
}
"""Source: SWIFT, IBAN Registry, release 99."""


def iban(text: str) -> int | None:
    """The length of the valid IBAN at the start of a text, as written, None when there is none."""
    from stdnum import iban as checker

    left = _IBAN_LENGTHS.get(text[:2].upper(), 0)
    for piece in re.finditer(r"[A-Za-z0-9]+", text):
        left -= len(piece.group())
        if left > 0:
            continue
        # A country's own check inside the account number is left out: banks differ, and mod 97 decides.
        plain = text[: piece.end()].upper().replace("\u00a0", " ")
        return piece.end() if left == 0 and checker.is_valid(plain, check_country=False) else None
    return None


def card(text: str) -> bool:
    """Whether the digits of a text are a payment card number: length, first digits and Luhn.

    Source: ISO/IEC 7812-1 (Luhn, annex B).

    >>> card("4111 1111 1111 1111"), card("4111 1111 1111 1112")
    (True, False)
    """
    return card_strength(text) > 0


def card_strength(text: str) -> float:
    """How sure the digits alone make that a number is a payment card: 0 (none), 0.5 (needs a word) to 0.75."""
    from stdnum import luhn

    digits = re.sub(r"\D", "", text)
    if len(set(digits)) == 1 or not luhn.is_valid(digits):
        return 0.0
    return max(
        (sure for _, first, lengths, sure in _BRANDS if len(digits) in lengths and first.match(digits)), default=0.0
    )


def is_test_card(text: str) -> bool:
    """Whether a card number is one that a payment provider publishes for tests."""
    return re.sub(r"\D", "", text) in _TEST_CARDS


_LAYOUTS: dict[str, frozenset[tuple[int, ...]]] = {
    "SE": frozenset({(10,), (12,), (6, 4), (8, 4), (2, 2, 2, 4), (4, 2, 2, 4)}),
    "DK": frozenset({(10,), (6, 4), (2, 2, 2, 4)}),
    "IS": frozenset({(10,), (6, 4), (2, 2, 2, 4)}),
    "NO": frozenset({(11,), (6, 5), (2, 2, 2, 5), (6, 3, 2), (2, 2, 2, 3, 2)}),
    "DE": frozenset({(11,), (2, 3, 3, 3), (3, 3, 3, 2)}),
}
"""How the digits of a national number are grouped when people write it; hetu, which holds letters, is apart."""
_NO_DIGIT, _DIGITS, _LETTER = re.compile(r"\D"), re.compile(r"\d+"), re.compile(r"[^\W\d_]")
_HETU = re.compile(r"(\d{2})([ ./-]?)(\d{2})\2(\d{2}) ?-?([-+–A-FU-Ya-fu-y])-? ?(\d{3}) ?([\dA-Ya-y])")

_HETU_SIGNLESS = re.compile(r"(\d{6}) ?(\d{3}[\dA-Ya-y])")


def national_ids(text: str, on: date) -> Iterator[Reading]:
    """Every way that a number can be read as a Nordic or German national id on a day."""
    digits = _NO_DIGIT.sub("", text)
    groups = _groups(text)
    if groups in _LAYOUTS["SE"]:
        yield from _swedish("+" in text, digits, on)
    if groups in _LAYOUTS["DK"]:
        yield from _danish(digits)
    if groups in _LAYOUTS["NO"]:
        yield from _norwegian(digits)
    if groups in _LAYOUTS["DE"]:
        from stdnum.de import idnr

        if idnr.is_valid(digits):
            yield Reading("de_steuerid", "DE", 0.5)
    if groups in _LAYOUTS["IS"]:
        from stdnum.is_ import kennitala

        if int(digits[:2]) <= 31 and kennitala.is_valid(digits):
            yield Reading("is_kennitala", "IS", 0.5)
    if hetu := _hetu(text):
        yield from _finnish(hetu)


def _hetu(text: str) -> str | None:
    hit = _HETU.fullmatch(text.strip())
    if hit is None:
        return None
    day, _, month, year, century, rest, check = hit.groups()
    return f"{day}{month}{year}{century.replace('–', '-')}{rest}{check}".upper()


def _swedish(is_old: bool, digits: str, on: date) -> Iterator[Reading]:
    from stdnum import luhn

    if not luhn.is_valid(digits[-10:]):
        return
    short = digits[-10:]
    day = int(short[4:6])
    coordinated = day > 60
    century = digits[:-10] or ("19" if int(short[:2]) > on.year % 100 else "20")
    if is_old:
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

    if 61 <= int(digits[:2]) <= 91 and cpr.is_valid(f"{int(digits[0]) - 6}{digits[1:]}"):
        # Made-up numbers for tests add 60 to the day (Source: cpr.dk).
        yield Reading("dk_cpr", "DK", 0.25, test=True)
        return
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
        yield Reading("no_dnummer" if int(digits[:2]) > 40 else "no_fodselsnummer", "NO", 0.5, test=True)


def _norwegian_checks(digits: str) -> bool:
    first, second = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    values = [int(digit) for digit in digits]
    return all(sum(w * v for w, v in zip(weights, values, strict=False)) % 11 == 0 for weights in (first, second))


def _finnish(plain: str) -> Iterator[Reading]:
    from stdnum.fi import hetu

    if hetu.is_valid(plain, allow_temporary=True):
        yield Reading("fi_hetu", "FI", 0.5, test=plain[7:10] >= "900")


_DAY_FIRST = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])"
_DATED = {
    "SE": re.compile(r"(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])\d{4}"),
    "DK": re.compile(_DAY_FIRST + r"\d{6}"),
    "NO": re.compile(r"(?:[04][1-9]|[1256]\d|[37][01])(?:[048][1-9]|[159][0-2])\d{7}"),
    "IS": re.compile(_DAY_FIRST + r"\d{6}"),
    "DE": re.compile(r"[1-9]\d{10}"),
}
_DATED_HETU = re.compile(_DAY_FIRST + r"\d{2}[-+A-FU-Y]\d{3}[\dA-Y]")


def laid_out_for(country: str, text: str) -> bool:
    """Whether the characters of a number are grouped as people group an id of a country, whatever they say.

    >>> laid_out_for("NO", "01 13 99 123 45"), laid_out_for("SE", "850312-12345")
    (True, False)
    """
    if country == "FI":
        return _HETU_SIGNLESS.fullmatch(text) is not None or _hetu(text) is not None
    return _groups(text) in _LAYOUTS[country]


def _groups(text: str) -> tuple[int, ...]:
    """The lengths of the groups of digits; none where a letter stands among them."""
    return () if _LETTER.search(text) else tuple(len(group) for group in _DIGITS.findall(text))


def shaped_for(country: str, text: str) -> bool:
    """Whether a number has the shape of a person's id of a country, with a day in it, whatever its checksum.

    >>> shaped_for("SE", "811218-9870"), shaped_for("SE", "556677-8899")
    (True, False)
    """
    if country == "FI":
        # Who leaves the century's sign out has mistyped it too.
        bare = _HETU_SIGNLESS.sub(r"\1-\2", text).upper()
        return _DATED_HETU.fullmatch(_hetu(text) or bare) is not None
    return laid_out_for(country, text) and _DATED[country].fullmatch(re.sub(r"\D", "", text)) is not None


def is_organisation(text: str) -> bool:
    """Whether ten digits are the number of a Swedish or Icelandic organisation, check digit and all.

    >>> is_organisation("556677-8899"), is_organisation("450401-3150"), is_organisation("811218-9876")
    (True, True, False)
    """
    from stdnum import luhn
    from stdnum.is_ import kennitala

    digits = re.sub(r"\D", "", text)
    if len(digits) != 10:
        return False
    return (digits[2] >= "2" and luhn.is_valid(digits)) or (digits[0] > "3" and kennitala.is_valid(digits))


def norwegian_account(text: str) -> bool:
    """Whether the check digit of a Norwegian account number holds.

    Source: BBAN of Norway (weights 5 4 3 2 7 6 5 4 3 2, mod 11).

    >>> norwegian_account("8601.11.17947"), norwegian_account("8601.11.17948")
    (True, False)
    """
    digits = re.sub(r"\D", "", text)
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    return len(digits) == len(weights) and sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0


def sole_trader(text: str) -> bool:
    """Whether a Swedish organisation number is a person's own: its third digit is that of a month."""
    return shaped_for("SE", text)


def german_pension(text: str) -> bool:
    """Whether the check digit of a German pension insurance number holds.

    Source: VKVV § 4 (weights 2 1 2 5 7 1 2 1 2 1 2 1, sums of digits, mod 10).

    >>> german_pension("15070649C103"), german_pension("15070649C104")
    (True, False)
    """
    plain = text.replace(" ", "")
    if not re.fullmatch(r"\d{8}[A-Z]\d{3}", plain):
        return False
    digits = f"{plain[:8]}{ord(plain[8]) - 64:02d}{plain[9:11]}"
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(sum(divmod(weight * int(digit), 10)) for weight, digit in zip(weights, digits, strict=True))
    return total % 10 == int(plain[11])


def german_id_card(text: str) -> bool:
    """Whether the check digit of a German identity card number holds.

    Source: ICAO 9303-3 (weights 7 3 1, mod 10).

    >>> german_id_card("L01X00T471"), german_id_card("L01X00T472")
    (True, False)
    """
    plain = text.replace(" ", "").removesuffix("D")
    if not re.fullmatch(r"[A-Z0-9]{9}\d", plain):
        return False
    total = sum(int(char, 36) * (7, 3, 1)[n % 3] for n, char in enumerate(plain[:9]))
    return total % 10 == int(plain[9])
