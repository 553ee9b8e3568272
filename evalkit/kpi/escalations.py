"""Escalation in numbers: the matrix of should and did, how late, and how long until a person answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.kpi.table import RIGHT_CELLS
from evalkit.model import Kpi
from evalkit.store.facts import Facts


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: how many conversations, whether handing over was due, whether it happened."""

    name: str
    n: int
    should: bool
    did: bool
    right: bool


def escalation_matrix(rows: Sequence[Facts]) -> list[Cell]:
    """The cells that occur, most first; a conversation that says nothing about either is left out.

    >>> row = Facts(conversation_id="c", escalation_cell="missed", should_escalate=1, escalated=0)
    >>> [(cell.name, cell.n, cell.should, cell.did, cell.right) for cell in escalation_matrix([row])]
    [('missed', 1, True, False, False)]
    """
    counted = Counter(
        (row.escalation_cell, bool(row.should_escalate), bool(row.escalated)) for row in rows if row.escalation_cell
    )
    return [Cell(str(name), n, should, did, name in RIGHT_CELLS) for (name, should, did), n in counted.most_common()]


def late_turns(rows: Sequence[Facts]) -> dict[int, int]:
    """How many handed-over conversations by how many bot turns too late; 0 is on time."""
    counted = Counter(row.late_turns for row in rows if row.late_turns is not None and row.escalated == 1)
    return {turns: counted[turns] for turns in sorted(counted)}


def time_to_human(rows: Sequence[Facts]) -> Kpi:
    """The median time from the customer's first message to a person's, over conversations where one answered."""
    known = sorted(row.first_human_ms for row in rows if row.first_human_ms is not None)
    n = len(known)
    value = (known[(n - 1) // 2] + known[n // 2]) / 2 if n else None
    return Kpi(name="time_to_human", value=value, unit="ms", n=n, n_total=len(rows), method="median")
