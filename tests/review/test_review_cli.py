"""`evalkit review` from the command line: draw, status, close, export, account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalkit.cli.review import command
from evalkit.store.store import Store
from tests.review.weeks import week


def test_a_batch_is_drawn_followed_closed_and_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "s.db") as store:
        week(store, 60)
    run = CliRunner()

    def said(*words: str) -> str:
        result = run.invoke(command, [*words, "--store", "s.db"], standalone_mode=False)
        assert result.exception is None, result.exception
        return result.output

    assert said("status").startswith("no batch yet")
    drawn = said("new", "2.0", "--size", "40", "--reviewer", "ann", "--reviewer", "bo")
    assert "40 conversations (A " in drawn
    rows = json.loads(said("status", "--json"))
    assert {row["reviewer"] for row in rows} == {"ann", "bo"}
    assert {row["state"] for row in rows} == {"open"}
    assert "is closed" in said("close", rows[0]["batch"])
    assert "closed" in said("status")
    assert said("export") == ""


def test_an_account_is_made_with_a_typed_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["account", "ann", "--role", "admin", "--password", "en lång hemlighet"]
    result = CliRunner().invoke(command, words, standalone_mode=False)
    assert "ann is admin" in result.output
    assert "hemlighet" not in (tmp_path / ".evalkit" / "accounts.json").read_text()
