"""`evalkit kpi` prints slices in four forms, keeps sources apart, and hands no spreadsheet a formula."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.model import Run
from evalkit.store.facts import Facts
from evalkit.store.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "s.db"
    (tmp_path / "evalkit.yaml").write_text("profile: ecommerce_balanced\n")
    with Store.open(path) as store:
        for source in ("replay", "production"):
            store.add_run(Run(id=source, release="1.4", source=source, status="finished"))  # type: ignore[arg-type]
            rows = [
                Facts(
                    conversation_id=f"{source}{i}", release="1.4", source=source, case_id=f"k{i}",
                    channel=("chat", "=HYPERLINK(1)")[i % 2], language="sv", week=f"2026-W{10 + i // 30}", passed=i % 4 and 1,
                    escalated=int(i % 10 < 3), n_leaks=0,
                )
                for i in range(60)
            ]  # fmt: skip
            store.add_scores(source, "key", [(row.conversation_id, [], row) for row in rows])
    return path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert execute(["kpi", "1.4", "--store", "s.db", *words]) == 0
    return capsys.readouterr().out


def test_each_source_has_its_own_table_with_targets(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    assert "replay: 60 conversations" in text and "production: 60 conversations" in text
    line = next(line for line in text.splitlines() if line.startswith("Escalation rate"))
    assert line.split() == ["Escalation", "rate", "30", "%", "20–43", "60", "20–40", "near"]
    assert "unreviewed: no labels" in text


def test_json_of_one_source_lists_its_kpis(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "--source", "production", "--json"))
    (row,) = told["rows"]
    assert row["source"] == "production"
    kpi = next(kpi for kpi in told["kpis"] if kpi["name"] == "escalation_rate")
    assert (kpi["value"], kpi["n"], kpi["target"], kpi["method"]) == (0.3, 60, "near", "wilson")


def test_slices_by_channel_and_week_as_csv_start_no_formula(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(said(capsys, "--by", "channel", "--week", "--csv"))))
    assert {row["week"] for row in rows} == {"2026-W10", "2026-W11"}
    assert {row["channel"] for row in rows} == {"chat", "'=HYPERLINK(1)"}
    assert all(row["definition_version"] for row in rows)


def test_markdown_escapes_what_the_store_holds(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "| production | chat |" in said(capsys, "--by", "channel", "--markdown")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["1.4", "--by", "chanel"], "did you mean 'channel'"),
        (["1.5"], "no run of release '1.5'; did you mean '1.4'? (releases: 1.4)"),
        (["1.4", "--source", "pilot"], "no scored run of source 'pilot'"),
    ],
)
def test_wrong_input_is_one_message(
    store: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert execute(["kpi", *words, "--store", "s.db"]) == 2
    assert told in capsys.readouterr().err


def test_slices_stand_as_reviewers_judge_them_too(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from evalkit.model import Review
    from evalkit.store.batches import Batch, Batches, Cell

    with Store.open(store) as opened:
        cells = (Cell(name="D", n_population=60, n_drawn=60),)
        Batches(opened).add(
            Batch(id="b", run_id="production", score_key="key", release="1.4", cells=cells, questions=("resolved",)), []
        )
        for i in range(60):
            opened.add_review(
                Review(
                    id=f"v{i}", conversation_id=f"production{i}", question="resolved", reviewer="ann", batch="b", cell="D",
                    label="yes" if i % 3 else "no", inclusion_probability=1.0,
                )
            )  # fmt: skip
    text = said(capsys, "--by", "week", "--source", "production")
    lines = [line.split() for line in text.splitlines() if "resolved" in line and line.startswith("production")]
    assert [line[:4] for line in lines] == [
        ["production", "2026-W10", "resolved", "67"], ["production", "2026-W11", "resolved", "67"],
    ]  # fmt: skip
    told = json.loads(said(capsys, "--by", "week", "--source", "production", "--json"))
    assert [(row["week"], row["n_labels"], row["older"]) for row in told["reviewed_slices"]] == [
        ("2026-W10", 30, False), ("2026-W11", 30, False),
    ]  # fmt: skip
    assert told["judged"] == []
    assert "| production | 2026-W10 | resolved |" in said(
        capsys, "--by", "week", "--source", "production", "--markdown"
    )


def test_what_the_judge_says_is_named_with_its_state_and_no_figure_before_people_checked_it(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from evalkit.model import Conversation, Score

    with Store.open(store) as opened:
        rows = opened.facts("production", "key")
        data = {"good": {"supported_by_knowledge": True, "customer_satisfied": True}, "identity": "me"}
        score = Score(scorer="judge", verdict="pass", data=data)
        opened.add_conversations([Conversation(id=row.conversation_id, run_id="production") for row in rows])
        opened.add_scores("production", "judged", [(row.conversation_id, [score], row) for row in rows])
    text = said(capsys, "--source", "production")
    for question in ("supported_by_knowledge", "customer_satisfied"):
        assert f"judge, {question} (uncalibrated): unreviewed judge score (0 of 50 labels)" in text
