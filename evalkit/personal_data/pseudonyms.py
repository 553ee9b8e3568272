"""Pseudonyms: the same person, number or address gets the same typed name everywhere in a data set, by a keyed hash.

Nothing here can be turned back: only what implements `Numbers` may keep the original, sealed.
Source: ENISA, Pseudonymisation techniques and best practices (2019), §5.1.4 (keyed hash) and §6 (recovery).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal, Protocol

from evalkit.personal_data.cues import PersonalData
from evalkit.personal_data.finding import find
from evalkit.text.normalise import comparable

Mode = Literal["placeholder", "surrogate"]

_LEAST = 0.5
"""A word too many is covered rather than a name too few."""
_SHORT = {
    "NAME": "PERSON", "SE_PERSONNUMMER": "SE_PNR", "SE_SAMORDNINGSNUMMER": "SE_SAM", "NO_FODSELSNUMMER": "NO_FNR",
    "NO_DNUMMER": "NO_DNR", "FI_HETU": "FI_HETU", "IS_KENNITALA": "IS_KT", "DE_STEUERID": "DE_STID",
    "BANK_ACCOUNT": "ACCOUNT", "VEHICLE_PLATE": "PLATE",
}  # fmt: skip
_TIDY = re.compile(r"[^\w@]+")
_DATES = re.compile(
    r"(?<![\d./-])(?:(?P<y>(?:19|20)\d\d)(?P<s>[-/])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})(?P<s2>[./-])(?P<m2>\d{1,2})(?P=s2)(?P<y2>(?:19|20)\d\d))(?![\d/-])"
)
_PASSES = 4
_WORD = r"[^\W\d_]"


class Numbers(Protocol):
    """Gives each (kind, digest) its number, the same one for good; `value` may be sealed beside it, or forgotten."""

    def number(self, kind: str, digest: bytes, value: str) -> int:
        """The number of a value, 1 for the first of its kind."""
        ...


@dataclass(slots=True)
class NumbersInMemory:
    """Numbers for one program run; keeps no value."""

    _given: dict[tuple[str, bytes], int] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str, digest: bytes, value: str) -> int:
        """The number of a value, 1 for the first of its kind."""
        key = (kind, digest)
        if key not in self._given:
            self._last[kind] = self._given[key] = self._last.get(kind, 0) + 1
        return self._given[key]


class Pseudonyms:
    """Covers texts of one data set under one key; `patterns` and `names_by` are those of `find`.

    >>> names = Pseudonyms(b"a key of this data set")
    >>> names.text("Jag heter Anna Berg, anna.berg@example.com. Hälsningar Anna")
    'Jag heter <PERSON_1>, <EMAIL_1>. Hälsningar <PERSON_1>'
    """

    def __init__(
        self,
        key: bytes,
        numbers: Numbers | None = None,
        *,
        mode: Mode = "placeholder",
        markets: Iterable[str] | None = None,
        patterns: Mapping[str, str] | None = None,
        names_by: Callable[[str], Iterable[PersonalData]] | None = None,
    ) -> None:
        if len(key) < 16:
            raise ValueError("a key has at least 16 bytes")
        self._key, self._numbers, self._mode = key, numbers or NumbersInMemory(), mode
        self._markets = tuple(markets) if markets is not None else None
        self._patterns, self._names_by = dict(patterns or {}), names_by
        self._shown: Callable[[str, str], str] = lru_cache(maxsize=20_000)(self._new)

    # ------------------------------------------------------------ keys

    def digest(self, kind: str, value: str) -> bytes:
        """The keyed hash of a value in its comparable form, 16 bytes."""
        return hmac.digest(self._key, f"{kind}\0{tidy(value)}".encode("utf-8", "replace"), "sha256")[:16]

    def subject_key(self, value: str) -> str:
        """The key under which a person's conversations are found again: for re-contact, access and erasure."""
        return self.digest("subject", value).hex()

    def shift_days(self, subject: str) -> int:
        """Whole weeks, between one and 52 back, by which the times of a person are moved; the same for each person."""
        return -7 * (1 + int.from_bytes(self.digest("shift", subject)[:4]) % 52)

    def named(self, kind: str, value: str) -> str:
        """The pseudonym of a value whose kind is known, such as an employee's id (`AGENT`)."""
        return f"<{kind}_{self._numbers.number(kind, self.digest(kind, value), value)}>"

    # ------------------------------------------------------------ texts

    def text(self, text: str, language: str | None = None, *, on: date | None = None) -> str:
        """One text with its personal data covered."""
        return self.texts([text], language, on=on)[0]

    def texts(
        self,
        texts: Sequence[str],
        language: str | None = None,
        *,
        people: Iterable[str] = (),
        agents: Iterable[str] = (),
        on: date | None = None,
    ) -> list[str]:
        """The texts of one conversation, covered; who is named in one of them is covered in all.

        `people` and `agents` are names and addresses that the export holds in fields of its own.
        """
        found = [self._find(text, language, on) for text in texts]
        seen = {
            text[f.start : f.end] for text, hits in zip(texts, found, strict=True) for f in hits if f.kind == "NAME"
        }
        # What the export says in its fields tells more than what a message seems to say.
        known = _known(seen, "PERSON") | _known(agents, "AGENT") | _known(people, "PERSON")
        pattern = _pattern(tuple(sorted(known, key=lambda name: (-len(name), name)))) if known else None
        return [
            self._covered(text, hits, known, pattern, language, on) if hits or pattern is not None else text
            for text, hits in zip(texts, found, strict=True)
        ]

    def tree(self, value: Any, cover: Callable[[str], str]) -> Any:
        """Plain data with each text covered, such as the arguments of a tool call; keys stay."""
        if isinstance(value, str):
            return cover(value)
        if isinstance(value, dict):
            return {key: self.tree(item, cover) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item, cover) for item in value]
        return value

    def _find(self, text: str, language: str | None, on: date | None) -> list[PersonalData]:
        if not text:
            return []
        return find(text, language, self._markets, on=on, sure=_LEAST, patterns=self._patterns, names_by=self._names_by)

    def _covered(
        self,
        text: str,
        hits: list[PersonalData],
        known: dict[str, tuple[str, str]],
        pattern: re.Pattern[str] | None,
        language: str | None,
        on: date | None,
    ) -> str:
        spans = [(f.start, f.end, f.kind, text[f.start : f.end]) for f in hits]
        if pattern is not None:
            for hit in pattern.finditer(text):
                said = " ".join(hit.group().split())
                kind, whole = known.get(said.lower(), ("PERSON", said))
                # A first or last name alone keeps its capital, so that "berg" the hill stays.
                if said[0].isupper() or len(said) >= len(whole):
                    spans.append((hit.start(), hit.end(), kind, whole))
        text = self._replaced(text, spans, known)
        if self._mode == "surrogate":
            return text
        # What stood beside a datum may read as one now; placeholders are walls, so that this ends.
        for _ in range(_PASSES):
            again = self._find(text, language, on)
            if not again:
                return text
            text = self._replaced(text, [(f.start, f.end, f.kind, text[f.start : f.end]) for f in again], known)
        return text

    def _replaced(self, text: str, spans: list[tuple[int, int, str, str]], known: dict[str, tuple[str, str]]) -> str:
        out, last = [], 0
        for start, end, kind, value in sorted(spans, key=lambda span: (span[0], -span[1])):
            if start < last:
                # Overlapping spans are covered as one: nothing of the longer one may stay.
                if end > last:
                    last = end
                continue
            if kind in {"NAME", "PERSON"}:
                kind, value = known.get(value.lower(), ("PERSON", value))
            out += [text[last:start], self._shown(kind, value)]
            last = end
        out.append(text[last:])
        return "".join(out)

    def _new(self, kind: str, value: str) -> str:
        short = _SHORT.get(kind, kind)
        if self._mode == "surrogate":
            from evalkit.personal_data.surrogates import surrogate

            made = surrogate(kind, value, self.digest(short, value))
            if made is not None:
                return made
        return self.named(short, value)


