"""One narrow row per conversation: all that KPIs read. None means unknown, and unknown leaves a denominator visibly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from evalkit.model import SEVERITIES, Conversation, Run, Score


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one scored conversation. Flags are 0, 1 or None; times are in the unit of their name."""

    conversation_id: str
    case_id: str | None = None
    trial: int = 0
    release: str = ""
    source: str = "replay"
    stage: str = ""
    channel: str = "chat"
    language: str | None = None
    topic: str | None = None
    task_type: str | None = None
    segment: str | None = None
    week: str | None = None
    started_at: str | None = None
    handled_by: str = "ai"
    subject_key: str | None = None
    critical: int = 0
    error: str | None = None
    passed: int | None = None
    outcome: str | None = None
    solved: int | None = None
    contained: int | None = None
    confirmed: int | None = None
    verified: int | None = None
    escalated: int | None = None
    should_escalate: int | None = None
    escalation_cell: str | None = None
    escalation_trigger: str | None = None
    late_turns: int | None = None
    requested_human: int | None = None
    requested_early: int | None = None
    honoured: int | None = None
    asked_why: str | None = None
    asked_again: int | None = None
    n_customer_turns: int = 0
    n_customer_words: int = 0
    n_human_turns: int = 0
    n_bot_turns: int = 0
    first_response_ms: float | None = None
    first_substantive_ms: float | None = None
    first_human_ms: float | None = None
    to_human_s: float | None = None
    """From the request for a person to the person's first message."""
    handle_s: float | None = None
    """Active handling by people: their turns' waits, each counted up to five minutes."""
    duration_s: float | None = None
    latency_p90_ms: float | None = None
    cost_eur: float | None = None
    rating: float | None = None
    satisfied: int | None = None
    satisfaction: float | None = None
    friction: float | None = None
    looped: int | None = None
    stuck: int | None = None
    dead_end: int | None = None
    language_ok: int | None = None
    correct: int | None = None
    n_claims: int | None = None
    n_contradicted: int | None = None
    n_stale: int | None = None
    false_fallback: int | None = None
    knowledge_gap: int | None = None
    n_leaks: int | None = None
    n_zero_tolerance: int | None = None
    disclosed: int | None = None
    tone_distance: float | None = None
    consistent: int | None = None
    handover_points: float | None = None
    worst_severity: str | None = None
    off_script: int | None = None
    """Whether a replayed real customer's record stopped fitting the bot; None where no record was replayed."""
    customer_replays: int | None = None
    """How often the conversation was played again because a simulated customer left its sheet."""


COLUMNS = Facts.__struct_fields__
_IDLE_S = 300.0

_FROM_DATA: Mapping[str, Mapping[str, str]] = {
    "resolution": {
        "outcome": "outcome", "solved": "solved", "contained": "contained", "confirmed": "confirmed",
        "verified": "verified", "first_substantive_ms": "first_substantive_ms",
    },
    "escalation": {
        "escalated": "escalated", "should_escalate": "should_escalate", "cell": "escalation_cell",
        "trigger": "escalation_trigger", "late_turns": "late_turns", "requested_human": "requested_human",
        "requested_early": "requested_early", "honoured": "honoured", "asked_why": "asked_why",
    },
    "loops": {"looped": "looped", "stuck": "stuck", "dead_end": "dead_end"},
    "language": {"language_ok": "language_ok"},
    "correctness": {
        "correct": "correct", "n_claims": "n_claims", "n_contradicted": "n_contradicted", "n_stale": "n_stale",
        "false_fallback": "false_fallback", "knowledge_gap": "knowledge_gap",
    },
    "privacy": {"n_leaks": "n_leaks"},
    "compliance": {"disclosed": "disclosed"},
    "tone": {"distance": "tone_distance"},
    "satisfaction": {"satisfaction": "satisfaction", "friction": "friction"},
    "handover": {"points": "handover_points", "asked_again": "asked_again"},
    "consistency": {"consistent": "consistent"},
}  # fmt: skip


