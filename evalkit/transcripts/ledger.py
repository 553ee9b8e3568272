"""The account of an import: what came in, what was kept, and what was dropped and why, with the first places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from evalkit.errors import near_match
from evalkit.model import Role

What = Literal["line", "conversation", "message"]
_PLACES = 3


@dataclass(slots=True)
class Tally:
    """How often something happened, and the first lines where it did."""

    n: int = 0
    lines: list[int] = field(default_factory=list)

    def count(self, line: int | None) -> None:
        """One more, at this line of the file."""
        self.n += 1
        if line is not None and len(self.lines) < _PLACES and line not in self.lines:
            self.lines.append(line)

    def __str__(self) -> str:
        where = ", ".join(map(str, self.lines))
        more = ", …" if self.n > len(self.lines) > 0 else ""
        return f"{self.n}" + (f" (line {where}{more})" if where else "")


class Ledger:
    """Counts that must balance: every conversation and message that was read is kept, folded into another, or dropped.

    >>> ledger = Ledger()
    >>> ledger.drop("line", "not JSON", 7)
    >>> ledger.rows()
    [('line', 'not JSON', '1 (line 7)')]
    """

    def __init__(self) -> None:
        self.n_records = self.n_conversations = 0
        self.n_messages = self.n_turns = self.n_folded = 0
        self.dropped: dict[tuple[What, str], Tally] = {}
        self.notes: dict[str, Tally] = {}
        self.roles: Counter[tuple[Role, str]] = Counter()
        self.ignored: Counter[str] = Counter()
        self.hints: dict[str, str] = {}

    def drop(self, what: What, reason: str, line: int | None = None) -> None:
        """Something was left out."""
        self.dropped.setdefault((what, reason), Tally()).count(line)

    def note(self, remark: str, line: int | None = None) -> None:
        """Something was kept, and read in a way that the user should know of."""
        self.notes.setdefault(remark, Tally()).count(line)

    def ignore(self, name: str, known: Iterable[str]) -> None:
        """A field of the export that goes nowhere; one that looks like a known name gets a hint."""
        if name not in self.ignored:
            self.hints[name] = near_match(name, sorted(known))
        self.ignored[name] += 1

    def n_dropped(self, what: What) -> int:
        """How many lines, conversations or messages were left out."""
        return sum(tally.n for (kind, _), tally in self.dropped.items() if kind == what)

    @property
    def balanced(self) -> bool:
        """Whether nothing left the account in silence."""
        records = self.n_records == self.n_conversations + self.n_dropped("conversation")
        return records and self.n_messages == self.n_turns + self.n_folded + self.n_dropped("message")

    def rows(self) -> list[tuple[str, str, str]]:
        """What was dropped: (what, reason, how often and where), most frequent first."""
        found = sorted(self.dropped.items(), key=lambda item: (-item[1].n, item[0]))
        return [(what, reason, str(tally)) for (what, reason), tally in found]
