"""Calls to one endpoint: one pool, isolated cookies, bounded replies, times at the socket, no host off the list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import msgspec

from evalkit.bots.access import host_of, proxy_for, refuse_unless_allowed, tls_context
from evalkit.bots.door import SessionContext
from evalkit.bots.limits import RateLimit, retry_after_s
from evalkit.bots.replies import decoded
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.tokens import ClientCredentials, Grant, Tokens
from evalkit.errors import BotError, InfrastructureError

if TYPE_CHECKING:
    import ssl

    import aiohttp
    import tenacity

_RETRIED = frozenset({429, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `headers` come on top of the endpoint's own."""

    url: str
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    authorised: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer whose body is not read yet; `started_s` is a `perf_counter` value."""

    response: aiohttp.ClientResponse
    started_s: float
    first_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, and when its head and its last byte arrived."""

    raw: bytes
    latency_ms: float
    first_ms: float
    head: aiohttp.ClientResponse

    @property
    def content_type(self) -> str:
        """What the answer calls itself."""
        return self.head.content_type

    def json(self) -> Any:
        """The decoded body. Raises: BotError saying what it is instead."""
        try:
            return msgspec.json.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return decoded(self.raw, self.content_type)


@dataclass(slots=True)
class Endpoint:
    """What all kinds that go over the network share; build it with `Endpoint.of`."""

    definition: EndpointDefinition
    hosts: frozenset[str]
    proxy: str | None
    ssl: ssl.SSLContext | None
    rate: RateLimit
    _tokens: Tokens | None = None
    _pool: Any = None
    _shared: Any = None

    @classmethod
    def of(
        cls,
        definition: EndpointDefinition,
        where: str,
        addresses: Iterable[tuple[str, str]],
        allowed_hosts: frozenset[str] = frozenset(),
        schemes: tuple[str, ...] = ("http", "https"),
        grant: tuple[str, Grant] | None = None,
    ) -> Endpoint:
        """The endpoint of configured addresses (`key, url`); hosts of others are never called. Raises: InputError.

        `grant` is what tokens are asked for with, and its key; without one, `oauth` of the definition.
        """
        listed = tuple(addresses)
        hosts = allowed_hosts | {host_of(url, f"{where}.{key}", schemes) for key, url in listed}
        if grant is None and definition.oauth is not None:
            grant = "oauth", ClientCredentials(definition.oauth)
        if grant is not None:
            hosts |= {host_of(grant[1].token_url, f"{where}.{grant[0]}.token_url")}
        made = cls(
            definition=definition,
            hosts=hosts,
            proxy=proxy_for(listed[0][1]),
            ssl=tls_context(definition.tls, f"{where}.tls"),
            rate=RateLimit(definition.rate_per_s),
        )
        if grant is not None:
            made._tokens = Tokens(grant[1], made._ask_for_token)
        return made

    def marks(self, context: SessionContext) -> dict[str, str]:
        """The header that tells test traffic from customers."""
        return {"X-Evalkit-Run": context.run_id or "none"}

    @asynccontextmanager
    async def client(self, *, follows: bool = False) -> AsyncIterator[aiohttp.ClientSession]:
        """A client with cookies of its own over the shared pool; one that `follows` checks each host on the way."""
        if not self.definition.cookies and not follows:
            yield self._without_cookies()
            return
        import aiohttp

        jar = aiohttp.CookieJar(unsafe=True) if self.definition.cookies else aiohttp.DummyCookieJar()
        async with self._client(jar, [self._guide()] if follows else None) as client:
            yield client

    async def close(self) -> None:
        """Close the pool."""
        if self._shared is not None:
            await self._shared.close()
        if self._pool is not None:
            await self._pool.close()
        self._pool = self._shared = None
        if self._tokens is not None:
            self._tokens.forget()

    async def exchange(self, client: aiohttp.ClientSession, call: Call) -> Answer:
        """The whole answer to a call. Raises: BotError, InfrastructureError."""
        opened = await self.open(client, call)
        async with opened.response as response:
            try:
                raw = await _bounded(response, self.definition.max_reply_bytes)
            except network_errors() as error:
                raise broken(error) from error
            return Answer(raw, (perf_counter() - opened.started_s) * 1000, opened.first_ms, response)

    async def open(self, client: aiohttp.ClientSession, call: Call) -> Opened:
        """The answer's head, once a call got through; the caller reads and closes the body.

        Raises: BotError, InfrastructureError.
        """
        # The first call goes without the retry machinery, which costs as much as the call itself.
        if self.rate.limited:
            await self.rate.wait()
        try:
            return await self._attempt(client, call)
        except _Again as again:
            return await self._retried(client, call, again)

    def allowed(self, url: str, what: str = "redirects to") -> str:
        """The address, when its host is on the list. Raises: BotError naming the host."""
        return refuse_unless_allowed(url, self.hosts, what)

    async def authorisation(self) -> dict[str, str]:
        """The OAuth header, where OAuth is configured."""
        return {} if self._tokens is None else {"Authorization": await self._tokens.header()}

    async def _retried(self, client: aiohttp.ClientSession, call: Call, first: _Again) -> Opened:
        left = self.definition.retries
        if left == 0:
            raise first.error from first
        import tenacity

        await asyncio.sleep(retry_after_s(first.header, 0))
        try:
            async for attempt in tenacity.AsyncRetrying(
                retry=tenacity.retry_if_exception_type(_Again),
                stop=tenacity.stop_after_attempt(left),
                wait=lambda state: retry_after_s(_header(state), state.attempt_number),
                reraise=True,
            ):
                with attempt:
                    await self.rate.wait()
                    return await self._attempt(client, call)
        except _Again as again:
            raise again.error from again
        raise AssertionError("tenacity ends with a result or an exception")

    async def _attempt(self, client: aiohttp.ClientSession, call: Call) -> Opened:
        url, headers, renewed = call.url, call.headers, False
        waits = self.definition.timeouts
        for _ in range(_MAX_REDIRECTS + 1):
            if self._tokens is not None and call.authorised:
                headers = {**call.headers, "Authorization": await self._tokens.header()}
            started = perf_counter()
            try:
                data = call.data() if callable(call.data) else call.data
                asked = client.request(call.method, url, data=data, headers=headers, allow_redirects=False)
                if waits.first_byte_s < waits.idle_s:
                    response = await asyncio.wait_for(asked, waits.first_byte_s)
                else:
                    # The client's own idle time-out runs while the first byte is awaited; one clock is enough.
                    response = await asked
            except network_errors() as error:
                raise unreached(error) from error
            if response.status < 300:
                return Opened(response, started, (perf_counter() - started) * 1000)
            response.release()
            if response.status in _MOVED:
                url = self.allowed(urljoin(url, response.headers.get("Location", "")))
            elif response.status == 401 and self._tokens is not None and call.authorised and not renewed:
                self._tokens.refused(headers["Authorization"])
                renewed = True
            else:
                raise _refused(response)
        raise BotError(f"the endpoint redirected more than {_MAX_REDIRECTS} times")

    async def _ask_for_token(self, url: str, data: bytes, headers: dict[str, str]) -> bytes:
        return (await self.exchange(self._without_cookies(), Call(url, data, headers, authorised=False))).raw

    def _without_cookies(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._shared is None:
            self._shared = self._client(aiohttp.DummyCookieJar())
        shared: aiohttp.ClientSession = self._shared
        return shared

    def _guide(self) -> aiohttp.TraceConfig:
        # The handshake of a WebSocket follows redirects by itself and cannot be told not to.
        import aiohttp

        async def redirected(_: object, __: object, step: aiohttp.TraceRequestRedirectParams) -> None:
            self.allowed(urljoin(str(step.url), step.response.headers.get("Location", "")))

        guide = aiohttp.TraceConfig()
        guide.on_request_redirect.append(redirected)
        return guide

    def _client(
        self, jar: aiohttp.abc.AbstractCookieJar, guides: list[aiohttp.TraceConfig] | None = None
    ) -> aiohttp.ClientSession:
        import aiohttp

        if self._pool is None:
            # Every conversation may hold one connection, and a second one for a stream or a poll beside it.
            self._pool = aiohttp.TCPConnector(limit=0, limit_per_host=0, ssl=self.ssl or True)
        waits = self.definition.timeouts
        return aiohttp.ClientSession(
            connector=self._pool,
            connector_owner=False,
            cookie_jar=jar,
            timeout=aiohttp.ClientTimeout(total=waits.total_s, sock_connect=waits.connect_s, sock_read=waits.idle_s),
            headers=self.definition.headers,
            # Only the proxy is wanted from the environment, and once: aiohttp would read .netrc at every request.
            proxy=self.proxy,
            trace_configs=guides,
        )


def unreached(error: Exception) -> Exception:
    """What a failed request means: nobody answered (asked again), or an answer that is no HTTP."""
    import aiohttp

    if isinstance(error, TimeoutError):
        return InfrastructureError("the endpoint did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return InfrastructureError(f"the endpoint's certificate or ours was refused ({type(error).__name__})")
    if isinstance(error, aiohttp.ClientConnectionError | ConnectionError):
        cause = InfrastructureError(f"the endpoint could not be reached ({type(error).__name__})")
        return _Again(cause, None)
    return broken(error)


def broken(error: Exception) -> Exception:
    """What a failure of the network means while the answer is read."""
    if isinstance(error, TimeoutError):
        return InfrastructureError("the endpoint did not answer in time")
    return BotError(f"the endpoint's answer broke off or is no HTTP ({type(error).__name__})")


def network_errors() -> tuple[type[Exception], ...]:
    """What a network throws: sockets, time-outs, and what the client makes of an answer."""
    import aiohttp

    return OSError, aiohttp.ClientError


def _refused(response: aiohttp.ClientResponse) -> Exception:
    if response.status in _RETRIED:
        error = InfrastructureError(f"the endpoint answered {response.status}, also after retries")
        return _Again(error, response.headers.get("Retry-After"))
    return BotError(f"the endpoint answered {response.status}")


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
    # A packed body may unpack to any size, whatever its length says.
    if response.content_length is not None and "Content-Encoding" not in response.headers:
        return await response.read()
    return b"".join([piece async for piece in pieces(response, limit)])


async def pieces(response: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises: BotError beyond `limit` bytes."""
    size = 0
    async for part in response.content.iter_any():
        yield part[: limit - size]
        size += len(part)
        if size > limit:
            raise BotError(f"the reply is larger than max_reply_bytes ({limit:,})")
