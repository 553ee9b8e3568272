"""A Rasa assistant behind its REST channel.

Source: Rasa documentation, Connectors, "Your Own Website", RestInput: `POST /webhooks/rest/webhook`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import msgspec

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.endpoint import Answer, Call
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import bubbles, merged
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.signals import HandOverOn, handover_of
from evalkit.bots.templates import compile_path
from evalkit.errors import BotError
from evalkit.model import Turn

if TYPE_CHECKING:
    import aiohttp


class RasaDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `rasa`."""

    base_url: str
    channel: str = "rest"
    token: str = ""
    """The value of Rasa's `--auth-token`."""
    handover: str = "custom.handover"
    """JMESPath into each message: true, the name of a queue, or an object."""
    ended: str = "custom.ended"
    handover_on: HandOverOn = HandOverOn(events=("handover", "handoff", "handoff.initiate"))
    """Events are the `custom.event` of a message."""


@dataclass(slots=True)
class RasaBot(NetworkBot[RasaDefinition]):
    """One assistant; build it with `RasaBot.defined`."""

    settings = RasaDefinition
    url: str
    handover: Any
    ended: Any

    @classmethod
    def built(cls, made: RasaDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        query = f"?{urlencode({'token': made.token})}" if made.token else ""
        return cls(
            definition=made,
            identity=identity,
            endpoint=reach(made, ("base_url", made.base_url)),
            url=f"{made.base_url.rstrip('/')}/webhooks/{made.channel}/webhook{query}",
            handover=compile_path(made.handover, f"{where}.handover"),
            ended=compile_path(made.ended, f"{where}.ended"),
        )

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with a sender id of its own."""
        async with self.endpoint.client() as client:
            yield RasaSession(self, client, context)


class RasaSession:
    """One sender."""

    def __init__(self, bot: RasaBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client = bot, client
        self._sender = context.conversation_id
        self._metadata = {**context.session, "language": context.language}
        self._headers = {**bot.endpoint.marks(context), "Content-Type": "application/json"}
        self._payloads: dict[str, str] = {}

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The messages of the assistant. Raises: BotError, InfrastructureError."""
        # A pressed button sends its payload, not its title.
        said = self._payloads.get(turn.text, turn.text) if turn.kind == "buttons" else turn.text
        body = {"sender": self._sender, "message": said, "metadata": self._metadata}
        call = Call(self._bot.url, msgspec.json.encode(body), self._headers)
        answer = await self._bot.endpoint.exchange(self._client, call)
        messages = answer.json()
        if not isinstance(messages, list):
            raise BotError("the answer is no list of messages; is this Rasa's REST channel?")
        replies = [reply for message in messages if (reply := self._reply(message, answer)) is not None]
        if not replies:
            raise BotError("the assistant sent no message")
        return merged(replies)

    def _reply(self, message: Any, answer: Answer) -> Reply | None:
        if not isinstance(message, dict):
            raise BotError("a message of the answer is no object")
        if message.get("recipient_id", self._sender) != self._sender:
            raise BotError("the endpoint answered with the session id of another conversation")
        titles = self._buttons(message.get("buttons"))
        custom = message.get("custom") if isinstance(message.get("custom"), dict) else None
        event = (custom or {}).get("event")
        signals = self._bot.definition.handover_on
        text = message.get("text") or message.get("image") or message.get("attachment") or ""
        texts = [text] if isinstance(text, str) and text.strip() else []
        if not texts and not titles and custom is None:
            return None
        ended = bool(self._bot.ended(message))
        return Reply(
            turns=bubbles(texts, answer.latency_ms, None, buttons=titles, payload=custom),
            handover=handover_of(self._bot.handover(message))
            or signals.signal(events=[(str(event), custom)] if event else (), ended=ended),
            ended=ended,
        )

    def _buttons(self, buttons: Any) -> tuple[str, ...]:
        shown = [b for b in buttons if isinstance(b, dict) and b.get("title")] if isinstance(buttons, list) else []
        self._payloads |= {str(b["title"]): str(b.get("payload") or b["title"]) for b in shown}
        return tuple(str(b["title"]) for b in shown)
