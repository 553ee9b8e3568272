"""The key of a data set: made once, kept in a file of its own that only its owner can read, never in the store."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from evalkit.errors import InputError

KEY_BYTES = 32
VARIABLE = "EVALKIT_PSEUDONYM_KEY"


def key_of(path: Path, *, create: bool = True) -> tuple[bytes, bool]:
    """The key, from the environment or a file, and whether it was made just now.

    Raises: InputError where it is missing, too short, or readable by others.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return _decoded(given, f"${VARIABLE}"), False
    if path.exists():
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise InputError(f"{path}: others can read the key; `chmod 600` it")
        return _decoded(path.read_text(encoding="ascii", errors="replace"), str(path)), False
    if not create:
        raise InputError(f"{path}: no key here; --key names its file, or set ${VARIABLE}")
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return key_of(path, create=False)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key.hex() + "\n")
    return key, True


def _decoded(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise InputError(f"{where}: expected {2 * KEY_BYTES} hexadecimal digits")
    return key
