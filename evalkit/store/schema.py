"""The tables, and the ordered steps that bring an older store up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_type_hints

import sqlalchemy as sa

from evalkit.store.facts import COLUMNS, Facts

VERSION = 1

metadata = sa.MetaData()

schema_versions = sa.Table(
    "evalkit_schema", metadata, sa.Column("version", sa.Integer, primary_key=True), sa.Column("applied_at", sa.Text)
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("release", sa.Text, nullable=False, index=True),
    sa.Column("started_at", sa.Text),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text),
    sa.Column("trial", sa.Integer, nullable=False),
    sa.Column("subject_key", sa.Text),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
sa.Index("conversations_by_subject", conversations.c.subject_key)
cases = sa.Table(
    "cases",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
score_sets = sa.Table(
    "score_sets",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("score_key", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
)
scores = sa.Table(
    "scores",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("score_key", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
passages = sa.Table(
    "passages",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


def _fact_column(name: str) -> sa.Column[Any]:
    hint = str(get_type_hints(Facts)[name])
    kind: Any = sa.Float if "float" in hint else sa.Integer if "int" in hint else sa.Text
    return sa.Column(name, kind, primary_key=name == "conversation_id")


facts = sa.Table(
    "facts",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("score_key", sa.Text, primary_key=True),
    *(_fact_column(name) for name in COLUMNS),
    sqlite_with_rowid=False,
)
reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("conversation_id", "question", "reviewer", "version"),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
parts = sa.Table(
    "parts",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
)
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, nullable=False),
)


def create_all(connection: sa.Connection) -> None:
    """Version 1: every table."""
    metadata.create_all(connection)
    connection.execute(changes.insert(), {"id": 1, "number": 0})


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (create_all,)
"""Step n brings a store from version n to n + 1; steps are never edited, only added."""
