"""From a decoded body to a reply: bubbles, buttons, sources, tool calls and hand-over, by configured paths."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from evalkit.bots.door import Reply
from evalkit.bots.signals import NO_SIGNALS, HandOverOn, handover_of
from evalkit.bots.templates import compile_path
from evalkit.errors import BotError, InputError, near_match
from evalkit.model import Cost, Data, ToolCall, Turn

FIELDS = (
    "text", "kind", "buttons", "sources", "tool_calls", "handover", "session_id", "ended", "payload", "cost_eur",
    "tokens_in", "tokens_out", "author", "authenticated", "event",
)  # fmt: skip
MAX_BUBBLES = 200
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class ReplyMap:
    """Compiled paths of a bot's reply."""

    paths: Mapping[str, Callable[[Any], Any]]
    handover_on: HandOverOn = NO_SIGNALS

    @classmethod
    def compiled(cls, paths: Mapping[str, str], where: str, handover_on: HandOverOn = NO_SIGNALS) -> ReplyMap:
        """The map of `field: JMESPath`. Raises: InputError for an unknown field or a broken path."""
        for name in paths:
            if name not in FIELDS:
                raise InputError(
                    f"{where}: unknown field '{name}'{near_match(name, FIELDS)} (known: {', '.join(FIELDS)})"
                )
        if "text" not in paths:
            raise InputError(
                f"{where}: needs `text`, the JMESPath of the reply's text, such as reply.text or replies[].text"
            )
        return cls({name: compile_path(path, f"{where}.{name}") for name, path in paths.items()}, handover_on)

    def reply(self, body: Any, *, latency_ms: float, first_token_ms: float | None) -> Reply:
        """The reply of one decoded body. Raises: BotError when it has neither text nor a signal, or too much of it."""
        reply = self.read(body, latency_ms=latency_ms, first_token_ms=first_token_ms)
        if is_silent(reply):
            raise BotError("the reply holds no text, no tool call and no signal where the reply map looks")
        return reply

    def read(self, body: Any, *, latency_ms: float, first_token_ms: float | None) -> Reply:
        """The reply of one decoded body, without turns when there is nothing in it. Raises: BotError for too much."""
        get = self.paths
        values = {name: path(body) for name, path in get.items() if name not in {"text", "session_id"}}
        return self.assembled(_texts(get["text"](body)), values, latency_ms, first_token_ms)

    def assembled(
        self, texts: list[str], values: Mapping[str, Any], latency_ms: float, first_token_ms: float | None
    ) -> Reply:
        """The reply of bubbles and the values of the other fields."""
        calls = tool_calls_of(values.get("tool_calls"))
        ended = bool(values.get("ended"))
        handover = handover_of(values.get("handover"))
        if handover is None and self.handover_on is not NO_SIGNALS:
            handover = self.handover_on.signal(calls, _events(values.get("event")), ended=ended)
        if not texts and not calls and handover is None and not ended:
            return Reply(cost=_cost(values), authenticated=_level(values))
        payload = values.get("payload")
        turns = bubbles(
            texts, latency_ms, first_token_ms, buttons=_strings(values.get("buttons")),
            sources=_strings(values.get("sources")), tool_calls=calls,
            payload=payload if isinstance(payload, dict) else None,
        )  # fmt: skip
        return Reply(turns=turns, handover=handover, ended=ended, cost=_cost(values), authenticated=_level(values))

    def session_id(self, body: Any) -> str | None:
        """The session id that the endpoint gave, if it gave one."""
        path = self.paths.get("session_id")
        value = path(body) if path else None
        return str(value) if value not in (None, "") else None


def bubbles(
    texts: list[str],
    latency_ms: float,
    first_token_ms: float | None,
    *,
    buttons: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    tool_calls: tuple[ToolCall, ...] = (),
    payload: Data | None = None,
) -> tuple[Turn, ...]:
    """Bot turns, one a text; what belongs to the whole reply stands on the last. Raises: BotError for too many."""
    if len(texts) > MAX_BUBBLES or sum(map(len, texts)) > MAX_TEXT * 10:
        raise BotError(f"the reply holds {len(texts)} bubbles; more than {MAX_BUBBLES} are no conversation")
    latency_ms = round(latency_ms, 1)
    first_token_ms = None if first_token_ms is None else round(first_token_ms, 1)
    plain = (
        ()
        if len(texts) < 2
        else [
            Turn(role="bot", text=text[:MAX_TEXT], latency_ms=latency_ms, first_token_ms=first_token_ms)
            for text in texts[:-1]
        ]
    )
    last = texts[-1] if texts else ""
    whole = Turn(
        role="bot", text=last[:MAX_TEXT], kind="text" if last else "event", latency_ms=latency_ms,
        first_token_ms=first_token_ms, buttons=buttons, sources=sources, tool_calls=tool_calls, payload=payload,
    )  # fmt: skip
    return (*plain, whole)


