"""The tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_type_hints

import sqlalchemy as sa

from evalkit.model import Score
from evalkit.store.facts import COLUMNS, Facts

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
    sa.Column("block", sa.Integer),
)
sa.Index("conversations_by_subject", conversations.c.subject_key)
conversations_in_no_block = sa.Index(
    "conversations_in_no_block",
    conversations.c.run_id,
    sqlite_where=conversations.c.part.is_(None) & conversations.c.block.is_(None),
    postgresql_where=conversations.c.part.is_(None) & conversations.c.block.is_(None),
)
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
word_blocks = sa.Table(
    "word_blocks",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("vocabulary", sa.LargeBinary, nullable=False),
    sa.Column("places", sa.LargeBinary, nullable=False),
    sa.Column("ids", sa.LargeBinary, nullable=False),
)
"""What each block of conversations says, word by word; `part` is empty for those whose words lie in the database."""
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, nullable=False),
)


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
