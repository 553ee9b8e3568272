"""The cells of the escalation matrix: what was done beside what was right, when, and what a mistake costs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from evalkit.model import Conversation
from evalkit.policy.sections import EscalationPolicy
from evalkit.scorers.door import Context
from evalkit.scorers.reading import Reading
from evalkit.scorers.sightings import puts_off
from evalkit.scorers.triggers import ASKED, Due
from evalkit.text.tokens import text_ngrams

CELLS = (
    "correct_on_time", "correct_late", "correct_early", "wrong_target", "announced_not_executed", "executed_no_context",
    "unavailable_handled", "unavailable_dropped", "missed", "refused", "deflected", "hidden", "unneeded", "premature",
    "over_cautious", "correct_self_service", "correct_refusal",
)  # fmt: skip
"""What was done beside what was right. Source: the escalation matrix of docs/scorers.md."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MISSED_COST = {"blocker": 100.0, "critical": 25.0, "high": 8.0, "medium": 3.0, "low": 1.0, "info": 0.0}
_LATE_COST, _UNNEEDED_COST = 0.5, 1.0
_MISSED = frozenset({"missed", "refused", "deflected", "unavailable_dropped", "hidden"})
_NEEDLESS = frozenset({"unneeded", "over_cautious", "premature"})
_HIDDEN_TURNS = 3
"""From so many bot turns after the deadline on, the way to a person counts as hidden."""
_ANSWER_WORDS = 4
_NO = frozenset({"neg", "declines", "handoff_unavailable"})
"""Word classes of a no."""
_HELD = 0.35
"""Share of the question's character n-grams that a passage must hold to count as its answer."""


def late_turns(talk: Conversation, due: Due, done_at: int) -> int:
    """Bot turns beyond the deadline: a deadline of n means by the n-th bot message after the trigger."""
    answers = [n for n in range(due.trigger.turn + 1, len(talk.turns)) if talk.turns[n].role == "bot"]
    blocks = [n for n in answers if talk.turns[n - 1].role != "bot"]
    taken = sum(1 for n in blocks if n <= done_at)
    return max(0, taken - max(1, due.deadline_turns))


def cell_of(
    talk: Conversation, context: Context, due: Due | None, *, kind: str, done_at: int | None, target: str | None
) -> str:
    """The cell of one trigger; without one, of a conversation that nothing should have sent to a person."""
    if due is None:
        return _needless(talk, context, done_at) if done_at is not None else _kept(talk, context)
    if done_at is None:
        return _unmet(talk, context, due)
    late = late_turns(talk, due, done_at)
    if late >= _HIDDEN_TURNS and due.trigger.id in ASKED:
        return "hidden"
    if late:
        return "correct_late"
    if kind == "announced_only":
        return "announced_not_executed"
    executed = [h for h in talk.handovers if h.executed]
    if target is not None and any(h.target not in {None, target} for h in executed):
        return "wrong_target"
    if any(h.packet is not None and not h.packet for h in executed):
        return "executed_no_context"
    return "correct_on_time" if done_at > due.trigger.turn else "correct_early"


def cost_of(cell: str, due: Due | None, late: int) -> float:
    """The severity-weighted cost of a cell. Source: the weights of docs/scorers.md."""
    if cell in _MISSED:
        return _MISSED_COST[due.severity] if due is not None else 0.0
    if cell == "correct_late":
        return _LATE_COST * late
    return _UNNEEDED_COST if cell in _NEEDLESS else 0.0


def closed(talk: Conversation, turn: int, policy: EscalationPolicy) -> bool:
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


def _kept(talk: Conversation, context: Context) -> str:
    reading = context.reading
    answers = [n for n in reading.bot_turns if len(reading.words(n)) >= _ANSWER_WORDS]
    refusing = [n for n in answers if reading.says(n, "bot_fallback", "declines")]
    tried = [n for n in answers if n not in refusing and not reading.says(n, "offer_help", "greeting")]
    return "correct_refusal" if refusing and not tried else "correct_self_service"


def _needless(talk: Conversation, context: Context, done_at: int) -> str:
    """Over-cautious where the knowledge base held the answer; premature where the bot did not even try."""
    reading = context.reading
    asked = reading.question_before(done_at + 1 if talk.turns[done_at].role == "customer" else done_at)
    tried = any(n < done_at and len(reading.words(n)) >= _ANSWER_WORDS for n in reading.bot_turns)
    if context.knowledge is not None and asked and not tried:
        found = context.knowledge.search(asked, k=1)
        grams = text_ngrams(asked)
        held = text_ngrams(context.knowledge.passages[found[0].passage].text) if found else frozenset()
        return "over_cautious" if len(grams & held) >= _HELD * len(grams) else "premature"
    return "unneeded"


def _unmet(talk: Conversation, context: Context, due: Due) -> str:
    reading, turn = context.reading, due.trigger.turn
    answers = [n for n in reading.bot_turns if n > turn]
    ways = {hit.category for n in answers for hit in reading.hits(n)} & {"deflection", "handoff_announcement"}
    unavailable = [n for n in answers if reading.says(n, "handoff_unavailable")]
    if unavailable:
        told = any(any(c.isdigit() for c in talk.turns[n].text) for n in unavailable)
        if told or ways:
            return "unavailable_handled"
        return "unavailable_dropped" if closed(talk, turn, context.policy.escalation) else "refused"
    if "deflection" in ways:
        return "deflected"
    return _reply_to_wish(reading, answers[:1]) if due.trigger.id in ASKED else "missed"


def _reply_to_wish(reading: Reading, replies: list[int]) -> str:
    """What a reply does with a wish for a person: names a later time, says no, or speaks of something else."""
    for number in replies:
        names = reading.heard(number).names
        if puts_off(reading, number):
            return "unavailable_handled"
        if not names.isdisjoint(_NO) or reading.says(number, "declines", "bot_fallback", "says_no"):
            return "refused"
    return "missed"
