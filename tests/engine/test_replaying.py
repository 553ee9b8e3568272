"""A suite is replayed into the store: nothing is asked twice, nothing is lost, and what breaks is named."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from evalkit.bots.definitions import build_bot
from evalkit.bots.python import PythonBot
from evalkit.engine.replaying import Plan, Progress, new_run, replay, resumable
from evalkit.engine.scoring_run import score_run
from evalkit.errors import InputError
from evalkit.model import Case, Conversation, Customer, Line, ScorerSpec, Suite
from evalkit.scoring import World, build_scorers
from evalkit.store.store import Store
from evalkit.suites.loading import load_suites
from tests.bots.serving import server
from tests.bots.speaking import Said, Speaker

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def suite(n: int = 5) -> Suite:
    lines = (Line(text="Hej"), Line(text="Tack"))
    cases = tuple(Case(id=f"c{i}", customer=Customer(lines=lines), critical=i == 3) for i in range(n))
    return Suite(name="s", cases=cases)


class Counting:
    """Remembers every message that any conversation sent."""

    asked: list[str] = []

    def __call__(self, text: str, history: object) -> str:
        self.asked.append(text)
        return f"Du sa {text}"


def start(store: Store, plan: Plan, bot: PythonBot) -> str:
    run = new_run(plan, bot, now=NOW)
    replay(plan, bot, store, run)
    return run.id


def test_every_case_is_played_as_often_as_asked_and_kept(tmp_path: Path) -> None:
    seen: list[Progress] = []
    plan, bot = Plan((suite(),), "1.4", "mine", trials=2), PythonBot(lambda text, _: text.upper())
    with Store.open(tmp_path / "s.db") as store:
        run = new_run(plan, bot, now=NOW)
        finished = replay(plan, bot, store, run, on_progress=seen.append)
        talks = list(store.conversations(run.id))
        assert len(talks) == 10
        assert finished.status == "finished"
        assert {(t.case_id, t.trial) for t in talks} == {(f"c{i}", k) for i in range(5) for k in range(2)}
        assert [turn.text for turn in talks[0].turns] == ["Hej", "HEJ", "Tack", "TACK"]
        assert [turn.line for turn in talks[0].turns if turn.role == "customer"] == [0, 1]
        assert (seen[-1].n_done, seen[-1].n_total) == (10, 10)


def test_a_resume_asks_the_bot_nothing_that_is_stored(tmp_path: Path) -> None:
    Counting.asked = []
    bot = PythonBot(Counting)
    with Store.open(tmp_path / "s.db") as store:
        half = Plan((suite(2),), "1.4", "mine")
        run = new_run(Plan((suite(),), "1.4", "mine"), bot, now=NOW)
        replay(half, bot, store, run)
        assert len(Counting.asked) == 4
        whole = Plan((suite(),), "1.4", "mine")
        replay(whole, bot, store, resumable(store.run(run.id), whole, bot))
        assert len(Counting.asked) == 10
        assert store.count_conversations(run.id) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"suites": (suite(4),)}, "suite"),
        ({"trials": 3}, "trials"),
        ({"seed": 7}, "seed"),
        ({"kb_snapshot": "x"}, "bot-side knowledge"),
    ],
)
def test_a_resume_under_another_key_is_refused_with_the_difference_named(change: dict[str, object], said: str) -> None:
    plan, bot = Plan((suite(),), "1.4", "mine"), PythonBot(lambda text, _: text, name="a:b")
    run = new_run(plan, bot, now=NOW)
    from dataclasses import replace

    with pytest.raises(InputError, match=f"{said} changed"):
        resumable(run, replace(plan, **change), bot)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="bot changed"):
        resumable(run, plan, PythonBot(lambda text, _: text, name="a:c"))


def test_a_bot_that_breaks_leaves_a_record_and_an_invalid_run(tmp_path: Path) -> None:
    def broken(text: str, history: object) -> str:
        if text == "Tack":
            raise ValueError("secret 4111")
        return "Hej!"

    plan, bot = Plan((suite(),), "1.4", "mine"), PythonBot(broken)
    with Store.open(tmp_path / "s.db") as store:
        finished = replay(plan, bot, store, new_run(plan, bot, now=NOW))
        assert finished.status == "invalid"
        for talk in store.conversations(finished.id):
            assert talk.failure is not None
            assert (talk.failure.boundary, talk.ending, len(talk.turns)) == ("bot", "error", 3)
            assert "4111" not in talk.failure.cause


def test_conversations_that_run_together_keep_their_state_apart(tmp_path: Path) -> None:
    class Remembers:
        def __init__(self) -> None:
            self.n = 0

        async def __call__(self, text: str, history: object) -> str:
            self.n += 1
            return str(self.n)

    plan, bot = Plan((suite(50),), "1.4", "mine"), PythonBot(Remembers)
    with Store.open(tmp_path / "s.db") as store:
        id_ = start(store, plan, bot)
        assert {tuple(t.text for t in talk.turns if t.role == "bot") for talk in store.conversations(id_)} == {
            ("1", "2")
        }


KILLED = """
import sys, time
from datetime import UTC, datetime
from evalkit.bots.definitions import build_bot
from evalkit.bots.python import PythonBot
from evalkit.engine.replaying import Plan, new_run, replay
from evalkit.store.store import Store
from tests.engine.test_replaying import suite
asked = []
def slow(text, history):
    # Quick at first, then slow enough that the run cannot end before it is killed, however busy the machine is.
    asked.append(text)
    time.sleep(0.03 if len(asked) < 120 else 0.3)
    with open(sys.argv[2], "a") as log:
        log.write(text + chr(10))
    return "ok"
