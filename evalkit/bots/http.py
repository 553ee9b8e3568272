"""A bot behind HTTP and JSON: isolated sessions over one pool, bounded replies, times taken at the socket."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import msgspec

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.limits import RateLimit, retry_after_s
from evalkit.bots.replies import ReplyMap
from evalkit.bots.templates import Render, compile_template, with_secrets
from evalkit.errors import BotError, InfrastructureError, InputError, near_match
from evalkit.model import Turn, content_hash

if TYPE_CHECKING:
    import aiohttp
    import tenacity

_RETRIED = frozenset({429, 502, 503, 504})
_MAX_REDIRECTS = 3
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Longest waits in seconds: for a connection, the first byte, between bytes, and for a whole reply."""

    connect_s: float = 5.0
    first_byte_s: float = 30.0
    idle_s: float = 30.0
    total_s: float = 60.0


class HttpDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `http`."""

    url: str
    kind: str = "http"
    method: str = "POST"
    request: dict[str, Any] = msgspec.field(
        default_factory=lambda: {"message": "{{ message }}", "session_id": "{{ session_id }}"}
    )
    reply: dict[str, str] = msgspec.field(default_factory=lambda: {"text": "reply"})
    headers: dict[str, str] = {}
    timeouts: Timeouts = Timeouts()
    concurrency: int = 20
    rate_per_s: float | None = None
    retries: int = 3
    max_reply_bytes: int = 2_000_000
    cookies: bool = True
    version: str = ""
    """Anything that tells releases of the endpoint apart (a commit, a deployment id); part of the bot's identity."""


