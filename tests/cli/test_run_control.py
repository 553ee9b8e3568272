"""`evalkit run` under a budget, and with cases that do not always pass."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from evalkit.cli import execute

ASKED = count()
SUITE = """
suite: s
cases:
  - {id: steady, customer: Hej, expect: [contains: hej]}
  - {id: moody, customer: Kanske, expect: [contains: ja]}
"""


async def moody(text: str, history: object) -> str:
    return "hej" if text == "Hej" else "ja" if next(ASKED) % 2 else "nej"


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "s.yaml"
    path.write_text(SUITE)
    return path


def run(suite: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = execute(["run", str(suite), "--bot", f"{__name__}:moody", "--release", "1", "--store", "s.db", *words])
    return code, capsys.readouterr().out


def test_a_run_that_a_budget_ended_says_so_and_can_be_finished(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(suite, capsys, "--trials", "4", "--max-calls", "3", "--concurrency", "1", "--json")
    found = json.loads(said)
    assert (code, found["status"]) == (3, "inconclusive")
    assert "the budget of 3 calls was spent" in found["sentence"]
    code, said = run(suite, capsys, "--trials", "4", "--resume", "--json")
    assert (code, json.loads(said)["status"]) == (0, "finished")


def test_cases_that_pass_only_some_of_their_trials_are_listed(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = run(suite, capsys, "--trials", "4", "--json")
    assert json.loads(said)["flaky"] == ["moody"]
    _, shown = run(suite, capsys, "--trials", "4")
    assert "flaky, passed only some of their trials: moody" in shown
