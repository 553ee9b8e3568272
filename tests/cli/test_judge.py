"""`evalkit judge` and `--judge`: what a user types, and what wrong input is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.demo.server import serving
from evalkit.demo.shop import open_release


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A starter project whose run was judged by the stand-in."""
    monkeypatch.chdir(tmp_path)
    assert execute(["init"]) == 0
    config = tmp_path / "evalkit.yaml"
    with serving(open_release("1.4")) as address:
        config.write_text(config.read_text().replace("http://127.0.0.1:8765", address))
        assert execute(["run", "--bot", "demo", "--release", "1.4", "--judge", "fake"]) == 0
    assert "apart from the bot's cost" in capsys.readouterr().err
    return config


def test_the_stand_in_judges_a_run_and_its_answers_are_scores(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from evalkit.store.store import Store

    with Store.open(".evalkit/store.db") as store:
        run = store.latest_run("1.4")
        found = [s for _, scores in store.scores(run.id) for s in scores if s.scorer == "judge"]
        assert found and all(s.verdict in {"pass", "unsure"} for s in found)
        assert all("need_met" in s.data["answers"] for s in found)
    assert execute(["judge", "plan", "1.4", "--judge", "fake", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["n_calls"] == 2 * plan["n_conversations"] > 0


def test_scoring_again_with_a_judge_needs_no_bot(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from evalkit.store.store import Store

    with Store.open(".evalkit/store.db") as store:
        run = store.latest_run("1.4")
        assert len(store.score_keys(run.id)) == 1
    assert execute(["score", run.id, "--judge", "fake"]) == 0
    assert "calls" in capsys.readouterr().out


def test_a_dry_run_tells_the_price_and_asks_nobody(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from evalkit.store.store import Store

    with Store.open(".evalkit/store.db") as store:
        n_entries = len(store.audit_entries())
    assert execute(["score", "1.4", "--judge", "fake", "--dry-run"]) == 0
    assert "EUR at the declared prices" in capsys.readouterr().out
    with Store.open(".evalkit/store.db") as store:
        assert len(store.audit_entries()) == n_entries
    assert execute(["score", "1.4", "--dry-run"]) == 2
    assert "--dry-run goes with --judge" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--judge", "config"], "no `judge:` part"),
        (["--judge", "gpt"], "expected `config`, `fake` or `cassette:FILE`"),
    ],
)
def test_a_judge_that_is_not_there_is_wrong_input(
    judged: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert execute(["score", "x", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_judge_off_the_policys_list_is_refused_before_anything_is_sent(
    judged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = "judge: {base_url: 'https://llm.example.com/v1', model: m, provider: {region: eu, dpa: true, no_training: true}}\n"
    judged.write_text(judged.read_text() + part)
    assert execute(["score", "x", "--judge", "config"]) == 2
    assert "judge host 'llm.example.com' is not in policy.privacy.allowed_hosts" in capsys.readouterr().err


def test_the_cache_can_be_looked_at(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["judge", "cache"]) == 0
    assert "no answers are kept" in capsys.readouterr().out
    assert execute(["judge", "serve-fake", "--mood", "refusng"]) == 2
    assert "did you mean 'refusing'" in capsys.readouterr().err


def test_two_releases_are_compared_blind(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(open_release("1.5")) as address:
        text = judged.read_text()
        judged.write_text(
            "\n".join(f"    url: {address}/chat" if "/chat" in line else line for line in text.splitlines())
        )
        assert execute(["run", "--bot", "demo", "--release", "1.5"]) in {0, 1}
    capsys.readouterr()
    assert execute(["judge", "prefer", "1.4", "1.5", "--judge", "fake", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # The stand-in says "first" to everything, which in both orders is no preference.
    assert found["pairs"] > 0 and found["order_decided"] == found["same"] == found["pairs"]
    assert execute(["judge", "prefer", "1.4", "1.5", "--judge", "fake"]) == 0
    assert "too few decided pairs" in capsys.readouterr().out


def test_calibration_tells_the_state_and_that_another_judge_starts_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from evalkit.cli.judging import identity_of, judge_bench
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config
    from tests.review.test_calibration import stored

    monkeypatch.chdir(tmp_path)
    part = (
        "store: s.db\npolicy: {privacy: {allowed_hosts: [llm.example.com]}}\njudge: {base_url: 'https://llm.example.com/v1',"
        " model: MODEL, provider: {region: eu, dpa: true, no_training: true}}\n"
    )
    config = tmp_path / "evalkit.yaml"
    config.write_text(part.replace("MODEL", "one"))
    with judge_bench("config", load_config(None)) as bench, Store.open("s.db") as store:
        assert bench is not None
        stored(store, identity_of(bench), 120)
    assert execute(["judge", "calibration"]) == 0
    (line,) = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("need_met")]
    assert (line[1], line[7]) == ("120", "voting")
    assert execute(["judge", "calibration", "--by-language", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["questions"]
    assert {(q["language"], q["n"], q["state"]) for q in told} == {
        (None, 120, "voting"),
        ("sv", 60, "shown"),
        ("fi", 60, "shown"),
    }
    config.write_text(part.replace("MODEL", "two"))
    assert execute(["judge", "calibration"]) == 0
    assert (
        "no answer of this judge has a label beside it yet, so it only informs. A new model" in capsys.readouterr().out
    )