def facts_of(run: Run, conversation: Conversation, scores: Iterable[Score], *, critical: bool, n_zero: int) -> Facts:
    """The row of one conversation: what the transcript shows, and what each scorer put into its `data`."""
    scores = tuple(scores)
    values = _seen(run, conversation)
    for score in scores:
        if score.verdict in {"skip", "error"}:
            continue
        for key, column in _FROM_DATA.get(score.scorer, {}).items():
            value = score.data.get(key)
            values[column] = int(value) if isinstance(value, bool) else value
    if not values.get("first_substantive_ms"):
        # 0 says that there was an answer whose time nobody knows.
        values["first_substantive_ms"] = None
    # A judge without a vote decides nothing, so its outage must not take a conversation out of the numbers either.
    broken = [score for score in scores if score.verdict == "error" and not score.data.get("informs_only")]
    errors = [score.boundary or "scorer" for score in broken]
    decided = [score.verdict for score in scores if score.verdict in {"pass", "fail"}]
    worst = [SEVERITIES.index(score.worst) for score in scores if score.worst is not None]
    return Facts(
        **values,
        critical=int(critical),
        error=errors[0] if errors else None,
        passed=None if errors or not decided else int("fail" not in decided),
        n_zero_tolerance=n_zero,
        worst_severity=SEVERITIES[min(worst)] if worst else None,
    )


def _seen(run: Run, talk: Conversation) -> dict[str, Any]:
    bot = [turn for turn in talk.turns if turn.role == "bot" and turn.kind != "event"]
    latencies = sorted(turn.latency_ms for turn in bot if turn.latency_ms is not None)
    rating = talk.rating
    return {
        "conversation_id": talk.id,
        "case_id": talk.case_id,
        "trial": talk.trial,
        "release": talk.release or run.release,
        "source": talk.source,
        "stage": talk.stage or run.stage,
        "channel": talk.channel,
        "language": talk.language,
        "topic": talk.intent,
        "task_type": talk.task_type,
        "segment": talk.segment,
        "week": _week(talk.started_at),
        "started_at": talk.started_at.isoformat() if talk.started_at else None,
        "handled_by": talk.handled_by,
        "subject_key": talk.subject_key,
        "off_script": int(talk.diverged_turn is not None) if talk.attributes.get("customer") == "open" else None,
        "customer_replays": int(talk.attributes["customer_replays"]) if "customer_replays" in talk.attributes else None,
        "n_customer_turns": sum(turn.role == "customer" for turn in talk.turns),
        "n_customer_words": sum(len(turn.text.split()) for turn in talk.turns if turn.role == "customer"),
        "n_human_turns": sum(turn.role == "human" and turn.kind != "event" for turn in talk.turns),
        "n_bot_turns": len(bot),
        "first_response_ms": _wait_ms(talk, "bot"),
        "first_human_ms": _wait_ms(talk, "human"),
        "to_human_s": _to_human_s(talk),
        "handle_s": _handle_s(talk),
        "duration_s": (talk.ended_at - talk.started_at).total_seconds() if talk.ended_at and talk.started_at else None,
        "latency_p90_ms": latencies[min(len(latencies) - 1, int(0.9 * len(latencies)))] if latencies else None,
        "cost_eur": talk.cost.cost_eur if talk.cost else None,
        "rating": rating.value if rating else None,
        "satisfied": int(rating.value - rating.scale_min >= 0.7 * (rating.scale_max - rating.scale_min))
        if rating
        else None,
    }


def _wait_ms(talk: Conversation, role: str) -> float | None:
    """From the customer's first message to the first one of this role, by the measured latency or else by the clock."""
    asked: datetime | None = None
    for turn in talk.turns:
        if turn.role == "customer" and asked is None:
            asked = turn.at
        elif turn.role == role and turn.kind != "event":
            if role == "bot" and turn.latency_ms is not None:
                return turn.latency_ms
            if asked is not None and turn.at is not None:
                return max(0.0, (turn.at - asked).total_seconds() * 1000)
            return None
    return None


def _to_human_s(talk: Conversation) -> float | None:
    """From the first request for a person, or the bot's announcement, to the first human message."""
    for handover in talk.handovers:
        asked = handover.requested_at or _at(talk, handover.requested_turn) or _at(talk, handover.announced_turn)
        if asked is None:
            continue
        answers = (turn.at for turn in talk.turns if turn.role == "human" and turn.at is not None and turn.at >= asked)
        reached = handover.accepted_at or next(answers, None)
        return max(0.0, (reached - asked).total_seconds()) if reached is not None else None
    return None


def _at(talk: Conversation, turn: int | None) -> datetime | None:
    return talk.turns[turn].at if turn is not None and 0 <= turn < len(talk.turns) else None


def _handle_s(talk: Conversation) -> float | None:
    """The time people spent on it: what passed before each of their turns, idle time beyond five minutes left out."""
    waits = [
        min(_IDLE_S, max(0.0, (turn.at - before.at).total_seconds()))
        for before, turn in zip(talk.turns, talk.turns[1:], strict=False)
        if turn.role == "human" and turn.at is not None and before.at is not None
    ]
    return sum(waits) if waits else None


def _week(at: datetime | None) -> str | None:
    if at is None:
        return None
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"
