"""`escalation`: should the conversation have gone to a person, did it, and in time?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from evalkit.model import Case, Confidence, Conversation, EscalationGold, Finding, Score
from evalkit.policy.sections import EscalationPolicy
from evalkit.scorers.cells import CELLS, cell_of, cost_of, late_turns
from evalkit.scorers.door import Context, Scope
from evalkit.scorers.handover_model import Learned, learned
from evalkit.scorers.sightings import handed_over
from evalkit.scorers.triggers import ASKED, LEARNED, Due, Trigger, due_triggers, found_triggers, table, weak_reason

__all__ = ["CELLS", "Escalation"]
_SURE = frozenset({"E01", "E02", "E07", "E09", "E10", "E24", "E26"})
"""Triggers whose words are plain enough to fail a conversation without the case's own gold."""
_FIRST_TURNS = 2


class Escalation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails on a missed, late or needless hand-over; decided exactly where the case says what is right."""

    name: ClassVar[str] = "escalation"
    version: ClassVar[str] = "4"
    reads: ClassVar[tuple[str, ...]] = ("escalation",)
    needs: ClassVar[tuple[str, ...]] = ("loops",)
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds the outcome: should it go to a person, did it, when, how, and what a mistake costs.

        `cell` is one of the cells of `CELLS` for the deciding trigger, `cells` holds (trigger, turn, cell) for each
        one; `kind` is executed, announced_only or none, `friction_turns` the bot turns between the first request for
        a person and the hand-over. Where the policy names a model, `learned` holds its odds and what weighs most.
        """
        policy = context.policy.escalation
        kind, done_at = handed_over(conversation, context, tuple(table()["_tools"]))
        desk = learned(context.reading, policy.learned, done_at) if policy.learned is not None else None
        triggers = found_triggers(conversation, context, policy)
        if desk is not None and desk.turn is not None:
            triggers.append(Trigger(LEARNED, desk.turn))
        gold = case.escalation if case is not None else None
        dues = due_triggers(conversation, context, triggers, gold, policy)
        if not dues and gold is None and done_at is not None and (weak := weak_reason(context, policy, done_at)):
            dues = [weak]
        due = dues[0] if dues else None
        target = _target(due, gold, policy)
        cells = [
            cell_of(conversation, context, d, kind=kind, done_at=done_at, target=target) for d in (dues or (None,))
        ]
        late = late_turns(conversation, due, done_at) if due is not None and done_at is not None else 0
        findings = [
            *_findings(conversation, cells[0], due, done_at, late, exact=gold is not None, desk=desk),
            *_wrong_target(conversation, target),
        ]
        counted = [f for f in findings if not f.passed]
        verdict = "pass" if not counted else "fail"
        sure = due is not None and due.trigger.id in _SURE
        if gold is None and counted and not sure:
            verdict = "unsure"
        asked = [t for t in triggers if t.id in ASKED]
        return Score(
            scorer=self.name,
            verdict=verdict,  # type: ignore[arg-type]
            value=1.0 if not counted else 0.0,
            findings=tuple(findings),
            data={
                "escalated": done_at is not None,
                "should_escalate": _should(due, gold, triggers, desk),
                "cell": cells[0],
                "cells": [[d.trigger.id, d.trigger.turn, cell] for d, cell in zip(dues, cells, strict=False)],
                "cost": cost_of(cells[0], due, late),
                "kind": kind,
                "handover_turn": done_at,
                "trigger": due.trigger.id if due is not None else None,
                "triggers": [[t.id, t.turn] for t in triggers],
                "late_turns": late if done_at is not None and due is not None else None,
                "requested_human": bool(asked),
                "requested_early": bool(asked) and asked[0].turn <= 1,
                "honoured": None if not asked else done_at is not None and done_at >= asked[0].turn,
                "asked_why": _why_asked(context, asked),
                "friction_turns": _friction(conversation, asked, done_at),
                **({"learned": _evidence(desk)} if desk is not None else {}),
            },
        )


