"""Twenty people label while a run is being written: nothing is lost, and nobody waits."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evalkit.review.drawing import new_batch
from evalkit.review.labelling import save_label
from evalkit.store.batches import Batches
from evalkit.store.store import Store
from tests.databases import postgres_url
from tests.review.weeks import NOW, week

__all__ = ["postgres_url"]
_REVIEWERS, _EACH, _PAUSE_S = 20, 12, 0.4
_WRITER = """
import sys, time
from evalkit.model import Conversation, Run, Turn
from evalkit.store.store import Store
with Store.open(sys.argv[1]) as store:
    store.add_run(Run(id="busy", release="busy"))
    n = 0
    while True:
        turns = (Turn(role="customer", text="x" * 200), Turn(role="bot", text="y" * 400)) * 4
        store.add_conversations(Conversation(id=f"b{n + i}", run_id="busy", turns=turns) for i in range(500))
        n += 500
        time.sleep(0.2)
"""


def saved_times_ms(where: Path | str, tmp_path: Path) -> list[float]:
    """How long each save took while another process writes a run."""
    with Store.open(where) as store:
        batch = new_batch(
            store, week(store, 600), seed=1, now=NOW, n=250, reviewers=[f"r{i}" for i in range(_REVIEWERS)]
        )
        tasks = {name: Batches(store).tasks(batch.id, name)[:_EACH] for name in batch.reviewers}
        script = tmp_path / "writer.py"
        script.write_text(_WRITER, encoding="utf-8")
        writer = subprocess.Popen([sys.executable, str(script), str(where)])

        def work(name: str) -> list[float]:
            took = []
            for task in tasks[name]:
                start = time.perf_counter()
                save_label(store, task, "resolved", name, "yes", now=NOW)
                took.append(1000 * (time.perf_counter() - start))
                time.sleep(_PAUSE_S)
            return took

        try:
            time.sleep(1.5)
            with ThreadPoolExecutor(_REVIEWERS) as pool:
                times = [t for mine in pool.map(work, batch.reviewers) for t in mine]
            assert writer.poll() is None, "the writer went on to the end"
        finally:
            writer.kill()
            writer.wait()
        assert len(store.reviews(batch=batch.id)) == _REVIEWERS * _EACH, "no label was lost"
    return sorted(times)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.external)])
def test_twenty_reviewers_beside_a_run_lose_nothing(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    where = request.getfixturevalue("postgres_url") if database == "postgresql" else tmp_path / "s.db"
    times = saved_times_ms(where, tmp_path)
    print(
        f"{database}: median {times[len(times) // 2]:.0f} ms, 99 % {times[int(0.99 * len(times))]:.0f} ms, n = {len(times)}"
    )
