"""The task of every engine; `python -m evalkit.scale.alone` is one unit in a process that it alone can take along."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from typing import BinaryIO

from evalkit.scale.units import Done, Job, Unit, score_unit

_BEGUN, _ANSWER = b".", b"\n"


def run_unit(unit: Unit, job: Job) -> Done:
    """What came of the unit, in a child process where it is to be alone: `died` when it took the child with it.

    Raises: StoreError when its rows cannot be written, such as on a full disk.
    """
    return _in_child(replace(unit, alone=False), job) if unit.alone else score_unit(unit, job)


def _in_child(unit: Unit, job: Job) -> Done:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    child = subprocess.run(
        [sys.executable, "-m", "evalkit.scale.alone"],
        input=pickle.dumps((unit, job)), stdout=subprocess.PIPE, env=environment, check=False,
    )  # fmt: skip
    told, _, answer = child.stdout.partition(_ANSWER)
    if child.returncode != 0:
        return Done(died=True, died_at=told.count(_BEGUN) - 1 if told else None)
    done = pickle.loads(answer)
    if isinstance(done, Exception):
        raise done
    assert isinstance(done, Done)
    return done


def main() -> int:
    """Read a unit from standard input, write what came of it to standard output."""
    # Whatever a scorer prints goes to standard error: standard output carries the answer alone.
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)
        unit, job = pickle.load(sys.stdin.buffer)
        try:
            done: Done | Exception = score_unit(unit, job, lambda: _tell(answer))
        except Exception as error:  # noqa: BLE001 - the boundary: the parent raises it
            done = error
        answer.write(_ANSWER + pickle.dumps(done))
    return 0


def _tell(answer: BinaryIO) -> None:
    answer.write(_BEGUN)
    answer.flush()


if __name__ == "__main__":
    sys.exit(main())
