"""This machine's processes; a pool that lost a worker is built again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from evalkit.scale.alone import run_unit
from evalkit.scale.units import Done, Job, Source, Unit


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """A pool of processes; with one worker the units run in this process."""

    workers: int = 1

    def outcomes(self, job: Job, source: Source) -> Iterator[tuple[Unit, Done]]:
        """Units with what came of them."""
        if self.workers > 1:
            yield from self._pooled(job, source)
            return
        while (unit := source.take()) is not None:
            yield unit, run_unit(unit, job)

    def _pooled(self, job: Job, source: Source) -> Iterator[tuple[Unit, Done]]:
        waiting: dict[Future[Done], Unit] = {}
        pool = self._pool(job)
        try:
            while True:
                # Only a few units are in flight, so that memory does not grow with the run.
                whole = _fill(pool, source, waiting, 2 * self.workers)
                if not waiting and whole:
                    return
                finished = wait(waiting, return_when=FIRST_COMPLETED).done if whole else set(waiting)
                died = [future for future in finished if isinstance(future.exception(), BrokenProcessPool)]
                if died or not whole:
                    finished = wait(waiting).done
                    pool.shutdown()
                    pool = self._pool(job)
                for future in finished:
                    unit = waiting.pop(future)
                    broken = isinstance(future.exception(), BrokenProcessPool)
                    yield unit, Done(died=True) if broken else future.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _pool(self, job: Job) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers, mp_context=get_context("spawn"), initializer=_begin_worker, initargs=(job,)
        )


def _fill(pool: ProcessPoolExecutor, source: Source, waiting: dict[Future[Done], Unit], most: int) -> bool:
    """False when the pool turned out to be broken; the unit that showed it counts as in flight."""
    while len(waiting) < most and (unit := source.take()) is not None:
        try:
            waiting[pool.submit(_in_worker, unit)] = unit
        except BrokenProcessPool as error:
            lost: Future[Done] = Future()
            lost.set_exception(error)
            waiting[lost] = unit
            return False
    return True


_JOB: list[Job] = []


def _begin_worker(job: Job) -> None:
    _JOB[:] = [job]


def _in_worker(unit: Unit) -> Done:
    return run_unit(unit, _JOB[0])
