"""Names of persons: by the words around them, by what many people are called, and by the form of family names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data.cues import SURE, WORD, PersonalData, cue_pattern, cue_words, spoken
from evalkit.text.data_files import yaml_data

UPPER = "A-ZÀ-ÖØ-ÞŠŽČŁŚŻŞİĆĐŐÅÐ"
LOWER = "a-zß-öø-ÿšžčłśżşığćđőűřěůňťďąęńźð"
_PART = rf"(?:[{UPPER}]['’]|Mc|Mac)?[{UPPER}][{LOWER}]{{1,30}}(?:[-'’][{UPPER}]?[{LOWER}]{{1,30}}){{0,3}}"
_PARTICLE = r"(?:von der|von|van der|van|de|der|den|la|du|af|av|al|el|bin|ibn|dos|da|di|zu|ter)"
_MORE = rf"[ ](?:{_PARTICLE}[ ]){{0,2}}(?:[{UPPER}]\.?[ ])?{_PART}"
_RUN = re.compile(rf"(?<![\w@./-]){_PART}(?:{_MORE}){{1,4}}")

_NAME = re.compile(rf"[\s:,]{{0,6}}(?<!\w)(?P<name>{_PART}(?:{_MORE}){{0,3}})")
_FULL_NAME = re.compile(rf"[\s:,]{{0,6}}(?<!\w)(?P<name>{_PART}(?:{_MORE}){{1,3}})")
_RELATED = re.compile(
    r"(?: (?:min|mitt|mi|mín|minn|som|also|till|til))?,?"
    r"(?: (?:heter|hette|hedder|hed|heiter|heitir|heißt|hieß|het|is called|is named|called|named"
    r"|on nimeltään|nimeltä|is|är|er|ist))?"
    rf"[\s:,]{{0,6}}(?<!\w)(?P<name>{_PART}(?:{_MORE}){{0,3}})"
)
_HERE = re.compile(rf"(?<!\w)(?P<name>{_PART}(?:{_MORE}){{1,2}})[ ](?:här|her|here|hier|täällä|tässä|hér)\b")
_AFTER = re.compile(rf"(?<![\w@])(?P<name>{_PART}(?:{_MORE}){{1,3}}),?[ ]")
_GREETING = re.compile(
    r"(?:^|(?<=[\n.!?:] )|(?<=\n))"
    r"(?:hej|heisann|hei|hi|hello|hallo|halló|hallå|hæ|hey|moi|terve|goddag|god dag|dear|kära|kære|kjære|käre|hyvä"
    r"|liebe|lieber|sæl|sæll|tjena|guten tag|good morning|good afternoon|thanks|thank you|tack|takk|tak|kiitos|danke)"
    rf"[ ,!]+(?P<name>(?-i:{_PART}(?:{_MORE}){{0,3}}))",
    re.IGNORECASE,
)
_LETTER_WORDS = frozenset({"dear", "kära", "käre", "kære", "kjære", "hyvä", "liebe", "lieber"})
_CLOSING = re.compile(rf"[/–—-][ ]?(?P<name>{_PART}(?:{_MORE}){{0,2}})[.!]?[ ]{{0,3}}(?=\n|$)")
_DASHES = frozenset("/–—-")
_AT_END = re.compile(
    rf"(?P<name>{_PART}(?:{_MORE}){{1,2}})(?:[ ]?[,(:;–-]?[ \n]*(?:[{LOWER}{UPPER}.]{{2,14}}[.:]?[ ]*)?)$"
)
_LOWER_NAME = re.compile(
    rf"[ :,]+(?P<name>[{LOWER}]{{2,20}}(?:-[{LOWER}]{{2,20}})?(?:[ ][{LOWER}-]{{2,24}})?)(?![\w@])"
)
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
_SINGLE_IS_A_GIVEN_NAME = frozenset({"sign_off", "name_self", "relatives"})
_MINE = re.compile(
    r"(?:min|mitt|mi|my) (?:[^\W\d_]{3,10}|[^\W\d_]{3,10}(?:\'s)? name is) $"
    r"|(?:mannen|sønnen|sonen|dottera|datteren|dottern|broren|søsteren) (?:min|mi) $",
    re.IGNORECASE,
)
"""My son Villads: after a relative of one's own any capitalised word is a name."""
_IS_CALLED = frozenset({"heter", "hedder", "heiter", "heitir", "heißt", "är", "er", "is", "on", "called", "ist"})
_LONGEST_NAME = 60
_FOLLOWING = re.compile(r"[ ]?(?P<as>(?:som|as|als|på|on|auf|i|in|im)[ ](?P<work>[\w-]+)|)(?P<next>[\w/]*)")
_HERE_WORDS = frozenset({"här", "her", "here", "hier", "täällä", "tässä", "hér"})