def _should(due: Due | None, gold: EscalationGold | None, triggers: list[Trigger], desk: Learned | None) -> bool | None:
    """Whether a person was due; None where neither the case, a trigger nor the organisation's own labels tell."""
    if gold is not None or triggers:
        return due is not None
    # A weak reason only excuses a hand-over: beside it a model that asks for none leaves the question open.
    return False if desk is not None and due is None else None


def _evidence(desk: Learned) -> dict[str, Any]:
    return {"odds": desk.odds, "because": list(desk.because)}


def _why_asked(context: Context, asked: list[Trigger]) -> str | None:
    """Why the customer asks for a person: `failure` of the bot before, `aversion` from the start, else `preference`."""
    if not asked:
        return None
    reading, turn = context.reading, asked[0].turn
    failed = any(reading.says(n, "bot_fallback", "handoff_unavailable") for n in reading.bot_turns if n < turn)
    unhappy = any(
        reading.says(n, "not_resolved", "repeat_self", "anger_frustration") for n in reading.customer_turns if n <= turn
    )
    if failed or unhappy:
        return "failure"
    return "aversion" if sum(n < turn for n in reading.customer_turns) < _FIRST_TURNS else "preference"


def _friction(talk: Conversation, asked: list[Trigger], done_at: int | None) -> int | None:
    if not asked or done_at is None:
        return None
    return sum(talk.turns[n].role == "bot" for n in range(asked[0].turn, done_at))


def _target(due: Due | None, gold: EscalationGold | None, policy: EscalationPolicy) -> str | None:
    if gold is not None and gold.target is not None:
        return gold.target
    rule = policy.triggers.get(due.trigger.id) if due is not None else None
    return rule.target if rule is not None else None


def _wrong_target(talk: Conversation, wanted: str | None) -> Iterator[Finding]:
    for handover in talk.handovers if wanted is not None else ():
        if handover.executed and handover.target is not None and handover.target != wanted:
            yield Finding(
                rule="escalation.wrong_target",
                severity="medium",
                message=f"handed over to '{handover.target}', expected '{wanted}'",
                turn=handover.announced_turn,
                confidence="exact",
            )


def _findings(
    conversation: Conversation,
    cell: str,
    due: Due | None,
    done_at: int | None,
    late: int,
    *,
    exact: bool,
    desk: Learned | None,
) -> Iterator[Finding]:
    confidence: Confidence = "exact" if exact else "heuristic"
    if cell in _SAID and due is not None:
        rule, told = _SAID[cell]
        inside = 0 <= due.trigger.turn < len(conversation.turns)
        missed = rule == "missed"
        own = desk if due.trigger.id == LEARNED else None
        title = due.title if own is None else f"{due.title} ({', '.join(own.because)})"
        yield Finding(
            rule=f"{due.trigger.id.rstrip('b')}.{rule}",
            severity=due.severity if missed else "medium",
            message=f"the customer {title} {told.format(late=late)}",
            turn=due.trigger.turn if inside else None,
            start=due.trigger.start,
            end=due.trigger.end,
            confidence=confidence if cell != "announced_not_executed" else "heuristic",
            # Many bots send no signal, so an announcement without one is told and not held against the bot.
            passed=cell == "announced_not_executed",
            data=_evidence(own) if own is not None else {},
        )
    elif cell in _NEEDLESS:
        yield Finding(
            rule="escalation.needless", severity="medium", message=_NEEDLESS[cell], turn=done_at, confidence=confidence
        )


_NEEDLESS = {
    "unneeded": "handed over without need",
    "premature": "handed over before the bot tried",
    "over_cautious": "handed over although the knowledge base holds the answer",
}
_SAID: dict[str, tuple[str, Any]] = {
    "missed": ("missed", "and was not handed over"),
    "refused": ("missed", "and was told that nobody can be reached"),
    "deflected": ("missed", "and was sent to look for a way alone"),
    "unavailable_dropped": ("missed", "and was left when nobody was there"),
    "hidden": ("late", "and reached a person only {late} bot turns late"),
    "correct_late": ("late", "and was handed over {late} bot turns late"),
    "executed_no_context": ("no_context", "and the person who took over got an empty packet"),
    "announced_not_executed": ("announced", "and the hand-over was announced, but nothing shows that it was done"),
}
