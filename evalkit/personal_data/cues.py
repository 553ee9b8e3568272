"""A found datum, and the words that speak for it or against it nearby."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from evalkit.text.data_files import word_pattern, yaml_data

SURE = 0.7
"""From this confidence on a datum counts as found."""
BEFORE, _AFTER = 32, 20
_ANSWER = 64
_GIVEN = re.compile(r"\d{3}")
SPEAKER = r"(?:[^\W\d_]{2,20}(?: [^\W\d_]{1,12})?:[ ])?"
"""Who says a line of a transcript, where it is told: "Kund: "."""
_LEAD = re.compile(
    rf"\s{{1,2}}(?:\[[^\]\n]{{1,24}}\][ ]?)?{SPEAKER}"
    r"(?:(?:ja|jo|joo|jau|jepp|jada|jå|kyllä|juu|yes|yeah|sure|of course|ok|okay|okej|já|jú|tietysti|självklart"
    r"|selvfølgelig|natürlich|klar|det|den|dette|se|it|it's|its|that's|that|this|das|die|der|sie|það|þetta|hún|hann|hér|här|her|here"
    r"|hier|är|e|er|on|is|ist|lautet|lyder|mitt|mit|min|my|mein|meine|kommer|vänta|öh|øh|eh|um|hmm|sorry),?[ ]){0,4}",
    re.IGNORECASE,
)
"""Who answers and how an answer begins: "Kund: det är"."""
_MEMBERS = frozenset({"medlem", "mitglied", "member", "jäsen"})
_SPEAKS = re.compile(r":[ ](?=[^\W\d]{2})")
"""Who says a line is no word against a number in it: "Medlem: Bodil Krogsgaard, …"."""
_BOT = re.compile(
    r"(?:\w*bot(?:ti|ten|en)?|\w*spjallmenni\w*|virtual assistant|assistent|assistant|assistentti)[ ]?:[^\n]*$"
)
_OTHER_NUMBER = re.compile(r"\d{3}[^\d-]*[ ,][^\d]*$")
_FAMILIES = {"IBAN": "iban", "CARD": "card", "BANK_ACCOUNT": "account", "DOB": "birth_date"}
_NATIONAL = re.compile(r"[A-Z]{2}_\w+")


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Personal data at [start, end). `exact` = decided by a checksum or an unmistakable shape.

    `kind` is `EMAIL`, `PHONE`, `SE_PERSONNUMMER` …; `test` marks a published or synthetic test value;
    `confidence` in [0, 1] is at least 0.4.
    """

    kind: str
    start: int
    end: int
    confidence: float
    exact: bool = False
    test: bool = False
    detail: str = ""
    """What a special category tells: `health`, `union`, `religion` …"""

    @property
    def family(self) -> str:
        """The broad kind: `national_id` for every national number, else the kind in lower case."""
        if self.kind in _FAMILIES:
            return _FAMILIES[self.kind]
        return "national_id" if _NATIONAL.fullmatch(self.kind) else self.kind.lower()


SENTENCE_END = re.compile(r"(?:(?<!\b\w)(?<!\b\w\w)(?<!\b\w\w\w)(?<!nr)\.|[!?])\s|\n(?!\Z)")
"""One to three letters before a full stop are an abbreviation, and so is what ends in nr: kt., tlf., IdNr.

A line's end that is the last of what stands before a number parts it from nothing: the line above is its label."""


def near(lowered: str, start: int, end: int, cue: str) -> tuple[bool, bool]:
    """Whether words for a kind, and words against it, stand in the same sentence around [start, end)."""
    # Only the same sentence speaks for the number, and the nearest word wins.
    before = said_before(lowered, start, BEFORE)
    after = SENTENCE_END.split(lowered[end : end + _AFTER])[0]
    own, other = last_cue(cue, before), last_veto(before)
    cued = own is not None or cue_pattern(cue).search(after) is not None
    return cued and not nearer(other, own), other is not None


def asked(lowered: str, start: int) -> str:
    """The question that what begins at `start` answers, on its line or the one before; "" where there is none.

    >>> said = "agent: and your phone number?\\ncaller: it is 20 79 46 00"
    >>> asked(said, said.index("20")).strip()
    'agent: and your phone number'
    """
    mark = lowered.rfind("?", max(0, start - _ANSWER), start)
    if mark < 0 and is_answer(lowered, start):
        # "Then I need your number." asks too, where the other side's line is the answer.
        mark = lowered.rfind("\n", max(0, start - _ANSWER), start) - 1
    if mark < 0 or _LEAD.fullmatch(lowered, mark + 1, start) is None:
        return ""
    question = SENTENCE_END.split(lowered[max(0, mark - 2 * BEFORE) : mark])[-1]
    return "" if _GIVEN.search(question) else question


def is_answer(text: str, start: int) -> bool:
    """Whether a line of a transcript holds no more before a place than who speaks and how an answer begins."""
    line = text.rfind("\n", max(0, start - _ANSWER), start) + 1
    before = text[line - 1 if line else 0 : start]
    return (":" in before or "]" in before) and _LEAD.fullmatch(before if line else "\n" + before) is not None


def said_by_bot(lowered: str, at: int) -> bool:
    """Whether a bot says in its line of a transcript what it is called."""
    line = lowered[lowered.rfind("\n", 0, at) + 1 : at]
    return ":" in line and _BOT.search(line) is not None


