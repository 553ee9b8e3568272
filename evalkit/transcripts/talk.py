"""What the user says of an export, and one conversation as the export tells it, before anything of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evalkit.model import Cost, HandledBy, HandOver, Rating, Turn


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says of a file."""

    timezone: str | None = None
    keep_notes: bool = False
    """Keep private notes as turns of kind `note`; they are dropped otherwise."""
    bots: frozenset[str] = frozenset()
    """Ids or names of authors that are bots, where the export itself does not mark them."""
    language: str | None = None
    channel: str | None = None
    mapping: Any = None
    """The parsed column mapping, for the generic importers."""


@dataclass(slots=True)
class Talk:
    """One conversation as an export tells it, with raw ids and names: it lives in memory only."""

    source_id: str
    turns: list[Turn] = field(default_factory=list)
    subject: str | None = None
    """Whatever names the customer: an e-mail address or the source's own id."""
    customers: set[str] = field(default_factory=set)
    """The customer's names and addresses, to be covered wherever they stand."""
    agents: set[str] = field(default_factory=set)
    """Names of employees, to be covered likewise."""
    channel: str = "chat"
    language: str | None = None
    intent: str | None = None
    segment: str | None = None
    consent: bool | None = None
    handled_by: HandledBy | None = None
    rating: Rating | None = None
    cost: Cost | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed: bool = False
    requested_turn: int | None = None
    outcome: str | None = None
    """How the bot's side of a hand-over ended, where the export tells it."""
    model_id: str | None = None
    prompt_id: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0


def hand_overs(talk: Talk) -> tuple[HandOver, ...]:
    """The hand-over of a conversation that a bot began and a person took on, from its turns."""
    bot = next((n for n, turn in enumerate(talk.turns) if turn.role == "bot"), None)
    person = next((n for n, turn in enumerate(talk.turns) if turn.role == "human" and turn.kind != "note"), None)
    if bot is None or (person is None and talk.requested_turn is None):
        return ()
    if person is not None and person < bot:
        return ()
    return (
        HandOver(
            requested_turn=talk.requested_turn,
            accepted_turn=person,
            accepted_at=talk.turns[person].at if person is not None else None,
            executed=person is not None,
            outcome=talk.outcome,
        ),
    )
