"""What is compared: the rates of the KPI table, and the amounts that a conversation carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite, log
from typing import Literal

from evalkit.kpi.table import BETTER, DEFINITIONS, TITLES
from evalkit.store.facts import Facts

Scale = Literal["points", "relative", "units"]
"""How a difference reads: points of a rate, a share of the value before, or the KPI's own unit."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a conversation, None where it says nothing; `better`: whether more of it is good, None neither."""

    name: str
    title: str
    unit: str
    scale: Scale
    value: Callable[[Facts], float | None]
    better: bool | None

    @property
    def is_rate(self) -> bool:
        """Whether the number is 0 or 1."""
        return self.scale == "points"


def _positive(value: float | None) -> float | None:
    return log(value) if value is not None and value > 0 else None


RATES: tuple[Measure, ...] = tuple(
    Measure(d.name, TITLES.get(d.name, d.name), "rate", "points", d.flag, BETTER.get(d.name)) for d in DEFINITIONS
)
AMOUNTS: tuple[Measure, ...] = (
    Measure("leaks_per_conversation", "Leaks a conversation", "count", "units", lambda r: r.n_leaks, False),
    Measure("friction", "Friction index", "of 100", "units", lambda r: r.friction, False),
    Measure("tone_distance", "Distance from the brand's tone", "", "units", lambda r: r.tone_distance, False),
    Measure("latency_p90_ms", "Response time, 90 %", "ms", "relative", lambda r: _positive(r.latency_p90_ms), False),
    Measure("cost_eur", "Cost a conversation", "eur", "relative", lambda r: _positive(r.cost_eur), False),
)
"""Times and costs are compared as logarithms, so that their difference is a share of what they were."""
MEASURES: dict[str, Measure] = {measure.name: measure for measure in (*RATES, *AMOUNTS)}


def case_values(measure: Measure, rows: Iterable[Facts]) -> dict[str, list[float]]:
    """The values of each case; broken conversations and what is not a number stay out."""
    found: dict[str, list[float]] = {}
    for row in rows:
        value = measure.value(row) if row.error is None else None
        if value is not None and isfinite(value) and row.case_id is not None:
            found.setdefault(row.case_id, []).append(value)
    return found
