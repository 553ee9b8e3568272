"""Activities of the Bot Framework as replies: text, cards, suggested actions, events, the end.

Source: Bot Framework, Activity schema; Adaptive Cards schema.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evalkit.bots.door import Reply
from evalkit.bots.replies import bubbles
from evalkit.bots.signals import HandOverOn
from evalkit.model import Data


@dataclass(frozen=True, slots=True)
class Activity:
    """What one activity says; `values` are what its buttons send, by title."""

    type: str
    id: str = ""
    conversation: str = ""
    sender: str = ""
    role: str = ""
    text: str = ""
    name: str = ""
    value: Any = None
    expects_input: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Any) -> Activity | None:
        """The activity of decoded JSON, or None for what is none."""
        if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
            return None
        sender = _object(raw.get("from"))
        texts, values = _shown(raw)
        return cls(
            type=raw["type"],
            id=str(raw.get("id") or ""),
            conversation=str(_object(raw.get("conversation")).get("id") or ""),
            sender=str(sender.get("id") or ""),
            role=str(sender.get("role") or ""),
            text="\n".join(texts),
            name=str(raw.get("name") or ""),
            value=raw.get("value"),
            expects_input=raw.get("inputHint") == "expectingInput",
            values=values,
        )


def reply_of(activity: Activity, latency_ms: float, handover_on: HandOverOn) -> Reply | None:
    """The reply of one activity of the bot; None for typing, traces and other things that nobody reads.

    >>> reply_of(Activity(type="typing"), 10, HandOverOn()) is None
    True
    """
    buttons = tuple(activity.values)
    if activity.type == "message":
        if not activity.text.strip() and not buttons:
            return None
        texts = [activity.text] if activity.text.strip() else []
        return Reply(turns=bubbles(texts, latency_ms, None, buttons=buttons))
    if activity.type in {"event", "handoff"}:
        name = activity.name or activity.type
        handover = handover_on.signal(events=[(name, activity.value)])
        if handover is None:
            return None
        return Reply(turns=bubbles([], latency_ms, None, payload={"event": name}), handover=handover)
    if activity.type == "endOfConversation":
        texts = [activity.text] if activity.text.strip() else []
        return Reply(turns=bubbles(texts, latency_ms, None), ended=True, handover=handover_on.signal(ended=True))
    return None


def _shown(raw: Data) -> tuple[list[str], dict[str, Any]]:
    texts = [str(raw["text"])] if raw.get("text") else []
    values = _buttons(_object(raw.get("suggestedActions")).get("actions"))
    for attachment in _list(raw.get("attachments")):
        content = _object(_object(attachment).get("content"))
        texts += [str(content[key]) for key in ("title", "subtitle", "text") if isinstance(content.get(key), str)]
        texts += _adaptive(content.get("body"))
        values |= _buttons(content.get("buttons")) | _buttons(content.get("actions"))
    return texts, values


def _buttons(actions: Any) -> dict[str, Any]:
    found = {}
    for action in _list(actions):
        if isinstance(action, dict) and action.get("title"):
            value = action.get("value", action.get("data"))
            found[str(action["title"])] = action["title"] if value is None else value
    return found


def _adaptive(body: Any) -> list[str]:
    """The text blocks of an Adaptive Card, also inside its containers and columns."""
    texts: list[str] = []
    for element in _list(body):
        if not isinstance(element, dict):
            continue
        if isinstance(element.get("text"), str):
            texts.append(element["text"])
        for key in ("items", "columns"):
            texts += _adaptive(element.get(key))
    return texts


def _object(value: Any) -> Data:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
