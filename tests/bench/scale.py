"""`python -m tests.bench.scale`: many stored conversations on two processes, memory along the way, and Dask beside them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
from tabulate import tabulate

from evalkit.engine.scoring_run import score_run
from evalkit.model import Conversation, Run, ScorerSpec, Turn
from evalkit.scale.driving import Engine
from evalkit.scale.engines import engine_of
from evalkit.scoring import World, build_scorers
from evalkit.store.store import Store

_RUN = Run(id="r", release="desk", source="production", status="finished")
_SAID = ("Hej, var är order {}?", "Den skickades i går.", "När kommer den?", "I morgon före klockan 12.")
_FLAT_KB = 0.5
_DASK_MUST = 0.75


def main() -> int:
    """Print the table; the exit code is 1 when a must is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale")
    parser.add_argument("--long", action="store_true", help="1,000,000 conversations instead of 20,000")
    parser.add_argument("--n", type=int)
    parser.add_argument("--pairs", type=int, default=1, help="runs of local and Dask, alternating")
    options = parser.parse_args()
    n = options.n or (1_000_000 if options.long else 20_000)
    per_s, slope_kb, peak_mb = _scored(n, engine_of("local", workers=2))
    # At least twenty units of 500: with fewer, the last one alone decides.
    n_dask = max(10_000, n // 20)
    sides: dict[str, list[float]] = {"local": [], "dask": []}
    for _ in range(options.pairs):
        for name, seen in sides.items():
            seen.append(_scored(n_dask, engine_of(name, workers=2))[0])
    local_s, dask_s = (median(seen) for seen in sides.values())
    rows: list[list[object]] = [
        [f"{n:,} conversations (8 turns), store to scores, 2 processes", "a second", "", f"{per_s:.0f}"],
        ["growth of the driver's memory a conversation, second half", "kB", _FLAT_KB, f"{slope_kb:.3f}"],
        ["peak memory of driver and workers", "MB", "", f"{peak_mb:.0f}"],
        [f"Dask on 2 workers beside local, {n_dask:,}, start-up apart", "ratio", _DASK_MUST, f"{dask_s / local_s:.2f}"],
    ]
    print(tabulate(rows, headers=["what", "unit", "must", "seen"]))
    return int(slope_kb > _FLAT_KB or dask_s / local_s < _DASK_MUST)


def _scored(n: int, engine: Engine) -> tuple[float, float, float]:
    """Conversations a second after the first unit came back, kB of growth for each, and the peak in MB."""
    names = ("privacy", "compliance", "language", "loops", "tone", "resolution", "escalation", "handover")
    world = World(build_scorers([ScorerSpec(name=name) for name in names]))
    seen: list[tuple[float, int, float, float]] = []
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.db") as store:
        store.add_run(_RUN)
        store.add_conversations(_talks(n))
        store.pack("r", above=0)
        score_run(store, _RUN, world, engine=engine, on_progress=_watch(seen))
        assert sum(1 for _ in store.scores("r")) == n
    (start_s, first, *_), (end_s, last, *_) = seen[0], seen[-1]
    half = seen[len(seen) // 2 :]
    slope_kb = float(np.polyfit([done for _, done, _, _ in half], [own for _, _, own, _ in half], 1)[0])
    return (last - first) / max(end_s - start_s, 1e-9), slope_kb, max(tree for *_, tree in seen) / 1024


def _watch(seen: list[tuple[float, int, float, float]]) -> Callable[[int, int], None]:
    def note(done: int, total: int) -> None:
        seen.append((time.perf_counter(), done, _rss_kb(os.getpid()), _tree_kb()))

    return note


def _rss_kb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
    except OSError:
        return 0.0


def _tree_kb() -> float:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return _rss_kb(os.getpid()) + sum(_rss_kb(int(pid)) for pid in children)


def _talks(n: int) -> Iterator[Conversation]:
    for i in range(n):
        turns = tuple(
            Turn(role="bot" if number % 2 else "customer", text=said.format(i)) for number, said in enumerate(_SAID * 2)
        )
        yield Conversation(id=f"c{i:07}", run_id="r", source="production", turns=turns, language="sv")


if __name__ == "__main__":
    sys.exit(main())
