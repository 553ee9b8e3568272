"""Whose a phone, an address or an account is where the lines around it name an organisation and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from evalkit.personal_data.cues import SENTENCE_END, SURE, WORD, PersonalData, cue_pattern, cue_set
from evalkit.personal_data.firms import is_firm, names_organisation
from evalkit.personal_data.name_lists import endings, ends_as, family, given

OURS = 0.45
"""How sure a datum is that is an organisation's own: it is seen, and does not count."""
_REACH, _LINES, _LONGEST_LINE = 160, 3, 70
_WORD = re.compile(r"[^\W\d_](?:[\w'’/-]*\w)?")
_WHOSE = ("ens", "ets", "ans", "ins", "tenants'")
_FORM = re.compile(r"(?<=[^\W\d_] )(?:AB|AS|AG)(?![\w/-])")
_SWITCHBOARD = re.compile(r"(?:0[ -]?){3}$")
"""A number that ends in three noughts is ordered, and by those who have many behind it."""
_MAILBOX = re.compile(r"(?<![\w.-])([^\W\d_]+)@")
_DESK, _ARTICLE = 5, 2
_RANG = re.compile(r"(?<!\w)(?:ringde|ringt|ringte|ringede|ringet|called|rang|soitin|soitettu|hringdi í|angerufen)[ ]$")
_OF_FIRM = re.compile(r"[ ]?\([^()\n]{2,40}[ ](?:AS|ASA|SA|AB|A/S|ApS|Oy|Oyj|GmbH|AG|ehf\.?|hf\.?|Ltd|plc)\)")
"""Behind an account: whose it is."""
_ACCOUNT_OF = re.compile(r"konto\w*[ ](?:til|till|for|för)[ ](?P<whose>[^\W\d_]+)[ :]*(?:(?:er|är)[ :]*)?$")
_JUST_BEFORE = 14
"""What a customer rang is no mobile of his own; those are left out before."""
_TOWARDS = re.compile(r"(?<!\w)(?:till|til|to|an|nach|osoitteeseen|á|að)[ ]$")
"""Where somebody sends a thing a person lives; what goes back to a shop is told before."""
_TOLD_AS = re.compile(
    r"[ ]?[(,–-]|[ ](?:til|till|to|zur|zum|í|hjá|hos)[ ]|,? (?:som er|som är|which is|das ist|joka on|sem er)"
)
_NEXT = 48
_PART = re.compile(r"[._-]")
_FREE = ("gmail.", "hotmail.", "outlook.", "live.", "icloud.", "yahoo.", "gmx.", "web.", "online.", "telia.")
_MOBILE = re.compile(
    r"(?:\+?(?:00)?358|0)(?:4\d|50)|(?:\+?(?:00)?46|0)7[02369]|(?:\+?(?:00)?49|0)1(?:[57]\d|6[023])|(?:\+?(?:00)?44|0)7\d"
)
_NORWEGIAN_MOBILE = re.compile(r"(?:\+?47)?[49]\d{7}")
_PERSONAL = ("private_place", "sent_to", "household", "first_person", "relatives", "name_self", "on_record")
_GREETED = re.compile(
    r"(?:^|[\n.!?][ ]?)(?:hej|hei|hi|hello|hallo|moi|sæl|sæll|halló|til|till|an|to|kære|kära|kjære|dear|liebe[rs]?)[ ]$"
)


def is_shared(found: PersonalData, text: str, lowered: str, home: str | None = None) -> bool:
    """Whether a datum that was found is no person's: a switchboard's, or told as an organisation's around it.

    `home` is the country of the text's language.
    """
    ask = _BY_KIND.get(found.kind)
    if ask is None or found.confidence < SURE:
        return False
    told = ask(found, text, lowered, home)
    return of_organisation(text, lowered, found.start, found.end) if told is None else told


def _phone(found: PersonalData, text: str, lowered: str, home: str | None) -> bool | None:
    """Whether a phone is an organisation's by itself and the words beside it; None where only those around tell."""
    said = text[found.start : found.end]
    many = _SWITCHBOARD.search(said) is not None
    if not many and _is_mobile(said, home):
        return False
    if many and cue_pattern("first_person").search(lowered) is None:
        return True
    rang = _RANG.search(lowered, max(0, found.start - _JUST_BEFORE), found.start) is not None
    return rang or (_TOLD_AS.match(text, found.end) is not None and _is_told_next(text, found.end)) or None


def _mailbox(found: PersonalData, text: str, lowered: str, home: str | None) -> bool | None:
    said = text[found.start : found.end]
    return False if _is_ones_own(said) else _is_of_a_desk(said, text, lowered) or None


def _account(found: PersonalData, text: str, lowered: str, home: str | None) -> bool | None:
    if _OF_FIRM.match(text, found.end) or _is_told_before(lowered, found.start):
        return True
    return False if cue_pattern("paid_back").search(lowered) else None


def _address(found: PersonalData, text: str, lowered: str, home: str | None) -> bool | None:
    return False if _TOWARDS.search(lowered, max(0, found.start - _JUST_BEFORE), found.start) else None


_BY_KIND: dict[str, Callable[[PersonalData, str, str, str | None], bool | None]] = {
    "ADDRESS": _address, "BANK_ACCOUNT": _account, "EMAIL": _mailbox, "IBAN": _account, "PHONE": _phone,
}  # fmt: skip


