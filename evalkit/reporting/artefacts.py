"""The one door through which a report leaves: looked through once more for personal data, then written."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from evalkit.personal_data.sealing import sealed

_LOG = logging.getLogger("evalkit")


def write_artefact(path: Path, text: str, *, known: Collection[str] = ()) -> None:
    """Write a text file and its folder; personal data that is still in it is masked, and the log says how much.

    `known` are values that may stand in it: examples from reserved ranges.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(checked(text, path.name, known=known))


def checked(text: str, name: str, *, known: Collection[str] = ()) -> str:
    """The text as it may be written or shown; `name` says in the log what it belongs to."""
    look = sealed(text, known)
    told(look.kinds, name)
    return look.text


def told(kinds: Counter[str], name: str) -> None:
    """Log how many data of which kinds were masked in an artefact; nothing where none was."""
    if kinds:
        listed = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(kinds.items()))
        _LOG.warning("%s: masked before it was written: %s (it should have been masked earlier)", name, listed)
