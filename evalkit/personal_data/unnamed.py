"""How sure an identity number is that no word of its own names: by hints, corrections, countries and its form."""

from __future__ import annotations

import re

from evalkit.personal_data import identifiers
from evalkit.personal_data.cues import cue_pattern, is_answer, last_cue, last_veto, nearer
from evalkit.personal_data.uncapitalised import LOWER, UPPER

BEFORE, CHECKED, DOUBT = 44, 0.5, 0.12
"""Characters of the sentence before a number; the strength of a checked one; a doubtful one is covered, not found."""
PAIRS = re.compile(r"\d\d(?: \d\d){4}(?: \d)?")
_TYPED = 0.7
_WITH_CENTURY = re.compile(r"(?:18|19|20)\d{6}[-+]\d{4}")
_WHOLE = re.compile(r"(?:18|19|20)\d{6}[-+ ]?\d{4}")
_TWO_GROUPS = re.compile(r"\d{6}(?:\d{2})? \d{4}")
_BEFORE_HYPHEN = re.compile(r"\d{6}[- ]\d{4}")
_HYPHENED = re.compile(r"\d{6} ?[-–] ?\d{4}")
_AFTER_NAME = re.compile(rf"[{UPPER}][{LOWER}-]{{1,20}} [{UPPER}][{LOWER}-]{{1,20}},? ?[( ]$")
_RECENT = (17, 27)
_FROM = {country: f"of_{country.lower()}" for country in ("SE", "DK", "IS")}
"""Whose numbers have no letter and but one check digit."""
_CORRECTED_TO = re.compile(r"[ ,:]{0,3}(?:[^\W\d]{1,12}[ ,:]{1,2}){0,3}")
_NAME_BETWEEN = re.compile(r"[ ,(:]{0,3}(?:[^\W\d]{1,20}[ ,(:]{1,2}){0,3}")


def beyond_chance(hit: re.Match[str], reading: identifiers.Reading) -> bool:
    """Whether hardly any other number is like this one: a date and two check digits, or a century and a name before."""
    whole = reading.country == "SE" and _WITH_CENTURY.fullmatch(hit.group()) is not None
    return reading.country == "NO" or (whole and _answers(hit))


def bare(hit: re.Match[str], reading: identifiers.Reading, score: float, home: str | None) -> float:
    """How sure a number without any word is that person's: one check digit alone meets every tenth number."""
    raw = hit.group()
    if reading.country not in {"SE", "DK", "IS"} or reading.country == home == "IS":
        return score
    two_groups, pairs = _TWO_GROUPS.fullmatch(raw) is not None, PAIRS.fullmatch(raw) is not None
    loose = (raw[-5] == " " and raw[-6].isdigit() and not two_groups) or pairs
    loose = loose and not (reading.strength >= CHECKED and is_answer(hit.string, hit.start()))
    loose = loose and not (reading.country == home == "DK" and _after_name(hit))
    foreign = home not in {None, "GB", reading.country} and not _is_whole(hit, reading)
    if loose or foreign or (_is_recent(raw, reading.country) and not _is_childs(hit)):
        # Groups of a phone or of a date and an hour, another country's number, the day on which an order was made.
        return score - DOUBT
    if reading.country == home == "DK" and (_after_name(hit) or (_HYPHENED.fullmatch(raw) and _answers(hit))):
        # Danish numbers need not hold the old check digit; a name right before tells, and the hyphen of an answer.
        return max(score, _TYPED)
    return score


def _answers(hit: re.Match[str]) -> bool:
    """Whether a number is the whole message, or stands right after a name."""
    return hit.string.strip(" .,!?\n") == hit.group() or _after_name(hit)


def _after_name(hit: re.Match[str]) -> bool:
    return _AFTER_NAME.search(hit.string[max(0, hit.start() - 40) : hit.start()]) is not None


def _is_childs(hit: re.Match[str]) -> bool:
    """Whether a child is told of before a number, or a name stands right before it."""
    before = hit.string[max(0, hit.start() - BEFORE) : hit.start()]
    return _AFTER_NAME.search(before) is not None or cue_pattern("children").search(before.lower()) is not None


def _is_recent(raw: str, country: str) -> bool:
    """Whether the year in a number is one of the last ten: few customers are children, most orders are new."""
    digits = re.sub(r"\D", "", raw)
    year = int(digits[-10:-8] if country == "SE" else digits[4:6])
    centuries = {"19", "18"} if country == "SE" else set()
    return digits[:-10] not in centuries and _RECENT[0] <= year <= _RECENT[1] and "+" not in raw


def done_with(before: str, raw: str, reading: identifiers.Reading) -> bool:
    """Whether a comma parts the word for another number from one in its own two groups, check digit and all."""
    veto = last_veto(before)
    return (
        veto is not None
        and before.rstrip().endswith(",")
        and _BEFORE_HYPHEN.fullmatch(raw) is not None
        and reading.strength >= CHECKED
    )


def hinted(before: str, *, vetoed: bool) -> bool:
    """Whether a word for a birth, kin or logging in stands before a number, with no more than a name between.

    A word for another number takes that away unless a comma parts it from the hint: "no tax number, just the ID …".
    """
    hints = (last_cue(name, before) for name in ("id_hint", "birth", "children"))
    told = [hint for hint in hints if hint is not None and _NAME_BETWEEN.fullmatch(before, hint.end())]
    veto = last_veto(before) if vetoed else None
    return any(not vetoed or (veto is not None and "," in before[veto.end() : hint.start()]) for hint in told)


def corrected(before: str) -> bool:
    """Whether a number is what somebody meant to write, and no word for another one stands nearer."""
    meant = last_cue("corrected", before)
    said = meant is not None and _CORRECTED_TO.fullmatch(before, meant.end()) is not None
    return said and not nearer(last_veto(before), meant)


def comes_from(before: str, raw: str, reading: identifiers.Reading) -> bool:
    """Whether the words before name the country whose number, check digit and all, this is."""
    if reading.country not in _FROM or reading.strength < CHECKED or raw.isdigit():
        return False
    country = last_cue(_FROM[reading.country], before)
    return country is not None and not nearer(last_veto(before), country)


def _is_whole(hit: re.Match[str], reading: identifiers.Reading) -> bool:
    """Whether a Swedish number has its century, and is no order of these years: hardly any other number is like it."""
    whole = reading.country == "SE" and _WHOLE.fullmatch(hit.group()) is not None
    return whole and not _is_recent(hit.group(), "SE")
