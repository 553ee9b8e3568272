"""Escalation in numbers: the matrix of should and did, how late, and how long until a person answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evalkit.kpi.table import RIGHT_CELLS, Rows, as_columns


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: how many conversations, whether handing over was due, whether it happened."""

    name: str
    n: int
    should: bool
    did: bool
    right: bool


def escalation_matrix(rows: Rows) -> list[Cell]:
    """The cells that occur, most first; a conversation that says nothing about either is left out.

    >>> from evalkit.store.facts import Facts
    >>> row = Facts(conversation_id="c", escalation_cell="missed", should_escalate=1, escalated=0)
    >>> [(cell.name, cell.n, cell.should, cell.did, cell.right) for cell in escalation_matrix([row])]
    [('missed', 1, True, False, False)]
    """
    import numpy as np

    columns = as_columns(rows)
    names, codes = columns.names["escalation_cell"], columns.codes["escalation_cell"].astype(np.int64)
    keys = 4 * codes + 2 * (columns.flags["should_escalate"] == 1) + (columns.flags["escalated"] == 1)
    counted = zip(*(found.tolist() for found in np.unique(keys[codes >= 0], return_counts=True)), strict=True)
    cells = [
        Cell(name, n, bool(key & 2), bool(key & 1), name in RIGHT_CELLS)
        for key, n in counted
        if (name := names[key // 4])
    ]
    return sorted(cells, key=lambda cell: (-cell.n, cell.name))


def late_turns(rows: Rows) -> dict[int, int]:
    """How many handed-over conversations by how many bot turns too late; 0 is on time."""
    import numpy as np

    columns = as_columns(rows)
    late = _known(columns.numbers["late_turns"][columns.flags["escalated"] == 1])
    turns, counts = np.unique(late.astype(np.int64), return_counts=True)
    return dict(zip(turns.tolist(), counts.tolist(), strict=True))


def first_answers_s(rows: Rows) -> dict[str, Any]:
    """Seconds to the first substantive answer, ascending, of the `bot` and of `people`, where they are known."""
    import numpy as np

    columns = as_columns(rows)
    told, first = columns.numbers["first_substantive_ms"], columns.numbers["first_response_ms"]
    bot = np.where(np.isnan(told), first, told)[~columns.is_("handled_by", "human")]
    found = {"bot": bot, "people": columns.numbers["first_human_ms"]}
    known = {who: np.sort(_known(values)) / 1000 for who, values in found.items()}
    return {who: values for who, values in known.items() if len(values)}


def _known(values: Any) -> Any:
    import numpy as np

    return values[~np.isnan(values)]
