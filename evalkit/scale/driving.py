"""Drives an engine: what kills a worker is tried alone, cut up until the one conversation is found, and set apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from evalkit.errors import StoreError
from evalkit.model import Conversation, conversation_from_json
from evalkit.scale.units import Done, Job, Source, Unit, broken_row
from evalkit.store.scored_rows import ScoredRow, read_rows

KILLED = "its worker was killed twice while scoring it"
_MOST_DEATHS = 2


class Engine(Protocol):
    """Runs units somewhere; each unit comes back once, in any order, with what came of it."""

    def outcomes(self, job: Job, source: Source) -> Iterator[tuple[Unit, Done]]:
        """Units with what came of them, a bounded number in flight, until the source gives none and none is left."""
        ...


class _Feed:
    def __init__(self, units: Iterable[Unit]) -> None:
        self._units, self._again = iter(units), deque[Unit]()

    def take(self) -> Unit | None:
        return self._again.popleft() if self._again else next(self._units, None)

    def again(self, *units: Unit) -> None:
        self._again.extend(units)


def scored_rows(
    engine: Engine, job: Job, units: Iterable[Unit], ids_of: Callable[[Unit], Sequence[str]]
) -> Iterator[list[ScoredRow]]:
    """The rows of all conversations, each once, as units finish; `quarantined` says why one could not be scored.

    Raises: StoreError when rows cannot be written: what is finished stays, and the same call goes on from there.
    """
    feed = _Feed(units)
    for unit, done in engine.outcomes(job, feed):
        if done.died:
            if not unit.alone:
                feed.again(replace(unit, alone=True))
            elif len(unit) > 1:
                feed.again(*_split(unit, done.died_at))
            elif unit.deaths + 1 < _MOST_DEATHS:
                feed.again(replace(unit, deaths=unit.deaths + 1))
            else:
                (id_,) = ids_of(unit)
                yield [broken_row(job, id_, KILLED, _talk(unit))]
        elif done.unreadable is not None:
            yield [broken_row(job, id_, done.unreadable) for id_ in ids_of(unit)]
        elif done.path is None:
            yield list(done.rows)
        else:
            try:
                yield read_rows(done.path)
            except StoreError:
                # Cut short by a machine that lost power after the rename: it is made again.
                done.path.unlink(missing_ok=True)
                feed.again(unit)


def _split(unit: Unit, at: int | None) -> list[Unit]:
    """The conversation at which it died by itself, and what is before and after; halves where that is unknown."""
    cuts = [0, len(unit) // 2, len(unit)] if at is None else [0, at, at + 1, len(unit)]
    return [unit.slice(start, stop) for start, stop in pairwise(cuts) if start < stop]


def _talk(unit: Unit) -> Conversation | None:
    with suppress(StoreError, ValueError):
        ((_, body),) = unit.read()
        return conversation_from_json(body)
    return None
