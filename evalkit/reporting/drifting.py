"""Drift as text and as plain data."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from evalkit.kpi.drift import Drift, Shift
from evalkit.kpi.table import TITLES
from evalkit.reporting.summary import shown
from evalkit.reporting.terminal import printable


def as_text(charts: Sequence[Drift], moved: Sequence[Shift]) -> str:
    """One line a KPI, then the topics that moved."""
    from tabulate import tabulate

    rows = [
        [TITLES[chart.name], chart.source, len(chart.weeks), shown(chart.weeks[-1].kpi), chart.said,
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


def _chart(chart: object) -> object:
    return None if chart is None else chart._asdict()  # type: ignore[attr-defined]
