"""Kill a worker, kill the driver, fill the disk, cut a file short, poison a conversation: nothing lost, none doubled."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import active_children
from pathlib import Path

import pytest

from evalkit.engine.scoring_run import score_run
from evalkit.errors import InfrastructureError, InputError, StoreError
from evalkit.model import Score
from evalkit.scale.driving import Engine
from evalkit.scale.engines import engine_of
from evalkit.scale.local import LocalEngine
from evalkit.store.store import Store
from tests.scale.conftest import ENGINES, RUN, N, Standing, dask_cluster, deadly, engine, filled

pytest.importorskip("pyarrow")
IDS = [f"c{i:05}" for i in range(N)]
HERE = str(Path(__file__).parents[2])


def verdicts(store: Store, key: str) -> dict[str, Score]:
    """The score of each conversation, after a look that each has exactly one row of scores and one of facts."""
    found = [(id_, scores) for id_, scores in store.scores("r", key)]
    assert [id_ for id_, _ in found] == IDS
    assert sorted(row.conversation_id for row in store.facts("r", key)) == IDS
    return {id_: score for id_, (score,) in found}


def all_passed(store: Store, key: str) -> bool:
    return {score.verdict for score in verdicts(store, key).values()} == {"pass"}


@pytest.mark.parametrize("name", ENGINES)
def test_a_poison_conversation_is_found_and_set_apart_and_one_kill_costs_nothing(
    tmp_path: Path, name: str, standing: Standing
) -> None:
    once = tmp_path / "once"
    once.touch()
    # A Dask cluster of this machine gives a unit up at its second death, one of the company by its own rule.
    runner = engine(name, address=standing(name) if name == "ray" else None)
    apart: dict[str, str] = {}
    with filled(tmp_path, {77: "poison", 900: "once"}) as store:
        key = score_run(store, RUN, deadly(once=str(once)), engine=runner, on_quarantine=apart.__setitem__)
        found = verdicts(store, key)
        assert list(tmp_path.glob("s.db.parts/r/scores-*")) == []
        assert store.fact("r", key, "c00077") is not None
    assert not once.exists() and list(apart) == ["c00077"] and "killed" in apart["c00077"]
    assert [id_ for id_, score in found.items() if score.verdict != "pass"] == ["c00077"]
    assert (found["c00077"].verdict, found["c00077"].boundary) == ("error", "scorer")


def test_the_pool_is_built_again_after_a_kill_from_outside(tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if not killed:
            victim = active_children()[0]
            killed.append(victim.pid or 0)
            victim.kill()

    with filled(tmp_path, packed=False) as store:
        key = score_run(store, RUN, deadly(slow_ms=1), engine=LocalEngine(2), on_progress=kill_one)
        assert killed and all_passed(store, key)


@pytest.mark.parametrize("packed", [True, False])
def test_a_killed_driver_goes_on_where_it_was(tmp_path: Path, packed: bool) -> None:
    log = tmp_path / "log"
    code = (
        "import sys, os, signal; from tests.scale.conftest import *; from evalkit.engine.scoring_run import score_run\n"
        "def die(done, total): os.kill(os.getpid(), signal.SIGKILL) if done >= 500 else None\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    score_run(store, store.run('r'), deadly(log=sys.argv[2]), workers=1, on_progress=die)\n"
    )
    with filled(tmp_path, packed=packed):
        pass
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "s.db"), str(log)], cwd=HERE, check=False)
    assert killed.returncode == -signal.SIGKILL
    before = len(log.read_text().split())
    assert 500 <= before < N
    with Store.open(tmp_path / "s.db") as store:
        key = score_run(store, store.run("r"), deadly(log=str(log)), workers=1)
        assert all_passed(store, key)
        assert len(log.read_text().split()) == N, "what was finished is not scored again"
        assert score_run(store, store.run("r"), deadly(log=str(log)), workers=1) == key
        assert all_passed(store, key)


@pytest.mark.parametrize("name", ENGINES)
def test_a_part_cut_short_costs_its_own_conversations_and_a_repaired_one_brings_them_back(
    tmp_path: Path, name: str, standing: Standing
) -> None:
    runner = engine(name, address=standing(name))
    with filled(tmp_path, packed=False) as store:
        store.parts.pack("r", rows_a_part=700)
        victim = min(store.parts.of("r"), key=lambda part: part.n)
        whole = victim.path.read_bytes()
        victim.path.write_bytes(whole[: len(whole) // 2])
        apart: dict[str, str] = {}
        key = score_run(store, store.run("r"), deadly(), engine=runner, on_quarantine=apart.__setitem__)
        found = verdicts(store, key)
        assert sorted(apart) == IDS[700:] and all(victim.path.name in cause for cause in apart.values())
        assert {id_ for id_, score in found.items() if score.verdict == "error"} == set(apart)
        victim.path.write_bytes(whole)
        assert score_run(store, store.run("r"), deadly(), workers=1) == key
        assert all_passed(store, key)


@pytest.mark.parametrize("packed", [True, False])
def test_a_full_disk_stops_with_an_error_and_the_same_command_goes_on(tmp_path: Path, packed: bool) -> None:
    with filled(tmp_path, packed=packed) as store:
        room = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, room[1]))
        try:
            with pytest.raises(StoreError, match="cannot be written|refused a write"):
                score_run(store, store.run("r"), deadly(), workers=1)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, room)
        assert list(tmp_path.glob("s.db.parts/r/scores-*/*.tmp")) == []
        assert all_passed(store, score_run(store, store.run("r"), deadly(), workers=1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES[1:])
def test_a_full_disk_of_a_worker_stops_with_an_error_and_the_same_command_goes_on(
    tmp_path: Path, name: str, standing: Standing
) -> None:
    full = tmp_path / "full"
    full.touch()
    with filled(tmp_path) as store, ExitStack() as stack:
        # Dask's workers stay, and without room they would be no use to another test; Ray's end with the scoring.
        own = name == "dask"
        address = stack.enter_context(dask_cluster("--no-nanny", "--no-nanny"))[0] if own else standing(name)
        runner = engine(name, address=address)
        with pytest.raises(StoreError, match="cannot be written"):
            score_run(store, store.run("r"), deadly(full=str(full)), engine=runner)
        full.unlink()
        assert all_passed(store, score_run(store, store.run("r"), deadly(full=str(full)), engine=runner))
    assert list(tmp_path.glob("s.db.parts/r/scores-*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES[1:])
@pytest.mark.parametrize("packed", [True, False])
def test_a_killed_driver_of_a_cluster_goes_on_where_it_was(
    tmp_path: Path, name: str, packed: bool, standing: Standing
) -> None:
    log = tmp_path / "log"
    code = (
        "import sys, os, signal; from tests.scale.conftest import *; from evalkit.engine.scoring_run import score_run\n"
        "def die(done, total): os.kill(os.getpid(), signal.SIGKILL) if done >= 500 else None\n"
        "if __name__ == '__main__':\n"
        "  with Store.open(sys.argv[1]) as store:\n"
        "    score_run(store, store.run('r'), deadly(log=sys.argv[2], slow_ms=1), engine=engine(sys.argv[3], address=sys.argv[4] or None), on_progress=die)\n"
    )
    # A cluster of this machine dies with its driver; what is in doubt is one that stays.
    address = standing(name)
    runner = engine(name, address=address)
    with filled(tmp_path, packed=packed):
        pass
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "s.db"), str(log), name, address or ""], cwd=HERE, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    with Store.open(tmp_path / "s.db") as store:
        stored = store.scored_ids("r", store.latest_score_key("r"))
        assert 500 <= len(stored) < N
        key = score_run(store, store.run("r"), deadly(log=str(log), slow_ms=1), engine=runner)
        assert all_passed(store, key)
        again = Counter(log.read_text().split())
        assert set(again) == set(IDS)
        assert packed or all(again[id_] == 1 for id_ in stored), "what is stored is not scored again"


def test_a_result_that_lost_its_end_is_made_again(tmp_path: Path) -> None:
    with filled(tmp_path) as store:
        done: list[Path] = []

        def stop(n: int, total: int) -> None:
            done.extend(tmp_path.glob("s.db.parts/r/scores-*/*.parquet"))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            score_run(store, store.run("r"), deadly(), workers=1, on_progress=stop)
        done[0].write_bytes(done[0].read_bytes()[:100])
        assert all_passed(store, score_run(store, store.run("r"), deadly(), workers=1))


def _killing(victims: list[subprocess.Popen[bytes]]) -> Callable[[int, int], None]:
    def kill(done: int, total: int) -> None:
        while victims:
            victims.pop().kill()

    return kill


@pytest.mark.parametrize("flags", ["--nanny", "--no-nanny"])
def test_a_dask_cluster_of_the_company_loses_a_worker_and_nothing_else(tmp_path: Path, flags: str) -> None:
    with dask_cluster(flags, flags) as (address, workers), filled(tmp_path, packed=False) as store:
        kill = _killing(workers[:1])
        key = score_run(
            store, RUN, deadly(slow_ms=1), engine=engine_of("dask", address=address), on_progress=kill
        )  # fmt: skip
        assert all_passed(store, key)


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.parametrize("client", [False, True], ids=["from a node", "as a client"])
def test_a_ray_cluster_of_the_company_scores_all_and_loses_a_worker_and_nothing_else(
    tmp_path: Path, client: bool, standing: Standing
) -> None:
    once = tmp_path / "once"
    once.touch()
    code = (
        "import sys; from tests.scale.conftest import *; from evalkit.engine.scoring_run import score_run\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    score_run(store, store.run('r'), deadly(once=sys.argv[2]), engine=engine_of('ray', address=sys.argv[3]))\n"
    )
    with filled(tmp_path, {900: "once"}, packed=False):
        pass
    words = [sys.executable, "-c", code, str(tmp_path / "s.db"), str(once), str(standing("ray", client=client))]
    driver = subprocess.run(words, cwd=HERE, capture_output=True, text=True, check=False)
    assert driver.returncode == 0, driver.stderr[-2_000:]
    assert driver.stdout == "", "what Ray tells of a dead worker is no answer of ours"
    with Store.open(tmp_path / "s.db") as store:
        assert all_passed(store, store.latest_score_key("r"))
    assert not once.exists()


def test_a_cluster_without_workers_is_an_error_and_the_work_goes_on_elsewhere(tmp_path: Path) -> None:
    from evalkit.scale.on_dask import DaskEngine

    with dask_cluster("--no-nanny") as (address, workers), filled(tmp_path, packed=False) as store:
        lonely: Engine = DaskEngine(address, patience_s=0.2)
        with pytest.raises(InfrastructureError, match="no Dask worker is left"):
            score_run(store, RUN, deadly(slow_ms=1), engine=lonely, on_progress=_killing(workers))
        assert 0 < len(store.scored_ids("r", store.latest_score_key("r"))) < N
        assert all_passed(store, score_run(store, store.run("r"), deadly(slow_ms=1), workers=1))


def test_an_address_that_nobody_answers_and_one_that_nobody_uses_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the local engine has none"):
        engine_of("local", address="tcp://127.0.0.1:1")
    started = time.monotonic()
    with filled(tmp_path, packed=False) as store, pytest.raises(InputError, match="no Dask scheduler answers"):
        score_run(store, RUN, deadly(), engine=engine("dask", address="tcp://127.0.0.1:1"))
    assert time.monotonic() - started < 60
