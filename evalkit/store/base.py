"""What every part of the store stands on: its database, a write that is counted, and records read with care."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from evalkit.errors import StoreError
from evalkit.store import schema
from evalkit.store.database import reading, writing
from evalkit.store.parts import Parts
from evalkit.store.words import Words

BATCH = 500
"""Rows in one write transaction: reviewers who write beside a run wait no longer than one batch."""

T = TypeVar("T")
encode = msgspec.json.encode


class Base:
    """A database of runs, read and written by the classes that each know one kind of record."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.parts = Parts(engine)
        self.words = Words(engine, self.parts)

    @property
    def engine(self) -> sa.Engine:
        """The database behind the store, for the other modules of this room."""
        return self._engine

    @property
    def file(self) -> Path | None:
        """The store's file, None for a database or a store in memory."""
        url = self._engine.url
        is_file = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
        return Path(url.database) if is_file and url.database else None

    # ------------------------------------------------------------ versions

    def data_version(self) -> int:
        """A number that grows with every write: a cache that was read at this number is fresh."""
        return self._changed(schema.ANY_CHANGE)

    def facts_version(self) -> int:
        """A number that grows when facts are written or erased; labels and new runs leave it."""
        return self._changed(schema.FACTS_CHANGED)

    def _changed(self, row: int) -> int:
        return self._scalar(sa.select(schema.changes.c.number).where(schema.changes.c.id == row))

    @contextmanager
    def _write(self, *, facts: bool = False) -> Iterator[sa.Connection]:
        counters = (schema.ANY_CHANGE, schema.FACTS_CHANGED) if facts else (schema.ANY_CHANGE,)
        with writing(self._engine) as connection:
            yield connection
            table = schema.changes
            connection.execute(table.update().where(table.c.id.in_(counters)).values(number=table.c.number + 1))

    def _insert(self, table: sa.Table, rows: Iterable[Mapping[str, Any]], keys: list[str]) -> int:
        written = 0
        for batch in in_batches(rows, BATCH):
            with self._write() as connection:
                connection.execute(insert_new(connection, table, keys), batch)
            written += len(batch)
        return written

    def _stream(self, query: Any, decode: Callable[[Any], T]) -> Iterator[T]:
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=BATCH).execute(query):
                yield readable(decode, row)

    def _scalar(self, query: Any) -> int:
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)


def readable(decode: Callable[[Any], T], row: Any) -> T:
    """What a record says. Raises: StoreError where this version cannot read it."""
    try:
        return decode(row)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"the store holds a record that this evalkit cannot read ({error}); a newer evalkit may have written it:"
            " install that version"
        ) from error


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What a stored body says. Raises: StoreError where this version cannot read it."""
    return readable(decoder.decode, body)


def insert_new(connection: sa.Connection, table: sa.Table, keys: list[str]) -> Any:
    """A statement that adds rows and leaves those of the same keys as they are."""
    return _dialect_insert(connection)(table).on_conflict_do_nothing(index_elements=keys)


def upsert(connection: sa.Connection, table: sa.Table, keys: list[str]) -> Any:
    """A statement that adds rows and replaces those of the same keys."""
    statement = _dialect_insert(connection)(table)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _dialect_insert(connection: sa.Connection) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql

        return insert_postgresql
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite

    return insert_sqlite


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def iso(at: datetime | None) -> str | None:
    """The instant as text, None for none."""
    return at.isoformat() if at else None