def names(text: str, lowered: str, said: frozenset[str]) -> Iterator[PersonalData]:
    """Names after what people say before a name, in a greeting, at the end of a letter, and by their own form.

    `said` holds the words of the text: lists of which none begins with one of them are not looked for.
    """
    cues = spoken(said)
    if cues:
        yield from _introduced(text, lowered, cues)
    known = not said.isdisjoint(_given_names())
    if not said.isdisjoint(_LETTER_WORDS) or (known and not said.isdisjoint(_greetings())):
        yield from _greeted(text)
    if not said.isdisjoint(_HERE_WORDS):
        for hit in _HERE.finditer(text):
            # What stands between the sentence's start and "here" is the whole name, two family names too.
            yield from _full(text, hit.start("name"), hit.end("name"), 0.8, whole=True)
    for hit in _CLOSING.finditer(text) if not _DASHES.isdisjoint(text) else ():
        start, end = hit.span("name")
        alone = text[hit.start() - 1 : hit.start()] in {"", " ", "\n", ".", "!", "?"}
        if alone and (" " in hit["name"] or _given(hit["name"])) and not _is_word(hit["name"]):
            yield PersonalData("NAME", start, end, 0.75)
    if "name_after" in cues:
        yield from _acting(text, lowered)
    if known:
        yield from _known(text)


def _introduced(text: str, lowered: str, cues: set[str]) -> Iterator[PersonalData]:
    for cue, pattern, confidence in _KINDS:
        if cue not in cues:
            continue
        for hit in cue_pattern(cue).finditer(lowered):
            found = pattern.match(text, hit.end())
            if found is None:
                if cue == "name_before":
                    yield from _in_lower_case(lowered, hit.end())
                continue
            start, end = found.span("name")
            if "\n\n" in text[hit.end() : start] and cue != "sign_off":
                continue
            own = _own_start(text, start, end)
            if own is None:
                continue
            end = _own_end(text, own, end)
            if end <= own or _is_firm(text, own, end):
                continue
            single = " " not in text[own:end]
            if single and pattern is _FULL_NAME:
                continue
            if single and cue in _SINGLE_IS_A_GIVEN_NAME and not _alone(text, own, end, cue):
                continue
            yield PersonalData("NAME", own, end, confidence)


def _alone(text: str, start: int, end: int, cue: str) -> bool:
    """Whether one capitalised word after a cue is a person: a given name with which the phrase ends."""
    name = text[start:end]
    if not _given(name):
        return cue == "relatives" and _MINE.search(text[max(0, start - 24) : start]) is not None
    return cue != "name_self" or (name.lower() not in _also_words() and _ENDS.match(text, end) is not None)


def _in_lower_case(lowered: str, start: int) -> Iterator[PersonalData]:
    found = _LOWER_NAME.match(lowered, start)
    if found is None:
        return
    first, _, second = found["name"].partition(" ")
    if _given(first) and first not in cue_words("not_names"):
        begin = found.start("name")
        whole = second and _family(second) and second not in cue_words("not_names")
        yield PersonalData("NAME", begin, found.end("name") if whole else begin + len(first), 0.75)


def _greeted(text: str) -> Iterator[PersonalData]:
    for hit in _GREETING.finditer(text):
        start, end = hit.span("name")
        own = _own_start(text, start, end)
        if own is None or _is_firm(text, own, end):
            continue
        name = text[own:end]
        if " " in name:
            written = hit.group().split(" ", 1)[0].lower() in _LETTER_WORDS
            yield PersonalData("NAME", own, end, 0.75 if written or own > start or _given(name.split(" ")[0]) else 0.6)
        elif _given(name):
            # A lone first name in a greeting tells little of anybody.
            yield PersonalData("NAME", own, end, 0.6)


def _acting(text: str, lowered: str) -> Iterator[PersonalData]:
    """A full name before what only a person does: lives, was born, can be reached."""
    for hit in _AFTER.finditer(text):
        if cue_pattern("name_after").match(lowered, hit.end()):
            yield from _full(text, hit.start("name"), hit.end("name"), 0.75)


def _full(text: str, start: int, end: int, confidence: float, *, whole: bool = False) -> Iterator[PersonalData]:
    own = _own_start(text, start, end)
    if own is None or _holds_words(text[own:end]):
        return
    end = end if whole else _own_end(text, own, end)
    if " " in text[own:end] and not _is_firm(text, own, end):
        yield PersonalData("NAME", own, end, confidence)


def _known(text: str) -> Iterator[PersonalData]:
    """A given name that many bear beside a family name, or a word beside what only ends family names."""
    for hit in _RUN.finditer(text):
        pieces = hit.group().split(" ")
        if len(set(pieces)) == 1:
            continue
        at = hit.start()
        for number, piece in enumerate(pieces[:-1]):
            rest = pieces[number + 1 :]
            if _given(piece) and (piece.lower() not in _also_words() or _telling(rest[-1])):
                end = _own_end(text, at, hit.end())
                if " " in text[at:end] and not _is_firm(text, at, end):
                    yield PersonalData("NAME", at, end, 0.75)
                break
            at += len(piece) + 1


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
            beside += _full(text, start + hit.start("name"), start + hit.end("name"), 0.75)
    return beside


