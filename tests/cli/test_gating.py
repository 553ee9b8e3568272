"""`evalkit gate` and `evalkit run --gate` as CI calls them: exit codes, files, rounds that spare the bot."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evalkit.cli import execute as evalkit
from evalkit.store.store import Store
from tests.scored_runs import Passes, store_run

STEADY: Passes = {f"c{n:03}": [1, 1, 1] for n in range(60)}
WORSE: Passes = {**STEADY, **{f"c{n:03}": [0, 0, 0] for n in range(12)}}
UNSURE: Passes = {**STEADY, "c000": [0, 0, 0], "c001": [0, 0, 0]}


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with Store.open(".evalkit/store.db") as store:
        store_run(store, "1.4", STEADY)
        store_run(store, "good", STEADY)
        store_run(store, "worse", WORSE, reply="never: mail anna.berg@example.com\n::error::```")
        store_run(store, "unsure", UNSURE)
        store_run(store, "down", {case: [None] for case in STEADY})
        store_run(store, "leak", STEADY)
    with Store.open("baseline.db") as store:
        store_run(store, "1.4", STEADY, run={"id": "kept"})
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--candidate", "good", "--baseline", "1.4"], 0, "✓ passed: good may ship"),
        (["good", "--baseline", "baseline.db"], 0, "✓ passed"),
        (["worse", "--baseline", "1.4"], 1, "✗ failed: Do not ship worse: of 60 questions it answers 12 worse than 1.4"),
        (["unsure", "--baseline", "1.4"], 0, "? inconclusive: Cannot tell yet whether unsure is worse than 1.4"),
        (["unsure", "--baseline", "1.4", "--strict"], 3, "? inconclusive"),
        (["good"], 0, "there is no baseline to compare with"),
        (["good", "--strict"], 3, "? inconclusive"),
        (["down", "--baseline", "1.4"], 4, "! invalid: down cannot be judged: 60 of 60 conversations of down broke (60 bot)"),
        (["good", "--baseline", "1.4", "--explain"], 0, "this suite notices drops of about"),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence_and_an_exit_code(
    stored: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(["gate", *words]) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["good", "--baseline", "good"], "both sides are run"),
        (["--baseline", "1.4"], "name one release to judge"),
        (["good", "--candidate", "worse"], "name one release to judge"),
        (["good", "--baseline", "1.5"], "no run of release '1.5'"),
        (["good", "--baseline", "1.4", "--rules", "gone.yaml"], "gone.yaml: no such rules file"),
    ],
)
def test_wrong_input_is_exit_code_two(
    stored: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(["gate", *words]) == 2
    assert said in capsys.readouterr().err


def test_rules_come_from_their_own_file_and_its_faults_have_places(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = stored / "gate.yaml"
    rules.write_text("margin_rate: 0.2\ndrop_rate: 0.5\nguardrails: []\n")
    assert evalkit(["gate", "worse", "--baseline", "1.4", "--rules", "gate.yaml"]) == 0
    rules.write_text(
        "margin: 0.2\nrounds: many\nguardrails:\n  - {metric: corect_rate, margin: 0.1}\nquarantine:\n"
        "  - {case: c001, until: soon, reason: x}\n"
    )
    assert evalkit(["gate", "worse", "--baseline", "1.4", "--rules", "gate.yaml"]) == 2
    said = capsys.readouterr().err
    assert "gate.yaml:1:1: unknown key 'margin'; did you mean 'margin_rate'?" in said
    assert "gate.yaml:2:9: `rounds`: expected a whole number, found a text" in said
    assert "gate.yaml:6:25: `until`: expected a date such as 2026-03-01" in said
    rules.write_text("guardrails:\n  - {metric: corect_rate, margin: 0.1}\nlimits:\n  - {metric: latency_p90_ms}\n")
    assert evalkit(["gate", "worse", "--baseline", "1.4", "--rules", "gate.yaml"]) == 2
    said = capsys.readouterr().err
    assert "gate.yaml:2:14: unknown metric 'corect_rate'; did you mean 'correct_rate'?" in said
    assert "gate.yaml:4:5: a limit needs `min` or `max`" in said
    (stored / "evalkit.yaml").write_text("policy: {gate: {rules: gate.yaml}}\nstore: .evalkit/store.db\n")
    rules.write_text("margin_rate: 0.9\ndrop_rate: 0.9\nguardrails: []\n")
    assert evalkit(["gate", "worse", "--baseline", "1.4"]) == 0


def test_every_surface_of_ci_is_written(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(stored / "summary.md"))
    words = ["--comment", "o/c.md", "--gitlab", "o/q.json", "--junit", "o/j.xml", "--html", "o/r.html", "--github"]
    assert evalkit(["gate", "worse", "--baseline", "1.4", *words]) == 1
    out = capsys.readouterr().out.splitlines()
    comment = (stored / "o/c.md").read_text()
    assert comment.startswith("<!-- evalkit gate s -->\n## ✗ worse against 1.4: failed")
    assert "- 1.4       yes" in comment
    assert "anna.berg" not in comment
    assert "```\n" not in comment.replace("````", "")
    assert "Do not ship worse" in (stored / "summary.md").read_text()
    quality = json.loads((stored / "o/q.json").read_text())
    assert {entry["location"]["path"] for entry in quality} == {"suites/s.yaml"}
    assert len({entry["fingerprint"] for entry in quality}) == len(quality) == 12
    assert len([line for line in out if line.startswith("::error")]) == 1
    assert len([line for line in out if line.startswith("::warning file=suites/s.yaml,line=10")]) == 9
    assert len(list(ElementTree.parse(stored / "o/j.xml").iter("failure"))) == 12
    assert "<!doctype html>" in (stored / "o/r.html").read_text()


def test_the_decision_stands_in_the_audit_trail(stored: Path) -> None:
    evalkit(["gate", "worse", "--baseline", "1.4"])
    evalkit(["gate", "good", "--baseline", "1.4", "--no-record"])
    with Store.open(".evalkit/store.db") as store:
        entries = [entry for entry in store.audit_entries() if entry.event == "gate"]
        assert store.verify_audit() is None
    assert [(e.body["release"], e.body["verdict"]) for e in entries] == [("worse", "failed")]


def test_all_runs_of_the_released_version_are_the_baseline(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flaky: Passes = {case: [0, 1, 1] if number < 6 else [1, 1, 1] for number, case in enumerate(STEADY)}
    with Store.open(".evalkit/store.db") as store:
        store_run(store, "1.4", flaky, run={"id": "second"})
    evalkit(["gate", "worse", "--baseline", "1.4", "--json"])
    change = json.loads(capsys.readouterr().out)["changes"][0]
    assert change["before"]["trials"] == 6


def test_a_store_of_a_newer_version_is_refused(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open("newer.db") as store:
        store_run(store, "1.4", STEADY, run={"schema_version": 99, "evalkit_version": "9.9"})
    assert evalkit(["gate", "good", "--baseline", "newer.db"]) == 2
    assert "written by a newer evalkit (9.9" in capsys.readouterr().err


# ---------------------------------------------------------------- rounds

BOT = """\
import pathlib
def reply(text, history):
    with pathlib.Path("asked").open("a") as log:
        log.write("x")
    bad = pathlib.Path("bad")
    n = int(bad.read_text()) if bad.exists() else 0
    return "no" if int(text.split()[-1]) < n else "yes"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "gated_bot.py").write_text(BOT)
    (tmp_path / "suites").mkdir()
    cases = "".join(
        f"  - id: c{n:03}\n    critical: {'true' if n < 8 else 'false'}\n    customer: question {n}\n"
        "    expect: [contains: 'yes']\n"
        for n in range(80)
    )
    (tmp_path / "suites" / "s.yaml").write_text(f"suite: s\ndefaults: {{language: en}}\ncases:\n{cases}")
    assert evalkit(["run", "--bot", "gated_bot:reply", "--release", "1.4", "--trials", "3"]) == 0
    (tmp_path / "asked").unlink()
    return tmp_path


