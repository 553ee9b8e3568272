"""`resolution`: how the conversation came out, and whether the customer's need was met, whoever handled it."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.scorers.escalation import handed_over_at
from evalkit.text.tokens import words

_SUBSTANTIVE_WORDS = 6


class Resolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pass when solved, fail when plainly not, otherwise `unsure`; the verifier is the case's gold or the KB check."""

    name: ClassVar[str] = "resolution"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ("resolution",)
    needs: ClassVar[tuple[str, ...]] = ("correctness", "escalation", "loops")
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds outcome, solved, contained, confirmed, verified, first_substantive_ms."""
        reading = context.reading
        if not reading.customer_turns:
            return skipped(self.name, "the customer said nothing")
        handed = handed_over_at(conversation, context) is not None
        contained = not handed and conversation.handled_by == "ai"
        last = reading.customer_turns[-1]
        refused = context.scores["escalation"].data.get("cell") == "missed"
        unhappy = refused or any(
            reading.signals(n, "not_resolved", "anger_frustration") for n in reading.customer_turns[-2:]
        )
        confirmed = bool(reading.signals(last, "resolved_confirmation", "thanks_satisfaction")) and not unhappy
        substantive = _substantive(conversation, context)
        verified = _verified(conversation, case, context, answered=substantive is not None)
        outcome = _outcome(contained=contained, confirmed=confirmed, unhappy=unhappy, answered=substantive is not None)
        solved: bool | None = None
        if outcome in {"confirmed", "assumed"}:
            solved = verified
        elif outcome in {"unresolved", "unanswered"}:
            solved = False
        findings: tuple[Finding, ...] = ()
        if solved is False:
            message = "the need was not met" if outcome in {"unresolved", "unanswered"} else "the answer does not hold"
            findings = (Finding(rule=f"resolution.{outcome}", severity="medium", message=message, turn=last),)
        return Score(
            scorer=self.name,
            verdict="pass" if solved else "fail" if solved is False and contained else "unsure",
            value=None if solved is None else float(solved),
            findings=findings if contained else (),
            data={
                "outcome": outcome,
                "solved": solved,
                "contained": contained,
                "confirmed": confirmed,
                "verified": verified,
                "first_substantive_ms": substantive,
            },
        )


def _outcome(*, contained: bool, confirmed: bool, unhappy: bool, answered: bool) -> str:
    if not contained:
        return "handed_over"
    if unhappy:
        return "unresolved"
    if not answered:
        return "unanswered"
    return "confirmed" if confirmed else "assumed"


def _substantive(talk: Conversation, context: Context) -> float | None:
    """Milliseconds to the first answer that is more than a greeting or a fallback; 0 where no time is known."""
    reading = context.reading
    waited = 0.0
    for number in reading.bot_turns:
        turn = talk.turns[number]
        waited += turn.latency_ms or 0.0
        empty = reading.signals(number, "bot_fallback", "offer_help") and len(words(turn.text)) < 3 * _SUBSTANTIVE_WORDS
        if number > reading.customer_turns[0] and len(words(turn.text)) >= _SUBSTANTIVE_WORDS and not empty:
            return waited
    return None


def _verified(talk: Conversation, case: Case | None, context: Context, *, answered: bool) -> bool | None:
    correctness = context.scores["correctness"]
    if correctness.verdict == "fail" or context.scores["loops"].verdict == "fail":
        return False
    if not answered:
        return False
    if correctness.data.get("false_fallback"):
        return False
    if case is not None and case.required_facts:
        return correctness.verdict == "pass" or not any(
            f.rule == "correctness.missing_fact" for f in correctness.findings
        )
    if talk.failure is not None or correctness.verdict == "error":
        return None
    return True if correctness.verdict == "pass" or _did_something(talk) else None


def _did_something(talk: Conversation) -> bool:
    return any(call.ok is not False for turn in talk.turns for call in turn.tool_calls)
