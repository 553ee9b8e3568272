"""How fast a bot may be called, and how long to wait before calling it again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_S = 60.0


class RateLimit:
    """Spaces calls evenly at `per_s` calls a second; None never waits."""

    def __init__(self, per_s: float | None) -> None:
        self._gap_s = 1.0 / per_s if per_s else 0.0
        self._next_s = 0.0

    @property
    def limited(self) -> bool:
        """Whether there is anything to wait for."""
        return self._gap_s > 0

    async def wait(self) -> None:
        """Return when the next call may go out."""
        if not self._gap_s:
            return
        now = asyncio.get_running_loop().time()
        at = max(now, self._next_s)
        self._next_s = at + self._gap_s
        if at > now:
            await asyncio.sleep(at - now)


def retry_after_s(header: str | None, attempt: int, now: datetime | None = None) -> float:
    """Seconds until the next attempt: what `Retry-After` says (seconds or a date), else 0.2, 0.4, 0.8 …

    Source: RFC 9110 §10.2.3.

    >>> retry_after_s("2", 0), retry_after_s(None, 2), retry_after_s("soon", 0)
    (2.0, 0.8, 0.2)
    """
    backoff: float = 0.2 * 2**attempt
    if not header:
        return min(backoff, LONGEST_WAIT_S)
    try:
        wait = float(header)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(header) - (now or datetime.now(UTC))).total_seconds()
        except (TypeError, ValueError):
            wait = backoff
    return min(max(0.0, wait), LONGEST_WAIT_S)
