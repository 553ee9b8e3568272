"""What one worker does: read a unit of conversations, put each through the funnel, give back rows for the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeAlias

import msgspec

from evalkit.errors import StoreError
from evalkit.model import Case, Conversation, Data, Failure, Run, Score, conversation_from_json
from evalkit.policy.zero_tolerance import count_zero_tolerance
from evalkit.scoring import World, gather, score
from evalkit.store.facts import facts_of
from evalkit.store.parts import Body, read_group
from evalkit.store.scored_rows import ScoredRow, row_of, write_rows


@dataclass(frozen=True, slots=True)
class Job:
    """What all units of one scoring share; `folder` is where workers leave rows as Parquet, None to send them back."""

    run: Run
    world: World
    cases: Mapping[str, Case]
    grouped: Mapping[str, list[Score]]
    """Scores that came of comparing conversations with one another, by conversation."""
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class TalkUnit:
    """Conversations that travel with the unit: no worker needs to reach the database."""

    talks: tuple[Body, ...]
    judged: Mapping[str, Data]
    """What the judge made of these conversations, by their ids."""
    alone: bool = False
    deaths: int = 0

    def __len__(self) -> int:
        return len(self.talks)

    def slice(self, start: int, stop: int) -> TalkUnit:
        """A unit of some of its conversations."""
        return replace(self, talks=self.talks[start:stop])

    def read(self) -> tuple[Body, ...]:
        """The conversations."""
        return self.talks

    @property
    def name(self) -> None:
        """Its rows are sent back."""


@dataclass(frozen=True, slots=True)
class PartUnit:
    """Rows `start` to `stop` of one row group of a Parquet part."""

    path: Path
    hash: str
    group: int
    start: int
    stop: int
    alone: bool = False
    deaths: int = 0

    def __len__(self) -> int:
        return self.stop - self.start

    def slice(self, start: int, stop: int) -> PartUnit:
        """A unit of some of its conversations."""
        return replace(self, start=self.start + start, stop=self.start + stop)

    def read(self) -> tuple[Body, ...]:
        """The conversations. Raises: StoreError when the part is cut short or damaged."""
        return tuple(read_group(self.path, self.group)[self.start : self.stop])

    @property
    def judged(self) -> Mapping[str, Data]:
        """A judge is asked by the driver, whose units are talks."""
        return {}

    @property
    def name(self) -> str:
        """The file of its rows."""
        return f"{self.hash}-{self.group:05}-{self.start:05}-{self.stop:05}.parquet"


Unit: TypeAlias = TalkUnit | PartUnit


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a unit: rows, or the file that holds them, or why it could not be read, or that its worker died."""

    rows: tuple[ScoredRow, ...] = ()
    path: Path | None = None
    unreadable: str | None = None
    died: bool = False
    died_at: int | None = None
    """At which of its conversations, where that is known."""


class Source(Protocol):
    """Hands out units one by one; None while there is none to give, though a broken one may still come back."""

    def take(self) -> Unit | None:
        """The next unit."""
        ...


_ONE_AT_A_TIME = Lock()


def score_unit(unit: Unit, job: Job, before_each: Callable[[], None] = lambda: None) -> Done:
    """What came of the unit in this process. A finished unit is not scored again.

    Raises: StoreError when its rows cannot be written, such as on a full disk.
    """
    path = job.folder / unit.name if job.folder is not None and unit.name is not None else None
    if path is not None and path.exists():
        return Done(path=path)
    try:
        talks = unit.read()
    except StoreError as error:
        return Done(unreadable=str(error))
    world = replace(job.world, judged=unit.judged) if unit.judged else job.world
    # Threads of one worker gain nothing under the interpreter's lock, and not every library below expects them.
    with _ONE_AT_A_TIME:
        rows = tuple(_scored(id_, body, job, world) for id_, body in _told(talks, before_each))
    if path is None:
        return Done(rows)
    write_rows(path, rows)
    return Done(path=path)


def broken_row(job: Job, id_: str, cause: str, talk: Conversation | None = None) -> ScoredRow:
    """The row of a conversation that could not be scored: an error of every scorer, never a gap."""
    run = job.run
    talk = talk or Conversation(id=id_, run_id=run.id, release=run.release, source=run.source, stage=run.stage)
    talk = msgspec.structs.replace(talk, failure=Failure(boundary="scorer", cause=cause))
    return _row(talk, job, job.world, quarantined=cause)


def _told(talks: Iterable[Body], before_each: Callable[[], None]) -> Iterator[Body]:
    for talk in talks:
        before_each()
        yield talk


def _scored(id_: str, body: bytes, job: Job, world: World) -> ScoredRow:
    try:
        return _row(conversation_from_json(body), job, world)
    except Exception as error:  # noqa: BLE001 - the boundary that turns a poisonous conversation into a record
        return broken_row(job, id_, f"{type(error).__name__} while it was read or scored")


def _row(talk: Conversation, job: Job, world: World, quarantined: str | None = None) -> ScoredRow:
    case = job.cases.get(talk.case_id or "")
    scores = [*score(talk, case, gather(talk, case, world), world.scorers), *job.grouped.get(talk.id, ())]
    n_zero = count_zero_tolerance(scores, financial=world.policy.escalation.financial)
    facts = facts_of(job.run, talk, scores, critical=bool(case and case.critical), n_zero=n_zero)
    return row_of(scores, facts, quarantined)