def said_before(lowered: str, start: int, reach: int) -> str:
    """What stands before a place in its sentence, within reach; a word that would be cut is left out."""
    begin = max(0, start - reach)
    if begin > 0 and lowered[begin - 1].isalnum():
        begin = next((n for n in range(begin, start) if not lowered[n].isalnum()), start)
    return SENTENCE_END.split(lowered[begin:start])[-1]


def last_veto(before: str) -> re.Match[str] | None:
    """The last word against a number, if no other number stands after it: "order 48812, call …" is done with."""
    veto = last_cue("veto", before)
    if veto is not None and not before[: veto.start()].strip():
        of_person = veto.group() in _MEMBERS and before[veto.end() :].startswith(":")
        veto = None if of_person or _SPEAKS.match(before, veto.end()) else veto
    return None if veto is not None and _OTHER_NUMBER.search(before, veto.end()) else veto


def done_with(lowered: str, start: int) -> bool:
    """Whether a comma parts the word against a number from it: "the item is broken, 070 …"."""
    before = said_before(lowered, start, BEFORE)
    veto = last_veto(before)
    return veto is not None and "," in before[veto.end() :]


def last_cue(name: str, before: str) -> re.Match[str] | None:
    """The last word of a list in a text."""
    found = None
    for found in cue_pattern(name).finditer(before):  # noqa: B007
        pass
    return found


def nearer(other: re.Match[str] | None, own: re.Match[str] | None) -> bool:
    """Whether one word stands nearer to what follows than another, or says more at the same place: loyalty card."""
    if other is None or own is None:
        return other is not None
    if other.start() < own.start() < other.end():
        # "KID-nummeret er": the end of a word for another number begins no word for a phone.
        return True
    return (other.end(), -other.start()) > (own.end(), -own.start())


def near_any(lowered: str, start: int, cue: str) -> bool:
    """Whether words of a list stand before a place in the same sentence."""
    return cue_pattern(cue).search(said_before(lowered, start, 2 * BEFORE)) is not None


@cache
def cue_pattern(name: str) -> re.Pattern[str]:
    """The pattern of a list of cue words."""
    return word_pattern(cue_words(name))


@cache
def cue_words(name: str) -> tuple[str, ...]:
    """The words of a list, lower case."""
    entries = yaml_data("evalkit.personal_data", "data/cues.yaml")[name]
    return tuple(dict.fromkeys(str(word).lower() for word in entries))


@cache
def cue_set(name: str) -> frozenset[str]:
    """The words of a list, lower case, to look one up among many."""
    return frozenset(cue_words(name))


def chains() -> frozenset[str]:
    """Shops, banks and carriers of which everybody knows that they are none's name."""
    return cue_set("chains")


WORD = re.compile(r"[^\W\d_]+")


_LETTERS = bytes(n if chr(n).isalpha() else ord(" ") for n in range(256))


def words_of(lowered: str) -> frozenset[str]:
    """The words of a text, as `WORD` finds them; Latin-1 text, which most messages are, goes a faster way.

    >>> sorted(words_of("hej, är du_där 24/7?"))
    ['du', 'där', 'hej', 'är']
    """
    plain = lowered.encode("latin-1", "ignore")
    if len(plain) == len(lowered):
        return frozenset(plain.translate(_LETTERS).decode("latin-1").split())
    return frozenset(WORD.findall(lowered))


def in_latin_1(text: str) -> bool:
    """Whether each character is of Latin-1, which has no dashes or digits but the plain ones.

    >>> in_latin_1("så är det"), in_latin_1("1–2")
    (True, False)
    """
    return text.isascii() or len(text.encode("latin-1", "ignore")) == len(text)


def begins(said: frozenset[str]) -> frozenset[str]:
    """How words begin, as `stems` cuts them."""
    return frozenset(map(_CUT, said))


def spoken(said: frozenset[str]) -> set[str]:
    """The lists of words before and after names of which a text of these words can hold an entry."""
    table = _phrases()
    return {name for word in said & opening_words() for name, rest in table[word] if rest is None or rest in said}


@cache
def opening_words() -> frozenset[str]:
    """The first words of what people say before and after names."""
    return frozenset(_phrases())


@cache
def _phrases() -> dict[str, frozenset[tuple[str, str | None]]]:
    """By the first word of an entry: its list, and the word that must follow."""
    table: dict[str, set[tuple[str, str | None]]] = {}
    for name in (*NAME_CUES, "name_after"):
        for phrase in cue_words(name):
            first, *rest = WORD.findall(phrase)
            table.setdefault(first, set()).add((name, rest[0] if rest else None))
    return {first: frozenset(entries) for first, entries in table.items()}


NAME_CUES = ("name_before", "sign_off", "name_title", "name_role", "name_self", "name_context", "relatives")
"""Lists of words before a name."""


@cache
def first_words(name: str) -> frozenset[str]:
    """The words with which the entries of a list begin."""
    return frozenset(WORD.findall(phrase)[0] for phrase in cue_words(name))


@cache
def stems(name: str) -> frozenset[str]:
    """The first three letters of the entries of a list, for lists whose words may end as they like."""
    return frozenset(word[:STEM] for word in first_words(name))


STEM = 3
_CUT = itemgetter(slice(STEM))
