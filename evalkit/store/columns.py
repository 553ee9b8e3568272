"""Facts by column: what KPIs compute on, a million conversations at a time, kept beside the store by its version."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from struct import Struct
from typing import Any, get_type_hints
from zlib import crc32

from evalkit.errors import StoreError
from evalkit.store.facts import COLUMNS, Facts

_COUNTS = frozenset({"trial", "late_turns", "customer_replays"})
_HINTS = {name: str(hint) for name, hint in get_type_hints(Facts).items()}
NUMBERS = tuple(
    name
    for name in COLUMNS
    if "float" in _HINTS[name] or ("int" in _HINTS[name] and (name.startswith("n_") or name in _COUNTS))
)
"""Amounts and counts: float columns, NaN where unknown."""
FLAGS = tuple(name for name in COLUMNS if "int" in _HINTS[name] and name not in NUMBERS)
"""Yes or no: 1, 0, and -1 where unknown."""
LABELS = tuple(name for name in COLUMNS if "str" in _HINTS[name] and name not in {"conversation_id", "started_at"})
"""Names: codes into a tuple of names, -1 where unknown."""
_IDS = ("subject_key", "case_id")
NAMED = tuple(name for name in LABELS if name not in _IDS)
"""Labels whose names are kept with the columns; ids of persons and cases are numbers there."""
_CHUNK = 50_000
_LAYOUT = Struct(f"<Id{len(NUMBERS)}f{len(FLAGS)}b")
_LAYOUT_ID = crc32(",".join((*NUMBERS, *FLAGS, *NAMED)).encode())
_SEPARATOR, _NONE = "\x1f", "\x1e"
_NAN = float("nan")
CACHED_FROM = 20_000
"""Smaller sets are read from the store each time: a file beside it would save nothing."""


class _Kept(Mapping[str, Any]):
    """The columns of a file beside the store, each read when it is asked for."""

    def __init__(self, held: Any, path: Path, prefix: str, names: Sequence[str], kind: Any) -> None:
        self._held, self._path, self._prefix, self._names, self._kind = held, path, prefix, names, kind
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        from zipfile import BadZipFile

        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            try:
                self._read[name] = self._held[f"{self._prefix}{name}"].astype(self._kind, copy=False)
            except (OSError, ValueError, KeyError, BadZipFile) as error:
                raise StoreError(f"{self._path} is damaged; delete it, and it is made again") from error
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Picked(Mapping[str, Any]):
    """Some rows of each column, picked when a column is asked for: a number reads a few of seventy."""

    def __init__(self, whole: Mapping[str, Any], which: Any, more: Mapping[str, Any] | None = None) -> None:
        self._whole, self._which, self._more = whole, which, dict(more or {})
        self._held: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._more:
            return self._more[name]
        if name not in self._held:
            array = self._whole[name]
            self._held[name] = array[self._which] if isinstance(self._which, slice) else array.take(self._which)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._whole), **dict.fromkeys(self._more)})

    def __len__(self) -> int:
        return len(set(self._whole) | set(self._more))

    def taken(self, which: Any) -> _Picked:
        """Some of these rows, each column picked once from where it stands; a slice of a column costs nothing."""
        if isinstance(which, slice) or isinstance(self._which, slice):
            return _Picked(self, which)
        return _Picked(self._whole, self._which[which], {name: array[which] for name, array in self._more.items()})

    def with_(self, name: str, array: Any) -> _Picked:
        """The same rows with one more column."""
        return _Picked(self._whole, self._which, {**self._more, name: array})


@dataclass(frozen=True, eq=False)
class Columns:
    """The facts of n conversations by column (NumPy arrays of length n); see FLAGS, NUMBERS and LABELS.

    `started_s` is the start in seconds since 1970, NaN where unknown. `memo` keeps what was computed from them.
    """

    n: int
    flags: Mapping[str, Any]
    numbers: Mapping[str, Any]
    codes: Mapping[str, Any]
    names: Mapping[str, tuple[str, ...]]
    started_s: Any
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def is_(self, column: str, *values: str) -> Any:
        """A boolean array: where the label is one of these."""
        import numpy as np

        wanted = np.array([name in values for name in self.names[column]] + [False])
        return wanted.take(self.codes[column], mode="wrap")

    def known(self, column: str) -> Any:
        """A boolean array: where the label is known."""
        return self.codes[column] >= 0

    def take(self, which: Any) -> Columns:
        """The rows of a boolean mask, or of an array of positions, in that order."""
        import numpy as np

        if not isinstance(which, slice) and which.dtype == bool:
            which = np.flatnonzero(which)
        flags, numbers, codes = (_picked(part, which) for part in (self.flags, self.numbers, self.codes))
        started = self.started_s[which]
        return Columns(len(started), flags, numbers, codes, self.names, started)

    def where(self, labels: Mapping[str, str]) -> Columns:
        """The rows that have all these labels."""
        import numpy as np

        if not labels:
            return self
        return self.take(np.logical_and.reduce([self.is_(name, value) for name, value in labels.items()]))

    def with_flag(self, name: str, said: Any) -> Columns:
        """The same rows with one more flag."""
        flags = self.flags if isinstance(self.flags, _Picked) else _Picked(self.flags, slice(None))
        return replace(self, flags=flags.with_(name, said), memo={})

    def present(self, column: str) -> tuple[str, ...]:
        """The names that a label has in these rows."""
        import numpy as np

        return tuple(self.names[column][code] for code in np.unique(self.codes[column]) if code >= 0)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Which of replay, production and pilot the rows come from."""
        return self.present("source")


