"""E-mail addresses, secrets and internet addresses: their shape alone tells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evalkit.personal_data.cues import PersonalData, cue_pattern, cue_words

_EMAIL = re.compile(
    r"(?<![\w.+-])[^\W_](?:[\w.!#$%&'*+/=?^`{|}~-]{0,62}[\w+-])?@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w-])"
)
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}(?![\w:])")
_KEY = re.compile(
    r"\b(?:sk|pk|rk)[-_](?:live|test|proj)?[-_]?[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAIza[\w-]{30,}"
)
_SECRET_VALUE = re.compile(r"\s*(?:är|er|on|ist|is|var|:|=|–|-)\s*:?\s*[\"'»“]?(?P<value>[^\s\"'»”,;]{3,64})")


_SECRET_DIGITS = re.compile(r"[ :]+(?P<value>\d{4,8})(?![\w.-]*\d)")
_AT = r"(?:snabel-?a|ät|at|krøllalfa|alfakrøll|miukumauku|ät-merkki|klammeraffe|\(at\)|\[at\]|\(ät\))"
_DOT = r"(?:punkt|punktum|dot|piste|\(dot\)|\[dot\])"
_SPELLED = re.compile(
    rf"(?<!\w)\w{{2,30}}(?:[ ]{_DOT}[ ]\w{{1,30}}){{0,2}}[ ]?{_AT}[ ]?"
    rf"\w[\w-]{{1,30}}[ ]?(?:{_DOT}|\.)[ ]?[a-z]{{2,8}}(?!\w)",
    re.IGNORECASE,
)


def emails(text: str) -> Iterable[PersonalData]:
    """E-mail addresses; a team's shared mailbox is nobody's own and stays below what counts as found."""
    for hit in _EMAIL.finditer(text):
        # A shared mailbox such as info@ is nobody's own.
        role = re.split(r"[.+_-]?\d*@", hit.group(), maxsplit=1)[0].lower() in cue_words("role_mailboxes")
        yield PersonalData("EMAIL", hit.start(), hit.end(), 0.3 if role else 1.0, exact=not role)


def secrets(text: str, lowered: str) -> Iterable[PersonalData]:
    """Keys by their shape, and passwords or codes that stand right after their word."""
    for hit in _KEY.finditer(text):
        yield PersonalData("SECRET", hit.start(), hit.end(), 1.0, exact=True)
    for cue in cue_pattern("secret").finditer(lowered):
        value = _SECRET_VALUE.match(text, cue.end()) or _SECRET_DIGITS.match(text, cue.end())
        if value is None:
            continue
        said = value.group("value").rstrip(".!?)")
        # A secret holds a digit or a sign; a word after "is" is a word ("your password is safe").
        if len(said) >= 3 and (any(c.isdigit() for c in said) or re.search(r"[!#$%&*^]", said)):
            start = value.start("value")
            yield PersonalData("SECRET", start, start + len(said), 0.9)


def ips(text: str) -> Iterable[PersonalData]:
    """Internet addresses of both versions."""
    for pattern in (_IPV4, _IPV6):
        for hit in pattern.finditer(text):
            yield PersonalData("IP", hit.start(), hit.end(), 0.8, exact=pattern is _IPV6)


def spelled_out(text: str) -> Iterable[PersonalData]:
    """E-mail addresses in words; a guess, so they stay possible and never sure."""
    for hit in _SPELLED.finditer(text):
        yield PersonalData("EMAIL", hit.start(), hit.end(), 0.6)
