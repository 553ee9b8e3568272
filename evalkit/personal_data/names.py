"""Names of persons: by the words around them, by what many people are called, and by the form of family names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data.cues import (
    SPEAKER,
    WORD,
    PersonalData,
    asked,
    cue_pattern,
    cue_set,
    opening_words,
    said_by_bot,
    spoken,
)
from evalkit.personal_data.name_lists import (
    also_words,
    family,
    genitive,
    given,
    given_names,
    is_public,
    looks_like_a_name,
    names_a_thing,
    telling,
)
from evalkit.personal_data.things import is_thing
from evalkit.personal_data.uncapitalised import LOWER, UPPER, here_in_lower_case, in_lower_case

PART = rf"(?:[{UPPER}]['’]|Mc|Mac)?[{UPPER}][{LOWER}]{{1,30}}(?:[-'’][{UPPER}]?[{LOWER}]{{1,30}}){{0,3}}"
_PARTICLE = r"(?:von der|von|van der|van|de|der|den|la|du|af|av|al|el|bin|ibn|dos|da|di|zu|ter)"
MORE = rf"[ ](?:{_PARTICLE}[ ]){{0,2}}(?:[{UPPER}]\.?[ ])?{PART}"
_RUN = re.compile(rf"(?<![\w@./-]){PART}(?:{MORE}){{1,4}}")

TWO_CAPITALS = re.compile(r"[A-ZÀ-ÞŠŽČŁŚŻŞİĆĐŐ][^\s,;:!?]{0,40} (?:[a-z]{1,4} ){0,2}[A-ZÀ-ÞŠŽČŁŚŻŞİĆĐŐ]")
"""Most messages hold no two words with capitals side by side: seen at once, before anything is searched."""
_NAME = re.compile(rf"[\s:,]{{0,6}}(?<!\w)(?P<name>{PART}(?:{MORE}){{0,3}})(?!\w)")
_FULL_NAME = re.compile(rf"[\s:,]{{0,6}}(?<!\w)(?P<name>{PART}(?:{MORE}){{1,3}})(?!\w)")
_RELATED = re.compile(
    r"(?: (?:min|mitt|mi|mín|minn|som|also|till|til))?,?"
    r"(?: (?:heter|hette|hedder|hed|heiter|heitir|heißt|hieß|het|is called|is named|called|named"
    r"|on nimeltään|nimeltä|is|är|er|ist))?"
    rf"[\s:,]{{0,6}}(?<!\w)(?P<name>{PART}(?:{MORE}){{0,3}})(?!\w)"
)
_HERE = re.compile(rf"(?<!\w)(?P<name>{PART}(?:{MORE}){{1,2}})[ ](?:här|her|here|hier|täällä|tässä|hér)\b")
_ANSWER = re.compile(
    rf"[?]\s{{1,2}}{SPEAKER}(?P<name>{PART}(?:{MORE}){{1,3}})"
    r"(?=[.,!]?(?:\n|[ ]*$)|,)"
)
_INITIALS = re.compile(rf"[\s:,]{{0,6}}(?<!\w)(?P<name>(?:[{UPPER}]\.?[ ]){{1,2}}(?P<family>{PART}))(?!\w)")
_GAP = re.compile(r",?[ ]")
_BEGUN = re.compile(r"(?:^|[.,!?:(\n])[ ]?$")
"""Between two signs a name stands whole: "Faktura 88120347. Sunniva Eide Langaas, +47 …"."""
_GOES_ON = re.compile(rf"[ ][{LOWER}]")
"""A word in lower case after a name that was told: all before it is the name."""
_LONGEST_SIGN = 24
_AFTER = re.compile(rf"(?<![\w@])(?P<name>{PART}(?:{MORE}){{1,3}}),?[ ]")
_GREETING = re.compile(
    r"(?:^|(?<=[\n.!?:] )|(?<=\n))"
    r"(?:hej|heisann|hei|hi|hello|hallo|halló|hallå|hæ|hey|moi|terve|goddag|god dag|dear|kära|kære|kjære|käre|hyvä"
    r"|liebe|lieber|sæl|sæll|tjena|guten tag|good morning|good afternoon|thanks|thank you|tack|takk|tak|kiitos|danke)"
    rf"[ ,!]+(?P<name>(?-i:{PART}(?:{MORE}){{0,3}}))",
    re.IGNORECASE,
)
_LETTER_WORDS = frozenset({"dear", "kära", "käre", "kære", "kjære", "hyvä", "liebe", "lieber"})
_CLOSING = re.compile(rf"[/–—-][ ]?(?P<name>{PART}(?:{MORE}){{0,2}})[.!]?[ ]{{0,3}}(?=\n|$)")
_ENDS = re.compile(
    r"[ ]*(?:$|[.,!?\n(:;/]|(?:och|and|ja|und|og|from|från|fra|i|in|aus|frá|o|å|who|som|av|at|med|with)\b)"
)

_KINDS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    ("name_before", _NAME, 0.8),
    ("sign_off", _NAME, 0.8),
    ("name_title", _NAME, 0.75),
    ("name_role", _FULL_NAME, 0.75),
    ("name_self", _NAME, 0.75),
    ("name_context", _FULL_NAME, 0.75),
    ("relatives", _RELATED, 0.75),
)
_FULL_AFTER = frozenset(cue for cue, pattern, _ in _KINDS if pattern is _FULL_NAME)
_SINGLE_IS_A_GIVEN_NAME = frozenset({"sign_off", "name_self", "relatives"})
_MINE = re.compile(
    r"(?:min|mitt|mi|my) (?:[^\W\d_]{3,10}|[^\W\d_]{3,10}(?:\'s)? name is) $"
    r"|(?:mannen|sønnen|sonen|dottera|datteren|dottern|broren|søsteren) (?:min|mi) $",
    re.IGNORECASE,
)
"""My son Villads: after a relative of one's own any capitalised word is a name."""
_SHORT, _LONGEST_LAST, _A_FULL_NAME = 4, 20, 2
_LONGEST_HEADING, _WEIGHTY, _FEWEST_WEIGHTY = 160, 4, 3
_HERE_WORDS = frozenset({"här", "her", "here", "hier", "täällä", "tässä", "hér"})


