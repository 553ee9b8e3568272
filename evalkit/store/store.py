"""Runs, conversations, scores, facts, reviews and the audit trail; writing the same thing twice changes nothing."""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from evalkit.errors import InputError, StoreError, near_match
from evalkit.model import Case, Conversation, Data, Review, Run, Score, conversation_from_json, conversation_id
from evalkit.store import schema
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
from evalkit.store.database import engine_for, migrate, reading, writing
from evalkit.store.facts import COLUMNS, Facts
from evalkit.store.parts import PACK_ABOVE, Body, Parts
from evalkit.store.scored_rows import ScoredRow, row_of

BATCH = 500
"""Rows in one write transaction: reviewers who write beside a run wait no longer than one batch."""

_FETCH = 50_000
_T = TypeVar("_T")
_RUN, _CASE, _REVIEW = msgspec.json.Decoder(Run), msgspec.json.Decoder(Case), msgspec.json.Decoder(Review)
_SCORES = msgspec.json.Decoder(list[Score])
_encode = msgspec.json.encode


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail; `hash` covers the line and the hash before it."""

    number: int
    at: str
    actor: str
    event: str
    body: Data
    previous_hash: str
    hash: str


class Store:
    """A database of runs; open it with `Store.open`, use it as a context manager."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.parts = Parts(engine)

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

    @property
    def engine(self) -> sa.Engine:
        """The database behind the store, for the other modules of this room."""
        return self._engine

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ------------------------------------------------------------ runs

    def add_run(self, run: Run) -> None:
        """Add a run, or replace the record of the same id."""
        row = {"id": run.id, "release": run.release, "started_at": _iso(run.started_at), "body": _encode(run)}
        with self._write() as connection:
            connection.execute(_upsert(connection, schema.runs, ["id"]), row)

    def run(self, run_id: str) -> Run:
        """The run of an id, or of an unambiguous beginning of it. Raises: InputError naming the near match."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(schema.runs.c.id, schema.runs.c.body).where(
                    schema.runs.c.id.startswith(run_id, autoescape=True)
                )
            ).all()
            exact = [row for row in rows if row.id == run_id] or rows
            if len(exact) == 1:
                return _decoded(_RUN, exact[0].body)
            known = connection.execute(sa.select(schema.runs.c.id)).scalars().all()
        what = "more than one run begins with" if exact else "the store holds no run"
        raise InputError(f"{what} '{run_id}'{near_match(run_id, known)}")

    def runs(self, release: str | None = None) -> list[Run]:
        """All runs, or those of a release, oldest first."""
        query = sa.select(schema.runs.c.body).order_by(schema.runs.c.started_at, schema.runs.c.id)
        if release is not None:
            query = query.where(schema.runs.c.release == release)
        with reading(self._engine) as connection:
            return [_decoded(_RUN, body) for body in connection.execute(query).scalars()]

    def latest_run(self, release: str) -> Run:
        """The newest run of a release. Raises: InputError naming the near release."""
        found = self.runs(release)
        if not found:
            known = sorted({run.release for run in self.runs()})
            listed = ", ".join(known[:10]) or "none"
            raise InputError(
                f"the store holds no run of release '{release}'{near_match(release, known)} (releases: {listed})"
            )
        return found[-1]

    # ------------------------------------------------------------ conversations and cases

    def add_conversations(self, conversations: Iterable[Conversation]) -> int:
        """The number written; a conversation that is there already stays as it is."""
        rows = (
            {
                "run_id": talk.run_id,
                "id": talk.id,
                "case_id": talk.case_id,
                "trial": talk.trial,
                "subject_key": talk.subject_key,
                "body": _encode(talk),
            }
            for talk in conversations
        )
        return self._insert(schema.conversations, rows, ["run_id", "id"])

    def conversations(self, run_id: str, ids: Sequence[str] | None = None) -> Iterator[Conversation]:
        """The conversations of a run in the order of their ids, streamed."""
        found = self.bodies(run_id) if ids is None else self._bodies_of(run_id, ids)
        for _, body in found:
            try:
                talk = conversation_from_json(body)
            except msgspec.DecodeError as error:
                raise StoreError(f"the store holds a record that this evalkit cannot read: {error}") from error
            yield talk

    def bodies(self, run_id: str) -> Iterator[Body]:
        """Ids and JSON of a run's conversations in the order of their ids, streamed, wherever they lie."""
        return heapq.merge(self.loose_bodies(run_id), self.parts.bodies(run_id))

    def loose_bodies(self, run_id: str) -> Iterator[Body]:
        """Those of them that lie in the database, not in a part."""
        table = schema.conversations
        query = sa.select(table.c.id, table.c.body).where(table.c.run_id == run_id, table.c.part.is_(None))
        return self._stream(query.order_by(table.c.id), lambda row: (str(row.id), bytes(row.body)))

    def _bodies_of(self, run_id: str, ids: Sequence[str]) -> list[Body]:
        table = schema.conversations
        query = sa.select(table.c.id, table.c.body, table.c.part, table.c.position)
        rows = list(
            self._stream(query.where(table.c.run_id == run_id, table.c.id.in_(list(ids))), lambda row: tuple(row))
        )
        found: list[Body] = [(id_, bytes(body)) for id_, body, part, _ in rows if part is None]
        places = [(part, position) for _, _, part, position in rows if part is not None]
        return sorted([*found, *(self.parts.some(run_id, places) if places else ())])

    def pack(self, run_id: str, *, above: int = PACK_ABOVE) -> int:
        """How many conversations left the database for Parquet parts: all of them where there are more than `above`.

        A run that has parts already gets the rest packed too.
        """
        table = schema.conversations
        n = self._scalar(sa.select(sa.func.count()).where(table.c.run_id == run_id, table.c.part.is_(None)))
        return self.parts.pack(run_id) if n > above or (n and self.parts.of(run_id)) else 0

    def conversation_of_case(self, run_id: str, case_id: str, trial: int = 0) -> Conversation | None:
        """The conversation of a replayed case and trial, None where the run has none."""
        for talk in self.conversations(run_id, [conversation_id(run_id, case_id, trial)]):
            return talk
        table = schema.conversations
        query = sa.select(table.c.id).where(table.c.run_id == run_id, table.c.case_id == case_id)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(table.c.trial != trial, table.c.id).limit(1)).scalar()
        return next(self.conversations(run_id, [found]), None) if found is not None else None

    def case(self, run_id: str, case_id: str) -> Case | None:
        """One case of a run, None where the run has none of that id."""
        query = sa.select(schema.cases.c.body).where(schema.cases.c.run_id == run_id, schema.cases.c.id == case_id)
        with reading(self._engine) as connection:
            body = connection.execute(query).scalar()
        return _decoded(_CASE, body) if body is not None else None

    def count_conversations(self, run_id: str) -> int:
        """How many conversations a run holds."""
        return self._scalar(sa.select(sa.func.count()).where(schema.conversations.c.run_id == run_id))

    def stored_trials(self, run_id: str) -> set[tuple[str, int]]:
        """The (case, trial) pairs that need no new call of the bot."""
        table = schema.conversations
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(table.c.case_id, table.c.trial).where(table.c.run_id == run_id))
            return {(row.case_id or "", row.trial) for row in rows}

    def add_cases(self, run_id: str, cases: Iterable[Case]) -> int:
        """The number of cases kept with the run, so that reading it needs no suite file."""
        rows = ({"run_id": run_id, "id": case.id, "body": _encode(case)} for case in cases)
        return self._insert(schema.cases, rows, ["run_id", "id"])

    def cases(self, run_id: str) -> dict[str, Case]:
        """The cases of a run by id."""
        query = sa.select(schema.cases.c.body).where(schema.cases.c.run_id == run_id)
        return {case.id: case for case in self._stream(query, lambda row: _CASE.decode(row.body))}

    # ------------------------------------------------------------ scores

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
        for batch in _batches(rows, BATCH):
            heads = [{"run_id": run_id, "score_key": score_key, "conversation_id": r.conversation_id} for r in batch]
            pairs = list(zip(heads, batch, strict=True))
            found = [{**head, **finding} for head, row in pairs for finding in row.findings]
            with self._write(facts=True) as connection:
                scores = [{**head, "body": row.scores} for head, row in pairs]
                connection.execute(_upsert(connection, schema.scores, keys), scores)
                facts = [{**head, **_fact_values(row.facts)} for head, row in pairs]
                connection.execute(_upsert(connection, schema.facts, keys), facts)
                if found:
                    connection.execute(_upsert(connection, schema.findings, [*keys, "rule"]), found)
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
            row = {"run_id": run_id, "score_key": score_key, "number": number + 1, "created_at": _iso(at)}
            connection.execute(_insert_new(connection, table, ["run_id", "score_key"]), row)

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
        for batch in _batches(ids, BATCH):
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
        url, version = self._engine.url, str(self.facts_version())
        path = None
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            path = cache_path(Path(url.database), run_id, key)
            if (held := load_cached(path, version)) is not None:
                return held
        found = by_cluster(self._read_columns(run_id, key))
        if path is not None and found.n >= CACHED_FROM:
            keep(path, version, found)
        return found

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
        rows = ({"run_id": run_id, "hash": hash_, "body": _encode(body)} for hash_, body in passages.items())
        return self._insert(schema.passages, rows, ["run_id", "hash"])

    def passages(self, run_id: str) -> dict[str, Data]:
        """The cited passages of a run by hash."""
        query = sa.select(schema.passages.c.hash, schema.passages.c.body).where(schema.passages.c.run_id == run_id)
        return dict(self._stream(query, lambda row: (str(row.hash), msgspec.json.decode(row.body))))

    # ------------------------------------------------------------ reviews

    def add_review(self, review: Review) -> None:
        """Append a label. Raises: StoreError when this version of it is there already: read it again first."""
        row = {
            "id": review.id,
            "conversation_id": review.conversation_id,
            "question": review.question,
            "reviewer": review.reviewer,
            "version": review.version,
            "batch": review.batch,
            "body": _encode(review),
        }
        with self._write() as connection:
            connection.execute(schema.reviews.insert(), row)

    def reviews(
        self, conversation_id: str | None = None, *, batch: str | None = None, reviewer: str | None = None
    ) -> list[Review]:
        """All labels, or those of a conversation, a batch, a reviewer; every version of them."""
        table = schema.reviews
        query = sa.select(table.c.body).order_by(table.c.conversation_id, table.c.version)
        for column, wanted in ((table.c.conversation_id, conversation_id), (table.c.batch, batch)):
            if wanted is not None:
                query = query.where(column == wanted)
        if reviewer is not None:
            query = query.where(table.c.reviewer == reviewer)
        return list(self._stream(query, lambda row: _REVIEW.decode(row.body)))

    # ------------------------------------------------------------ audit trail

    def append_audit(self, event: str, body: Data, *, actor: str = "evalkit", at: datetime | None = None) -> AuditEntry:
        """The entry that was appended; its hash chains it to the one before."""
        return self.append_audits([(event, body)], actor=actor, at=at)[0]

    def append_audits(
        self, events: Iterable[tuple[str, Data]], *, actor: str = "evalkit", at: datetime | None = None
    ) -> list[AuditEntry]:
        """The entries that were appended in one write, in order; nothing is written for no event."""
        events = list(events)
        if not events:
            return []
        stamp = (at or datetime.now(UTC)).isoformat()
        entries = []
        with self._write() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
            last = connection.execute(
                sa.select(schema.audit.c.number, schema.audit.c.hash).order_by(schema.audit.c.number.desc()).limit(1)
            ).first()
            number, previous = (last.number, last.hash) if last else (0, "")
            rows = []
            for event, body in events:
                number += 1
                text = json.dumps(body, sort_keys=True, ensure_ascii=False)
                row = {
                    "number": number, "at": stamp, "actor": actor, "event": event, "body": text,
                    "previous_hash": previous, "hash": _chain(previous, number, stamp, actor, event, text),
                }  # fmt: skip
                previous = str(row["hash"])
                rows.append(row)
                entries.append(msgspec.convert({**row, "body": body}, AuditEntry))
            connection.execute(schema.audit.insert(), rows)
        return entries

    def audit_entries(self) -> list[AuditEntry]:
        """The whole trail, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(schema.audit).order_by(schema.audit.c.number)).mappings()
            plain = [{str(key): value for key, value in row.items()} for row in rows]
        return [msgspec.convert({**row, "body": json.loads(row["body"])}, AuditEntry) for row in plain]

    def verify_audit(self) -> int | None:
        """None when the chain is whole, else the number of the first entry that was changed, added or is missing."""
        previous = ""
        for expected, entry in enumerate(self.audit_entries(), 1):
            text = json.dumps(entry.body, sort_keys=True, ensure_ascii=False)
            good = _chain(previous, expected, entry.at, entry.actor, entry.event, text)
            if entry.number != expected or entry.previous_hash != previous or entry.hash != good:
                return expected
            previous = entry.hash
        return None

    # ------------------------------------------------------------ the store itself

    def data_version(self) -> int:
        """A number that grows with every write: a cache that was read at this number is fresh."""
        return self._changed(schema.ANY_CHANGE)

    def facts_version(self) -> int:
        """A number that grows when facts are written or erased; labels and new runs leave it."""
        return self._changed(schema.FACTS_CHANGED)

    def _changed(self, row: int) -> int:
        return self._scalar(sa.select(schema.changes.c.number).where(schema.changes.c.id == row))

    def copy_run(self, run_id: str, target: Store) -> int:
        """The number of conversations copied; a copy that was cut short can be run again."""
        run = self.run(run_id)
        target.add_run(run)
        copied = 0
        for batch in _batches(self.conversations(run.id), BATCH):
            target.add_conversations(batch)
            copied += len(batch)
        target.add_cases(run.id, self.cases(run.id).values())
        target.add_passages(run.id, self.passages(run.id))
        for key in self.score_keys(run.id):
            facts = {row.conversation_id: row for row in self.facts(run.id, key)}
            target.add_scores(run.id, key, ((id_, scores, facts[id_]) for id_, scores in self.scores(run.id, key)))
        return copied

    def replace_conversations(self, conversations: Iterable[Conversation]) -> int:
        """The number rewritten in place, such as those whose words are over their time of keeping."""
        table = schema.conversations
        rewritten, runs = 0, set()
        for batch in _batches(conversations, BATCH):
            runs |= {talk.run_id for talk in batch}
            with self._write() as connection:
                for talk in batch:
                    where = (table.c.run_id == talk.run_id) & (table.c.id == talk.id)
                    values = {"body": _encode(talk), "subject_key": talk.subject_key, "part": None, "position": None}
                    rewritten += connection.execute(table.update().where(where).values(**values)).rowcount
        for run_id in sorted(runs):
            self.parts.settle(run_id)
        return rewritten

    def replace_facts(self, run_id: str, score_key: str, rows: Iterable[Facts]) -> int:
        """The number of narrow rows rewritten in place, such as those whose topic was found later."""
        head = {"run_id": run_id, "score_key": score_key}
        written = 0
        for batch in _batches(rows, BATCH):
            with self._write(facts=True) as connection:
                statement = _upsert(connection, schema.facts, ["run_id", "score_key", "conversation_id"])
                connection.execute(statement, [{**head, **_fact_values(row)} for row in batch])
            written += len(batch)
        return written

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
        return int(n)

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
        for batch in _batches(ids, BATCH):
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
        self.parts.settle(run_id)
        return erased

    def conversations_of_subject(self, subject_key: str) -> list[tuple[str, str]]:
        """The (run, conversation) ids of one person."""
        table = schema.conversations
        query = sa.select(table.c.run_id, table.c.id).where(table.c.subject_key == subject_key)
        with reading(self._engine) as connection:
            return [(row.run_id, row.id) for row in connection.execute(query)]

    @contextmanager
    def _write(self, *, facts: bool = False) -> Iterator[sa.Connection]:
        counters = (schema.ANY_CHANGE, schema.FACTS_CHANGED) if facts else (schema.ANY_CHANGE,)
        with writing(self._engine) as connection:
            yield connection
            table = schema.changes
            connection.execute(table.update().where(table.c.id.in_(counters)).values(number=table.c.number + 1))

    def _insert(self, table: sa.Table, rows: Iterable[Mapping[str, Any]], keys: list[str]) -> int:
        written = 0
        for batch in _batches(rows, BATCH):
            with self._write() as connection:
                connection.execute(_insert_new(connection, table, keys), batch)
            written += len(batch)
        return written

    def _stream(self, query: Any, decode: Callable[[Any], _T]) -> Iterator[_T]:
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=BATCH).execute(query):
                yield _readable(decode, row)

    def _scalar(self, query: Any) -> int:
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)


def _readable(decode: Callable[[Any], _T], row: Any) -> _T:
    try:
        return decode(row)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"the store holds a record that this evalkit cannot read ({error}); a newer evalkit may have written it:"
            " install that version"
        ) from error


def _decoded(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
    return _readable(decoder.decode, body)


def _fact_values(row: Facts) -> dict[str, Any]:
    values, labels = packed(row)
    return {**{name: getattr(row, name) for name in COLUMNS}, "packed": values, "labels": labels}


def _insert_new(connection: sa.Connection, table: sa.Table, keys: list[str]) -> Any:
    return _dialect_insert(connection)(table).on_conflict_do_nothing(index_elements=keys)


def _upsert(connection: sa.Connection, table: sa.Table, keys: list[str]) -> Any:
    statement = _dialect_insert(connection)(table)
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _dialect_insert(connection: sa.Connection) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql

        return insert_postgresql
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite

    return insert_sqlite


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _chain(previous: str, *parts: object) -> str:
    return hashlib.sha256(json.dumps([previous, *parts], ensure_ascii=False).encode()).hexdigest()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
