"""`evalkit escalation`: learned from a file of labels or from the reviews in the store, and named in the policy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evalkit.cli import execute
from evalkit.model import Conversation, HandOver, Review, Run, Turn
from evalkit.store.store import Store

AT = datetime(2026, 6, 1, tzinfo=UTC)
DUE, NOT_DUE = "Kan jag lägga till reseförsäkringen nu efteråt?", "Kan jag lägga till ett paket nu efteråt?"


def _rows(n: int = 102) -> list[dict[str, Any]]:
    return [
        {
            "turns": [
                {"role": "customer", "text": NOT_DUE if number % 3 else DUE},
                {"role": "bot", "text": "Jag ska se efter."},
            ],
            "language": "sv",
            "should_hand_over": number % 3 == 0,
            "customer": f"kund {number % 34}",
        }
        for number in range(n)
    ]


def _written(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def _name_model(config: Path) -> None:
    text = config.read_text("utf-8")
    config.write_text(text.replace("\npolicy:\n", "\npolicy:\n  escalation:\n    learned: desk.json\n"), "utf-8")


def test_a_model_is_fitted_on_a_file_shown_and_used_by_one_line_of_the_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(["escalation", "fit", _written(tmp_path / "labels.jsonl", _rows()), "--out", "desk.json"]) == 0
    capsys.readouterr()
    assert execute(["escalation", "show", "desk.json", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert (card["n_labels"], card["n_customers"], card["counts"]) == (102, 34, True)
    assert "reseforsakringen" in card["strongest"]
    assert execute(["init"]) == 0
    _name_model(Path("evalkit.yaml"))
    assert execute(["check"]) == 0


def test_a_policy_that_names_no_model_is_told_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(["init"]) == 0
    _name_model(Path("evalkit.yaml"))
    line = Path("evalkit.yaml").read_text("utf-8").splitlines().index("    learned: desk.json") + 1
    capsys.readouterr()
    assert execute(["check"]) == 2
    told = capsys.readouterr().err
    assert f"evalkit.yaml:{line}:" in told
    assert "desk.json: no model of hand-overs" in told


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (_rows(50), "50 labelled conversations; at least 100 are needed"),
        ([{"turns": [], "should_hand_over": "yes"}], "conversation 1: expected should_hand_over (true or false)"),
        ([{"should_hand_over": True}], "labels.jsonl:1: expected an object with turns"),
    ],
    ids=["few", "no label", "no turns"],
)
def test_wrong_labels_are_told(
    rows: list[dict[str, Any]], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "desk.json"
    assert execute(["escalation", "fit", _written(tmp_path / "labels.jsonl", rows), "--out", str(out)]) == 2
    assert told in capsys.readouterr().err
    assert not out.exists()


def _reviewed(store: Store, n: int) -> None:
    """A week whose due conversations were all handed over: right; every second of them too late.

    Of two more that were labelled, one was erased and one lost its words.
    """
    run = Run(id="r", release="1.0", suite="week", status="finished", started_at=AT, source="production")
    store.add_run(run)
    talks = [
        Conversation(
            id=f"t{number:03}", run_id="r", case_id=f"c{number}", language="sv", subject_key=f"k{number % 34}",
            turns=(Turn(role="customer", text=row["turns"][0]["text"]), Turn(role="bot", text="Jag ska se efter.")),
            handovers=(HandOver(executed=True, announced_turn=1),) if row["should_hand_over"] else (),
        )
        for number, row in enumerate(_rows(n))
    ]  # fmt: skip
    emptied = Conversation(id="purged", run_id="r", case_id="p", turns=(Turn(role="customer", text=""),))
    store.add_conversations([*talks, emptied])
    for lost in ("purged", "gone"):
        store.add_review(
            Review(id=lost, conversation_id=lost, question="handover", reviewer="ann", label="missed", at=AT)
        )
    for number, talk in enumerate(talks):
        label = "late" if talk.handovers and number % 2 else "right"
        for question, answer in (("handover", label), ("resolved", "yes")):
            store.add_review(
                Review(id=f"{talk.id}{question}", conversation_id=talk.id, question=question, reviewer="ann",
                       label=answer, at=AT, batch="b")
            )  # fmt: skip


def test_a_model_is_fitted_on_what_reviewers_said_of_stored_conversations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "s.db") as store:
        _reviewed(store, 102)
    assert execute(["escalation", "fit", "--store", "s.db", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert (card["n_labels"], card["n_customers"]) == (102, 34)
    assert card["should_rate"] == pytest.approx(1 / 3)
    assert Path("handover.json").is_file()


def test_a_store_without_reviews_teaches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "s.db"):
        pass
    assert execute(["escalation", "fit", "--store", "s.db"]) == 2
    assert "0 labelled conversations" in capsys.readouterr().err
