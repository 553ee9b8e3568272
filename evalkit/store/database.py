"""Opens a database so that many writers and readers get along: one code path for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from evalkit.errors import StoreError
from evalkit.store import schema

_LOCK = 0x6576616C
"""PostgreSQL's advisory lock for migrations ("eval")."""
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
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


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


def migrate(engine: sa.Engine) -> None:
    """Brings the store to this program's schema, once, however many programs start together.

    Raises: StoreError when the store was written by a newer program.
    """
    with reading(engine) as connection:
        known = _version(connection)
    if known == schema.VERSION:
        return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        version = _version(connection)
        if version > schema.VERSION:
            raise StoreError(
                f"the store has schema version {version}, this evalkit knows {schema.VERSION}; install a newer evalkit"
            )
        for number in range(version, schema.VERSION):
            schema.MIGRATIONS[number](connection)
            row = {"version": number + 1, "applied_at": datetime.now(UTC).isoformat()}
            connection.execute(schema.schema_versions.insert(), row)


def _version(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table("evalkit_schema"):
        return 0
    return connection.execute(sa.select(sa.func.max(schema.schema_versions.c.version))).scalar() or 0


def _reason(error: sa.exc.DatabaseError) -> str:
    # The driver's message may quote values; its first line names the cause without the statement.
    return str(error.orig).splitlines()[0][:200] if error.orig else type(error).__name__
