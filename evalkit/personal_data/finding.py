"""Finds personal data and secrets in a message: shapes first, then checksums, then the words around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from evalkit.personal_data import identifiers

KINDS = (
    "email", "phone", "national_id", "card", "iban", "account", "address", "name", "secret", "ip", "link_data",
    "birth_date",
)  # fmt: skip
_BEFORE, _AFTER = 32, 14
_SURE = 0.7
_POSSIBLE = 0.4


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data at [start, end). `exact` = decided by a checksum or an unmistakable shape.

    `detail` names the scheme (`se_personnummer`, `DK` …); `test` marks a published or synthetic test value;
    `score` in [0, 1] is at least 0.4.
    """

    kind: str
    start: int
    end: int
    score: float
    exact: bool = False
    detail: str = ""
    test: bool = False


def find(
    text: str,
    *,
    markets: Iterable[str] = ("SE", "DK", "NO", "FI", "DE"),
    on: date | None = None,
    sure: float = _SURE,
) -> tuple[Found, ...]:
    """The personal data in a text by place, without overlaps; `markets` decide how bare numbers are read.

    >>> [(f.kind, f.detail) for f in find("Mitt personnummer är 811218-9876")]
    [('national_id', 'se_personnummer')]
    """
    market_list = tuple(markets)
    found: list[Found] = []
    has_digit = any(character.isdigit() for character in text)
    lowered = text.lower()
    if "@" in text:
        found += _emails(text)
    found += _secrets(text, lowered)
    if has_digit:
        found += _numbers(text, lowered, market_list, on)
        found += _addresses(text)
        found += _ips(text)
        found += _phones(text, lowered, market_list, [f for f in found if f.score >= _SURE])
    found += _names(text, lowered)
    return _apart(found, sure)


# ---------------------------------------------------------------- e-mail, links, secrets

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


def _emails(text: str) -> Iterable[Found]:
    for hit in _EMAIL.finditer(text):
        yield Found("email", hit.start(), hit.end(), 1.0, exact=True)


def _secrets(text: str, lowered: str) -> Iterable[Found]:
    for hit in _KEY.finditer(text):
        yield Found("secret", hit.start(), hit.end(), 1.0, exact=True, detail="key")
    for cue in _cue("secret").finditer(lowered):
        value = _SECRET_VALUE.match(text, cue.end())
        if value is None:
            continue
        said = value.group("value").rstrip(".!?)")
        # A secret holds a digit or a sign; a word after "is" is a word ("your password is safe").
        if len(said) >= 3 and (any(c.isdigit() for c in said) or re.search(r"[!#$%&*^]", said)):
            start = value.start("value")
            yield Found("secret", start, start + len(said), 0.9, detail="credential")


def _ips(text: str) -> Iterable[Found]:
    for pattern in (_IPV4, _IPV6):
        for hit in pattern.finditer(text):
            yield Found("ip", hit.start(), hit.end(), 0.8, exact=pattern is _IPV6)


# ---------------------------------------------------------------- numbers with checksums

_IBAN = re.compile(r"\b[A-Za-z]{2}[ .]?\d{2}(?:[ .\u00a0-]?[A-Za-z0-9]){10,30}\b")
_CARD = re.compile(r"(?<![\d-])\d(?:[ \u00a0-]?\d){12,18}(?![\d-]|[.,]\d)")
_ID = re.compile(
    r"(?<![\w/.-])(?:\d{6}(?:\d{2})?[-+ –A-FU-Ya-fu-y]?\d{3}[\dA-Za-z]|\d{11}|\d{6} ?\d{5}"
    r"|\d{2} ?\d{3} ?\d{3} ?\d{3})(?![\w/-]|[.,]\d)"
)


def _numbers(text: str, lowered: str, markets: tuple[str, ...], on: date | None) -> Iterable[Found]:
    for hit in _IBAN.finditer(text):
        if trimmed := identifiers.iban(hit.group()):
            yield Found("iban", hit.start(), hit.start() + trimmed, 1.0, exact=True)
    for hit in _CARD.finditer(text):
        if identifiers.card(hit.group()):
            cued, vetoed = _near(lowered, hit.start(), hit.end(), "card")
            score = 0.75 + 0.25 * cued - 0.5 * (vetoed and not cued)
            yield Found(
                "card", hit.start(), hit.end(), score, exact=score >= _SURE, test=identifiers.is_test_card(hit.group())
            )
    for hit in _ID.finditer(text):
        cued, vetoed = _near(lowered, hit.start(), hit.end(), "national_id")
        for reading in identifiers.national_ids(hit.group(), on or date(2026, 1, 1)):
            home = reading.country in markets
            if not home and not cued:
                continue
            score = reading.strength + 0.2 * home + 0.3 * cued - 0.5 * (vetoed and not cued)
            yield Found(
                "national_id", hit.start(), hit.end(), min(1.0, score),
                exact=reading.strength >= 0.5, detail=reading.scheme, test=reading.test,
            )  # fmt: skip


def _near(lowered: str, start: int, end: int, cue: str) -> tuple[bool, bool]:
    before, after = lowered[max(0, start - _BEFORE) : start], lowered[end : end + _AFTER]
    # Only the same sentence speaks for the number, and the nearest word wins.
    before = re.split(r"[.!?]\s|\n", before)[-1]
    after = re.split(r"[.!?]\s|\n", after)[0]
    own = [m.end() for m in _cue(cue).finditer(before)]
    other = [m.end() for m in _cue("veto").finditer(before)]
    cued = bool(own) or _cue(cue).search(after) is not None
    return cued and not (other and (not own or own[-1] < other[-1])), bool(other)


# ---------------------------------------------------------------- phones

