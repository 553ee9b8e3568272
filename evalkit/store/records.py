"""Runs, their conversations and their cases."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from evalkit.errors import InputError, near_match
from evalkit.model import Case, Conversation, Run, conversation_from_json, conversation_id
from evalkit.store import schema
from evalkit.store.base import Base, decoded, encode, iso, readable, upsert
from evalkit.store.database import reading
from evalkit.store.parts import PACK_ABOVE, Body

_RUN, _CASE = msgspec.json.Decoder(Run), msgspec.json.Decoder(Case)


class Records(Base):
    """Runs, conversations and cases."""

    def add_run(self, run: Run) -> None:
        """Add a run, or replace the record of the same id."""
        row = {"id": run.id, "release": run.release, "started_at": iso(run.started_at), "body": encode(run)}
        with self._write() as connection:
            connection.execute(upsert(connection, schema.runs, ["id"]), row)

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
                return decoded(_RUN, exact[0].body)
            known = connection.execute(sa.select(schema.runs.c.id)).scalars().all()
        what = "more than one run begins with" if exact else "the store holds no run"
        raise InputError(f"{what} '{run_id}'{near_match(run_id, known)}")

    def runs(self, release: str | None = None) -> list[Run]:
        """All runs, or those of a release, oldest first."""
        query = sa.select(schema.runs.c.body).order_by(schema.runs.c.started_at, schema.runs.c.id)
        if release is not None:
            query = query.where(schema.runs.c.release == release)
        with reading(self._engine) as connection:
            return [decoded(_RUN, body) for body in connection.execute(query).scalars()]

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

    def add_conversations(self, conversations: Iterable[Conversation]) -> int:
        """The number written; a conversation that is there already stays as it is."""
        rows = (
            {
                "run_id": talk.run_id,
                "id": talk.id,
                "case_id": talk.case_id,
                "trial": talk.trial,
                "subject_key": talk.subject_key,
                "body": encode(talk),
            }
            for talk in conversations
        )
        return self._insert(schema.conversations, rows, ["run_id", "id"])

    def conversations(self, run_id: str, ids: Sequence[str] | None = None) -> Iterator[Conversation]:
        """The conversations of a run in the order of their ids, streamed."""
        found = self.bodies(run_id) if ids is None else self.bodies_of(run_id, ids)
        for _, body in found:
            yield readable(conversation_from_json, body)

    def bodies(self, run_id: str) -> Iterator[Body]:
        """Ids and JSON of a run's conversations in the order of their ids, streamed, wherever they lie."""
        return heapq.merge(self.loose_bodies(run_id), self.parts.bodies(run_id))

    def loose_bodies(self, run_id: str) -> Iterator[Body]:
        """Those of them that lie in the database, not in a part."""
        table = schema.conversations
        query = sa.select(table.c.id, table.c.body).where(table.c.run_id == run_id, table.c.part.is_(None))
        return self._stream(query.order_by(table.c.id), lambda row: (str(row.id), bytes(row.body)))

    def bodies_of(self, run_id: str, ids: Sequence[str]) -> list[Body]:
        """Ids and JSON of these conversations in the order of their ids."""
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
        packed = self.parts.pack(run_id) if n > above or (n and self.parts.of(run_id)) else 0
        if packed:
            self.words.settle(run_id)
        return packed

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
        return decoded(_CASE, body) if body is not None else None

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
        rows = ({"run_id": run_id, "id": case.id, "body": encode(case)} for case in cases)
        return self._insert(schema.cases, rows, ["run_id", "id"])

    def cases(self, run_id: str) -> dict[str, Case]:
        """The cases of a run by id."""
        query = sa.select(schema.cases.c.body).where(schema.cases.c.run_id == run_id)
        return {case.id: case for case in self._stream(query, lambda row: _CASE.decode(row.body))}