def played(project: Path, *words: str) -> int:
    (project / "asked").unlink(missing_ok=True)
    return evalkit(["run", "--bot", "gated_bot:reply", "--release", "1.5", "--gate", "--baseline", "1.4", *words])


def test_a_harmless_build_is_played_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert played(project) == 0
    assert "✓ passed: 1.5 may ship" in capsys.readouterr().out
    assert (project / "asked").stat().st_size == 80
    assert evalkit(["gate", "1.5", "--baseline", "1.4", "--explain"]) == 0
    assert "decided after round 1 of at most 3" in capsys.readouterr().out


def test_a_bot_that_is_down_is_asked_its_critical_cases_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "bad").write_text("80")
    assert played(project) == 1
    assert "8 of 8 critical cases fail: the bot is down or broken" in capsys.readouterr().out
    assert (project / "asked").stat().st_size == 8


def test_doubt_asks_for_another_round_and_the_reports_are_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "bad").write_text("3")
    assert played(project, "--comment", "c.md", "--junit", "j.xml", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["gate"]["verdict"] == "failed"
    assert found["gate"]["round"] == 2
    assert (project / "asked").stat().st_size == 160
    assert "critical cases fail" in (project / "c.md").read_text()


def test_the_baseline_is_scored_again_where_the_scores_differ(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = project / "suites" / "s.yaml"
    suite.write_text(suite.read_text().replace("cases:\n", "scorers: [expect, loops]\ncases:\n", 1))
    assert played(project) == 0
    with Store.open(".evalkit/store.db") as store:
        assert len(store.score_keys(store.latest_run("1.4").id)) == 2
    assert evalkit(["run", "--bot", "gated_bot:reply", "--release", "1.6"]) == 0
    capsys.readouterr()
    suite.write_text(suite.read_text().replace("[expect, loops]", "[expect, loops, language]", 1))
    assert evalkit(["run", "--bot", "gated_bot:reply", "--release", "1.7"]) == 0
    assert evalkit(["gate", "1.7", "--baseline", "1.6"]) == 0
    assert "scoring 1.6 again, as 1.7 was scored" in capsys.readouterr().err


OLD = """\
import pathlib
def reply(text, history):
    with pathlib.Path("asked-old").open("a") as log:
        log.write("x")
    slow = pathlib.Path("slow")
    return "no" if slow.exists() and int(text.split()[-1]) < int(slow.read_text()) else "yes"
"""


def along(project: Path, *words: str) -> int:
    (project / "old_bot.py").write_text(OLD)
    for name in ("asked", "asked-old"):
        (project / name).unlink(missing_ok=True)
    return played(project, "--fresh-baseline", "old_bot:reply", *words)


def test_a_fresh_baseline_is_played_along_and_excuses_what_drifted_for_both(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = project / "suites" / "s.yaml"
    suite.write_text(suite.read_text().replace("critical: true", "critical: false"))
    # The model behind both releases got worse: beside the stored baseline that looks like the candidate's fault.
    (project / "bad").write_text("12")
    (project / "slow").write_text("12")
    assert along(project) == 0
    assert "✓ passed: 1.5 may ship" in capsys.readouterr().out
    assert (project / "asked").stat().st_size == (project / "asked-old").stat().st_size == 80
    with Store.open(".evalkit/store.db") as store:
        theirs = store.latest_run("1.4")
        assert (theirs.bot, theirs.status) == ("old_bot:reply", "finished")
        assert store.latest_run("1.5").attributes["gate:along"] == theirs.id
    assert evalkit(["gate", "1.5", "--baseline", "1.4"]) == 0, "judged again from the store, against the same run"
    assert "✓ passed" in capsys.readouterr().out


def test_a_fresh_baseline_takes_part_in_every_round(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = project / "suites" / "s.yaml"
    suite.write_text(suite.read_text().replace("critical: true", "critical: false"))
    (project / "bad").write_text("6")
    assert along(project, "--json") == 1
    found = json.loads(capsys.readouterr().out)["gate"]
    assert (found["verdict"], found["round"]) == ("failed", 2)
    assert (project / "asked").stat().st_size == (project / "asked-old").stat().st_size == 160


def test_a_candidate_that_is_down_spares_the_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "bad").write_text("80")
    assert along(project) == 1
    assert "8 of 8 critical cases fail" in capsys.readouterr().out
    assert not (project / "asked-old").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--baseline", "1.4", "--fresh-baseline", "gated_bot:reply"], "--fresh-baseline goes with --gate"),
        (["--gate", "--fresh-baseline", "gated_bot:reply"], "--gate needs --baseline"),
        (["--gate", "--baseline", "1.5", "--fresh-baseline", "gated_bot:reply"], "is the release under test"),
    ],
)
def test_a_fresh_baseline_needs_the_gate_and_another_release(
    project: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(["run", "--bot", "gated_bot:reply", "--release", "1.5", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--gate"], "--gate needs --baseline"),
        (["--gate", "--baseline", "1.4", "--trials", "2"], "exclude each other"),
        (["--gate", "--baseline", "1.3"], "no run of release '1.3'"),
    ],
)
def test_rounds_without_a_baseline_are_refused(
    project: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(["run", "--bot", "gated_bot:reply", "--release", "1.5", *words]) == 2
    assert said in capsys.readouterr().err
