"""How an endpoint may be reached: allowed hosts, certificates, a proxy from the environment, OAuth tokens."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from evalkit.bots.settings import OAuth, Tls
from evalkit.errors import BotError, InfrastructureError, InputError

if TYPE_CHECKING:
    import ssl

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_EARLY_S = 30.0
"""A token is renewed this long before it expires, so that none expires on the way."""


def host_of(url: str, where: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """The host of a configured address. Raises: InputError when it is no address of these schemes."""
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or "{" in parts.netloc:
        raise InputError(
            f"{where}: not an {schemes[0]}(s) address; expected such as {schemes[0]}://127.0.0.1:8080/chat"
        )
    return parts.hostname


def refuse_unless_allowed(url: str, allowed: frozenset[str], what: str) -> str:
    """The address, when its host is on the list. Raises: BotError naming the host."""
    host = urlsplit(url).hostname or ""
    if host not in allowed:
        raise BotError(f"the endpoint {what} host '{host}', which the configuration does not name")
    return url


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address (`HTTPS_PROXY`, `NO_PROXY` …); none for loopback."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    host = parts.hostname or ""
    return None if host in _LOOPBACK or proxy_bypass(host) else getproxies().get(scheme)


def tls_context(tls: Tls, where: str) -> ssl.SSLContext | None:
    """The context of configured certificates, or None for the system's. Raises: InputError naming the file."""
    if tls == Tls():
        return None
    import ssl

    try:
        context = ssl.create_default_context(cafile=tls.ca)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"{where}.ca: '{tls.ca}' cannot be read as PEM certificates") from error
    if tls.cert is not None:
        try:
            context.load_cert_chain(tls.cert, tls.key, tls.key_password)
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"{where}: the certificate '{tls.cert}' and its key cannot be read as PEM, or do not belong together"
            ) from error
    return context


class Tokens:
    """The OAuth token that all conversations share; asked for once, renewed before it expires or when it is refused."""

    def __init__(self, oauth: OAuth, ask: Callable[[str, bytes, dict[str, str]], Awaitable[bytes]]) -> None:
        self._oauth, self._ask = oauth, ask
        self._token, self._until_s = "", 0.0
        self._lock = asyncio.Lock()

    async def header(self) -> str:
        """The value of `Authorization`. Raises: InfrastructureError when the token endpoint gives none."""
        if monotonic() >= self._until_s:
            async with self._lock:
                if monotonic() >= self._until_s:
                    await self._renew()
        return f"Bearer {self._token}"

    def refused(self, header: str) -> None:
        """Forget the token of this header, which the endpoint refused."""
        if header == f"Bearer {self._token}":
            self._until_s = 0.0

    def forget(self) -> None:
        """Begin anew; the next conversations may run in another event loop."""
        self._until_s, self._lock = 0.0, asyncio.Lock()

    async def _renew(self) -> None:
        oauth = self._oauth
        form = {"grant_type": "client_credentials"}
        form |= {name: value for name, value in (("scope", oauth.scope), ("audience", oauth.audience)) if value}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if oauth.credentials_in == "header":
            # RFC 6749 §2.3.1: both are form-encoded before they are joined.
            pair = f"{quote(oauth.client_id, safe='')}:{quote(oauth.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": oauth.client_id, "client_secret": oauth.client_secret}
        try:
            raw = await self._ask(oauth.token_url, urlencode(form).encode(), headers)
            given = msgspec.json.decode(raw, type=_Token)
        except (BotError, msgspec.MsgspecError) as error:
            raise InfrastructureError(
                "the token endpoint gave no access token; check oauth.token_url, client_id and client_secret"
            ) from error
        self._token = given.access_token
        self._until_s = monotonic() + max(1.0, given.expires_in - min(_EARLY_S, given.expires_in / 2))


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0
