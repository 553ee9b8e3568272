"""Rows of messages gathered into conversations, and child files joined to their parents, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from evalkit.errors import TranscriptError, near_match
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Record, Source, decoded, json_records, lines, opened

_T = TypeVar("_T")
WINDOW = 50_000
"""Rows held at once: the rows of one conversation may stand this far apart."""
APART = f"a message more than {WINDOW:,} rows after its conversation: sort the file by conversation"


def grouped(
    rows: Iterable[tuple[Hashable, int, _T]], ledger: Ledger, *, window: int = WINDOW
) -> Iterator[tuple[Any, int, list[_T]]]:
    """(key, line of its first row, rows) of each conversation, in the order in which they are complete.

    A row that comes after its conversation was given out is dropped and told.
    """
    held: dict[Hashable, tuple[int, list[_T]]] = {}
    closed = _Seen()
    n_held = 0
    for key, line, row in rows:
        entry = held.pop(key, None)
        if entry is None:
            if key in closed:
                ledger.n_messages += 1
                ledger.drop("message", APART, line)
                continue
            entry = (line, [])
        entry[1].append(row)
        # Put back at the end: the one not seen for longest stands first.
        held[key] = entry
        n_held += 1
        while n_held > window and len(held) > 1:
            oldest = next(iter(held))
            begun, done = held.pop(oldest)
            closed.add(oldest)
            n_held -= len(done)
            yield oldest, begun, done
    for last, (begun, done) in held.items():
        yield last, begun, done


class _Seen:
    """A set of keys at eight bytes each."""

    def __init__(self) -> None:
        self._fresh: set[int] = set()
        self._old: Any = None

    def add(self, key: Hashable) -> None:
        self._fresh.add(hash(key) & (2**63 - 1))
        if len(self._fresh) >= 65_536:
            import numpy as np

            fresh = np.fromiter(self._fresh, dtype=np.int64)
            self._old = np.union1d(fresh, self._old) if self._old is not None else np.sort(fresh)
            self._fresh.clear()

    def __contains__(self, key: Hashable) -> bool:
        mark = hash(key) & (2**63 - 1)
        if mark in self._fresh:
            return True
        if self._old is None:
            return False
        at = int(self._old.searchsorted(mark))
        return at < len(self._old) and int(self._old[at]) == mark


@dataclass(frozen=True, slots=True)
class Streams:
    """How the files of an export hang together: names of the parents, and for each child the field that names one."""

    parents: tuple[str, ...]
    key: str = "id"
    children: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    """Field of the parent that takes the rows → (names of the child's file, the child's field that holds the key)."""


def joined(source: Source, ledger: Ledger, streams: Streams | None, containers: Sequence[str]) -> Iterator[Record]:
    """The records of a source; those of a folder with a child's file get the child's rows as a list.

    Sixteen bytes of memory a row of a child; the rows themselves are read from their place when they are wanted.
    Raises: TranscriptError where a folder holds children and no parent.
    """
    named = _named_files(source, streams) if streams is not None and source.path.is_dir() else {}
    if streams is None or not any(name in named for name in streams.children):
        yield from json_records(source, ledger, containers=containers)
        return
    if "" not in named:
        held = [path.name for path in source.files]
        raise TranscriptError(
            f"{source.path}: no file named {' or '.join(streams.parents)} (with .jsonl or .json)"
            f"{near_match(streams.parents[0], held)} (the folder holds {', '.join(held)})"
        )
    indexes = {
        name: _Index(named[name], streams.children[name][1], source, ledger)
        for name in streams.children
        if name in named
    }
    for record in json_records(source, ledger, containers=containers, files=[named[""]]):
        if isinstance(record.data, dict):
            for name, index in indexes.items():
                own = record.data.get(name)
                record.data[name] = [*(own if isinstance(own, list) else ()), *index.rows(record.data.get(streams.key))]
        yield record
    for index in indexes.values():
        index.tell_orphans(ledger)


def _named_files(source: Source, streams: Streams) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in source.files:
        stem = path.name.split(".")[0].lower()
        if stem in streams.parents:
            found[""] = path
        for name, (stems, _) in streams.children.items():
            if stem in stems:
                found[name] = path
    return found


class _Index:
    """Where the rows of each parent stand in a file of JSON lines."""

    def __init__(self, path: Path, key: str, source: Source, ledger: Ledger) -> None:
        import numpy as np

        self._path, self._key, self._encoding = path, key, source.encoding_of(path)
        keys, places = array("q"), array("q")
        for number, offset, line in lines(path, source, ledger):
            row = decoded(line, self._encoding, ledger, number)
            row = row.get("record", row) if isinstance(row, dict) else row
            if not isinstance(row, dict) or row.get(key) is None:
                if row is not None:
                    ledger.drop("line", f"{path.name}: a row without {key}", number)
                continue
            keys.append(hash(str(row[key])))
            places.append(offset)
        order = np.argsort(np.frombuffer(keys, dtype=np.int64), kind="stable") if len(keys) else np.array([], dtype=int)
        self._keys = np.frombuffer(keys, dtype=np.int64)[order] if len(keys) else order
        self._places = np.frombuffer(places, dtype=np.int64)[order] if len(keys) else order
        self._used = 0
        self._stream = opened(path)

    def rows(self, parent: Any) -> list[dict[str, Any]]:
        """The rows of one parent, in the order of the file."""
        if parent is None:
            return []
        mark = hash(str(parent))
        first, last = self._keys.searchsorted(mark, "left"), self._keys.searchsorted(mark, "right")
        found = []
        for place in self._places[first:last]:
            self._stream.seek(int(place))
            row = msgspec.json.decode(self._stream.readline().decode(self._encoding).encode())
            row = row.get("record", row)
            if str(row[self._key]) == str(parent):
                found.append(row)
        self._used += len(found)
        return found

    def tell_orphans(self, ledger: Ledger) -> None:
        """Rows whose parent the export does not hold are told, once the parents have been read."""
        self._stream.close()
        orphans = len(self._keys) - self._used
        for _ in range(orphans):
            ledger.drop("line", f"{self._path.name}: a row whose {self._key} no record has")
