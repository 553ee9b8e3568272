"""What the tests of the pages share: a stored pair of releases, and the app opened at a page."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evalkit.model import Case, Conversation, Evidence, Finding, HandOver, Run, Score, Turn, conversation_id
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
VIEWS = (
    "overview", "kpis", "conversations", "ai_human", "review", "agreement", "promote", "escalation", "privacy",
    "knowledge",
)  # fmt: skip
NASTY = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> **bold** [link](https://evil.example) $$\\frac{1}{2}$$ "
    ":material/home: :red[x] \x1b[31mred\x1b[0m \u202egnp.exe <b>b</b> `code` anna.berg@example.com"
)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def app(monkeypatch: pytest.MonkeyPatch, where: Path | str, view: str = "overview", **query: str) -> Any:
    """The app at a page, run once."""
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("EVALKIT_STORE", str(where))
    # What a page does not expect is a test's failure, not a state to look at.
    monkeypatch.setattr("dashboards.kit.frame.unexpected", _raised)
    # The page becomes `__main__` while it runs, and workers that are spawned later would run it again.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    test = AppTest.from_file(str(APP), default_timeout=60)
    test.query_params.update(query)
    test.run()
    if view != "overview":
        test.switch_page(f"views/{view}.py")
        test.query_params.update(query)
        test.run()
    return test


def _raised(error: Exception) -> None:
    raise error


def said(test: Any) -> str:
    """All that stands on the page, as one text."""
    kinds = ("markdown", "caption", "text", "header", "subheader", "error", "info", "success", "warning", "code")
    parts = [str(element.value) for kind in kinds for element in getattr(test, kind)]
    parts += [str(e.proto.body) for e in test.get("html") if not str(e.proto.body).startswith("<style>")]
    parts += [str(element.proto.label) for element in test.get("download_button")]
    parts += [f"{m.label} {m.value}" for m in test.metric]
    parts += [button.label for button in test.button]
    parts += [frame.value.to_string() for frame in test.dataframe]
    return "\n".join(parts)


def stored(where: Path | str, *releases: str, n: int = 60, source: str = "replay") -> None:
    """Scored runs whose later release is worse, with evidence, hand-overs, people and hostile words."""
    with Store.open(where) as store:
        for number, release in enumerate(releases):
            _one(store, release, worse=number > 0, n=n, source=source)


def _one(store: Store, release: str, *, worse: bool, n: int, source: str) -> None:
    run = Run(
        id=f"run-{release}", release=release, suite="shop", status="finished", n_planned=n, started_at=AT, source=source  # type: ignore[arg-type]
    )  # fmt: skip
    random = Random(5)
    store.add_run(run)
    store.add_cases(run.id, [Case(id=f"c{i}", path="suites/shop.yaml", line=i + 1, critical=i == 2) for i in range(n)])
    passage = {
        "document_id": "retur",
        "title": "Returer",
        "text": "Du har 30 dagar på dig.",
        "valid_from": "2026-01-01",
    }
    store.add_passages(run.id, {"p1": passage})
    scored = []
    for i in range(n):
        talk = _talk(run, i)
        scores = _scores(i, worse=worse, random=random)
        zero = sum(f.rule.startswith("G01") for s in scores for f in s.findings)
        scored.append((talk.id, scores, facts_of(run, talk, scores, critical=i == 2, n_zero=zero)))
        store.add_conversations([talk])
    store.add_scores(run.id, "k", scored)


def _talk(run: Run, i: int) -> Conversation:
    topic, language = (("refund", "sv"), ("order_status", "da"), ("delivery", "fi"))[i % 3]
    human = i % 3 == 0 and i % 2 == 0
    words = NASTY if i == 5 else f"Du har {14 if i % 4 == 0 else 30} dagar på dig."
    if i == 6:
        words = "lång " * 20_000
    turns = (
        Turn(role="customer", text="Hur länge har jag på mig?", at=AT),
        Turn(role="human" if human else "bot", text=words, latency_ms=None if human else 200.0 + 40 * i, at=AT),
        Turn(role="system", kind="event", payload={"name": "handover"}),
    )
    return Conversation(
        id=conversation_id(run.id, f"c{i}", 0), run_id=run.id, case_id=f"c{i}", source=run.source, turns=turns,
        language=language, intent=topic, release=run.release, started_at=AT, ended_at=AT,
        handled_by="human" if human else "ai", handovers=(HandOver(executed=True),) if i % 5 == 0 else (),
    )  # fmt: skip


def _scores(i: int, *, worse: bool, random: Random) -> list[Score]:
    bad = worse and i % 4 == 0
    seen = Evidence(document_id="retur", passage_hash="p1", start=7, end=16)
    stale = Finding(
        rule="correctness.stale", severity="high", message="this was right in an older version of the article", turn=1, start=7,
        end=15, confidence="exact", evidence=(seen,),
    )  # fmt: skip
    leak = Finding(
        rule="G01.email",
        severity="blocker",
        message="an e-mail address that nobody gave in this conversation",
        turn=1,
        kind="EMAIL",
        start=0,
        end=5,
        confidence="exact",
    )
    gap = Finding(
        rule="correctness.knowledge_gap",
        severity="low",
        message="nobody knows: neither the bot nor the knowledge base",
        turn=0,
    )
    cell = "missed" if worse and i % 6 == 1 else "correct_self_service"
    missed = Finding(
        rule="E01.missed",
        severity="critical",
        message="the customer asks for a person and was not handed over",
        turn=0,
        confidence="exact",
    )
    return [
        Score(scorer="correctness", verdict="fail" if bad else "pass", findings=(stale,) if bad else (), data={"correct": int(not bad)}),
        Score(scorer="knowledge", verdict="unsure" if i % 9 == 0 else "pass", findings=(gap,) if i % 9 == 0 else ()),
        Score(scorer="privacy", verdict="fail" if worse and i == 5 else "pass", findings=(leak,) if worse and i == 5 else (), data={"n_leaks": int(worse and i == 5)}),
        Score(scorer="resolution", verdict="pass", data={"solved": int(random.random() < 0.8), "contained": int(i % 5 != 0), "outcome": "assumed"}),
        Score(
            scorer="escalation", verdict="fail" if cell == "missed" else "pass", findings=(missed,) if cell == "missed" else (),
            data={"cell": cell, "should_escalate": int(cell == "missed"), "escalated": int(i % 5 == 0), "late_turns": i % 3, "cost": 10.0 if cell == "missed" else 0.0, "trigger": "E01" if cell == "missed" else None},
        ),
    ]  # fmt: skip
