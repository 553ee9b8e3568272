"""The outcome ladder: how a conversation, or one request inside it, came out."""

from __future__ import annotations

import re
from typing import NamedTuple

from evalkit.model import Conversation
from evalkit.scorers.door import Context
from evalkit.scorers.reading import REFUTED, Reading
from evalkit.text.tokens import jaccard

OUTCOMES = (
    "no_request", "resolved_confirmed", "resolved_assumed", "resolved_verified", "contained_unverified",
    "escalated_completed", "escalated_dropped", "unresolved_explicit", "abandoned", "refused_correctly",
)  # fmt: skip
"""The outcome ladder; shares over the conversations add up to 1. Source: docs/kpis.md."""
_YES = ("thanks_satisfaction", "resolved_confirmation")
_FOR, _AGAINST = ("thanks_satisfaction", "confirms_resolved"), ("not_resolved", "anger_frustration")
_NO = ("not_resolved", "anger_frustration", "repeat_self", "gives_up")
_SUBSTANTIVE_WORDS, _CONTENT_WORDS = 6, 3
_FEWEST_WORDS = 3
"""An answer may be short: "Yes, on channel 7"."""
_MISSED = frozenset({"missed", "refused", "deflected", "unavailable_dropped", "hidden"})
_BOT_LOOPS = ("L1", "L2", "L3", "L4", "L5", "L8")
_WAY_ON = re.compile(
    r"https?://|\b[\w-]+\.(?:se|dk|no|fi|de|com|org|net|eu|io|uk)\b|[\w.+-]+@[\w-]+\.\w+"
    r"|(?<!\d)\+?\d(?:[ -]?\d){5,}(?!\d)",
    re.IGNORECASE,
)
"""A link, a mail address or a telephone number: where a customer can turn."""
_SAME_REQUEST = 0.2
_REQUEST_WORDS = 3


class Outcome(NamedTuple):
    """One rung, whether the customer confirmed it, and whether silence after an answer is all that speaks for it."""

    outcome: str
    confirmed: bool
    assumed: bool


def requests_of(talk: Conversation, context: Context) -> list[tuple[int, int]]:
    """The turns [start, end) of each request: a new one starts where an answered customer asks for something else.

    A conversation is cut completely: the first request starts at its first turn, each ends where the next begins.
    """
    reading = context.reading
    starts: list[int] = []
    grams: frozenset[str] = frozenset()
    for number in reading.customer_turns:
        text = talk.turns[number].text
        mine = reading.likeness.grams(number)
        if not starts:
            if len(reading.words(number)) >= _REQUEST_WORDS or "?" in text:
                starts, grams = [0], mine
            continue
        answered = any(starts[-1] < n < number and len(reading.words(n)) >= _SUBSTANTIVE_WORDS
                       for n in reading.voice_turns)  # fmt: skip
        held = reading.says(number, *_NO, "ask_for_human")
        asks = "?" in text and len(reading.words(number)) >= _REQUEST_WORDS and not _asked_back(talk, number)
        if answered and asks and not held and jaccard(mine, grams) < _SAME_REQUEST:
            starts.append(number)
            grams = mine
    starts = starts or [0]
    ends = [*starts[1:], len(talk.turns)]
    return list(zip(starts, ends, strict=True))


def outcome_of(talk: Conversation, context: Context, span: tuple[int, int], *, verified: bool | None) -> Outcome:
    """The outcome of the turns [start, end) of a conversation."""
    mine = _Span(talk, context, span)
    unhappy = mine.unhappy()
    confirmed = not unhappy and mine.confirmed()
    outcome = _rung(mine, unhappy=unhappy, confirmed=confirmed, verified=verified)
    assumed = outcome in {"resolved_assumed", "resolved_verified", "contained_unverified"} and not confirmed
    return Outcome(outcome, confirmed, assumed)


def _rung(mine: _Span, *, unhappy: bool, confirmed: bool, verified: bool | None) -> str:
    if mine.no_request():
        return "no_request"
    replay = mine.talk.source == "replay"
    if mine.kind == "executed":
        return "escalated_completed"
    if mine.kind == "announced_only":
        # In a replay nobody waits for the person; a hand-over that was announced is as far as it can go.
        return "escalated_completed" if replay else "escalated_dropped"
    if mine.requested:
        return "escalated_dropped"
    if unhappy:
        return "unresolved_explicit"
    if confirmed:
        if verified is False:
            return "contained_unverified"
        return "resolved_verified" if verified and replay else "resolved_confirmed"
    if mine.refused_well():
        return "refused_correctly"
    if not mine.answered() or mine.left_waiting() or mine.circling():
        return "abandoned"
    if verified is False or mine.missed:
        return "contained_unverified"
    if verified:
        return "resolved_verified" if replay else "resolved_assumed"
    # In a replay nobody falls silent for a day, so nothing can be assumed.
    return "contained_unverified" if replay else "resolved_assumed"


