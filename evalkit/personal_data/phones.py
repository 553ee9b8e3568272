"""Phone numbers of persons, told from order numbers, dates, hours and the numbers of companies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from evalkit.personal_data.cues import (
    SENTENCE_END,
    SURE,
    PersonalData,
    asked,
    cue_pattern,
    done_with,
    last_cue,
    near,
    near_any,
)
from evalkit.personal_data.names import MORE, PART
from evalkit.personal_data.spans import Spans

_PHONE_LIKE = re.compile(
    r"(?:\+|\((?=\+?\d{1,5}\)))?[\d+](?:[\d \u00a0()/.–-]|(?<=[ ])-(?=[ ])){5,40}\d"
    r"(?:(?:x| ext\.? ?)\d{1,5}(?!\w))?"
)
_AMERICAN = re.compile(r"(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?:(?:x| ext\.? ?)\d{1,5})?")
_PAIRS = re.compile(r"\d\d([ .-])\d\d\1\d\d\1\d\d|[49]\d\d([ -])\d\d\2\d\d\d")
_DANISH_SERVICE = re.compile(r"(?:\+45|0045)?[ ]?(?:70|80|90)[ ]?\d\d[ ]?\d\d[ ]?\d\d")
_SHORTEST, _FEWEST, _MOST = 7, 7, 19
_AFTER_NUMBER, _SIGNATURE = 32, 80
_FULL_NAME = re.compile(rf"(?<!\w)(?:{PART}){MORE}(?:,[ ]?|[ ][(/]?)$")
_LAST = re.compile(r"[ .!]{0,3}$")
_FOURS = re.compile(r"0?0?\d{4} \d{4} \d{2,4}(?: \d{1,4}){0,3}")
"""Parcels, cards and accounts are printed so; a phone in groups of four has a word beside it."""
_LONGEST = 15
_WHOLE_NUMBER, _NATIONAL = 8, 9
_JOINED = frozenset({"-", "/", "#", ".", "<", ">"})
_LABEL = re.compile(
    r"(?:phone|tel(?:efon\w*)?|tlf|mob(?:il\w*|ile)?|desk|fax|puh(?:elin\w*)?|handy|gsm|sími|símanúmer|rufnummer)"
    r"\.?(?: (?:nr|no|number))?\.?:\s*$"
)
_NO_PHONE = re.compile(
    r"(?<!\d)[12]\d{3}-\d{2}-\d{2}|\d{4}-\d{2}-\d{6}|(?<!\d)\d{1,2}-\d{1,2}-(?:19|20)\d{2}(?![-\d])"
    r"|(?<![\d.])\d{1,2}[./]\s?\d{1,2}[./-]\s?\d{2,4}(?!\.?\d)|\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}"
    r"|(?<!\d)\d{15,16}[ ]?\+\d{8}(?!\d)|(?<![\d-])\d{6,8}-\d{4}(?![\d-])|(?<![\d-])\d{7}-\d(?![\d-])"
)
_BANKGIRO = re.compile(r"[1-9]\d{3}-\d{4}")
"""A Swedish giro has the form of a Danish phone number in two halves, which a word for phones tells from it."""
_GERMAN_MOBILE = re.compile(r"01[567]\d{1,2} \d{3,4} \d{3,5}")
_LONGEST_NATIONAL = 13
_AND_NOT = re.compile(
    r",? (?:og ikke|og ikkje|och inte|und nicht|and not|not|ja ei|eikä|en ekki|i stedet for|istället för|instead of"
    r"|statt)"
    r"(?: (?:den gamle|gamle|the old))? "
)
"""Between the right number and the wrong one, which is somebody's too."""


def phones(
    text: str, lowered: str, markets: tuple[str, ...], taken: list[PersonalData], *, wary: bool = False
) -> Iterator[PersonalData]:
    """Phone numbers that no date, hour, amount or already found datum takes.

    `wary`: the country is not known, so what is a person's number in any of them counts.
    """
    vetoes = Spans(m.span() for m in _NO_PHONE.finditer(text))
    held = Spans((f.start, f.end) for f in taken)
    last = (0, 0)
    for match in _PHONE_LIKE.finditer(text):
        start, end = match.span()
        if end - start < _SHORTEST or held.touches(start, end):
            continue
        before = text[max(0, start - 1) : start]
        if text[end : end + 1].isalnum() or before.isalnum() or before in _JOINED:
            continue
        labelled = _LABEL.search(lowered[max(0, start - 24) : start]) is not None
        if not labelled and vetoes.touches(start, end):
            continue
        score = _score(text, lowered, match, markets, labelled=labelled, wary=wary)
        if end - start == last[1] and _AND_NOT.fullmatch(lowered, last[0], start):
            score = max(score, SURE)
        if score >= SURE:
            last = (end, end - start)
        if score > 0:
            yield PersonalData("PHONE", start, end, score)


