"""Carries the `openai` client's requests over aiohttp, which costs a third of the client's own transport."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2

# aiohttp has decoded the body already, so these headers would no longer be true of it.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


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

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The reply. Raises: httpx2.TimeoutException, httpx2.TransportError, as the client above expects them."""
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
        kept: Any = [(k, v) for k, v in reply.headers.items() if k.lower() not in _OF_THE_WIRE]
        return httpx2.Response(reply.status, headers=kept, content=body, request=request)

    async def aclose(self) -> None:
        """Release the connections."""
        await self._session.close()