_PHONE_LIKE = re.compile(r"\+?\d[\d \u00a0()/.–-]{5,}\d")
_JOINED = frozenset({"-", "/", "#", "."})
_LABEL = re.compile(
    r"(?:phone|tel(?:efon\w*)?|tlf|mob(?:il\w*|ile)?|desk|fax|puh(?:elin\w*)?|handy)\.?(?: (?:nr|no|number))?\.?:\s*$"
)
_NO_PHONE = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}[./]\s?\d{1,2}[./-]\s?\d{2,4}|\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}|\d{4}-\d{4}(?!\d)"
)


def _phones(text: str, lowered: str, markets: tuple[str, ...], taken: list[Found]) -> Iterable[Found]:
    vetoes = [(m.start(), m.end()) for m in _NO_PHONE.finditer(text)] + [(f.start, f.end) for f in taken]
    for match in _PHONE_LIKE.finditer(text):
        start, end = match.span()
        raw = match.group()
        n_digits = sum(character.isdigit() for character in raw)
        if not 7 <= n_digits <= 15 or any(a < end and start < b for a, b in vetoes):
            continue
        if text[end : end + 1].isalnum() or text[max(0, start - 1) : start] in _JOINED:
            continue
        international = raw.startswith(("+", "00"))
        cued, vetoed = _near(lowered, start, end, "phone")
        labelled = _LABEL.search(lowered[max(0, start - 24) : start]) is not None
        if vetoed and not cued and not international:
            continue
        region = _region(raw, markets)
        if region is None:
            if labelled:
                yield Found("phone", start, end, 0.75)
            continue
        grouped = re.search(r"\d[ \u00a0-]\d", raw) is not None
        national = raw.startswith(("0", "(0")) and n_digits >= 9
        score = 0.35 + 0.5 * international + 0.4 * cued + 0.2 * grouped + 0.25 * national
        yield Found("phone", start, end, min(1.0, score), detail=region)


def _region(raw: str, markets: tuple[str, ...]) -> str | None:
    import phonenumbers

    for region in ("ZZ",) if raw.startswith("+") else markets:
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return region
    return None


# ---------------------------------------------------------------- addresses and names

_UPPER = "A-ZÅÄÖÆØÜÉ"
_LOWER = "a-zåäöæøüßé"


def _addresses(text: str) -> Iterable[Found]:
    for hit in _address().finditer(text):
        yield Found("address", hit.start(), hit.end(), 0.85)


@cache
def _address() -> re.Pattern[str]:
    endings = "|".join(re.escape(word) for word in sorted(_words("street"), key=len, reverse=True))
    english = "|".join(re.escape(word.title()) for word in sorted(_words("street_words"), key=len, reverse=True))
    name = rf"(?:[{_UPPER}][{_LOWER}{_UPPER}]*[ ])?"
    street = rf"[{_UPPER}][\w-]*?(?:{endings})|[{_UPPER}][{_LOWER}]+[ ](?:{endings}|{endings.title()})"
    nordic = rf"{name}(?:{street})[ ]+\d{{1,4}}(?:[ ]?[A-Za-z](?![\w]))?"
    anglo = rf"\d{{1,5}}[ ](?:[{_UPPER}][{_LOWER}']+[ ]){{1,3}}(?:{english})\b\.?"
    post = rf"(?:,?[ ]+(?:[A-Z]{{1,2}}-)?\d{{3}}[ ]?\d{{1,2}}[ ]+[{_UPPER}][{_LOWER}]+)?"
    return re.compile(rf"(?<!\w)(?:{nordic}|{anglo}){post}")


_NAME = re.compile(rf"[\s:,]*\b(?P<name>[{_UPPER}][{_LOWER}]+(?:[-' ][{_UPPER}][{_LOWER}'-]+){{0,3}})")
_FULL_NAME = re.compile(rf"[\s:,]*\b(?P<name>[{_UPPER}][{_LOWER}]+(?:[-' ][{_UPPER}][{_LOWER}'-]+){{1,3}})")


def _names(text: str, lowered: str) -> Iterable[Found]:
    for cue, pattern, score in (
        ("name_before", _NAME, 0.8),
        ("name_title", _NAME, 0.75),
        ("name_role", _FULL_NAME, 0.75),
    ):
        for hit in _cue(cue).finditer(lowered):
            if len(lowered) != len(text):
                return
            said = pattern.match(text, hit.end())
            if said is not None and "\n\n" not in text[hit.end() : said.start("name")]:
                yield Found("name", said.start("name"), said.end("name"), score)


# ---------------------------------------------------------------- shared


def _apart(found: list[Found], sure: float) -> tuple[Found, ...]:
    kept: list[Found] = []
    rank: Callable[[Found], tuple[bool, float, int]] = lambda f: (f.exact, f.score, f.end - f.start)  # noqa: E731
    for item in sorted((f for f in found if f.score >= min(sure, _POSSIBLE)), key=rank, reverse=True):
        if not any(item.start < other.end and other.start < item.end for other in kept):
            kept.append(item)
    return tuple(sorted((f for f in kept if f.score >= sure), key=lambda f: f.start))


@cache
def _cue(name: str) -> re.Pattern[str]:
    words = sorted(_words(name), key=len, reverse=True)
    parts = [re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


@cache
def _words(name: str) -> tuple[str, ...]:
    return _cues()[name]


@cache
def _cues() -> dict[str, tuple[str, ...]]:
    import yaml

    text = files("evalkit.personal_data").joinpath("data/cues.yaml").read_text("utf-8")
    return {
        name: tuple(dict.fromkeys(str(word).lower() for word in entries))
        for name, entries in yaml.safe_load(text).items()
    }
