"""The tables, and the ordered steps that bring an older store up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_type_hints

import msgspec
import sqlalchemy as sa

from evalkit.model import Score
from evalkit.store.facts import COLUMNS, Facts

VERSION = 5

ANY_CHANGE, FACTS_CHANGED = 1, 2
"""Rows of `changes`: one counts every write, the other those that touch facts."""

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
    sa.Column("part", sa.Text),
    sa.Column("position", sa.Integer),
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


_HINTS = get_type_hints(Facts)


def _fact_column(name: str) -> sa.Column[Any]:
    hint = str(_HINTS[name])
    kind: Any = sa.Float if "float" in hint else sa.Integer if "int" in hint else sa.Text
    return sa.Column(name, kind, primary_key=name == "conversation_id")


facts = sa.Table(
    "facts",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("score_key", sa.Text, primary_key=True),
    *(_fact_column(name) for name in COLUMNS),
    sa.Column("packed", sa.LargeBinary),
    sa.Column("labels", sa.Text),
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
    sa.Column("batch", sa.Text),
    sa.UniqueConstraint("conversation_id", "question", "reviewer", "version"),
)
reviews_by_batch = sa.Index("reviews_by_batch", reviews.c.batch)
review_batches = sa.Table(
    "review_batches",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("closed_at", sa.Text),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
review_tasks = sa.Table(
    "review_tasks",
    metadata,
    sa.Column("batch", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text),
    sa.Column("cell", sa.Text, nullable=False),
    sa.Column("inclusion_probability", sa.Float),
)
review_tasks_by_reviewer = sa.Index("review_tasks_by_reviewer", review_tasks.c.batch, review_tasks.c.reviewer)
findings = sa.Table(
    "findings",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("score_key", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer),
    sa.Column("n", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
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


def add_review_batches(connection: sa.Connection) -> None:
    """Version 2: batches of the weekly review with their tasks, and which rule failed in which conversation."""
    for table in (review_batches, review_tasks, findings):
        table.create(connection, checkfirst=True)
    known = {column["name"] for column in sa.inspect(connection).get_columns("reviews")}
    if "batch" not in known:
        connection.exec_driver_sql("ALTER TABLE reviews ADD COLUMN batch TEXT")
    reviews_by_batch.create(connection, checkfirst=True)
    _fill_findings(connection)


def _fill_findings(connection: sa.Connection) -> None:
    query = sa.select(scores.c.run_id, scores.c.score_key, scores.c.conversation_id, scores.c.body)
    rows: list[dict[str, Any]] = []
    for run_id, score_key, conversation_id, body in connection.execute(query).all():
        head = {"run_id": run_id, "score_key": score_key, "conversation_id": conversation_id}
        rows += [{**head, **row} for row in finding_rows(msgspec.json.decode(body, type=list[Score]))]
    for start in range(0, len(rows), 500):
        connection.execute(findings.insert(), rows[start : start + 500])


def finding_rows(said: Iterable[Score]) -> list[dict[str, Any]]:
    """One row for each rule that counts against the conversation: its first turn, and how often."""
    first: dict[str, int | None] = {}
    times: dict[str, int] = {}
    for score in said:
        for finding in score.findings if score.verdict in {"fail", "unsure"} else ():
            if not finding.passed:
                first.setdefault(finding.rule, finding.turn)
                times[finding.rule] = times.get(finding.rule, 0) + 1
    return [{"rule": rule, "turn": first[rule], "n": n} for rule, n in times.items()]


def add_customer_facts(connection: sa.Connection) -> None:
    """Version 3: whether a replayed record was left, and how often a simulated customer had to be played again."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("facts")}
    for name in ("off_script", "customer_replays"):
        if name not in known:
            connection.exec_driver_sql(f"ALTER TABLE facts ADD COLUMN {name} INTEGER")


def add_kpi_facts(connection: sa.Connection) -> None:
    """Version 4: what KPIs read beyond the first facts, and a counter that grows when facts change."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("facts")}
    for column in facts.columns:
        if column.name not in known:
            kind = column.type.compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE facts ADD COLUMN {column.name} {kind}")
    if connection.execute(sa.select(changes.c.id).where(changes.c.id == FACTS_CHANGED)).first() is None:
        connection.execute(changes.insert(), {"id": FACTS_CHANGED, "number": 0})


def add_places(connection: sa.Connection) -> None:
    """Version 5: where in which Parquet part a conversation's words lie."""
    known = {column["name"] for column in sa.inspect(connection).get_columns("conversations")}
    for name, kind in (("part", "TEXT"), ("position", "INTEGER")):
        if name not in known:
            connection.exec_driver_sql(f"ALTER TABLE conversations ADD COLUMN {name} {kind}")


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    create_all,
    add_review_batches,
    add_customer_facts,
    add_kpi_facts,
    add_places,
)
"""Step n brings a store from version n to n + 1; steps are never edited, only added."""
