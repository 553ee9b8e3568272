"""Sets of scores: what scorers said, the narrow facts that KPIs read, and the passages that were cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from evalkit.errors import InputError
from evalkit.model import Data, Score
from evalkit.store import schema
from evalkit.store.base import BATCH, Base, encode, in_batches, insert_new, iso, upsert
from evalkit.store.columns import (
    CACHED_FROM,
    Builder,
    Columns,
    by_cluster,
    cache_path,
    columns_of,
    keep,
    load_cached,
    packed,
)
from evalkit.store.database import reading
from evalkit.store.facts import COLUMNS, Facts
from evalkit.store.scored_rows import ScoredRow, row_of

_FETCH = 50_000
_SCORES = msgspec.json.Decoder(list[Score])


class ScoreSets(Base):
    """Scores, facts and cited passages."""

    def add_scores(
        self,
        run_id: str,
        score_key: str,
        scored: Iterable[tuple[str, Sequence[Score], Facts]],
        *,
        created_at: datetime | None = None,
    ) -> int:
        """The number of conversations scored under this key; another key adds a set beside it."""
        return self.add_rows(
            run_id, score_key, (row_of(scores, facts) for _, scores, facts in scored), created_at=created_at
        )

    def add_rows(
        self, run_id: str, score_key: str, rows: Iterable[ScoredRow], *, created_at: datetime | None = None
    ) -> int:
        """The number of scored conversations written; one that the set has already is written over."""
        self._begin_set(run_id, score_key, created_at or datetime.now(UTC))
        keys = ["run_id", "score_key", "conversation_id"]
        written = 0
        for batch in in_batches(rows, BATCH):
            heads = [{"run_id": run_id, "score_key": score_key, "conversation_id": r.conversation_id} for r in batch]
            pairs = list(zip(heads, batch, strict=True))
            found = [{**head, **finding} for head, row in pairs for finding in row.findings]
            with self._write(facts=True) as connection:
                scores = [{**head, "body": row.scores} for head, row in pairs]
                connection.execute(upsert(connection, schema.scores, keys), scores)
                facts = [{**head, **_fact_values(row.facts)} for head, row in pairs]
                connection.execute(upsert(connection, schema.facts, keys), facts)
                if found:
                    connection.execute(upsert(connection, schema.findings, [*keys, "rule"]), found)
            written += len(batch)
        return written

    def scored_ids(self, run_id: str, score_key: str) -> set[str]:
        """The conversations that have scores under this key."""
        table = schema.facts
        query = sa.select(table.c.conversation_id).where(table.c.run_id == run_id, table.c.score_key == score_key)
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def _begin_set(self, run_id: str, score_key: str, at: datetime) -> None:
        table = schema.score_sets
        with self._write() as connection:
            number = connection.execute(
                sa.select(sa.func.coalesce(sa.func.max(table.c.number), 0)).where(table.c.run_id == run_id)
            ).scalar_one()
            row = {"run_id": run_id, "score_key": score_key, "number": number + 1, "created_at": iso(at)}
            connection.execute(insert_new(connection, table, ["run_id", "score_key"]), row)

    def replace_facts(self, run_id: str, score_key: str, rows: Iterable[Facts]) -> int:
        """The number of narrow rows rewritten in place, such as those whose topic was found later."""
        head = {"run_id": run_id, "score_key": score_key}
        written = 0
        for batch in in_batches(rows, BATCH):
            with self._write(facts=True) as connection:
                statement = upsert(connection, schema.facts, ["run_id", "score_key", "conversation_id"])
                connection.execute(statement, [{**head, **_fact_values(row)} for row in batch])
            written += len(batch)
        return written

    def score_keys(self, run_id: str) -> list[str]:
        """The keys of the run's sets of scores, oldest first."""
        table = schema.score_sets
        query = sa.select(table.c.score_key).where(table.c.run_id == run_id).order_by(table.c.number)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def latest_score_key(self, run_id: str) -> str:
        """The key of the newest set. Raises: InputError when the run has no scores yet."""
        keys = self.score_keys(run_id)
        if not keys:
            raise InputError(f"run '{run_id}' has no scores yet; `evalkit score {run_id}` makes them")
        return keys[-1]

    def scores(
        self, run_id: str, score_key: str | None = None, *, ids: Sequence[str] | None = None
    ) -> Iterator[tuple[str, list[Score]]]:
        """Pairs of conversation id and scores of one set (None: the newest), in the order of ids, streamed.

        `ids` narrows them to these conversations.
        """
        table, key = schema.scores, score_key or self.latest_score_key(run_id)
        query = (
            sa.select(table.c.conversation_id, table.c.body)
            .where(table.c.run_id == run_id, table.c.score_key == key)
            .order_by(table.c.conversation_id)
        )
        if ids is not None:
            query = query.where(table.c.conversation_id.in_(list(ids)))
        yield from self._stream(query, lambda row: (str(row.conversation_id), _SCORES.decode(row.body)))

    def scores_of(self, run_id: str, score_key: str, ids: Sequence[str]) -> dict[str, list[Score]]:
        """The scores of some conversations by their ids; those without any are absent."""
        table = schema.scores
        found: dict[str, list[Score]] = {}
        for batch in in_batches(ids, BATCH):
            query = sa.select(table.c.conversation_id, table.c.body).where(
                table.c.run_id == run_id, table.c.score_key == score_key, table.c.conversation_id.in_(batch)
            )
            found |= self._stream(query, lambda row: (str(row.conversation_id), _SCORES.decode(row.body)))
        return found

    def facts(self, run_id: str, score_key: str | None = None) -> list[Facts]:
        """The narrow rows of one set of scores."""
        table, key = schema.facts, score_key or self.latest_score_key(run_id)
        query = sa.select(*(table.c[name] for name in COLUMNS)).where(
            table.c.run_id == run_id, table.c.score_key == key
        )
        with reading(self._engine) as connection:
            return [Facts(**dict(zip(COLUMNS, row, strict=True))) for row in connection.execute(query)]

    def fact(self, run_id: str, score_key: str, conversation_id: str) -> Facts | None:
        """The narrow row of one conversation, None where the set has none."""
        table = schema.facts
        query = sa.select(*(table.c[name] for name in COLUMNS)).where(
            table.c.run_id == run_id, table.c.score_key == score_key, table.c.conversation_id == conversation_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return Facts(**dict(zip(COLUMNS, row, strict=True))) if row is not None else None

    def columns(self, run_id: str, score_key: str | None = None) -> Columns:
        """The facts of one set of scores by column; large sets are kept beside a store file until they change."""
        key = score_key or self.latest_score_key(run_id)
        version = str(self.facts_version())
        path = cache_path(self.file, run_id, key) if self.file is not None else None
        if path is not None and (held := load_cached(path, version)) is not None:
            return held
        found = by_cluster(self._read_columns(run_id, key))
        if path is not None and found.n >= CACHED_FROM:
            keep(path, version, found)
        return found

    def kept_columns(self, run_id: str, score_key: str) -> Columns | None:
        """The columns that are kept beside the store file and still hold; None for a small set, or a database."""
        path = cache_path(self.file, run_id, score_key) if self.file is not None else None
        return load_cached(path, str(self.facts_version())) if path is not None and path.exists() else None

    def _read_columns(self, run_id: str, score_key: str) -> Columns:
        mark = "%s" if self._engine.dialect.name == "postgresql" else "?"
        query = f"SELECT packed, labels, subject_key, case_id FROM facts WHERE run_id = {mark} AND score_key = {mark}"
        builder = Builder()
        with reading(self._engine) as connection:
            # The driver's own cursor: a row object of the toolkit for each of a million rows takes longer than SQL.
            cursor = connection.connection.cursor()
            cursor.execute(query, (run_id, score_key))
            while rows := cursor.fetchmany(_FETCH):
                if not builder.add_packed(*zip(*rows, strict=True)):
                    # Rows that an older version wrote: slower, by their single columns.
                    return columns_of(self.facts(run_id, score_key))
        return builder.build()

    def add_passages(self, run_id: str, passages: Mapping[str, Data]) -> int:
        """The number of cited passages kept with the run, each once, by hash."""
        rows = ({"run_id": run_id, "hash": hash_, "body": encode(body)} for hash_, body in passages.items())
        return self._insert(schema.passages, rows, ["run_id", "hash"])

    def passages(self, run_id: str) -> dict[str, Data]:
        """The cited passages of a run by hash."""
        query = sa.select(schema.passages.c.hash, schema.passages.c.body).where(schema.passages.c.run_id == run_id)
        return dict(self._stream(query, lambda row: (str(row.hash), msgspec.json.decode(row.body))))


def _fact_values(row: Facts) -> dict[str, Any]:
    values, labels = packed(row)
    return {**{name: getattr(row, name) for name in COLUMNS}, "packed": values, "labels": labels}
