"""A colleague talks to a bot in the terminal: stored, scored, saved as a case."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from evalkit.cli import execute as evalkit
from evalkit.store.store import Store
from evalkit.suites.loading import load_suite

BOT = (
    "def bot(text, history):\n"
    "    if 'retur' in text.lower():\n"
    "        return {'text': 'Du har 30 dagar på dig.\\x1b[31m', 'buttons': ['Mer', 'Tack']}\n"
    "    return 'Du skrev: ' + text\n"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "friendly.py").write_text(BOT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_talk_is_shown_stored_as_pilot_scored_and_saved_as_a_case(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "Hur fungerar retur?", "", "2", "/quit", "never sent")
    words = [
        "chat",
        "--bot",
        "friendly:bot",
        "--language",
        "sv",
        "--save-case",
        "suites/pilot.yaml",
        "--wants",
        "30 dagar",
    ]
    assert evalkit(words) == 0
    printed = capsys.readouterr().out
    assert "bot: Du har 30 dagar på dig.[31m" in printed
    assert "\x1b" not in printed
    assert "[2] Tack" in printed
    with Store.open(".evalkit/store.db", create=False) as store:
        (run,) = store.runs("pilot")
        (talk,) = store.conversations(run.id)
        assert store.score_keys(run.id)
    assert (run.source, talk.source, talk.ending) == ("pilot", "pilot", "customer_done")
    assert [turn.text for turn in talk.turns if turn.role == "customer"] == ["Hur fungerar retur?", "Tack"]
    (case,) = load_suite(project / "suites" / "pilot.yaml").cases
    assert [line.text for line in case.customer.lines] == ["Hur fungerar retur?", "Tack"]
    assert case.expectations[0].args == {"texts": ["30 dagar"]}


def test_nothing_said_is_nothing_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch)
    assert evalkit(["chat", "--bot", "friendly:bot"]) == 0
    assert "nothing is kept" in capsys.readouterr().out


def test_a_case_without_a_check_is_refused_before_the_talk(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "Hej")
    assert evalkit(["chat", "--bot", "friendly:bot", "--save-case", "s.yaml"]) == 2
    assert "--wants" in capsys.readouterr().err


def test_an_llm_customer_without_a_model_is_one_message(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "s.yaml").write_text(
        "suite: s\nscorers: [privacy]\ncases:\n  - {id: a, customer: {mode: llm, goal: x}}\n"
    )
    assert evalkit(["run", "s.yaml", "--bot", "friendly:bot", "--release", "1"]) == 2
    assert "s.yaml:4: case 'a' wants an LLM customer" in capsys.readouterr().err
