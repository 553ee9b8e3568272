"""Identifiers and numbers that authorities and standards publish as examples: nobody's, so they are test values."""

from __future__ import annotations

import re

from evalkit.personal_data.cues import cue_set

_NATIONAL = frozenset(
    {
        "8112189876", "1212121212", "6408233234", "7010632391", "8803200016", "8803200073", "8803200172", "5001011234",
        "0707614285", "2110625629", "0101010101", "131052308T", "131052308U", "010101123N", "1201743399", "4504013150",
        "2612815109", "15108695088", "15021951940", "26111594014", "26111594448", "10048745364", "01010750160",
        "36574261809", "86095742719", "47036892816", "65929970489", "57549285017", "25768131411", "12345678901",
        "15070649C103", "65170839J008", "L01X00T471", "T220001293", "QQ123456C", "AB123456C",
    }
)  # fmt: skip
"""Source: sample numbers of Skatteverket, CPR-kontoret, DVV, Skatteetaten, Þjóðskrá, BZSt and HMRC."""
_ACCOUNTS = frozenset(
    {
        "SE4550000000058398257466", "SE3550000000054910000003", "NO9386011117947", "DK5000400440116243",
        "FI2112345600000785", "DE89370400440532013000", "GB29NWBK60161331926819", "GB82WEST12345698765432",
        "IS140159260076545510730339", "FR1420041010050500013M02606", "NL91ABNA0417164300", "BE68539007547034",
        "AT611904300234573201", "CH9300762011623852957", "ES9121000418450200051332", "IE29AIBK93115212345678",
        "PL61109010140000071219812874", "EE382200221020145685", "LV80BANK0000435195001", "LT121000011101001000",
        "FO6264600001631634", "GL8964710001000206",
    }
)  # fmt: skip
"""Source: SWIFT, IBAN Registry, the examples of each country."""
_PHONES = re.compile(
    r"(?:46|0)?0?(?:701740(?:6[0-9]{2})|3139006\d\d|4062804\d\d|84650040\d|980319(?:2\d\d))"
    r"|(?:44|0)(?:7700900\d{3}|2079460\d{3}|1632960\d{3}|1[12345]\d{1}4960\d{3})"
    r"|1?\d{3}55501\d\d"
)
"""Source: PTS and Ofcom, numbers for use in film and drama; NANPA 555-01XX."""


_NOBODIES = frozenset(
    {
        "john doe", "jane doe", "joe bloggs", "max mustermann", "erika mustermann", "ola nordmann", "kari nordmann",
        "ola normann", "matti meikäläinen", "maija meikäläinen", "namn namnsson", "navn navnesen", "test testsson",
        "test testesen", "testi testaaja", "anna normalverbraucher", "otto normalverbraucher",
    }
)  # fmt: skip
_NO_STREETS = re.compile(
    r"(?:\d+ )?(?i:exempel|eksempel|test|malli|esimerkki|muster|beispiel|dæmi|example|sample)\w*(?:[ ]\w+)?(?: \d|$)"
    r"|.*(?:\b0{3,5} |anytown|musterstadt|mallila\b)"
)


def stands_for_nobody(kind: str, text: str) -> bool:
    """Whether a name or an address is what forms show where somebody's own belongs.

    >>> stands_for_nobody("NAME", "Max Mustermann"), stands_for_nobody("ADDRESS", "Musterstraße 1, 12345 Musterstadt")
    (True, True)
    """
    if kind == "NAME":
        return text.lower() in _NOBODIES or set(text.lower().split(" ")) <= cue_set("form_words")
    return kind == "ADDRESS" and _NO_STREETS.match(text.lower()) is not None


def published(kind: str, text: str) -> bool:
    """Whether a datum is a published example.

    >>> published("SE_PERSONNUMMER", "19811218-9876"), published("SE_PERSONNUMMER", "19811218-9877")
    (True, False)
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    if kind == "IBAN":
        return plain in _ACCOUNTS
    if kind == "PHONE":
        return _PHONES.fullmatch(plain) is not None
    short = plain[2:] if kind.startswith("SE_") and len(plain) == _WITH_CENTURY else plain
    return short in _NATIONAL


_WITH_CENTURY = 12
