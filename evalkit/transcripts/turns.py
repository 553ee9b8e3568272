"""Plain turns, as a notebook or an export holds them, read into a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from evalkit.errors import InputError, near_match
from evalkit.model import Conversation, HandledBy, HandOver, Role, Source, ToolCall, Turn, content_hash

ROLES: dict[str, Role] = {
    "customer": "customer", "user": "customer", "client": "customer", "visitor": "customer", "end_user": "customer",
    "bot": "bot", "assistant": "bot", "ai": "bot", "virtual_agent": "bot", "chatbot": "bot",
    "human": "human", "agent": "human", "operator": "human", "advisor": "human", "employee": "human",
    "system": "system", "tool": "system", "event": "system",
}  # fmt: skip
_KEYS = ("role", "text", "tool_calls", "at", "kind", "buttons", "latency_ms", "sources")


def conversation_of(
    turns: Sequence[Mapping[str, Any]],
    *,
    language: str | None = None,
    channel: str = "chat",
    release: str = "",
    source: Source = "production",
    id_: str | None = None,
) -> Conversation:
    """The conversation of turns such as `{"role": "customer", "text": "Hej"}`.

    An unknown role becomes `system`; a missing or unreadable time stays unknown; a time without a zone is UTC. A
    customer who meets people only was handled by a person.

    Raises: InputError where a turn is no mapping or its tool calls cannot be read.

    >>> conversation_of([{"role": "user", "text": "Hej"}]).turns[0].role
    'customer'
    """
    read = tuple(_turn(turn, number) for number, turn in enumerate(turns, 1))
    roles = {turn.role for turn in read}
    handled: HandledBy = "human" if "human" in roles and "bot" not in roles else "ai"
    times = [turn.at for turn in read if turn.at is not None]
    first_person = next((n for n, turn in enumerate(read) if turn.role == "human"), None)
    handovers: tuple[HandOver, ...] = ()
    if handled == "ai" and first_person is not None:
        handovers = (HandOver(accepted_turn=first_person, executed=True),)
    return Conversation(
        id=id_ or content_hash("turns", msgspec.to_builtins(read)),
        turns=read,
        language=language,
        channel=channel,
        release=release,
        source=source,
        handled_by=handled,
        handovers=handovers,
        started_at=min(times, default=None),
        ended_at=max(times, default=None),
    )


def _turn(turn: Mapping[str, Any], number: int) -> Turn:
    if not isinstance(turn, Mapping):
        raise InputError(f"turn {number} is no mapping; expected keys such as role and text")
    if "role" not in turn:
        near = next((near_match(str(key), _KEYS) for key in turn if near_match(str(key), _KEYS)), "")
        raise InputError(f"turn {number} has no role{near}")
    kind = turn.get("kind")
    return Turn(
        role=ROLES.get(str(turn["role"]).lower(), "system"),
        text=str(turn.get("text") or ""),
        kind=kind if kind in ("buttons", "note", "event", "form", "attachment") else "text",
        at=_time(turn.get("at")),
        latency_ms=turn.get("latency_ms"),
        buttons=tuple(map(str, turn.get("buttons") or ())),
        sources=tuple(map(str, turn.get("sources") or ())),
        tool_calls=tuple(_call(call, number) for call in turn.get("tool_calls") or ()),
    )


def _call(call: Any, number: int) -> ToolCall:
    if isinstance(call, str):
        return ToolCall(name=call)
    if not isinstance(call, Mapping) or not (call.get("name") or call.get("function")):
        raise InputError(f"turn {number}: a tool call needs a name")
    function = call.get("function")
    inner = function if isinstance(function, Mapping) else call
    arguments = inner.get("arguments") or inner.get("args") or {}
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments)
        except msgspec.DecodeError:
            arguments = {"text": arguments}
    return ToolCall(
        name=str(inner.get("name") or function),
        arguments=dict(arguments) if isinstance(arguments, Mapping) else {"value": arguments},
        result=call.get("result"),
        ok=call.get("ok") if isinstance(call.get("ok"), bool) else None,
    )


def _time(value: Any) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            # Thirteen digits are milliseconds; ten are seconds.
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, tz=UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