class _Number(NamedTuple):
    """A run of digits as written, and what the words around it say."""

    raw: str
    n_digits: int
    named: bool
    vetoed: bool
    labelled: bool

    @property
    def international(self) -> bool:
        # Behind a word for another number, digits that begin with 00 are that number's.
        zeros = self.raw.startswith("00") and not self.vetoed
        return zeros or self.raw.startswith(("+", "(+"))

    @property
    def grouped(self) -> bool:
        return re.search(r"\d[ \u00a0-]\d", self.raw) is not None or _PAIRS.fullmatch(self.raw) is not None

    @property
    def national(self) -> bool:
        return self.raw.startswith(("0", "(0")) and self.n_digits >= _NATIONAL

    @property
    def american(self) -> bool:
        return _AMERICAN.fullmatch(self.raw) is not None


def _score(
    text: str, lowered: str, match: re.Match[str], markets: tuple[str, ...], *, labelled: bool, wary: bool
) -> float:
    """How sure it is that a number is somebody's phone: its form, its country's plan, and the words around it."""
    start, end = match.span()
    raw = match.group()
    n_digits = sum(character.isdigit() for character in raw)
    if not _FEWEST <= n_digits <= _MOST or raw.startswith("000"):
        return 0.0
    named, vetoed = near(lowered, start, end, "phone")
    named = named or (not vetoed and last_cue("phone", asked(lowered, start)) is not None)
    vetoed = vetoed and not done_with(lowered, start)
    shortest = _LENGTHS.get(markets[0], _WHOLE_NUMBER) if markets else _WHOLE_NUMBER
    alone = start > 0 and text[start - 1] == "\n" and text[end : end + 1] in {"", "\n"} and n_digits >= shortest
    alone = alone or (n_digits == shortest and (_is_signature(text, start, end) or _is_behind(text, start, end)))
    number = _Number(raw, n_digits, named or alone or labelled, vetoed, labelled)
    if n_digits > _LONGEST_NATIONAL and not (number.international or "x" in raw):
        return 0.0
    if not (named or labelled) and _BANKGIRO.fullmatch(raw):
        return 0.0
    if vetoed and not (number.named or number.international):
        return 0.0
    if not number.named and (_is_printed(raw, markets, wary=wary) or raw.count("/") > 1 or n_digits > _LONGEST):
        return 0.0
    if not (number.named or number.international or number.national or number.grouped or number.american):
        return 0.0
    region = _region(raw, (*markets, "US") if number.american else markets, wary=wary)
    if region == _SERVICE or (region == "DK" and _DANISH_SERVICE.fullmatch(raw)):
        return 0.0
    ours = _is_called_ours(lowered, start) or _read_on_pages(lowered, start, end)
    if region is None:
        return 0.75 - 0.4 * ours if _fits(number, markets, wary=wary) else 0.0
    return _sure(number, region, markets) - 0.5 * (ours and not labelled)


def _is_called_ours(lowered: str, start: int) -> bool:
    """Whether the sentence calls a number the organisation's; "I kan få fat i os på" says a household."""
    return near_any(lowered, start, "own_phone") and not near_any(lowered, start, "household")


def _is_printed(raw: str, markets: tuple[str, ...], *, wary: bool) -> bool:
    """Whether a number stands in groups of four, as parcels and cards do; German mobiles are written so too."""
    return _FOURS.fullmatch(raw) is not None and not (
        (wary or markets[:1] == ("DE",)) and _GERMAN_MOBILE.fullmatch(raw)
    )


def _is_signature(text: str, start: int, end: int) -> bool:
    """Whether a number ends a letter, right behind its closing words and a name."""
    return (
        _LAST.match(text, end) is not None and _signature().search(text[max(0, start - _SIGNATURE) : start]) is not None
    )