def tidy(value: str) -> str:
    """The form in which two spellings of one value are equal.

    >>> tidy("Anna  BERG") == tidy("anna berg"), tidy("811218-9876") == tidy("811218 9876")
    (True, True)
    """
    return _TIDY.sub("", comparable(value))


def with_dates_moved(text: str, days: int) -> str:
    """The text with its numeric dates moved, in the form in which each was written.

    >>> with_dates_moved("Köpt 2026-03-02, levererat 9.3.2026", -7)
    'Köpt 2026-02-23, levererat 2.3.2026'
    """
    return _DATES.sub(lambda hit: _moved_date(hit, days), text) if _DATES.search(text) else text


def _moved_date(hit: re.Match[str], days: int) -> str:
    year, day = hit.group("y") or hit.group("y2"), hit.group("d") or hit.group("d2")
    month, mark = hit.group("m") or hit.group("m2"), hit.group("s") or hit.group("s2")
    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days=days)
    except (ValueError, OverflowError):
        return hit.group()
    shown_day, shown_month = (f"{n:0{len(old)}d}" for n, old in ((moved.day, day), (moved.month, month)))
    parts = [str(moved.year), shown_month, shown_day]
    return mark.join(parts if hit.group("y") else reversed(parts))


def _known(values: Iterable[str], kind: str) -> dict[str, tuple[str, str]]:
    """Lower-case pieces to cover → (kind, the whole value that they name)."""
    found: dict[str, tuple[str, str]] = {}
    # Full names first: a first name that is also said alone is the person of the full one.
    for whole in sorted((" ".join(value.split()) for value in values), key=lambda name: (-name.count(" "), name)):
        if len(whole) < 3 or whole.startswith("<"):
            continue
        found.setdefault(whole.lower(), ("EMAIL" if "@" in whole else kind, whole))
        # First and last names alone name the same person; short ones are also words.
        parts = re.findall(rf"{_WORD}+(?:[-'’]{_WORD}+)*", whole) if "@" not in whole else []
        for part in parts if len(parts) < 5 else ():
            if len(part) >= 3 and part[0].isupper() and len(parts) > 1:
                found.setdefault(part.lower(), (kind, whole))
    return found


@lru_cache(maxsize=1_000)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = [re.escape(name).replace(r"\ ", r"\s+") for name in names]
    return re.compile(rf"(?<![\w@.])(?:{'|'.join(parts)})(?![\w@])", re.IGNORECASE)
