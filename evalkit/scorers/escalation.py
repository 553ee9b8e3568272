"""`escalation`: should the conversation have gone to a person, did it, and in time?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec

from evalkit.model import Case, Confidence, Conversation, Finding, Score, Severity
from evalkit.policy.sections import EscalationPolicy, TriggerRule
from evalkit.scorers.door import Context, Scope
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import comparable

_SURE = frozenset({"E01", "E02", "E07", "E09", "E10", "E24", "E26"})
"""Triggers whose words are plain enough to fail a conversation without the case's own gold."""


_STOP_MARK = re.compile(r"###[A-Z_ -]+###")
"""How simulated customers say that they hang up: then the bot had no chance to hand over."""


class _Trigger(msgspec.Struct, frozen=True):
    id: str
    turn: int
    start: int | None
    end: int | None


class Escalation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails on a missed, late or needless hand-over; decided exactly where the case says what is right."""

    name: ClassVar[str] = "escalation"
    version: ClassVar[str] = "2"
    reads: ClassVar[tuple[str, ...]] = ("escalation",)
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds the outcome: should it go to a person, did it, when, how, and what a mistake costs.

        `cell` is one of the cells of `CELLS`, `kind` is executed, announced_only or none, `friction_turns` the bot
        turns between the first request for a person and the hand-over.
        """
        policy = context.policy.escalation
        triggers = list(_triggers(conversation, context, policy))
        kind, done_at = handed_over(conversation, context)
        gold = case.escalation if case is not None else None
        due = _due(conversation, context, triggers, gold, policy)
        should = due is not None if gold is None else gold.should
        late = _late(conversation, context, due, done_at) if due is not None and done_at is not None else 0
        cell = _cell(conversation, context, should=should, kind=kind, done_at=done_at, late=late, due=due)
        findings = list(_findings(cell, due, done_at, late, policy, exact=gold is not None, conversation=conversation))
        findings += _wrong_target(conversation, due, gold, policy)
        asked = [t for t in triggers if t.id in {"E01", "E02", "E24"}]
        honoured = None if not asked else done_at is not None and done_at >= asked[0].turn
        counted = [f for f in findings if not f.passed]
        verdict = "pass" if not counted else "fail"
        sure = due is not None and due.trigger.id in _SURE
        if gold is None and counted and not sure:
            verdict = "unsure"
        return Score(
            scorer=self.name,
            verdict=verdict,  # type: ignore[arg-type]
            value=1.0 if not counted else 0.0,
            findings=tuple(findings),
            data={
                "escalated": done_at is not None,
                "should_escalate": should if gold is not None or triggers else None,
                "cell": cell,
                "cost": _cost(cell, due, late),
                "kind": kind,
                "handover_turn": done_at,
                "trigger": due.trigger.id if due is not None else None,
                "triggers": [[t.id, t.turn] for t in triggers],
                "late_turns": late if done_at is not None and should else None,
                "requested_human": bool(asked),
                "requested_early": bool(asked) and asked[0].turn <= 1,
                "honoured": honoured,
                "asked_why": _why_asked(conversation, context, asked),
                "friction_turns": _friction(conversation, asked, done_at),
            },
        )


