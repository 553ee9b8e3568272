"""The demo bot as a stream of events at /chat/stream, and over a WebSocket at /ws."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evalkit.demo.shop import Dialogue, Shop

if TYPE_CHECKING:
    from aiohttp import web


def streaming_routes(shop: Shop, dialogue: Callable[[str], Dialogue]) -> list[web.RouteDef]:
    """`POST /chat/stream` and `GET /ws`; both take `message`, `session_id` and `language`."""
    from aiohttp import web

    async def stream(request: web.Request) -> web.StreamResponse:
        body = await read_json(request)
        answer = shop.answer(
            str(body.get("message", "")),
            dialogue(str(body.get("session_id") or "")),
            site_language=body.get("language"),
        )
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        bubbles = answer.pop("replies")
        for number, bubble in enumerate(bubbles):
            for word in bubble["text"].split(" "):
                await response.write(_event({"bubble": number, "text": f"{word} "}))
        await response.write(_event({**answer, "done": True}))
        return response

    async def socket(request: web.Request) -> web.StreamResponse:
        opened = web.WebSocketResponse(heartbeat=30, max_msg_size=100_000)
        await opened.prepare(request)
        async for frame in opened:
            try:
                body = json.loads(frame.data)
                message, key = str(body["message"]), str(body["session_id"])
            except (ValueError, TypeError, KeyError):
                await opened.send_json({"error": "expected message and session_id"})
                continue
            answer = shop.answer(message, dialogue(key), site_language=body.get("language"))
            bubbles = answer.pop("replies")
            await opened.send_json({"type": "typing"})
            for bubble in bubbles[:-1]:
                await opened.send_json(bubble)
            await opened.send_json({**bubbles[-1], **answer, "done": True})
        return opened

    return [web.post("/chat/stream", stream), web.get("/ws", socket)]


def _event(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


async def read_json(request: web.Request) -> dict[str, Any]:
    from aiohttp import web

    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text='{"error": "not JSON"}', content_type="application/json") from error
    return body if isinstance(body, dict) else {}
