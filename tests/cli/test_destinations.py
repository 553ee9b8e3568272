"""`evalkit run` sends words nowhere that the policy does not list and declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.cli import execute

SUITE = "suite: s\ncases:\n  - {id: a, customer: Hej, expect: [contains: hej]}\n"
BOT = "bots:\n  remote: {kind: http, url: https://bot.shop.example/chat}\n"
LISTED = "policy:\n  privacy:\n    allowed_hosts: [bot.shop.example]\n"


def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, config: str) -> str:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SUITE)
    Path("evalkit.yaml").write_text(config)
    assert execute(["run", "s.yaml", "--bot", "remote", "--release", "1", "--store", "s.db"]) == 2
    assert not Path("s.db").exists()
    return capsys.readouterr().err


def test_a_bot_whose_host_is_not_listed_is_never_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(tmp_path, capsys, monkeypatch, BOT)
    assert "bot host 'bot.shop.example' is not in policy.privacy.allowed_hosts" in said


@pytest.mark.parametrize(
    ("privacy", "told"),
    [
        ("    require_declarations: true\n", "no entry in policy.privacy.processors"),
        ("    processors: {bot.shop.example: {region: us, dpa: true, no_training: true}}\n", "region is 'us'"),
        ("    processors: {bot.shop.example: {region: eu, dpa: false, no_training: true}}\n", "dpa is false"),
        ("    processors: {bot.shop.example: {region: eu, dpa: true, no_training: false}}\n", "no_training is false"),
        ("    processors: {bot.shop.example: {region: eu, dpa: true}}\n", "no_training"),
    ],
)
def test_a_bot_whose_declaration_does_not_fit_is_never_called(
    privacy: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told in refused(tmp_path, capsys, monkeypatch, BOT + LISTED + privacy)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["chat", "--bot", "remote"], "bot host 'bot.shop.example'"),
        (["chat", "--bot", "here:bot", "--store", "postgresql://db.example/x"], "store host 'db.example'"),
        (
            ["import", "csv", "t.csv", "--release", "1", "--store", "postgresql://db.example/x"],
            "store host 'db.example'",
        ),
        (["copy", "1", "postgresql://db.example/x"], "store host 'db.example'"),
    ],
)
def test_no_other_verb_sends_words_to_a_host_that_is_not_listed(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("evalkit.yaml").write_text(BOT)
    Path("here.py").write_text("def bot(text, history):\n    return 'Hej'\n")
    Path("t.csv").write_text("conversation_id,timestamp,role,text\nc,2026-01-01T10:00:00Z,customer,Hej\n")
    assert execute(words) == 2
    assert told in capsys.readouterr().err
