"""The demo bot over HTTP: its own JSON at /chat, as a stream and over a WebSocket, and OpenAI's shapes under /v1."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from evalkit import loopback
from evalkit.demo.channels import is_media, pressed, shaped
from evalkit.demo.openai_shapes import openai_routes
from evalkit.demo.shop import EVENTS, Dialogue, Shop
from evalkit.demo.streams import read_json, streaming_routes

if TYPE_CHECKING:
    from aiohttp import web

_MOST_SESSIONS = 20_000


def application(shop: Shop) -> web.Application:
    """The aiohttp application of a shop."""
    from aiohttp import web

    sessions: OrderedDict[str, Dialogue] = OrderedDict()

    def dialogue(key: str) -> Dialogue:
        found = sessions.setdefault(key, Dialogue())
        sessions.move_to_end(key)
        while len(sessions) > _MOST_SESSIONS:
            sessions.popitem(last=False)
        return found

    async def chat(request: web.Request) -> web.Response:
        body = await read_json(request)
        message, key = body.get("message"), str(body.get("session_id") or "")
        if not isinstance(message, str) or not key:
            raise web.HTTPBadRequest(
                text='{"error": "expected message and session_id"}', content_type="application/json"
            )
        memory, language, payload = dialogue(key), body.get("language"), body.get("payload")
        if message in EVENTS and isinstance(payload, dict):
            answer = shop.notify(message, payload, memory, language)
        else:
            said = pressed(body) or message
            answer = shop.answer(said, memory, site_language=language, media=is_media(body))
        return web.json_response({**shaped(answer, body.get("channel")), "session_id": key})

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"release": shop.settings.release})

    app = web.Application()
    app.add_routes(
        [
            web.post("/chat", chat),
            web.get("/health", health),
            *streaming_routes(shop, dialogue),
            *openai_routes(shop),
        ]
    )
    return app


@contextmanager
def serving(shop: Shop, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The base address of a demo bot that runs in a thread until the block ends; port 0 lets the system choose."""
    with loopback.serving(application(shop), host=host, port=port) as address:
        yield address
