"""A Bot Framework or Copilot Studio bot through Direct Line 3.0: polled by watermark, or over its stream.

Source: Bot Framework REST API, Direct Line API 3.0 (start, send, receive, end a conversation).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote

import msgspec

from evalkit.bots.activities import Activity, reply_of
from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.endpoint import Call
from evalkit.bots.gathering import Inbox, Pauses, gather
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import decoded, merged
from evalkit.bots.sessions import SessionIds
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.signals import HandOverOn
from evalkit.bots.sockets import connected, read_into
from evalkit.errors import BotError, InfrastructureError
from evalkit.model import Data, Turn

if TYPE_CHECKING:
    import aiohttp

CLOUD = "https://directline.botframework.com/v3/directline"


class DirectLineDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `directline`."""

    base_url: str = CLOUD
    """What stands before `/conversations`."""
    secret: str = ""
    token_url: str = ""
    """Where a token is fetched instead of using a secret, as Copilot Studio has it."""
    stream: Literal["auto", "websocket", "polling"] = "auto"
    poll_every_s: float = 0.25
    pauses: Pauses = Pauses(idle_s=1.5)
    end_on_expecting_input: bool = False
    """End a reply at the message whose `inputHint` is `expectingInput`, instead of waiting for a pause."""
    handover_on: HandOverOn = HandOverOn(events=("handoff.initiate", "handoff"))


@dataclass(slots=True)
class DirectLineBot(NetworkBot[DirectLineDefinition]):
    """One bot; build it with `DirectLineBot.defined`."""

    settings = DirectLineDefinition
    ids: SessionIds = field(default_factory=SessionIds)

    @classmethod
    def built(cls, made: DirectLineDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        asked = [("token_url", made.token_url)] if made.token_url else []
        return cls(made, identity, reach(made, ("base_url", made.base_url), *asked))

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation of its own, started with its first message."""
        async with self.endpoint.client(follows=True) as client:
            session = DirectLineSession(self, client, context)
            try:
                yield session
            finally:
                await session.close()


class DirectLineSession:
    """One conversation."""

    def __init__(self, bot: DirectLineBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client, self._context = bot, client, context
        self._base = bot.definition.base_url.rstrip("/")
        self._user = f"dl_{context.conversation_id}"
        self._marks = bot.endpoint.marks(context)
        self._token, self._renew_at_s = bot.definition.secret, float("inf")
        self._conversation = ""
        self._watermark: str | None = None
        self._seen: set[str] = set()
        self._values: dict[str, Any] = {}
        self._inbox: Inbox | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The bot's activities. Raises: BotError, BrokenReply with what arrived, InfrastructureError."""
        if not self._conversation:
            await self._start()
        elif monotonic() >= self._renew_at_s:
            self._took_token(await self._asked("POST", f"{self._base}/tokens/refresh", None))
        started = perf_counter()
        await self._asked("POST", f"{self._here}/activities", self._activity(turn), may_be_empty=True)

        async def receive() -> tuple[Reply, bool]:
            body, at_s = await self._frame()
            return self._read(body, max(0.0, (at_s - started) * 1000))

        return await gather(receive, self._bot.definition.pauses)

    async def close(self) -> None:
        """Close the stream."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket is not None:
            await self._socket.close()
        self._inbox = self._socket = self._reader = None

    @property
    def _here(self) -> str:
        return f"{self._base}/conversations/{quote(self._conversation, safe='')}"

    async def _start(self) -> None:
        settings = self._bot.definition
        if settings.token_url:
            self._took_token(await self._asked("GET", settings.token_url, None))
        begun = await self._asked("POST", f"{self._base}/conversations", None)
        given = begun.get("conversationId")
        if not isinstance(given, str) or not given:
            raise BotError("the endpoint started a conversation without a conversationId; is this Direct Line 3.0?")
        self._conversation = self._bot.ids.given(given, self._context.conversation_id)
        self._took_token(begun)
        address = begun.get("streamUrl")
        if settings.stream == "websocket" and not address:
            raise BotError("the endpoint offers no streamUrl; set `stream: polling`")
        if settings.stream != "polling" and isinstance(address, str) and address:
            self._socket = await connected(self._bot.endpoint, self._client, address, self._context)
            self._inbox = Inbox()
            self._reader = asyncio.create_task(read_into(self._inbox, self._socket))

    def _took_token(self, given: Data) -> None:
        if isinstance(given.get("token"), str):
            self._token = given["token"]
            lifetime = given.get("expires_in", given.get("expiresIn"))
            if isinstance(lifetime, int | float) and lifetime > 0:
                self._renew_at_s = monotonic() + lifetime * 0.8

    async def _asked(self, method: str, url: str, body: Data | None, *, may_be_empty: bool = False) -> Data:
        headers = dict(self._marks)
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else msgspec.json.encode(body)
        answer = await self._bot.endpoint.exchange(self._client, Call(url, data, headers, method))
        if may_be_empty and not answer.raw.strip():
            return {}
        found = answer.json()
        if not isinstance(found, dict):
            raise BotError("the answer is no JSON object; is this Direct Line 3.0?")
        return found

    def _activity(self, turn: Turn) -> Data:
        common = {"from": {"id": self._user, "role": "user"}, "locale": self._context.language or ""}
        if self._context.session:
            common["channelData"] = self._context.session
        if turn.kind == "event":
            return {**common, "type": "event", "name": turn.text, "value": turn.payload}
        value = self._values.get(turn.text) if turn.kind == "buttons" else None
        if value is None:
            return {**common, "type": "message", "text": turn.text}
        return {**common, "type": "message", "text": value if isinstance(value, str) else turn.text, "value": value}

    async def _frame(self) -> tuple[Data, float]:
        """The next set of activities that holds any, from the stream or by watermark."""
        while self._inbox is not None:
            try:
                frame, at_s = await self._inbox.get()
            except (BotError, InfrastructureError):
                # What a lost stream had still to say is fetched by watermark.
                await self.close()
                break
            # An empty frame only keeps the stream alive.
            if frame:
                return self._marked(decoded(frame)), at_s
        while True:
            after = "" if self._watermark is None else f"?watermark={quote(self._watermark, safe='')}"
            body = self._marked(await self._asked("GET", f"{self._here}/activities{after}", None))
            if body.get("activities"):
                return body, perf_counter()
            await asyncio.sleep(self._bot.definition.poll_every_s)

    def _marked(self, body: Any) -> Data:
        if not isinstance(body, dict):
            raise BotError("the endpoint sent something else than a set of activities")
        if body.get("watermark") not in (None, ""):
            self._watermark = str(body["watermark"])
        return body

    def _read(self, body: Data, latency_ms: float) -> tuple[Reply, bool]:
        replies, last = [], False
        settings = self._bot.definition
        for raw in body.get("activities") or ():
            activity = Activity.of(raw)
            if activity is None or activity.sender == self._user or activity.role == "user":
                continue
            if activity.id in self._seen:
                continue
            if activity.conversation not in ("", self._conversation):
                raise BotError("the endpoint answered with the session id of another conversation")
            if activity.id:
                self._seen.add(activity.id)
            self._values |= activity.values
            reply = reply_of(activity, latency_ms, settings.handover_on)
            if reply is not None:
                replies.append(reply)
                last = last or (settings.end_on_expecting_input and activity.expects_input)
        return (merged(replies) if replies else Reply()), last
