"""Stand-ins that keep a text natural: made-up names, reserved numbers and addresses, identifiers that fail their check.

Source: RFC 2606 (example domains), RFC 5737 (TEST-NET-1), PTS's numbers for books and films.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import cache
from importlib.resources import files

from evalkit.personal_data import identifiers

_TRIES = 200
_NUMBERED = frozenset({"CARD", "IBAN", "BANK_ACCOUNT", "PASSPORT", "VEHICLE_PLATE", "GB_NINO"})
_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/. ]+)(\d{1,2})([-/. ]+)(\d{2,4})")


def surrogate(kind: str, value: str, digest: bytes) -> str | None:
    """A natural stand-in for a value, always the same for the same digest; None for a kind that has none.

    >>> surrogate("EMAIL", "kim@firma.se", b"0123456789abcdef").endswith("@example.com")
    True
    """
    if kind in {"NAME", "PERSON", "AGENT"}:
        first, last = _pick("first", digest, 0), _pick("last", digest, 4)
        return f"{first} {last}" if " " in value.strip() else first
    if kind == "EMAIL":
        return f"{_pick('first', digest, 0)}.{_pick('last', digest, 4)}{digest[8]}@example.com".lower()
    if kind == "PHONE":
        return _pick("phones", digest, 0).replace("{nn}", f"{5 + digest[4] % 95:02d}")
    if kind == "ADDRESS":
        street = f"{_pick('streets', digest, 0)} {1 + digest[4] % 99}"
        return f"{street}, 000 00 {_pick('towns', digest, 5)}" if re.search(r"\d{3} ?\d{2}\b", value) else street
    if kind == "IP":
        return f"192.0.2.{digest[0]}"
    if kind == "DOB":
        return _other_day(value, digest)
    if kind in _NUMBERED or identifiers_kind(kind):
        return _other_digits(value, digest)
    return None


def identifiers_kind(kind: str) -> bool:
    """Whether a kind is a national identity number."""
    return re.match(r"(?:SE|DK|NO|FI|IS|DE)_[A-Z]+\Z", kind) is not None


def _other_digits(value: str, digest: bytes) -> str | None:
    """The value with other digits in its own shape, such that no known check accepts them."""
    for attempt in range(_TRIES):
        stream = hashlib.blake2b(digest + bytes([attempt]), digest_size=64).digest()
        drawn = iter(stream)
        made = "".join(str(next(drawn, 7) % 10) if c.isdigit() else c for c in value)
        if made != value and not _passes_a_check(made):
            return made
    return None


def _passes_a_check(text: str) -> bool:
    if identifiers.card(text) or identifiers.iban(text) is not None:
        return True
    return any(identifiers.national_ids(text, date(2100, 1, 1)))


def _other_day(value: str, digest: bytes) -> str | None:
    hit = _DAY.fullmatch(value.strip())
    if hit is None:
        return None
    day, month, year = 1 + digest[0] % 28, 1 + digest[1] % 12, digest[2] % 50
    if hit.group(1):
        return f"{1950 + year}{hit.group(2)}{month:02d}{hit.group(2)}{day:02d}"
    long = len(hit.group(9)) == 4
    return f"{day:02d}{hit.group(6)}{month:02d}{hit.group(8)}{1950 + year if long else f'{50 + year % 50:02d}'}"


def _pick(name: str, digest: bytes, at: int) -> str:
    words = _words()[name]
    return words[int.from_bytes(digest[at : at + 4]) % len(words)]


@cache
def _words() -> dict[str, tuple[str, ...]]:
    import yaml

    text = files("evalkit.personal_data").joinpath("data/surrogates.yaml").read_text("utf-8")
    return {name: tuple(map(str, words)) for name, words in yaml.safe_load(text).items()}
