"""What a comparison says, whichever way it was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from evalkit.kpi.cases import CaseChange
from evalkit.kpi.measures import Scale
from evalkit.model import Data, Run

Direction = Literal["better", "worse", "same", "changed"]
"""`same` is "chance can explain it"; `changed` is a clear move of a KPI of which neither side is good by itself."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One KPI on both sides and its difference, after minus before, with its 95 % interval.

    `naive` is the difference before the case mix was made equal, `mix_effect` the part of it that the mix explains.
    """

    name: str
    title: str
    unit: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    n: int
    scale: Scale
    method: str
    direction: Direction
    naive: float | None = None
    mix_effect: float | None = None
    support_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two releases, before and after. `notes` say what a reader must know before trusting the numbers.

    `details` holds what one strategy alone knows, as plain data.
    """

    before: Run
    after: Run
    strategy: str
    sentence: str
    deltas: tuple[Delta, ...] = ()
    cases: tuple[CaseChange, ...] = ()
    notes: tuple[str, ...] = ()
    details: Data = field(default_factory=dict)

    def of_kind(self, kind: str) -> tuple[CaseChange, ...]:
        """The cases that broke, were fixed, or are flaky."""
        return tuple(change for change in self.cases if change.kind == kind)


def in_a_sentence(title: str) -> str:
    """The title as it stands inside a sentence.

    >>> in_a_sentence("Says that it is an AI")
    'says that it is an AI'
    """
    return title[:1].lower() + title[1:]