def may_hold_names(text: str, said: frozenset[str]) -> bool:
    """Whether a text of no two capitals side by side has a word or a dash beside which a name may stand."""
    if not said.isdisjoint(_beside_names()) or _holds_dash(text):
        return True
    return not said.isdisjoint(_greetings()) and not said.isdisjoint(given_names())


def _holds_dash(text: str) -> bool:
    return "-" in text or "/" in text or "–" in text or "—" in text


@cache
def _beside_names() -> frozenset[str]:
    return opening_words() | _LETTER_WORDS | _HERE_WORDS


def names(text: str, lowered: str, said: frozenset[str], *, two: bool) -> Iterator[PersonalData]:
    """Names after what people say before a name, in a greeting, at the end of a letter, and by their own form.

    `said` holds the words of the text: lists of which none begins with one of them are not looked for. `two`: two words
    with capitals stand side by side.
    """
    cues = spoken(said)
    if cues:
        yield from _introduced(text, lowered, cues)
    known = not said.isdisjoint(given_names())
    if not said.isdisjoint(_LETTER_WORDS) or ((known or two) and not said.isdisjoint(_greetings())):
        yield from _greeted(text)
    if not said.isdisjoint(_HERE_WORDS):
        for hit in _HERE.finditer(text):
            # What stands between the sentence's start and "here" is the whole name, two family names too.
            yield from full_names(text, hit.start("name"), hit.end("name"), 0.8, whole=True)
        yield from here_in_lower_case(lowered) if known else ()
    if two and "?" in text:
        yield from _answering(text, lowered)
    for hit in _CLOSING.finditer(text) if _holds_dash(text) else ():
        start, end = hit.span("name")
        alone = text[hit.start() - 1 : hit.start()] in {"", " ", "\n", ".", "!", "?"}
        if alone and looks_like_a_name(hit["name"].split(" ")) and not _is_word(hit["name"]):
            yield PersonalData("NAME", start, end, 0.75)
    if not (two and (known or "name_after" in cues)):
        return
    if "name_after" in cues:
        yield from _acting(text, lowered)
    if known:
        yield from _known(text, lowered)


def _answering(text: str, lowered: str) -> Iterator[PersonalData]:
    """A full name that is the whole answer to the question what somebody is called."""
    for hit in _ANSWER.finditer(text):
        start, end = hit.span("name")
        if cue_pattern("name_asked").search(asked(lowered, start)):
            yield from full_names(text, start, end, 0.75, whole=True)


