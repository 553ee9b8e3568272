"""One server a kind that speaks its protocol: what it was told, and what it is to answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from evalkit.bots.definitions import build_bot
from tests.bots.serving import Handler

PAUSES = {"first_s": 4.0, "idle_s": 0.3, "total_s": 8.0}
MAP = {"text": "replies", "session_id": "sid", "handover": "handover", "tool_calls": "tools", "event": "event",
       "ended": "ended"}  # fmt: skip
REQUEST = {"message": "{{ message }}", "session_id": "{{ session_id }}", "history": "{{ history }}"}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "http": {"url": "{}/chat", "request": REQUEST, "reply": MAP},
    "sse": {"url": "{}/chat", "request": REQUEST, "reply": MAP, "bubble": "n"},
    "websocket": {"url": "{ws}/ws", "request": REQUEST, "reply": MAP, "end": "last", "pauses": PAUSES},
    "openai": {"base_url": "{}/v1", "model": "m"},
    "openai streamed": {"base_url": "{}/v1", "model": "m", "stream": True},
    "openai responses": {"base_url": "{}/v1", "model": "m", "shape": "responses"},
    "rasa": {"base_url": "{}"},
    "directline": {"base_url": "{}/v3/directline", "secret": "s", "poll_every_s": 0.02, "pauses": PAUSES,
                   "end_on_expecting_input": True},
    "dialogflow_cx": {"base_url": "{}", "agent": "projects/p/locations/l/agents/a"},
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a bot is to answer."""

    texts: Sequence[str] = ()
    session: str | None = None
    field: Any = None
    tool: tuple[str, dict[str, Any]] | None = None
    event: tuple[str, dict[str, Any]] | None = None
    ended: bool = False