plan, bot = Plan((suite(400),), "1.4", "mine"), PythonBot(slow, name="slow", concurrency=4)
store = Store.open(sys.argv[1])
run = new_run(plan, bot, now=datetime(2026, 11, 2, tzinfo=UTC), id_="killed")
replay(plan, bot, store, run)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_keeps_what_was_finished_and_can_be_completed(tmp_path: Path, how: signal.Signals) -> None:
    path, log = tmp_path / "s.db", tmp_path / "log"
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), str(log)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
        # A job in the background of a shell starts with Ctrl-C ignored, and so would everything below it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if path.exists() and log.exists():
            with Store.open(path) as store:
                if store.runs() and store.count_conversations("killed") >= 20:
                    break
        time.sleep(0.05)
    process.send_signal(how)
    process.wait(30)
    with Store.open(path) as store:
        kept = store.count_conversations("killed")
        assert 20 <= kept < 400
        plan, bot = Plan((suite(400),), "1.4", "mine"), PythonBot(lambda text, _: "ok", name="slow", concurrency=4)
        replay(plan, bot, store, resumable(store.run("killed"), plan, bot))
        assert store.count_conversations("killed") == 400
        assert store.run("killed").status == "finished"


def test_scoring_in_workers_gives_the_same_bytes_as_in_this_process(tmp_path: Path) -> None:
    plan, bot = Plan((suite(30),), "1.4", "mine"), PythonBot(lambda text, _: text)
    world = World(scorers=build_scorers([ScorerSpec(name="tests.test_scoring:Counts", args={"at_least": 2})]))
    with Store.open(tmp_path / "s.db") as store:
        id_ = start(store, plan, bot)
        key = score_run(store, store.run(id_), world, workers=1)
        alone = msgspec.json.encode(list(store.scores(id_, key)))
        assert score_run(store, store.run(id_), world, workers=2) == key
        assert msgspec.json.encode(list(store.scores(id_, key))) == alone
        assert len(store.facts(id_)) == 30


def test_a_pinned_case_is_refused_by_a_bot_that_takes_no_history(tmp_path: Path) -> None:
    pinned = Case(id="p.1", path="s.yaml", line=4, customer=Customer(mode="prefix", lines=(Line(text="Hej"),)))
    bot = build_bot("b", {"b": {"kind": "http", "url": "http://127.0.0.1:1/", "request": {"q": "{{ message }}"}}})
    plan = Plan((Suite(name="s", cases=(pinned,)),), "1", "b")
    with (
        Store.open(tmp_path / "s.db") as store,
        pytest.raises(InputError, match="s.yaml:4: case 'p.1' pins the history"),
    ):
        replay(plan, bot, store, new_run(plan, bot, now=NOW))


@pytest.mark.parametrize("kind", ["http", "sse", "websocket", "openai", "openai streamed"])
def test_a_pinned_conversation_is_replayed_reply_by_reply_over_each_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "suite: s\ncases:\n- id: real\n  language: sv\n  customer:\n    mode: prefix\n    recorded:\n"
        "    - customer: Hej\n    - bot: Vad gäller det?\n    - customer: Frakten\n"
        "      expect: [{contains: 49 kr}]\n    - bot: 59 kr.\n    - customer: Tack\n  expect: [{never: {contains: kod}}]\n",
        encoding="utf-8",
    )
    speaker = Speaker(kind, lambda words, _: Said([f"{words}: 49 kr"]))

    async def go() -> list[Conversation]:
        async with server(speaker.serve) as base:
            bot = speaker.bot(base)
            plan = Plan(tuple(load_suites([path])), "1", "b")
            with Store.open(tmp_path / "s.db") as store:
                run = await asyncio.to_thread(lambda: replay(plan, bot, store, new_run(plan, bot, now=NOW)))
                return list(store.conversations(run.id))

    found = {talk.case_id: talk for talk in asyncio.run(go())}
    assert set(found) == {"real.1", "real.2", "real.3"}
    heard = {words: [turn.get("text", turn.get("content")) for turn in history] for _, words, history in speaker.heard}
    assert heard == {"Hej": [], "Frakten": ["Hej", "Vad gäller det?"],
                     "Tack": ["Hej", "Vad gäller det?", "Frakten", "59 kr."]}  # fmt: skip
    assert all(talk.turns[-1].text.endswith("49 kr") for talk in found.values())
