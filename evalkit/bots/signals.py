"""Structured signs that a person takes over, mapped to one noun by configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from evalkit.model import HandOver, ToolCall

_NO = frozenset({"", "false", "no", "none", "null", "0"})


class HandOverOn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which signals of this endpoint mean a hand-over, beside `reply.handover`."""

    tools: tuple[str, ...] = ()
    """A call of one of these tools; its arguments become the packet."""
    events: tuple[str, ...] = ()
    """An event of one of these names; its value becomes the packet."""
    ended: bool = False
    """The bot's end of the conversation: for bots that close their side when a person takes over."""

    def signal(
        self, calls: Iterable[ToolCall] = (), events: Iterable[tuple[str, Any]] = (), *, ended: bool = False
    ) -> HandOver | None:
        """The hand-over that the signals of one reply stand for.

        >>> HandOverOn(events=("handoff.initiate",)).signal(events=[("handoff.initiate", {"target": "billing"})]).target
        'billing'
        """
        for call in calls:
            if call.name in self.tools:
                return msgspec.structs.replace(_of_packet(call.arguments), executed=call.ok is not False)
        for name, value in events:
            if name in self.events:
                return _of_packet(value)
        return HandOver(executed=True) if ended and self.ended else None


NO_SIGNALS = HandOverOn()


def handover_of(value: Any) -> HandOver | None:
    """The hand-over of a reply's field: true, the name of a queue, or an object with `target`, `trigger`, `packet`.

    >>> handover_of("billing").target, handover_of("false"), handover_of(False)
    ('billing', None, None)
    """
    if not value or (isinstance(value, str) and value.strip().lower() in _NO):
        return None
    if isinstance(value, dict):
        packet = value.get("packet")
        return HandOver(
            executed=value.get("executed", True) is not False,
            trigger=_text(value.get("trigger")),
            target=_text(value.get("target")),
            packet=packet if isinstance(packet, dict) else None,
        )
    named = isinstance(value, str) and value.strip().lower() not in {"true", "yes", "1"}
    return HandOver(executed=True, target=value if named else None)


def _of_packet(value: Any) -> HandOver:
    packet = value if isinstance(value, dict) else {"value": value} if value not in (None, "") else {}
    target = next((_text(packet[key]) for key in ("target", "queue", "skill", "department") if key in packet), None)
    trigger = next((_text(packet[key]) for key in ("trigger", "reason") if key in packet), None)
    return HandOver(executed=True, target=target, trigger=trigger, packet=packet or None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