class _Span:
    """What the outcome looks at in a part of a conversation."""

    def __init__(self, talk: Conversation, context: Context, span: tuple[int, int]) -> None:
        start, end = span
        self.talk, self.reading = talk, context.reading
        self.customer = [n for n in context.reading.customer_turns if start <= n < end]
        self.voice = [n for n in context.reading.voice_turns if start <= n < end]
        self.bot = [n for n in context.reading.bot_turns if start <= n < end]
        escalation = context.scores["escalation"].data
        at = escalation.get("handover_turn")
        self.kind = escalation.get("kind", "none") if at is not None and start <= at < end else "none"
        self.requested = any(id_ in {"E01", "E02", "E24"} and start <= turn < end
                             for id_, turn in escalation.get("triggers", ()))  # fmt: skip
        self.missed = any(cell in _MISSED and start <= turn < end for _, turn, cell in escalation.get("cells", ()))
        self.loops = [
            f for f in context.scores["loops"].findings
            if f.turn is not None and start <= f.turn < end and f.rule.split(".")[0] in _BOT_LOOPS
        ]  # fmt: skip

    def no_request(self) -> bool:
        """Whether the customer only greets, thanks or says nothing in words, and the bot takes it so."""
        polite = {"greeting", "closing", "thanks_satisfaction", "affirm", "deny"}
        for number in self.customer:
            text = self.talk.turns[number].text
            covered = sum(h.end - h.start for h in self.reading.hits(number) if h.category in polite)
            said = self.reading.words(number)
            few = len(said) < _CONTENT_WORDS and not any(c.isdigit() for c in text) and "?" not in text
            greeted = few and (_small_talk(said) or self._only_offers())
            if said and not greeted and covered < 0.7 * len(text):
                return False
        return True

    def _only_offers(self) -> bool:
        """Whether all that the bot says is a greeting or an offer of help."""
        return bool(self.bot) and all(
            {h.category for h in self.reading.hits(n)} & {"offer_help", "greeting"}
            and not self.reading.says(n, "bot_fallback")
            and len(self.reading.words(n)) <= 2 * _SUBSTANTIVE_WORDS
            for n in self.bot
        )

    def unhappy(self) -> bool:
        """Whether the customer's last words after an answer say that it did not help, and no later take it back."""
        for number in reversed(self.customer[-2:]):
            if not any(n < number for n in self.voice):
                return False
            odds = self.reading.odds(number)
            no, yes = (max([odds.get(name, 0.0) for name in names]) for names in (_AGAINST, _FOR))
            if yes > max(no, 0):
                return False
            if no > 0 and any(n < number and answers(self.reading, n) for n in self.voice):
                return True
            if self.reading.says(number, *_NO) and (no > REFUTED or self.reading.says(number, "gives_up")):
                return not self._settled_after(number)
            if self.reading.says(number, *_YES):
                return False
        return False

    def _settled_after(self, number: int) -> bool:
        """Whether an answer follows the complaint and nothing more is said: silence then speaks for neither."""
        last = number == self.customer[-1]
        later = [n for n in self.voice if n > number]
        repeats = self.reading.says(number, "repeat_self") and not self.reading.says(number, *_NO[:2], "gives_up")
        return bool(last and later and repeats and not self.loops)

    def confirmed(self) -> bool:
        """Whether the customer thanks or confirms after an answer; a last "ok" without a question counts too."""
        after = [n for n in self.customer if any(v < n for v in self.voice)]
        if any(self.reading.says(n, *_YES) for n in after[-2:]):
            return True
        last = after[-1] if after and after[-1] == self.customer[-1] else None
        if last is not None and any(self.reading.speaks_for(last, name) for name in _FOR):
            return True
        if last is None or any(v > last for v in self.voice) or "?" in self.talk.turns[last].text:
            return False
        return self.reading.says(last, "affirm", "sentiment_positive") and self.answered()

    def answered(self) -> bool:
        """Whether somebody says more than a greeting or a fallback."""
        return any(
            self.customer and n > self.customer[0]
            and answers(self.reading, n)
            for n in self.voice
        )  # fmt: skip

    def left_waiting(self) -> bool:
        """Whether somebody waits: the customer for an answer, the bot after a question, a form or a fallback."""
        if not self.bot:
            return False
        last = self.bot[-1]
        if any(n > last for n in self.customer):
            return True
        if self.reading.says(last, "bot_fallback"):
            return True
        courteous = self.reading.says(last, "resolution_check", "offer_help", "closing")
        return "?" in self.talk.turns[last].text and not courteous

    def circling(self) -> bool:
        """Whether the bot goes round until its last words."""
        if not self.bot:
            return False
        last, asked = self.bot[-1], self.reading.slots(self.bot[-1])
        return any(f.turn == last or f.kind in asked for f in self.loops)

    def refused_well(self) -> bool:
        """Whether the bot's last words say honestly that it cannot, and where the customer can turn."""
        if not self.bot or any(n > self.bot[-1] for n in self.customer):
            return False
        last = self.bot[-1]
        if not self.reading.says(last, "bot_fallback", "declines"):
            return False
        return self.reading.says(last, "deflection") or bool(_WAY_ON.search(self.talk.turns[last].text))


def answers(reading: Reading, turn: int) -> bool:
    """Whether a turn says more than a fallback, a greeting or an offer of help."""
    length = len(reading.words(turn))
    if length < _FEWEST_WORDS or reading.says(turn, "bot_fallback"):
        return False
    return length >= 2 * _SUBSTANTIVE_WORDS or not reading.says(turn, "offer_help", "greeting")


def _asked_back(talk: Conversation, number: int) -> bool:
    """Whether the turn answers a question of the bot, so that it opens nothing new."""
    return (
        number > 0 and talk.turns[number - 1].role != "customer" and talk.turns[number - 1].text.rstrip().endswith("?")
    )


def _small_talk(said: list[str]) -> bool:
    return all(word in _GREETINGS for word in said)


_GREETINGS = frozenset(
    "hej hejsan hejsa heisann hallå halloj tjena tjenare hei heisann moi moikka moro terve hello hi hiya hey hallo "
    "hallöchen moin servus god goddag guten tag morgen dag hejhej halla test ok okej okay".split()
)