CELLS = (
    "correct_on_time", "correct_late", "correct_early", "wrong_target", "announced_not_executed", "unavailable_handled",
    "unavailable_dropped", "missed", "refused", "deflected", "unneeded", "over_cautious", "correct_self_service",
    "correct_refusal",
)  # fmt: skip
"""What was done beside what was right. Source: the escalation matrix of docs/scorers.md."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST_TURNS = 2
_MISSED_COST = {"blocker": 100.0, "critical": 25.0, "high": 8.0, "medium": 3.0, "low": 1.0, "info": 0.0}
_LATE_COST, _UNNEEDED_COST = 0.5, 1.0


class _Due(msgspec.Struct, frozen=True):
    trigger: _Trigger
    deadline_turns: int
    severity: Severity
    title: str


def handed_over(talk: Conversation, context: Context) -> tuple[str, int | None]:
    """How the conversation went to a person (executed, announced_only, none), and at which turn."""
    executed = [h.announced_turn for h in talk.handovers if h.executed and h.announced_turn is not None]
    executed += [h.accepted_turn for h in talk.handovers if h.accepted_turn is not None]
    announced = [h.announced_turn for h in talk.handovers if not h.executed and h.announced_turn is not None]
    stems = _table()["_tools"]
    for number, turn in enumerate(talk.turns):
        if turn.role == "human" and talk.handled_by != "human":
            executed.append(number)
        if turn.role != "bot":
            continue
        if any(any(stem in call.name.lower() for stem in stems) and call.ok is not False for call in turn.tool_calls):
            executed.append(number)
        if _announces(turn.text, number, context):
            announced.append(number)
    if not executed and not announced and (accepted := _accepted_at_the_end(talk, context)) is not None:
        announced.append(accepted)
    if executed:
        return "executed", min([*executed, *announced])
    return ("announced_only", min(announced)) if announced else ("none", None)


def _accepted_at_the_end(talk: Conversation, context: Context) -> int | None:
    """The customer's last turn, where it asks for a person or takes up the offer of one, and the bot says no more."""
    reading = context.reading
    if not reading.customer_turns or not reading.bot_turns:
        return None
    last, offer = reading.customer_turns[-1], reading.bot_turns[-1]
    if last < offer or _STOP_MARK.search(talk.turns[last].text):
        return None
    agrees = reading.signals(offer, "handoff_offer") and reading.signals(last, "affirm")
    return last if agrees or reading.signals(last, "ask_for_human") else None


def _announces(text: str, number: int, context: Context) -> bool:
    hits = context.reading.signals(number, "handoff_announcement")
    if not hits or _only_offered(text, hits[0].end):
        return False
    return not any(hit.start <= hits[0].start for hit in context.reading.signals(number, "handoff_unavailable"))


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
        if trigger.id in {"E03", "E04", "E04b"} and _calmed(talk, context, trigger.turn):
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


def _calmed(talk: Conversation, context: Context, turn: int) -> bool:
    """Whether the customer thanks or confirms after all: an angry moment that is solved needs no person."""
    later = [n for n in context.reading.customer_turns if n > turn]
    return bool(later) and bool(
        context.reading.signals(later[-1], "thanks_satisfaction", "resolved_confirmation")
        and not context.reading.signals(later[-1], "anger_frustration", "not_resolved")
    )


def _cell(
    talk: Conversation,
    context: Context,
    *,
    should: bool,
    kind: str,
    done_at: int | None,
    late: int,
    due: _Due | None,
) -> str:
    reading = context.reading
    turn = due.trigger.turn if due is not None else -1
    if not should:
        if done_at is not None:
            return "unneeded"
        refused = reading.bot_turns and any(reading.signals(n, "bot_fallback") for n in reading.bot_turns[-1:])
        return "correct_refusal" if refused else "correct_self_service"
    if done_at is None:
        answers = [n for n in reading.bot_turns if n > turn]
        unavailable = [n for n in answers if reading.signals(n, "handoff_unavailable")]
        if unavailable:
            ways = {hit.category for n in answers for hit in reading.hits(n)} & {"deflection", "handoff_announcement"}
            told = any(any(c.isdigit() for c in talk.turns[n].text) for n in unavailable)
            if told or ways:
                return "unavailable_handled"
            return "unavailable_dropped" if _closed(talk, turn, context.policy.escalation) else "refused"
        if any(reading.signals(n, "deflection") for n in answers):
            return "deflected"
        return "missed"
    if late:
        return "correct_late"
    if kind == "announced_only":
        return "announced_not_executed"
    return "correct_on_time" if done_at > turn else "correct_early"


