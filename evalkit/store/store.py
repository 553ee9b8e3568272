"""Runs, conversations, scores, facts, reviews and the audit trail; writing the same thing twice changes nothing."""

from __future__ import annotations

from pathlib import Path

from evalkit.errors import InputError
from evalkit.store.audit import AuditTrail
from evalkit.store.base import BATCH, in_batches
from evalkit.store.database import engine_for
from evalkit.store.erasing import Erasing
from evalkit.store.labels import Labels
from evalkit.store.migrations import migrate
from evalkit.store.records import Records
from evalkit.store.score_sets import ScoreSets


class Store(Records, ScoreSets, Labels, AuditTrail, Erasing):
    """A database of runs; open it with `Store.open`, use it as a context manager."""

    @classmethod
    def open(cls, where: Path | str, *, create: bool = True) -> Store:
        """The store at a file path or database URL, brought to this program's schema.

        Raises: StoreError when it cannot be opened or is newer; InputError when it must exist and does not.
        """
        if not create and "://" not in str(where) and not Path(where).exists():
            raise InputError(f"{where}: no such store; `evalkit run` makes one, --store names another")
        engine = engine_for(where)
        migrate(engine)
        return cls(engine)

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def copy_run(self, run_id: str, target: Store) -> int:
        """The number of conversations copied; a copy that was cut short can be run again."""
        run = self.run(run_id)
        target.add_run(run)
        copied = 0
        for batch in in_batches(self.conversations(run.id), BATCH):
            target.add_conversations(batch)
            copied += len(batch)
        target.words.index(run.id)
        target.add_cases(run.id, self.cases(run.id).values())
        target.add_passages(run.id, self.passages(run.id))
        for key in self.score_keys(run.id):
            facts = {row.conversation_id: row for row in self.facts(run.id, key)}
            target.add_scores(run.id, key, ((id_, scores, facts[id_]) for id_, scores in self.scores(run.id, key)))
        return copied
