"""Ray: core tasks on an existing cluster by its address, or on one of this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

from evalkit.errors import InfrastructureError, InputError
from evalkit.scale.alone import run_unit
from evalkit.scale.units import Done, Job, Source, Unit

_QUIET = {"log_to_driver": False, "logging_level": "ERROR"}
_STARTS = 3


@dataclass(frozen=True, slots=True)
class RayEngine:
    """Tasks on a Ray cluster; without an address, on one of this machine that ends with the scoring."""

    address: str | None = None
    workers: int = 2

    def outcomes(self, job: Job, source: Source) -> Iterator[tuple[Unit, Done]]:
        """Units with what came of them."""
        with self._cluster() as ray:
            task = ray.remote(max_retries=1)(run_unit)
            held = ray.put(job)
            waiting: dict[Any, Unit] = {}
            most = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
            while True:
                while len(waiting) < most and (unit := source.take()) is not None:
                    waiting[task.remote(unit, held)] = unit
                if not waiting:
                    return
                (finished, *_), _ = ray.wait(list(waiting), num_returns=1)
                unit = waiting.pop(finished)
                try:
                    done = ray.get(finished)
                except _deaths(ray):
                    done = Done(died=True)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from None
                yield unit, done

    @contextmanager
    def _cluster(self) -> Iterator[Any]:
        try:
            import ray
        except ModuleNotFoundError as error:
            raise InputError("--engine ray needs ray: pip install 'support-evalkit[ray]'") from error
        address = self.address or os.environ.get("RAY_ADDRESS")
        if address:
            _join(ray, address)
        else:
            _start(ray, self.workers)
        # Ray prints a line for each dead worker on standard output, where the command's own answer belongs.
        with redirect_stdout(sys.stderr):
            try:
                yield ray
            finally:
                ray.shutdown()


def _join(ray: Any, address: str) -> None:
    for attempt in range(_STARTS):
        try:
            ray.init(address=address, **_QUIET)
            return
        except (ConnectionError, ValueError) as error:
            # A head that answers and could not start the client's own server in time, as a busy one cannot.
            if isinstance(error, ConnectionAbortedError) and attempt + 1 < _STARTS:
                continue
            said = (str(error).strip().splitlines() or [type(error).__name__])[-1]
            raise InputError(
                f"--address {address}: no Ray cluster answers there ({said}); one with tokens wants RAY_AUTH_MODE=token"
                " and RAY_AUTH_TOKEN"
            ) from error


def _start(ray: Any, workers: int) -> None:
    for attempt in range(_STARTS):
        try:
            # Without the word Ray would join whatever cluster it finds on this machine.
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **_QUIET)
            return
        except Exception as error:
            # Ray gives its own processes half a minute, too little on a busy machine, and raises bare exceptions.
            ray.shutdown()
            if attempt + 1 == _STARTS:
                raise InfrastructureError(f"Ray did not start on this machine: {error}") from error


def _deaths(ray: Any) -> tuple[type[Exception], ...]:
    """What Ray says when a worker, its machine, or a result that lay there is gone."""
    errors = ray.exceptions
    return errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError, errors.ObjectLostError
