"""A bot behind a WebSocket: JSON frames both ways, several bubbles a reply, pings, a lost connection named."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, Self

import msgspec

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.gathering import Inbox, Pauses, gather
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import ReplyMap, decoded
from evalkit.bots.sessions import SessionIds
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.sockets import connected, read_into
from evalkit.bots.templates import Render, compile_path, compile_template, compile_url, values_of
from evalkit.errors import InfrastructureError
from evalkit.model import Turn

if TYPE_CHECKING:
    import aiohttp


class WebSocketDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `websocket`."""

    url: str
    open: Any = None
    """A frame that is sent when the connection opens, such as a log-in."""
    request: Any = msgspec.field(default_factory=lambda: {"message": "{{ message }}", "session_id": "{{ session_id }}"})
    reply: dict[str, str] = msgspec.field(default_factory=lambda: {"text": "text"})
    frames: Literal["json", "text"] = "json"
    end: str = ""
    """JMESPath that is true in the last frame of a reply; without it, the reply ends when the bot pauses."""
    pauses: Pauses = Pauses()
    ping_every_s: float | None = 20.0
    protocols: tuple[str, ...] = ()
    reconnects: int = 1
    """How often a connection that was lost between two turns is opened again."""


@dataclass(slots=True)
class WebSocketBot(NetworkBot[WebSocketDefinition]):
    """One endpoint, one connection a conversation; build it with `WebSocketBot.defined`."""

    settings = WebSocketDefinition
    url: Callable[[Mapping[str, Any]], str]
    opening: Render | None
    render: Render
    replies: ReplyMap
    end: Callable[[Any], Any] | None
    ids: SessionIds = field(default_factory=SessionIds)

    @classmethod
    def built(cls, made: WebSocketDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        return cls(
            definition=made,
            identity=identity,
            endpoint=reach(made, ("url", made.url), schemes=("ws", "wss")),
            url=compile_url(made.url, f"{where}.url"),
            opening=compile_template(made.open, f"{where}.open") if made.open is not None else None,
            render=compile_template(made.request, f"{where}.request"),
            replies=ReplyMap.compiled(made.reply, f"{where}.reply", made.handover_on),
            end=compile_path(made.end, f"{where}.end") if made.end else None,
        )

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation over a connection of its own, opened with its first message."""
        async with self.endpoint.client(follows=True) as client:
            session = WebSocketSession(self, client, context)
            try:
                yield session
            finally:
                await session.close()


class WebSocketSession:
    """One conversation over one connection."""

    def __init__(self, bot: WebSocketBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client, self._context = bot, client, context
        self._session_id = context.conversation_id
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._inbox = Inbox()
        self._reconnects = bot.definition.reconnects
        self._spoken = False

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The bot's reply. Raises: BotError, BrokenReply with what arrived, InfrastructureError."""
        bot = self._bot
        values = values_of(self._context, self._session_id, turn, history)
        socket = await self._opened(values)
        started = perf_counter()
        await self._write(socket, bot.render(values))
        self._spoken = True

        async def receive() -> tuple[Reply, bool]:
            frame, at_s = await self._inbox.get()
            body = frame if bot.definition.frames == "text" else decoded(frame)
            if (given := bot.replies.session_id(body)) is not None:
                self._session_id = bot.ids.given(given, self._context.conversation_id)
            # A frame that was there before we spoke belongs to this reply, but was not waited for.
            latency_ms = max(0.0, (at_s - started) * 1000)
            reply = bot.replies.read(body, latency_ms=latency_ms, first_token_ms=None)
            return reply, bool(bot.end is not None and bot.end(body))

        return await gather(receive, bot.definition.pauses)

    async def close(self) -> None:
        """Close the connection."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket is not None:
            await self._socket.close()

    async def _opened(self, values: Mapping[str, Any]) -> aiohttp.ClientWebSocketResponse:
        if self._socket is not None and not self._socket.closed and self._reader and not self._reader.done():
            return self._socket
        if self._spoken:
            if self._reconnects == 0:
                raise InfrastructureError("the endpoint closed the connection between two turns")
            self._reconnects -= 1
        await self.close()
        definition = self._bot.definition
        try:
            self._socket = await connected(
                self._bot.endpoint, self._client, self._bot.url(values), self._context,
                ping_every_s=definition.ping_every_s, protocols=definition.protocols,
            )  # fmt: skip
        except InfrastructureError as error:
            if not self._spoken:
                raise
            raise InfrastructureError(
                f"the endpoint closed the connection between two turns and refused another: {error}"
            ) from error
        self._inbox = Inbox()
        self._reader = asyncio.create_task(read_into(self._inbox, self._socket))
        if self._bot.opening is not None:
            await self._write(self._socket, self._bot.opening(values))
        return self._socket

    async def _write(self, socket: aiohttp.ClientWebSocketResponse, frame: Any) -> None:
        text = frame if isinstance(frame, str) else msgspec.json.encode(frame).decode()
        try:
            await socket.send_str(text)
        except (ConnectionError, RuntimeError) as error:
            raise InfrastructureError("the endpoint closed the connection") from error
