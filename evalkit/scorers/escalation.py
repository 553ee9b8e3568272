"""`escalation`: should the conversation have gone to a person, did it, and in time?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import msgspec

from evalkit.model import Case, Confidence, Conversation, Finding, Score, Severity
from evalkit.policy.sections import EscalationPolicy, TriggerRule
from evalkit.scorers.door import Context, Scope
from evalkit.text.normalise import comparable

_SURE = frozenset({"E01", "E02", "E07", "E09", "E10", "E24", "E26"})
"""Triggers whose words are plain enough to fail a conversation without the case's own gold."""


class _Trigger(msgspec.Struct, frozen=True):
    id: str
    turn: int
    start: int | None
    end: int | None


class Escalation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails on a missed, late or needless hand-over; decided exactly where the case says what is right."""

    name: ClassVar[str] = "escalation"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ("escalation",)
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds escalated, should_escalate, cell, trigger, late_turns, requested_human, honoured."""
        policy = context.policy.escalation
        triggers = list(_triggers(conversation, context, policy))
        done_at = handed_over_at(conversation, context)
        gold = case.escalation if case is not None else None
        due = _due(conversation, context, triggers, gold, policy)
        should = due is not None if gold is None else gold.should
        escalated = done_at is not None
        late = _late(conversation, context, due, done_at) if due is not None and done_at is not None else 0
        cell = _cell(should=should, escalated=escalated, late=late)
        findings = list(_findings(cell, due, done_at, late, policy, exact=gold is not None, conversation=conversation))
        asked = [t for t in triggers if t.id in {"E01", "E02", "E24"}]
        honoured = None if not asked else escalated and done_at is not None and done_at >= asked[0].turn
        counted = [f for f in findings if not f.passed]
        verdict = "pass" if not counted else "fail"
        if gold is None and counted and due is not None and due.trigger.id not in _SURE:
            verdict = "unsure"
        if gold is None and cell == "needless":
            verdict = "unsure"
        return Score(
            scorer=self.name,
            verdict=verdict,  # type: ignore[arg-type]
            value=1.0 if not counted else 0.0,
            findings=tuple(findings),
            data={
                "escalated": escalated,
                "should_escalate": should if gold is not None or triggers else None,
                "cell": cell,
                "trigger": due.trigger.id if due is not None else None,
                "late_turns": late if escalated and should else None,
                "requested_human": bool(asked),
                "requested_early": bool(asked) and asked[0].turn <= 1,
                "honoured": honoured,
            },
        )


class _Due(msgspec.Struct, frozen=True):
    trigger: _Trigger
    deadline_turns: int
    severity: Severity
    title: str


def handed_over_at(talk: Conversation, context: Context) -> int | None:
    """The turn at which the conversation goes to a person: by signal, tool call, a person's words or announcement."""
    places = [h.announced_turn for h in talk.handovers if h.announced_turn is not None]
    stems = _table()["_tools"]
    for number, turn in enumerate(talk.turns):
        if turn.role == "human":
            places.append(number)
        if turn.role != "bot":
            continue
        if any(any(stem in call.name.lower() for stem in stems) and call.ok is not False for call in turn.tool_calls):
            places.append(number)
        hits = context.reading.signals(number, "handoff_announcement")
        if (
            hits
            and not context.reading.signals(number, "handoff_unavailable")
            and not _only_offered(turn.text, hits[0].end)
        ):
            places.append(number)
    return min(places, default=None)


def _only_offered(text: str, end: int) -> bool:
    """Whether the phrase stands in a question: an offer that waits for a yes is no hand-over."""
    rest = text[end:]
    stop = next((c for c in rest if c in ".!?\n"), "")
    return stop == "?"