def _introduced(text: str, lowered: str, cues: set[str]) -> Iterator[PersonalData]:
    for cue, pattern, confidence in _KINDS:
        if cue not in cues:
            continue
        for hit in cue_pattern(cue).finditer(lowered):
            if lowered[hit.start() - 1 : hit.start()] == "@":
                continue
            found = pattern.match(text, hit.end())
            if found is None:
                alone = cue == "name_before"
                yield from in_lower_case(lowered, hit.end(), alone=alone, closes=cue == "sign_off")
                yield from _initialled(text, hit.end()) if alone else ()
                continue
            start, end = found.span("name")
            if "\n\n" in text[hit.end() : start] and cue != "sign_off":
                continue
            own = None if said_by_bot(lowered, hit.start()) else _own_start(text, start, end)
            if own is not None and _is_named(
                text, own, end := _own_end(text, own, end, said=cue == "name_before"), cue
            ):
                yield PersonalData("NAME", own, end, confidence)


def _is_named(text: str, start: int, end: int, cue: str) -> bool:
    """Whether what stands after a cue is a person's name, as far as the cue asks for one."""
    if end <= start or is_thing(text, start, end):
        return False
    full = cue in _FULL_AFTER
    if " " in text[start:end]:
        # In a title every word has a capital: "Customer Verification Questions".
        return not full or not _is_heading(text, start) or looks_like_a_name(text[start:end].split(" "))
    return not full and (cue not in _SINGLE_IS_A_GIVEN_NAME or _alone(text, start, end, cue))


def _is_heading(text: str, at: int) -> bool:
    """Whether a place lies in a line of a title: three words and more, and each longer one with a capital."""
    line = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]
    words = [word for word in WORD.findall(line[:_LONGEST_HEADING]) if len(word) >= _WEIGHTY]
    return len(words) >= _FEWEST_WEIGHTY and all(word[0].isupper() for word in words)


def _alone(text: str, start: int, end: int, cue: str) -> bool:
    """Whether one capitalised word after a cue is a person: a given name with which the phrase ends."""
    name = text[start:end]
    if not given(name):
        return cue == "relatives" and _MINE.search(text[max(0, start - 24) : start]) is not None
    return cue != "name_self" or (name.lower() not in also_words() and _ENDS.match(text, end) is not None)


def _initialled(text: str, start: int) -> Iterator[PersonalData]:
    """A family name after nothing but the letters of the given names, as it stands on a card."""
    found = _INITIALS.match(text, start)
    if found is not None and ("-" in found["family"] or family(found["family"])):
        yield PersonalData("NAME", *found.span("name"), 0.75)


def _greeted(text: str) -> Iterator[PersonalData]:
    for hit in _GREETING.finditer(text):
        start, end = hit.span("name")
        own = _own_start(text, start, end)
        if own is None or is_thing(text, own, end):
            continue
        name = text[own:end]
        if name.split(" ")[-1].lower() in cue_set("not_names"):
            continue
        if " " in name:
            written = hit.group().split(" ", 1)[0].lower() in _LETTER_WORDS
            # A salutation of two names ends the line or stands before a comma or an exclamation mark.
            addressed = text[end : end + 1] in {"", ",", "!", "\n"} and not _holds_words(name)
            sure = written or addressed or own > start or given(name.split(" ")[0])
            yield PersonalData("NAME", own, end, 0.75 if sure else 0.6)
        elif given(name):
            # A lone first name in a greeting tells little of anybody.
            yield PersonalData("NAME", own, end, 0.6)


def _acting(text: str, lowered: str) -> Iterator[PersonalData]:
    """A full name before what only a person does: lives, was born, can be reached."""
    for hit in _AFTER.finditer(text):
        if cue_pattern("name_after").match(lowered, hit.end()):
            yield from full_names(text, hit.start("name"), hit.end("name"), 0.75)


def full_names(text: str, start: int, end: int, confidence: float, *, whole: bool = False) -> Iterator[PersonalData]:
    """The full name in [start, end), without words that only look like one by their capital."""
    own = _own_start(text, start, end)
    if own is None or _holds_words(text[own:end]):
        return
    end = end if whole else _own_end(text, own, end)
    if " " in text[own:end] and not is_thing(text, own, end):
        yield PersonalData("NAME", own, end, confidence)


