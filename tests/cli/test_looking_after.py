"""`kb check` and `lexicon test`: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalkit.cli import execute as evalkit


def article(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(f"---\nid: {name}\nlanguage: sv\n---\n{text}\n")


def test_a_contradiction_is_listed_and_strict_is_red(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article(tmp_path / "kb", "a", "Frakten inom Sverige kostar 49 kr.")
    article(tmp_path / "kb", "b", "Frakten inom Sverige kostar 59 kr.")
    words = ["kb", "check", "--knowledge", str(tmp_path / "kb"), "--on", "2026-06-01"]
    assert evalkit(words) == 0
    assert "two articles give different amounts" in capsys.readouterr().out
    assert evalkit([*words, "--strict", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["n_valid"] == 2


def test_own_messages_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sv.yaml").write_text(
        'ask_for_human:\n  yes: [Jag vill prata med en människa]\n  no: ["Vad kostar frakten?"]\n'
    )
    assert evalkit(["lexicon", "test", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["recall"] == 1.0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "sv.yaml",
            "ask_for_humans: {yes: [], no: []}",
            "unknown category 'ask_for_humans'; did you mean 'ask_for_human'?",
        ),
        ("xx.yaml", "{}", "the name tells the language"),
        ("sv.yaml", "[", "no YAML"),
        ("sv.yaml", "- a", "expected a mapping"),
    ],
)
def test_a_wrong_file_of_messages_is_named(
    name: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text)
    assert evalkit(["lexicon", "test", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err
