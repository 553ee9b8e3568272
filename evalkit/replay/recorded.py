"""A real customer's own lines in order, as long as the bot's words still call for them.

The line that comes next was written for another bot. Where the new bot asks for something that the line does not hold,
or has already met the need, the conversation has left the record: it stops, and later expectations do not apply.
"""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.language.asks import Asks, asks
from evalkit.language.lexicons import categories
from evalkit.model import Customer, Line, Turn
from evalkit.replay.customers import Heard, Stop, Utterance
from evalkit.replay.lines import offered, spoken
from evalkit.text.normalise import comparable
from evalkit.text.tokens import words

_SIGNS = {"email": "@"}
_NUMBERED = frozenset(
    {"order_number", "customer_number", "invoice_number", "phone", "postcode", "birth_date", "date", "amount", "card",
     "national_id"}
)  # fmt: skip
_CLOSING = frozenset({"thanks_satisfaction", "resolved_confirmation", "deny"})
_BRIEF = 6


class RecordedCustomer:
    """Says the recorded lines while they fit what the bot says."""

    def __init__(self, customer: Customer, language: str | None) -> None:
        self._lines = list(customer.lines)
        self._before = _asked_before(customer, language)
        self._language = language
        self._at = 0

    async def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | Stop:
        """The next recorded line, or the stop with the divergence named."""
        if self._at >= len(self._lines):
            return Stop("the record ends here")
        line = self._lines[self._at]
        if self._at and (why := self._left(line, heard)) is not None:
            return Stop(why, "diverged")
        number = self._at if line.number is None else line.number
        self._at += 1
        return Utterance(spoken(line, number), line.pause_s)

    def _left(self, line: Line, heard: Heard) -> str | None:
        """Why the record no longer fits, None while it does."""
        if heard.handed_over:
            return "a person has the conversation, and the record goes on with the bot"
        asked = asks(heard.text, self._language, offered(heard))
        before = self._before[self._at]
        signals = categories(line.text, self._language, "customer")
        if asked.kind in {"more", "resolved"}:
            closes = bool(signals & _CLOSING) and len(words(line.text)) <= _BRIEF
            if closes or before.kind in {"more", "resolved"}:
                return None
            goes_on = before.kind == "slots" and "wish" not in before.slots
            return "the bot asks whether that was all, and the record answers another question" if goes_on else None
        if asked.slots:
            missing = [slot for slot in asked.slots if not self._holds(line.text, slot, before)]
            return f"the bot asks for {missing[0]}, which the next line does not hold" if missing else None
        if asked.kind == "confirm":
            return self._unanswered(line.text, before, signals)
        if asked.kind == "choice":
            chosen = any(comparable(o) in comparable(line.text) or comparable(line.text) in comparable(o)
                         for o in asked.options)  # fmt: skip
            return (
                None if chosen or before.kind == "choice" else "the bot offers a choice that the next line leaves open"
            )
        if before.kind == "slots" and _is_bare_detail(line.text):
            return "the next line gives a detail that the bot did not ask for"
        return None

    def _holds(self, text: str, slot: str, before: Asks) -> bool:
        if slot in before.slots:
            return True
        if slot in _SIGNS:
            return _SIGNS[slot] in text
        if slot in _NUMBERED:
            return sum(c.isdigit() for c in text) >= 3
        if slot == "name":
            later = text.split()[1:]
            return len(later) < _BRIEF and (not later or any(word[:1].isupper() for word in later))
        if slot == "address":
            return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
        return "?" not in text and len(words(text)) >= 2

    def _unanswered(self, text: str, before: Asks, signals: frozenset[str]) -> str | None:
        if before.kind == "confirm" or signals & {"affirm", "deny", "thanks_satisfaction"} or "?" in text:
            return None
        return "the bot asks for yes or no, and the next line gives neither"


def _is_bare_detail(text: str) -> bool:
    said = words(text)
    return len(said) <= 2 and any(c.isdigit() or c == "@" for c in text)


def _asked_before(customer: Customer, language: str | None) -> list[Asks]:
    """What the recorded bot or person asked right before each line."""
    asked: list[Asks] = []
    pending: list[Turn] = []
    for turn in customer.recorded:
        if turn.role == "customer":
            text = "\n".join(t.text for t in pending)
            buttons = next((t.buttons for t in reversed(pending) if t.buttons), ())
            asked.append(asks(text, language, buttons))
            pending = []
        else:
            pending.append(turn)
    asked += [Asks()] * (len(customer.lines) - len(asked))
    return asked