def _is_behind(text: str, start: int, end: int) -> bool:
    """Whether a number of the country's own length stands right behind a full name, and nothing belongs to it."""
    if text[end : end + 1] not in {"", ".", ",", "\n", ")", "!", "?", " "}:
        return False
    return _FULL_NAME.search(text[max(0, start - _SIGNATURE // 2) : start]) is not None


@cache
def _signature() -> re.Pattern[str]:
    return re.compile(rf"(?i:{cue_pattern('sign_off').pattern})[,.!]?\s{{1,3}}{PART}(?:{MORE}){{0,2}},?\s{{1,3}}$")


def _read_on_pages(lowered: str, start: int, end: int) -> bool:
    """Whether the sentence goes on to say that the number is on the organisation's pages, or when it is answered."""
    after = SENTENCE_END.split(lowered[end : end + _AFTER_NUMBER])[0]
    if cue_pattern("own_phone_after").search(after) is not None:
        return True
    return _open_hours().search(after) is not None and not near_any(lowered, start, "first_person")


@cache
def _open_hours() -> re.Pattern[str]:
    """Weekdays with their hours, or the whole day: who answers then is an organisation."""
    at = r"(?:kl\.?|klo|kello|mellan|mellom|mellem|von|from|zwischen)"
    hours = rf"(?:[\s,(]*{at}?\s*\d{{1,2}}(?:[.:]\d\d)?\s?(?:[-–]|till?|bis|to|og|och)\s?\d)"
    always = r"(?<=runt)|(?<=rundt)|(?<=24/7)"
    return re.compile(rf"{cue_pattern('weekdays').pattern}(?:{hours}|{always})")


def _fits(number: _Number, markets: tuple[str, ...], *, wary: bool) -> bool:
    """Whether a number that no operator's range holds is one all the same: its word or its country's code says so."""
    written = number.raw.startswith(("+", "0", "(0")) or number.american
    if number.labelled or (number.named and written and number.n_digits >= _WHOLE_NUMBER):
        return True
    if number.vetoed:
        return False
    own_length = number.n_digits in {_LENGTHS.get(market) for market in (markets if wary else markets[:1])}
    return (number.named and own_length) or (number.international and _possible(number.raw))


def _sure(number: _Number, region: str, markets: tuple[str, ...]) -> float:
    paired = region in {"DK", "NO"} and markets[:1] == (region,) and _PAIRS.fullmatch(number.raw) is not None
    score = 0.35 + 0.5 * number.international + 0.4 * number.named + 0.2 * number.grouped
    # In a country whose own numbers begin without 0, ten digits that do are mostly something else.
    national = number.national * (0.2 if markets[:1] and markets[0] in _LENGTHS else 0.35)
    return min(1.0, score + national + 0.2 * paired + 0.35 * number.american)


_LENGTHS = {"DK": 8, "NO": 8, "IS": 7}
"""Countries whose numbers all have one length, and no leading 0."""
_PLANS = {
    "SE": (True, 8), "FI": (True, 6), "DE": (True, 6), "GB": (True, 10),
    "DK": (False, 8), "NO": (False, 8), "IS": (False, 7),
}  # fmt: skip
"""Whether a country's own numbers begin with 0, and their fewest characters: what fails here need not be parsed."""


def _region(raw: str, markets: tuple[str, ...], *, wary: bool = False) -> str | None:
    import phonenumbers

    found = None

    for region in ("ZZ",) if raw.startswith(("+", "(+")) else markets:
        plan = _PLANS.get(region)
        if plan and not raw.startswith("00") and (raw.startswith(("0", "(0")) != plan[0] or len(raw) < plan[1]):
            continue
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            kind = phonenumbers.number_type(number)
            # Freephone, shared-cost and company-wide numbers belong to no person.
            found = _SERVICE if kind in _service_types() else region
            if not wary or found != _SERVICE:
                return found
    return found


def _possible(raw: str) -> bool:
    """Whether an international number has the length of its country, though no operator's range holds it."""
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + raw.lstrip("(+0"), "ZZ"))
    except phonenumbers.NumberParseException:
        return False


_SERVICE = "service"


@cache
def _service_types() -> frozenset[int]:
    from phonenumbers import PhoneNumberType as Kind

    return frozenset({Kind.TOLL_FREE, Kind.SHARED_COST, Kind.PREMIUM_RATE, Kind.UAN})
