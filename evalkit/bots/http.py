"""A bot behind HTTP: JSON, forms or parts out; the reply at once, polled for, or called back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import msgspec

from evalkit.bots.asynchronous import PollDefinition, Polling, Webhook, WebhookDefinition
from evalkit.bots.bodies import CONTENT_TYPES, BodyFormat, check_body, encoded
from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.endpoint import Call
from evalkit.bots.gathering import Inbox, gather
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import ReplyMap
from evalkit.bots.sessions import SessionIds
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.templates import Render, compile_template, compile_url, mentions, values_of
from evalkit.errors import InputError
from evalkit.model import Turn

if TYPE_CHECKING:
    import aiohttp


class HttpDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `http`."""

    url: str
    method: str = "POST"
    body: BodyFormat = "json"
    request: Any = msgspec.field(default_factory=lambda: {"message": "{{ message }}", "session_id": "{{ session_id }}"})
    reply: dict[str, str] = msgspec.field(default_factory=lambda: {"text": "reply"})
    poll: PollDefinition | None = None
    webhook: WebhookDefinition | None = None


@dataclass(slots=True)
class HttpBot(NetworkBot[HttpDefinition]):
    """One endpoint; build it with `HttpBot.defined`."""

    settings = HttpDefinition
    url: Callable[[Mapping[str, Any]], str]
    render: Render
    replies: ReplyMap
    wants_history: bool
    polling: Polling | None = None
    webhook: Webhook | None = None
    ids: SessionIds = field(default_factory=SessionIds)

    @classmethod
    def built(cls, made: HttpDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        if made.poll is not None and made.webhook is not None:
            raise InputError(f"{where}: a reply is either polled for or called back; drop `poll` or `webhook`")
        check_body(made.request, made.body, f"{where}.request")
        polled = "" if made.poll is None else made.poll.url
        return cls(
            definition=made,
            identity=identity,
            endpoint=reach(made, ("url", made.url), *([("poll.url", polled)] if polled else [])),
            url=compile_url(made.url, f"{where}.url"),
            render=compile_template(made.request, f"{where}.request"),
            replies=ReplyMap.compiled(made.reply, f"{where}.reply", made.handover_on),
            wants_history=mentions(made.request, "history"),
            polling=None if made.poll is None else Polling(made.poll, f"{where}.poll"),
            webhook=None if made.webhook is None else Webhook(made.webhook, f"{where}.webhook", made.max_reply_bytes),
        )

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with its own cookies over the shared pool."""
        async with self.endpoint.client() as client:
            session = HttpSession(self, client, context)
            if self.webhook is None:
                yield session
                return
            await self.webhook.open()
            inbox = session.inbox = Inbox()
            try:
                yield session
            finally:
                self.webhook.forget(inbox)

    async def close(self) -> None:
        """Close the pool, and the port of a web hook."""
        if self.webhook is not None:
            await self.webhook.close()
        await self.endpoint.close()


class HttpSession:
    """One conversation with an HTTP endpoint."""

    def __init__(self, bot: HttpBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client, self._context = bot, client, context
        self._session_id = context.conversation_id
        self._marks = bot.endpoint.marks(context)
        if (content_type := CONTENT_TYPES.get(bot.definition.body)) is not None:
            self._marks["Content-Type"] = content_type
        self.inbox: Inbox | None = None

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The bot's reply. Raises: BotError, InfrastructureError."""
        bot = self._bot
        values = values_of(self._context, self._session_id, turn, history, wants_history=bot.wants_history)
        if bot.webhook is not None:
            values["webhook_url"] = bot.webhook.url
        url = bot.url(values)
        if bot.definition.method == "GET":
            call = Call(url, None, self._marks, "GET")
        else:
            call = Call(url, encoded(bot.render(values), bot.definition.body), self._marks, bot.definition.method)
        if bot.webhook is not None:
            return await self._called_back(bot.webhook, call)
        answer = await bot.endpoint.exchange(self._client, call)
        if bot.polling is not None:
            body, latency_ms = await bot.polling.reply(
                bot.endpoint, self._client, answer, {**values, "url": url}, bot.endpoint.marks(self._context)
            )
        else:
            body, latency_ms = answer.json(), answer.latency_ms
        reply = bot.replies.reply(body, latency_ms=latency_ms, first_token_ms=answer.first_ms)
        self._keep_id(body)
        return reply

    async def _called_back(self, webhook: Webhook, call: Call) -> Reply:
        inbox = self.inbox
        assert inbox is not None, "a session with a web hook has an inbox"
        webhook.expect(self._session_id, inbox)
        started = perf_counter()
        answer = await self._bot.endpoint.exchange(self._client, call)
        if answer.raw.strip() and answer.content_type == "application/json":
            self._keep_id(answer.json())
            webhook.expect(self._session_id, inbox)

        async def receive() -> tuple[Reply, bool]:
            body, at_s = await inbox.get()
            latency_ms = (at_s - started) * 1000
            reply = self._bot.replies.read(body, latency_ms=latency_ms, first_token_ms=None)
            return reply, bool(webhook.end is not None and webhook.end(body))

        return await gather(receive, webhook.definition.pauses)

    def _keep_id(self, body: Any) -> None:
        given = self._bot.replies.session_id(body)
        if given is not None:
            self._session_id = self._bot.ids.given(given, self._context.conversation_id)
