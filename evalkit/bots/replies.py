"""From a decoded body to a reply: bubbles, buttons, sources, tool calls and hand-over, by configured paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evalkit.bots.door import Reply
from evalkit.bots.templates import compile_path
from evalkit.errors import BotError, InputError, near_match
from evalkit.model import Cost, HandOver, ToolCall, Turn

FIELDS = (
    "text", "kind", "buttons", "sources", "tool_calls", "handover", "session_id", "ended", "payload", "cost_eur",
    "tokens_in", "tokens_out", "author", "authenticated",
)  # fmt: skip
MAX_BUBBLES = 200
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class ReplyMap:
    """Compiled paths of a bot's reply."""

    paths: Mapping[str, Callable[[Any], Any]]

    @classmethod
    def compiled(cls, paths: Mapping[str, str], where: str) -> ReplyMap:
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
        return cls({name: compile_path(path, f"{where}.{name}") for name, path in paths.items()})

    def reply(self, body: Any, *, latency_ms: float, first_token_ms: float | None) -> Reply:
        """The reply of one decoded body. Raises: BotError when it has neither text nor a signal, or too much of it."""
        get = self.paths
        texts = _texts(get["text"](body))
        values = {name: path(body) for name, path in get.items() if name not in {"text", "session_id"}}
        calls = _tool_calls(values.get("tool_calls"))
        handover = _handover(values.get("handover"))
        ended = bool(values.get("ended"))
        if not texts and not calls and handover is None and not ended:
            raise BotError("the reply holds no text, no tool call and no signal where the reply map looks")
        if len(texts) > MAX_BUBBLES or sum(map(len, texts)) > MAX_TEXT * 10:
            raise BotError(f"the reply holds {len(texts)} bubbles; more than {MAX_BUBBLES} are no conversation")
        texts = texts or [""]
        last = len(texts) - 1
        return Reply(
            turns=tuple(
                Turn(
                    role="bot",
                    text=text[:MAX_TEXT],
                    kind="event" if not text and number == last else "text",
                    latency_ms=round(latency_ms, 1),
                    first_token_ms=None if first_token_ms is None else round(first_token_ms, 1),
                    buttons=_strings(values.get("buttons")) if number == last else (),
                    sources=_strings(values.get("sources")) if number == last else (),
                    tool_calls=calls if number == last else (),
                    payload=values["payload"] if number == last and isinstance(values.get("payload"), dict) else None,
                )
                for number, text in enumerate(texts)
            ),
            handover=handover,
            ended=ended,
            cost=_cost(values),
            authenticated=values["authenticated"] if isinstance(values.get("authenticated"), int) else None,
        )

    def session_id(self, body: Any) -> str | None:
        """The session id that the endpoint gave, if it gave one."""
        path = self.paths.get("session_id")
        value = path(body) if path else None
        return str(value) if value not in (None, "") else None


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


def _tool_calls(value: Any) -> tuple[ToolCall, ...]:
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
    import json

    try:
        return json.loads(text)
    except ValueError:
        return {"unparsed": text[:500]}


def _handover(value: Any) -> HandOver | None:
    if not value:
        return None
    if isinstance(value, dict):
        packet = value.get("packet") if isinstance(value.get("packet"), dict) else None
        return HandOver(
            executed=value.get("executed", True) is not False,
            trigger=value["trigger"] if isinstance(value.get("trigger"), str) else None,
            target=value["target"] if isinstance(value.get("target"), str) else None,
            packet=packet,
        )
    return HandOver(executed=True, target=value if isinstance(value, str) else None)


def _cost(values: Mapping[str, Any]) -> Cost | None:
    cost, into, out = (values.get(name) for name in ("cost_eur", "tokens_in", "tokens_out"))
    if not any(isinstance(value, int | float) for value in (cost, into, out)):
        return None
    return Cost(
        cost_eur=float(cost) if isinstance(cost, int | float) else None,
        tokens_in=int(into) if isinstance(into, int | float) else None,
        tokens_out=int(out) if isinstance(out, int | float) else None,
    )
