"""A report says what was not checked, so that no finding is not read as no fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.model import AuthorisedContext, Case, Run, Score
from evalkit.reporting.unchecked import Unchecked

RUN = Run(id="r", release="1", kb_snapshot="k")
OWN = Case(id="a", context=AuthorisedContext(facts={"email": "a@example.com"}))
BOTH = (Score(scorer="privacy", verdict="pass"), Score(scorer="compliance", verdict="pass", data={"unchecked": ""}))


def test_a_run_that_checked_all_says_nothing() -> None:
    found = Unchecked()
    found.add(BOTH, OWN)
    assert found.lines(RUN) == ()


def test_each_gap_is_told_with_its_share() -> None:
    found = Unchecked()
    found.add(BOTH, OWN)
    found.add((Score(scorer="compliance", verdict="pass", data={"unchecked": "prompt"}), BOTH[0]), None)
    found.add((Score(scorer="compliance", verdict="skip", cause="handled by a person"), BOTH[0]), OWN)
    told = found.lines(Run(id="r", release="1"))
    assert [line.split(":")[0] for line in told] == [
        "own data before authentication",
        "internal text and promises about storage",
        "prompt extraction by overlap",
        "compliance",
    ]
    assert "(1 of 3 conversations)" in told[0]
    assert "of 3" not in told[1]


def test_a_scorer_that_did_not_run_is_told_first() -> None:
    found = Unchecked()
    found.add((), OWN)
    assert found.lines(RUN)[:2] == ("privacy: the scorer did not run", "compliance: the scorer did not run")


async def bot(text: str, history: object) -> str:
    return "Hej! Jag är en AI-assistent."


def test_both_reports_of_a_run_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text("suite: s\ncases:\n  - {id: a, customer: Hej, expect: [contains: hej]}\n")
    words = ["--release", "1", "--store", "s.db", "--html", "r.html", "--markdown", "r.md"]
    assert execute(["run", "s.yaml", "--bot", f"{__name__}:bot", *words]) == 0
    assert "Not checked in this run" in Path("r.html").read_text()
    assert "no knowledge base" in Path("r.md").read_text()
