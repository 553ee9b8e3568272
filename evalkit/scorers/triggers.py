"""What should send a conversation to a person: the triggers that its words pull, and the one that is due first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from evalkit.model import Conversation, EscalationGold, Severity
from evalkit.policy.sections import EscalationPolicy, TriggerRule
from evalkit.scorers.door import Context
from evalkit.scorers.reading import Reading
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import comparable

ASKED = frozenset({"E01", "E02", "E24"})
"""The customer asks for a person, once or again, or refuses to talk to an AI."""
_SOFT = frozenset({"E03", "E04", "E04b", "E05"})
"""Triggers that a later thank-you takes back."""
LEARNED = "E27"
"""The organisation's own labels speak for a person; what any other trigger says goes first."""
_COUNTED_BY_HIT = frozenset({"E03", "E20"})
_LOOPS = frozenset({"L1", "L2", "L3", "L4", "L5", "L8", "stuck"})
"""Circles that the bot walks; what only the customer repeats is no fault that a person must mend."""
_OF_PEOPLE = frozenset({
    "human", "someone", "flesh", "being", "contact_me", "behind_screen", "boss", "trade", "competent", "who_of_you",
    "care_of", "is_in", "on_duty", "thinking", "put_me", "line_up", "transfer", "transfer_me", "talk", "reach", "call",
    "call_me", "callback", "bot", "direct_line", "private",
})  # fmt: skip
"""Word classes of people, of talking and of machines: without one of them nothing asks for a person."""
_TAKEN_SO = frozenset({
    "reply handoff_announcement", "reply handoff_unavailable", "reply mentions_staff", "reply promises_contact",
    "reply deflection", "reply declines", "then a person", "then human",
})  # fmt: skip
_WEAK_SIGNS = ("not_resolved", "sentiment_negative", "anger_frustration", "complaint", "cancel_churn", "hints_human")


class Trigger(msgspec.Struct, frozen=True):
    """A trigger such as `E01`, and where it was pulled; `E04b` is the bot's own run of empty answers."""

    id: str
    turn: int
    start: int | None = None
    end: int | None = None


class Due(msgspec.Struct, frozen=True):
    """A trigger that asks for a person within so many bot turns, and how bad it is to miss it."""

    trigger: Trigger
    deadline_turns: int
    severity: Severity
    title: str


def found_triggers(talk: Conversation, context: Context, policy: EscalationPolicy) -> list[Trigger]:
    """Every trigger that the conversation pulls, by turn."""
    return sorted([*_said(talk, context, policy), *_looped(context)], key=lambda t: t.turn)


def due_triggers(
    talk: Conversation,
    context: Context,
    triggers: list[Trigger],
    gold: EscalationGold | None,
    policy: EscalationPolicy,
) -> list[Due]:
    """The triggers that ask for a person, the deciding one first; the case's gold decides alone where it speaks."""
    if gold is not None:
        return [_by_gold(context, triggers, gold, policy)] if gold.should else []
    found: dict[str, Due] = {}
    for trigger in triggers:
        spec, rule = spec_of(trigger.id), policy.triggers.get(trigger.id)
        if (rule is not None and not rule.enabled) or (rule is None and spec.get("may_answer")):
            continue
        if trigger.id in _SOFT and _calmed(context, trigger.turn):
            continue
        found.setdefault(trigger.id, _due(trigger, policy))
    return sorted(found.values(), key=lambda d: (d.trigger.id == LEARNED, d.trigger.id in _SOFT))


def weak_reason(context: Context, policy: EscalationPolicy, before: int) -> Due | None:
    """E12: something short of a trigger, before a hand-over, that makes it no needless one."""
    reading = context.reading
    for number in reading.customer_turns:
        if number < before and any(hit.category in _WEAK_SIGNS for hit in reading.hits(number)):
            return _due(Trigger("E12", number), policy)
    for number in reading.bot_turns:
        if number < before and reading.says(number, "bot_fallback", "declines"):
            return _due(Trigger("E12", reading.customer_before(number) or 0), policy)
    return None


def spec_of(id_: str) -> Mapping[str, Any]:
    """The table's own entry of a trigger; empty for an unknown one."""
    found: Mapping[str, Any] = table().get(id_, {})
    return found


def table() -> dict[str, Any]:
    """The shipped triggers by id, and `_tools`: what names of tools that hand over hold."""
    loaded: dict[str, Any] = yaml_data("evalkit.scorers", "data/triggers.yaml")
    return loaded


