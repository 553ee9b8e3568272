"""`loops`: does the conversation go round? Nine kinds of loop, getting stuck, and ending in a dead end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import ClassVar

import msgspec

from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.text.normalise import comparable
from evalkit.text.tokens import words

_SAME = 0.82
_SAME_NEED = 0.7
_FEW_WORDS, _FEWEST_SAID = 4, 3
"""A shorter answer is alike to another by chance; of so few words it must be the very same."""
_KNOWN = 0.85
"""Share of a bot turn's words that its earlier turns hold, from which on it tells nothing new."""
_STUCK = _THIRD = 3
_UNNAMED = "same information"
_DIGITS, _ROOT = 3, 7
"""A word of so many digits is a datum; two words that begin with so many same letters are of one subject."""
_POLITE = frozenset({"greeting", "closing", "offer_help", "resolution_check", "ai_disclosure"})
_AUTHENTICATION = frozenset({"national_id", "password", "e_id", "login", "code"})
_NUMBERS = frozenset({"order_number", "phone", "national_id", "card", "date_of_birth", "postcode", "customer_number"})


class Loops(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails when bot or customer go round in circles, or the bot ends without an answer, a question or a next step."""

    name: ClassVar[str] = "loops"
    version: ClassVar[str] = "2"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds looped (any of L1–L9), loops (their ids), stuck, dead_end."""
        if not context.reading.bot_turns:
            return skipped(self.name, "the bot said nothing")
        findings = [finding for look in _LOOKS for finding in look(conversation, context)]
        ids = tuple(dict.fromkeys(f.rule.split(".")[0] for f in findings))
        loops = tuple(id_ for id_ in ids if id_[0] == "L")
        return Score(
            scorer=self.name,
            verdict="fail" if findings else "pass",
            value=0.0 if findings else 1.0,
            findings=tuple(findings),
            data={
                "looped": bool(loops), "loops": list(loops), "stuck": "stuck" in ids, "dead_end": "dead_end" in ids,
            },
        )  # fmt: skip


def _repeated_replies(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L1: the same answer to another customer message."""
    reading, likeness = context.reading, context.reading.likeness
    seen: list[int] = []
    for number in reading.bot_turns:
        length = len(reading.words(number))
        if length < _FEWEST_SAID or _courtesy(number, context):
            continue
        for earlier in seen:
            asked_between = any(talk.turns[n].role == "customer" for n in range(earlier, number))
            alike = likeness.equal(number, earlier) or (length >= _FEW_WORDS and likeness.same(earlier, number, _SAME))
            if asked_between and alike:
                yield Finding(
                    rule="L1.repeated",
                    severity="medium",
                    message="the bot gives the same answer again",
                    turn=number,
                    confidence="exact" if likeness.equal(number, earlier) else "heuristic",
                    data={"first_turn": earlier},
                )
                return
        seen.append(number)


def _courtesy(number: int, context: Context) -> bool:
    """Whether a turn is only a greeting, an offer of help or a goodbye, which may come again."""
    covered = sum([h.end - h.start for h in context.reading.hits(number) if h.category in _POLITE])
    return covered > 0.6 * len(context.reading.conversation.turns[number].text)


def _fallbacks(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L2: two "I do not understand" in a row."""
    run = 0
    for number in context.reading.bot_turns:
        run = run + 1 if context.reading.says(number, "bot_fallback") else 0
        if run == 2:
            message = "two answers in a row that answer nothing"
            yield Finding(rule="L2.fallbacks", severity="medium", message=message, turn=number)
            return


def _asked_again(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L3, L8: the same piece of information is asked for three times, or again after the customer gave it.

    The finding stands at the third time where there is one.
    """
    asked: dict[str, list[int]] = {}
    given: set[str] = set()
    for number in context.reading.bot_turns:
        for slot in context.reading.slots(number):
            before = asked.setdefault(slot, [])
            if any(_gives(slot, talk.turns[n].text) for at in before[-1:] for n in _answers(talk, at, number)):
                given.add(slot)
            before.append(number)
    circles = {
        slot: turns[:_THIRD][-1]
        for slot, turns in asked.items()
        if len(turns) >= _THIRD or (len(turns) > 1 and slot in given)
    }
    if not circles and (again := _told_in_vain(talk, context)) is not None:
        circles[_UNNAMED] = again
    for slot, turn in circles.items():
        rule = "L8.authentication" if slot in _AUTHENTICATION else "L3.asked_again"
        message = f"asks for the {slot.replace('_', ' ')} again"
        yield Finding(rule=rule, severity="medium", message=message, turn=turn, kind=slot)


def _told_in_vain(talk: Conversation, context: Context) -> int | None:
    """The bot's turn that asks once more, in a word of its two questions before, for what the customer wrote twice."""
    reading = context.reading
    for third in range(2, len(reading.bot_turns)):
        asks = reading.bot_turns[third - 2 : third + 1]
        told = [n for at, to in pairwise(asks) for n in _answers(talk, at, to)]
        texts = [talk.turns[n].text for n in told]
        if len(told) != 2 or any("?" in text for text in texts) or not any("?" in talk.turns[n].text for n in asks):
            continue
        if _data(reading.words(told[0])) & _data(reading.words(told[1])) and all(
            _same_subject(reading.words(asks[2]), reading.words(n)) for n in asks[:2]
        ):
            return asks[2]
    return None


def _data(said: Sequence[str]) -> frozenset[str]:
    """The numbers and codes in a message."""
    return frozenset(word for word in said if sum(map(str.isdigit, word)) >= _DIGITS)


def _same_subject(said: Sequence[str], before: Sequence[str]) -> bool:
    """Whether two turns share a long word, if only its beginning."""
    return any(word[:_ROOT] == other[:_ROOT] for word in said if len(word) >= _ROOT for other in before)


def _answers(talk: Conversation, after: int, before: int) -> list[int]:
    return [n for n in range(after + 1, before) if talk.turns[n].role == "customer"]


def _gives(slot: str, text: str) -> bool:
    if "?" in text:
        return False
    if slot == "email":
        return "@" in text
    if slot in _NUMBERS:
        return sum(c.isdigit() for c in text) >= 4
    return len(words(text)) >= 2


def _menus(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L4: the same choices once more, with nothing changed between."""
    seen: set[frozenset[str]] = set()
    for number, turn in enumerate(talk.turns):
        if turn.role != "bot" or len(turn.buttons) < 2:
            continue
        options = frozenset(map(comparable, turn.buttons))
        if options in seen:
            yield Finding(rule="L4.menu", severity="medium", message="the same menu again", turn=number)
            return
        seen.add(options)


def _deflections(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L5: the customer is sent elsewhere twice."""
    sent = [n for n in context.reading.bot_turns if context.reading.says(n, "deflection")]
    if len(sent) >= 2:
        yield Finding(rule="L5.deflected", severity="medium", message="sends the customer away twice", turn=sent[1])


def _ping_pong(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L6: handed over, and the bot is back with no person between."""
    announced: int | None = None
    for number, turn in enumerate(talk.turns):
        if turn.role == "human":
            announced = None
        elif turn.role == "bot" and context.reading.says(number, "handoff_announcement"):
            between = announced is not None and any(talk.turns[n].role == "customer" for n in range(announced, number))
            if between:
                message = "announces a hand-over again and nobody came"
                yield Finding(rule="L6.ping_pong", severity="high", message=message, turn=number)
                return
            announced = number if announced is None else announced


def _repeated_needs(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L7: the customer asks the same in two later turns, or says that they said it before."""
    reading = context.reading
    asked: list[int] = []
    for number in reading.customer_turns:
        if asked and (told := reading.signals(number, "repeat_self")):
            message = "the customer must say it again"
            yield Finding(
                rule="L7.customer_repeats",
                severity="medium",
                message=message,
                turn=number,
                start=told[0].start,
                end=told[0].end,
            )
            return
        if len(reading.words(number)) < _FEW_WORDS:
            continue
        if len(asked) > 1 and sum([reading.likeness.same(earlier, number, _SAME_NEED) for earlier in asked]) >= 2:
            message = "the customer asks the same for the third time"
            yield Finding(rule="L7.customer_repeats", severity="medium", message=message, turn=number)
            return
        asked.append(number)


def _tools(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L9: the same call three times with the same arguments, or two calls in turn, twice."""
    calls = [
        (n, call.name, comparable(str(sorted(call.arguments.items()))))
        for n, t in enumerate(talk.turns)
        for call in t.tool_calls
    ]
    keys = [(name, arguments) for _, name, arguments in calls]
    for at, key in enumerate(keys):
        same = keys[: at + 1].count(key) >= 3
        alternating = at >= 3 and keys[at] == keys[at - 2] != keys[at - 1] == keys[at - 3]
        if same or alternating:
            message = f"calls {calls[at][1]} again with the same arguments"
            yield Finding(rule="L9.tools", severity="medium", message=message, turn=calls[at][0], confidence="exact")
            return


def _stuck(talk: Conversation, context: Context) -> Iterator[Finding]:
    """Three bot turns in a row that say nothing new."""
    known: set[str] = set()
    run = 0
    for number in context.reading.bot_turns:
        turn = talk.turns[number]
        mine = {word for word in context.reading.words(number) if len(word) > 3 or word.isdigit()}
        stale = bool(mine) and bool(known) and len(mine & known) >= _KNOWN * len(mine) and not turn.tool_calls
        run = run + 1 if stale else 0
        known |= mine
        if run == _STUCK:
            message = "three answers in a row with nothing new"
            yield Finding(rule="stuck.nothing_new", severity="medium", message=message, turn=number)
            return


def _dead_end(talk: Conversation, context: Context) -> Iterator[Finding]:
    """The bot's last word is no answer, no question and no next step."""
    reading = context.reading
    number = reading.bot_turns[-1]
    turn = talk.turns[number]
    later = talk.turns[number + 1 :]
    taken = any(h.executed or h.accepted_turn is not None for h in talk.handovers)
    if taken or any(t.role == "human" for t in later) or turn.tool_calls or turn.buttons or "?" in turn.text:
        return
    hits = {hit.category for hit in reading.hits(number) if not hit.negated}
    empty = hits & {"bot_fallback", "handoff_unavailable"}
    if not empty:
        return
    forward = hits & {"handoff_announcement", "deflection", "offer_help", "resolution_check"} or "http" in turn.text
    silent = any(t.role == "customer" and words(t.text) for t in later) and not reading.says(
        max(n for n in reading.customer_turns), "thanks_satisfaction", "resolved_confirmation"
    )
    if silent or not forward:
        yield Finding(rule="dead_end.no_way_on", severity="medium", message="ends with no way on", turn=number)


_LOOKS: tuple[Callable[[Conversation, Context], Iterator[Finding]], ...] = (
    _repeated_replies, _fallbacks, _asked_again, _menus, _deflections, _ping_pong, _repeated_needs, _tools, _stuck,
    _dead_end,
)  # fmt: skip
