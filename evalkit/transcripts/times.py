"""Instants as exports write them, read into UTC: ISO, epoch numbers, Nordic dates, local zones with daylight saving."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from evalkit.errors import InputError, near_match
from evalkit.transcripts.ledger import Ledger

_DATE = re.compile(
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<a>\d{1,2})[-/. ]+(?P<b>\d{1,2})[-/. ]+(?P<y2>\d{2,4}))"
    r"(?:[T ,]+(?:kl\.? ?)?(?P<H>\d{1,2})[:.](?P<M>\d{2})(?:[:.](?P<S>\d{2}))?(?:[.,]\d+)?)?\s*(?P<z>Z|UTC)?\Z"
)
# An epoch number tells its unit by its size: all instants between 2001 and 2286 are apart.
_LAST = 1e19
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0))
AMBIGUOUS = "a local time that happened twice (end of daylight saving) was read by the order of the messages"
MISSING = "a local time that never was (start of daylight saving) was moved an hour ahead"
NO_ZONE = "times without a zone were read as UTC; --timezone names another"
UNREADABLE = "a time could not be read and stays unknown; `times.format` of the mapping tells how"


def zone(name: str) -> ZoneInfo:
    """The time zone of a name. Raises: InputError with the nearest name."""
    known = available_timezones()
    if name not in known:
        raise InputError(f"unknown time zone '{name}'{near_match(name, sorted(known))} (such as Europe/Stockholm)")
    return ZoneInfo(name)


class Times:
    """Reads instants in one file's way of writing them.

    >>> Times(Ledger(), timezone="Europe/Stockholm").read("01.07.2026 14:30").isoformat()
    '2026-07-01T12:30:00+00:00'
    """

    def __init__(
        self, ledger: Ledger, *, timezone: str | None = None, formats: Sequence[str] = (), month_first: bool = False
    ) -> None:
        self._ledger, self._formats, self._month_first = ledger, formats, month_first
        self._zone = zone(timezone) if timezone else None

    def read(self, value: Any, line: int | None = None, *, after: datetime | None = None) -> datetime | None:
        """The instant in UTC, None where there is none; `after` is the message before, which settles a doubled hour."""
        if value is None or value == "":
            return None
        found = self._iso(value) if type(value) is str and value[4:5] == "-" else self._parsed(value)
        if found is None:
            self._ledger.note(UNREADABLE, line)
            return None
        if found.tzinfo is not None:
            return found if found.tzinfo is UTC else found.astimezone(UTC)
        if self._zone is None:
            self._ledger.note(NO_ZONE, line)
            return found.replace(tzinfo=UTC)
        return self._local(found, line, after)

    def _iso(self, value: str) -> datetime | None:
        # By far the most frequent form, read without trying any other.
        if not self._formats:
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        return self._parsed(value)

    def _local(self, naive: datetime, line: int | None, after: datetime | None) -> datetime:
        first = naive.replace(tzinfo=self._zone)
        second = first.replace(fold=1)
        early, late = first.utcoffset(), second.utcoffset()
        if early == late or early is None or late is None:
            return first.astimezone(UTC)
        if early < late:
            self._ledger.note(MISSING, line)
            return first.astimezone(UTC)
        self._ledger.note(AMBIGUOUS, line)
        chosen = first.astimezone(UTC)
        return second.astimezone(UTC) if after is not None and chosen < after else chosen

    def _parsed(self, value: Any) -> datetime | None:
        if isinstance(value, str):
            return self._text(value.strip())
        if isinstance(value, datetime):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _epoch(value)
        return None

    def _text(self, text: str) -> datetime | None:
        for form in self._formats:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007  the zone is added by the caller
            except ValueError:
                continue
        if len(text) != 8 and text.replace(".", "", 1).isdigit() and text.isascii():
            return _epoch(float(text))
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return self._national(text)

    def _national(self, text: str) -> datetime | None:
        hit = _DATE.match(text)
        if hit is None:
            return None
        part = hit.groupdict()
        if part["y"]:
            year, month, day = int(part["y"]), int(part["m"]), int(part["d"])
        else:
            day, month, year = int(part["a"]), int(part["b"]), int(part["y2"])
            if self._month_first:
                day, month = month, day
            year += 2000 if year < 100 else 0
        try:
            read = datetime(year, month, day, int(part["H"] or 0), int(part["M"] or 0), int(part["S"] or 0))  # noqa: DTZ001
        except ValueError:
            return None
        return read.replace(tzinfo=UTC) if part["z"] else read


def _epoch(number: float) -> datetime | None:
    unit = next((unit for least, unit in _UNITS if abs(number) >= least), None)
    if unit is None or abs(number) > _LAST:
        return None
    try:
        return datetime.fromtimestamp(number / unit, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
