"""`resolution`: how the conversation came out, and whether the customer's need was met, whoever handled it."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.scorers.outcomes import OUTCOMES, answers, outcome_of, requests_of

__all__ = ["OUTCOMES", "Resolution"]


class Resolution(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pass when solved, fail when plainly not, otherwise `unsure`; the verifier is the case's gold or the KB check."""

    name: ClassVar[str] = "resolution"
    version: ClassVar[str] = "4"
    reads: ClassVar[tuple[str, ...]] = ("resolution",)
    needs: ClassVar[tuple[str, ...]] = ("correctness", "escalation", "loops")
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds outcome (one of `OUTCOMES`), solved, contained, confirmed, verified, first_substantive_ms.

        `requests` holds (turn, outcome) of each request inside the conversation, `solved_requests_rate` their share
        solved; `false_resolution` is a confirmed or assumed resolution that the verifier denies.
        """
        reading = context.reading
        if not reading.customer_turns:
            return skipped(self.name, "the customer said nothing")
        kind = context.scores["escalation"].data.get("kind", "none")
        contained = kind == "none" and conversation.handled_by == "ai"
        substantive = _substantive(conversation, context)
        verified = _verified(conversation, case, context, answered=substantive is not None)
        whole = outcome_of(conversation, context, (0, len(conversation.turns)), verified=verified)
        requests = [
            (
                start,
                outcome_of(conversation, context, (start, end), verified=_verified_in(context, start, end, verified)),
            )
            for start, end in requests_of(conversation, context)
        ]
        solved = _solved(whole.outcome, verified, human=conversation.handled_by == "human")
        each = [_solved(one.outcome, verified, human=conversation.handled_by == "human") for _, one in requests]
        known = [one for one in each if one is not None]
        findings: tuple[Finding, ...] = ()
        if solved is False and contained:
            answer_wrong = whole.outcome == "contained_unverified"
            message = "the answer does not hold" if answer_wrong else "the need was not met"
            rule, turn = f"resolution.{whole.outcome}", reading.customer_turns[-1]
            findings = (Finding(rule=rule, severity="medium", message=message, turn=turn),)
        return Score(
            scorer=self.name,
            verdict="pass" if solved else "fail" if solved is False and contained else "unsure",
            value=None if solved is None else float(solved),
            findings=findings,
            data={
                "outcome": whole.outcome,
                "solved": solved,
                "contained": contained,
                "confirmed": whole.confirmed,
                "verified": verified,
                "false_resolution": contained and verified is False and (whole.confirmed or whole.assumed),
                "first_substantive_ms": substantive,
                "requests": [[turn, one.outcome] for turn, one in requests],
                "solved_requests_rate": sum(known) / len(known) if known else None,
            },
        )


def _solved(outcome: str, verified: bool | None, *, human: bool) -> bool | None:
    if outcome in {"unresolved_explicit", "abandoned", "escalated_dropped"}:
        return False
    if outcome in {"resolved_confirmed", "resolved_assumed", "resolved_verified", "contained_unverified"}:
        return verified
    return verified if human else None


def _substantive(talk: Conversation, context: Context) -> float | None:
    """Milliseconds to the first answer that is more than a greeting or a fallback; 0 where no time is known."""
    reading = context.reading
    waited = 0.0
    for number in reading.voice_turns:
        turn = talk.turns[number]
        waited += turn.latency_ms or 0.0
        if number > reading.customer_turns[0] and answers(reading, number):
            return waited or _clock_ms(talk, reading.customer_turns[0], number)
    return None


def _clock_ms(talk: Conversation, asked: int, answered: int) -> float:
    """Milliseconds between two turns by their times, 0 where one has none."""
    start, end = talk.turns[asked].at, talk.turns[answered].at
    return max(0.0, (end - start).total_seconds() * 1000) if start is not None and end is not None else 0.0


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


def _verified_in(context: Context, start: int, end: int, whole: bool | None) -> bool | None:
    """The verifier's word on one request: what is wrong with another one does not count against it."""
    wrong = any(
        f.turn is not None and start <= f.turn < end and not f.passed
        for name in ("correctness", "loops")
        for f in context.scores[name].findings
        if context.scores[name].verdict == "fail"
    )
    return False if wrong else whole or None


def _did_something(talk: Conversation) -> bool:
    return any(call.ok is not False for turn in talk.turns for call in turn.tool_calls)