@dataclass
class Speaker:
    """A server of one kind; `answer` gets the customer's words and the session id that came with them."""

    kind: str
    answer: Callable[[str, str], Said]
    heard: list[tuple[str, str, Any]] = field(default_factory=list)
    """Session id, words, history."""
    headers: list[Any] = field(default_factory=list)
    log: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def bot(self, base: str, **more: Any) -> Any:
        """The bot of this kind behind the server's address."""
        places = {"{}": base, "{ws}": base.replace("http", "ws")}
        filled = dict(DEFINITIONS[self.kind])
        for key, value in filled.items():
            if isinstance(value, str):
                for mark, place in places.items():
                    value = value.replace(mark, place)
                filled[key] = value
        return build_bot("b", {"b": {"kind": self.kind.split()[0], "retries": 2, **filled, **more}})

    def said(self, session: str, words: str, history: Any = None) -> Said:
        self.heard.append((session, words, history))
        return self.answer(words, session)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer in the protocol of the kind."""
        self.headers.append(request.headers)
        protocols: dict[str, Handler] = {
            "http": self._http, "sse": self._sse, "websocket": self._websocket, "openai": self._chat,
            "openai streamed": self._chat, "openai responses": self._responses, "rasa": self._rasa,
            "directline": self._directline, "dialogflow_cx": self._dialogflow,
        }  # fmt: skip
        return await protocols[self.kind](request)

    async def _http(self, request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response(_mapped(self.said(body["session_id"], body["message"], body["history"])))

    async def _sse(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        whole = _mapped(self.said(body["session_id"], body["message"], body["history"]))
        texts = whole.pop("replies")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        events = [*({"n": n, "replies": text} for n, text in enumerate(texts)), whole, "[DONE]"]
        lines = (e if isinstance(e, str) else json.dumps(e) for e in events)
        await response.write("".join(f"data: {line}\n\n" for line in lines).encode())
        return response

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                body = json.loads(message.data)
                if "message" not in body:
                    self.heard.append(("", "", body))
                    continue
                whole = _mapped(self.said(body["session_id"], body["message"], body.get("history")))
                for text in whole.pop("replies"):
                    await socket.send_json({"replies": text})
                await socket.send_json({**whole, "last": True})
        return socket

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        *history, last = body["messages"]
        said = self.said("", last["content"], history)
        calls = [] if said.tool is None else [{"index": 0, "id": "1", "type": "function", "function": _called(said)}]
        message = {"role": "assistant", "content": "\n".join(said.texts), "tool_calls": calls}
        if not body.get("stream"):
            return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}]})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in ({"delta": message}, {"delta": {}, "finish_reason": "stop"}):
            await response.write(f"data: {json.dumps({'choices': [piece]})}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _responses(self, request: web.Request) -> web.Response:
        body = await request.json()
        *history, last = body["input"]
        said = self.said("", last["content"], history)
        output: list[Any] = [
            {"type": "message", "content": [{"type": "output_text", "text": text} for text in said.texts]}
        ]
        if said.tool is not None:
            output.append({"type": "function_call", **_called(said)})
        return web.json_response({"output": output})

    async def _rasa(self, request: web.Request) -> web.Response:
        body = await request.json()
        said = self.said(body["sender"], body["message"])
        recipient = said.session or body["sender"]
        messages: list[dict[str, Any]] = [{"recipient_id": recipient, "text": text} for text in said.texts]
        custom: dict[str, Any] = {"handover": said.field, "ended": said.ended}
        if said.event is not None:
            custom |= {"event": said.event[0], **said.event[1]}
        return web.json_response([*messages, {"recipient_id": recipient, "custom": custom}])

    async def _directline(self, request: web.Request) -> web.Response:
        if request.path.endswith("/conversations"):
            given = self.answer("", "").session or f"c{len(self.log)}"
            self.log.setdefault(given, [])
            return web.json_response({"conversationId": given}, status=201)
        id_ = request.path.split("/")[-2]
        if request.method == "GET":
            after = int(request.query.get("watermark", 0))
            return web.json_response({"activities": self.log[id_][after:], "watermark": str(len(self.log[id_]))})
        body = await request.json()
        said = self.said(body["from"]["id"], body["text"])
        activities: list[dict[str, Any]] = [{"type": "message", "text": text} for text in said.texts]
        if said.event is not None:
            activities.append({"type": "event", "name": said.event[0], "value": said.event[1]})
        if said.ended:
            activities.append({"type": "endOfConversation"})
        elif activities:
            # The last message says that the customer is to speak.
            activities[-1] = {**activities[-1], "inputHint": "expectingInput"}
        self.log[id_] += [
            {"from": {"id": "bot"}, "conversation": {"id": id_}, "id": f"{id_}|{len(self.log[id_]) + n}", **activity}
            for n, activity in enumerate(activities)
        ]
        return web.json_response({"id": "x"})

    async def _dialogflow(self, request: web.Request) -> web.Response:
        body = await request.json()
        session = request.path.rsplit("/", 1)[-1].removesuffix(":detectIntent")
        said = self.said(session, body["queryInput"]["text"]["text"])
        messages: list[dict[str, Any]] = [{"text": {"text": [text]}} for text in said.texts]
        if said.event is not None:
            messages.append({"liveAgentHandoff": {"metadata": said.event[1]}})
        if said.ended:
            messages.append({"endInteraction": {}})
        return web.json_response({"queryResult": {"responseMessages": messages}})


def _mapped(said: Said) -> dict[str, Any]:
    tools = [] if said.tool is None else [{"name": said.tool[0], "arguments": said.tool[1]}]
    event = {} if said.event is None else {"event": {"name": said.event[0], "value": said.event[1]}}
    return {
        "replies": list(said.texts), "sid": said.session, "handover": said.field, "tools": tools, "ended": said.ended,
        **event,
    }  # fmt: skip


def _called(said: Said) -> dict[str, Any]:
    assert said.tool is not None
    return {"name": said.tool[0], "arguments": json.dumps(said.tool[1])}
