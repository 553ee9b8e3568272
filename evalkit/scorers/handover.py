"""`handover`: does the person who takes over get what they need, is it true, and must the customer say it again?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import msgspec

from evalkit.language.detection import detect
from evalkit.model import Case, Conversation, Finding, HandOver, Score, Severity
from evalkit.personal_data import find
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.text.normalise import comparable
from evalkit.text.tokens import text_ngrams, words

_POINTS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("identity", ("identity", "verified", "authentication"), True),
    ("channel_language", ("channel", "language"), True),
    ("need", ("need", "intent", "summary", "issue"), True),
    ("expectation", ("expectation", "wish", "wants"), True),
    ("references", ("references", "order", "order_number", "case", "product"), False),
    ("facts", ("facts", "slots", "collected"), False),
    ("tried", ("tried", "said", "promises", "attempts"), True),
    ("reason", ("reason", "trigger", "failed"), True),
    ("mood", ("mood", "sentiment", "feeling"), False),
    ("urgency", ("urgency", "deadline", "priority"), False),
    ("next_step", ("next_step", "recommendation", "advice"), False),
    ("transcript", ("transcript", "link", "conversation"), True),
    ("consent", ("consent", "disclosure"), False),
)
"""The points of a packet, the keys that carry each, and whether it is critical; the fourteenth is that it is minimised.
Source: the hand-over checklist of docs/scorers.md."""
_NO_FACTS = frozenset({"transcript", "link", "conversation", "reason", "trigger"})
_LONGEST = 120
_HELD = 0.5
_NEVER = frozenset({"national_id", "card", "secret", "account", "passport"})


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails where the packet says what the conversation does not hold, carries an identity number, or is not used."""

    name: ClassVar[str] = "handover"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ("escalation",)
    needs: ClassVar[tuple[str, ...]] = ("escalation",)
    scope: ClassVar[Scope] = "conversation"

    agent_language: str | None = None

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds points (0–14, None without a packet), asked_again, seconds_to_human."""
        if context.scores["escalation"].data.get("handover_turn") is None:
            return skipped(self.name, "nothing was handed over")
        executed = [h for h in conversation.handovers if h.executed or h.packet is not None]
        packets = [h for h in executed if h.packet is not None]
        findings = list(_asked_again(conversation, context))
        points: int | None = None
        for handover in packets:
            missing = list(_missing(handover))
            findings += missing
            untrue = list(_untrue(conversation, handover))
            extra = list(_extra(handover))
            findings += [*untrue, *extra, *self._form(handover, conversation)]
            points = len(_POINTS) + 1 - len(missing) - bool(extra)
        if executed and not packets and any(turn.role == "human" for turn in conversation.turns):
            findings.append(
                Finding(
                    rule="handover.no_packet", severity="low", message="the person got no summary", passed=True,
                    turn=executed[0].announced_turn,
                )
            )  # fmt: skip
        counted = [f for f in findings if not f.passed]
        hard = [f for f in counted if f.confidence == "exact" or f.severity == "high"]
        return Score(
            scorer=self.name,
            verdict="fail" if hard else "unsure" if counted else "pass",
            value=points / (len(_POINTS) + 1) if points is not None else None,
            findings=tuple(findings),
            data={
                "points": points,
                "asked_again": any(f.rule == "handover.asked_again" for f in findings),
                "seconds_to_human": _waited(executed),
            },
        )

    def _form(self, handover: HandOver, talk: Conversation) -> Iterator[Finding]:
        said = _text(handover.packet or {})
        if len(words(said)) > _LONGEST:
            message = f"{len(words(said))} words, at most {_LONGEST}"
            yield Finding(rule="handover.long", severity="low", message=message, turn=handover.announced_turn)
        guess = detect(said).code
        if self.agent_language and guess not in {None, self.agent_language}:
            message = f"written in {guess}, the agents read {self.agent_language}"
            yield Finding(rule="handover.language", severity="medium", message=message, turn=handover.announced_turn)


def packet_schema() -> dict[str, Any]:
    """The JSON Schema of a hand-over packet."""
    return dict(_schema())


def _missing(handover: HandOver) -> Iterator[Finding]:
    packet = handover.packet or {}
    for name, keys, critical in _POINTS:
        if not any(packet.get(key) not in (None, "", [], {}) for key in keys):
            severity: Severity = "medium" if critical else "info"
            message = f"the packet lacks the {name.replace('_', ' ')}"
            yield Finding(
                rule=f"handover.missing_{name}", severity=severity, message=message, turn=handover.announced_turn,
                passed=not critical, confidence="exact",
            )  # fmt: skip


def _untrue(talk: Conversation, handover: HandOver) -> Iterator[Finding]:
    """Numbers and names of the packet that the conversation does not hold."""
    told = comparable("\n".join(turn.text for turn in talk.turns))
    results = comparable(msgspec.json.encode([c.result for t in talk.turns for c in t.tool_calls]).decode())
    digits = {"".join(filter(str.isdigit, word)) for word in f"{told} {results}".split()}
    packet = handover.packet or {}
    free = {key: value for key, value in packet.items() if key not in _NO_FACTS}
    for word in comparable(_text(free)).split():
        number = "".join(filter(str.isdigit, word))
        if len(number) >= 2 and not any(number in known for known in digits if known):
            message = "a number in the packet that stands nowhere in the conversation"
            yield Finding(
                rule="handover.unfaithful", severity="high", message=message, turn=handover.announced_turn,
                confidence="exact",
            )  # fmt: skip
            return


def _extra(handover: HandOver) -> Iterator[Finding]:
    for found in find(_text(handover.packet or {})):
        if found.family in _NEVER:
            yield Finding(
                rule="G25.handover", severity="high", message="the packet holds an identifier that nobody needs there",
                turn=handover.announced_turn, kind=found.kind, confidence="exact" if found.exact else "heuristic",
            )  # fmt: skip


def _asked_again(talk: Conversation, context: Context) -> Iterator[Finding]:
    first = next((n for n, turn in enumerate(talk.turns) if turn.role == "human"), None)
    if first is None or talk.handled_by == "human":
        return
    known = {slot for n in context.reading.bot_turns if n < first for slot in context.reading.slots(n)}
    before = [
        text_ngrams(talk.turns[n].text) for n in context.reading.bot_turns if n < first and "?" in talk.turns[n].text
    ]
    for number in range(first, len(talk.turns)):
        turn = talk.turns[number]
        if turn.role == "human" and "?" in turn.text:
            again = known & set(context.reading.slots(number))
            same = any(len(text_ngrams(turn.text) & grams) > _HELD * len(grams) for grams in before if grams)
            if again or same:
                message = "asks the customer for what was already told"
                yield Finding(rule="handover.asked_again", severity="medium", message=message, turn=number)
                return


def _waited(executed: list[HandOver]) -> float | None:
    for handover in executed:
        if handover.requested_at is not None and handover.accepted_at is not None:
            waited = (handover.accepted_at - handover.requested_at).total_seconds()
            return waited if waited >= 0 else None
    return None


def _text(packet: Mapping[str, Any]) -> str:
    return " ".join(_flat(value) for value in packet.values())


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_flat(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return " ".join(_flat(inner) for inner in value)
    return "" if value is None else str(value)


@cache
def _schema() -> Mapping[str, Any]:
    loaded: dict[str, Any] = msgspec.json.decode(
        files("evalkit.scorers").joinpath("data/handover_packet.schema.json").read_bytes()
    )
    return loaded
