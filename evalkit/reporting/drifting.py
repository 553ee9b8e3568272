"""Drift as text and as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from evalkit.kpi.drift import Drift, Shift, charted
from evalkit.kpi.table import TITLES, Slice
from evalkit.reporting.summary import shown
from evalkit.reporting.terminal import printable
from evalkit.review.windows import Window


def reviewed(weeks: Sequence[Window], method: str, seasons: Mapping[str, str]) -> list[Drift]:
    """The charts of what reviewers say, by question and source; weeks that rest on older labels are no news."""
    by_line: dict[tuple[str, str], list[Slice]] = {}
    for one in weeks:
        if one.labels.get("week") is not None and not one.is_older:
            line = by_line.setdefault((one.kpi.name, str(one.labels["source"])), [])
            line.append(Slice(one.labels, one.n, (one.kpi,)))
    charts = [charted(name, source, slices, method, seasons) for (name, source), slices in sorted(by_line.items())]
    return [chart for chart in charts if chart.weeks]


def as_text(charts: Sequence[Drift], moved: Sequence[Shift]) -> str:
    """One line a KPI, then the topics that moved."""
    from tabulate import tabulate

    rows = [
        [_title(chart.name), chart.source, len(chart.weeks), shown(chart.weeks[-1].kpi), chart.said,
         ", ".join(chart.weeks_out)]
        for chart in charts
    ]  # fmt: skip
    lines = [tabulate(rows, headers=["KPI", "source", "weeks", "newest", "says", "weeks out"], disable_numparse=True)]
    lines += [
        f"topic {printable(one.topic)}: {100 * one.before_rate:.0f} % → {100 * one.after_rate:.0f} % of contacts"
        for one in moved
    ]
    return "\n".join(lines) if charts else "no week with enough conversations yet"


def as_data(release: str, charts: Sequence[Drift], moved: Sequence[Shift]) -> dict[str, object]:
    """The charts with their limits, week by week."""
    return {
        "release": release,
        "kpis": [
            {
                "name": chart.name, "source": chart.source, "says": chart.said, "weeks_out": list(chart.weeks_out),
                "weeks": [
                    {"week": week.name, "tag": week.tag, **msgspec.to_builtins(week.kpi)} for week in chart.weeks
                ],
                "ewma": _chart(chart.chart), "laney": _chart(chart.laney),
            }
            for chart in charts
        ],
        "topics": [msgspec.to_builtins(one) for one in moved],
    }  # fmt: skip


def _title(name: str) -> str:
    return TITLES.get(name, f"{name.removesuffix('_reviewed_rate')}, as reviewers judge it")


def _chart(chart: object) -> object:
    return None if chart is None else chart._asdict()  # type: ignore[attr-defined]
