"""A scored week to review: conversations whose truth is known, and what the machine said of each."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from evalkit.model import Case, Conversation, Finding, HandOver, Rating, Run, Score, Turn
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
KEY = "k1"
WORDS = (
    ("sv", "refund", "Hur länge har jag på mig att ångra köpet?", "Du har 14 dagar på dig."),
    ("da", "order_status", "Hvor er min pakke?", "Den er sendt i går."),
    ("nb", "delivery", "Når kommer varene?", "De kommer på fredag."),
    ("fi", "refund", "Miten palautan tuotteen?", "Voit palauttaa sen 30 päivän aikana."),
    ("en", "complaint", "I want to talk to a person.", "Let me see what I can do."),
    ("de", "order_status", "Wo ist meine Bestellung?", "Sie ist unterwegs."),
)


def run_of(release: str = "2.0", *, source: str = "production") -> Run:
    return Run(
        id=f"run-{release}", release=release, suite="week", status="finished", started_at=NOW, source=source  # type: ignore[arg-type]
    )  # fmt: skip


def talk_of(run: Run, n: int, random: Random) -> Conversation:
    language, topic, asked, answered = WORDS[n % len(WORDS)]
    turns = (
        Turn(role="customer", text=asked, at=NOW),
        Turn(role="bot", text=answered, latency_ms=300 + 10 * (n % 50)),
        Turn(role="customer", text="Tack! anna.berg@example.com" if n % 7 else "Nej, det hjälper inte."),
        Turn(role="bot", text="Ha en bra dag.", latency_ms=200),
    )
    return Conversation(
        id=f"{run.release}-{n:05}",
        run_id=run.id,
        case_id=f"c{n}",
        source=run.source,
        turns=turns,
        language=language,
        intent=topic,
        release=run.release,
        started_at=NOW,
        ended_at=NOW,
        handovers=(HandOver(requested_turn=0, executed=True),) if topic == "complaint" else (),
        rating=Rating(value=random.choice((1, 4, 5))) if n % 10 == 0 else None,
    )


def scores_of(n: int, random: Random) -> tuple[Score, ...]:
    bad, sure = random.random() < 0.25, random.random() < 0.5
    wrong = Finding(
        rule="correctness.contradicted", severity="high", message="says 14 days, the article says 30", turn=1,
        start=7, end=14, confidence="exact" if sure else "heuristic",
    )  # fmt: skip
    solved = not bad if random.random() < 0.9 else bad
    return (
        Score(
            scorer="correctness", verdict="fail" if bad else "pass", findings=(wrong,) if bad else (),
            data={"correct": int(not bad), "n_claims": 1},
        ),
        Score(scorer="resolution", verdict="pass", data={"solved": int(solved), "contained": 1, "outcome": "assumed"}),
        Score(
            scorer="escalation", verdict="pass",
            data={"cell": "correct_self_service", "escalated": 0, "should_escalate": 0},
        ),
        Score(scorer="tone", verdict="unsure" if n % 11 == 0 else "pass"),
    )  # fmt: skip


def week(store: Store, n: int = 300, *, release: str = "2.0", seed: int = 7, source: str = "production") -> Run:
    """A stored, scored week of n conversations."""
    random = Random(seed)
    run = run_of(release, source=source)
    store.add_run(run)
    store.add_cases(run.id, [Case(id=f"c{number}", path="suites/week.yaml", line=number) for number in range(n)])
    talks = [talk_of(run, number, random) for number in range(n)]
    store.add_conversations(talks)
    scored = []
    for number, talk in enumerate(talks):
        scores = scores_of(number, random)
        scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
    store.add_scores(run.id, KEY, scored)
    return run