def is_silent(reply: Reply) -> bool:
    """Whether a reply says and signals nothing."""
    return not reply.turns and reply.handover is None and not reply.ended


def merged(replies: Sequence[Reply]) -> Reply:
    """Several replies to one customer turn as one. Raises: BotError when they are more bubbles than a conversation."""
    if len(replies) == 1:
        return replies[0]
    turns = tuple(turn for reply in replies for turn in reply.turns)
    if len(turns) > MAX_BUBBLES:
        raise BotError(f"the reply holds more than {MAX_BUBBLES} bubbles; that is no conversation")
    cost = None
    for reply in replies:
        cost = summed(cost, reply.cost)
    return Reply(
        turns=turns,
        handover=next((reply.handover for reply in replies if reply.handover is not None), None),
        ended=any(reply.ended for reply in replies),
        cost=cost,
        authenticated=next((r.authenticated for r in reversed(replies) if r.authenticated is not None), None),
    )


def summed(left: Cost | None, right: Cost | None) -> Cost | None:
    """Two costs together; what neither tells stays unknown."""
    if left is None or right is None:
        return left or right

    def add(a: float | None, b: float | None) -> float | None:
        return b if a is None else a if b is None else a + b

    into, out = add(left.tokens_in, right.tokens_in), add(left.tokens_out, right.tokens_out)
    return Cost(
        cost_eur=add(left.cost_eur, right.cost_eur),
        tokens_in=None if into is None else int(into),
        tokens_out=None if out is None else int(out),
    )


def decoded(raw: bytes | str, content_type: str = "") -> Any:
    """The JSON of a body. Raises: BotError saying what it is instead."""
    if not raw.strip():
        raise BotError("the reply is empty")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BotError(f"the reply is not UTF-8 (byte {error.start})") from error
    try:
        return json.loads(text)
    except ValueError as error:
        said = f"; it calls itself {content_type}" if content_type and "json" not in content_type else ""
        raise BotError(f"the reply is no JSON{said}") from error


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        if len(value) > MAX_BUBBLES:
            raise BotError(f"the reply holds {len(value)} bubbles; more than {MAX_BUBBLES} are no conversation")
        return [text for item in value for text in _texts(item)]
    raise BotError(f"the reply's text is a {type(value).__name__}, expected a string or a list of strings")


def _strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for item in value for text in _strings(item))
    if isinstance(value, dict):
        value = value.get("title") or value.get("id") or value.get("label")
    return (str(value),) if value not in (None, "") else ()


def tool_calls_of(value: Any) -> tuple[ToolCall, ...]:
    if not isinstance(value, list):
        return ()
    calls = []
    for item in value:
        if isinstance(item, dict):
            nested = item.get("function")
            function: dict[str, Any] = nested if isinstance(nested, dict) else item
            arguments = function.get("arguments", function.get("args", {}))
            if isinstance(arguments, str):
                arguments = _json_object(arguments)
            name = str(function.get("name", ""))
            ok = item.get("ok") if isinstance(item.get("ok"), bool) else None
            calls.append(
                ToolCall(
                    name=name,
                    arguments=arguments if isinstance(arguments, dict) else {},
                    result=item.get("result"),
                    ok=ok,
                )
            )
    return tuple(calls)


def _json_object(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {"unparsed": text[:500]}


def _events(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [event for item in value for event in _events(item)]
    if isinstance(value, dict):
        return [(str(value["name"]), value.get("value", value.get("payload")))] if value.get("name") else []
    return [(value, None)] if isinstance(value, str) and value else []


def _level(values: Mapping[str, Any]) -> int | None:
    return values["authenticated"] if isinstance(values.get("authenticated"), int) else None


def _cost(values: Mapping[str, Any]) -> Cost | None:
    cost, into, out = (values.get(name) for name in ("cost_eur", "tokens_in", "tokens_out"))
    if not any(isinstance(value, int | float) for value in (cost, into, out)):
        return None
    return Cost(
        cost_eur=float(cost) if isinstance(cost, int | float) else None,
        tokens_in=int(into) if isinstance(into, int | float) else None,
        tokens_out=int(out) if isinstance(out, int | float) else None,
    )
