"""Scored runs for tests and benches, in memory and stored: what passed, by case and trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from evalkit.model import Case, Conversation, Customer, Expectation, Finding, Line, Run, Score, Turn
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun
from evalkit.store.store import Store

NOW = datetime(2026, 6, 15, tzinfo=UTC)
Passes = Mapping[str, Sequence[int | None]]
"""By case, what each trial did: 1 passed, 0 failed, None broke."""


def a_run(release: str, passes: Passes, **fields: Any) -> Run:
    """The record of a finished run of these trials."""
    n = sum(len(trials) for trials in passes.values())
    values = {
        "id": f"run-{release}", "suite": "s", "status": "finished", "started_at": NOW, "n_planned": n,
        "trials": max((len(t) for t in passes.values()), default=1), **fields,
    }  # fmt: skip
    return Run(release=release, **values)


def a_case(id_: str, **fields: Any) -> Case:
    """A case of one line."""
    values = {
        "suite": "s", "path": "suites/s.yaml", "line": 10, "language": "en",
        "customer": Customer(lines=(Line(text=f"Question {id_}?"),)),
        "expectations": (Expectation(check="contains", args={"texts": ["yes"]}, line=12),), **fields,
    }  # fmt: skip
    return Case(id=id_, **values)


def rows_of(release: str, passes: Passes, **fields: Any) -> list[Facts]:
    """One row for each case and trial."""
    return [
        Facts(
            conversation_id=f"{release}-{case}-{trial}", case_id=case, trial=trial, release=release, passed=value,
            error="bot" if value is None else None, **fields,
        )
        for case, trials in passes.items()
        for trial, value in enumerate(trials)
    ]  # fmt: skip


def scored_run(
    release: str,
    passes: Passes,
    *,
    key: str = "k",
    cases: Mapping[str, Case] | None = None,
    run: Mapping[str, Any] | None = None,
    **fields: Any,
) -> ScoredRun:
    """A scored run in memory; `fields` go into every row."""
    known = cases if cases is not None else {id_: a_case(id_) for id_ in passes}
    return ScoredRun(a_run(release, passes, **(run or {})), key, tuple(rows_of(release, passes, **fields)), known)


def store_run(
    store: Store,
    release: str,
    passes: Passes,
    *,
    key: str = "k",
    cases: Mapping[str, Case] | None = None,
    rule: str = "expect.contains",
    run: Mapping[str, Any] | None = None,
    reply: str = "no",
    **fields: Any,
) -> Run:
    """The run, written with its conversations, scores and facts; a failed trial carries one exact finding."""
    record = a_run(release, passes, **(run or {}))
    known = cases if cases is not None else {id_: a_case(id_) for id_ in passes}
    store.add_run(record)
    store.add_cases(record.id, known.values())
    talks, scored = [], []
    for row in rows_of(release, passes, **fields):
        case, trial = row.case_id or "", row.trial
        id_ = f"{record.id}-{case}-{trial}"
        turns = (
            Turn(role="customer", text=f"Question {case}?"),
            Turn(role="bot", text="yes" if row.passed else reply, latency_ms=10),
        )
        talks.append(Conversation(id=id_, run_id=record.id, case_id=case, trial=trial, turns=turns, release=release))
        scores = [Score(scorer="expect", verdict="pass")]
        if row.passed == 0:
            finding = Finding(rule=rule, severity="high", message="says no", turn=1, confidence="exact")
            scores = [Score(scorer="expect", verdict="fail", findings=(finding,))]
        if row.passed is None:
            scores = [Score(scorer="expect", verdict="error", boundary="bot", cause="no reply")]
        values = {name: getattr(row, name) for name in row.__struct_fields__}
        scored.append((id_, scores, Facts(**{**values, "conversation_id": id_})))
    store.add_conversations(talks)
    store.add_scores(record.id, key, scored, created_at=NOW)
    return record
