"""`evalkit import` and `evalkit privacy` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.judge.cache import AnswerCache
from evalkit.judge.protocol import Answer
from evalkit.store.store import Store
from tests.transcripts.conftest import FOLDER


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_report_tells_rule_roles_and_what_was_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["import", "zendesk", str(FOLDER / "zendesk.jsonl"), "--release", "desk"]) == 0
    said = capsys.readouterr().out
    for part in ("imported 2 conversations (8 messages)", "author.subtypes holds AI", "merged into another ticket",
                 "private note", "evalkit score"):  # fmt: skip
        assert part in said
    assert execute(["import", "zendesk", str(FOLDER / "zendesk.jsonl"), "--release", "desk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_new"] == 0


def test_a_mapping_is_read_and_its_faults_have_a_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["import", "csv", str(FOLDER / "long.csv"), "--release", "desk", "--mapping"]
    assert execute([*words, str(FOLDER / "long.yaml")]) == 0
    assert "4.5" not in capsys.readouterr().err
    mapping = tmp_path / "m.yaml"
    mapping.write_text("message: {role: Avsändre}\n", encoding="utf-8")
    assert execute([*words, str(mapping)]) == 2
    assert "did you mean 'Avsändare'" in capsys.readouterr().err
    mapping.write_text("message: {role: a\n", encoding="utf-8")
    assert execute([*words, str(mapping)]) == 2
    assert "m.yaml:" in capsys.readouterr().err


def test_a_turned_round_role_is_told_how_it_is_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("roles: {Kund: customer}\n", encoding="utf-8")
    assert execute(["import", "csv", str(FOLDER / "long.csv"), "--release", "desk", "--mapping", str(mapping)]) == 2
    assert "write `customer: [Kund]`" in capsys.readouterr().err


def test_a_file_that_is_not_there_leaves_neither_key_nor_store(tmp_path: Path) -> None:
    assert execute(["import", "zendesk", "export.jsonl", "--release", "desk"]) == 2
    assert not list(tmp_path.iterdir())


def test_an_import_is_scored_reported_and_copied_by_its_release(tmp_path: Path) -> None:
    execute(["import", "zendesk", str(FOLDER / "zendesk.jsonl"), "--release", "desk"])
    assert execute(["score", "desk"]) == 0
    assert execute(["report", "desk", "--html", "report.html"]) == 0
    assert execute(["copy", "desk", "kept.db"]) == 0
    assert "desk" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_unknown_kind_names_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["import", "zendsk", "x", "--release", "r"]) == 2
    assert "did you mean 'zendesk'" in capsys.readouterr().err


def test_a_person_is_found_told_and_erased(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    execute(["import", "zendesk", str(FOLDER / "zendesk.jsonl"), "--release", "desk", "--vault"])
    assert execute(["privacy", "vault"]) == 0
    assert execute(["privacy", "vault", "--reveal", "<PERSON_1>"]) == 2
    assert "--reason" in capsys.readouterr().err
    assert execute(["privacy", "vault", "--reveal", "<PERSON_1>", "--reason", "call back"]) == 0
    assert capsys.readouterr().out.strip() in {"Kim Exempel", "Robin Provsson"}
    monkeypatch.setattr("click.prompt", lambda *a, **k: "kim.exempel@example.com")
    assert execute(["privacy", "export", "--ask"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    with Store.open(".evalkit/store.db") as store:
        ids = [talk.id for run in store.runs() for talk in store.conversations(run.id)]
    judged = AnswerCache(".evalkit/judge-cache.db")
    judged.put("another", "me", [("k", Answer(question="q", answer="yes"))])
    for number, id_ in enumerate(ids):
        judged.put(id_, "me", [(f"k{number}", Answer(question="q", answer="yes"))])
    judged.close()
    assert execute(["privacy", "erase", "--ask"]) == 0
    told = capsys.readouterr().out
    assert "erased 1 conversations in 1 runs" in told and "1 judged answers" in told
    assert len(AnswerCache(".evalkit/judge-cache.db")) == len(ids)
    assert execute(["privacy", "audit", "--json"]) == 0
    events = [entry["event"] for entry in json.loads(capsys.readouterr().out)["entries"]]
    assert events == ["import", "reveal", "export", "erase"]
    assert execute(["privacy", "erase"]) == 2


def test_what_is_over_its_time_is_shown_before_it_is_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    execute(["import", "zendesk", str(FOLDER / "zendesk.jsonl"), "--release", "desk"])
    capsys.readouterr()
    assert execute(["privacy", "retention", "--transcripts-days", "0", "--json"]) == 0
    (before,) = json.loads(capsys.readouterr().out)
    assert before["n_words_due"] == 2
    assert execute(["privacy", "retention", "--transcripts-days", "0", "--purge"]) == 0
    capsys.readouterr()
    assert execute(["privacy", "retention", "--transcripts-days", "0", "--json"]) == 0
    (after,) = json.loads(capsys.readouterr().out)
    assert after["n_words_due"] == 0


@pytest.mark.slow
def test_peak_memory_is_the_same_for_a_file_ten_times_as_large(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    def peak_mb(n: int) -> float:
        path = tmp_path / f"{n}.jsonl"
        turn = {"role": "user", "text": "Hej, var är mitt paket? " * 10, "timestamp": "2026-03-02T10:00:00Z"}
        with path.open("w") as stream:
            for number in range(n):
                stream.write(json.dumps({"id": number, "language": "sv", "turns": [turn] * 8}) + "\n")
        words = [
            "import",
            "jsonl",
            str(path),
            "--release",
            "r",
            "--no-pseudonyms",
            "--store",
            str(tmp_path / f"{n}.db"),
        ]
        code = f"from evalkit.cli import execute; raise SystemExit(execute({words!r}))"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss / 1024

    assert peak_mb(20_000) < 1.05 * peak_mb(2_000) + 2


def test_the_organisations_own_numbers_are_covered_before_the_first_write() -> None:
    Path("evalkit.yaml").write_text("policy: {privacy: {number_patterns: {ORDER_NUMBER: 'FB-[0-9]{6}'}}}\n")
    Path("t.csv").write_text(
        "conversation_id,timestamp,role,text\n"
        "c,2026-01-01T10:00:00Z,customer,Var är FB-104822?\n"
        "c,2026-01-01T10:01:00Z,bot,FB-104822 är skickad.\n"
    )
    assert execute(["import", "csv", "t.csv", "--release", "desk"]) == 0
    with Store.open(".evalkit/store.db", create=False) as store:
        (talk,) = store.conversations(store.latest_run("desk").id)
    assert [turn.text for turn in talk.turns] == ["Var är <ORDER_NUMBER_1>?", "<ORDER_NUMBER_1> är skickad."]
