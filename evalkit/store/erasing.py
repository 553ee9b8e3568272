"""What is rewritten or erased when its time of keeping ends, or a person asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from evalkit.model import Conversation
from evalkit.store import schema
from evalkit.store.base import BATCH, Base, encode, in_batches
from evalkit.store.columns import forget_kept
from evalkit.store.database import reading


class Erasing(Base):
    """Rewriting and erasing."""

    def replace_conversations(self, conversations: Iterable[Conversation]) -> int:
        """The number rewritten in place, such as those whose words are over their time of keeping."""
        table = schema.conversations
        rewritten, runs = 0, set()
        for batch in in_batches(conversations, BATCH):
            runs |= {talk.run_id for talk in batch}
            with self._write() as connection:
                for talk in batch:
                    where = (table.c.run_id == talk.run_id) & (table.c.id == talk.id)
                    values = {"body": encode(talk), "subject_key": talk.subject_key, "part": None, "position": None,
                              "block": None}  # fmt: skip
                    rewritten += connection.execute(table.update().where(where).values(**values)).rowcount
        for run_id in sorted(runs):
            self._settle(run_id)
        return rewritten

    def _settle(self, run_id: str) -> None:
        self.parts.settle(run_id)
        self.words.settle(run_id)
        self.words.index(run_id)

    def delete_cases(self, run_id: str, ids: Sequence[str]) -> int:
        """The number of cases taken out of a run, such as those made from an erased conversation."""
        table = schema.cases
        with self._write() as connection:
            return int(connection.execute(table.delete().where(table.c.run_id == run_id, table.c.id.in_(ids))).rowcount)

    def delete_scores(self, run_id: str) -> int:
        """The number of conversations whose scores and facts were deleted with the run's cited passages."""
        with self._write(facts=True) as connection:
            n = connection.execute(schema.scores.delete().where(schema.scores.c.run_id == run_id)).rowcount
            for table in (schema.facts, schema.findings, schema.score_sets, schema.passages):
                connection.execute(table.delete().where(table.c.run_id == run_id))
        self._forget_kept()
        return int(n)

    def _forget_kept(self) -> None:
        if self.file is not None:
            forget_kept(self.file)

    def compact(self) -> None:
        """Give deleted bytes back, so that what was erased is also gone from the files."""
        self.parts.sweep()
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def delete_conversations(self, run_id: str, ids: Sequence[str]) -> int:
        """The number of conversations erased with their scores, facts and labels."""
        erased = 0
        for batch in in_batches(ids, BATCH):
            with self._write(facts=True) as connection:
                for table, column in (
                    (schema.scores, schema.scores.c.conversation_id),
                    (schema.facts, schema.facts.c.conversation_id),
                    (schema.findings, schema.findings.c.conversation_id),
                    (schema.review_tasks, schema.review_tasks.c.conversation_id),
                ):
                    connection.execute(table.delete().where(table.c.run_id == run_id, column.in_(batch)))
                connection.execute(schema.reviews.delete().where(schema.reviews.c.conversation_id.in_(batch)))
                table = schema.conversations
                erased += connection.execute(
                    table.delete().where(table.c.run_id == run_id, table.c.id.in_(batch))
                ).rowcount
        self._settle(run_id)
        self._forget_kept()
        return erased

    def conversations_of_subject(self, subject_key: str) -> list[tuple[str, str]]:
        """The (run, conversation) ids of one person."""
        table = schema.conversations
        query = sa.select(table.c.run_id, table.c.id).where(table.c.subject_key == subject_key)
        with reading(self._engine) as connection:
            return [(row.run_id, row.id) for row in connection.execute(query)]
