"""What mistakes around hand-overs cost, weighted by severity: a crisis that nobody saw is not a needless transfer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evalkit.model import Score


class CellCost(NamedTuple):
    """One cell of the matrix: its conversations and the points that they cost together."""

    cell: str
    n: int
    points: float


def escalation_costs(scored: Iterable[Sequence[Score]]) -> list[CellCost]:
    """The cells that cost anything, the dearest first; the weights are those of the scorer `escalation`.

    >>> score = Score(scorer="escalation", verdict="fail", data={"cell": "missed", "cost": 8.0})
    >>> escalation_costs([[score], [score]])
    [CellCost(cell='missed', n=2, points=16.0)]
    """
    found: dict[str, tuple[int, float]] = {}
    for scores in scored:
        for score in scores:
            cost = score.data.get("cost")
            if score.scorer == "escalation" and isinstance(cost, int | float) and cost > 0:
                n, points = found.get(str(score.data.get("cell")), (0, 0.0))
                found[str(score.data.get("cell"))] = (n + 1, points + cost)
    return sorted((CellCost(cell, n, points) for cell, (n, points) in found.items()), key=lambda c: (-c.points, c.cell))