def _said(talk: Conversation, context: Context, policy: EscalationPolicy) -> Iterator[Trigger]:
    reading = context.reading
    counts: dict[str, int] = {}
    fallbacks = 0
    keywords = tuple(comparable(word) for word in policy.keywords)
    for number, turn in enumerate(talk.turns):
        if turn.role == "bot":
            fallbacks = fallbacks + 1 if reading.says(number, "bot_fallback") else 0
            if fallbacks == policy.failed_attempts:
                yield Trigger("E04b", number)
            continue
        if turn.role != "customer":
            continue
        pulled = False
        said = reading.plain(number).keys()
        for id_, spec in () if said.isdisjoint(_pulling()) else _spoken():
            if said.isdisjoint(spec["categories"]):
                continue
            if id_ in ASKED and reading.refutes(number, "ask_for_human"):
                continue
            hits = reading.signals(number, *spec["categories"])
            pulled = True
            # One message counts once towards "again", however many phrases it holds.
            counts[id_] = counts.get(id_, 0) + (len(hits) if id_ in _COUNTED_BY_HIT else 1)
            if counts[id_] >= spec.get("times", 1):
                yield Trigger(id_, number, hits[0].start, hits[0].end)
        if not pulled and _understood_as_request(talk, context, number):
            counts["E01"] = counts["E02"] = counts.get("E01", 0) + 1
            yield Trigger("E01", number)
            if counts["E02"] > 1:
                yield Trigger("E02", number)
        if keywords and any(word in comparable(turn.text) for word in keywords):
            yield Trigger("E26", number)


@cache
def _spoken() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """The triggers that a customer's words can pull."""
    return tuple((id_, spec) for id_, spec in table().items() if not id_.startswith("_") and spec["categories"])


@cache
def _pulling() -> frozenset[str]:
    return frozenset(category for _, spec in _spoken() for category in spec["categories"])


def _understood_as_request(talk: Conversation, context: Context, number: int) -> bool:
    """Whether a turn asks for a person by all its words, or is answered so where it speaks of people or of talking."""
    reading = context.reading
    if _about_people(reading, number) and reading.speaks_for(number, "ask_for_human"):
        return True
    if number + 1 >= len(talk.turns) or talk.turns[number + 1].role != "bot":
        return False
    if not reading.says(number, "hints_human"):
        return False
    return reading.says(number + 1, "handoff_announcement", "handoff_unavailable")


def _about_people(reading: Reading, number: int) -> bool:
    """Whether a turn speaks of people or machines, or is answered as one that does; a shape that denies it wins."""
    heard = reading.heard(number)
    if "ask_for_human" in heard.denied:
        return False
    return not heard.names.isdisjoint(_OF_PEOPLE) or not _TAKEN_SO.isdisjoint(reading.around(number))


def _looped(context: Context) -> Iterator[Trigger]:
    loops = context.scores.get("loops")
    for finding in loops.findings if loops is not None else ():
        if finding.rule.split(".")[0] in _LOOPS and finding.turn is not None:
            yield Trigger("E05", finding.turn)


def _by_gold(context: Context, triggers: list[Trigger], gold: EscalationGold, policy: EscalationPolicy) -> Due:
    first = next((t for t in triggers if gold.trigger is None or t.id.startswith(gold.trigger)), None)
    first = first or (triggers[0] if triggers else None)
    turn = first.turn if first is not None else (context.reading.customer_turns or (0,))[-1]
    id_ = gold.trigger or (first.id if first is not None else "escalation")
    place = Trigger(id_, turn, first.start if first else None, first.end if first else None)
    due = _due(place, policy)
    return due if gold.within_turns is None else msgspec.structs.replace(due, deadline_turns=gold.within_turns)


def _due(trigger: Trigger, policy: EscalationPolicy) -> Due:
    spec, rule = spec_of(trigger.id), policy.triggers.get(trigger.id)
    return Due(trigger, _deadline(spec, rule), _severity(spec, rule), spec.get("title", "must go to a person"))


def _deadline(spec: Mapping[str, Any], rule: TriggerRule | None) -> int:
    return rule.deadline_turns if rule is not None else int(spec.get("deadline_turns", 1))


def _severity(spec: Mapping[str, Any], rule: TriggerRule | None) -> Severity:
    severity: Severity = rule.severity if rule is not None else spec.get("severity", "high")
    return severity


def _calmed(context: Context, turn: int) -> bool:
    """Whether the customer thanks or confirms after all: an angry moment that is solved needs no person."""
    later = [n for n in context.reading.customer_turns if n > turn]
    return (
        bool(later)
        and context.reading.says(later[-1], "thanks_satisfaction", "resolved_confirmation")
        and not context.reading.says(later[-1], "anger_frustration", "not_resolved")
    )
