"""Who speaks for the customer: scripted lines with guards and branches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evalkit.model import Case, Guard, HandOver, Line, Turn
from evalkit.text.normalise import comparable


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer has heard since its last message."""

    replies: tuple[Turn, ...] = ()
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the customer says next, after a pause."""

    turn: Turn
    pause_s: float = 0.0


class CustomerScript(Protocol):
    """One customer in one conversation: asked for its next words until it has none."""

    def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | None:
        """The next utterance, or None when the customer is done. Raises: CustomerError."""
        ...


class LinesCustomer:
    """Says the case's lines in order; optional lines wait for their guard, branches are taken when theirs holds."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._queue: list[tuple[Line, int | None]] = [(line, number) for number, line in enumerate(lines)]
        self._branches: Line | None = None

    def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | None:
        """The next line whose guard holds."""
        if self._branches is not None:
            taken = next((b for b in self._branches.branches if holds(b.when, heard)), None)
            self._branches = None
            if taken is not None:
                self._queue[:0] = [(line, None) for line in taken.lines]
        while self._queue:
            line, number = self._queue.pop(0)
            if line.when is not None and not holds(line.when, heard) and line.optional:
                continue
            if line.branches:
                self._branches = line
            return Utterance(_spoken(line, number), line.pause_s)
        return None


def holds(guard: Guard, heard: Heard) -> bool:
    """Whether everything that the guard asks is true of what was heard."""
    if guard.otherwise:
        return True
    text = comparable("\n".join(turn.text for turn in heard.replies))
    if guard.handed_over is not None and guard.handed_over != heard.handed_over:
        return False
    if guard.contains and not all(comparable(part) in text for part in guard.contains):
        return False
    return guard.regex is None or re.search(guard.regex, text, re.IGNORECASE) is not None


def customer_for(case: Case) -> CustomerScript:
    """The script of a case's customer."""
    return LinesCustomer(case.customer.lines)


def handed_over(handovers: Sequence[HandOver]) -> bool:
    """Whether a person has the conversation now."""
    return any(handover.executed for handover in handovers)


def _spoken(line: Line, number: int | None) -> Turn:
    kind = {"button": "buttons", "event": "event", "attachment": "attachment"}.get(line.sends, "text")
    reason = "branch" if number is None else f"line {number}"
    return Turn(role="customer", text=line.text, kind=kind, payload=line.payload, reason=reason)  # type: ignore[arg-type]
