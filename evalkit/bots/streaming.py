"""A bot that streams its reply: times to the first token and to the end, and what arrived when the stream is cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import msgspec

from evalkit.bots.bodies import CONTENT_TYPES as BODY_TYPES
from evalkit.bots.bodies import BodyFormat, check_body, encoded
from evalkit.bots.door import BrokenReply, Reply, Session, SessionContext
from evalkit.bots.endpoint import Call, Endpoint, broken, network_errors, pieces
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import MAX_BUBBLES, ReplyMap, decoded, is_silent
from evalkit.bots.sessions import SessionIds
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.streams import CONTENT_TYPES, READERS, Event, StreamFormat
from evalkit.bots.templates import Render, compile_path, compile_template, compile_url, values_of
from evalkit.errors import BotError, InfrastructureError
from evalkit.model import Turn

if TYPE_CHECKING:
    import aiohttp

DONE = "[DONE]"
"""What closes many streams of events."""


class StreamDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `sse`."""

    url: str
    format: StreamFormat = "sse"
    method: str = "POST"
    body: BodyFormat = "json"
    request: Any = msgspec.field(default_factory=lambda: {"message": "{{ message }}", "session_id": "{{ session_id }}"})
    reply: dict[str, str] = msgspec.field(default_factory=lambda: {"text": "text"})
    """Where each event holds a piece of the text, and the other fields."""
    bubble: str = ""
    """JMESPath of what numbers the bubbles: another value begins another one."""
    done: str = ""
    """JMESPath that is true in the last event; a stream that ends before it was cut."""


Take = Callable[[Event], bool]
"""Takes an event and says whether it was the last."""


