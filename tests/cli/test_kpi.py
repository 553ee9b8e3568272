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
        (["1.5"], "no run of release '1.5' (releases: 1.4)"),
        (["1.4", "--source", "pilot"], "no scored run of source 'pilot'"),
    ],
)
def test_wrong_input_is_one_message(
    store: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert execute(["kpi", *words, "--store", "s.db"]) == 2
    assert told in capsys.readouterr().err
