"""What several scorers see in the turns of one conversation, computed once and only when asked for."""

from __future__ import annotations

from functools import cached_property

from evalkit.model import Conversation


class Reading:
    """The shared analysis of one conversation's turns."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation

    @cached_property
    def bot_turns(self) -> tuple[int, ...]:
        """Indices of the bot's turns that hold text for the customer."""
        return tuple(i for i, turn in enumerate(self.conversation.turns) if turn.role == "bot" and turn.kind != "event")

    @cached_property
    def customer_turns(self) -> tuple[int, ...]:
        """Indices of the customer's turns."""
        return tuple(i for i, turn in enumerate(self.conversation.turns) if turn.role == "customer")
