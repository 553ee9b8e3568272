"""Carries the `openai` client's requests over aiohttp, which costs a third of the client's own transport.

An endpoint that says in its headers that nothing is left of its rate limit is asked nothing before it says so again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2

# aiohttp has decoded the body already, so these headers would no longer be true of it.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


_LONGEST_PAUSE_S = 60.0
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def pause_s(status: int, headers: Mapping[str, str]) -> float:
    """How long an endpoint wants to be left alone, in seconds; 0 where it says nothing.

    >>> pause_s(200, {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m3.5s"})
    60.0
    >>> pause_s(429, {"retry-after": "2"}), pause_s(200, {"x-ratelimit-remaining-requests": "7"})
    (2.0, 0.0)
    """
    waits = [0.0]
    if status == 429:
        waits.append(_number(headers.get("retry-after-ms")) / 1000 or _number(headers.get("retry-after")))
    for what in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0":
            said = headers.get(f"x-ratelimit-reset-{what}", "")
            waits.append(sum(float(n) * _SECONDS[unit] for n, unit in _SPAN.findall(said)) or _number(said))
    return min(_LONGEST_PAUSE_S, max(waits))


def _number(text: str | None) -> float:
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0  # A date: the client above waits for it by itself.


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Whole replies over one pool of `limit` connections; streaming is not needed by a judge."""

    def __init__(self, base_url: str, *, limit: int, timeout_s: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=limit), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True
        )
        parts = urlsplit(base_url)
        # The environment is read once: aiohttp itself would read it, and .netrc, at every request.
        self._proxy = None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
        self._not_before = 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The reply. Raises: httpx2.TimeoutException, httpx2.TransportError, as the client above expects them."""
        loop = asyncio.get_running_loop()
        while (wait := self._not_before - loop.time()) > 0:
            await asyncio.sleep(wait)
        # Hop-by-hop headers belong to the connection, which is aiohttp's here.
        headers = {k: v for k, v in request.headers.items() if k not in {"host", "content-length", "connection"}}
        try:
            async with self._session.request(
                request.method, str(request.url), data=await request.aread(), headers=headers, timeout=self._timeout,
                allow_redirects=False, proxy=self._proxy,
            ) as reply:  # fmt: skip
                body = await reply.read()
        except TimeoutError as error:
            raise httpx2.ReadTimeout("no reply in time", request=request) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ConnectError(type(error).__name__, request=request) from error
        if pause := pause_s(reply.status, reply.headers):
            self._not_before = max(self._not_before, loop.time() + pause)
        kept: Any = [(k, v) for k, v in reply.headers.items() if k.lower() not in _OF_THE_WIRE]
        return httpx2.Response(reply.status, headers=kept, content=body, request=request)

    async def aclose(self) -> None:
        """Release the connections."""
        await self._session.close()