def _closed(talk: Conversation, turn: int, policy: EscalationPolicy) -> bool:
    """Whether the desk was closed when the customer needed a person; unknown times and empty hours mean open."""
    at = talk.turns[turn].at if 0 <= turn < len(talk.turns) and talk.turns[turn].at is not None else talk.started_at
    if at is None or not policy.opening_hours:
        return False
    local = at.astimezone(ZoneInfo(policy.timezone))
    hours = policy.opening_hours.get(_WEEKDAYS[local.weekday()])
    if hours is None:
        return True
    opens, _, closes = hours.partition("-")
    return not opens.strip() <= local.strftime("%H:%M") < closes.strip()


def _why_asked(talk: Conversation, context: Context, asked: list[_Trigger]) -> str | None:
    """Why the customer asks for a person: `failure` of the bot before, `aversion` from the start, else `preference`."""
    if not asked:
        return None
    reading, turn = context.reading, asked[0].turn
    failed = any(reading.signals(n, "bot_fallback", "handoff_unavailable") for n in reading.bot_turns if n < turn)
    unhappy = any(
        reading.signals(n, "not_resolved", "repeat_self", "anger_frustration")
        for n in reading.customer_turns
        if n <= turn
    )
    if failed or unhappy:
        return "failure"
    return "aversion" if sum(n < turn for n in reading.customer_turns) < _FIRST_TURNS else "preference"


def _cost(cell: str, due: _Due | None, late: int) -> float:
    """The severity-weighted cost of a cell. Source: the weights of docs/scorers.md."""
    if cell in {"missed", "refused", "deflected", "unavailable_dropped"}:
        return _MISSED_COST[due.severity] if due is not None else 0.0
    if cell == "correct_late":
        return _LATE_COST * late
    return _UNNEEDED_COST if cell in {"unneeded", "over_cautious"} else 0.0


def _friction(talk: Conversation, asked: list[_Trigger], done_at: int | None) -> int | None:
    if not asked or done_at is None:
        return None
    return sum(talk.turns[n].role == "bot" for n in range(asked[0].turn, done_at))


def _wrong_target(talk: Conversation, due: _Due | None, gold: Any, policy: EscalationPolicy) -> Iterator[Finding]:
    wanted = gold.target if gold is not None else None
    if wanted is None and due is not None and (rule := policy.triggers.get(due.trigger.id)):
        wanted = rule.target
    if wanted is None:
        return
    for handover in talk.handovers:
        if handover.executed and handover.target is not None and handover.target != wanted:
            yield Finding(
                rule="escalation.wrong_target",
                severity="medium",
                message=f"handed over to '{handover.target}', expected '{wanted}'",
                turn=handover.announced_turn,
                confidence="exact",
            )


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
    if cell in _SAID and due is not None:
        id_ = due.trigger.id.rstrip("b")
        inside = 0 <= due.trigger.turn < len(conversation.turns)
        missed = cell not in {"correct_late", "announced_not_executed"}
        told = _SAID[cell].format(late=late)
        yield Finding(
            rule=f"{id_}.{'late' if cell == 'correct_late' else 'announced' if not missed else 'missed'}",
            severity=due.severity if missed else "medium",
            message=f"the customer {due.title} {told}",
            turn=due.trigger.turn if inside else None,
            start=due.trigger.start,
            end=due.trigger.end,
            confidence=confidence if cell != "announced_not_executed" else "heuristic",
            # Many bots send no signal, so an announcement without one is told and not held against the bot.
            passed=cell == "announced_not_executed",
        )
    elif cell == "unneeded":
        yield Finding(
            rule="escalation.needless",
            severity="medium",
            message="handed over without need",
            turn=done_at,
            confidence=confidence,
        )


_SAID = {
    "missed": "and was not handed over",
    "refused": "and was told that nobody can be reached",
    "deflected": "and was sent to look for a way alone",
    "unavailable_dropped": "and was left when nobody was there",
    "correct_late": "and was handed over {late} bot turns late",
    "announced_not_executed": "and the hand-over was announced, but nothing shows that it was done",
}


def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.scorers", "data/triggers.yaml")
    return loaded