def _is_told_before(lowered: str, start: int) -> bool:
    """Whether an account is called that of a club or an office right before: "konto til borettslaget er"."""
    hit = _ACCOUNT_OF.search(lowered, max(0, start - _NEXT), start)
    return hit is not None and names_organisation(hit["whose"])


def _is_mobile(number: str, home: str | None) -> bool:
    """Whether a number is a mobile's, where the country tells: Denmark and Iceland do not."""
    plain = re.sub(r"[^\d+]", "", number)
    return _MOBILE.match(plain) is not None or (home in {"NO", None} and _NORWEGIAN_MOBILE.fullmatch(plain) is not None)


def _is_told_next(text: str, end: int) -> bool:
    """Whether the words right after a number say whose it is: "55 23 90 00, som er kommunens sentralbord"."""
    following = _WORD.findall(SENTENCE_END.split(text[end : end + _NEXT])[0])
    return any(ends_as(word.lower(), endings("organisation_desks")) for word in following)


def _is_ones_own(mailbox: str) -> bool:
    name, _, host = mailbox.lower().partition("@")
    parts = _PART.split(name)
    if any(len(part) == 1 for part in parts):
        return True
    return any(c.isdigit() for c in name) or host.startswith(_FREE) or any(given(p) or family(p) for p in parts)


def _is_of_a_desk(mailbox: str, text: str, lowered: str) -> bool:
    """Whether a mailbox is called as the matter is that the text speaks of: "planning permission: planning@…"."""
    name = mailbox.lower().partition("@")[0]
    if len(name) < _DESK or not name.isalpha():
        return False
    said = WORD.findall(lowered.replace(mailbox.lower(), " "))
    if any(word.startswith(name) and len(word) - len(name) <= _ARTICLE for word in said):
        # "Halvard Indrebø … halvard@": a name stands before another word with a capital.
        return re.search(rf"(?i:(?<!\w){name})[ ][A-ZÅÄÖÆØÜÞÁÉÍÓÚÐ]", text) is None
    return any(one + other == name for one, other in pairwise(said))


def of_organisation(text: str, lowered: str, start: int, end: int) -> bool:
    """Whether the sentence, or the lines of a signature above, name an organisation, and no word says whose else it is.

    >>> text = "Kundservice, Box 3021, 103 61 Stockholm"
    >>> of_organisation(text, text.lower(), 13, 39)
    True
    >>> text = "Jag bor nära skolan, Skolgatan 12"
    >>> of_organisation(text, text.lower(), 21, 33)
    False
    """
    begin, first, stop = _around(text, start, end)
    # Whose a mailbox is stands before it.
    stop = end if "@" in text[start:end] else stop
    return any(_speak_of_one(text, lowered, (at, stop), (start, end)) for at in dict.fromkeys((first, begin)))


def _speak_of_one(text: str, lowered: str, lines: tuple[int, int], datum: tuple[int, int]) -> bool:
    """Whether lines name an organisation besides the datum, and nobody."""
    # "Mit freundlichen Grüßen" is no word of ours in Danish.
    said = cue_pattern("sign_off").sub(" ", lowered[slice(*lines)])
    if any(cue_pattern(name).search(said) for name in _PERSONAL):
        return False
    found = _FORM.search(text, *lines) is not None or _writes_for_many(said)
    for hit in _WORD.finditer(text, *lines):
        if datum[0] <= hit.start() < datum[1]:
            continue
        if hit.group()[0].isupper() and given(hit.group()) and not _is_in_name_of_house(text, hit):
            return False
        if not found and _speaks_of_one(hit.group()):
            found = _GREETED.search(lowered[max(0, hit.start() - 8) : hit.start()]) is None
    return found


def _speaks_of_one(word: str) -> bool:
    """Whether a word names an organisation here: with its capital, as a desk, or as the one whose something is."""
    lowered = word.lower()
    if not names_organisation(word):
        return False
    return word[0].isupper() or lowered.endswith(_WHOSE) or ends_as(lowered, endings("organisation_desks"))


def _writes_for_many(said: str) -> bool:
    """Whether a mailbox that a team shares stands there."""
    return "@" in said and any(hit.group(1) in cue_set("role_mailboxes") for hit in _MAILBOX.finditer(said))


def _is_in_name_of_house(text: str, hit: re.Match[str]) -> bool:
    """Whether a given name belongs to what an organisation is called: "Rosa Parks Primary", "Minervan koulu"."""
    following = list(_WORD.finditer(text, hit.end(), hit.end() + 30))[:2]
    ends = [hit.end(), *(word.end() for word in following[:1])]
    return any(is_firm(text, hit.start(), end) for end in ends) or any(names_organisation(w.group()) for w in following)


def _around(text: str, start: int, end: int) -> tuple[int, int, int]:
    """Where the lines right above begin that belong to a signature, where the sentence begins, and where it ends."""
    begin = max(0, start - _REACH)
    parts = list(SENTENCE_END.finditer(text, begin, start))
    first = parts[-1].end() if parts else begin
    rest = SENTENCE_END.search(text, end, end + _REACH)
    stop = rest.start() if rest else min(len(text), end + _REACH)
    lines, sentence = 0, first
    while first > 1 and text[first - 1] == "\n" and text[first - 2] != "\n" and lines < _LINES:
        above = text.rfind("\n", 0, first - 1) + 1
        if first - above > _LONGEST_LINE or text[above : first - 1].rstrip().endswith((".", "!", "?")):
            break
        first, lines = above, lines + 1
    return first, sentence, stop
