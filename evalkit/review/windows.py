"""What people would say of each slice and week, from labels of some of its conversations; and of a week without labels,
from what is known of the machine's errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evalkit.kpi.logic import Flag, OneOf
from evalkit.kpi.table import DIMENSIONS
from evalkit.model import Kpi, Run
from evalkit.review.agreement import RATES_FROM, weighted_share
from evalkit.review.labelling import final
from evalkit.review.questions import Question
from evalkit.stats import rogan_gladen, weighted_rate
from evalkit.store.columns import Columns
from evalkit.store.facts import Facts
from evalkit.store.store import Store

OLDER_WEEKS = 8
OLDER = "estimated from older reviews (Rogan-Gladen)"
"""Method of a week that nobody labelled: draw it dashed."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One conversation that was drawn at random and labelled; `weight` is how many it stands for."""

    row: Facts
    said: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Window:
    """One slice as reviewers judge it; `n` counts its conversations, the Kpi's `n` its labels."""

    labels: dict[str, str | None]
    n: int
    kpi: Kpi

    @property
    def is_older(self) -> bool:
        """Whether nobody labelled this week, so that the number rests on earlier ones."""
        return self.kpi.method == OLDER


def labelled(store: Store, runs: Iterable[tuple[Run, str]], question: Question) -> list[Labelled]:
    """The final labels on one question with the facts of these runs and sets of scores; hand-picked ones stay out."""
    reviews = {
        conversation_id: review
        for (conversation_id, asked), review in final(store.reviews()).items()
        if asked == question.id and review.inclusion_probability and question.is_positive(review.label) is not None
    }
    return [
        Labelled(row, bool(question.is_positive(review.label)), 1 / (review.inclusion_probability or 1.0))
        for run, key in runs
        for conversation_id, review in sorted(reviews.items())
        if (row := store.fact(run.id, key, conversation_id)) is not None
    ]


def reviewed_slices(
    columns: Columns, labels: Sequence[Labelled], question: Question, by: Sequence[str]
) -> list[Window]:
    """The rate of a yes in each slice that occurs, of each source apart; a week needs 20 labels of its own.

    A slice with fewer says so. A week with fewer shows the machine's rate, corrected by its errors in the eight weeks
    before, where those are known.
    Source: Hájek 1971 (weights of the draw); Rogan & Gladen 1978.
    """
    dimensions = ["source", *dict.fromkeys("topic" if name == "intent" else name for name in by)]
    machine = _machine(columns, question)
    found = []
    for names, which in _groups(columns, [d for d in dimensions if d == "source" or d in DIMENSIONS]):
        own = [one for one in labels if all(getattr(one.row, d) == name for d, name in names.items())]
        kpi = _kpi(question, own, len(which))
        if kpi.value is None and names.get("week") is not None:
            kpi = _from_older(question, names, labels, machine[which]) or kpi
        found.append(Window(names, len(which), kpi))
    return sorted(found, key=lambda one: [(value is None, value or "") for value in one.labels.values()])


def _kpi(question: Question, own: Sequence[Labelled], n_total: int) -> Kpi:
    name, n = f"{question.id}_reviewed_rate", len(own)
    few = Kpi(name=name, value=None, n=n, n_total=n_total, note=f"not enough reviews ({n} of {RATES_FROM} labels)")
    if n < RATES_FROM:
        return few
    found = weighted_rate([float(one.said) for one in own], [one.weight for one in own])
    if found.n / found.design_effect < RATES_FROM:
        return few
    return Kpi(
        name=name, value=found.rate, n=n, n_total=n_total, low=found.low, high=found.high,
        method="labels, weighted by how they were drawn", coverage_rate=n / n_total if n_total else None,
    )  # fmt: skip


def _from_older(
    question: Question, names: Mapping[str, str | None], labels: Sequence[Labelled], machine: Any
) -> Kpi | None:
    this = _monday(str(names["week"]))
    older = [
        one for one in labels
        if one.row.week is not None and 0 < (this - _monday(one.row.week)).days <= 7 * OLDER_WEEKS
        and all(getattr(one.row, d) == name for d, name in names.items() if d != "week")
    ]  # fmt: skip
    held = [(question.machine(one.row), one) for one in older]
    sensitivity = weighted_share([(said, one.weight) for said, one in held if said is not None and one.said])
    specificity = weighted_share([(not said, one.weight) for said, one in held if said is not None and not one.said])
    known, good = int((machine >= 0).sum()), int((machine == 1).sum())
    if sensitivity is None or specificity is None or not known:
        return None
    try:
        found = rogan_gladen(
            (good, known), sensitivity.rate, specificity.rate,
            n_sensitivity=sensitivity.n_effective, n_specificity=specificity.n_effective,
        )  # fmt: skip
    except ValueError:
        return None  # The machine hardly tells good from bad, so its rate says nothing of the truth.
    return Kpi(
        name=f"{question.id}_reviewed_rate", value=found.rate, n=len(older), n_total=len(machine), low=found.low,
        high=found.high, method=OLDER, coverage_rate=known / len(machine),
    )  # fmt: skip


def _machine(columns: Columns, question: Question) -> Any:
    import numpy as np

    if question.fact is None:
        return np.full(columns.n, -1, dtype=np.int8)
    if question.fact in columns.names:
        return OneOf(question.fact, frozenset(map(str, question.machine_positive))).columns(columns)
    return Flag(question.fact).columns(columns)


def _groups(columns: Columns, dimensions: Sequence[str]) -> list[tuple[dict[str, str | None], Any]]:
    import numpy as np

    key = np.zeros(columns.n, dtype=np.int64)
    for name in dimensions:
        key = key * (len(columns.names[name]) + 1) + columns.codes[name] + 1
    order = np.argsort(key, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if columns.n else []
    return [({name: _label(columns, name, int(part[0])) for name in dimensions}, part) for part in parts]


def _label(columns: Columns, name: str, at: int) -> str | None:
    code = int(columns.codes[name][at])
    return columns.names[name][code] if code >= 0 else None


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)
