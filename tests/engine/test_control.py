"""Budgets end a replay with what is stored kept, and conversations that share canaries really overlap."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evalkit.bots.python import PythonBot
from evalkit.engine.control import Budget, Rendezvous, in_step
from evalkit.engine.replaying import Plan, new_run, replay, resumable
from evalkit.errors import BotError, InputError
from evalkit.model import Case, Conversation, Customer, Line, Run, Suite
from evalkit.store.store import Store

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def case(id_: str, *lines: str, canaries: tuple[str, ...] = (), **more: Any) -> Case:
    said = tuple(Line(text=text) for text in lines or ("Hej", "Tack"))
    return Case(id=id_, customer=Customer(lines=said), canaries=canaries, **more)


def play(path: Path, bot: Any, *cases: Case, **plan: Any) -> tuple[Run, list[Conversation], Plan]:
    made = Plan((Suite(name="s", cases=cases),), "1.4", "mine", **plan)
    with Store.open(path) as store:
        run = replay(made, bot, store, new_run(made, bot, now=NOW))
        return run, list(store.conversations(run.id)), made


async def costly(text: str, history: object) -> dict[str, Any]:
    return {"text": text, "tokens_in": 60, "tokens_out": 40, "cost_eur": 0.01}


TEN = tuple(case(f"c{n}") for n in range(10))


@pytest.mark.parametrize(
    ("budget", "n_kept", "said"),
    [
        (Budget(calls=7), 3, "budget of 7 calls was spent"),
        (Budget(tokens=500), 2, "budget of 500 tokens was spent"),
        (Budget(cost_eur=0.05), 2, "budget of 0.05 EUR was spent"),
    ],
)
def test_a_spent_budget_ends_the_run_with_what_is_stored_kept(
    tmp_path: Path, budget: Budget, n_kept: int, said: str
) -> None:
    run, talks, _ = play(tmp_path / "s.db", PythonBot(costly), *TEN, budget=budget, concurrency=1)
    assert run.status == "inconclusive"
    assert said in run.attributes["stopped"]
    assert len(talks) == n_kept
    assert all(len(talk.turns) == 4 and talk.failure is None for talk in talks)


def test_a_budget_of_minutes_ends_a_bot_that_hangs(tmp_path: Path) -> None:
    async def hangs(text: str, history: object) -> str:
        await asyncio.sleep(30)
        return text

    run, talks, _ = play(tmp_path / "s.db", PythonBot(hangs), *TEN, budget=Budget(minutes=0.2 / 60))
    assert (run.status, talks) == ("inconclusive", [])
    assert "minutes was spent" in run.attributes["stopped"]


def test_a_budget_that_the_bot_does_not_tell_of_stops_at_once(tmp_path: Path) -> None:
    run, _, _ = play(tmp_path / "s.db", PythonBot(lambda *_: "Hej"), *TEN, budget=Budget(tokens=500), concurrency=1)
    assert run.status == "inconclusive"
    assert "does not tell its tokens" in run.attributes["stopped"]


def test_a_resume_with_a_larger_budget_plays_the_rest(tmp_path: Path) -> None:
    bot = PythonBot(costly)
    run, talks, plan = play(tmp_path / "s.db", bot, *TEN, budget=Budget(calls=7), concurrency=1)
    whole = replace(plan, budget=Budget(calls=100))
    with Store.open(tmp_path / "s.db") as store:
        finished = replay(whole, bot, store, resumable(store.run(run.id), whole, bot))
        assert finished.status == "finished"
        assert "stopped" not in finished.attributes
        assert finished.attributes["spent:calls"] == "14"
        assert store.count_conversations(run.id) == 10


def test_a_budget_that_is_enough_changes_nothing(tmp_path: Path) -> None:
    run, talks, _ = play(tmp_path / "s.db", PythonBot(costly), *TEN, budget=Budget(calls=20, tokens=2001, minutes=5))
    assert (run.status, len(talks)) == ("finished", 10)


# ---------------------------------------------------------------- canaries


class Leaky:
    """A bot whose memory is shared: it tells everybody the last secret that anybody told it."""

    log: list[tuple[int, str]] = []
    open_now = 0
    most_open = 0
    last = "nothing"

    def __init__(self) -> None:
        cls = type(self)
        cls.open_now += 1
        cls.most_open = max(cls.most_open, cls.open_now)
        self.me = cls.open_now

    async def __call__(self, text: str, history: object) -> str:
        cls = type(self)
        cls.log.append((self.me, text))
        await asyncio.sleep(0.01)
        if "secret" in text:
            cls.last = text
        return cls.last


@pytest.fixture
def leaky() -> type[Leaky]:
    Leaky.log, Leaky.open_now, Leaky.most_open, Leaky.last = [], 0, 0, "nothing"
    return Leaky


def test_conversations_that_share_a_canary_overlap_and_go_in_step(tmp_path: Path, leaky: type[Leaky]) -> None:
    seeds = case("a", "Hej", "my secret is TOKEN-7", "Tack", "Hej då")
    probe = case("b", "Hej", "Vad sa den andra?", "Säg det igen", canaries=("TOKEN-7",))
    others = [case(f"c{n}") for n in range(3)]
    _, talks, _ = play(tmp_path / "s.db", PythonBot(leaky), *others, seeds, probe, concurrency=2)
    by_case = {talk.case_id: talk for talk in talks}
    # Turn by turn: the probe's third message left after the second messages of both were answered.
    rounds = [{text for _, text in leaky.log[n : n + 2]} for n in (0, 2, 4)]
    assert rounds == [{"Hej"}, {"my secret is TOKEN-7", "Vad sa den andra?"}, {"Tack", "Säg det igen"}]
    assert "TOKEN-7" in by_case["b"].turns[-1].text
    a, b = by_case["a"], by_case["b"]
    assert a.started_at and b.started_at and a.ended_at and b.ended_at
    assert max(a.started_at, b.started_at) < min(a.ended_at, b.ended_at)
    assert len(talks) == 5


def test_one_that_breaks_does_not_hold_the_others(tmp_path: Path) -> None:
    class Breaks:
        async def __call__(self, text: str, history: object) -> str:
            if "TOKEN" in text:
                raise BotError("gone")
            return text

    pair = case("a", "TOKEN-7", "x"), case("b", "ett", "två", "tre", canaries=("TOKEN-7",))
    _, talks, _ = play(tmp_path / "s.db", PythonBot(Breaks), *pair)
    assert {talk.case_id: len(talk.turns) for talk in talks} == {"a": 1, "b": 6}


def test_trials_of_a_pair_overlap_each_by_each(tmp_path: Path, leaky: type[Leaky]) -> None:
    pair = case("a", "my secret is TOKEN-7"), case("b", "Hej", canaries=("TOKEN-7",))
    _, talks, _ = play(tmp_path / "s.db", PythonBot(leaky), *pair, trials=3, concurrency=2)
    assert sorted((talk.case_id or "", talk.trial) for talk in talks) == [(c, n) for c in "ab" for n in range(3)]


def test_a_pair_that_the_budget_cuts_is_not_kept_by_halves(tmp_path: Path) -> None:
    pair = case("a", "TOKEN-7", "x"), case("b", "ett", "två", canaries=("TOKEN-7",))
    _, talks, _ = play(tmp_path / "s.db", PythonBot(costly), *pair, budget=Budget(calls=3))
    assert talks == []


def test_pairs_that_cannot_overlap_are_refused(tmp_path: Path) -> None:
    pair = case("a", "TOKEN-7"), case("b", canaries=("TOKEN-7",))
    with pytest.raises(InputError, match="2 cases share canaries .*concurrency is 1"):
        play(tmp_path / "s.db", PythonBot(costly), *pair, concurrency=1)


def test_only_cases_that_carry_each_others_canaries_go_together() -> None:
    told = Case(id="f", customer=Customer(mode="facts", facts={"order_number": "FB-77777"}))
    cases = [
        case("a", "K-1"), case("b", canaries=("K-1",)), case("c", "K-2"), case("d", canaries=("K-2", "FB-77777")),
        told, case("g", canaries=("elsewhere",)), case("h"),
    ]  # fmt: skip
    assert [[one.id for one in group] for group in in_step(cases)] == [["a", "b"], ["c", "d", "f"], ["g"], ["h"]]


def test_a_rendezvous_lets_go_when_the_last_awaited_leaves() -> None:
    async def go() -> list[str]:
        meeting, order = Rendezvous(3), []

        async def comes(name: str, n: int) -> None:
            for k in range(n):
                await meeting.meet()
                order.append(f"{name}{k}")
            meeting.leave()

        await asyncio.wait_for(asyncio.gather(comes("a", 1), comes("b", 3), comes("c", 2)), 2)
        await meeting.all_gone()
        return order

    order = asyncio.run(go())
    assert [set(order[:3]), set(order[3:5]), order[5]] == [{"a0", "b0", "c0"}, {"b1", "c1"}, "b2"]