def _known(text: str, lowered: str) -> Iterator[PersonalData]:
    """A given name that many bear beside a family name, or a word beside what only ends family names."""
    for hit in _RUN.finditer(text):
        pieces = hit.group().split(" ")
        if len(set(pieces)) == 1:
            continue
        at = hit.start()
        for number, piece in enumerate(pieces[:-1]):
            rest = pieces[number + 1 :]
            if given(piece) and (piece.lower() not in also_words() or telling(rest[-1])):
                at = hit.start() if number and _is_middle(text, hit.start(), pieces) else at
                end = _own_end(text, at, hit.end())
                if " " in text[at:end] and not is_thing(text, at, end) and _is_somebody(text, lowered, at, end):
                    yield PersonalData("NAME", at, end, 0.75)
                break
            at += len(piece) + 1


def _is_middle(text: str, start: int, pieces: list[str]) -> bool:
    """Whether a given name stands behind one that no list knows: inside a sentence, before a patronymic."""
    inside = text[max(0, start - 2) : start - 1].islower() and pieces[-1].endswith(("dóttir", "dóttur", "son"))
    return inside and pieces[0].lower() not in cue_set("not_names") and pieces[0].lower() not in cue_set("name_leads")


def _is_somebody(text: str, lowered: str, start: int, end: int) -> bool:
    """Whether a name is not one that everybody knows, or does what only a person present does."""
    # "er" is German for he, and a Nordic is: "Jónas Hallgrímsson er á seðlinum".
    return not is_public(text[start:end]) or (signed(lowered, end) and not lowered.startswith(" er ", end))


def signed(lowered: str, end: int) -> bool:
    """Whether a sign of a person follows a name: what only people do, or are to each other."""
    gap = _GAP.match(lowered, end)
    return (
        gap is not None and cue_pattern("name_signs").match(lowered, gap.end(), gap.end() + _LONGEST_SIGN) is not None
    )


def _own_start(text: str, start: int, end: int) -> int | None:
    """Where a name begins after words that only look like one by their capital; None where nothing remains."""
    words = text[start:end].split(" ")
    for place, word in enumerate(words):
        plain = word.lower().strip(".")
        leads = plain in cue_set("name_leads") and len(words) - place > _A_FULL_NAME
        if not leads and plain not in cue_set("not_names"):
            return start
        start += len(word) + 1
    return None


def _own_end(text: str, start: int, end: int, *, said: bool = False) -> int:
    """Where a name ends: before words that only look like one by their capital, and after the family name.

    `said`: it is told as a name, so a word that ends the sentence is its last.
    """
    at = start
    is_family = False
    said = said or (
        _BEGUN.search(text, max(0, start - 2), start) is not None and text[end : end + 1] in {"", ",", ".", "\n"}
    )
    for word in text[start:end].split(" "):
        plain = word.lower()
        bare = plain.removesuffix("'s").removesuffix("’s")
        if at > start and word[0].isupper() and plain in cue_set("not_names"):
            return at - 1
        if (
            at > start
            and word[0].isupper()
            and is_family
            and not (
                family(bare)
                or _closes(text, at, end, _LONGEST_LAST if said else _SHORT)
                or (said and end == at + len(word) and _GOES_ON.match(text, end) and not names_a_thing(word))
            )
        ):
            return at - 1
        if bare != plain:
            return at + len(bare)
        if (
            at > start
            and genitive(plain)
            and not re.match(r"[ ][A-ZÅÄÖÆØÜ]", text[at + len(word) : at + len(word) + 2])
        ):
            return at + len(word) - 1
        is_family = at > start and word[0].isupper() and len(word.strip(".")) > 1 and not given(word)
        at += len(word) + 1
    return end


def _closes(text: str, at: int, end: int, longest: int) -> bool:
    """Whether the last word of a name is the last of its sentence: no noun or verb that only has a capital."""
    return (
        " " not in text[at:end] and end - at <= longest and text[end : end + 1] in {"", ".", ",", "!", "?", "\n", ")"}
    )


def _holds_words(name: str) -> bool:
    return any(word.lower() in cue_set("not_names") for word in name.split(" "))


def _is_word(name: str) -> bool:
    return name.split(" ")[0].lower() in cue_set("not_names")


@cache
def _greetings() -> frozenset[str]:
    return frozenset(WORD.findall(_GREETING.pattern.partition(r"[ ,!]+(?P<name>")[0]))
