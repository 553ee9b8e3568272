"""Whose session id is whose: an endpoint that answers with another conversation's id mixes customers up."""

from __future__ import annotations

from evalkit.errors import BotError


class SessionIds:
    """The ids that an endpoint gave, each to one conversation of the run."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def given(self, session_id: str, conversation_id: str) -> str:
        """The id, when it is this conversation's. Raises: BotError when another conversation was given it.

        >>> ids = SessionIds()
        >>> ids.given("s1", "a")
        's1'
        >>> ids.given("s1", "b")
        Traceback (most recent call last):
            ...
        evalkit.errors.BotError: the endpoint answered with the session id of another conversation
        """
        if self._owners.setdefault(session_id, conversation_id) != conversation_id:
            raise BotError("the endpoint answered with the session id of another conversation")
        return session_id
