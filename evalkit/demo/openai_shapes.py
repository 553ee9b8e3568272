"""The demo bot in OpenAI's shapes: Chat Completions and Responses, whole or streamed, tool calls included."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from evalkit.demo.shop import Dialogue, Shop

if TYPE_CHECKING:
    from aiohttp import web

TRANSFER = "transfer_to_human"
Body = dict[str, Any]


def openai_routes(shop: Shop) -> list[web.RouteDef]:
    """`POST /v1/chat/completions` and `POST /v1/responses`; each request carries its whole history."""
    from aiohttp import web

    async def completions(request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        text, calls, usage = _answered(shop, _said(body.get("messages")))
        head = {"id": f"demo-{time.monotonic_ns()}", "created": int(time.time()), "model": shop.settings.release}
        tools = [{"index": n, "id": f"call_{n}", "type": "function", "function": call} for n, call in enumerate(calls)]
        if not body.get("stream"):
            message = {"role": "assistant", "content": text} | ({"tool_calls": tools} if tools else {})
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            tokens = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
            return web.json_response({**head, "object": "chat.completion", "choices": [choice], "usage": tokens})
        deltas: list[Body] = [{"content": f"{word} "} for word in text.split(" ")]
        deltas += [{"tool_calls": tools}] if tools else []
        chunks: list[Body] = [{"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if (body.get("stream_options") or {}).get("include_usage"):
            chunks.append({"choices": [], "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}})
        lines = [f"data: {_json({**head, 'object': 'chat.completion.chunk', **c})}" for c in chunks]
        return await _streamed(request, [*lines, "data: [DONE]"])

    async def responses(request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        asked = body.get("input")
        said = [asked] if isinstance(asked, str) else _said(asked)
        text, calls, usage = _answered(shop, said)
        items: list[Body] = [
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]},
            *({"type": "function_call", "call_id": f"call_{n}", **call} for n, call in enumerate(calls)),
        ]
        whole = {
            "id": f"demo-{time.monotonic_ns()}", "object": "response", "status": "completed", "output": items,
            "model": shop.settings.release, "usage": {"input_tokens": usage[0], "output_tokens": usage[1]},
        }  # fmt: skip
        if not body.get("stream"):
            return web.json_response(whole)
        events: list[Body] = [{"type": "response.output_text.delta", "delta": f"{w} "} for w in text.split(" ")]
        events += [{"type": "response.output_item.done", "item": item} for item in items]
        events.append({"type": "response.completed", "response": whole})
        return await _streamed(request, [f"event: {event['type']}\ndata: {_json(event)}" for event in events])

    return [web.post("/v1/chat/completions", completions), web.post("/v1/responses", responses)]


async def _body(request: web.Request) -> Body:
    from aiohttp import web

    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not (body.get("messages") or body.get("input")):
        raise web.HTTPBadRequest(text='{"error": "expected messages or input"}', content_type="application/json")
    return body


def _said(messages: Any) -> list[str]:
    listed = messages if isinstance(messages, list) else []
    return [str(m.get("content", "")) for m in listed if isinstance(m, dict) and m.get("role") == "user"]


def _answered(shop: Shop, said: list[str]) -> tuple[str, list[Body], tuple[int, int]]:
    """The text, the tool calls and the tokens of the answer to the last message."""
    memory = Dialogue()
    answers = [shop.answer(text, memory) for text in said] or [{"replies": [{"text": ""}]}]
    last = answers[-1]
    text = "\n".join(bubble["text"] for bubble in last["replies"])
    calls = [{"name": c["name"], "arguments": _json(c["arguments"])} for c in last.get("tool_calls", ())]
    if "handover" in last:
        calls.append({"name": TRANSFER, "arguments": _json(last["handover"])})
    return text, calls, (max(1, sum(map(len, said)) // 4), max(1, len(text) // 4))


async def _streamed(request: web.Request, events: list[str]) -> web.StreamResponse:
    from aiohttp import web

    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for event in events:
        await response.write(f"{event}\n\n".encode())
    return response


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)