@dataclass(slots=True)
class HttpBot:
    """One endpoint; build it with `HttpBot.defined`."""

    definition: HttpDefinition
    allowed_hosts: frozenset[str]
    _render: Render
    _map: ReplyMap
    _headers: dict[str, str]
    _url: str
    _rate: RateLimit
    _proxy: str | None = None
    _wants_history: bool = True
    _pool: Any = None
    _shared: Any = field(default=None)

    @classmethod
    def defined(
        cls,
        definition: Mapping[str, Any],
        *,
        name: str = "bot",
        environment: Mapping[str, str] | None = None,
        allowed_hosts: frozenset[str] = frozenset(),
    ) -> HttpBot:
        """The bot of a definition; hosts outside `allowed_hosts` and the definition's own are never called.

        Raises: InputError for an unknown key, a broken template or path, or a secret that is not set.
        """
        where = f"bots.{name}"
        for key in definition:
            if key not in HttpDefinition.__struct_fields__:
                raise InputError(f"{where}: unknown key '{key}'{near_match(key, HttpDefinition.__struct_fields__)}")
        try:
            made = msgspec.convert(dict(definition), HttpDefinition)
        except msgspec.ValidationError as error:
            raise InputError(f"{where}: {error}") from error
        known = os.environ if environment is None else environment
        url = with_secrets(made.url, known, f"{where}.url")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InputError(f"{where}.url: not an http(s) address; expected such as http://127.0.0.1:8080/chat")
        return cls(
            definition=made,
            allowed_hosts=allowed_hosts | {parts.hostname},
            _render=compile_template(made.request, f"{where}.request"),
            _map=ReplyMap.compiled(made.reply, f"{where}.reply"),
            _headers=with_secrets(made.headers, known, f"{where}.headers"),
            _url=url,
            _rate=RateLimit(made.rate_per_s),
            _proxy=_proxy_for(parts.scheme, parts.hostname),
            _wants_history="history" in str(made.request),
        )

    @property
    def identity(self) -> str:
        """A hash of address, templates and declared version; secrets are left out."""
        shown = msgspec.structs.replace(
            self.definition, headers={}, timeouts=Timeouts(), concurrency=0, rate_per_s=None
        )
        return content_hash("http", msgspec.to_builtins(shown))

    @property
    def concurrency(self) -> int:
        """How many conversations may be open at once."""
        return self.definition.concurrency

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with its own cookies over the shared pool."""
        import aiohttp

        if self._pool is None:
            self._pool = aiohttp.TCPConnector(limit=0, limit_per_host=max(1, self.definition.concurrency))
        if self.definition.cookies:
            async with self._client(aiohttp.CookieJar(unsafe=True)) as client:
                yield HttpSession(self, client, context)
            return
        if self._shared is None:
            self._shared = self._client(aiohttp.DummyCookieJar())
        yield HttpSession(self, self._shared, context)

    async def close(self) -> None:
        """Close the pool."""
        if self._shared is not None:
            await self._shared.close()
        if self._pool is not None:
            await self._pool.close()
        self._pool = self._shared = None

    def _client(self, jar: aiohttp.abc.AbstractCookieJar) -> aiohttp.ClientSession:
        import aiohttp

        waits = self.definition.timeouts
        timeout = aiohttp.ClientTimeout(total=waits.total_s, sock_connect=waits.connect_s, sock_read=waits.idle_s)
        return aiohttp.ClientSession(
            connector=self._pool,
            connector_owner=False,
            cookie_jar=jar,
            timeout=timeout,
            headers=self._headers,
            # Only the proxy is wanted from the environment, and once: aiohttp would read .netrc at every request.
            proxy=self._proxy,
        )


class HttpSession:
    """One conversation with an HTTP endpoint."""

    def __init__(self, bot: HttpBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client, self._context = bot, client, context
        self._session_id = context.conversation_id
        self._marks = {"X-Evalkit-Run": context.run_id or "none", "Content-Type": "application/json"}

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The bot's reply. Raises: BotError, InfrastructureError."""
        context = self._context
        body = self._bot._render(
            {
                "message": turn.text,
                "session_id": self._session_id,
                "conversation": context.conversation_id,
                "history": [{"role": t.role, "text": t.text} for t in history] if self._bot._wants_history else [],
                "language": context.language,
                "channel": context.channel,
                "context": context.session,
                "buttons_choice": turn.text if turn.kind == "buttons" else None,
            }
        )
        data = msgspec.json.encode(body)
        raw, latency_ms, first_ms = await self._exchange(data)
        decoded = _decoded(raw)
        reply = self._bot._map.reply(decoded, latency_ms=latency_ms, first_token_ms=first_ms)
        self._session_id = self._bot._map.session_id(decoded) or self._session_id
        return reply

    async def _exchange(self, data: bytes) -> tuple[bytes, float, float]:
        # The first call goes without the retry machinery, which costs as much as the call itself.
        await self._bot._rate.wait()
        try:
            return await self._request(data)
        except _Again as again:
            return await self._retried(data, again)

    async def _retried(self, data: bytes, first: _Again) -> tuple[bytes, float, float]:
        import tenacity

        left = self._bot.definition.retries
        if left == 0:
            raise first.error from first
        await asyncio.sleep(retry_after_s(first.header, 0))
        try:
            async for attempt in tenacity.AsyncRetrying(
                retry=tenacity.retry_if_exception_type(_Again),
                stop=tenacity.stop_after_attempt(left),
                wait=lambda state: retry_after_s(_header(state), state.attempt_number),
                reraise=True,
            ):
                with attempt:
                    await self._bot._rate.wait()
                    return await self._request(data)
        except _Again as again:
            raise again.error from again
        raise AssertionError("tenacity ends with a result or an exception")

    async def _request(self, data: bytes) -> tuple[bytes, float, float]:
        import aiohttp

        definition, url = self._bot.definition, self._bot._url
        for _ in range(_MAX_REDIRECTS + 1):
            started = perf_counter()
            try:
                asked = self._client.request(
                    definition.method, url, data=data, headers=self._marks, allow_redirects=False
                )
                if definition.timeouts.first_byte_s < definition.timeouts.idle_s:
                    response = await asyncio.wait_for(asked, definition.timeouts.first_byte_s)
                else:
                    # The client's own idle time-out runs while the first byte is awaited; one clock is enough.
                    response = await asked
                async with response:
                    first_ms = (perf_counter() - started) * 1000
                    if response.status in {301, 302, 303, 307, 308}:
                        url = self._redirected(url, response.headers.get("Location", ""))
                        continue
                    if response.status in _RETRIED:
                        error = InfrastructureError(f"the endpoint answered {response.status}, also after retries")
                        raise _Again(error, response.headers.get("Retry-After"))
                    if response.status >= 400:
                        raise BotError(f"the endpoint answered {response.status}")
                    raw = await _bounded(response, definition.max_reply_bytes)
                    return raw, (perf_counter() - started) * 1000, first_ms
            except TimeoutError as error:
                raise InfrastructureError("the endpoint did not answer in time") from error
            except aiohttp.ClientConnectionError as error:
                cause = InfrastructureError(f"the endpoint could not be reached ({type(error).__name__})")
                if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
                    raise cause from error
                raise _Again(cause, None) from error
            except aiohttp.ClientError as error:
                raise BotError(f"the endpoint's answer broke off or is no HTTP ({type(error).__name__})") from error
        raise BotError(f"the endpoint redirected more than {_MAX_REDIRECTS} times")

    def _redirected(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        host = urlsplit(target).hostname or ""
        if host not in self._bot.allowed_hosts:
            raise BotError(f"the endpoint redirects to host '{host}', which the configuration does not name")
        return target


def _proxy_for(scheme: str, host: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass

    return None if proxy_bypass(host) or host in _LOOPBACK else getproxies().get(scheme)


class _Again(Exception):
    def __init__(self, error: InfrastructureError, header: str | None) -> None:
        super().__init__(str(error))
        self.error, self.header = error, header


def _header(state: tenacity.RetryCallState) -> str | None:
    error = state.outcome.exception() if state.outcome else None
    return error.header if isinstance(error, _Again) else None


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if (response.content_length or 0) > limit:
        raise BotError(f"the reply is larger than max_reply_bytes ({limit:,})")
    if response.content_length is not None:
        return await response.read()
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > limit:
            raise BotError(f"the reply is larger than max_reply_bytes ({limit:,})")
        parts.append(part)
    return b"".join(parts)


def _decoded(raw: bytes) -> Any:
    if not raw.strip():
        raise BotError("the reply is empty")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BotError(f"the reply is not UTF-8 (byte {error.start})") from error
    try:
        return json.loads(text)
    except ValueError as error:
        raise BotError("the reply is no JSON") from error
