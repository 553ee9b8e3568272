"""Opens a database so that many writers and readers get along: one code path for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from evalkit.errors import StoreError

_BUSY_TIMEOUT_S = 30.0


def engine_for(where: Path | str) -> sa.Engine:
    """A SQLAlchemy engine for a file path or a database URL.

    Raises: StoreError for an address or a driver that is not understood.
    """
    text = str(where)
    if "://" not in text:
        path = Path(text)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"store {path}: its folder cannot be made: {error.strerror}") from error
        text = f"sqlite:///{path}"
    try:
        url = sa.make_url(text)
        if url.get_backend_name() == "sqlite":
            return _sqlite(url)
        # Twenty reviewers at once, each in a thread of the dashboards.
        return sa.create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise StoreError(
            f"store address not understood ({type(error).__name__}); give a file or postgresql+psycopg://…"
        ) from error
    except ModuleNotFoundError as error:
        raise StoreError(f"the store needs {error.name}: pip install 'support-evalkit[postgres]'") from error


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        _to_wal(connection)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _to_wal(connection: Any) -> None:
    # SQLite does not wait here as it does elsewhere when several programs open a new file at once.
    until = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that will write. On SQLite it takes the write lock at once: a deferred one loses to a busy writer.

    Raises: StoreError when the store is locked, full or broken; nothing of the transaction is kept then.
    """
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
    except sa.exc.DatabaseError as error:
        raise StoreError(f"the store refused a write: {_reason(error)}") from error


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that only reads. Raises: StoreError when the store cannot be read."""
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DatabaseError as error:
        raise StoreError(f"the store cannot be read: {_reason(error)}") from error


def _reason(error: sa.exc.DatabaseError) -> str:
    # The driver's message may quote values; its first line names the cause without the statement.
    return str(error.orig).splitlines()[0][:200] if error.orig else type(error).__name__