def _picked(columns: Mapping[str, Any], which: Any) -> _Picked:
    return columns.taken(which) if isinstance(columns, _Picked) else _Picked(columns, which)


def cluster_column(source: str) -> str:
    """The label that names what is not independent: the case of a replay, else the person."""
    return "case_id" if source == "replay" else "subject_key"


def by_cluster(columns: Columns) -> Columns:
    """The rows with those of one case or person side by side, which most sums want."""
    import numpy as np

    source = columns.sources[0] if columns.sources else "replay"
    return columns.take(np.argsort(columns.codes[cluster_column(source)], kind="stable"))


def columns_of(rows: Iterable[Facts]) -> Columns:
    """The columns of some facts, in their order."""
    from operator import attrgetter

    builder = Builder()
    records = tuple(rows)
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        builder.add({name: list(map(attrgetter(name), part)) for name in COLUMNS})
    return builder.build()


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of several sets one after another; names that both have get one code."""
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    if not parts:
        return columns_of(())
    codes: dict[str, Any] = {}
    names: dict[str, tuple[str, ...]] = {}
    for column in LABELS:
        known: dict[str, int] = {}
        moved = []
        for part in parts:
            if column in _IDS and not part.names[column] and part.n:
                # Codes without names (from a cache) cannot meet those of another set: they stay apart.
                offset = len(known)
                known.update((f"{offset}:{i}", offset + i) for i in range(int(part.codes[column].max(initial=-1)) + 1))
                moved.append(np.where(part.codes[column] >= 0, part.codes[column] + offset, -1))
                continue
            table = np.array([known.setdefault(n, len(known)) for n in part.names[column]] + [-1], dtype=np.int32)
            moved.append(table[part.codes[column]])
        codes[column], names[column] = np.concatenate(moved), tuple(known)
    flags = {name: np.concatenate([part.flags[name] for part in parts]) for name in FLAGS}
    numbers = {name: np.concatenate([part.numbers[name] for part in parts]) for name in NUMBERS}
    started = np.concatenate([part.started_s for part in parts])
    return Columns(sum(part.n for part in parts), flags, numbers, codes, names, started)


def packed(row: Facts) -> tuple[bytes, str]:
    """The row as columns read it: numbers and flags in one fixed binary layout, names in one text.

    Two values a row instead of sixty: that makes a million rows a matter of seconds.
    """
    numbers = [_NAN if (v := getattr(row, name)) is None else v for name in NUMBERS]
    flags = [-1 if (v := getattr(row, name)) is None else v for name in FLAGS]
    names = [_NONE if (v := getattr(row, name)) is None else v for name in NAMED]
    return _LAYOUT.pack(_LAYOUT_ID, _second(row.started_at), *numbers, *flags), _SEPARATOR.join(names)


def _numbered() -> dict[str | None, int]:
    """A number for each name in the order in which names are first asked for; -1 for none."""
    found: dict[str | None, int] = defaultdict(count().__next__)
    found[None] = -1
    return found


class Builder:
    """Gathers chunks of rows into columns."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Any]] = {name: [] for name in (*FLAGS, *NUMBERS, *LABELS, "started_s")}
        self._codes: dict[str, dict[str | None, int]] = {name: _numbered() for name in LABELS}
        self._texts: dict[str, int] = {}
        self._of_texts: dict[str, list[int]] = {name: [] for name in NAMED}

    def add(self, chunk: Mapping[str, Sequence[Any]]) -> None:
        """Values by column of Facts."""
        import numpy as np

        n = len(chunk["conversation_id"])
        for name in FLAGS:
            self._parts[name].append(np.fromiter((-1 if v is None else v for v in chunk[name]), np.int8, n))
        for name in NUMBERS:
            self._parts[name].append(np.fromiter((_NAN if v is None else v for v in chunk[name]), np.float32, n))
        for name in LABELS:
            self._parts[name].append(self._coded(name, chunk[name]))
        self._parts["started_s"].append(np.fromiter(map(_second, chunk["started_at"]), np.float64, n))

    def add_packed(self, rows: Sequence[bytes], labels: Sequence[str], *ids: Sequence[str | None]) -> bool:
        """Rows as `packed` wrote them with their ids; False, and nothing added, for another layout."""
        import numpy as np

        if None in rows or set(map(len, rows)) - {_LAYOUT.size}:
            return False
        fields = [("id", "<u4"), ("started_s", "<f8")]
        fields += [*((name, "<f4") for name in NUMBERS), *((name, "i1") for name in FLAGS)]
        held = np.frombuffer(b"".join(rows), dtype=fields)
        if (held["id"] != _LAYOUT_ID).any():
            return False
        for name in (*NUMBERS, *FLAGS, "started_s"):
            self._parts[name].append(held[name].copy())
        # Many rows share all their names: each text is taken apart once.
        new = [text for text in dict.fromkeys(labels) if text not in self._texts]
        self._texts.update(zip(new, range(len(self._texts), len(self._texts) + len(new)), strict=True))
        for text in new:
            for name, value in zip(NAMED, text.split(_SEPARATOR), strict=True):
                self._of_texts[name].append(self._codes[name][value] if value != _NONE else -1)
        at = np.fromiter(map(self._texts.__getitem__, labels), np.int64, len(labels))
        for name in NAMED:
            self._parts[name].append(np.array(self._of_texts[name], dtype=np.int32)[at])
        for name, values in zip(_IDS, ids, strict=True):
            self._parts[name].append(self._coded(name, values))
        return True

    def _coded(self, name: str, values: Sequence[str | None]) -> Any:
        import numpy as np

        return np.fromiter(map(self._codes[name].__getitem__, values), np.int32, len(values))

    def build(self) -> Columns:
        """The columns of all that was added."""
        import numpy as np

        def whole(name: str, kind: Any) -> Any:
            return np.concatenate(self._parts[name]) if self._parts[name] else np.zeros(0, dtype=kind)

        started = whole("started_s", np.float64)
        return Columns(
            len(started),
            {name: whole(name, np.int8) for name in FLAGS},
            {name: whole(name, np.float32) for name in NUMBERS},
            {name: whole(name, np.int32) for name in LABELS},
            {name: tuple(n for n in codes if n is not None) for name, codes in self._codes.items()},
            started,
        )


