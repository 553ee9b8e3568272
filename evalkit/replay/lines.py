"""A scripted customer: lines in order; optional ones wait for their guard, branches are taken when theirs holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evalkit.model import Guard, Line, Turn
from evalkit.replay.customers import Heard, Stop, Utterance
from evalkit.text.normalise import comparable


class LinesCustomer:
    """Says the case's lines in order; branches stand before the lines that follow."""

    def __init__(self, lines: Sequence[Line], language: str | None = None) -> None:
        self._queue = [(line, number if line.number is None else line.number) for number, line in enumerate(lines)]
        self._language = language
        self._branches: Line | None = None

    async def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | Stop:
        """The next line whose guard holds."""
        if self._branches is not None:
            taken = next((b for b in self._branches.branches if holds(b.when, heard, self._language)), None)
            self._branches = None
            if taken is not None:
                self._queue[:0] = [(line, -1 if line.number is None else line.number) for line in taken.lines]
        while self._queue:
            line, number = self._queue.pop(0)
            if line.when is not None and line.optional and not holds(line.when, heard, self._language):
                continue
            if line.branches:
                self._branches = line
            return Utterance(spoken(line, number), line.pause_s)
        return Stop()


def holds(guard: Guard, heard: Heard, language: str | None = None) -> bool:
    """Whether everything that the guard asks is true of what was heard."""
    if guard.otherwise:
        return True
    if guard.handed_over is not None and guard.handed_over != heard.handed_over:
        return False
    if guard.authenticated is not None and heard.authenticated < guard.authenticated:
        return False
    called = {call.name for turn in heard.replies for call in turn.tool_calls}
    if guard.tool_called is not None and guard.tool_called not in called:
        return False
    return _said(guard, heard, language)


def _said(guard: Guard, heard: Heard, language: str | None) -> bool:
    if guard.asks_for is not None:
        from evalkit.language.asks import asks

        asked = asks(heard.text, language, offered(heard))
        if guard.asks_for != asked.kind and guard.asks_for not in asked.slots:
            return False
    if guard.contains:
        text = comparable(heard.text)
        if not all(comparable(part) in text for part in guard.contains):
            return False
    return guard.regex is None or re.search(guard.regex, comparable(heard.text), re.IGNORECASE) is not None


def offered(heard: Heard) -> tuple[str, ...]:
    """The buttons of the reply, the last bubble's where several have some."""
    return next((turn.buttons for turn in reversed(heard.replies) if turn.buttons), ())


def spoken(line: Line, number: int) -> Turn:
    """The customer's turn for a line."""
    kind = {"button": "buttons", "event": "event", "attachment": "attachment"}.get(line.sends, "text")
    reason = "branch" if number < 0 else f"line {number}"
    return Turn(role="customer", text=line.text, kind=kind, payload=line.payload, reason=reason)  # type: ignore[arg-type]