@dataclass(slots=True)
class StreamBot(NetworkBot[StreamDefinition]):
    """One streaming endpoint; build it with `StreamBot.defined`."""

    settings = StreamDefinition
    url: Callable[[Mapping[str, Any]], str]
    render: Render
    replies: ReplyMap
    bubble: Callable[[Any], Any] | None
    done: Callable[[Any], Any] | None
    ids: SessionIds = field(default_factory=SessionIds)

    @classmethod
    def built(cls, made: StreamDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        check_body(made.request, made.body, f"{where}.request")
        return cls(
            definition=made,
            identity=identity,
            endpoint=reach(made, ("url", made.url)),
            url=compile_url(made.url, f"{where}.url"),
            render=compile_template(made.request, f"{where}.request"),
            replies=ReplyMap.compiled(made.reply, f"{where}.reply", made.handover_on),
            bubble=compile_path(made.bubble, f"{where}.bubble") if made.bubble else None,
            done=compile_path(made.done, f"{where}.done") if made.done else None,
        )

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with its own cookies over the shared pool."""
        async with self.endpoint.client() as client:
            yield StreamSession(self, client, context)


class StreamSession:
    """One conversation with a streaming endpoint."""

    def __init__(self, bot: StreamBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client, self._context = bot, client, context
        self._session_id = context.conversation_id
        self._marks = bot.endpoint.marks(context)
        if (content_type := BODY_TYPES.get(bot.definition.body)) is not None:
            self._marks["Content-Type"] = content_type
        if bot.definition.format == "sse":
            self._marks["Accept"] = "text/event-stream"

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The bot's reply. Raises: BotError, BrokenReply with what arrived, InfrastructureError."""
        bot = self._bot
        values = values_of(self._context, self._session_id, turn, history)
        data = None if bot.definition.method == "GET" else encoded(bot.render(values), bot.definition.body)
        call = Call(bot.url(values), data, self._marks, bot.definition.method)
        pieces = _Pieces(bot)
        reply = await streamed(bot.endpoint, self._client, call, bot.definition.format, pieces, pieces.reply)
        if pieces.session_id is not None:
            self._session_id = bot.ids.given(pieces.session_id, self._context.conversation_id)
        return reply


class _Pieces:
    """What the events of one reply add up to."""

    needs_end: bool

    def __init__(self, bot: StreamBot) -> None:
        self._bot = bot
        self._bubbles: dict[Any, list[str]] = {}
        self._values: dict[str, Any] = {}
        self._plain = bot.definition.format == "text"
        self.needs_end = bot.done is not None
        self.session_id: str | None = None

    def __call__(self, event: Event) -> bool:
        if self._plain:
            self._bubbles.setdefault(None, []).append(event.data)
            return False
        if event.data.strip() == DONE:
            return True
        if not event.data.strip():
            return False
        body = decoded(event.data)
        bot = self._bot
        for name, path in bot.replies.paths.items():
            if (value := path(body)) in (None, "", [], {}):
                continue
            if name == "text":
                self._text(value, bot.bubble(body) if bot.bubble is not None else None)
            elif name == "session_id":
                self.session_id = str(value)
            elif isinstance(value, list) and isinstance(known := self._values.get(name), list):
                self._values[name] = [*known, *value]
            else:
                self._values[name] = value
        return bool(bot.done is not None and bot.done(body))

    def reply(self, latency_ms: float, first_ms: float) -> Reply:
        """The reply so far."""
        texts = [text for parts in self._bubbles.values() if (text := "".join(parts)).strip()]
        return self._bot.replies.assembled(texts, self._values, latency_ms, first_ms)

    def _text(self, value: Any, bubble: Any) -> None:
        if isinstance(value, str):
            self._bubbles.setdefault(str(bubble), []).append(value)
            if len(self._bubbles) > MAX_BUBBLES:
                raise BotError(f"the reply holds more than {MAX_BUBBLES} bubbles; that is no conversation")
        elif isinstance(value, list):
            for item in value:
                self._text(item, bubble)
        else:
            raise BotError(f"the stream's text is a {type(value).__name__}, expected a string")


async def streamed(
    endpoint: Endpoint,
    client: aiohttp.ClientSession,
    call: Call,
    format_: StreamFormat,
    take: Take,
    reply_of: Callable[[float, float], Reply],
) -> Reply:
    """The reply of a stream, read until `take` has seen the last event or the endpoint ends it.

    Raises: BotError when it is no such stream or says nothing; BrokenReply with what arrived when it is cut, goes
    silent or grows beyond the limits; InfrastructureError when there was no answer at all.
    """
    opened = await endpoint.open(client, call)
    response, started = opened.response, opened.started_s
    first_ms: float | None = None
    closed = False
    try:
        if response.content_type not in CONTENT_TYPES[format_]:
            raise BotError(f"the endpoint answered {response.content_type}, expected {CONTENT_TYPES[format_][0]}")
        reader = READERS[format_]()
        async for piece in pieces(response, endpoint.definition.max_reply_bytes):
            events = reader.feed(piece)
            if events and first_ms is None:
                first_ms = (perf_counter() - started) * 1000
            if any(take(event) for event in events):
                closed = True
                break
        else:
            closed = any(take(event) for event in reader.end()) or not getattr(take, "needs_end", False)
        if not closed:
            raise BotError("the stream ended before its last event")
        reply = reply_of((perf_counter() - started) * 1000, first_ms or 0.0)
    except (BotError, InfrastructureError) as error:
        raise _with_what_arrived(error, started, first_ms, reply_of) from error
    except network_errors() as error:
        raise _with_what_arrived(broken(error), started, first_ms, reply_of) from error
    finally:
        # A stream that is not read to its end cannot be used again.
        response.close() if not response.content.at_eof() else response.release()
    if is_silent(reply):
        raise BotError("the stream holds no text, no tool call and no signal where the reply map looks")
    return reply


def _with_what_arrived(
    cause: Exception, started: float, first_ms: float | None, reply_of: Callable[[float, float], Reply]
) -> Exception:
    if first_ms is None:
        return cause
    try:
        arrived = reply_of((perf_counter() - started) * 1000, first_ms)
    except BotError:
        arrived = Reply()
    if isinstance(cause, InfrastructureError):
        cause = BotError("the stream fell silent before its end")
    return BrokenReply(str(cause), arrived) if arrived.turns else cause
