"""Real servers on loopback for the tests of bots, and a conversation with a bot behind one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import Bot, Reply, SessionContext
from evalkit.model import Turn

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(handler: Handler, **site: Any) -> AsyncIterator[str]:
    """The address of a server whose every path is this handler's."""
    app = web.Application(client_max_size=10**8)
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, **site).start()
    try:
        yield f"{'https' if site.get('ssl_context') else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def ask(handler: Handler, *messages: str, address: str = "{}/chat", key: str = "url", **definition: Any) -> list[Reply]:
    """The replies to messages of one conversation with a bot whose `key` is the server's address."""

    async def all_of() -> list[Reply]:
        async with server(handler) as base:
            bot = build_bot("b", {"b": {**definition, key: address.format(base)}})
            return await talk(bot, *messages)

    return asyncio.run(all_of())


async def talk(bot: Bot, *messages: str | Turn, **context: Any) -> list[Reply]:
    """The replies to messages of one conversation; the bot is closed."""
    try:
        return await converse(bot, *messages, **context)
    finally:
        await bot.close()


async def converse(bot: Bot, *messages: str | Turn, **context: Any) -> list[Reply]:
    """The replies to messages of one conversation; the bot stays open."""
    known = SessionContext(**{"conversation_id": "t1", "run_id": "r1", "language": "sv", **context})
    async with bot.session(known) as session:
        history: tuple[Turn, ...] = ()
        replies = []
        for message in messages or ("Hej",):
            turn = Turn(role="customer", text=message) if isinstance(message, str) else message
            reply = await session.send(turn, history)
            history = (*history, turn, *reply.turns)
            replies.append(reply)
        return replies


def texts(reply: Reply) -> list[str]:
    """What the bubbles say."""
    return [turn.text for turn in reply.turns]


def answering(body: object, **more: Any) -> Handler:
    """A handler that always answers this JSON."""

    async def handler(_: web.Request) -> web.Response:
        return web.json_response(body, **more)

    return handler


def raw(body: bytes, **more: Any) -> Handler:
    """A handler that always answers these bytes."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body, **more)

    return handler


def streaming(
    *pieces: bytes, content_type: str = "text/event-stream", cut: bool = False, gap_s: float = 0.0
) -> Handler:
    """A handler that streams pieces, and may break the connection after them."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(gap_s)
        if cut:
            assert request.transport is not None
            request.transport.abort()
        return response

    return handler
