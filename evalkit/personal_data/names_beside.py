"""Full names beside a phone number, an address, an e-mail or an identity number: they are that person's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.personal_data.cues import SURE, PersonalData, cue_set
from evalkit.personal_data.name_lists import given, looks_like_a_name, telling
from evalkit.personal_data.names import MORE, PART, full_names
from evalkit.personal_data.uncapitalised import LOWER, UPPER

_AT_END = re.compile(
    rf"(?P<name>{PART}(?:{MORE}){{1,2}})(?:[ ]?[,(:;<–-]?[ \n]*(?:[{LOWER}{UPPER}.]{{2,26}}[.:]?[ ]*)?)$"
)
_LINE = re.compile(rf"[> ?*•-]{{0,8}}(?P<name>{PART}(?:{MORE}){{1,3}})[ ,]{{0,2}}")
_LINES_ABOVE = 4
_OF_ONE = frozenset({"DOB", "PASSPORT"})
_LONGEST_NAME = 60
_AFTER_ID = re.compile(
    rf"[ ]?[,(/]?[ ]?(?:(?:eg|jeg|jag|ich|i|ég|minä),?[ ])?(?P<name>{PART}(?:{MORE}){{1,3}})(?=[ ]?[,.)!?\n/]|$)"
)
_LOWER_AT_END = re.compile(
    rf"(?:^|[/,;\n( ][ ]?)"
    rf"(?P<first>[{LOWER}]{{2,20}})(?: (?P<middle>[{LOWER}]{{2,20}}))?"
    rf" (?P<family>[{LOWER}-]{{4,24}})(?:,?[ \n]{{1,2}}|,? \()$"
)
_LOWER_BEHIND = re.compile(
    rf"\)?,? (?P<name>(?P<first>[{LOWER}]{{2,20}})(?: (?P<middle>[{LOWER}]{{2,20}}))? (?P<family>[{LOWER}-]{{4,24}}))"
    r"(?=[,.)\n]|$)"
)
_LOWER_BEFORE_MORE = re.compile(rf"\)?,? (?P<name>(?P<first>[{LOWER}]{{2,20}}) (?P<family>[{LOWER}-]{{4,24}}))(?!\w)")


def names_beside(text: str, found: list[PersonalData]) -> list[PersonalData]:
    """A full name right before a phone number, an address, an e-mail or an identity number is that person's."""
    beside: list[PersonalData] = []
    for item in found:
        if item.confidence < SURE or item.kind in {"NAME", "SECRET", "IP", "ORDER_NUMBER"}:
            continue
        start = max(0, item.start - _LONGEST_NAME)
        hit = _AT_END.search(text[start : item.start])
        # German nouns have capitals too, so words of the sentence are no name.
        if hit is not None:
            beside += full_names(text, start + hit.start("name"), start + hit.end("name"), 0.75)
        beside += _above(text, item.start)
        if item.family == "national_id" or item.kind in _OF_ONE:
            beside += _behind(text, item.end)
            beside += _in_lower_case(text, item.start)
            beside += _behind_in_lower_case(text, item.end)
    return beside


def _behind(text: str, end: int) -> Iterator[PersonalData]:
    """A full name right after a person's number, up to the next comma or end."""
    hit = _AFTER_ID.match(text, end)
    if hit is not None and looks_like_a_name(hit["name"].split(" ")):
        yield from full_names(text, *hit.span("name"), 0.75)


def _behind_in_lower_case(text: str, end: int) -> Iterator[PersonalData]:
    """A name without capitals right after a person's number, up to the next sign."""
    hit = _LOWER_BEHIND.match(text, end)
    both = hit is not None and hit["middle"] and given(hit["middle"])
    if hit is None or not (telling(hit["family"]) or both):
        hit, both = _LOWER_BEFORE_MORE.match(text, end), None
    if (
        hit is None
        or not given(hit["first"])
        or hit["first"] in cue_set("not_names")
        or hit["family"] in cue_set("not_names")
    ):
        return
    if both or telling(hit["family"]):
        yield PersonalData("NAME", *hit.span("name"), 0.75)


def _in_lower_case(text: str, start: int) -> Iterator[PersonalData]:
    """A name without capitals right before a person's number, set off by a sign or a line."""
    begin = max(0, start - _LONGEST_NAME)
    hit = _LOWER_AT_END.search(text[begin:start])
    if hit is None or hit["family"] in cue_set("not_names"):
        return
    both = hit["middle"] and given(hit["first"]) and given(hit["middle"])
    if not (telling(hit["family"]) or both):
        return
    # "dotter saga holmström" and "steinar logi kárason": the first of the two words before the family's may be one.
    first = next((name for name in ("first", "middle") if hit[name] and given(hit[name])), None)
    if first is not None and (hit["middle"] is None or given(hit["middle"])):
        yield PersonalData("NAME", begin + hit.start(first), begin + hit.end("family"), 0.75)


def _above(text: str, start: int) -> Iterator[PersonalData]:
    """A full name that is a whole line, in the lines right above a datum: how addresses and cards are written."""
    at = text.rfind("\n", 0, start)
    for _ in range(_LINES_ABOVE):
        if at < 0:
            return
        begin = text.rfind("\n", 0, at) + 1
        line = _LINE.fullmatch(text, begin, at)
        if line is not None and looks_like_a_name(line["name"].split(" ")):
            yield from full_names(text, line.start("name"), line.end("name"), 0.75, whole=True)
        at = begin - 1
