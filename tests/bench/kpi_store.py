"""A store of many production conversations, written as fast as the database takes them: what the KPI bench reads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa

from evalkit.model import Run
from evalkit.store import schema
from evalkit.store.columns import packed
from evalkit.store.facts import COLUMNS, Facts
from evalkit.store.store import Store

_TOPICS = ["refund", "order_status", "invoice", "complaint", "damaged_goods", "login", "address", "delivery", "other"]
_OUTCOMES = ["resolved_assumed", "resolved_confirmed", "contained_unverified", "escalated_completed",
             "escalated_dropped", "unresolved_explicit", "abandoned", "refused_correctly", "no_request"]  # fmt: skip
_START = datetime(2026, 1, 5, tzinfo=UTC)


def fill(path: Path, n: int, *, release: str = "1.4", seed: int = 1) -> str:
    """The id of the run; `n` scored conversations of n × 0.6 customers in twelve weeks, three channels, six languages."""
    run = Run(id="bench", release=release, source="production", status="finished", started_at=_START)
    with Store.open(path) as store:
        store.add_run(run)
        store.add_scores(run.id, "key", ())
    engine = sa.create_engine(f"sqlite:///{path}")
    names = ", ".join(("run_id", "score_key", *COLUMNS, "packed", "labels"))
    marks = ", ".join("?" * (len(COLUMNS) + 4))
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.executemany(f"INSERT INTO facts ({names}) VALUES ({marks})", rows(n, release, seed))
        cursor.execute(str(schema.changes.update().values(number=n).compile(compile_kwargs={"literal_binds": True})))
        connection.connection.commit()
    engine.dispose()
    return run.id


def rows(n: int, release: str, seed: int) -> Iterator[tuple[object, ...]]:
    """What stands in each row of facts, in the order of its columns."""
    chance = random.Random(seed)
    # One of 20,000 conversations stands for the rest: what is measured is reading, not making them up.
    kinds = [
        (*msgspec.structs.astuple(row), *packed(row)) for row in (_one(chance, release) for _ in range(min(n, 20_000)))
    ]
    person, name = COLUMNS.index("subject_key"), COLUMNS.index("conversation_id")
    people = max(1, int(0.6 * n))
    for number in range(n):
        row = list(kinds[number % len(kinds)])
        row[name], row[person] = f"{number:016x}", f"{chance.randrange(people):016x}"
        yield ("bench", "key", *row)


def _one(chance: random.Random, release: str) -> Facts:
    outcome = chance.choices(_OUTCOMES, [30, 20, 10, 15, 3, 8, 8, 4, 2])[0]
    at = _START + timedelta(seconds=chance.randrange(12 * 7 * 86_400))
    year, week, _ = at.isocalendar()
    solved = int(chance.random() < 0.75) if outcome != "no_request" else None
    escalated = int(outcome.startswith("escalated"))
    asked = int(chance.random() < 0.2)
    rated = chance.random() < 0.1
    return Facts(
        conversation_id="", release=release, source="production", channel=chance.choice(["chat", "email", "voice"]),
        language=chance.choice(["sv", "da", "nb", "fi", "en", "de"]), topic=chance.choice(_TOPICS),
        segment=chance.choice(["private", "business"]), week=f"{year}-W{week:02}", started_at=at.isoformat(),
        passed=int(chance.random() < 0.8), outcome=outcome, solved=solved, contained=1 - escalated,
        confirmed=int(outcome == "resolved_confirmed"), verified=solved, escalated=escalated, should_escalate=asked,
        escalation_cell=chance.choice(["correct_on_time", "missed", "correct_self_service"]), requested_human=asked,
        requested_early=int(asked and chance.random() < 0.4), honoured=escalated if asked else None,
        n_customer_turns=chance.randint(1, 6), n_customer_words=chance.randint(4, 90), n_bot_turns=chance.randint(1, 6),
        first_response_ms=chance.expovariate(1 / 900), first_substantive_ms=chance.expovariate(1 / 2_000),
        first_human_ms=chance.expovariate(1 / 90_000) if escalated else None,
        to_human_s=chance.expovariate(1 / 80) if escalated else None,
        handle_s=chance.expovariate(1 / 300) if escalated else None, duration_s=chance.expovariate(1 / 400),
        latency_p90_ms=chance.expovariate(1 / 1_500), cost_eur=round(chance.expovariate(20), 4),
        rating=float(chance.randint(1, 5)) if rated else None, satisfied=chance.randint(0, 1) if rated else None,
        satisfaction=chance.random(), friction=100 * chance.random(), looped=int(chance.random() < 0.03), stuck=0,
        dead_end=0, language_ok=1, correct=int(chance.random() < 0.93), n_claims=3, n_contradicted=0, n_stale=0,
        false_fallback=0, knowledge_gap=0, n_leaks=0, n_zero_tolerance=0, disclosed=1, tone_distance=chance.random(),
    )  # fmt: skip
