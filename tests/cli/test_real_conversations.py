"""From an export to topics, a sampled suite, scores and the comparison of AI and people, as a new user types it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.demo.server import serving
from evalkit.demo.shop import bot_definition, open_release
from evalkit.store.store import Store
from tests.desk import write_export

STORE = ".evalkit/store.db"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(kind: str = "jsonl") -> None:
    for release, handled_by in (("human-w46", "human"), ("bot-1.4", "ai")):
        write_export(Path(f"{release}.jsonl"), handled_by, seed=len(release))  # type: ignore[arg-type]
        assert execute(["import", kind, f"{release}.jsonl", "--release", release]) == 0


def scored(release: str) -> None:
    with Store.open(STORE) as store:
        run = store.latest_run(release).id
    assert execute(["score", run, "--scorer", "resolution", "--scorer", "tone"]) in {0, 1}


def test_topics_are_found_kept_and_shared_by_both_releases(capsys: pytest.CaptureFixture[str]) -> None:
    imported()
    capsys.readouterr()
    assert execute(["topics", "human-w46", "bot-1.4", "--assign", "--json", "--markdown", "out/topics.md"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 200
    assert found["n_assigned"] >= 190
    with Store.open(STORE) as store:
        kept = [{t.intent for t in store.conversations(store.latest_run(r).id)} for r in ("human-w46", "bot-1.4")]
    assert kept[0] == kept[1]
    assert execute(["topics", "human-w46", "bot-1.4", "--assign", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["n_assigned"] == 0
    assert "Topics of" in Path("out/topics.md").read_text(encoding="utf-8")


def test_facts_that_are_stored_already_get_the_topic_too(capsys: pytest.CaptureFixture[str]) -> None:
    imported()
    scored("human-w46")
    assert execute(["topics", "human-w46", "--assign"]) == 0
    with Store.open(STORE) as store:
        run = store.latest_run("human-w46").id
        talks = {t.id: t.intent for t in store.conversations(run)}
        assert {row.conversation_id: row.topic for row in store.facts(run)} == talks
        columns = store.columns(run)
    assert set(columns.names["topic"]) == set(filter(None, talks.values()))


def test_a_sample_is_drawn_checked_and_says_what_it_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    imported()
    assert execute(["topics", "human-w46", "--assign"]) == 0
    assert execute(["sample", "human-w46", "--n", "30", "--by", "topic,language", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert "another conversation of the same person" in said
    assert execute(["check", "suites"]) == 0
    assert "30 cases: no faults; 30 are drafts" in capsys.readouterr().out
    assert execute(["sample", "human-w46", "--by", "topik"]) == 2
    assert "did you mean 'topic'" in capsys.readouterr().err


def test_ai_and_people_are_compared_on_the_same_questions(capsys: pytest.CaptureFixture[str]) -> None:
    imported()
    assert execute(["topics", "human-w46", "bot-1.4", "--assign"]) == 0
    for release in ("human-w46", "bot-1.4"):
        scored(release)
    capsys.readouterr()
    assert execute(["compare", "human-w46", "bot-1.4", "--html", "out/people.html", "--markdown", "out/people.md"]) == 0
    said = capsys.readouterr().out
    for part in (
        "on the kind of questions that the AI gets",
        "First response",
        "Cost a conversation",
        "other differences",
    ):
        assert part in said
    assert "First response" in Path("out/people.html").read_text(encoding="utf-8")
    assert execute(["compare", "bot-1.4"]) == 2
    assert "name the other release" in capsys.readouterr().err


def test_a_replayed_sample_is_compared_with_the_conversations_it_was_drawn_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    imported()
    assert execute(["topics", "human-w46", "--assign"]) == 0
    scored("human-w46")
    assert execute(["sample", "human-w46", "--n", "12", "--by", "topic,language", "--mode", "open"]) == 0
    with serving(open_release("1.4")) as address:
        Path("evalkit.yaml").write_text(json.dumps({"bots": {"shop": bot_definition(address)}}), encoding="utf-8")
        assert execute(["run", "suites", "--bot", "shop", "--release", "shop-1.4"]) in {0, 1}
    capsys.readouterr()
    assert execute(["compare", "human-w46", "shop-1.4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["strategy"] == "replayed cases against the conversations that they were drawn from"
    assert (found["before"]["release"], found["after"]["release"]) == ("human-w46", "shop-1.4")
    assert {delta["name"]: delta["n"] for delta in found["deltas"]}["first_response_s"] == 12, found
    with Store.open(STORE) as store:
        (case, *_) = store.cases(store.latest_run("shop-1.4").id).values()
        (original,) = store.conversations(store.latest_run("human-w46").id, [case.origin or ""])
    assert execute(["compare", "human-w46", "shop-1.4", "--case", case.id]) == 0
    told = capsys.readouterr().out
    assert "- human-w46" in told
    assert "+ shop-1.4" in told
    assert original.turns[0].text in told


@pytest.mark.skipif("EVALKIT_DATA" not in os.environ, reason="EVALKIT_DATA is not set")
@pytest.mark.slow
def test_real_data_goes_the_whole_way(capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(os.environ["EVALKIT_DATA"])
    shape = "conversation: {id: id, language: lang}\nturns: turns\nmessage: {role: role, text: text}\n"
    roles = "roles: {customer: [customer], WHO: [agent], drop: [tool, agent_action, customer_action]}\n"
    Path("bot.yaml").write_text(shape + roles.replace("WHO", "bot"), encoding="utf-8")
    Path("people.yaml").write_text(shape + roles.replace("WHO", "human"), encoding="utf-8")
    lines = (data / "tau_traj.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    # The same agents on both sides, so that like compared with like must show no clear gap.
    Path("odd.jsonl").write_text("".join(lines[1::2]), encoding="utf-8")
    Path("even.jsonl").write_text("".join(lines[::2]), encoding="utf-8")
    for release, path, mapping in (
        ("desk", "odd.jsonl", "people.yaml"), ("bot", "even.jsonl", "bot.yaml"),
        ("helpdesk", str(data / "stc3_en.jsonl"), "people.yaml"),
    ):  # fmt: skip
        assert execute(["import", "jsonl", path, "--release", release, "--mapping", mapping]) == 0
    assert execute(["topics", "desk", "bot", "helpdesk", "--assign"]) == 0
    for release in ("desk", "bot", "helpdesk"):
        scored(release)
        assert execute(["sample", release, "--n", "40", "--by", "topic,length", "--out", f"suites/{release}.yaml"]) == 0
    assert execute(["check", "suites"]) == 0
    capsys.readouterr()
    assert execute(["compare", "desk", "bot", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["details"]["arms"] == {
        "ai": 242,
        "ai_assisted": 0,
        "human": 242,
        "ai_handed_over": found["details"]["arms"]["ai_handed_over"],
    }
    assert execute(["compare", "helpdesk", "bot"]) in {0, 2}
