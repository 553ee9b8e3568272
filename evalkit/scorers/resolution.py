"""`resolution`: how the conversation came out, and whether the customer's need was met, whoever handled it."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.scorers.escalation import handed_over
from evalkit.text.tokens import words

_SUBSTANTIVE_WORDS = 6
_CONTENT_WORDS = 3
_YES = ("thanks_satisfaction", "resolved_confirmation")
_NO = ("not_resolved", "anger_frustration", "repeat_self")
OUTCOMES = (
    "no_request", "resolved_confirmed", "resolved_assumed", "resolved_verified", "contained_unverified",
    "escalated_completed", "escalated_dropped", "unresolved_explicit", "abandoned", "refused_correctly",
)  # fmt: skip
"""The outcome ladder; shares over the conversations add up to 1. Source: docs/kpis.md."""


class Resolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pass when solved, fail when plainly not, otherwise `unsure`; the verifier is the case's gold or the KB check."""

    name: ClassVar[str] = "resolution"
    version: ClassVar[str] = "2"
    reads: ClassVar[tuple[str, ...]] = ("resolution",)
    needs: ClassVar[tuple[str, ...]] = ("correctness", "escalation", "loops")
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds outcome (one of `OUTCOMES`), solved, contained, confirmed, verified, first_substantive_ms."""
        reading = context.reading
        if not reading.customer_turns:
            return skipped(self.name, "the customer said nothing")
        kind, _ = handed_over(conversation, context)
        contained = kind == "none" and conversation.handled_by == "ai"
        unhappy = _unhappy(context)
        confirmed = _confirmed(context) and not unhappy
        substantive = _substantive(conversation, context)
        verified = _verified(conversation, case, context, answered=substantive is not None)
        outcome = _outcome(
            conversation, context, kind=kind, confirmed=confirmed, unhappy=unhappy, answered=substantive is not None,
            verified=verified,
        )  # fmt: skip
        solved = _solved(outcome, verified, human=conversation.handled_by == "human")
        findings: tuple[Finding, ...] = ()
        if solved is False and contained:
            answer_wrong = outcome == "contained_unverified"
            message = "the answer does not hold" if answer_wrong else "the need was not met"
            findings = (
                Finding(
                    rule=f"resolution.{outcome}", severity="medium", message=message, turn=reading.customer_turns[-1]
                ),
            )
        return Score(
            scorer=self.name,
            verdict="pass" if solved else "fail" if solved is False and contained else "unsure",
            value=None if solved is None else float(solved),
            findings=findings,
            data={
                "outcome": outcome,
                "solved": solved,
                "contained": contained,
                "confirmed": confirmed,
                "verified": verified,
                "false_resolution": contained
                and verified is False
                and outcome in {"contained_unverified"}
                and confirmed,
                "first_substantive_ms": substantive,
            },
        )


def _outcome(
    talk: Conversation,
    context: Context,
    *,
    kind: str,
    confirmed: bool,
    unhappy: bool,
    answered: bool,
    verified: bool | None,
) -> str:
    reading = context.reading
    if _no_request(talk, context):
        return "no_request"
    if kind == "executed":
        return "escalated_completed"
    refused = context.scores["escalation"].data.get("cell") in {"missed", "refused", "deflected", "unavailable_dropped"}
    if kind == "announced_only" or (refused and context.scores["escalation"].data.get("requested_human")):
        # In a replay nobody waits for the person; a hand-over that was announced is as far as it can go.
        return "escalated_completed" if kind != "none" and talk.source == "replay" else "escalated_dropped"
    if unhappy or refused:
        return "unresolved_explicit"
    if confirmed:
        if verified is False:
            return "contained_unverified"
        return "resolved_verified" if verified and talk.source == "replay" else "resolved_confirmed"
    last = reading.bot_turns[-1] if reading.bot_turns else None
    if last is None or not answered or _left_waiting(talk, context):
        return "refused_correctly" if last is not None and _refused_well(talk, context, last) else "abandoned"
    if _refused_well(talk, context, last):
        return "refused_correctly"
    if verified:
        return "resolved_verified" if talk.source == "replay" else "resolved_assumed"
    return "resolved_assumed" if verified is None and talk.source != "replay" else "contained_unverified"


def _solved(outcome: str, verified: bool | None, *, human: bool) -> bool | None:
    if outcome in {"unresolved_explicit", "abandoned", "escalated_dropped"}:
        return False
    if outcome in {"resolved_confirmed", "resolved_assumed", "resolved_verified", "contained_unverified"}:
        return verified
    return verified if human else None


def _no_request(talk: Conversation, context: Context) -> bool:
    """Whether the customer only greets, thanks or says nothing in words."""
    polite = {"greeting", "closing", "thanks_satisfaction", "affirm", "deny"}
    for number in context.reading.customer_turns:
        text = talk.turns[number].text
        covered = sum(h.end - h.start for h in context.reading.hits(number) if h.category in polite)
        said = words(text)
        few = len(said) < _CONTENT_WORDS and not any(c.isdigit() for c in text) and "?" not in text
        if said and not (few and _small_talk(said)) and covered < 0.7 * len(text):
            return False
    return True


def _small_talk(said: list[str]) -> bool:
    return all(word in _GREETINGS for word in said)


_GREETINGS = frozenset(
    "hej hejsan hallå tjena hei heisann moi moikka terve hello hi hey hallo hallöchen moin god goddag guten tag morgen "
    "dag hejhej test tack takk tak kiitos thanks danke ok okej okay".split()
)


def _unhappy(context: Context) -> bool:
    """Whether the customer's last words say that it did not help, and no later ones take it back."""
    reading = context.reading
    for number in reversed(reading.customer_turns[-2:]):
        if reading.signals(number, *_NO):
            return number != reading.customer_turns[0] or len(reading.customer_turns) == 1
        if reading.signals(number, *_YES):
            return False
    return False


def _confirmed(context: Context) -> bool:
    reading = context.reading
    answered = [n for n in reading.customer_turns if any(bot < n for bot in reading.voice_turns)]
    return any(reading.signals(n, *_YES) for n in answered[-2:])


def _left_waiting(talk: Conversation, context: Context) -> bool:
    """Whether the bot's last message waits for the customer: a question that is no courtesy, a form, a fallback."""
    reading = context.reading
    last = reading.bot_turns[-1]
    if any(n > last for n in reading.customer_turns):
        return True
    if reading.signals(last, "bot_fallback"):
        return True
    courteous = reading.signals(last, "resolution_check", "offer_help", "closing")
    return "?" in talk.turns[last].text and not courteous


def _refused_well(talk: Conversation, context: Context, last: int) -> bool:
    """Whether the bot said honestly that it cannot, and where the customer can turn."""
    if not context.reading.signals(last, "bot_fallback"):
        return False
    text = talk.turns[last].text
    return bool(context.reading.signals(last, "deflection")) or "http" in text or "www." in text


def _substantive(talk: Conversation, context: Context) -> float | None:
    """Milliseconds to the first answer that is more than a greeting or a fallback; 0 where no time is known."""
    reading = context.reading
    waited = 0.0
    for number in reading.voice_turns:
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
