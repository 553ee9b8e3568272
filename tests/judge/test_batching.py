"""A batch answers what single calls answer, is paid once even after a kill, and names what goes wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evalkit.engine.judging import Bench, Judging
from evalkit.errors import InputError
from evalkit.judge.batching import PENDING, BatchClient
from evalkit.judge.fake import MOODS, Mood, create_app
from evalkit.judge.provider import judge_settings
from evalkit.judge.questions import load_questions
from evalkit.loopback import serving
from evalkit.model import Conversation, Run, Turn
from evalkit.policy.sections import Policy
from evalkit.store.store import Store
from tests.judge.test_moods import DOUBTED, FINE, NAMED

ALONE = {"no_schema", "text_only"}
"""Moods that a live client answers by going down the ladder; a batch names the rung to take."""


def settings_of(address: str, **more: Any) -> Any:
    return judge_settings(
        {
            "base_url": f"{address}/v1", "model": "m", "batch": 100, "batch_poll_s": 0.05, "retries": 0,
            "provider": {"region": "local", "dpa": True, "no_training": True}, **more,
        }
    )  # fmt: skip


def talks(n: int) -> Iterator[Conversation]:
    for i in range(n):
        asked, said = f"Vad kostar frakten för order {i}?", f"Frakten för order {i} kostar 49 kr och tar tre dagar."
        turns = (Turn(role="customer", text=asked), Turn(role="bot", text=said))
        yield Conversation(id=f"c{i:03}", run_id="r", turns=turns, language="sv")


def judged(folder: Path, address: str, n: int, cache: Path | str = ":memory:", **more: Any) -> tuple[Any, Judging]:
    made = settings_of(address, **more)
    bench = Bench(made, load_questions(["need_met"]), BatchClient(made, folder, idle_s=0.1), cache)
    judging = Judging(bench, Policy(), {})
    with Store.open(folder / "s.db") as store:
        store.add_run(Run(id="r", release="1"))
        return [answers["need_met"] for _, part in judging.over(talks(n), store) for answers in part], judging


@contextmanager
def fake(mood: Mood = "good", delay_s: float = 0.0) -> Iterator[str]:
    with serving(create_app(mood, delay_s=delay_s)) as address:
        yield address


def n_calls(address: str) -> int:
    return int(json.load(urllib.request.urlopen(f"{address}/calls"))["n"])


def test_a_batch_answers_each_conversation_in_its_own_order(tmp_path: Path) -> None:
    with fake() as address:
        found, judging = judged(tmp_path, address, 30)
        assert [(a.status, a.good, a.turn) for a in found] == [("answered", True, 1)] * 30
        assert n_calls(address) == 30
    assert judging.spending is not None and judging.spending.n_calls == 30
    assert judging.spending.tokens_in == 30 * 200
    assert not (tmp_path / PENDING).exists(), "every answer is in the cache"


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_comes_out_of_a_batch_as_out_of_single_calls(tmp_path: Path, mood: Mood) -> None:
    with fake(mood) as address:
        found, _ = judged(tmp_path, address, 3)
    assert len(found) == 3
    if mood == "no_batches":
        assert {a.cause for a in found} == {"the judge's endpoint takes no batches (404); leave judge.batch out"}
    elif mood in ALONE:
        assert {a.cause for a in found} == {"the judge's endpoint answered 400 in its batch"}
    elif mood in FINE:
        assert {(a.status, a.good) for a in found} == {("answered", True)}
    elif mood in NAMED:
        assert {a.status for a in found} == {"error"} and all(a.cause for a in found)
    elif mood in DOUBTED:
        assert {a.status for a in found} == {"unsure"}


@pytest.mark.parametrize(("mood", "mode"), [("no_schema", "json_object"), ("text_only", "text")])
def test_a_batch_takes_the_rung_that_is_named(tmp_path: Path, mood: Mood, mode: str) -> None:
    with fake(mood) as address:
        found, _ = judged(tmp_path, address, 2, mode=mode)
    assert {(a.status, a.good) for a in found} == {("answered", True)}


def test_the_same_words_are_asked_and_paid_once(tmp_path: Path) -> None:
    with fake() as address:
        made = settings_of(address)
        twin = [Conversation(id=f"t{i}", turns=next(talks(1)).turns, language="sv", run_id="r") for i in range(5)]
        bench = Bench(made, load_questions(["need_met"]), BatchClient(made, tmp_path, idle_s=0.1), ":memory:")
        judging = Judging(bench, Policy(), {})
        with Store.open(tmp_path / "s.db") as store:
            store.add_run(Run(id="r", release="1"))
            found = [a["need_met"].status for _, part in judging.over(iter(twin), store) for a in part]
        assert found == ["answered"] * 5
        assert n_calls(address) == 1
    assert judging.spending is not None and judging.spending.tokens_in == 200


def test_repeats_go_into_one_batch_and_may_disagree(tmp_path: Path) -> None:
    with fake("erratic") as address:
        found, _ = judged(tmp_path, address, 2, repeats=3)
        assert n_calls(address) == 6
        listed = json.load(urllib.request.urlopen(f"{address}/v1/batches"))["data"]
        assert len(listed) == 1, "three rounds of a day each would be three days"
    assert [a.repeats for a in found] == [3, 3]
    assert {round(a.agreement_rate, 2) for a in found} == {0.67}


def test_a_budget_holds_for_what_is_asked_at_once(tmp_path: Path) -> None:
    with fake() as address:
        found, _ = judged(tmp_path, address, 30, budget_calls=7)
        assert n_calls(address) == 7
    assert sum(a.status == "answered" for a in found) == 7
    assert {a.cause for a in found if a.status == "error"} == {"judge.budget_calls of 7 is spent"}


def test_more_conversations_than_a_batch_takes_go_into_several(tmp_path: Path) -> None:
    with fake() as address:
        found, _ = judged(tmp_path, address, 25, batch=10)
        assert n_calls(address) == 25
    assert {a.status for a in found} == {"answered"}


_KILLED = """
import sys
from pathlib import Path
from tests.judge.test_batching import judged
judged(Path(sys.argv[2]), sys.argv[1], 20, cache=Path(sys.argv[2]) / "cache.db")
"""


def test_a_kill_while_a_batch_is_worked_off_costs_nothing(tmp_path: Path, project: Path) -> None:
    with fake(delay_s=1.0) as address:
        words = [sys.executable, "-c", _KILLED, address, str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(project)}
        process = subprocess.Popen(words, env=environment, cwd=project)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and n_calls(address) < 20:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        assert (tmp_path / PENDING).exists()
        found, _ = judged(tmp_path, address, 20, cache=tmp_path / "cache.db")
        assert {(a.status, a.good) for a in found} == {("answered", True)}
        assert n_calls(address) == 20, "the batch was paid for before the kill, and never again"
    assert not (tmp_path / PENDING).exists()


def test_a_note_of_an_unknown_batch_or_a_torn_one_is_passed_over(tmp_path: Path) -> None:
    with fake() as address:
        gone = {"base_url": f"{address}/v1", "file": "file-gone", "markers": {"x": "m"}}
        (tmp_path / PENDING).write_text(json.dumps(gone) + '\n{"base_url": "http')
        found, _ = judged(tmp_path, address, 2)
    assert {a.status for a in found} == {"answered"}


def test_nothing_but_hashes_stands_in_the_note(tmp_path: Path) -> None:
    async def go(address: str) -> None:
        made = settings_of(address)
        async with BatchClient(made, tmp_path, idle_s=0.05) as client:
            await client.complete([{"role": "user", "content": "hemligt"}], None)
            assert "hemligt" not in (tmp_path / PENDING).read_text()

    with fake() as address:
        asyncio.run(go(address))


def test_a_batch_that_no_endpoint_takes_is_refused() -> None:
    with pytest.raises(InputError, match=r"judge\.batch is 60000"):
        settings_of("http://127.0.0.1:9", batch=60_000)
