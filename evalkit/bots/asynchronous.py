"""Replies that do not come with the answer to the request: polled for, or called back to a port that we open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from evalkit.bots.endpoint import Answer, Call, Endpoint
from evalkit.bots.gathering import Inbox, Pauses
from evalkit.bots.replies import decoded
from evalkit.bots.settings import Part
from evalkit.bots.templates import compile_path, compile_url
from evalkit.errors import BotError, InfrastructureError, InputError

if TYPE_CHECKING:
    import aiohttp
    from aiohttp import web


class PollDefinition(Part, frozen=True, kw_only=True):
    """Where the reply is fetched once the request was taken; without `url`, at the `Location` of the answer."""

    url: str = ""
    take: dict[str, str] = {}
    """Names of variables for `url`, each with the JMESPath of its value in the first answer."""
    until: str = ""
    """JMESPath that is true when the reply is complete; without it, an answer other than 202 and 204 is."""
    every_s: float = 0.5


class WebhookDefinition(Part, frozen=True, kw_only=True):
    """A port that we open and the bot calls back; `session` finds the conversation in what arrives."""

    session: str = "session_id"
    listen: str = "127.0.0.1:0"
    path: str = "/evalkit"
    public_url: str = ""
    """What the bot is told as `{{ webhook_url }}` when it sees our port under another address."""
    require: dict[str, str] = {}
    """Headers that a call-back must carry, such as a shared secret."""
    end: str = ""
    """JMESPath that is true in the last message of a reply; without it, the reply ends when the bot pauses."""
    pauses: Pauses = Pauses()


class Polling:
    """Fetches replies of one bot."""

    def __init__(self, definition: PollDefinition, where: str) -> None:
        self.definition = definition
        self.take = {name: compile_path(path, f"{where}.take.{name}") for name, path in definition.take.items()}
        self._url = compile_url(definition.url, f"{where}.url", tuple(definition.take)) if definition.url else None
        self._until = compile_path(definition.until, f"{where}.until") if definition.until else None

    async def reply(
        self,
        endpoint: Endpoint,
        client: aiohttp.ClientSession,
        first: Answer,
        values: Mapping[str, Any],
        marks: Mapping[str, str],
    ) -> tuple[Any, float]:
        """The decoded body of the complete reply, and its latency. Raises: BotError, InfrastructureError."""
        url = self._where(endpoint, first, values)
        started = perf_counter() - first.latency_ms / 1000
        until = started + endpoint.definition.timeouts.total_s
        call = Call(url, headers=marks, method="GET")
        while True:
            answer = await endpoint.exchange(client, call)
            body = answer.json() if answer.raw.strip() else None
            done = self._until(body) if self._until is not None else answer.head.status not in {202, 204}
            if done:
                if body is None:
                    raise BotError("the reply that was polled for is empty")
                return body, (perf_counter() - started) * 1000
            if perf_counter() + self.definition.every_s > until:
                raise InfrastructureError("the reply was not ready in time; see poll.until and timeouts.total_s")
            await asyncio.sleep(self.definition.every_s)

    def _where(self, endpoint: Endpoint, first: Answer, values: Mapping[str, Any]) -> str:
        if self._url is None:
            location = first.head.headers.get("Location", "")
            if not location:
                raise BotError("the answer names no Location to poll; set poll.url")
            from urllib.parse import urljoin

            return endpoint.allowed(urljoin(str(values["url"]), location), "wants to be polled at")
        taken = {}
        if self.take:
            body = first.json()
            taken = {name: path(body) for name, path in self.take.items()}
            if missing := [name for name, value in taken.items() if value in (None, "")]:
                raise BotError(f"the answer holds no '{missing[0]}' where poll.take looks")
        return self._url({**values, **taken})


class Webhook:
    """A small server that gives each call-back to the conversation that it names."""

    def __init__(self, definition: WebhookDefinition, where: str, max_bytes: int) -> None:
        host, _, port = definition.listen.rpartition(":")
        if not host or not port.isdigit():
            raise InputError(f"{where}.listen: expected host:port, such as 127.0.0.1:0 for any free port")
        self.definition, self._host, self._port, self._max_bytes = definition, host, int(port), max_bytes
        self._session = compile_path(definition.session, f"{where}.session")
        self.end = compile_path(definition.end, f"{where}.end") if definition.end else None
        self._inboxes: dict[str, Inbox] = {}
        self._runner: web.AppRunner | None = None
        self._starting = asyncio.Lock()
        self.url = ""

    async def open(self) -> None:
        """Listen, once. Raises: InfrastructureError when the port is taken."""
        async with self._starting:
            if self._runner is not None:
                return
            from aiohttp import web

            app = web.Application(client_max_size=self._max_bytes)
            app.router.add_post(self.definition.path, self._called)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            try:
                await web.TCPSite(runner, self._host, self._port).start()
            except OSError as error:
                await runner.cleanup()
                raise InfrastructureError(f"the web hook cannot listen at {self.definition.listen}") from error
            self._runner = runner
            port = runner.addresses[0][1]
            self.url = self.definition.public_url or f"http://{self._host}:{port}{self.definition.path}"

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        # The next conversations may run in another event loop.
        self._starting = asyncio.Lock()

    def expect(self, session_id: str, inbox: Inbox) -> None:
        """Give call-backs that name this id to this conversation."""
        self._inboxes[session_id] = inbox

    def forget(self, inbox: Inbox) -> None:
        """The conversation is over; later call-backs for it are refused."""
        self._inboxes = {id_: other for id_, other in self._inboxes.items() if other is not inbox}

    async def _called(self, request: web.Request) -> web.Response:
        from aiohttp import web

        arrived = perf_counter()
        if any(request.headers.get(name) != value for name, value in self.definition.require.items()):
            return web.Response(status=401)
        try:
            body = decoded(await request.read(), request.content_type)
        except BotError:
            return web.Response(status=400, text="expected JSON")
        inbox = self._inboxes.get(str(self._session(body)))
        if inbox is None:
            return web.Response(status=404, text="no such conversation")
        inbox.put(body, arrived)
        return web.Response(status=204)
