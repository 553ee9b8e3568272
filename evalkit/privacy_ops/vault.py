"""Keeps the numbers of pseudonyms for good, and, where asked to, what they stand for: sealed, apart, deletable.

The file holds keyed hashes and numbers. A vault holds the originals besides, each sealed by AES-256-GCM under a key
that is derived from the data set's; without the key it says nothing, and deleting it ends every way back.
Source: NIST SP 800-38D (GCM), RFC 5869 (HKDF).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evalkit.errors import InputError, StoreError

_CACHED = 50_000
_NONCE_BYTES = 12
_TABLES = """
CREATE TABLE IF NOT EXISTS pseudonyms (
  kind TEXT NOT NULL, digest BLOB NOT NULL, number INTEGER NOT NULL, sealed BLOB,
  PRIMARY KEY (kind, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owners (
  subject TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (subject, kind, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS owned ON owners (kind, number);
"""


class Vault:
    """Numbers of pseudonyms in a file; with `seal`, reversible by whoever holds the key. Use as a context manager."""

    def __init__(self, path: Path, key: bytes, *, seal: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._cipher = _cipher(key) if seal else None
        self._cached: dict[tuple[str, bytes], int] = {}
        self._last: dict[str, int] = {}
        try:
            self._file = sqlite3.connect(path, isolation_level=None)
            self._file.execute("PRAGMA secure_delete=ON")
            self._file.executescript(_TABLES)
            self._file.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path}: the pseudonyms cannot be opened: {error}") from error

    def __enter__(self) -> Vault:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Keep what was given out and let go of the file."""
        self._count()
        self._file.execute("COMMIT")
        self._file.close()

    def keep(self) -> None:
        """Make what was given out durable: called before conversations that use it are written."""
        self._count()
        self._file.execute("COMMIT")
        self._file.execute("BEGIN IMMEDIATE")

    def _count(self) -> None:
        self._file.executemany("INSERT OR REPLACE INTO counters VALUES (?,?)", list(self._last.items()))

    def number(self, kind: str, digest: bytes, value: str) -> int:
        """The number of a value, 1 for the first of its kind, the same for good."""
        known = self._cached.get((kind, digest))
        if known is not None:
            return known
        row = self._file.execute(
            "SELECT number, sealed FROM pseudonyms WHERE kind=? AND digest=?", (kind, digest)
        ).fetchone()
        if row is None:
            number = self._next(kind)
            self._file.execute(
                "INSERT INTO pseudonyms VALUES (?,?,?,?)", (kind, digest, number, self._sealed(kind, number, value))
            )
        else:
            number = row[0]
            if row[1] is None and self._cipher is not None:
                sealed = self._sealed(kind, number, value)
                self._file.execute("UPDATE pseudonyms SET sealed=? WHERE kind=? AND digest=?", (sealed, kind, digest))
        if len(self._cached) >= _CACHED:
            self._cached.clear()
        self._cached[kind, digest] = number
        return int(number)

    def own(self, subject: str, names: Iterable[tuple[str, int]]) -> None:
        """Note that these pseudonyms stand in conversations of a subject, so that erasing it erases them."""
        rows = [(subject, kind, number) for kind, number in names]
        self._file.executemany("INSERT OR IGNORE INTO owners VALUES (?,?,?)", rows)

    def original(self, kind: str, number: int) -> str:
        """What a pseudonym stands for. Raises: InputError: unknown, not sealed, or another key."""
        if self._cipher is None:
            raise InputError("the vault is closed: open it with its key")
        row = self._file.execute("SELECT sealed FROM pseudonyms WHERE kind=? AND number=?", (kind, number)).fetchone()
        if row is None or row[0] is None:
            why = "is unknown" if row is None else "was never sealed: the import kept no vault"
            raise InputError(f"<{kind}_{number}> {why}")
        from cryptography.exceptions import InvalidTag

        try:
            plain: bytes = self._cipher.decrypt(
                row[0][:_NONCE_BYTES], row[0][_NONCE_BYTES:], f"{kind}_{number}".encode()
            )
        except InvalidTag as error:
            raise InputError("the key does not fit this vault") from error
        return plain.decode()

    def forget(self, subject: str) -> int:
        """The number of pseudonyms erased: those that stand in no other person's conversations."""
        own = self._file.execute("SELECT kind, number FROM owners WHERE subject=?", (subject,)).fetchall()
        self._file.execute("DELETE FROM owners WHERE subject=?", (subject,))
        erased = 0
        for kind, number in own:
            if self._file.execute("SELECT 1 FROM owners WHERE kind=? AND number=?", (kind, number)).fetchone() is None:
                erased += self._file.execute(
                    "DELETE FROM pseudonyms WHERE kind=? AND number=?", (kind, number)
                ).rowcount
        self._cached.clear()
        self.keep()
        return erased

    def counts(self) -> list[tuple[str, int, int]]:
        """(kind, pseudonyms, of these sealed), by kind."""
        return self._file.execute(
            "SELECT kind, COUNT(*), COUNT(sealed) FROM pseudonyms GROUP BY kind ORDER BY kind"
        ).fetchall()

    def _next(self, kind: str) -> int:
        if kind not in self._last:
            row = self._file.execute("SELECT last FROM counters WHERE kind=?", (kind,)).fetchone()
            self._last[kind] = row[0] if row else 0
        # An erased number is not given out again: what was written with it elsewhere must stay nobody's.
        self._last[kind] += 1
        return self._last[kind]

    def _sealed(self, kind: str, number: int, value: str) -> bytes | None:
        if self._cipher is None:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        sealed: bytes = nonce + self._cipher.encrypt(
            nonce, value.encode("utf-8", "replace"), f"{kind}_{number}".encode()
        )
        return sealed


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    except ModuleNotFoundError as error:
        raise InputError("a vault needs cryptography: pip install 'support-evalkit[privacy]'") from error
    return AESGCM(HKDF(SHA256(), 32, None, b"evalkit vault 1").derive(key))
