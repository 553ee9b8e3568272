"""Two conversations of one case, exchange by exchange: where the bot's words part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from evalkit.model import Conversation, Turn
from evalkit.text.normalise import comparable

_WORD = re.compile(r"\s+|[^\W_]+|[\W_]")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A customer turn and what each release answered; a side that never heard it has no customer turn."""

    customer_before: Turn | None
    customer_after: Turn | None
    before: tuple[Turn, ...]
    after: tuple[Turn, ...]

    @property
    def same(self) -> bool:
        """Whether both releases said the same, but for case and spacing."""
        return comparable(_said(self.before)) == comparable(_said(self.after)) and _acts(self.before) == _acts(
            self.after
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that both texts have, or only one of them."""

    kind: Literal["same", "removed", "added"]
    text: str


def exchanges(before: Conversation, after: Conversation) -> list[Exchange]:
    """The two conversations side by side, aligned by what the customer said."""
    left, right = _split(before.turns), _split(after.turns)
    keys = [[comparable(e[0].text) if e[0] is not None else "" for e in side] for side in (left, right)]
    found: list[Exchange] = []
    for kind, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        old, new = left[a:b], right[c:d]
        if kind == "equal":
            found += [Exchange(x[0], y[0], x[1], y[1]) for x, y in zip(old, new, strict=True)]
        else:
            found += [Exchange(x[0], None, x[1], ()) for x in old]
            found += [Exchange(None, y[0], (), y[1]) for y in new]
    return found


def pieces(before: str, after: str) -> Iterator[Piece]:
    """The words that stayed, went and came.

    >>> [(p.kind, p.text) for p in pieces("within 30 days", "within 14 days")]
    [('same', 'within '), ('removed', '30'), ('added', '14'), ('same', ' days')]
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if b > a:
            yield Piece("removed", "".join(old[a:b]))
        if d > c:
            yield Piece("added", "".join(new[c:d]))


def _split(turns: Sequence[Turn]) -> list[tuple[Turn | None, tuple[Turn, ...]]]:
    parts: list[tuple[Turn | None, list[Turn]]] = []
    for turn in turns:
        if turn.role == "customer":
            parts.append((turn, []))
        else:
            if not parts:
                parts.append((None, []))
            parts[-1][1].append(turn)
    return [(customer, tuple(replies)) for customer, replies in parts]


def _said(turns: Sequence[Turn]) -> str:
    return "\n".join(turn.text for turn in turns)


def _acts(turns: Sequence[Turn]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(turn.role, turn.buttons, tuple(call.name for call in turn.tool_calls)) for turn in turns]
