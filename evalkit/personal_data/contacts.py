"""E-mail addresses, secrets and internet addresses: their shape alone tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import AddressValueError, IPv6Address

from evalkit.personal_data.cues import PersonalData, cue_pattern, cue_set, stems
from evalkit.personal_data.name_lists import given

_EMAIL = re.compile(
    r"(?<![\w.+-])[^\W_](?:[\w.!#$%&'*+/=?^`{|}~-]{0,62}[\w+-])?@"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?!\w)"
)
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{1,4}:(?:[0-9A-Fa-f]{0,4}:){1,6}(?:[0-9A-Fa-f]{1,4}|:)(?![\w:])")
_PAIRS, _IP_WORD = (
    re.compile(r"\d\d(?:\.\d\d){3}"),
    re.compile(r"\bip|login|logga|logg|innlog|indlog|kirjaut|angemeldet|signed in|server|vpn|ping"),
)
"""Danes and Norwegians write phone numbers in four pairs too."""
_SMALL = 60
_PRIVATE = re.compile(r"(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|255)\.")
_VERSION = re.compile(
    r"(?:\bv|version\w*|firmware|build|release|utgave|versjon\w*|versio\w*|útgáfa|mjukvara|software)[ .:]*$"
)
_VERSION_AFTER = re.compile(r"[ ](?:firmware|build|beta|release|update|version)")
_PART = re.compile(r"[._-]")
AT_WORDS = frozenset({"snabel", "snabela", "ät", "at", "krøllalfa", "alfakrøll", "miukumauku", "klammeraffe"})
_DOT_WORDS = frozenset(
    {"punkt", "punktum", "dot", "piste", "punktur", "se", "dk", "no", "fi", "de", "is", "net", "org"}
)
_KEY = re.compile(
    r"\b(?:sk|pk|rk)[-_](?:live|test|proj)?[-_]?[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAIza[\w-]{30,}"
)
_KEY_OF_STAGE = re.compile(r"(?<![A-Za-z])[a-z]{2,5}_(?:live|test|prod)_[A-Za-z0-9]{12,}")
_KEY_STEMS = frozenset(
    {"sk", "pk", "rk", "ghp", "gho", "ghu", "ghs", "ghr", "aki", "xox", "eyj", "beg", "aiz", "liv", "tes", "pro"}
)
_IS = (
    r"(?:['’]s(?!\w)|(?<!\w)(?:är|er|e|on|ist|is|was|war|oli|tuli|var|blev|ble|wurde|lyder|lautet)(?!\w)|:|=|–|-(?!\w))"
)
_SECRET_VALUE = re.compile(
    rf"(?:[ ][^\W\d]{{1,14}}(?:['-][^\W\d]{{1,3}})?){{0,5}}?\s*{_IS}\s*:?\s*[\"'»“]?"
    rf"(?P<value>\d{{3}}[ -]\d{{3}}(?!\d)|[^\s\"'»”,;]{{3,64}})"
)
_SECRET_DIRECT = re.compile(r"[ ](?P<value>(?=[^\s\d]{0,40}\d)(?=[\W\d_]{0,40}[^\W\d_])[^\s\"'»”,;@/]{8,64})")
"""Right after its word a value needs no verb, where it mixes letters and digits."""
_NO_DEVICE = r"(?!(?i:version|windows|office|model|iphone|android|wi-?fi|galaxy))"
_MADE_UP = rf"{_NO_DEVICE}(?=\S{{0,40}}\d)(?=\S{{0,40}}[a-zåäöæøüßðþáéíóú]{{3}})"
_MARKED = rf"{_MADE_UP}(?:\w{{1,30}}[!#$%&*+_^]){{1,3}}[\w!#$%&*+^-]{{1,30}}"
_HYPHENED = rf"{_MADE_UP}\w{{1,30}}-[\w!#$%&*+^-]{{1,30}}"
_QUOTE, _ENDS = "[\"'»“„]?", r"(?![\w@/]|\.\w)"
_SECRET_STRONG = re.compile(
    rf"(?:,?[ ][^\W\d][\w/'’-]{{0,24}}){{0,6}}?[,.:]?[ ](?:[^\W\d]{{1,8}}[ ]){{0,3}}{_QUOTE}(?P<value>{_MARKED}){_ENDS}"
)
"""Further on, a value with a mark and a digit inside tells itself."""
_SECRET_MINE = re.compile(
    rf"[ ](?:(?:mitt|mit|min|mín|my|mein|meine|minun|to|till|til|auf|í|zu)[ ])?{_QUOTE}(?P<value>{_HYPHENED}){_ENDS}",
    re.IGNORECASE,
)
_CODE_STRONG = re.compile(
    rf"(?:[ ][^\W\d][\w-]{{0,24}}){{0,5}}?(?:[ ]{_QUOTE}(?P<value>{_MARKED})"
    rf"|[ ]?{_IS}:?[ ]{_QUOTE}(?P<hyphened>{_HYPHENED}|{_MADE_UP}[^\W_]{{8,30}})){_ENDS}"
)
_SECRET_DIGITS = re.compile(r"[ :]+(?P<value>\d{3,8}|\d{3}[ -]\d{3}|\d\d[ -]\d\d[ -]\d\d)(?![\w.-]*\d)")
_CODE_VALUE = re.compile(
    rf"(?:[ ][^\W\d]{{1,14}}(?:'[^\W\d]{{1,3}})?){{0,5}}?[ ]?(?:{_IS}[ ])?[ ]?"
    r"(?P<value>\d{4,8}|\d{3}[ -]\d{3}|\d\d[ -]\d\d[ -]\d\d)(?![\w.,-]*\d)"
)
_GOES_ON = re.compile(r"[ ]{1,3}[^\WA-ZÅÄÖÆØ\d]")
_AT = r"(?:snabel-?a|ät|at|krøllalfa|alfakrøll|miukumauku|ät-merkki|klammeraffe)"
_DOT = r"(?:punkt|punktum|dot|piste|punktur)"
_SPELLED = re.compile(
    rf"(?<!\w)\w{{2,30}}(?:[ ]{_DOT}[ ]\w{{1,30}}){{0,2}}[ ]{_AT}[ ]"
    rf"\w[\w-]{{1,30}}[ ]?(?:{_DOT}|\.)[ ]?[a-z]{{2,8}}(?!\w)",
    re.IGNORECASE,
)
_BRACED = re.compile(
    r"(?<!\w)\w{2,30}(?:[ ]?[(\[](?:dot|punkt|piste)[)\]][ ]?\w{1,30}|\.\w{1,30}){0,2}"
    r"[ ]?[(\[](?:at|ät|@|snabel-?a)[)\]][ ]?"
    r"\w[\w-]{1,30}[ ]?(?:[(\[](?:dot|punkt|piste)[)\]]|\.)[ ]?[a-z]{2,8}(?!\w)",
    re.IGNORECASE,
)


def emails(text: str) -> Iterable[PersonalData]:
    """E-mail addresses; a team's shared mailbox is nobody's own and stays below what counts as found."""
    for hit in _EMAIL.finditer(text):
        # A shared mailbox such as info@ is nobody's own, nor is first.last@company, which shows a form.
        mailbox = re.split(r"[.+_-]?\d*@", hit.group(), maxsplit=1)[0].lower()
        parts = _PART.split(mailbox)
        led = parts[0] in cue_set("role_mailboxes") and not any(given(part) for part in parts)
        role = mailbox in cue_set("role_mailboxes") or led or all(part in cue_set("form_words") for part in parts)
        yield PersonalData("EMAIL", hit.start(), hit.end(), 0.3 if role else 1.0, exact=not role)


def secrets(text: str, lowered: str, begun: frozenset[str]) -> Iterable[PersonalData]:
    """Keys by their shape, and passwords or codes that stand right after their word; `begun` holds how words begin."""
    for hit in _KEY.finditer(text) if not begun.isdisjoint(_KEY_STEMS) else ():
        yield PersonalData("SECRET", hit.start(), hit.end(), 1.0, exact=True)
    for hit in _KEY_OF_STAGE.finditer(text) if "_" in text else ():
        yield PersonalData("SECRET", hit.start(), hit.end(), 1.0, exact=True)
    if not begun.isdisjoint(stems("secret")):
        for cue in cue_pattern("secret").finditer(lowered):
            at = cue.end()
            shapes = (_SECRET_DIGITS, _SECRET_DIRECT, _SECRET_VALUE, _SECRET_MINE, _SECRET_STRONG)
            yield from _secret(text, next((value for shape in shapes if (value := shape.match(text, at))), None))
    if not begun.isdisjoint(stems("login_code")) and not cue_pattern("discounts").search(lowered):
        for cue in cue_pattern("login_code").finditer(lowered):
            yield from _secret(text, _CODE_STRONG.match(text, cue.end()))
    if not begun.isdisjoint(stems("one_time_code")) and cue_pattern("code_context").search(lowered):
        for cue in cue_pattern("one_time_code").finditer(lowered):
            yield from _secret(text, _CODE_VALUE.match(text, cue.end()))


@cache
def secret_stems() -> frozenset[str]:
    """How the words begin without which a text holds no secret."""
    return _KEY_STEMS | stems("secret") | stems("login_code") | stems("one_time_code")


def _secret(text: str, value: re.Match[str] | None) -> Iterator[PersonalData]:
    if value is None:
        return
    start, end = value.span(value.lastgroup or "value")
    ends_the_text = _GOES_ON.match(text, end) is None
    said = text[start:end].rstrip(".!?)" if ends_the_text else ".?)")
    # A secret holds a digit or a sign; a word after "is" is a word ("your password is safe").
    if len(said) >= 3 and (any(c.isdigit() for c in said) or re.search(r"[!#$%&*^]", said)) and "*" not in said[:2]:
        yield PersonalData("SECRET", start, start + len(said), 0.9)


def ips(text: str, lowered: str, home: str | None) -> Iterable[PersonalData]:
    """Internet addresses of both versions; a private network's address and a version number are nobody's."""
    for hit in _IPV4.finditer(text):
        inside = _PRIVATE.match(hit.group()) is not None
        before = lowered[max(0, hit.start() - 24) : hit.start()]
        after = lowered[hit.end() : hit.end() + 16]
        version = bool(_VERSION.search(before) or _VERSION_AFTER.match(after))
        if not _IP_WORD.search(before) and not _IP_WORD.search(after):
            phone = _PAIRS.fullmatch(hit.group()) is not None and home in {"DK", "NO"}
            # The parts of a version are small, those of an address seldom all.
            version = version or phone or all(int(part) < _SMALL for part in hit.group().split("."))
        yield PersonalData("IP", hit.start(), hit.end(), 0.5 if inside or version else 0.8)
    for hit in _IPV6.finditer(text):
        # Colons also part the hours of a day, and the six pairs of a device's own address.
        if _is_ipv6(hit.group()):
            yield PersonalData("IP", hit.start(), hit.end(), 0.8, exact=True)


def _is_ipv6(text: str) -> bool:
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    return not (address.is_link_local or address.is_loopback or address.is_private) or address.exploded.startswith(
        "2001:0db8"
    )


def spelled_out(text: str, said: frozenset[str]) -> Iterable[PersonalData]:
    """E-mail addresses in words; a guess, so they stay possible and never sure."""
    if not said.isdisjoint(AT_WORDS) and not said.isdisjoint(_DOT_WORDS | {"com"}):
        yield from (PersonalData("EMAIL", hit.start(), hit.end(), 0.6) for hit in _SPELLED.finditer(text))
    for hit in _BRACED.finditer(text) if "(" in text or "[" in text else ():
        yield PersonalData("EMAIL", hit.start(), hit.end(), 0.6)
