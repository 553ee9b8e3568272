"""Firms, funds and schools, and what of them bears a person's name: by form, trade and the words before."""

from __future__ import annotations

import re
from functools import cache

from evalkit.personal_data.cues import WORD
from evalkit.personal_data.name_lists import by_length, endings, ends_as, family, listed

_CAPITAL = "A-ZÀ-ÖØ-ÞŠŽČŁŚŻŞİĆĐŐ"
_WORDS_BETWEEN, _REACH, _BEFORE, _LONG_TRADE, _VESSEL, _SHORTEST = 5, 90, 40, 5, 5, 4
_ALSO = frozenset({"ab", "as", "co", "da", "ba", "sa", "ag", "inh", "hb", "kb", "sf", "se"})
"""Company forms that are other words too where a word stands alone."""
_NEXT = re.compile(rf"[ ](?P<word>[{_CAPITAL}][\w/-]*)")
_FAMILY_FIRM = re.compile(r"[ ](?:&|\+|og|och|und|and|ja|u\.)[ ](?P<kin>[^\W\d_]+)")
_SPOKEN = frozenset({"og", "och", "und", "and", "ja"})
_HEAD = re.compile(r"(?<![\w/-])(?P<head>[^\W\d_][\w/:-]{1,40})\.?[ ]$")


def is_firm(text: str, start: int, end: int) -> bool:
    """Whether the words around a person's name make it a firm's, a fund's or a school's.

    >>> is_firm("Faktura til Lise Vang Revision ApS", 12, 21), is_firm("Faktura til Lise Vang", 12, 21)
    (True, False)
    """
    return (
        _has_form(text, start, end)
        or _has_trade(text, start, end)
        or _has_kin(text, end)
        or _is_headed(text, start, end)
    )


def names_organisation(word: str) -> bool:
    """Whether a word names an organisation, a part of one or its house.

    >>> names_organisation("Grundskolan"), names_organisation("tannklinikken"), names_organisation("Storgatan")
    (True, True, False)
    """
    lowered = word.lower().removesuffix(".")
    if lowered in listed("organisation_words") or (word in listed("company_forms") and word.lower() not in _ALSO):
        return True
    if len(lowered) < _SHORTEST:
        return False
    return _ends_so(lowered) or (lowered[-1] == "s" and _ends_so(lowered[:-1]))


def _ends_so(word: str) -> bool:
    # Most words are told by their last two letters to be none.
    return word[-2:] in _tails() and ends_as(word, _organisations())


def _has_form(text: str, start: int, end: int) -> bool:
    """Whether a company's form ends a name or follows it, with nothing but words with capitals before it."""
    if text[start:end].rsplit(" ", 1)[-1] in listed("company_forms"):
        return True
    return _form().match(text, end, end + _REACH) is not None


def _has_trade(text: str, start: int, end: int) -> bool:
    later = text[start:end].split(" ")[1:]
    following = _NEXT.match(text, end)
    words = [word for word in later[-1:] if not family(word)] + ([following["word"]] if following else [])
    return any(word in _trades() or ends_as(word.lower(), _long_trades()) for word in words)


def _has_kin(text: str, end: int) -> bool:
    """Whether "& Sons" follows; behind a spoken "and" they need a capital: "Peter Holm and sons" are a family."""
    hit = _FAMILY_FIRM.match(text, end)
    if hit is None or hit["kin"].lower() not in listed("kin_of_firms"):
        return False
    return hit["kin"][0].isupper() or hit.group().split(" ")[1] not in _SPOKEN


def _is_headed(text: str, start: int, end: int) -> bool:
    """Whether a word for a firm begins a name or stands right before, or a master's title that nobody calls his own."""
    first, before = text[start:end].partition(" ")[0], text[max(0, start - _VESSEL) : start]
    if before[-1:] == " " and before.split(" ")[-2] in listed("vessels"):
        return True
    return _heads(text, start + len(first) + 1) or _heads(text, start)


def _heads(text: str, at: int) -> bool:
    before = text[max(0, at - _BEFORE) : at].lower()
    hit = _HEAD.search(before)
    if hit is None:
        return False
    head = hit["head"]
    if head in listed("firm_before") or ends_as(head, endings("firm_before_endings")) or names_organisation(head):
        return True
    return head in listed("masters") and listed("own").isdisjoint(WORD.findall(before[: hit.start()])[-2:])


@cache
def _organisations() -> dict[int, frozenset[str]]:
    return by_length(listed("organisation_endings") | listed("organisation_desks"))


@cache
def _tails() -> frozenset[str]:
    return frozenset(ending[-2:] for of_size in _organisations().values() for ending in of_size)


@cache
def _form() -> re.Pattern[str]:
    forms = "|".join(re.escape(form) for form in sorted(listed("company_forms"), key=len, reverse=True))
    between = rf"(?:[ ](?:&|\+|og|och|und|and|ja|[{_CAPITAL}\d][\w&+/'’-]*),?){{0,{_WORDS_BETWEEN}}}?"
    return re.compile(rf"{between},?[ ](?:&[ ])?(?:{forms})(?![\w/-])")


@cache
def _trades() -> frozenset[str]:
    return listed("trades")


@cache
def _long_trades() -> dict[int, frozenset[str]]:
    return by_length(word.lower() for word in listed("trades") if len(word) >= _LONG_TRADE or word in {"Bau"})
