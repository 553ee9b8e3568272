"""Finds personal data and secrets in a message: shapes first, then checksums, then the words around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files

from evalkit.personal_data import identifiers
from evalkit.text.aligned import cleaned_with_places

_BEFORE, _AFTER = 32, 14
_SURE = 0.7
_POSSIBLE = 0.4
_FAMILIES = {"IBAN": "iban", "CARD": "card", "BANK_ACCOUNT": "account", "DOB": "birth_date"}
_SAME_FAMILY = frozenset({"EMAIL", "PHONE", "ADDRESS", "NAME", "SECRET", "IP", "PASSPORT", "VEHICLE_PLATE"})
_MARKET = {"sv": "SE", "da": "DK", "nb": "NO", "nn": "NO", "fi": "FI", "de": "DE", "en": "GB", "is": "IS"}
_ALL_MARKETS = ("SE", "DK", "NO", "FI", "DE", "IS", "GB")
_WIDE_DIGITS = {0xFF10 + n: str(n) for n in range(10)}


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

    @property
    def family(self) -> str:
        """The broad kind: `national_id` for every national number, else the kind in lower case."""
        if self.kind in _FAMILIES:
            return _FAMILIES[self.kind]
        return self.kind.lower() if self.kind in _SAME_FAMILY else "national_id"


def find(
    text: str,
    language: str | None = None,
    markets: Iterable[str] | None = None,
    *,
    on: date | None = None,
    sure: float = _SURE,
) -> list[PersonalData]:
    """The personal data in a text by place, without overlaps.

    `markets` (ISO 3166) and the language decide how bare numbers are read; None means all supported ones.

    >>> [f.kind for f in find("Mitt personnummer är 811218-9876")]
    ['SE_PERSONNUMMER']
    """
    given = tuple(markets) if markets is not None else _ALL_MARKETS
    home = _MARKET.get(language or "")
    market_list = (home, *(m for m in given if m != home)) if home else given
    cleaned, places = cleaned_with_places(text)
    cleaned = cleaned.translate(_WIDE_DIGITS)
    found = _all(cleaned, market_list, on)
    kept = _apart(found, sure)
    if places is None:
        return kept
    return [replace(f, start=places[f.start], end=places[f.end - 1] + 1) for f in kept]


def _all(text: str, markets: tuple[str, ...], on: date | None) -> list[PersonalData]:
    found: list[PersonalData] = []
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if "@" in text:
        found += _emails(text)
    # Spelled out it may be a guess, so it stays possible and never sure.
    found += [PersonalData("EMAIL", hit.start(), hit.end(), 0.6) for hit in _SPELLED.finditer(text)]
    found += _secrets(text, lowered)
    if any(character.isdigit() for character in text):
        found += _numbers(text, lowered, markets, on)
        found += _cued(text, lowered)
        found += _ninos(text, lowered)
        found += _addresses(text, lowered)
        found += _ips(text)
        found += _phones(text, lowered, markets, [f for f in found if f.confidence >= _SURE])
    found += _names(text, lowered)
    found += _names_beside(text, found)
    return found


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


_SECRET_DIGITS = re.compile(r"[ :]+(?P<value>\d{4,8})(?![\w.-]*\d)")
_AT = r"(?:snabel-?a|ät|at|krøllalfa|alfakrøll|miukumauku|ät-merkki|klammeraffe|\(at\)|\[at\]|\(ät\))"
_DOT = r"(?:punkt|punktum|dot|piste|\(dot\)|\[dot\])"
_SPELLED = re.compile(
    rf"(?<!\w)\w{{2,30}}(?:[ ]{_DOT}[ ]\w{{1,30}}){{0,2}}[ ]?{_AT}[ ]?"
    rf"\w[\w-]{{1,30}}[ ]?(?:{_DOT}|\.)[ ]?[a-z]{{2,8}}(?!\w)",
    re.IGNORECASE,
)


def _emails(text: str) -> Iterable[PersonalData]:
    for hit in _EMAIL.finditer(text):
        # A shared mailbox such as info@ is nobody's own.
        role = re.split(r"[.+_-]?\d*@", hit.group(), maxsplit=1)[0].lower() in _words("role_mailboxes")
        yield PersonalData("EMAIL", hit.start(), hit.end(), 0.3 if role else 1.0, exact=not role)


def _secrets(text: str, lowered: str) -> Iterable[PersonalData]:
    for hit in _KEY.finditer(text):
        yield PersonalData("SECRET", hit.start(), hit.end(), 1.0, exact=True)
    for cue in _cue("secret").finditer(lowered):
        value = _SECRET_VALUE.match(text, cue.end()) or _SECRET_DIGITS.match(text, cue.end())
        if value is None:
            continue
        said = value.group("value").rstrip(".!?)")
        # A secret holds a digit or a sign; a word after "is" is a word ("your password is safe").
        if len(said) >= 3 and (any(c.isdigit() for c in said) or re.search(r"[!#$%&*^]", said)):
            start = value.start("value")
            yield PersonalData("SECRET", start, start + len(said), 0.9)


def _ips(text: str) -> Iterable[PersonalData]:
    for pattern in (_IPV4, _IPV6):
        for hit in pattern.finditer(text):
            yield PersonalData("IP", hit.start(), hit.end(), 0.8, exact=pattern is _IPV6)


# ---------------------------------------------------------------- numbers with checksums

_IBAN = re.compile(r"\b[A-Za-z]{2}[ .]?\d{2}(?:[ .\u00a0-]?[A-Za-z0-9]){10,30}\b")
_CARD = re.compile(r"(?<![\d-])\d(?:[ \u00a0-]?\d){12,18}(?![\d-]|[.,]\d)")
_ID = re.compile(
    r"(?<![\w/.-])(?:\d{6}(?:\d{2})?[-+ –A-FU-Ya-fu-y]?\d{3}[\dA-Za-z]|\d{11}|\d{6} ?\d{5}"
    r"|\d{2} ?\d{3} ?\d{3} ?\d{3})(?![\w/-]|[.,]\d)"
)


def _numbers(text: str, lowered: str, markets: tuple[str, ...], on: date | None) -> Iterable[PersonalData]:
    for hit in _IBAN.finditer(text):
        if trimmed := identifiers.iban(hit.group()):
            yield PersonalData("IBAN", hit.start(), hit.start() + trimmed, 1.0, exact=True)
    for hit in _CARD.finditer(text):
        if identifiers.card(hit.group()):
            cued, vetoed = _near(lowered, hit.start(), hit.end(), "card")
            score = 0.75 + 0.25 * cued - 0.5 * (vetoed and not cued)
            test = identifiers.is_test_card(hit.group())
            yield PersonalData("CARD", hit.start(), hit.end(), score, exact=score >= _SURE, test=test)
    for hit in _ID.finditer(text):
        cued, vetoed = _near(lowered, hit.start(), hit.end(), "national_id")
        readings = list(identifiers.national_ids(hit.group(), on or date(2026, 1, 1)))
        country = _country_of(lowered, hit.start()) if cued else None
        # The cue names the country; a number that also fits another country's rules is not its.
        readings = [reading for reading in readings if reading.country == country] or readings
        for reading in readings:
            home = reading.country in markets
            if not home and not cued:
                continue
            named = reading.country == country
            score = reading.strength + 0.2 * home + 0.3 * cued + 0.05 * named - 0.5 * (vetoed and not cued)
            exact = reading.strength >= 0.5
            yield PersonalData(reading.scheme.upper(), hit.start(), hit.end(), min(1.0, score), exact, reading.test)
        if cued and not readings and country is not None:
            # Right after its own cue a mistyped number is still that person's number.
            yield PersonalData(_BY_COUNTRY[country], hit.start(), hit.end(), 0.75)


_BY_COUNTRY = {
    "IS": "IS_KENNITALA",
    "SE": "SE_PERSONNUMMER",
    "DK": "DK_CPR",
    "NO": "NO_FODSELSNUMMER",
    "FI": "FI_HETU",
    "DE": "DE_STEUERID",
}
_CUE_COUNTRY = (
    ("DK", re.compile(r"\bcpr")),
    ("IS", re.compile(r"kennital|\bkt\b")),
    ("FI", re.compile(r"henkilötunnu|\bhetu")),
    ("NO", re.compile(r"fødselsn|fodselsn|\bfnr\b|d-nummer")),
    ("DE", re.compile(r"steuer|identifikationsn|idnr")),
    ("SE", re.compile(r"personn|\bpnr\b|samordning|födelsenummer")),
)


def _country_of(lowered: str, start: int) -> str | None:
    before = lowered[max(0, start - _BEFORE) : start]
    return next((country for country, cue in _CUE_COUNTRY if cue.search(before)), None)


_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:19|20)?\d{2}"
    r"|\d{1,2}\.? [^\W\d]{3,12} (?:19|20)\d{2})"
)
_CUED: tuple[tuple[str, str, str, float], ...] = (
    ("DOB", "birth", _DATE, 0.85),
    ("VEHICLE_PLATE", "plate", r"[A-ZÅÄÖÆØÜ]{1,3}[ -]?(?:[A-Z]{1,2} ?)?\d{2}[ ]?[\dA-Z]{1,3}(?!\w)", 0.8),
    ("PASSPORT", "passport", r"(?:[A-Z]{0,2}\d{6,9}|(?=[A-Z0-9]{0,8}\d{2})[A-Z0-9]{8,10})(?!\w)", 0.8),
    ("BANK_ACCOUNT", "account", r"\d{4}(?:[ .,-]{1,2}\d{1,5}){1,4}(?!\d)|\d{9,14}(?!\d)", 0.8),
)
_BORN_AFTER = re.compile(rf"(?P<value>{_DATE})[ ]+(?:geboren|syntynyt|född|født|fødd)\b")
_BETWEEN = r"(?:\s*(?:nr|no|number|nummer|nummeret|numret|är|er|on|ist|is|den|the|am|vom|:|=|-|–|\.|,)){0,3}\s*"


def _cued(text: str, lowered: str) -> Iterable[PersonalData]:
    for kind, cue, shape, confidence in _CUED:
        for hit in _cue(cue).finditer(lowered):
            value = _value_pattern(shape).match(text, hit.end())
            if value is not None:
                yield PersonalData(kind, value.start("value"), value.end("value"), confidence)
    for hit in _BORN_AFTER.finditer(lowered):
        yield PersonalData("DOB", hit.start("value"), hit.end("value"), 0.85)


@cache
def _value_pattern(shape: str) -> re.Pattern[str]:
    return re.compile(rf"{_BETWEEN}(?P<value>{shape})")


_NINO = re.compile(
    r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D](?!\w)"
)


def _ninos(text: str, lowered: str) -> Iterable[PersonalData]:
    """British national insurance numbers: no checksum, but a shape with forbidden letters. Source: HMRC NIM39110."""
    for hit in _NINO.finditer(text):
        cued, vetoed = _near(lowered, hit.start(), hit.end(), "national_id")
        score = 0.75 + 0.25 * cued - 0.4 * (vetoed and not cued)
        yield PersonalData("GB_NINO", hit.start(), hit.end(), score)


_SENTENCE_END = re.compile(r"(?<!\b\w\w)(?<!\b\w\w\w)[.!?]\s|\n")
"""Two or three letters before a full stop are an abbreviation: kt., nr., tlf."""


def _near(lowered: str, start: int, end: int, cue: str) -> tuple[bool, bool]:
    before, after = lowered[max(0, start - _BEFORE) : start], lowered[end : end + _AFTER]
    # Only the same sentence speaks for the number, and the nearest word wins.
    before = _SENTENCE_END.split(before)[-1]
    after = _SENTENCE_END.split(after)[0]
    own = [m.end() for m in _cue(cue).finditer(before)]
    other = [m.end() for m in _cue("veto").finditer(before)]
    cued = bool(own) or _cue(cue).search(after) is not None
    return cued and not (other and (not own or own[-1] < other[-1])), bool(other)


# ---------------------------------------------------------------- phones

_PHONE_LIKE = re.compile(r"\+?\d[\d \u00a0()/.–-]{5,}\d")
_WHOLE_NUMBER = 8
_JOINED = frozenset({"-", "/", "#", "."})
_LABEL = re.compile(
    r"(?:phone|tel(?:efon\w*)?|tlf|mob(?:il\w*|ile)?|desk|fax|puh(?:elin\w*)?|handy)\.?(?: (?:nr|no|number))?\.?:\s*$"
)
_NO_PHONE = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}[./]\s?\d{1,2}[./-]\s?\d{2,4}|\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}|\d{4}-\d{4}(?!\d)"
)


def _phones(text: str, lowered: str, markets: tuple[str, ...], taken: list[PersonalData]) -> Iterable[PersonalData]:
    vetoes = [(m.start(), m.end()) for m in _NO_PHONE.finditer(text)] + [(f.start, f.end) for f in taken]
    for match in _PHONE_LIKE.finditer(text):
        start, end = match.span()
        raw = match.group()
        n_digits = sum(character.isdigit() for character in raw)
        if not 7 <= n_digits <= 15 or any(a < end and start < b for a, b in vetoes):
            continue
        before = text[max(0, start - 1) : start]
        if text[end : end + 1].isalnum() or before.isalnum() or before in _JOINED:
            continue
        international = raw.startswith(("+", "00"))
        cued, vetoed = _near(lowered, start, end, "phone")
        alone = (not before or before == "\n") and text[end : end + 1] in {"", "\n"} and start > 0
        cued = cued or (alone and n_digits >= _WHOLE_NUMBER)
        labelled = _LABEL.search(lowered[max(0, start - 24) : start]) is not None
        if vetoed and not cued and not international:
            continue
        region = _region(raw, markets)
        if region == _SERVICE:
            continue
        if region is None:
            if labelled or (cued and raw.startswith(("+", "0", "(0")) and n_digits >= _WHOLE_NUMBER):
                yield PersonalData("PHONE", start, end, 0.75)
            continue
        grouped = re.search(r"\d[ \u00a0-]\d", raw) is not None
        national = raw.startswith(("0", "(0")) and n_digits >= 9
        score = 0.35 + 0.5 * international + 0.4 * cued + 0.2 * grouped + 0.25 * national
        yield PersonalData("PHONE", start, end, min(1.0, score))


def _region(raw: str, markets: tuple[str, ...]) -> str | None:
    import phonenumbers

    for region in ("ZZ",) if raw.startswith("+") else markets:
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            kind = phonenumbers.number_type(number)
            # Freephone, shared-cost and company-wide numbers belong to no person.
            return _SERVICE if kind in _service_types() else region
    return None


_SERVICE = "service"


@cache
def _service_types() -> frozenset[int]:
    from phonenumbers import PhoneNumberType as Kind

    return frozenset({Kind.TOLL_FREE, Kind.SHARED_COST, Kind.PREMIUM_RATE, Kind.UAN})


# ---------------------------------------------------------------- addresses and names

_UPPER = "A-ZÀ-ÖØ-ÞŠŽČŁ"
_LOWER = "a-zß-öø-ÿšžčł"
_PART = rf"(?:[{_UPPER}]['’])?[{_UPPER}][{_LOWER}]+(?:[-'’][{_UPPER}]?[{_LOWER}]+)*"
_MORE = rf"[ ](?:[{_UPPER}]\.[ ])?{_PART}"


_UK_START = r"\d"
_OWN_PLACE = re.compile(
    r"(?:butik\w*|store|shop|myymäl\w*|laden|filial\w*|kontor\w*|lager\w*|ombud\w*|utlämning\w*|hentested\w*|vår|våra|vores|vår\w*|"
    r"our|unser\w*|returadress\w*|returadresse\w*|besöksadress\w*|warehouse|noutopist\w*)\W+(?:\w+\W+){0,3}$"
)


def _addresses(text: str, lowered: str) -> Iterable[PersonalData]:
    for hit in _address().finditer(text):
        first = hit.start() + len(hit.group().split(" ", 1)[0]) + 1
        own = any(_OWN_PLACE.search(lowered[max(0, at - 40) : at]) for at in (hit.start(), first))
        yield PersonalData("ADDRESS", hit.start(), hit.end(), 0.45 if own else 0.85)


@cache
def _address() -> re.Pattern[str]:
    endings = "|".join(re.escape(word) for word in sorted(_words("street"), key=len, reverse=True))
    english = "|".join(re.escape(word.title()) for word in sorted(_words("street_words"), key=len, reverse=True))
    name = rf"(?:[{_UPPER}][{_LOWER}{_UPPER}.]*[ ]){{0,2}}"
    street = rf"[{_UPPER}][\w-]*?(?:{endings})|[{_UPPER}][{_LOWER}]+[ ](?:{endings}|{endings.title()})"
    flat = (
        r"(?:(?:[A-Za-z]|[ ][A-Z])(?![\w]))?(?:[ ,]+(?:lgh|leil|as|asunto|leilighet|lejl|st|\d{1,2}\.)\.?"
        r"[ ]?(?:tv|th|mf|sal|[\dA-Z]{1,5})\b\.?(?:[ ]?(?:tv|th|mf)\b\.?)?)?(?:[ ]\d{1,3}(?=,))?"
    )
    nordic = rf"{name}(?:{street})[ ]+\d{{1,4}}{flat}"
    anglo = rf"\d{{1,5}}[ ](?:[{_UPPER}][{_LOWER}']+[ ]){{1,3}}(?:{english})\b\.?"
    joined = r"(?:am|an der|im|i|på|under|upon|ob der)"
    town = (
        rf"[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}][{_LOWER}]+)?"
        rf"(?:[ ]{joined}[ ][{_UPPER}][{_LOWER}]+|[ ][{_UPPER}](?![\w])|[ ][{_UPPER}](?!{_UK_START})[{_LOWER}]+)?"
    )
    code = r"(?:[A-Z]{1,2}-)?(?:\d{3}[ ]\d{2}|\d{4,5}|\d{3}(?=[ ][^\W\d]))"
    uk = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}(?!\w)"
    post = rf"(?:,?[ ]+{code}[ ]+{town}|,[ ]+{town}(?:,?[ ]+{uk})?|,?[ ]+{uk})?"
    # Any word with a number counts where a postcode and a town follow.
    named = rf"(?:[{_UPPER}][{_LOWER}]{{2,}}|PL)[ ]\d{{1,4}}[ ]?[A-Za-z]?,[ ]+{code}[ ]+{town}"
    return re.compile(rf"(?<!\w)(?:(?:{nordic}|{anglo}){post}|{named})")


_NAME = re.compile(rf"[\s:,]*\b(?P<name>{_PART}(?:{_MORE}){{0,3}})")
_FULL_NAME = re.compile(rf"[\s:,]*\b(?P<name>{_PART}(?:{_MORE}){{1,3}})")
_NAME_HERE = re.compile(rf"(?<![\w])(?P<name>{_PART}(?:{_MORE}){{1,2}})[ ](?:här|her|here|täällä|tässä|hér)\b")
_SALUTATION = re.compile(r"(?:hej|hei|hi|hello|hallo|halló|hey|moi|terve|goddag)[ ,!]+", re.IGNORECASE)


def _names(text: str, lowered: str) -> Iterable[PersonalData]:
    cues = (
        ("name_before", _NAME, 0.8),
        ("sign_off", _FULL_NAME, 0.8),
        ("name_title", _NAME, 0.75),
        ("name_role", _FULL_NAME, 0.75),
        ("name_self", _FULL_NAME, 0.75),
        ("relatives", _FULL_NAME, 0.75),
    )
    for cue, pattern, confidence in cues:
        for hit in _cue(cue).finditer(lowered):
            said = pattern.match(text, hit.end())
            if said is not None and "\n\n" not in text[hit.end() : said.start("name")]:
                start = _own_start(text, said.start("name"), said.end("name"))
                if start is not None and (pattern is _NAME or " " in text[start : said.end("name")]):
                    yield PersonalData("NAME", start, said.end("name"), confidence)
    for hit in _NAME_HERE.finditer(text):
        greeting = _SALUTATION.match(hit.group("name"))
        start = hit.start("name") + (greeting.end() if greeting else 0)
        if " " in text[start : hit.end("name")]:
            yield PersonalData("NAME", start, hit.end("name"), 0.8)


def _own_start(text: str, start: int, end: int) -> int | None:
    """Where a name begins after words that only look like one by their capital; None where nothing remains."""
    for word in text[start:end].split(" "):
        if word.lower().strip(".") not in _words("not_names"):
            return start
        start += len(word) + 1
    return None


_NAME_AT_END = re.compile(
    rf"(?P<name>{_PART}(?:{_MORE}){{1,2}})(?P<between>[ ]?[,(:;–-]?[ \n]*(?:[a-zåäöæøü.-]{{2,8}}[.:]?[ ]*)?)$"
)


def _names_beside(text: str, found: list[PersonalData]) -> list[PersonalData]:
    """A full name right before a phone number, an address, an e-mail or an identity number is that person's."""
    beside = []
    for item in found:
        if item.confidence < _SURE or item.kind in {"NAME", "SECRET", "IP"}:
            continue
        start = max(0, item.start - 60)
        hit = _NAME_AT_END.search(text[start : item.start])
        # German nouns have capitals too, so words of the sentence are no name.
        if hit is None:
            continue
        first, last = start + hit.start("name"), start + hit.end("name")
        own = _own_start(text, first, last)
        rest = text[own:last].lower().split() if own is not None else []
        if own is not None and len(rest) > 1 and not any(word in _words("not_names") for word in rest):
            beside.append(PersonalData("NAME", own, last, 0.75))
    return beside


# ---------------------------------------------------------------- shared


def _apart(found: list[PersonalData], sure: float) -> list[PersonalData]:
    kept: list[PersonalData] = []
    rank: Callable[[PersonalData], tuple[bool, float, int]] = lambda f: (f.exact, f.confidence, f.end - f.start)  # noqa: E731
    for item in sorted((f for f in found if f.confidence >= min(sure, _POSSIBLE)), key=rank, reverse=True):
        if not any(item.start < other.end and other.start < item.end for other in kept):
            kept.append(item)
    return sorted((f for f in kept if f.confidence >= sure), key=lambda f: f.start)


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