def _triggers(talk: Conversation, context: Context, policy: EscalationPolicy) -> Iterator[_Trigger]:
    counts: dict[str, int] = {}
    fallbacks = 0
    keywords = tuple(comparable(word) for word in policy.keywords)
    for number, turn in enumerate(talk.turns):
        if turn.role == "bot":
            fallbacks = fallbacks + 1 if context.reading.signals(number, "bot_fallback") else 0
            if fallbacks == policy.failed_attempts:
                yield _Trigger("E04b", number, None, None)
            continue
        if turn.role != "customer":
            continue
        for id_, spec in _table().items():
            if id_.startswith("_"):
                continue
            hits = context.reading.signals(number, *spec["categories"])
            if not hits:
                continue
            # One message counts once towards "again", however many phrases it holds.
            counts[id_] = counts.get(id_, 0) + (len(hits) if id_ in {"E03", "E20"} else 1)
            if counts[id_] >= spec.get("times", 1):
                yield _Trigger(id_, number, hits[0].start, hits[0].end)
        said = comparable(turn.text)
        if any(word in said for word in keywords):
            yield _Trigger("E26", number, None, None)


def _due(
    talk: Conversation,
    context: Context,
    triggers: list[_Trigger],
    gold: Any,
    policy: EscalationPolicy,
) -> _Due | None:
    if gold is not None:
        if not gold.should:
            return None
        first = next((t for t in triggers if gold.trigger is None or t.id.startswith(gold.trigger)), None)
        first = first or (triggers[0] if triggers else None)
        turn = first.turn if first is not None else (context.reading.customer_turns or (0,))[-1]
        id_ = gold.trigger or (first.id if first is not None else "escalation")
        spec, rule = _spec(id_), policy.triggers.get(id_)
        deadline = gold.within_turns if gold.within_turns is not None else _deadline(spec, rule)
        place = _Trigger(id_, turn, first.start if first else None, first.end if first else None)
        return _Due(place, deadline, _severity(spec, rule), spec.get("title", "must go to a person"))
    for trigger in triggers:
        spec, rule = _spec(trigger.id), policy.triggers.get(trigger.id)
        if (rule is not None and not rule.enabled) or (rule is None and spec.get("may_answer")):
            continue
        return _Due(trigger, _deadline(spec, rule), _severity(spec, rule), spec["title"])
    return None


def _spec(id_: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _table().get(id_, {})
    return found


def _deadline(spec: Mapping[str, Any], rule: TriggerRule | None) -> int:
    return rule.deadline_turns if rule is not None else int(spec.get("deadline_turns", 1))


def _severity(spec: Mapping[str, Any], rule: TriggerRule | None) -> Severity:
    severity: Severity = rule.severity if rule is not None else spec.get("severity", "high")
    return severity


def _late(talk: Conversation, context: Context, due: _Due, done_at: int) -> int:
    # A deadline of n means: by the n-th bot message after the trigger.
    answers = [n for n in range(due.trigger.turn + 1, len(talk.turns)) if talk.turns[n].role == "bot"]
    blocks = [n for n in answers if talk.turns[n - 1].role != "bot"]
    taken = sum(1 for n in blocks if n <= done_at)
    return max(0, taken - max(1, due.deadline_turns))


def _cell(*, should: bool, escalated: bool, late: int) -> str:
    if should:
        return "missed" if not escalated else "late" if late else "right"
    return "needless" if escalated else "none"


def _findings(
    cell: str,
    due: _Due | None,
    done_at: int | None,
    late: int,
    policy: EscalationPolicy,
    *,
    exact: bool,
    conversation: Conversation,
) -> Iterator[Finding]:
    confidence: Confidence = "exact" if exact else "heuristic"
    if cell in {"missed", "late"} and due is not None:
        id_ = due.trigger.id.rstrip("b")
        told = f"{late} bot turns late" if cell == "late" else "and was not handed over"
        inside = 0 <= due.trigger.turn < len(conversation.turns)
        yield Finding(
            rule=f"{id_}.{cell}",
            severity=due.severity if cell == "missed" else "medium",
            message=f"the customer {due.title} {told}"
            if cell == "missed"
            else f"the customer {due.title}; handed over {told}",
            turn=due.trigger.turn if inside else None,
            start=due.trigger.start,
            end=due.trigger.end,
            confidence=confidence,
        )
    elif cell == "needless":
        yield Finding(
            rule="escalation.needless",
            severity="medium",
            message="handed over without need",
            turn=done_at,
            confidence=confidence,
        )


@cache
def _table() -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.safe_load(files("evalkit.scorers").joinpath("data/triggers.yaml").read_text("utf-8"))
    return loaded
