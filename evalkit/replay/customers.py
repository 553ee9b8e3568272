"""Who speaks for the customer: the door that every kind of customer stands behind, and what it hears and says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evalkit.model import Case, Ending, HandOver, Turn


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer has heard since its last message, and where the conversation stands."""

    replies: tuple[Turn, ...] = ()
    handed_over: bool = False
    authenticated: int = 0

    @property
    def text(self) -> str:
        """All bubbles of the reply, a line each."""
        return "\n".join(turn.text for turn in self.replies)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the customer says next, after a pause."""

    turn: Turn
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """The customer says no more. `diverged` tells that the bot left the way of the recorded customer."""

    why: str = "nothing left to say"
    ending: Ending = "customer_done"

    @property
    def diverged(self) -> bool:
        """Whether later expectations no longer apply."""
        return self.ending == "diverged"


class CustomerScript(Protocol):
    """One customer in one conversation: asked for its next words until it stops."""

    async def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | Stop:
        """The next utterance, or why there is none. Raises: CustomerError."""
        ...


class CustomerMaker(Protocol):
    """Makes customers of a kind that needs more than the case, such as a language model."""

    def __call__(self, case: Case, *, seed: int, trial: int) -> CustomerScript:
        """The customer of one conversation."""
        ...

    async def close(self) -> None:
        """Release what the customers shared."""
        ...


def handed_over(handovers: Sequence[HandOver]) -> bool:
    """Whether a person has the conversation now."""
    return any(handover.executed for handover in handovers)