def _second(instant: str | None) -> float:
    return datetime.fromisoformat(instant).timestamp() if instant else _NAN


# ---------------------------------------------------------------- kept beside a store


def cache_path(store: Path, run_id: str, score_key: str) -> Path:
    """Where the columns of one set are kept beside a store file."""
    name = hashlib.blake2b(f"{run_id}\0{score_key}".encode(), digest_size=12).hexdigest()
    return store.with_name(f"{store.name}.columns") / f"{name}.npz"


def forget_kept(store: Path) -> None:
    """Delete what is kept beside a store file: erased rows must not outlive their erasure there."""
    for path in store.with_name(f"{store.name}.columns").glob("*"):
        path.unlink(missing_ok=True)


def load_cached(path: Path, version: str) -> Columns | None:
    """The columns kept under this version; None where there are none, older ones, or ones that cannot be read."""
    import zipfile

    import numpy as np

    try:
        # Left open: a number reads a few of seventy columns, and an open file stays readable when a newer one takes
        # its place.
        held = np.load(path, allow_pickle=False)
        about = json.loads(str(held["about"]))
        if about["version"] != version or about["columns"] != list(COLUMNS):
            held.close()
            return None
        return Columns(
            int(about["n"]),
            _Kept(held, path, "f.", FLAGS, np.int8),
            _Kept(held, path, "x.", NUMBERS, np.float32),
            _Kept(held, path, "c.", LABELS, np.int32),
            {name: tuple(about["names"][name]) for name in LABELS},
            held["started_s"],
        )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def keep(path: Path, version: str, columns: Columns) -> None:
    """Write the columns for later; a folder that cannot be written costs only the time to read again.

    No id of a person or conversation is kept: people are numbers without names.
    """
    import numpy as np

    names = {name: () if name in _IDS else columns.names[name] for name in LABELS}
    about = {"version": version, "n": columns.n, "columns": list(COLUMNS), "names": names}
    arrays = {f"f.{name}": array for name, array in columns.flags.items()}
    arrays |= {f"x.{name}": array for name, array in columns.numbers.items()}
    arrays |= {
        f"c.{name}": array.astype(np.min_scalar_type(-max(1, len(columns.names[name]))))
        for name, array in columns.codes.items()
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), started_s=columns.started_s, **arrays)
        part.replace(path)
    except OSError:
        return
