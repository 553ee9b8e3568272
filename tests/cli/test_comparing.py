"""`evalkit compare` on stores and run files, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalkit.cli import execute as evalkit
from evalkit.store.store import Store
from tests.scored_runs import store_run

STEADY = {f"c{n:03}": [1, 1, 1] for n in range(40)}
WORSE = {**STEADY, **{f"c{n:03}": [0, 0, 0] for n in range(12)}}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with Store.open(".evalkit/store.db") as store:
        store_run(store, "1.4", STEADY, run={"id": "aaa1"})
        store_run(store, "1.5", WORSE, run={"id": "bbb1"}, reply="never, mail anna.berg@example.com")
    with Store.open("baseline.db") as store:
        store_run(store, "1.4", STEADY, run={"id": "ccc1"})
        store_run(store, "1.3", STEADY, run={"id": "ccc2"})
    return tmp_path


@pytest.mark.parametrize("before", ["1.4", "aaa1", "aaa", "baseline.db@1.4"])
def test_a_side_is_a_release_a_run_or_a_file(project: Path, before: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert evalkit(["compare", before, "1.5", "--markdown", "out/c.md"]) == 0
    printed = capsys.readouterr().out
    assert "▼ worse" in printed
    assert "broke (12):" in printed
    assert f"next: evalkit compare {before} 1.5 --case c000" in printed
    assert "| Passed all checks | 100.0 % | 70.0 % |" in (project / "out" / "c.md").read_text()


def test_one_case_is_told_twice_and_masked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evalkit(["compare", "1.4", "1.5", "--case", "c003"]) == 0
    printed = capsys.readouterr().out
    assert "customer  Question c003?" in printed
    assert "- 1.4       yes" in printed
    assert "anna.berg" not in printed


def test_json_holds_every_number_with_its_interval(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evalkit(["compare", "1.4", "1.5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first = found["deltas"][0]
    assert first["low"] < first["difference"] < first["high"]
    assert first["n"] == 40


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1.4", "1.4"], "both sides are run 'aaa1'"),
        (["1.4", "1.6"], "no run of release '1.6'"),
        (["baseline.db", "1.5"], "holds several releases (1.3, 1.4); write baseline.db@1.4"),
        (["1.4", "1.5", "--case", "c0003"], "has no case 'c0003'; did you mean 'c003'?"),
        (["gone.db", "1.5"], "no such store"),
    ],
)
def test_wrong_sides_are_refused(
    project: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(["compare", *words]) == 2
    assert said in capsys.readouterr().err


def test_other_scores_are_refused_with_the_way_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open("other.db") as store:
        store_run(store, "1.4", STEADY, key="other", run={"id": "ddd1"})
    assert evalkit(["compare", "other.db", "1.5"]) == 2
    assert "`evalkit score ddd1`" in capsys.readouterr().err


def test_a_baseline_beside_the_numbers_has_equal_scores_or_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evalkit(["kpi", "1.5", "--baseline", "baseline.db@1.4"]) == 0
    with Store.open("other.db") as store:
        store_run(store, "1.4", STEADY, key="other", run={"id": "ddd1"})
    assert evalkit(["kpi", "1.5", "--baseline", "other.db"]) == 2
    assert "not scored the same way" in capsys.readouterr().err
