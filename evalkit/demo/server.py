"""The demo bot over HTTP: its own JSON at /chat, and OpenAI-compatible chat completions with streaming."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from evalkit import loopback
from evalkit.demo.shop import Dialogue, Shop

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
        body = await _json(request)
        message, key = body.get("message"), str(body.get("session_id") or "")
        if not isinstance(message, str) or not key:
            raise web.HTTPBadRequest(
                text='{"error": "expected message and session_id"}', content_type="application/json"
            )
        return web.json_response(
            {**shop.answer(message, dialogue(key), site_language=body.get("language")), "session_id": key}
        )

    async def completions(request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        said = [str(m.get("content", "")) for m in body.get("messages", ()) if m.get("role") == "user"]
        if not said:
            raise web.HTTPBadRequest(text='{"error": "expected messages"}', content_type="application/json")
        memory = Dialogue()
        answers = [shop.answer(text, memory) for text in said]
        text = "\n".join(bubble["text"] for bubble in answers[-1]["replies"])
        stamp = {"id": f"demo-{time.monotonic_ns()}", "created": int(time.time()), "model": shop.settings.release}
        if not body.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            usage = {"prompt_tokens": sum(map(len, said)) // 4, "completion_tokens": len(text) // 4}
            return web.json_response({**stamp, "object": "chat.completion", "choices": [choice], "usage": usage})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in [*text.split(" "), None]:
            delta = {} if piece is None else {"content": f"{piece} "}
            choice = {"index": 0, "delta": delta, "finish_reason": None if piece is not None else "stop"}
            data = json.dumps({**stamp, "object": "chat.completion.chunk", "choices": [choice]}, ensure_ascii=False)
            await response.write(f"data: {data}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"release": shop.settings.release})

    app = web.Application()
    app.add_routes([web.post("/chat", chat), web.post("/v1/chat/completions", completions), web.get("/health", health)])
    return app


async def _json(request: web.Request) -> dict[str, Any]:
    from aiohttp import web

    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text='{"error": "not JSON"}', content_type="application/json") from error
    return body if isinstance(body, dict) else {}


@contextmanager
def serving(shop: Shop, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The base address of a demo bot that runs in a thread until the block ends; port 0 lets the system choose."""
    with loopback.serving(application(shop), host=host, port=port) as address:
        yield address
