"""Is a KPI leaving its level? Weekly control charts from the facts, and how the mix of topics moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.kpi.definitions import BY_NAME
from evalkit.kpi.table import Rows, Slice, sliced, trend
from evalkit.model import Kpi
from evalkit.policy.sections import Costs
from evalkit.stats import Chart, cusum, ewma
from evalkit.stats.checking import Z

HEADLINES = ("resolution_rate", "escalation_rate", "correct_rate", "csat_rate", "honoured_request_rate")
"""What may alarm; slices only inform."""
MIN_WEEKS, BASELINE_WEEKS, MIN_WEEK_N = 9, 8, 20
MOVED = 0.05
"""A topic whose share of all contacts moved by this much is told."""


@dataclass(frozen=True, slots=True)
class Week:
    """One point of a chart; `tag` names a season such as "Black Friday" in which alarms are expected."""

    name: str
    kpi: Kpi
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """One KPI over the weeks. `chart` is the plain one, `laney` that which allows for weeks that always differ.

    `said` is "alarm", "alarm, weeks differ by more than chance" (only the plain chart alarms), "steady" or
    "too few weeks"; `weeks_out` names the weeks outside the limits that carry no season's tag.
    """

    name: str
    source: str
    weeks: tuple[Week, ...]
    said: str
    weeks_out: tuple[str, ...] = ()
    chart: Chart | None = None
    laney: Chart | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A topic's share of the contacts in the baseline weeks and in the newest four."""

    topic: str
    before_rate: float
    after_rate: float
    n_after: int


def drift(
    rows: Rows,
    names: Sequence[str] = HEADLINES,
    costs: Costs | None = None,
    *,
    method: str = "ewma",
    seasons: Mapping[str, str] | None = None,
    recontact_days: float = 7.0,
) -> list[Drift]:
    """One entry a KPI and source that has weeks; `method` "ewma" or "cusum", `seasons` tags by ISO week.

    A week with fewer than 20 conversations, or still open for a KPI with a window, is left out.
    Source: EWMA (Lucas & Saccucci 1990), CUSUM (Page 1954), over-dispersion (Laney 2002).
    """
    found = []
    for name in names:
        by_source: dict[str, list[Slice]] = {}
        for one in trend(rows, name, costs, recontact_days=recontact_days):
            by_source.setdefault(str(one.labels["source"]), []).append(one)
        for source, weeks in sorted(by_source.items()):
            found.append(charted(name, source, weeks, method, seasons or {}))
    return [one for one in found if one.weeks]


def shifts(rows: Rows) -> list[Shift]:
    """The topics whose share moved by at least 5 points between the baseline and the newest four weeks, most first."""
    slices = [one for one in sliced(rows, ["week", "topic"], names=[]) if one.labels["source"] != "replay"]
    weeks = sorted({str(one.labels["week"]) for one in slices if one.labels["week"]})
    if len(weeks) < MIN_WEEKS:
        return []
    old, new = set(weeks[:BASELINE_WEEKS]), set(weeks[BASELINE_WEEKS:][-4:])
    before, after = _shares(slices, old), _shares(slices, new)
    total_before, total_after = sum(before.values()), sum(after.values())
    if not total_before or not total_after:
        return []
    found = [
        Shift(topic, before.get(topic, 0) / total_before, after.get(topic, 0) / total_after, after.get(topic, 0))
        for topic in sorted({*before, *after})
    ]
    moved = [one for one in found if abs(one.after_rate - one.before_rate) >= MOVED]
    return sorted(moved, key=lambda one: -abs(one.after_rate - one.before_rate))


def charted(
    name: str, source: str, slices: Sequence[Slice], method: str = "ewma", seasons: Mapping[str, str] | None = None
) -> Drift:
    """The charts of one number over slices by week, each with its one KPI; a KPI of people's labels does as well."""
    seasons = seasons or {}
    weeks = tuple(
        Week(week, one.kpis[0], seasons.get(week))
        for one in slices
        if one.kpis
        and (week := str(one.labels["week"]))
        and one.kpis[0].n >= MIN_WEEK_N
        and one.kpis[0].value is not None
    )
    errors = [_standard_error(week.kpi) for week in weeks]
    if len(weeks) < MIN_WEEKS or any(error is None for error in errors):
        return Drift(name, source, weeks, "too few weeks")
    values = [week.kpi.value or 0.0 for week in weeks]
    draw = cusum if method == "cusum" else ewma
    se = [error or 1.0 for error in errors]
    plain = draw(values, se=se, baseline=BASELINE_WEEKS)
    laney = draw(values, se=se, baseline=BASELINE_WEEKS, laney=True)
    sure, loose = _out(weeks, laney), _out(weeks, plain)
    said = "alarm" if sure else "alarm, weeks differ by more than chance" if loose else "steady"
    return Drift(name, source, weeks, said, sure or loose, plain, laney)


def _out(weeks: Sequence[Week], chart: Chart) -> tuple[str, ...]:
    # The baseline's own weeks set the level; a tagged season explains itself.
    return tuple(weeks[at].name for at in chart.alarms if at >= BASELINE_WEEKS and weeks[at].tag is None)


def _standard_error(kpi: Kpi) -> float | None:
    if kpi.low is None or kpi.high is None:
        return None
    known = BY_NAME.get(kpi.name)
    if known is not None and known.kind == "rate" and kpi.value is not None:
        # Of the week itself, with half a hit so that 0 % and 100 % keep a spread.
        n = max(1.0, kpi.n)
        p = (kpi.value * n + 0.5) / (n + 1)
        return float((p * (1 - p) / n) ** 0.5)
    return max(1e-9, (kpi.high - kpi.low) / (2 * Z))


def _shares(slices: Sequence[Slice], weeks: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in slices:
        if one.labels["week"] in weeks and one.labels["topic"] is not None:
            found[str(one.labels["topic"])] = found.get(str(one.labels["topic"]), 0) + one.n
    return found
