"""Who may see and do what: local accounts with hashed passwords, three roles, and unmasking that leaves a trace."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, get_args

import msgspec

from evalkit.errors import InputError, near_match
from evalkit.store.store import Store

Role = Literal["viewer", "reviewer", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
UNMASK_FOR = timedelta(minutes=15)
_N, _R, _P = 2**15, 8, 3
"""scrypt's cost. Source: OWASP Password Storage Cheat Sheet (N = 2^15, r = 8, p = 3)."""
_MEMORY = 64 * 1024 * 1024
_TRIES, _WAIT, _MOST_NAMES = 5, timedelta(minutes=1), 10_000


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person's local account; only the salted hash of the password is kept."""

    name: str
    role: Role
    salt: str
    hash: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits before the screen; `by` says how they were recognised."""

    name: str
    role: Role
    by: Literal["loopback", "account", "proxy", "oidc"]

    @property
    def may_review(self) -> bool:
        """Whether labels of this person are taken."""
        return self.role in {"reviewer", "admin"}


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server on this address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("example.com")
    (True, True, False, False)
    """
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def read_accounts(path: Path) -> dict[str, Account]:
    """The accounts of a file, empty where it does not exist. Raises: InputError for a broken file."""
    if not path.exists():
        return {}
    try:
        accounts = msgspec.json.decode(path.read_bytes(), type=list[Account])
    except (msgspec.DecodeError, OSError) as error:
        raise InputError(f"{path}: expected the accounts that `evalkit review account` writes ({error})") from error
    return {account.name: account for account in accounts}


def save_account(path: Path, name: str, role: str, password: str) -> Account:
    """The stored account; the file is readable by its owner alone.

    Raises: InputError for a bad name, an unknown role, or a password below 12 characters.
    """
    if role not in ROLES:
        raise InputError(f"unknown role '{role}'{near_match(role, ROLES)} (known: {', '.join(ROLES)})")
    if not re.fullmatch(r"[\w.@+-]{1,80}", name):
        raise InputError("expected a name of letters, digits and . @ + - _")
    if len(password) < 12:
        raise InputError("expected a password of at least 12 characters")
    salt = os.urandom(16)
    digest = base64.b64encode(_hash(password, salt)).decode()
    account = Account(name=name, role=role, salt=base64.b64encode(salt).decode(), hash=digest)
    accounts = {**read_accounts(path), name: account}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(list(accounts.values()))))
    temporary.replace(path)
    return account


def sign_in(accounts: Mapping[str, Account], name: str, password: str) -> Person | None:
    """The person, or None for a wrong name or password; both take the same time."""
    account = accounts.get(name)
    salt = base64.b64decode(account.salt) if account else b"0" * 16
    good = base64.b64decode(account.hash) if account else b""
    if not hmac.compare_digest(_hash(password, salt), good) or account is None:
        return None
    return Person(name=account.name, role=account.role, by="account")


class Attempts:
    """Wrong passwords by name: after five in a row the name waits a minute, whoever asks."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, datetime]] = {}

    def failed(self, name: str, now: datetime) -> None:
        """Count a wrong password."""
        n, _ = self._wrong.get(name, (0, now))
        if len(self._wrong) > _MOST_NAMES:
            self._wrong.clear()
        self._wrong[name] = (n + 1, now)

    def blocked(self, name: str, now: datetime) -> bool:
        """Whether this name has to wait."""
        n, last = self._wrong.get(name, (0, now))
        if n and now - last > _WAIT:
            del self._wrong[name]
            return False
        return n >= _TRIES


def from_proxy(headers: Mapping[str, str], header: str, accounts: Mapping[str, Account]) -> Person | None:
    """The person whom a reverse proxy names in a header; without an account of that name they may only look."""
    name = next((value for key, value in headers.items() if key.lower() == header.lower()), "").strip()
    if not name:
        return None
    account = accounts.get(name)
    return Person(name=name, role=account.role if account else "viewer", by="proxy")


def unmask(store: Store, person: Person, conversation_id: str, reason: str, *, now: datetime) -> datetime:
    """The instant until which this person sees this conversation in clear; the audit trail keeps who, what and why.

    Raises: InputError for a viewer, or without a reason of at least ten characters.
    """
    if not person.may_review:
        raise InputError("only reviewers and admins may see personal data in clear")
    if len(reason.strip()) < 10:
        raise InputError("say in a few words why you need to see it in clear (at least 10 characters)")
    until = now + UNMASK_FOR
    body = {"conversation": conversation_id, "reason": reason.strip(), "until": until.isoformat(), "role": person.role}
    store.append_audit("unmask", body, actor=person.name, at=now)
    return until


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)
