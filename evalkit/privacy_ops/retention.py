"""How long things are kept: words shortest, scores longer, totals for good; deleting is repeatable and logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from evalkit.model import Conversation, Run, Turn
from evalkit.store.store import Store

DELETED = "words deleted"
TRANSCRIPT_DAYS, SCORE_DAYS = 90, 730


class Periods(msgspec.Struct, frozen=True, kw_only=True):
    """Days of keeping; raw exports are never kept, totals are kept without end."""

    transcripts_days: int = TRANSCRIPT_DAYS
    scores_days: int = SCORE_DAYS
    replays: bool = False
    """Whether replays fall under it too: their customers are made up."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What one run still holds, what is over its time, and the day of the next deletion."""

    run_id: str
    release: str
    n_conversations: int = 0
    n_words_due: int = 0
    n_scores_due: int = 0
    next_at: datetime | None = None


def due(store: Store, periods: Periods, now: datetime) -> list[Due]:
    """What is over its time, run by run; nothing is deleted."""
    return [_due(store, run, periods, now) for run in _runs(store, periods)]


def purge(store: Store, periods: Periods, now: datetime, *, actor: str = "evalkit") -> list[Due]:
    """What was deleted: the words of old conversations, whose skeleton stays for the KPIs, and scores older still."""
    done = []
    for run in _runs(store, periods):
        found = _due(store, run, periods, now)
        done.append(found)
        if found.n_words_due:
            store.replace_conversations(_emptied(talk) for talk in _over(store, run, periods, now))
        if found.n_scores_due:
            store.delete_conversations(run.id, [talk.id for talk in store.conversations(run.id)])
            store.delete_scores(run.id)
    n_words, n_scores = sum(d.n_words_due for d in done), sum(d.n_scores_due for d in done)
    body = {"n_words": n_words, "n_scores": n_scores, **msgspec.to_builtins(periods)}
    store.append_audit("purge", body, actor=actor, at=now)
    if n_words or n_scores:
        store.compact()
    return done


def _runs(store: Store, periods: Periods) -> list[Run]:
    return [run for run in store.runs() if periods.replays or run.source != "replay"]


def _due(store: Store, run: Run, periods: Periods, now: datetime) -> Due:
    n, n_words, oldest = 0, 0, None
    latest = run.started_at
    for talk in store.conversations(run.id):
        n += 1
        at = _age(talk, run)
        latest = max(latest, at) if latest and at else latest or at
        if talk.attributes.get("retention") == DELETED or at is None:
            continue
        if at <= now - timedelta(days=periods.transcripts_days):
            n_words += 1
        elif oldest is None or at < oldest:
            oldest = at
    over = latest is not None and latest <= now - timedelta(days=periods.scores_days)
    return Due(
        run_id=run.id,
        release=run.release,
        n_conversations=n,
        n_words_due=n_words,
        n_scores_due=n if over else 0,
        next_at=oldest + timedelta(days=periods.transcripts_days) if oldest else None,
    )


def _over(store: Store, run: Run, periods: Periods, now: datetime) -> Iterator[Conversation]:
    limit = now - timedelta(days=periods.transcripts_days)
    found = [
        talk.id
        for talk in store.conversations(run.id)
        if (at := _age(talk, run)) is not None and at <= limit and talk.attributes.get("retention") != DELETED
    ]
    for start in range(0, len(found), 500):
        yield from list(store.conversations(run.id, found[start : start + 500]))


def _age(talk: Conversation, run: Run) -> datetime | None:
    at = talk.ended_at or talk.started_at or run.started_at
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _emptied(talk: Conversation) -> Conversation:
    turns = tuple(Turn(role=t.role, kind=t.kind, at=t.at, latency_ms=t.latency_ms) for t in talk.turns)
    handovers = tuple(msgspec.structs.replace(h, packet=None) for h in talk.handovers)
    return msgspec.structs.replace(
        talk, turns=turns, handovers=handovers, subject_key=None, attributes={"retention": DELETED}
    )
