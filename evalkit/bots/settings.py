"""What every kind of bot understands in `evalkit.yaml`, and how a definition is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from evalkit.bots.signals import NO_SIGNALS, HandOverOn
from evalkit.bots.templates import with_secrets
from evalkit.errors import InputError
from evalkit.model import content_hash
from evalkit.settings import read_struct


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One section of a bot's definition."""


class Timeouts(Part, frozen=True, kw_only=True):
    """Longest waits in seconds: for a connection, the first byte, between bytes, and for a whole reply."""

    connect_s: float = 5.0
    first_byte_s: float = 30.0
    idle_s: float = 30.0
    total_s: float = 60.0


class Tls(Part, frozen=True, kw_only=True):
    """Files in PEM: the authority that signed the endpoint's certificate, and our own certificate and key."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: str | None = None


class OAuth(Part, frozen=True, kw_only=True):
    """OAuth 2 client credentials; the token is fetched once for all conversations and again before it expires."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str = ""
    audience: str = ""
    credentials_in: Literal["body", "header"] = "body"


class BotDefinition(Part, frozen=True, kw_only=True):
    """Keys of every kind."""

    kind: str = "http"
    concurrency: int = 20
    handover_on: HandOverOn = NO_SIGNALS
    version: str = ""
    """Anything that tells releases of the endpoint apart (a commit, a deployment id); part of the bot's identity."""


class EndpointDefinition(BotDefinition, frozen=True, kw_only=True):
    """Keys of every kind that goes over the network."""

    headers: dict[str, str] = {}
    oauth: OAuth | None = None
    tls: Tls = Tls()
    timeouts: Timeouts = Timeouts()
    rate_per_s: float | None = None
    retries: int = 3
    max_reply_bytes: int = 2_000_000
    cookies: bool = True


_UNTOLD = frozenset({
    "api_key", "secret", "token", "service_account", "headers", "oauth", "tls", "timeouts", "concurrency", "rate_per_s",
    "retries",
})  # fmt: skip
"""What decides how an endpoint is reached, not what it answers."""

Made = TypeVar("Made", bound=BotDefinition)


def read_definition(
    struct: type[Made], definition: Mapping[str, Any], where: str, environment: Mapping[str, str] | None
) -> tuple[Made, str]:
    """The definition as `struct`, and the identity: a hash of what decides the answers, without secrets.

    Raises: InputError for an unknown key (with the near one), a wrong value, or a secret that is not set.
    """
    filled = with_secrets(dict(definition), os.environ if environment is None else environment, where)
    made = read_struct(filled, struct, where)
    if made.concurrency < 1:
        raise InputError(f"{where}.concurrency: expected at least 1")
    told = {key: value for key, value in definition.items() if key not in _UNTOLD}
    return made, content_hash(struct.__name__, told)
