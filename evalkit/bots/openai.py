"""A bot that speaks OpenAI's Chat Completions or Responses shape at any address, streamed or whole.

Source: OpenAI API reference, `POST /chat/completions` and `POST /responses`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self
from urllib.parse import urlencode

import msgspec

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.endpoint import Call
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import bubbles, decoded, tool_calls_of
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.signals import HandOverOn
from evalkit.bots.streaming import DONE, streamed
from evalkit.bots.streams import Event
from evalkit.errors import BotError, InputError
from evalkit.model import Cost, Data, Turn

if TYPE_CHECKING:
    import aiohttp

_ROLES = {"customer": "user", "bot": "assistant", "human": "assistant", "system": "system"}
_OURS = ("model", "messages", "input", "stream")


class OpenAIDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `openai`."""

    base_url: str
    model: str
    shape: Literal["chat", "responses"] = "chat"
    stream: bool = False
    api_key: str = ""
    key_header: str = "Authorization"
    """`Authorization` sends `Bearer KEY`; any other header, such as Azure's `api-key`, sends the key alone."""
    query: dict[str, str] = {}
    """Added to the address, such as Azure's `api-version`."""
    system: str = ""
    parameters: Data = {}
    """Sent as they are: `temperature`, `tools`, `max_tokens` …"""
    eur_per_million_in: float | None = None
    eur_per_million_out: float | None = None


@dataclass(slots=True)
class OpenAIBot(NetworkBot[OpenAIDefinition]):
    """One model or bot behind an OpenAI-compatible address; build it with `OpenAIBot.defined`."""

    settings = OpenAIDefinition
    url: str

    @classmethod
    def built(cls, made: OpenAIDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        if taken := [key for key in _OURS if key in made.parameters]:
            raise InputError(f"{where}.parameters: '{taken[0]}' is set by the bot itself; use its own key")
        if made.api_key:
            value = f"Bearer {made.api_key}" if made.key_header.lower() == "authorization" else made.api_key
            made = msgspec.structs.replace(made, headers={made.key_header: value, **made.headers})
        path = "chat/completions" if made.shape == "chat" else "responses"
        query = f"?{urlencode(made.query)}" if made.query else ""
        return cls(
            definition=made,
            identity=identity,
            endpoint=reach(made, ("base_url", made.base_url)),
            url=f"{made.base_url.rstrip('/')}/{path}{query}",
        )

    @property
    def takes_history(self) -> bool:
        """True: all that was said goes along."""
        return True

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation whose whole history goes along with each message."""
        async with self.endpoint.client() as client:
            yield OpenAISession(self, client, context)


class OpenAISession:
    """One conversation; the endpoint remembers nothing."""

    def __init__(self, bot: OpenAIBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client = bot, client
        self._headers = {**bot.endpoint.marks(context), "Content-Type": "application/json"}

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The model's reply. Raises: BotError, BrokenReply with what arrived, InfrastructureError."""
        bot, definition = self._bot, self._bot.definition
        said = [{"role": _ROLES[t.role], "content": t.text} for t in (*history, turn) if t.text]
        body: dict[str, Any] = {"model": definition.model, **definition.parameters}
        chat = definition.shape == "chat"
        if chat:
            body["messages"] = [{"role": "system", "content": definition.system}, *said] if definition.system else said
        else:
            body["input"] = said
            body |= {"instructions": definition.system} if definition.system else {}
        if definition.stream:
            body["stream"] = True
            if chat:
                body.setdefault("stream_options", {"include_usage": True})
        call = Call(bot.url, msgspec.json.encode(body), self._headers)
        collected: _Collected = _Chat() if chat else _Responses()
        if definition.stream:
            return await streamed(
                bot.endpoint,
                self._client,
                call,
                "sse",
                collected,
                lambda all_, first: self._reply(collected, all_, first),
            )
        answer = await bot.endpoint.exchange(self._client, call)
        collected.whole(answer.json())
        reply = self._reply(collected, answer.latency_ms, None)
        if not reply.turns:
            raise BotError("the answer holds neither text nor a tool call; is `shape` right?")
        return reply

    def _reply(self, collected: _Collected, latency_ms: float, first_ms: float | None) -> Reply:
        text, calls = collected.text(), tool_calls_of(collected.calls())
        definition = self._bot.definition
        signals: HandOverOn = definition.handover_on
        turns = (
            bubbles([text] if text.strip() else [], latency_ms, first_ms, tool_calls=calls)
            if text.strip() or calls
            else ()
        )
        return Reply(turns=turns, handover=signals.signal(calls), cost=_cost(definition, collected.usage()))


class _Collected(Protocol):
    """What the pieces of an answer, or a whole one, add up to."""

    needs_end: bool

    def __call__(self, event: Event) -> bool: ...

    def whole(self, body: Any) -> None: ...

    def text(self) -> str: ...

    def calls(self) -> list[Data]: ...

    def usage(self) -> Any: ...


class _Chat:
    """Chat Completions: `choices[0].message`, or its deltas."""

    needs_end = True

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: dict[int, Data] = {}
        self._usage: Any = None
        self._finished = False

    def __call__(self, event: Event) -> bool:
        if event.data.strip() == DONE:
            return True
        body = _checked(decoded(event.data))
        self._usage = body.get("usage") or self._usage
        for choice in _first_choice(body):
            self._take(choice.get("delta"))
            self._finished = self._finished or bool(choice.get("finish_reason"))
        # Some servers never say [DONE]; their stream may end once a reason to finish was given.
        self.needs_end = not self._finished
        return False

    def whole(self, body: Any) -> None:
        body = _checked(body)
        self._usage = body.get("usage")
        for choice in _first_choice(body):
            self._take(choice.get("message"))

    def text(self) -> str:
        return "".join(self._text)

    def calls(self) -> list[Data]:
        return list(self._calls.values())

    def usage(self) -> Any:
        return self._usage

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict):
            return
        for field in ("content", "refusal"):
            if isinstance(message.get(field), str):
                self._text.append(message[field])
        for number, call in enumerate(message.get("tool_calls") or ()):
            if isinstance(call, dict):
                self._add_call(call.get("index", number), call.get("function") or {})

    def _add_call(self, index: Any, function: Data) -> None:
        known = self._calls.setdefault(index, {"name": "", "arguments": ""})
        for key in ("name", "arguments"):
            known[key] += str(function.get(key) or "")


