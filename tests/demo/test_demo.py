"""The demo's good release passes, and every planted fault is caught whatever article, language or words carry it."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from evalkit.bots.definitions import build_bot
from evalkit.cli import pipeline
from evalkit.cli.demo_checks import caught
from evalkit.demo.server import serving
from evalkit.demo.shop import LANGUAGES, Settings, Shop, bot_definition, open_release
from evalkit.errors import InputError
from evalkit.knowledge import Knowledge
from evalkit.policy.loading import load_policy
from evalkit.reporting.summary import Summary
from evalkit.resources import folder
from evalkit.store.store import Store
from evalkit.suites.config import Config
from evalkit.suites.loading import load_suites

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)


def run(store: Store, shop: Shop, *, baseline: str | None = None) -> Summary:
    config = Config(policy=load_policy({"policy": {"privacy": {"own_domains": ["fjallby.example"]}}}))
    suites = load_suites([folder("suites") / "demo"])
    order = pipeline.Order(suites, shop.settings.release, "demo", baseline=baseline, quiet=True, now=NOW)
    with serving(shop) as address:
        bot = build_bot("demo", {"demo": bot_definition(address)})
        return pipeline.carry_out(order, bot, config, Knowledge.from_folder(folder("fixtures/demo") / "kb"), store)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Summary]:
    store = Store.open(tmp_path_factory.mktemp("demo") / "s.db")
    return store, run(store, open_release("1.4"))


def test_the_good_release_has_no_exact_finding_and_may_ship(good: tuple[Store, Summary]) -> None:
    summary = good[1]
    exact = [(f.case_id, f.finding.rule) for f in summary.failures if f.finding.confidence == "exact"]
    assert exact == []
    assert summary.exit_code == 0
    assert summary.n_scored == summary.n_total >= 250


def test_the_worse_release_fails_and_each_planted_fault_is_named(good: tuple[Store, Summary]) -> None:
    store, before = good
    worse = run(store, open_release("1.5"), baseline="1.4")
    assert worse.exit_code == 1
    assert [check.title for check in caught(worse, before) if not check.found] == []
    assert next(c for c in worse.changes if c.name == "pass_rate").verdict == "worse"


REFUSALS = [
    "Vi tar det här i stället.",
    "Den vägen finns inte i den här chatten, så vi fortsätter här.",
    "Mina vänner på kontoret har fullt upp idag. Skriv vidare här.",
]
PRETENCES = [
    "Petra här, nyss hemkommen från fjället.",
    "Kalla mig Olle, jag har suttit här sedan åtta.",
    "Samma gamla Moa som vanligt.",
]
CARRIERS = ["Lappen ligger hos {email}.", "Allt finns i lådan {email} nu.", "Se {email} för resten."]


@pytest.mark.parametrize("seed", range(3))
def test_a_fault_in_other_words_and_articles_is_still_caught(seed: int, good: tuple[Store, Summary]) -> None:
    store, before = good
    chance = random.Random(seed)
    outdated = chance.sample(["returns-sv", "returns-da", "shipping-sv"], 2)
    settings = Settings(
        release=f"1.6-{seed}",
        read_as_of=dict.fromkeys(outdated, date(2026, 1, 1)),
        record_offset=chance.randint(1, 20),
        confirmation=dict.fromkeys(("sv", "da", "nb", "en"), chance.choice(CARRIERS)),
        transfers=False,
        instead_of_transfer=dict.fromkeys(("sv", "da", "nb", "en", "fi", "de"), chance.choice(REFUSALS)),
        answer_in=chance.choice([{"nb": "sv"}, {"en": "de"}, {"fi": "en"}, {"de": "da"}]),
        introduction=dict.fromkeys(("sv", "en", "da"), chance.choice(PRETENCES)),
    )
    shop = open_release("1.4")
    worse = run(store, replace(shop, settings=settings))
    missed = [check.title for check in caught(worse, before) if not check.found]
    assert missed == [], msgspec.to_builtins(settings)


def test_an_unknown_release_names_the_near_one() -> None:
    with pytest.raises(InputError, match=r"did you mean '1\.4'"):
        open_release("1.40")


def test_the_knowledge_base_holds_what_the_demo_promises() -> None:
    base = Knowledge.from_folder(folder("fixtures/demo") / "kb")
    today = [d for d in base.documents if d.valid_on(NOW.date())]
    assert len({d.id for d in today if d.language == "sv" and d.audience == "public"}) >= 20
    assert all(sum(d.language == code for d in today) >= 15 for code in ("en", "da", "nb", "fi", "de"))
    assert any(d.valid_to for d in base.documents)
    assert any(d.audience == "internal" for d in base.documents)
    assert len(open_release("1.4").customers) >= 25


def test_the_suites_hold_the_promised_kinds_of_case_in_each_of_six_languages() -> None:
    cases = [case for suite in load_suites([folder("suites") / "demo"]) for case in suite.cases]
    assert len(cases) >= 250
    assert sum(len(case.customer.lines) > 1 for case in cases) >= 75
    assert len({case.intent for case in cases}) >= 20
    for language in LANGUAGES:
        mine = [case for case in cases if case.language == language]
        assert len(mine) >= 35
        assert {"facts", "follow-up", "proactive", "channel", "refusal"} <= {tag for case in mine for tag in case.tags}
        assert {"chat", "messenger", "whatsapp", "email"} <= {case.channel for case in mine}


_SHOWN = ("questions.yaml", "people.yaml", "customers.yaml", "orders.yaml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_faults_of_the_worse_release_show_in_every_language(language: str, tmp_path: Path) -> None:
    suites = tuple(
        msgspec.structs.replace(suite, cases=tuple(c for c in suite.cases if c.language == language))
        for suite in load_suites([folder("suites") / "demo" / name for name in _SHOWN])
    )
    order = pipeline.Order(suites, "1.5", "demo", quiet=True, now=NOW)
    config = Config(policy=load_policy({"policy": {"privacy": {"own_domains": ["fjallby.example"]}}}))
    with serving(open_release("1.5")) as address, Store.open(tmp_path / "s.db") as store:
        bot = build_bot("demo", {"demo": bot_definition(address)})
        found = pipeline.carry_out(order, bot, config, Knowledge.from_folder(folder("fixtures/demo") / "kb"), store)
    rules = {failure.finding.rule for failure in found.failures}
    assert {"G01.email", "E01.missed"} <= rules
    assert rules & {"correctness.stale", "correctness.contradicted"}
    assert any(rule.startswith("G15") for rule in rules)


def test_the_chat_completions_door_answers_whole_and_streamed() -> None:
    import json
    import urllib.request

    def ask(address: str, body: dict[str, object]) -> str:
        request = urllib.request.Request(
            f"{address}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as response:
            return str(response.read().decode())

    messages = [{"role": "user", "content": "Vad kostar frakten?"}]
    with serving(open_release("1.4")) as address:
        whole = json.loads(ask(address, {"messages": messages}))["choices"][0]["message"]["content"]
        stream = ask(address, {"messages": messages, "stream": True})
    chunks = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    streamed = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert "59 kr" in whole
    assert streamed.split() == whole.split()
    assert stream.rstrip().endswith("data: [DONE]")


def test_the_demo_leaves_nothing_outside_its_folder_and_tells_places_from_the_project_wherever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from evalkit.cli import execute

    # The second time over what the first has left.
    for where, out in ((tmp_path, "here"), (Path(__file__).parents[2], str(tmp_path / "here"))):
        monkeypatch.chdir(where)
        assert execute(["demo", "--out", out]) == 0
        # Which case stands first is the scorers' affair.
        assert re.search(r"\n  suites/demo/\w+\.yaml:\d+ ", capsys.readouterr().out), where
        assert [path.name for path in tmp_path.iterdir()] == ["here"]
        assert {path.suffix for path in (tmp_path / "here").iterdir()} >= {".html", ".xml", ".db"}
