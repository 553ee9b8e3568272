"""The verbs as a user types them: what they print, what they write, and the exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalkit.cli import execute as evalkit
from evalkit.demo.server import serving
from evalkit.demo.shop import open_release


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert evalkit(["init"]) == 0
    return tmp_path


def point_at(project: Path, address: str) -> None:
    config = project / "evalkit.yaml"
    config.write_text(config.read_text().replace("http://127.0.0.1:8765", address))


def test_the_starter_project_runs_against_the_demo_bot_as_it_is(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(open_release("1.4")) as address:
        point_at(project, address)
        assert evalkit(["check"]) == 0
        checked = capsys.readouterr().out
        assert evalkit(["run", "--bot", "demo", "--release", "1.4", "--json"]) == 0
    assert checked == "1 suite, 2 cases: no faults\n"
    totals = json.loads(capsys.readouterr().out)
    assert (totals["n_scored"], totals["n_total"], totals["status"]) == (2, 2, "finished")
    assert totals["findings"] == []
    assert totals["exit_code"] == 0


def test_a_refused_request_for_a_person_fails_the_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(open_release("1.5")) as address:
        point_at(project, address)
        assert evalkit(["run", "--bot", "demo", "--release", "1.5"]) == 1
    printed = capsys.readouterr().out
    assert "do not ship" in printed
    assert re.search(r"suites/first\.yaml:\d+ wants-a-person · turn \d · E01\.missed", printed)


def test_a_stored_run_is_scored_reported_and_copied_without_a_bot(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(open_release("1.4")) as address:
        point_at(project, address)
        evalkit(["run", "--bot", "demo", "--release", "1.4", "--json"])
        evalkit(["run", "--bot", "demo", "--release", "1.4b", "--baseline", "1.4", "--json"])
    run_id = json.loads(capsys.readouterr().out.split("\n}\n")[-2] + "\n}")["run"]
    (project / "kb").rename(project / "gone")
    config = project / "evalkit.yaml"
    config.write_text(config.read_text().replace("folder: kb", "folder: gone"))
    assert evalkit(["score", run_id, "--scorer", "privacy"]) == 0
    assert evalkit(["kpi", "1.4b", "--baseline", "1.4"]) == 0
    assert "1.4" in capsys.readouterr().out
    assert evalkit(["report", run_id, "--html", "r.html", "--junit", "r.xml", "--markdown", "r.md"]) == 0
    assert "<!doctype html>" in (project / "r.html").read_text()
    assert evalkit(["copy", run_id, "other.db"]) == 0
    assert evalkit(["kpi", "1.4b", "--store", "other.db"]) == 0


def test_a_scorer_s_wrong_argument_is_told_before_the_bot_is_asked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "wrong.yaml").write_text(
        "suite: wrong\nscorers: [{tone: {formalty: 1}}]\ncases:\n  - id: c\n    customer: Hej\n    expect: [contains: x]\n"
    )
    assert evalkit(["run", "wrong.yaml", "--bot", "demo", "--release", "x"]) == 2
    assert "scorer 'tone': unknown argument 'formalty'" in capsys.readouterr().err


def test_the_way_to_the_first_request_loads_nothing_of_scoring_and_reports() -> None:
    code = (
        "import sys; from evalkit.cli import run, pipeline, judging; from evalkit.engine import replaying;"
        "late = ('knowledge', 'scoring', 'personal_data', 'judge', 'kpi', 'gate', 'review', 'reporting', 'comparison');"
        "print([room for room in late if f'evalkit.{room}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reprot"], "unknown command 'reprot'; did you mean 'report'?"),
        (["run", "--bot", "demmo", "--release", "x"], "unknown bot 'demmo'; did you mean 'demo'?"),
        (["run", "nowhere.yaml", "--bot", "demo", "--release", "x"], "nowhere.yaml:1:1: cannot be read"),
        (["run", "--bot", "ftp://x", "--release", "x"], "cannot be imported"),
        (["run", "--bot", "demo", "--release", "x", "--baseline", "y"], "no run of release 'y'"),
        (["run", "--bot", "demo", "--release", "x", "--resume"], "nothing to resume"),
        (["report", "abc"], "nothing to write"),
        (["kpi", "1.4", "--store", "none.db"], "no such store"),
        (["check", "--config", "none.yaml"], "`evalkit init` writes one"),
        (["init"], "is there already; nothing was written"),
        (["demo-bot", "--release", "9"], "unknown release '9'"),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_two(
    project: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(words) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err + printed.out


def test_an_unreachable_bot_makes_the_run_invalid(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = project / "evalkit.yaml"
    config.write_text(
        config.read_text()
        .replace(":8765/chat", ":1/chat")
        .replace("    # rate_per_s", "    retries: 0\n    # rate_per_s")
    )
    capsys.readouterr()
    assert evalkit(["run", "--bot", "demo", "--release", "x"]) == 4
    printed = capsys.readouterr().out
    assert "2 × infrastructure: " in printed
    assert "next: is the bot running" in printed
    assert "KPI" not in printed


def test_a_missing_secret_is_named_and_never_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = project / "evalkit.yaml"
    config.write_text(
        config.read_text().replace("    # headers", "    headers").replace("${MY_BOT_TOKEN}", "${EVALKIT_NO_SUCH}")
    )
    assert evalkit(["run", "--bot", "demo", "--release", "x"]) == 2
    assert "EVALKIT_NO_SUCH" in capsys.readouterr().err


def test_policy_coverage_names_rules_that_no_case_tests(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evalkit(["check", "--policy"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"E01 .*wants-a-person", printed)
    assert re.search(r"E09 .*NO CASE TESTS THIS", printed)


def test_doctor_tells_what_is_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evalkit(["doctor"]) == 0
    assert "configuration: evalkit.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    "group", ["escalation", "judge", "kb", "lexicon", "privacy", "review", "satisfaction", "suites"]
)
def test_a_command_is_told_in_a_whole_sentence_on_80_columns(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert evalkit([group, "--help"]) in {0, 2}
    told = [line for line in capsys.readouterr().out.splitlines() if re.match(r"  [a-z]", line)]
    assert told
    assert [line for line in told if not line.endswith(".") or line.endswith("...")] == []


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from evalkit.cli import execute; execute(['--help']);"
        "print([m for m in ('pandas','scipy','streamlit','openai','sqlalchemy','numpy','aiohttp') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_a_killed_run_is_finished_by_resume_without_asking_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(
        f"  - id: c{n}\n    customer: [Hej, Vad kostar frakten?]\n    expect:\n      - contains: frakten\n"
        for n in range(60)
    )
    (project / "suites" / "many.yaml").write_text(f"suite: many\ncases:\n{lines}")
    (project / "slow.py").write_text(
        "import pathlib, time\n"
        "def bot(text, history):\n"
        "    time.sleep(0.03)\n"
        "    with pathlib.Path('asked').open('a') as log:\n"
        "        log.write('x')\n"
        "    return 'Frakten kostar 49 kr.'\n"
    )
    words = ["run", "suites/many.yaml", "--bot", "slow:bot", "--release", "k", "--concurrency", "1"]
    main = [sys.executable, "-c", "from evalkit.cli import main; main()", *words]
    environment = {**os.environ, "PYTHONPATH": str(project)}
    process = subprocess.Popen(main, cwd=project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    asked = project / "asked"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (asked.exists() and asked.stat().st_size > 40):
        time.sleep(0.02)
    process.kill()
    process.wait(30)
    before = asked.stat().st_size
    done = subprocess.run([*main, "--resume", "--json"], cwd=project, env=environment, capture_output=True, text=True)
    assert json.loads(done.stdout)["n_scored"] == 60, done.stderr
    # Only what the last fraction of a second had not yet written is played a second time.
    assert asked.stat().st_size <= 120 + 30
    assert 40 < before < 120