class _Responses:
    """Responses: the messages and function calls of `output`, or their events."""

    needs_end = True

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: list[Data] = []
        self._usage: Any = None

    def __call__(self, event: Event) -> bool:
        if event.data.strip() == DONE:
            return True
        body = _checked(decoded(event.data))
        kind = body.get("type", event.name)
        if kind in {"response.output_text.delta", "response.refusal.delta"}:
            self._text.append(str(body.get("delta", "")))
        elif kind == "response.output_item.done":
            self._take_call(body.get("item"))
        elif kind in {"response.completed", "response.incomplete"}:
            self._usage = (body.get("response") or {}).get("usage")
            return True
        elif kind in {"response.failed", "error"}:
            raise BotError("the endpoint reported an error in its stream")
        return False

    def whole(self, body: Any) -> None:
        body = _checked(body)
        self._usage = body.get("usage")
        for item in body.get("output") or ():
            self._take_call(item)
            for part in (item.get("content") or ()) if isinstance(item, dict) else ():
                if isinstance(part, dict):
                    self._text.append(str(part.get("text") or part.get("refusal") or ""))

    def text(self) -> str:
        return "".join(self._text)

    def calls(self) -> list[Data]:
        return self._calls

    def usage(self) -> Any:
        return self._usage

    def _take_call(self, item: Any) -> None:
        if isinstance(item, dict) and item.get("type") == "function_call":
            self._calls.append({"name": item.get("name", ""), "arguments": item.get("arguments", "")})


def _checked(body: Any) -> Data:
    if not isinstance(body, dict):
        raise BotError("the answer is no JSON object")
    if body.get("error"):
        raise BotError("the endpoint reported an error in its answer")
    return body


def _first_choice(body: Data) -> list[Data]:
    choices = body.get("choices")
    return [c for c in choices[:1] if isinstance(c, dict)] if isinstance(choices, list) else []


def _cost(definition: OpenAIDefinition, usage: Any) -> Cost | None:
    if not isinstance(usage, dict):
        return None
    into = usage.get("prompt_tokens", usage.get("input_tokens"))
    out = usage.get("completion_tokens", usage.get("output_tokens"))
    if not isinstance(into, int) or not isinstance(out, int):
        return None
    eur = None
    if definition.eur_per_million_in is not None and definition.eur_per_million_out is not None:
        eur = (into * definition.eur_per_million_in + out * definition.eur_per_million_out) / 1_000_000
    return Cost(cost_eur=eur, tokens_in=into, tokens_out=out)
