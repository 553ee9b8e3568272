"""Numbers of accounts: cards, IBANs and bank accounts, by checksum and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from evalkit.personal_data import identifiers
from evalkit.personal_data.beside import is_ours
from evalkit.personal_data.cues import SURE, PersonalData, done_with, near

_IBAN = re.compile(r"\b[A-Za-z]{2}[ .]?\d{2}(?:[ .\u00a0-]?[A-Za-z0-9]){10,30}\b")
_CARD = re.compile(r"(?<![\w+-])(?<!\d[.,])\d(?:(?:[ \u00a0]{1,2}|[.-])?\d){11,18}(?![\d-]|[.,]\d|[eE][+-]?\d)")
_ACCOUNT = re.compile(
    r"(?<![\w./+-])(?:\d{4}\.\d{2}\.\d{5}|\d{4} \d{2} \d{5}"
    r"|(?P<telling>\d{4}-\d{2}-\d{6}|0\d{3}-\d{2}-\d{4}"
    r"|[1-9]\d{3}-\d{3}[ ]\d{3}[ ]\d{3}"
    r"|8\d{3}-\d(?:,[ ]?|[ ])\d{1,3}(?:[ .]?\d{3}){1,2}-\d|\d{2}-\d{2}-\d{2}[ ,]{1,2}\d{8}))"
    r"(?![\w/-]|[.,]\d)"
)
"""Norwegian accounts in their three groups, told by the check digit; Icelandic, Swedish and British ones, whose groups
nothing else has."""
_PAYMENT_LINE = re.compile(r"[ ]?\+\d{8}(?!\d)")
"""A Danish payment slip's reference is followed by its creditor: 71 000482915037264 +84129973.."""
_OURS, _FEWEST_DIGITS = 0.45, 7


def numbers(text: str, lowered: str) -> Iterable[PersonalData]:
    """IBANs, cards and accounts, read by checksum and cue."""
    for start, end in _ibans(text):
        ours = is_ours(lowered, start, end)
        yield PersonalData("IBAN", start, end, _OURS if ours else 1.0, exact=not ours)
    for hit in _CARD.finditer(text):
        brand = identifiers.card_strength(hit.group())
        # A single dot parts the whole from the fraction; groups of a card are parted by two dots and more.
        if brand and hit.group().count(".") != 1 and not _PAYMENT_LINE.match(text, hit.end()):
            named, vetoed = near(lowered, hit.start(), hit.end(), "card")
            vetoed = vetoed and not done_with(lowered, hit.start())
            score = brand + 0.25 * named - 0.5 * (vetoed and not named)
            test = identifiers.is_test_card(hit.group())
            yield PersonalData("CARD", hit.start(), hit.end(), min(1.0, score), exact=score >= SURE, test=test)
    for hit in _ACCOUNT.finditer(text):
        vetoed = near(lowered, hit.start(), hit.end(), "account")[1]
        if identifiers.norwegian_account(hit.group()) or hit["telling"]:
            ours = is_ours(lowered, *hit.span())
            vetoed = vetoed and not (hit["telling"] and near(lowered, *hit.span(), "account_in_groups")[0])
            yield PersonalData("BANK_ACCOUNT", hit.start(), hit.end(), _OURS if vetoed or ours else 0.75)


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs stand; what only looks like one at first ("is 1202 … IS67 …") hides none behind it."""
    at = 0
    while (hit := _IBAN.search(text, at)) is not None:
        few = sum(character.isdigit() for character in hit.group()) < _FEWEST_DIGITS
        length = None if few else identifiers.iban(hit.group())
        at = hit.start() + (length or 2)
        if length:
            yield hit.start(), at
