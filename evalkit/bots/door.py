"""The door to a bot: open a session, send a turn, get 0..n turns back. Everything else is an endpoint's own affair."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from evalkit.errors import BotError
from evalkit.model import Cost, Data, HandOver, Turn


@dataclass(frozen=True, slots=True)
class SessionContext:
    """What a bot may know when a conversation opens. `conversation_id` is unique within the run."""

    conversation_id: str
    run_id: str = ""
    language: str | None = None
    channel: str = "chat"
    history: tuple[Turn, ...] = ()
    session: Data = field(default_factory=dict)
    case_id: str = ""
    trial: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a bot answered to one customer turn: bubbles in order, and the structured signals beside them."""

    turns: tuple[Turn, ...] = ()
    handover: HandOver | None = None
    ended: bool = False
    cost: Cost | None = None
    authenticated: int | None = None
    """The authentication level that the endpoint says was reached."""


class BrokenReply(BotError):
    """A reply that stopped half-way; `arrived` is kept in the record."""

    def __init__(self, message: str, arrived: Reply) -> None:
        super().__init__(message)
        self.arrived = arrived


class Session(Protocol):
    """One open conversation with a bot."""

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The bot's reply; `history` holds all turns before this one.

        Raises: BotError when the answer cannot be used, InfrastructureError when there was none.
        """
        ...


class Bot(Protocol):
    """An endpoint under test."""

    @property
    def identity(self) -> str:
        """A hash of what decides the answers on our side; a changed identity refuses a resume."""
        ...

    @property
    def concurrency(self) -> int:
        """How many conversations may be open at once."""
        ...

    def session(self, context: SessionContext) -> AbstractAsyncContextManager[Session]:
        """A new isolated conversation."""
        ...

    async def close(self) -> None:
        """Release connections and processes."""
        ...
