"""Tables that answer one question each: solved × satisfied, automation or waiting × satisfaction, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from evalkit.kpi.logic import Flag
from evalkit.kpi.measuring import COUNTS_ONLY, View, rate_of, view_of
from evalkit.kpi.table import Rows, as_columns, sliced
from evalkit.model import Kpi
from evalkit.policy.sections import Costs
from evalkit.stats import Interval

OUTCOMES = (
    "resolved_verified", "resolved_confirmed", "resolved_assumed", "contained_unverified", "refused_correctly",
    "escalated_completed", "escalated_dropped", "unresolved_explicit", "abandoned",
)  # fmt: skip
"""How a conversation with a request can end; their shares add up to 1."""
_BETTER, _BEND = 2 / 3, 0.1
_WAITS_S = (10.0, 60.0, 300.0, float("inf"))


class Outcome(NamedTuple):
    """One rung of the ladder: its share among conversations with a request and a known outcome."""

    name: str
    n: int
    share: float


class TwoAxes(NamedTuple):
    """Solved × satisfied, in conversations; `by` says whether satisfaction was surveyed or estimated."""

    by: str
    solved_satisfied: int
    solved_unhappy: int
    happy_but_wrong: int
    unsolved_unhappy: int

    @property
    def n(self) -> int:
        """How many conversations say both."""
        return self.solved_satisfied + self.solved_unhappy + self.happy_but_wrong + self.unsolved_unhappy


class Topic(NamedTuple):
    """One topic: its volume, how much of it the bot finishes alone, and how satisfied its customers are (rates)."""

    name: str
    n: int
    automation: Kpi | None
    satisfaction: Kpi | None


class Knee(NamedTuple):
    """The automation rate from which satisfaction falls, and its slope on either side (per point of automation)."""

    automation_rate: float
    slope_before: float
    slope_after: float
    n: int


class Wait(NamedTuple):
    """Satisfaction among conversations whose first substantive answer took at most `upto_s` (and more than before)."""

    upto_s: float
    satisfied: Interval | None
    n: int


@dataclass(frozen=True, slots=True)
class Covered:
    """One of the most frequent questions: its share of production, and the cases that test it."""

    topic: str
    n: int
    share: float
    n_cases: int
    pass_rate: Kpi | None


def ladder(rows: Rows) -> list[Outcome]:
    """The shares of all outcomes of one source; they add up to 1, so nothing hides between solved and escalated."""
    view = _view(rows)
    columns = view.columns
    counts = [(name, int(columns.is_("outcome", name).sum())) for name in OUTCOMES]
    total = sum(n for _, n in counts)
    return [Outcome(name, n, n / total) for name, n in counts] if total else []


def solved_by_satisfied(rows: Rows) -> TwoAxes:
    """The table "happy but wrong", "solved but unhappy"; from surveys where there are 20, else from the estimate."""
    import numpy as np

    columns = _view(rows).columns
    solved, surveyed = columns.flags["solved"], columns.flags["satisfied"]
    by, satisfied = "survey", surveyed
    if int(((solved >= 0) & (surveyed >= 0)).sum()) < COUNTS_ONLY:
        estimate = columns.numbers["satisfaction"]
        by, satisfied = "estimate", np.where(np.isnan(estimate), -1, estimate >= 0.5).astype(np.int8)
    cells = [int(((solved == a) & (satisfied == b)).sum()) for a, b in ((1, 1), (1, 0), (0, 1), (0, 0))]
    return TwoAxes(by, *cells)


def automation_by_topic(rows: Rows, costs: Costs | None = None) -> list[Topic]:
    """Automation rate and satisfaction of each topic, the most frequent first; surveys before the estimate."""
    names = ["automation_rate", "csat_rate", "csat_proxy"]
    found = []
    for one in sliced(rows, ["topic"], costs, names=names):
        known = {kpi.name: kpi for kpi in one.kpis}
        survey = known.get("csat_rate")
        usable = survey is not None and survey.note is None
        satisfaction = survey if usable else known.get("csat_proxy")
        found.append(Topic(one.labels["topic"] or "unknown", one.n, known.get("automation_rate"), satisfaction))
    return sorted(found, key=lambda topic: -topic.n)


def knee(topics: Sequence[Topic]) -> Knee | None:
    """Where satisfaction begins to fall with automation: the best broken line, None where a straight one does as well.

    Weighted least squares over topics (at least 6); the break must lower the squared error by a third and turn down.
    Source: segmented regression (Hudson 1966).
    """
    import numpy as np

    points = [
        (t.automation.value, t.satisfaction.value, t.n)
        for t in topics
        if t.automation is not None and t.satisfaction is not None
        and t.automation.value is not None and t.satisfaction.value is not None
    ]  # fmt: skip
    if len(points) < 6:
        return None
    x, y, n = (np.array(column, dtype=float) for column in zip(*sorted(points), strict=True))
    straight, _ = _fitted(np.column_stack([np.ones_like(x), x]), y, n)
    best: tuple[float, float, Any] | None = None
    for at in np.unique(x)[1:-1]:
        error, line = _fitted(np.column_stack([np.ones_like(x), x, np.maximum(0.0, x - at)]), y, n)
        if best is None or error < best[0]:
            best = (error, float(at), line)
    if best is None or straight < 1e-9 * n.sum() or best[0] > _BETTER * straight:
        return None
    bend, after = float(best[2][2]), float(best[2][1] + best[2][2])
    # A bend of less than a point a tenth of automation is nobody's reason to automate less.
    if bend > -_BEND or after > -_BEND:
        return None
    return Knee(best[1], float(best[2][1]), float(best[2][1] + best[2][2]), len(points))


def waiting_by_satisfaction(rows: Rows) -> list[Wait]:
    """Satisfied customers (surveys) by the time to the first substantive answer."""
    import numpy as np

    view = _view(rows)
    waited = view.columns.numbers["first_substantive_ms"] / 1000
    said = Flag("satisfied").columns(view.columns)
    found, above = [], -1.0
    for upto in _WAITS_S:
        here = (waited > above) & (waited <= upto)
        interval, groups, _ = rate_of(view, np.where(here, said, np.int8(-1)))
        found.append(Wait(upto, interval if groups >= COUNTS_ONLY else None, int((here & (said >= 0)).sum())))
        above = upto
    return found


def top_topics(production: Rows, replay: Rows, n: int = 20) -> list[Covered]:
    """The most frequent topics of production beside what a replay tests of them."""
    view, tested = _view(production), {}
    for one in sliced(replay, ["topic"], names=["pass_rate"]):
        tested[one.labels["topic"]] = one.kpis[0] if one.kpis else None
    cases = _cases_by_topic(replay)
    names, codes = view.columns.names["topic"], view.columns.codes["topic"]
    import numpy as np

    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    total = int(counts.sum())
    order = sorted(range(len(names)), key=lambda code: (-int(counts[code]), names[code]))[:n]
    return [
        Covered(name := names[code], int(counts[code]), int(counts[code]) / total, cases.get(name, 0), tested.get(name))
        for code in order if counts[code]
    ]  # fmt: skip


def top_topics_covered_rate(covered: Sequence[Covered]) -> float | None:
    """The share of the top topics' volume that at least one case tests, None without a topic."""
    total = sum(one.n for one in covered)
    return sum(one.n for one in covered if one.n_cases) / total if total else None


def breaks(points: Sequence[tuple[str, Kpi, str]]) -> list[int]:
    """The positions of (label, KPI, set of scores) from which a line starts anew: other definition, other scorers."""
    marks = [(kpi.definition_version, key) for _, kpi, key in points]
    return [at for at in range(1, len(marks)) if marks[at] != marks[at - 1]]


def _cases_by_topic(rows: Rows) -> dict[str, int]:
    columns = as_columns(rows)
    pairs = {
        (topic, case)
        for topic, case in zip(columns.codes["topic"].tolist(), columns.codes["case_id"].tolist(), strict=True)
        if topic >= 0 and case >= 0
    }
    found: dict[str, int] = {}
    for topic, _ in pairs:
        found[columns.names["topic"][topic]] = found.get(columns.names["topic"][topic], 0) + 1
    return found


def _view(rows: Rows) -> View:
    return view_of(as_columns(rows))


def _fitted(design: Any, y: Any, n: Any) -> tuple[float, Any]:
    import numpy as np

    root = np.sqrt(n)
    line, *_ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    return float((n * (y - design @ line) ** 2).sum()), line
