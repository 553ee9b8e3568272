"""Messages as language models take them (`role`, `content`, parts, tool calls), merged into one conversation.

Each call of a model carries the history again; only what is new since the last call is a new turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from evalkit.model import ToolCall
from evalkit.transcripts.building import Builder

_ROLES = {
    "user": "customer", "customer": "customer", "human": "customer",
    "assistant": "bot", "ai": "bot", "model": "bot", "bot": "bot",
    "agent": "human", "operator": "human",
    "tool": "tool", "function": "tool",
}  # fmt: skip
ROLE_RULE = (
    "the message's role: user, human → customer; assistant, ai, model → bot; agent, operator → person; system prompts "
    "are dropped"
)


class Said(NamedTuple):
    """One message: role (`customer`, `bot`, `human`, `tool`, `system`), text, tool calls, a tool's result."""

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    result: Any = None


def messages_of(value: Any, default_role: str) -> list[Said]:
    """The messages in whatever shape a trace holds them: JSON text, a list, one message, `{messages: […]}`, text."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in "[{" and text:
            try:
                return messages_of(msgspec.json.decode(text), default_role)
            except msgspec.DecodeError:
                pass
        return [Said(_ROLES.get(default_role, default_role), text)] if text else []
    if isinstance(value, list):
        return [said for item in value for said in messages_of(item, default_role)]
    if not isinstance(value, dict):
        return []
    for key in ("messages", "choices", "history", "input_messages"):
        if isinstance(value.get(key), list):
            return messages_of(value[key], default_role)
    inner = value.get("message")
    if isinstance(inner, dict):
        return messages_of(inner, default_role)
    said = _message(value, default_role)
    return [said] if said is not None else []


def _message(value: dict[str, Any], default_role: str) -> Said | None:
    role = _ROLES.get(str(value.get("role") or value.get("type") or default_role).lower(), "system")
    parts = value.get("parts") or value.get("content")
    texts: list[str] = []
    calls = [_call(call) for call in value.get("tool_calls") or () if isinstance(call, dict)]
    result: Any = None
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            kind = str(part.get("type") or "text")
            if kind in {"tool_call", "tool_use"}:
                calls.append(_call(part))
            elif kind in {"tool_call_response", "tool_result"}:
                role, result = "tool", part.get("response", part.get("result", part.get("content")))
            elif isinstance(part.get("content") or part.get("text"), str):
                texts.append(part.get("content") or part["text"])
    for key in ("text", "query", "question", "input", "output", "answer", "response"):
        if not texts and not calls and result is None and isinstance(value.get(key), str):
            texts.append(value[key])
            role = _ROLES.get(default_role, default_role) if "role" not in value else role
    if role == "tool" and result is None:
        result = "\n".join(texts)
    if not texts and not calls and result is None:
        return None
    return Said(role, "\n".join(texts), tuple(calls), result)


def _call(call: dict[str, Any]) -> ToolCall:
    function = call.get("function")
    inner = function if isinstance(function, dict) else call
    arguments = inner.get("arguments", inner.get("input", inner.get("args")))
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments)
        except msgspec.DecodeError:
            arguments = {"text": arguments}
    return ToolCall(
        name=str(inner.get("name") or "tool"),
        arguments=arguments if isinstance(arguments, dict) else {} if arguments is None else {"value": arguments},
    )


class History:
    """Adds the messages of one call after another to a conversation, each message once."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._told: list[Said] = []

    def see(self, given: Sequence[Said], answered: Sequence[Said], begun: Any, ended: Any) -> None:
        """One call of the model: what it was given and what it answered."""
        for said in self._fresh([said for said in given if said.role != "system"]):
            self._add(said, begun, "input message")
        for said in answered:
            if said.role != "system" and said not in self._told[-2:]:
                self._add(said, ended, "output message")

    def _fresh(self, given: list[Said]) -> list[Said]:
        if not self._told:
            return given
        if given[: len(self._told)] == self._told:
            return given[len(self._told) :]
        # The history was cut or rewritten: what stands after the last message already told is new.
        for at in reversed(range(len(given))):
            if given[at] == self._told[-1]:
                return given[at + 1 :]
        told = [said for said in given if said.role == "customer"][-1:]
        return [said for said in told if said not in self._told[-3:]]

    def _add(self, said: Said, at: Any, where: str) -> None:
        self._told.append(said)
        if said.role == "tool":
            self._builder.tool_result(said.result)
            return
        if said.text or not said.calls:
            self._builder.add(said.role, f"{where} of role {said.role}", said.text, at, tool_calls=said.calls)  # type: ignore[arg-type]
            return
        for call in said.calls:
            self._builder.call_tool(call, f"{where} with a tool call", at)
