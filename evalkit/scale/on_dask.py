"""Dask: an existing cluster by its address, or one of this machine."""

from __future__ import annotations

import os
import pickle
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from evalkit.errors import InfrastructureError, InputError
from evalkit.scale.alone import run_unit
from evalkit.scale.units import Done, Job, Source, Unit

_PATIENCE_S = 30
"""How long nothing may finish before the engine looks whether any worker is left."""
_RESTART = 6
"""How many times as long a worker may take to come back."""
_CONFIG = {"distributed.worker.profile.enabled": False, "distributed.scheduler.allowed-failures": 1}
# Without a dashboard too the scheduler answers over HTTP, and without an address on a port that another may hold.
_NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}


@dataclass(frozen=True, slots=True)
class DaskEngine:
    """Futures on a Dask cluster; without an address, a cluster of this machine that ends with the scoring."""

    address: str | None = None
    workers: int = 2
    patience_s: float = _PATIENCE_S

    def outcomes(self, job: Job, source: Source) -> Iterator[tuple[Unit, Done]]:
        """Units with what came of them. Raises: InfrastructureError when no worker is left."""
        from distributed import KilledWorker, wait

        token = secrets.token_hex(8)
        with self._client() as client:
            # A task, not scattered data: a worker that lost it computes it again.
            held = client.submit(pickle.loads, pickle.dumps(job), key=f"evalkit-job-{token}")
            waiting: dict[Any, Unit] = {}
            number = 0
            while True:
                most = 2 * max(1, sum(client.nthreads().values()))
                while len(waiting) < most and (unit := source.take()) is not None:
                    number += 1
                    waiting[client.submit(run_unit, unit, held, key=f"evalkit-{token}-{number}")] = unit
                if not waiting:
                    return
                try:
                    finished = wait(list(waiting), timeout=self.patience_s, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    _wait_for_workers(client, _RESTART * self.patience_s)
                    continue
                for future in finished:
                    unit = waiting.pop(future)
                    died = isinstance(future.exception(), KilledWorker)
                    yield unit, Done(died=True) if died else future.result()

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ModuleNotFoundError as error:
            raise InputError(f"--engine dask needs {error.name}: pip install 'support-evalkit[dask]'") from error
        address = self.address or os.environ.get("DASK_SCHEDULER_ADDRESS")
        if address:
            try:
                client = Client(address, timeout=10)
            except (OSError, ValueError) as error:
                raise InputError(f"--address {address}: no Dask scheduler answers there") from error
            with client:
                yield client
            return
        with (
            dask.config.set(_CONFIG),
            LocalCluster(n_workers=self.workers, threads_per_worker=1, scheduler_kwargs=_NO_DASHBOARD) as cluster,
            Client(cluster) as client,
        ):
            yield client


def _wait_for_workers(client: Any, patience_s: float) -> None:
    # A nanny that starts a worker again may need as long as the work itself.
    try:
        client.wait_for_workers(1, timeout=patience_s)
    except TimeoutError as error:
        raise InfrastructureError(
            "no Dask worker is left; start workers and run the same command again: what is finished stays"
        ) from error
