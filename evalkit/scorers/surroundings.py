"""What stands around a turn, by name: how the conversation opened, what was said before it and what came after."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Protocol

from evalkit.language.lexicons import Heard, Hit
from evalkit.model import Conversation
from evalkit.text.likeness import Likeness

_OPENS = frozenset({"wh", "exists"})
_TROUBLE = frozenset({"neg", "trouble"})
_COMPLAINS = ("not_resolved", "sentiment_negative", "complaint")
_OWN = (
    "claims_action", "handoff_announcement", "declines", "bot_fallback", "apology", "empathy", "handoff_unavailable",
    "resolution_check", "deflection", "promises_contact", "mentions_staff", "says_yes", "says_no", "handoff_offer",
)  # fmt: skip
_ASKED = (
    "ask_for_human", "hints_human", "anger_frustration", "not_resolved", "repeat_self", "legal_threat",
    "fraud_security", "vulnerable", "gives_up", "complaint", "thanks_satisfaction", "resolved_confirmation",
)  # fmt: skip
_AGAIN = 0.7


class Reading(Protocol):
    """What is asked of the reading of a conversation: who spoke when, and what each turn holds."""

    conversation: Conversation
    likeness: Likeness

    @property
    def customer_turns(self) -> tuple[int, ...]: ...

    @property
    def bot_turns(self) -> tuple[int, ...]: ...

    def customer_before(self, turn: int) -> int | None: ...

    def heard(self, turn: int) -> Heard: ...

    def plain(self, turn: int) -> Mapping[str, tuple[Hit, ...]]: ...

    def signals(self, turn: int, *categories: str) -> tuple[Hit, ...]: ...

    def says(self, turn: int, *categories: str) -> bool: ...


def around(reading: Reading, turn: int) -> tuple[str, ...]:
    """The signs around a turn of customer or bot, in order.

    Of a customer's: the opening, the answer before and the reply after it; of a bot's: what it answers, who goes on.
    """
    if reading.conversation.turns[turn].role == "customer":
        return (*_opening(reading, turn), *_answer_before(reading, turn), *_reply_after(reading, turn))
    asked = reading.customer_before(turn)
    before = () if asked is None else _named(reading, asked, _ASKED, "asked")
    turns = reading.conversation.turns
    return (*before, f"then {turns[turn + 1].role}" if turn + 1 < len(turns) else "ends")


def _named(reading: Reading, turn: int, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    heard = reading.plain(turn)
    return tuple([f"{what} {name}" for name in known if name in heard]) if heard else ()


def _opening(reading: Reading, turn: int) -> tuple[str, ...]:
    first = reading.customer_turns[0]
    if turn == first:
        return ("first",)
    text, seen = reading.conversation.turns[first].text, reading.heard(first)
    asks = "?" in text or not seen.names.isdisjoint(_OPENS)
    trouble = not seen.names.isdisjoint(_TROUBLE) or reading.says(first, *_COMPLAINS)
    last = ("last",) if turn == reading.customer_turns[-1] else ()
    return ("opened with a question" if asks else "opened with a report", *(("opened with trouble",) * trouble), *last)


def _answer_before(reading: Reading, turn: int) -> tuple[str, ...]:
    earlier = reading.bot_turns[: bisect_left(reading.bot_turns, turn)]
    if not earlier:
        return ()
    last = earlier[-1]
    said = _named(reading, last, _OWN, "answer")
    asks = ("answer asks",) if "?" in reading.conversation.turns[last].text else ()
    again = any([reading.likeness.alike(last, n) > _AGAIN for n in earlier[:-1]])
    return (*said, *asks, *(("answer again",) * again))


def _reply_after(reading: Reading, turn: int) -> tuple[str, ...]:
    turns = reading.conversation.turns
    if turn + 1 >= len(turns):
        return ("ends",)
    role = turns[turn + 1].role
    if role != "bot":
        return (f"then {role}",)
    said = _named(reading, turn + 1, _OWN, "reply")
    asks = ("reply asks",) if "?" in turns[turn + 1].text else ()
    human = ("then a person",) if turn + 2 < len(turns) and turns[turn + 2].role == "human" else ()
    return (*said, *asks, *human)
