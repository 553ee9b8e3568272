"""The ordered steps that bring an older store up to date, once, however many programs start together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from evalkit.errors import StoreError
from evalkit.model import Score
from evalkit.store import schema
from evalkit.store.database import reading, writing
from evalkit.store.parts import Parts
from evalkit.store.words import Words

_LOCK = 0x6576616C
"""PostgreSQL's advisory lock for migrations ("eval")."""
_LOG = logging.getLogger("evalkit")
_TOLD_EACH = 100_000


def migrate(engine: sa.Engine) -> None:
    """Brings the store to this program's schema; one that already holds many conversations is read once for its words.

    Raises: StoreError when the store was written by a newer program.
    """
    with reading(engine) as connection:
        known = _version(connection)
    if known == VERSION:
        return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        version = _version(connection)
        if version > VERSION:
            raise StoreError(
                f"the store has schema version {version}, this evalkit knows {VERSION}; install a newer evalkit"
            )
        for number in range(version, len(STEPS)):
            STEPS[number](connection)
            _done(connection, number + 1)
    with _alone(engine):
        # In short transactions, so that nobody is locked out; what is killed here goes on when it starts again.
        fill_words(engine)
        with writing(engine) as connection:
            if _version(connection) < VERSION:
                _done(connection, VERSION)


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    if engine.dialect.name != "postgresql":
        yield
        return
    with reading(engine) as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")


def _version(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table("evalkit_schema"):
        return 0
    return connection.execute(sa.select(sa.func.max(schema.schema_versions.c.version))).scalar() or 0


def _done(connection: sa.Connection, version: int) -> None:
    row = {"version": version, "applied_at": datetime.now(UTC).isoformat()}
    connection.execute(schema.schema_versions.insert(), row)


def create_all(connection: sa.Connection) -> None:
    """Version 1: every table."""
    schema.metadata.create_all(connection)
    connection.execute(schema.changes.insert(), {"id": 1, "number": 0})


def add_review_batches(connection: sa.Connection) -> None:
    """Version 2: batches of the weekly review with their tasks, and which rule failed in which conversation."""
    for table in (schema.review_batches, schema.review_tasks, schema.findings):
        table.create(connection, checkfirst=True)
    known = {column["name"] for column in sa.inspect(connection).get_columns("reviews")}
    if "batch" not in known:
        connection.exec_driver_sql("ALTER TABLE reviews ADD COLUMN batch TEXT")
    schema.reviews_by_batch.create(connection, checkfirst=True)
    _fill_findings(connection)


def _fill_findings(connection: sa.Connection) -> None:
    query = sa.select(
        schema.scores.c.run_id, schema.scores.c.score_key, schema.scores.c.conversation_id, schema.scores.c.body
    )
    rows: list[dict[str, Any]] = []
    for run_id, score_key, conversation_id, body in connection.execute(query).all():
        head = {"run_id": run_id, "score_key": score_key, "conversation_id": conversation_id}
        rows += [{**head, **row} for row in schema.finding_rows(msgspec.json.decode(body, type=list[Score]))]
    for start in range(0, len(rows), 500):
        connection.execute(schema.findings.insert(), rows[start : start + 500])


def add_customer_facts(connection: sa.Connection) -> None:
    """Version 3: whether a replayed record was left, and how often a simulated customer had to be played again."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("facts")}
    for name in ("off_script", "customer_replays"):
        if name not in known:
            connection.exec_driver_sql(f"ALTER TABLE facts ADD COLUMN {name} INTEGER")


def add_kpi_facts(connection: sa.Connection) -> None:
    """Version 4: what KPIs read beyond the first facts, and a counter that grows when facts change."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("facts")}
    for column in schema.facts.columns:
        if column.name not in known:
            kind = column.type.compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE facts ADD COLUMN {column.name} {kind}")
    if (
        connection.execute(sa.select(schema.changes.c.id).where(schema.changes.c.id == schema.FACTS_CHANGED)).first()
        is None
    ):
        connection.execute(schema.changes.insert(), {"id": schema.FACTS_CHANGED, "number": 0})


def add_places(connection: sa.Connection) -> None:
    """Version 5: where in which Parquet part a conversation's words lie."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("conversations")}
    for name, kind in (("part", "TEXT"), ("position", "INTEGER")):
        if name not in known:
            connection.exec_driver_sql(f"ALTER TABLE conversations ADD COLUMN {name} {kind}")


def add_word_blocks(connection: sa.Connection) -> None:
    """Version 6: where which words are said."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("conversations")}
    if "block" not in known:
        connection.exec_driver_sql("ALTER TABLE conversations ADD COLUMN block INTEGER")
    schema.word_blocks.create(connection, checkfirst=True)
    schema.conversations_in_no_block.create(connection, checkfirst=True)
    if connection.dialect.name == "postgresql":
        # Looked through as they lie: PostgreSQL would pack them, and unpack each for every search.
        for name in ("vocabulary", "places"):
            connection.exec_driver_sql(f"ALTER TABLE word_blocks ALTER COLUMN {name} SET STORAGE EXTERNAL")


def fill_words(engine: sa.Engine) -> None:
    """Version 7: the words of runs that were stored before; tells how far it is where that takes long."""
    words, done = Words(engine, Parts(engine)), 0

    def told(n: int) -> None:
        nonlocal done
        before, done = done, done + n
        if done // _TOLD_EACH > before // _TOLD_EACH:
            _LOG.warning("evalkit: %s stored conversations made searchable by their words, once for this store", done)

    with reading(engine) as connection:
        runs = list(connection.execute(sa.select(schema.runs.c.id)).scalars())
    for run_id in runs:
        words.index(run_id, told=told)


STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    create_all,
    add_review_batches,
    add_customer_facts,
    add_kpi_facts,
    add_places,
    add_word_blocks,
)
"""Step n brings a store from version n to n + 1; steps are never edited, only added."""
VERSION = len(STEPS) + 1
