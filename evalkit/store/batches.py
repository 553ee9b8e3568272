"""The weekly review's batches in the store: which conversations, drawn how, and who reads each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec
import sqlalchemy as sa

from evalkit.errors import InputError, near_match
from evalkit.store import schema
from evalkit.store.database import reading, writing
from evalkit.store.store import Store

Role = Literal["first", "second", "gold"]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One stratum: `n_population` conversations of the window, `n_drawn` of them at random."""

    name: str
    n_population: int
    n_drawn: int


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch was drawn from and how; a number may rest on it only for this run and this set of scores."""

    id: str
    run_id: str
    score_key: str
    release: str
    week: str | None = None
    seed: int = 0
    cells: tuple[Cell, ...] = ()
    questions: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    n_unscored: int = 0
    created_at: datetime | None = None
    closed_at: datetime | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one conversation; `reviewer` is None while nobody has taken it."""

    batch: str
    position: int
    run_id: str
    conversation_id: str
    role: Role = "first"
    reviewer: str | None = None
    cell: str = "D"
    inclusion_probability: float | None = None


_BATCH = msgspec.json.Decoder(Batch)


class Batches:
    """The batches of a store."""

    def __init__(self, store: Store) -> None:
        self._engine = store.engine

    def add(self, batch: Batch, tasks: Iterable[Task]) -> None:
        """Store a batch with its tasks, all or nothing. Raises: StoreError when the batch is there already."""
        at = batch.created_at.isoformat() if batch.created_at else ""
        rows = [msgspec.structs.asdict(task) for task in tasks]
        with writing(self._engine) as connection:
            row = {"id": batch.id, "created_at": at, "closed_at": None, "body": msgspec.json.encode(batch)}
            connection.execute(schema.review_batches.insert(), row)
            if rows:
                connection.execute(schema.review_tasks.insert(), rows)

    def all(self) -> list[Batch]:
        """Every batch, oldest first."""
        table = schema.review_batches
        query = sa.select(table.c.body, table.c.closed_at).order_by(table.c.created_at, table.c.id)
        with reading(self._engine) as connection:
            return [_read(row.body, row.closed_at) for row in connection.execute(query)]

    def get(self, batch_id: str) -> Batch:
        """One batch. Raises: InputError naming the near match."""
        table = schema.review_batches
        query = sa.select(table.c.body, table.c.closed_at).where(table.c.id == batch_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            known = [batch.id for batch in self.all()]
            raise InputError(f"the store holds no review batch '{batch_id}'{near_match(batch_id, known)}")
        return _read(row.body, row.closed_at)

    def close(self, batch_id: str, at: datetime) -> bool:
        """True when the batch was open and is closed now: its labels stay as they are from here on."""
        table = schema.review_batches
        change = table.update().where(table.c.id == batch_id, table.c.closed_at.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(change.values(closed_at=at.isoformat())).rowcount == 1

    def tasks(self, batch_id: str, reviewer: str | None = None) -> list[Task]:
        """The tasks of a batch in reading order, or one reviewer's."""
        table = schema.review_tasks
        query = sa.select(table).where(table.c.batch == batch_id).order_by(table.c.position)
        if reviewer is not None:
            query = query.where(table.c.reviewer == reviewer)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [msgspec.convert({str(key): value for key, value in row.items()}, Task) for row in rows]

    def take(self, batch_id: str, reviewer: str) -> Task | None:
        """The next task that nobody has, given to this reviewer; never a conversation that they hold already.

        None when there is no such task. Two reviewers who ask at once get different tasks.
        """
        table = schema.review_tasks
        mine = sa.select(table.c.conversation_id).where(table.c.batch == batch_id, table.c.reviewer == reviewer)
        free = (
            sa.select(table.c.position)
            .where(table.c.batch == batch_id, table.c.reviewer.is_(None), table.c.conversation_id.not_in(mine))
            .order_by(table.c.position)
            .limit(1)
        )
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                free = free.with_for_update(skip_locked=True)
            position = connection.execute(free).scalar()
            if position is None:
                return None
            here = (table.c.batch == batch_id) & (table.c.position == position)
            connection.execute(table.update().where(here).values(reviewer=reviewer))
            row = connection.execute(sa.select(table).where(here)).mappings().one()
        return msgspec.convert({str(key): value for key, value in row.items()}, Task)


def _read(body: bytes, closed_at: str | None) -> Batch:
    batch = _BATCH.decode(body)
    return msgspec.structs.replace(batch, closed_at=datetime.fromisoformat(closed_at)) if closed_at else batch
