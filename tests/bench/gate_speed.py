"""`python -m tests.bench.gate_speed`: the gate on 1,000 cases of three trials, from two run files, in a fresh process."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

from evalkit.store.store import Store
from tests.scored_runs import store_run

N, TRIALS, TIMES = 1_000, 3, 5
_MUST_S = 1.5


def main() -> int:
    """Print wall and CPU of the whole command, start-up included; 1 when the median wall time misses the must."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        for release in ("1.4", "1.5"):
            passes = {f"c{n:04}": [int(chance.random() < 0.8) for _ in range(TRIALS)] for n in range(N)}
            with Store.open(Path(folder) / f"{release}.db") as store:
                store_run(store, release, passes)
        words = ["gate", "--candidate", "1.5.db", "--baseline", "1.4.db", "--no-record"]
        rows = []
        for name, more in (("verdict", ()), ("with comment, JUnit and GitLab's file", _SURFACES)):
            walls, cpus = zip(*(_once([*words, *more], Path(folder)) for _ in range(TIMES)), strict=True)
            rows.append([f"gate, {N} × {TRIALS}: {name}", _MUST_S, f"{sorted(walls)[TIMES // 2]:.2f}",
                         f"{min(walls):.2f}", f"{sorted(cpus)[TIMES // 2]:.2f}"])  # fmt: skip
    print(tabulate(rows, headers=["what", "must, s", "wall, median", "wall, best", "CPU, median"]))
    return int(float(rows[0][2]) > _MUST_S)


_SURFACES = ("--comment", "c.md", "--junit", "j.xml", "--gitlab", "q.json")


def _once(words: list[str], folder: Path) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    code = "from evalkit.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, *words], cwd=folder, check=False, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
