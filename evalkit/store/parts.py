"""The words of many conversations in Parquet parts beside the SQL index, which alone says what a run holds.

A part is written whole under a temporary name, renamed to its hash, and registered in the transaction that empties
the rows which it replaces: a kill at any moment leaves each conversation in exactly one place.
"""

from __future__ import annotations

import hashlib
import heapq
import secrets
import shutil
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from evalkit.errors import StoreError
from evalkit.store import schema
from evalkit.store.database import reading, writing

PACK_ABOVE = 100_000
"""More conversations than this in one import leave the database for Parquet parts."""
PART_ROWS, GROUP_ROWS = 50_000, 500
"""Conversations in one part, and in one row group: what one unit of scoring reads."""

Body = tuple[str, bytes]
"""A conversation's id and its JSON."""


class Part(NamedTuple):
    """A registered part: its hash, its file, and how many conversations it was written with."""

    hash: str
    path: Path
    n: int


class Parts:
    """The Parquet parts of one store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @property
    def folder(self) -> Path | None:
        """Where parts lie: beside a store file, under `.evalkit` for a database, None for a store in memory."""
        url = self._engine.url
        if url.get_backend_name() != "sqlite":
            return Path(".evalkit/parts").absolute()
        return Path(f"{url.database}.parts") if url.database and url.database != ":memory:" else None

    def of(self, run_id: str) -> list[Part]:
        """The parts of a run."""
        table = schema.parts
        query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.hash)
        with reading(self._engine) as connection:
            return [self._part(row) for row in connection.execute(query)]

    def bodies(self, run_id: str, hashes: Collection[str] | None = None) -> Iterator[Body]:
        """What the parts of a run, or those of these hashes, hold in the order of ids."""
        streams = [
            read_part(part.path) if n_live == part.n else self._live(run_id, part)
            for part, n_live in self._counted(run_id)
            if hashes is None or part.hash in hashes
        ]
        return heapq.merge(*streams)

    def some(self, run_id: str, places: Iterable[tuple[str, int]]) -> Iterator[Body]:
        """The conversations at these places (hash, position)."""
        paths = {part.hash: part.path for part in self.of(run_id)}
        wanted: dict[str, dict[int, list[int]]] = {}
        for hash_, position in places:
            wanted.setdefault(hash_, {}).setdefault(position // GROUP_ROWS, []).append(position % GROUP_ROWS)
        for hash_, groups in sorted(wanted.items()):
            yield from read_rows_of(paths[hash_], groups)

    def ids_at(self, run_id: str, hash_: str, start: int, stop: int) -> list[str]:
        """The ids of the conversations at these positions of a part, whether or not the part can be read."""
        table = schema.conversations
        here = (table.c.run_id == run_id, table.c.part == hash_, table.c.position >= start, table.c.position < stop)
        with reading(self._engine) as connection:
            return list(connection.execute(sa.select(table.c.id).where(*here).order_by(table.c.position)).scalars())

    def pack(self, run_id: str, *, rows_a_part: int = PART_ROWS) -> int:
        """How many conversations left the database for parts; none where pyarrow is not installed."""
        folder = self.folder
        if folder is None or not can_pack():
            return 0
        table, packed = schema.conversations, 0
        query = (
            sa.select(table.c.id, table.c.body)
            .where(table.c.run_id == run_id, table.c.part.is_(None))
            .order_by(table.c.id)
            .limit(rows_a_part)
        )
        while True:
            with self._writing() as connection:
                found = connection.execute(query, execution_options={"yield_per": GROUP_ROWS})
                rows = ((row.id, row.body) for row in found)
                n = self._place(connection, run_id, folder, rows)
            if not n:
                return packed
            packed += n

    def settle(self, run_id: str) -> None:
        """Write again each part that holds what the index has given up, without it: erased words leave the disk."""
        for part, n_live in self._counted(run_id):
            if n_live == part.n:
                continue
            table = schema.parts
            with self._writing() as connection:
                if n_live:
                    self._place(connection, run_id, part.path.parent.parent, self._live(run_id, part))
                connection.execute(table.delete().where(table.c.run_id == run_id, table.c.hash == part.hash))
            part.path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what no run registers: parts of a killed program, and what was left of an unfinished scoring."""
        table, folder = schema.parts, self.folder
        if folder is None or not folder.exists():
            return
        with self._writing() as connection:
            known = {self._part(row).path for row in connection.execute(sa.select(table))}
            for path in folder.glob("*/*"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif path not in known:
                    path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        # Nobody may sweep a part away between its rename and its registration.
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE parts IN EXCLUSIVE MODE"))
            yield connection

    def _place(self, connection: sa.Connection, run_id: str, folder: Path, rows: Iterable[Body]) -> int:
        ids: list[str] = []

        def noted() -> Iterator[Body]:
            for row in rows:
                ids.append(row[0])
                yield row

        hash_, path = write_part(folder / run_id, noted())
        if not ids:
            return 0
        where = str(path.relative_to(folder)) if self._engine.dialect.name == "sqlite" else str(path)
        connection.execute(schema.parts.insert(), {"run_id": run_id, "hash": hash_, "path": where, "n": len(ids)})
        table = schema.conversations
        here = (table.c.run_id == run_id) & (table.c.id == sa.bindparam("of"))
        change = table.update().where(here).values(body=b"", part=hash_, position=sa.bindparam("at"), block=None)
        connection.execute(change, [{"of": id_, "at": number} for number, id_ in enumerate(ids)])
        return len(ids)

    def _live(self, run_id: str, part: Part) -> Iterator[Body]:
        table = schema.conversations
        query = sa.select(table.c.id).where(table.c.run_id == run_id, table.c.part == part.hash)
        with reading(self._engine) as connection:
            live = set(connection.execute(query).scalars())
        for body in read_part(part.path):
            if body[0] in live:
                yield body

    def _counted(self, run_id: str) -> list[tuple[Part, int]]:
        table = schema.conversations
        query = sa.select(table.c.part, sa.func.count()).where(table.c.run_id == run_id).group_by(table.c.part)
        parts = self.of(run_id)
        if not parts:
            return []
        with reading(self._engine) as connection:
            live = {hash_: n for hash_, n in connection.execute(query)}
        return [(part, live.get(part.hash, 0)) for part in parts]

    def _part(self, row: Any) -> Part:
        return Part(row.hash, (self.folder or Path()) / row.path, row.n)


def can_pack() -> bool:
    """Whether Parquet can be written here."""
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


def write_part(folder: Path, rows: Iterable[Body]) -> tuple[str, Path]:
    """The hash and the file of a new part with these conversations, whole or not at all; no file for no row.

    Raises: StoreError when the disk is full or refuses.
    """
    with parquet("written") as (pa, pq):
        kinds = pa.schema([("id", pa.string()), ("body", pa.binary())])
        folder.mkdir(parents=True, exist_ok=True)
        new, rows, n = folder / f"{secrets.token_hex(8)}.parquet.tmp", iter(rows), 0
        try:
            with pq.ParquetWriter(new, kinds, compression="zstd", write_page_checksum=True) as writer:
                while group := list(islice(rows, GROUP_ROWS)):
                    n += len(group)
                    ids, bodies = [id_.encode() for id_, _ in group], [body for _, body in group]
                    columns = [binary_column(pa, pa.string(), ids), binary_column(pa, pa.binary(), bodies)]
                    writer.write_table(pa.Table.from_arrays(columns, schema=kinds), row_group_size=GROUP_ROWS)
            with new.open("rb") as file:
                hash_ = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
            path = folder / f"{hash_}.parquet"
            if n:
                new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    return hash_, path


def read_part(path: Path) -> Iterator[Body]:
    """All conversations of a part, a row group at a time. Raises: StoreError when it is cut short or damaged."""
    with parquet("read", path) as (_, pq), pq.ParquetFile(path, page_checksum_verification=True) as file:
        for group in range(file.num_row_groups):
            yield from _rows(file.read_row_group(group, use_threads=False))


def read_group(path: Path, group: int) -> Sequence[Body]:
    """The conversations of one row group. Raises: StoreError when the part is cut short or damaged."""
    with parquet("read", path) as (_, pq), pq.ParquetFile(path, page_checksum_verification=True) as file:
        return _rows(file.read_row_group(group, use_threads=False))


def read_rows_of(path: Path, groups: Mapping[int, Sequence[int]]) -> Iterator[Body]:
    """Single conversations, by row group and place in it. Raises: StoreError when the part is cut short or damaged."""
    with parquet("read", path) as (_, pq), pq.ParquetFile(path, page_checksum_verification=True) as file:
        for group, rows in sorted(groups.items()):
            held = file.read_row_group(group, use_threads=False)
            ids, bodies = held.column("id"), held.column("body")
            yield from ((ids[row].as_py(), bodies[row].as_py()) for row in rows)


def binary_column(pa: Any, kind: Any, values: Sequence[bytes]) -> Any:
    """A column of bytes; from buffers, because pyarrow imports pandas to look at a Python list."""
    offsets = array("i", accumulate(map(len, values), initial=0))
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(values))])


def _rows(table: Any) -> list[Body]:
    return list(zip(table.column("id").to_pylist(), table.column("body").to_pylist(), strict=True))


@contextmanager
def parquet(what: str, path: Path | None = None) -> Iterator[tuple[Any, Any]]:
    """pyarrow and its Parquet module. Raises: StoreError, also for each fault of a file in the block."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise StoreError(f"Parquet parts need {error.name}: pip install 'support-evalkit[data]'") from error
    name = f" {path.name}" if path else ""
    try:
        yield pa, pq
    except FileNotFoundError as error:
        raise StoreError(f"the part{name} is missing; copy it back beside the store, or import again") from error
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0][:200]
        raise StoreError(f"the part{name} cannot be {what}: {reason}") from error
