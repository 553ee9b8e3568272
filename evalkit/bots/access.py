"""How an endpoint may be reached: allowed hosts, certificates, a proxy from the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evalkit.bots.settings import Tls
from evalkit.errors import BotError, InputError

if TYPE_CHECKING:
    import ssl

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


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
