"""Ray: core tasks on an existing cluster by its address, or on one of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from evalkit.errors import InputError
from evalkit.scale.units import Done, Job, Source, Unit, run_unit


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
                except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError):
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
        quiet = {"log_to_driver": False, "logging_level": "ERROR"}
        try:
            if self.address:
                ray.init(address=self.address, **quiet)
            else:
                ray.init(num_cpus=self.workers, include_dashboard=False, **quiet)
        except (ConnectionError, ValueError) as error:
            raise InputError(f"--address {self.address}: no Ray cluster answers there") from error
        try:
            yield ray
        finally:
            ray.shutdown()