def _own_start(text: str, start: int, end: int) -> int | None:
    """Where a name begins after words that only look like one by their capital; None where nothing remains."""
    for word in text[start:end].split(" "):
        if word.lower().strip(".") not in cue_words("not_names"):
            return start
        start += len(word) + 1
    return None


def _own_end(text: str, start: int, end: int) -> int:
    """Where a name ends: before words that only look like one by their capital, and after the family name."""
    at = start
    family = False
    for word in text[start:end].split(" "):
        plain = word.lower()
        bare = plain.removesuffix("'s").removesuffix("’s")
        if at > start and word[0].isupper() and (plain in cue_words("not_names") or (family and not _family(bare))):
            return at - 1
        if bare != plain:
            return at + len(bare)
        if (
            at > start
            and _genitive(plain)
            and not re.match(r"[ ][A-ZÅÄÖÆØÜ]", text[at + len(word) : at + len(word) + 2])
        ):
            return at + len(word) - 1
        family = at > start and word[0].isupper() and len(word.strip(".")) > 1 and not _given(word)
        at += len(word) + 1
    return end


def _holds_words(name: str) -> bool:
    return any(word.lower() in cue_words("not_names") for word in name.split(" "))


def _is_word(name: str) -> bool:
    return name.split(" ")[0].lower() in cue_words("not_names")


def _is_firm(text: str, start: int, end: int) -> bool:
    """Whether a firm, a street or a thing bears the name."""
    words = text[start:end].lower().split(" ")
    if any(" ".join(words[n : n + 2]) in _brands() for n in range(len(words))):
        return True
    following = _FOLLOWING.match(text, end, end + 40)
    if _not_after() & {words[-1], following["next"].lower() if following else ""}:
        return True
    if following and following["as"] and following["work"].lower() in _works():
        return True
    if any(_genitive(word) for word in words[1:-1]):
        return True
    if _genitive(words[-1]) and re.match(r"[ ][A-ZÅÄÖÆØÜ]", text[end : end + 2]):
        return True
    # "Johan-svamp" and "Aarnio -tuoli" are things that bear a name.
    compound = re.search(r"-[^\W\d_A-ZÅÄÖÆØÜ]", text[start:end].rsplit(" ", 1)[-1]) or re.match(
        r"[ ]?-[^\W\d_A-ZÅÄÖÆØÜ]", text[end : end + 3]
    )
    before = WORD.findall(text[max(0, start - 26) : start].lower())[-2:]
    if len(before) == 2 and before[-1] in _IS_CALLED:
        before.pop()
    return compound is not None or not _thing_before().isdisjoint(before[-1:])


def _given(word: str) -> bool:
    lowered = word.lower()
    return lowered in _given_names() or lowered.partition("-")[0] in _given_names()


def _family(word: str) -> bool:
    lowered = word.lower()
    return lowered in _family_names() or (len(lowered) >= 5 and lowered.endswith(_family_endings()))


def _genitive(lowered: str) -> bool:
    """Whether a Nordic family name stands in the genitive: Lindgrens, Hansens."""
    bare = lowered.removesuffix("s")
    return bare != lowered and len(bare) >= 4 and lowered not in _family_names() and _family(bare) and bare[-1] != "s"


def _telling(word: str) -> bool:
    return _family(word) and word.lower() not in _also_words()


def _names() -> dict[str, object]:
    loaded: dict[str, object] = yaml_data("evalkit.personal_data", "data/names.yaml")
    return loaded


@cache
def _given_names() -> frozenset[str]:
    given: dict[str, str] = _names()["given"]  # type: ignore[assignment]
    return frozenset(word.lower() for words in given.values() for word in words.split())


@cache
def _also_words() -> frozenset[str]:
    return frozenset(str(_names()["also_words"]).lower().split())


@cache
def _family_names() -> frozenset[str]:
    return frozenset(str(_names()["family"]).lower().split())


@cache
def _family_endings() -> tuple[str, ...]:
    endings: list[str] = _names()["family_endings"]  # type: ignore[assignment]
    return tuple(sorted(set(endings)))


@cache
def _not_after() -> frozenset[str]:
    listed: list[str] = _names()["not_after"]  # type: ignore[assignment]
    return frozenset(listed)


@cache
def _works() -> frozenset[str]:
    listed: list[str] = _names()["works"]  # type: ignore[assignment]
    return frozenset(listed)


@cache
def _thing_before() -> frozenset[str]:
    listed: list[str] = _names()["thing_before"]  # type: ignore[assignment]
    return frozenset(listed)


@cache
def _brands() -> frozenset[str]:
    listed: list[str] = _names()["brands"]  # type: ignore[assignment]
    return frozenset(listed)


@cache
def _greetings() -> frozenset[str]:
    return frozenset(WORD.findall(_GREETING.pattern.partition(r"[ ,!]+(?P<name>")[0]))
