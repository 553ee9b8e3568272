"""What is compared: the rates of the KPI table, and the amounts that a conversation carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

from evalkit.comparison.result import Scale
from evalkit.kpi.table import BETTER, DEFINITIONS, TITLES
from evalkit.store.facts import Facts


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
