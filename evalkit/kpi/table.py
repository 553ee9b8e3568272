"""The table of KPIs of some conversations: whole, by any subset of slices, and week by week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from evalkit.errors import InputError, near_match
from evalkit.kpi.definitions import ALL, BY_NAME, RATES, RIGHT_CELLS, Definition
from evalkit.kpi.measuring import COUNTS_ONLY, TOO_FEW, View, measure, view_of, with_recontact
from evalkit.model import Kpi
from evalkit.policy.sections import Costs, Target
from evalkit.store.columns import Columns, columns_of
from evalkit.store.facts import Facts

__all__ = ["BETTER", "COUNTS_ONLY", "DEFINITIONS", "RIGHT_CELLS", "TITLES", "TOO_FEW", "Definition",
           "Rows", "Slice", "against_target", "as_columns", "kpis", "sliced", "trend"]  # fmt: skip

Rows = Sequence[Facts] | Columns
DEFINITIONS = RATES
TITLES: dict[str, str] = {definition.name: definition.title for definition in ALL}
BETTER: dict[str, bool | None] = {definition.name: definition.higher_is_better for definition in ALL}
DIMENSIONS = ("release", "stage", "channel", "language", "topic", "segment", "week", "task_type", "handled_by")
"""What conversations can be sliced by; `intent` is another word for topic."""


def as_columns(rows: Rows) -> Columns:
    """The rows by column, as they are where they are so already."""
    return rows if isinstance(rows, Columns) else columns_of(rows)


@dataclass(frozen=True, slots=True)
class Slice:
    """The KPIs of the conversations that share these labels; `labels` always tells the source."""

    labels: dict[str, str | None]
    n: int
    kpis: tuple[Kpi, ...]


def kpis(
    rows: Rows, costs: Costs | None = None, *, names: Sequence[str] | None = None, recontact_days: float = 7.0
) -> list[Kpi]:
    """The KPIs of one release in the order in which they are shown; what no conversation tells is left out.

    Raises: InputError when replay and production are mixed, or for an unknown name.
    """
    columns = as_columns(rows)
    wanted = _definitions(names)
    key = ("kpis", msgspec.json.encode(costs), tuple(d.name for d in wanted), recontact_days)
    if key not in columns.memo:
        columns.memo[key] = _measured(view_of(columns, costs, recontact_days=recontact_days), wanted)
    return list(columns.memo[key])


def sliced(
    rows: Rows,
    by: Sequence[str],
    costs: Costs | None = None,
    *,
    names: Sequence[str] | None = None,
    recontact_days: float = 7.0,
) -> list[Slice]:
    """The KPIs of each combination of labels that occurs, and of each source apart, in the order of the labels.

    Raises: InputError for an unknown dimension or KPI, with the near one.
    """
    import numpy as np

    dimensions = [_dimension(name) for name in by]
    whole = with_recontact(as_columns(rows), recontact_days)
    wanted = _definitions(names)
    shape = ["source", *dict.fromkeys(dimensions)]
    sizes = [len(whole.names[name]) + 1 for name in shape]
    key = np.zeros(whole.n, dtype=np.int64)
    for name, size in zip(shape, sizes, strict=True):
        key = key * size + whole.codes[name] + 1
    order = np.argsort(key, kind="stable")
    ends = (np.flatnonzero(np.diff(key[order], append=-1)) + 1).tolist()
    ordered = whole.take(order)
    found, start = [], 0
    for end in ends:
        part = ordered.take(slice(start, end))
        labels = {name: _label(part, name) for name in shape}
        numbers = _measured(view_of(part, costs, recontact_days=recontact_days), wanted)
        found.append(Slice(labels, part.n, tuple(numbers)))
        start = end
    return sorted(found, key=lambda one: [(value is None, value or "") for value in one.labels.values()])


def trend(
    rows: Rows, name: str, costs: Costs | None = None, *, by: Sequence[str] = (), recontact_days: float = 7.0
) -> list[Slice]:
    """One KPI week by week, and by further dimensions; weeks are ISO weeks, an unknown week is left out."""
    weeks = sliced(rows, [*by, "week"], costs, names=[name], recontact_days=recontact_days)
    return [one for one in weeks if one.labels["week"] is not None]


def against_target(kpi: Kpi, band: Target | None) -> str:
    """Where a KPI lies beside its band: "in band", "too low", "too high", "near" (cannot tell), "" for none."""
    if band is None or kpi.value is None or (kpi.note is not None and kpi.unit == "rate"):
        return ""
    low = kpi.low if kpi.low is not None else kpi.value
    high = kpi.high if kpi.high is not None else kpi.value
    if band.low is not None and high < band.low:
        return "too low"
    if band.high is not None and low > band.high:
        return "too high"
    inside = (band.low is None or low >= band.low) and (band.high is None or high <= band.high)
    return "in band" if inside else "near"


def _measured(view: View, wanted: Sequence[Definition]) -> list[Kpi]:
    return [kpi for definition in wanted if (kpi := measure(view, definition)).n > 0]


def _definitions(names: Sequence[str] | None) -> list[Definition]:
    if names is None:
        return list(ALL)
    return list(_named(names))


def _named(names: Sequence[str]) -> Iterator[Definition]:
    for name in names:
        if name not in BY_NAME:
            raise InputError(f"unknown KPI '{name}'{near_match(name, tuple(BY_NAME))}; docs/kpis.md lists them")
        yield BY_NAME[name]


def _dimension(name: str) -> str:
    given = "topic" if name == "intent" else name
    if given not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise InputError(f"cannot slice by '{name}'{near_match(name, DIMENSIONS)} (known: {known})")
    return given


def _label(part: Columns, name: str) -> str | None:
    code = int(part.codes[name][0])
    return part.names[name][code] if code >= 0 else None
