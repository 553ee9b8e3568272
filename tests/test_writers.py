"""Every writer of the package goes through the one door that looks for personal data, or says here why it need not."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import evalkit
from evalkit.cli import cli, execute
from evalkit.resources import folder
from evalkit.store.store import Store
from tests.scored_runs import NOW, store_run

ROOT, PAGES = Path(evalkit.__file__).parent, folder("dashboards")
WRITES = {"write_text", "write_bytes", "fdopen", "savez", "download_button", "write_table"}
ELSEWHERE = {
    "bots/cassette.py": "a recording of the bot, beside the store and as confidential as it",
    "reporting/artefacts.py": "the door itself",
    "reporting/html.py": "looks through each part as it is written",
    "cli/deciding.py": "GitHub's summary is appended to, through `checked`",
    "suites/writing.py": "suites: their authors' words, or a sample whose words were replaced when it was made",
    "scorers/fitted_models.py": "weights, of words of several customers, masked before they are counted",
    "judge/batching.py": "requests to the judge, whose prompts were masked",
    "judge/cassette.py": "a recording of the judge, whose prompts were masked",
    "review/access.py": "reviewers and their roles",
    "scale/alone.py": "a pipe between two processes",
    "cli/init.py": "the starter project",
    "privacy_ops/keys.py": "a key",
    "dashboards/kit/frame.py": "a table, through `checked`",
    "dashboards/views/promote.py": "a case whose words were replaced when it was made",
    "store/parts.py": "the store",
    "store/columns.py": "the store",
    "store/scored_rows.py": "the store",
    "testing.py": "a broken export for the check of somebody's importer",
}


def _writers() -> Iterator[tuple[str, int]]:
    for path in sorted([*ROOT.rglob("*.py"), *PAGES.rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            parts = (part for given in node.args for part in ast.walk(given) if isinstance(part, ast.Constant))
            modes = [part.value for part in parts if isinstance(part.value, str)]
            opened = name == "open" and any(set(mode) <= set("rwabxt+") and set(mode) & set("wax") for mode in modes)
            if name in WRITES or opened:
                yield str(path.relative_to(ROOT if ROOT in path.parents else PAGES.parent)), node.lineno


def test_no_file_is_written_beside_the_door() -> None:
    strangers = [f"{path}:{line}" for path, line in _writers() if path not in ELSEWHERE]
    assert not strangers, f"write through reporting/artefacts, or say in ELSEWHERE why not: {strangers}"


def test_the_list_of_exceptions_names_only_what_writes() -> None:
    assert set(ELSEWHERE) <= {path for path, _ in _writers()}


LEAK = "anna.berg@example.com"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of two releases whose name, suite, cases and findings hold an address."""
    monkeypatch.chdir(tmp_path)
    with Store.open(".evalkit/store.db") as store:
        for number, (release, passes) in enumerate([("1", [1, 1, 1]), (f"2-{LEAK}", [0, 0, 0])]):
            run = {"id": f"r{number}", "suite": f"s {LEAK}", "started_at": NOW + timedelta(days=number)}
            store_run(
                store, release, {f"case-{LEAK}": passes, **{f"c{n}": [1, 1, 1] for n in range(30)}}, run=run,
                rule=f"expect.{LEAK}", reply=f"mail {LEAK}",
            )  # fmt: skip
    return tmp_path


NEW = f"2-{LEAK}"
PRINTED = [
    ["kpi", NEW], ["kpi", NEW, "--csv"], ["kpi", NEW, "--markdown"], ["kpi", NEW, "--json"], ["kpi", NEW, "--baseline", "1"],
    ["kpi", NEW, "--baseline", "1", "--json"], ["compare", "1", NEW], ["compare", "1", NEW, "--json"],
    ["gate", NEW, "--baseline", "1"], ["gate", NEW, "--baseline", "1", "--json"],
    ["gate", NEW, "--baseline", "1", "--github"], ["drift", NEW], ["kb", "gaps", NEW], ["topics", NEW],
    ["kpi", LEAK], ["nothing", LEAK], ["run", LEAK, "--bot", LEAK, "--release", "1"], ["--debug", "kpi", LEAK],
]  # fmt: skip


@pytest.mark.parametrize("words", PRINTED, ids=lambda words: " ".join(words).replace(LEAK, "leak"))
def test_what_is_printed_is_looked_through(
    words: list[str], project: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        execute(words)
    printed = capsys.readouterr()
    assert (printed.out + printed.err).strip()
    assert LEAK not in printed.out + printed.err + caplog.text


FILES: dict[str, Callable[[str], list[str]]] = {
    "html": lambda to: ["report", "r1", "--html", to],
    "junit": lambda to: ["report", "r1", "--junit", to],
    "markdown": lambda to: ["report", "r1", "--markdown", to],
    "comment": lambda to: ["gate", NEW, "--baseline", "1", "--comment", to],
    "gitlab": lambda to: ["gate", NEW, "--baseline", "1", "--gitlab", to],
    "compare": lambda to: ["compare", "1", NEW, "--html", to],
    "site": lambda to: ["report", "--site", to],
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_is_looked_through(name: str, project: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        execute(FILES[name]("out"))
    written = [path for path in [project / "out", *(project / "out").rglob("*")] if path.is_file()]
    assert written
    for path in written:
        assert LEAK not in path.read_text("utf-8"), path
        assert LEAK not in str(path.relative_to(project))
    assert LEAK not in caplog.text


def test_a_fault_of_the_program_quotes_nobody(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot read {LEAK}")

    monkeypatch.setattr(cli, "main", broken)
    assert execute(["kpi", "1"]) == 4
    told = capsys.readouterr().err
    assert "RuntimeError: cannot read [email]" in told
    assert LEAK not in told


def test_a_case_made_of_a_talk_holds_examples_and_leaves_the_suite_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "echo.py").write_text("def bot(text, history):\n    return 'Jag är en AI-assistent.'\n")
    monkeypatch.syspath_prepend(str(project))
    kept = "suite: s\nversion: 1\ncases:\n  - id: a\n    customer: [Min mejl är bo.ek@example.com]\n    expect: [{contains: x}]\n"
    (project / "s.yaml").write_text(kept)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"Jag heter Vera Lindgren, {LEAK}\n/quit\n"))
    assert execute(["chat", "--bot", "echo:bot", "--language", "sv", "--save-case", "s.yaml", "--wants", "AI"]) == 0
    text = (project / "s.yaml").read_text("utf-8")
    assert text.startswith(kept)
    assert "kund@example.com" in text
    assert LEAK not in text
    assert "Lindgren" not in text


def test_the_json_that_is_printed_is_still_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    execute(["kpi", NEW, "--json"])
    assert json.loads(capsys.readouterr().out)
