"""The release overview as people see it: the sentence, the numbers, a conversation, and hostile text as text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from evalkit.model import Case, Conversation, Finding, Run, Score, Turn
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

pytest.importorskip("streamlit")
PAGE = Path(__file__).parents[2] / "dashboards" / "overview.py"
NASTY = "<script>alert(1)</script> **x** anna.berg@example.com"


def page(monkeypatch: pytest.MonkeyPatch, where: Path):  # type: ignore[no-untyped-def]
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("EVALKIT_STORE", str(where))
    # The page becomes `__main__` while it runs, and workers that are spawned later would run it again.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


def stored(where: Path, *releases: str) -> None:
    with Store.open(where) as store:
        for release in releases:
            run = Run(id=f"r{release}", release=release, suite="s", status="finished", n_planned=30)
            store.add_run(run)
            store.add_cases(run.id, [Case(id=f"c{n}", path="suites/s.yaml", line=n) for n in range(30)])
            scored = []
            for n in range(30):
                turns = (Turn(role="customer", text="Hej"), Turn(role="bot", text=NASTY, latency_ms=9))
                talk = Conversation(id=f"{release}-{n}", run_id=run.id, case_id=f"c{n}", turns=turns, release=release)
                store.add_conversations([talk])
                bad = release == "2" and n < 9
                finding = Finding(
                    rule="correctness.stale", severity="high", message="older version", turn=1, confidence="exact"
                )
                scores = [
                    Score(scorer="correctness", verdict="fail" if bad else "pass", findings=(finding,) if bad else ())
                ]
                scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
            store.add_scores(run.id, "k", scored)


def test_two_releases_are_compared_and_the_failing_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "1", "2")
    seen = page(monkeypatch, tmp_path / "s.db")
    assert not seen.exception
    seen.sidebar.selectbox(key="release").set_value("2").run()
    seen.sidebar.selectbox(key="baseline").set_value("1").run()
    assert not seen.exception
    assert seen.header[0].value.startswith("2: 70 %")
    table = seen.dataframe[0].value
    assert table.loc[table["KPI"] == "Passed all checks", "change"].item() == "▼ worse"
    said = [text.value for text in seen.text]
    assert "<script>alert(1)</script> **x** [email]" in said


def test_an_empty_store_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(tmp_path / "s.db").close()
    seen = page(monkeypatch, tmp_path / "s.db")
    assert not seen.exception
    assert "No finished run yet" in seen.info[0].value
