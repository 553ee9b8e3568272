"""A run is judged ahead of its scores: in order, bounded, audited, and never twice for what is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from evalkit.engine.judging import Bench, Judging
from evalkit.engine.scoring_run import score_run
from evalkit.judge.client import OpenAiClient
from evalkit.judge.fake import MOODS, Mood, create_app
from evalkit.judge.provider import judge_settings
from evalkit.judge.questions import load_questions
from evalkit.knowledge import Knowledge
from evalkit.loopback import serving
from evalkit.model import (
    AuthorisedContext,
    Case,
    Conversation,
    Customer,
    Failure,
    HandOver,
    RequiredFact,
    Run,
    ScorerSpec,
    Turn,
)
from evalkit.policy.sections import Policy
from evalkit.scoring import World, build_scorers
from evalkit.store.store import Store
from tests.judge.test_moods import DOUBTED, FINE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RUN = Run(id="r1", release="1.4", status="finished")


def conversations(n: int) -> Iterator[Conversation]:
    for i in range(n):
        turns = (
            Turn(role="customer", text=f"Jag heter Alva Lindqvist. Vad kostar frakten för order {i}?"),
            Turn(role="bot", text=f"Frakten för order {i} kostar 49 kr, Alva Lindqvist."),
        )
        yield Conversation(id=f"c{i:05}", run_id="r1", case_id="k", trial=i, turns=turns, language="sv", started_at=NOW)


@contextmanager
def bench(cache: Path | str = ":memory:", mood: Mood = "good", **settings: object) -> Iterator[tuple[Bench, str]]:
    with serving(create_app(mood)) as address:
        made = judge_settings(
            {
                "base_url": f"{address}/v1",
                "model": "m",
                "provider": {"region": "local", "dpa": True, "no_training": True},
                **settings,
            }  # fmt: skip
        )
        yield Bench(made, load_questions(["need_met", "supported_by_knowledge"]), OpenAiClient(made), cache), address


CASE = Case(id="k", context=AuthorisedContext(facts={"name": "Alva Lindqvist"}))
WORLD = World(build_scorers([ScorerSpec(name="judge")]))


def test_every_conversation_is_judged_scored_and_audited(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, bench() as (ready, address):
        store.add_run(RUN)
        store.add_conversations(conversations(450))
        broken = Conversation(id="z", run_id="r1", failure=Failure(boundary="bot", cause="gone"))
        store.add_conversations([broken])
        base = Knowledge.from_texts(["Frakten kostar 49 kr.", "Returer är gratis i 30 dagar."])
        judging = Judging(ready, Policy(), {"k": CASE}, base)
        key = score_run(store, RUN, WORLD, judging=judging)
        scores = {id_: found[0] for id_, found in store.scores("r1", key)}
        assert len(scores) == 451
        assert scores["z"].verdict == "error" and scores["z"].boundary == "bot"
        assert {s.verdict for id_, s in scores.items() if id_ != "z"} == {"pass"}
        entries = store.audit_entries()
        assert len(entries) == 900 == json.load(urllib.request.urlopen(f"{address}/calls"))["n"]
        assert store.verify_audit() is None
        assert set(entries[0].body) == {
            "conversation", "model", "purpose", "questions", "bytes", "tokens_in", "tokens_out",
        }  # fmt: skip
        assert judging.spending is not None and judging.spending.n_calls == 900


def test_no_name_of_the_customer_reaches_the_judge(tmp_path: Path) -> None:
    seen: list[str] = []

    class Listening(OpenAiClient):
        async def complete(self, messages, schema):  # type: ignore[no-untyped-def]
            seen.extend(m["content"] for m in messages)
            return await super().complete(messages, schema)

    with Store.open(tmp_path / "s.db") as store, bench() as (ready, _):
        store.add_run(RUN)
        store.add_conversations(conversations(3))
        ready = Bench(ready.settings, ready.questions, Listening(ready.settings), ready.cache)
        list(Judging(ready, Policy(), {"k": CASE}).over(store.conversations("r1"), store))
    assert seen and not any("Lindqvist" in text for text in seen)


def test_what_judging_would_take_is_told_and_holds(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, bench(price_in_eur=1.0) as (ready, _):
        store.add_run(RUN)
        store.add_conversations(conversations(30))
        base = Knowledge.from_texts(["Frakten kostar 49 kr.", "Returer är gratis i 30 dagar."])
        judging = Judging(ready, Policy(), {"k": CASE}, base)
        before = judging.planned(store.conversations("r1"))
        score_run(store, RUN, WORLD, judging=judging)
    spent = judging.spending
    assert spent is not None
    assert (before.n_conversations, before.n_calls) == (30, spent.n_calls) == (30, 60)
    assert spent.bytes_sent / 4 <= before.tokens_in < 2 * spent.bytes_sent / 4, "an upper bound, and not a wild one"


def test_each_question_gets_its_own_evidence_and_nothing_internal(tmp_path: Path) -> None:
    seen: list[str] = []

    class Listening(OpenAiClient):
        async def complete(self, messages, schema):  # type: ignore[no-untyped-def]
            seen.append(messages[-1]["content"])
            return await super().complete(messages, schema)

    base = Knowledge.from_documents(
        [
            {"id": "shipping", "language": "sv", "text": "Frakten kostar 49 kr, fråga ring 08-123 45 67."},
            {"id": "margin", "audience": "internal", "text": "Frakten kostar oss 12 kr per order."},
        ]
    )
    case = Case(
        id="k", context=CASE.context, customer=Customer(goal="Alva Lindqvist vill veta fraktpriset"),
        required_facts=(RequiredFact(statement="Frakten kostar 49 kr"),),
    )  # fmt: skip
    packet = {"summary": "Alva Lindqvist frågar om frakt"}
    own = {"promised": {"text": {"en": "Is the goal met?"}, "evidence": ["facts"]}}
    asked = load_questions(["supported_by_knowledge", "fits_brand", "handover", "promised"], own)
    with Store.open(tmp_path / "s.db") as store, bench() as (ready, _):
        store.add_run(RUN)
        (talk,) = conversations(1)
        ended = structs.replace(
            talk,
            turns=(*talk.turns, Turn(role="human", text="Hej, jag tar över.")),
            handovers=(HandOver(packet=packet),),
        )
        store.add_conversations([ended])
        ready = Bench(ready.settings, asked, Listening(ready.settings), ":memory:")
        list(Judging(ready, Policy(), {"k": case}, base).over(store.conversations("r1"), store))
    told = {
        kind: [text for text in seen if f"evidence {kind} begins" in text]
        for kind in ("knowledge", "policy", "facts", "handover")
    }
    assert all(told.values()), {kind: len(texts) for kind, texts in told.items()}
    assert any("Frakten kostar 49 kr, fråga ring 08-123 45 67" in text for text in told["knowledge"]), (
        "as it is published"
    )
    assert not any("kostar oss 12 kr" in text for text in seen)
    assert any("vill veta fraktpriset" in text for text in told["facts"])
    assert any("frågar om frakt" in text for text in told["handover"])
    assert not any("Lindqvist" in text for text in seen)


@pytest.mark.parametrize(("bot", "kin"), [("openai/gpt-4o", "gpt"), ("claude-5", None), (None, None)])
def test_a_judge_of_the_bots_own_family_is_told(tmp_path: Path, bot: str | None, kin: str | None) -> None:
    from evalkit.cli.judging import spent

    with Store.open(tmp_path / "s.db") as store, bench(model="gpt-5-mini") as (ready, _):
        store.add_run(RUN)
        store.add_conversations(structs.replace(talk, model_id=bot) for talk in conversations(2))
        judging = Judging(ready, Policy(), {})
        list(judging.over(store.conversations("r1"), store))
    assert judging.kin == kin
    assert ("favours its own" in (spent(judging) or "")) is (kin is not None)


def test_judging_again_pays_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, bench(tmp_path / "cache.db") as (ready, address):
        store.add_run(RUN)
        store.add_conversations(conversations(20))
        keys = {score_run(store, RUN, WORLD, judging=Judging(ready, Policy(), {})) for _ in range(1)}
        again = Bench(ready.settings, ready.questions, OpenAiClient(ready.settings), ready.cache)
        keys.add(score_run(store, RUN, WORLD, judging=Judging(again, Policy(), {})))
        assert len(keys) == 1
        assert json.load(urllib.request.urlopen(f"{address}/calls"))["n"] == 40


@pytest.mark.parametrize("mood", MOODS)
def test_no_mood_of_a_judge_loses_a_conversation_or_passes_one_in_silence(tmp_path: Path, mood: Mood) -> None:
    world = World(build_scorers([ScorerSpec(name="judge", args={"voting": ["need_met"]})]))
    with Store.open(tmp_path / "s.db") as store, bench(mood=mood, retries=1, concurrency=1) as (ready, _):
        store.add_run(RUN)
        store.add_conversations(conversations(4))
        key = score_run(store, RUN, world, judging=Judging(ready, Policy(), {}))
        found = [scores[0] for _, scores in store.scores("r1", key)]
    assert len(found) == 4
    if mood in FINE:
        assert {score.verdict for score in found} == {"pass"}
    elif mood in DOUBTED:
        assert {score.verdict for score in found} == {"unsure"}
    elif mood == "erratic":
        assert {score.verdict for score in found} <= {"pass", "fail", "unsure"}
    else:
        assert all(score.verdict == "error" and score.boundary == "judge" and score.cause for score in found)


def test_a_bug_on_the_way_to_the_judge_costs_its_own_conversation_only(tmp_path: Path) -> None:
    class Stumbling(OpenAiClient):
        async def complete(self, messages, schema):  # type: ignore[no-untyped-def]
            if "order 2?" in messages[-1]["content"]:
                raise RuntimeError("hemligt: order 2")
            return await super().complete(messages, schema)

    with Store.open(tmp_path / "s.db") as store, bench() as (ready, _):
        store.add_run(RUN)
        store.add_conversations(conversations(5))
        ready = Bench(ready.settings, ready.questions, Stumbling(ready.settings), ready.cache)
        key = score_run(store, RUN, WORLD, judging=Judging(ready, Policy(), {}))
        found = {id_: scores[0] for id_, scores in store.scores("r1", key)}
    assert [found[f"c{i:05}"].verdict for i in range(5)] == ["pass", "pass", "error", "pass", "pass"]
    assert found["c00002"].cause == "asking the judge broke: RuntimeError", "what it says may quote the customer"


_KILLED = """
import sys
from pathlib import Path
from tests.engine.test_judging import NOW, RUN, WORLD, conversations
from evalkit.engine.judging import Bench, Judging
from evalkit.engine.scoring_run import score_run
from evalkit.judge.client import OpenAiClient
from evalkit.judge.provider import judge_settings
from evalkit.judge.questions import load_questions
from evalkit.policy.sections import Policy
from evalkit.store.store import Store
address, folder = sys.argv[1], Path(sys.argv[2])
made = judge_settings({"base_url": f"{address}/v1", "model": "m", "concurrency": 4,
                       "provider": {"region": "local", "dpa": True, "no_training": True}})
bench = Bench(made, load_questions(["need_met"]), OpenAiClient(made), folder / "cache.db")
with Store.open(folder / "s.db") as store:
    score_run(store, RUN, WORLD, judging=Judging(bench, Policy(), {}))
"""


def test_a_killed_judge_goes_on_without_paying_twice(tmp_path: Path, project: Path) -> None:
    n = 60
    with Store.open(tmp_path / "s.db") as store:
        store.add_run(RUN)
        store.add_conversations(conversations(n))
    with serving(create_app(delay_s=0.05)) as address:
        words = [sys.executable, "-c", _KILLED, address, str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(project)}
        process = subprocess.Popen(words, env=environment, cwd=project)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and json.load(urllib.request.urlopen(f"{address}/calls"))["n"] < n // 3:
            time.sleep(0.02)
        process.kill()
        process.wait(30)
        paid = json.load(urllib.request.urlopen(f"{address}/calls"))["n"]
        assert paid < n
        subprocess.run(words, env=environment, cwd=project, check=True)
        in_flight = 4
        assert json.load(urllib.request.urlopen(f"{address}/calls"))["n"] <= n + in_flight
    with Store.open(tmp_path / "s.db") as store:
        assert len(list(store.scores("r1"))) == n
