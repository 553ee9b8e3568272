"""How and when a conversation went to a person: by signals, tool calls, announcements and the answers to them."""

from __future__ import annotations

import re

from evalkit.language.opening_hours import names_a_day
from evalkit.model import Conversation
from evalkit.scorers.door import Context
from evalkit.scorers.reading import Reading

_OPENING = 8
"""Characters within which a word opens a reply, behind a greeting's mark at most."""
_STOP_MARK = re.compile(r"###[A-Z_ -]+###")
"""How simulated customers say that they hang up: then the bot had no chance to hand over."""
_OF_STAFF = frozenset({
    "staff", "trade", "boss", "they_one", "human", "someone", "person_word", "send_on", "contact_you", "takes_over",
    "connecting", "pulls_in", "comes_in", "notes_it", "passes", "handed_to", "callback", "future_contact", "into_chat",
})  # fmt: skip
"""Word classes of those who take over, and of coming, calling and passing on."""
_HELPING = frozenset({"takes_over", "they_one"})
"""Of those, classes of helping and of pointing, which a bot may say of itself and of things."""
_CLOSED = frozenset({"closed", "gone_home", "on_leave"})
_LATER, _AWAY = frozenset({"later", "gone_home"}), _CLOSED | {"neg"}
_THINGS = frozenset({"card", "account"})
"""Word classes of a time to come, of nobody being there, and of what else is closed."""
_NO = ("handoff_unavailable", "declines", "deflection", "bot_fallback")


def handed_over(talk: Conversation, context: Context, tools: tuple[str, ...]) -> tuple[str, int | None]:
    """How the conversation went to a person (executed, announced_only, none), and at which turn."""
    executed = [h.announced_turn for h in talk.handovers if h.executed and h.announced_turn is not None]
    executed += [h.accepted_turn for h in talk.handovers if h.accepted_turn is not None]
    announced = [h.announced_turn for h in talk.handovers if not h.executed and h.announced_turn is not None]
    for number, turn in enumerate(talk.turns):
        if turn.role == "human" and talk.handled_by != "human":
            # Who comes right after the bot's words was announced by them.
            executed.append(number - 1 if number and talk.turns[number - 1].role == "bot" else number)
        if turn.role != "bot":
            continue
        if any(any(stem in call.name.lower() for stem in tools) and call.ok is not False for call in turn.tool_calls):
            executed.append(number)
        if _announces(talk, number, context):
            announced.append(number)
    if not executed and not announced and (accepted := _accepted_at_the_end(talk, context)) is not None:
        announced.append(accepted)
    if executed:
        return "executed", min([*executed, *announced])
    return ("announced_only", min(announced)) if announced else ("none", None)


def _announces(talk: Conversation, number: int, context: Context) -> bool:
    reading = context.reading
    if _shut(reading, number):
        return False
    if _hands_over(reading, number):
        return True
    hits = reading.signals(number, "handoff_announcement")
    if not hits and not reading.plain(number):
        # What grants a wish is said in words too.
        return False
    text = talk.turns[number].text
    together = all(not hit.phrase and hit.end - hit.start >= len(text.strip(" .!?")) for hit in hits)
    if together and not reading.says(number, "mentions_staff", "promises_contact"):
        # Words that only together speak of a hand-over need somebody to hand over to.
        return _grants(talk, number, context)
    told = [hit for hit in hits if not _only_offered(text, hit.end)]
    if not told:
        return False
    # What no phrase says is said by the whole of its words, so a "nobody is here" anywhere among them denies it.
    until = told[0].start if told[0].phrase else told[0].end
    return not any(hit.start <= until for hit in reading.signals(number, "handoff_unavailable"))


def puts_off(reading: Reading, turn: int) -> bool:
    """Whether a turn says that nobody is there now, or promises a call, and names a later time."""
    names = reading.heard(turn).names
    if names.isdisjoint(_LATER) and not reading.of(turn, names_a_day):
        return False
    return not names.isdisjoint(_AWAY) or reading.says(turn, "promises_contact")


def _shut(reading: Reading, turn: int) -> bool:
    """Whether a turn puts off because the desk is closed or the person is away; a card may be closed too."""
    names = reading.heard(turn).names
    return puts_off(reading, turn) and not names.isdisjoint(_CLOSED) and names.isdisjoint(_THINGS)


def _hands_over(reading: Reading, number: int) -> bool:
    """Whether all the words of a turn together hand over; one that names nobody or ends in a question does not."""
    if reading.conversation.turns[number].text.rstrip().endswith("?"):
        return False
    names = reading.heard(number).names
    # "I will assist you, please hold on" is the bot's own work.
    staff = _OF_STAFF - _HELPING if "i" in names else _OF_STAFF
    # What all the words weigh is asked last: few turns name somebody who could take over, or answer a wish for one.
    staffed = not names.isdisjoint(staff) or "asked ask_for_human" in reading.around(number)
    return staffed and reading.speaks_for(number, "handoff_announcement")


def _grants(talk: Conversation, number: int, context: Context) -> bool:
    """Whether the bot answers a request for a person with a yes, or says who comes or that somebody will write.

    What opens with "I am", a yes in Finnish too, grants nothing where it goes on to say that it is an AI.
    """
    reading = context.reading
    if number == 0 or talk.turns[number - 1].role != "customer":
        return False
    if not reading.means(number - 1, "ask_for_human", "ask_for_human"):
        return False
    if reading.says(number, *_NO, "ai_disclosure") or "?" in talk.turns[number].text:
        return False
    # A yes answers where it opens the reply; further on, "gern" or "sure" is a courtesy.
    agreed = any(hit.start <= _OPENING for hit in reading.signals(number, "says_yes"))
    return agreed or reading.says(number, "mentions_staff", "promises_contact")


def _only_offered(text: str, end: int) -> bool:
    """Whether the phrase stands in a question: an offer that waits for a yes is no hand-over."""
    rest = text[end:]
    stop = next((c for c in rest if c in ".!?\n"), "")
    return stop == "?"


def _accepted_at_the_end(talk: Conversation, context: Context) -> int | None:
    """The customer's last turn, where it asks for a person or takes up the offer of one, and the bot says no more."""
    reading = context.reading
    if not reading.customer_turns or not reading.bot_turns:
        return None
    last, offer = reading.customer_turns[-1], reading.bot_turns[-1]
    if last < offer or _STOP_MARK.search(talk.turns[last].text):
        return None
    agrees = reading.says(offer, "handoff_offer") and reading.says(last, "affirm")
    return last if agrees or reading.says(last, "ask_for_human") else None
