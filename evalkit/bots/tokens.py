"""Access tokens that all conversations of a bot share: client credentials, or a service account's signed request.

Source: RFC 6749 §4.4 (client credentials), RFC 7523 §2.1 (JWT as authorisation grant).
"""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import quote, urlencode

import msgspec

from evalkit.bots.settings import OAuth
from evalkit.errors import BotError, InfrastructureError, InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_EARLY_S = 30.0
"""A token is renewed this long before it expires, so that none expires on the way."""
_SIGNED_FOR_S = 3600
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Asked(NamedTuple):
    """A request for a token: its form, and headers of its own."""

    form: dict[str, str]
    headers: dict[str, str]


class Grant(Protocol):
    """What a token is asked for with."""

    @property
    def token_url(self) -> str:
        """Where a token is asked for."""

    @property
    def told_by(self) -> str:
        """The keys of the configuration that a refused request may be the fault of."""

    def asked(self) -> Asked:
        """The next request for a token."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The client's id and secret, in the form or as basic authorisation."""

    oauth: OAuth
    told_by: str = "oauth.token_url, client_id and client_secret"

    @property
    def token_url(self) -> str:
        """Where a token is asked for."""
        return self.oauth.token_url

    def asked(self) -> Asked:
        """The next request for a token."""
        oauth = self.oauth
        form = {"grant_type": "client_credentials"}
        form |= {name: value for name, value in (("scope", oauth.scope), ("audience", oauth.audience)) if value}
        if oauth.credentials_in == "body":
            return Asked({**form, "client_id": oauth.client_id, "client_secret": oauth.client_secret}, {})
        # RFC 6749 §2.3.1: both are form-encoded before they are joined.
        pair = f"{quote(oauth.client_id, safe='')}:{quote(oauth.client_secret, safe='')}"
        return Asked(form, {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"})


class KeyFile(msgspec.Struct, frozen=True):
    """What is read of a service account's key file."""

    client_email: str
    private_key: str
    token_uri: str
    private_key_id: str = ""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account that signs its requests with its key."""

    file: KeyFile
    key: RSAPrivateKey
    scope: str
    now: Callable[[], float] = time.time
    told_by: str = "the key file of `service_account`, and the clock of this machine"

    @classmethod
    def read(cls, path: str, where: str, scope: str) -> ServiceAccount:
        """The account of a key file in JSON. Raises: InputError, never with the file's words."""
        try:
            file = msgspec.json.decode(Path(path).expanduser().read_bytes(), type=KeyFile)
        except OSError as error:
            raise InputError(f"{where}: '{path}' cannot be read; expected a service account's key file") from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(
                f"{where}: '{path}' is no key file; expected JSON with client_email, private_key and token_uri"
            ) from error
        return cls(file, _private_key(file.private_key, path, where), scope)

    @property
    def token_url(self) -> str:
        """Where a token is asked for."""
        return self.file.token_uri

    def asked(self) -> Asked:
        """The next request for a token, signed now."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        at_s = int(self.now())
        head = {"alg": "RS256", "typ": "JWT"} | ({"kid": self.file.private_key_id} if self.file.private_key_id else {})
        claims = {
            "iss": self.file.client_email, "scope": self.scope, "aud": self.file.token_uri,
            "iat": at_s, "exp": at_s + _SIGNED_FOR_S,
        }  # fmt: skip
        signed = b".".join(map(_segment, (msgspec.json.encode(head), msgspec.json.encode(claims))))
        signature = self.key.sign(signed, PKCS1v15(), SHA256())
        assertion = b".".join((signed, _segment(signature))).decode()
        return Asked({"grant_type": _JWT_GRANT, "assertion": assertion}, {})


class Tokens:
    """The token that all conversations share; asked for once, renewed before it expires or when it is refused."""

    def __init__(self, grant: Grant, ask: Callable[[str, bytes, dict[str, str]], Awaitable[bytes]]) -> None:
        self._grant, self._ask = grant, ask
        self._token, self._until_s = "", 0.0
        self._lock = asyncio.Lock()

    async def header(self) -> str:
        """The value of `Authorization`. Raises: InfrastructureError when the token endpoint gives none."""
        if time.monotonic() >= self._until_s:
            async with self._lock:
                if time.monotonic() >= self._until_s:
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
        asked = self._grant.asked()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **asked.headers}
        try:
            raw = await self._ask(self._grant.token_url, urlencode(asked.form).encode(), headers)
            given = msgspec.json.decode(raw, type=_Token)
        except (BotError, msgspec.MsgspecError) as error:
            raise InfrastructureError(
                f"the token endpoint gave no access token; check {self._grant.told_by}"
            ) from error
        self._token = given.access_token
        self._until_s = time.monotonic() + max(1.0, given.expires_in - min(_EARLY_S, given.expires_in / 2))


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


def _segment(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def _private_key(pem: str, path: str, where: str) -> RSAPrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise InputError(f"{where} needs cryptography: pip install 'support-evalkit[privacy]'") from error
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise InputError(f"{where}: the private_key of '{path}' cannot be read as PEM without a password") from error
    if not isinstance(key, RSAPrivateKey):
        raise InputError(f"{where}: the private_key of '{path}' is no RSA key, which the token endpoint wants")
    return key
