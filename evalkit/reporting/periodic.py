"""The monthly or quarterly report: this period beside the one before, drift, topics, money; Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from evalkit.errors import InputError
from evalkit.kpi.drift import Drift, Shift, drift, shifts
from evalkit.kpi.economics import Return, roi
from evalkit.kpi.table import BETTER, TITLES, Slice, against_target, sliced
from evalkit.model import Kpi
from evalkit.policy.sections import Policy
from evalkit.reporting.markdown import escaped
from evalkit.reporting.summary import shown, shown_interval
from evalkit.reporting.terminal import printable
from evalkit.store.columns import Columns

_SHOWN = (
    "resolution_rate", "net_resolution_rate", "correct_rate", "escalation_rate", "honoured_request_rate", "csat_rate",
    "csat_proxy", "automation_rate", "answered_in_5_min_rate", "abandonment_rate", "loop_rate", "language_match_rate",
    "leaks", "zero_tolerance", "first_substantive_s", "time_to_human_s", "cost_per_resolution_eur",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month or quarter, [start, end) in UTC."""

    name: str
    start: datetime
    end: datetime

    @property
    def previous(self) -> Period:
        """The one before, of the same length."""
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        year, month = divmod(self.start.year * 12 + self.start.month - 1 - months, 12)
        return period_of(f"{year}-Q{month // 3 + 1}" if months == 3 else f"{year}-{month + 1:02}")


@dataclass(frozen=True, slots=True)
class Periodic:
    """All that the report shows; replay and production in tables of their own."""

    period: Period
    release: str
    now: tuple[Slice, ...]
    before: tuple[Slice, ...]
    charts: tuple[Drift, ...]
    moved: tuple[Shift, ...]
    returns: Return | None
    sentence: str


def period_of(text: str) -> Period:
    """The period of `2026-11` or `2026-Q4`.

    Raises: InputError for another form.

    >>> period_of("2026-Q4").previous.name, period_of("2026-01").previous.name
    ('2026-Q3', '2025-12')
    """
    found = re.fullmatch(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))", text)
    if found is None:
        raise InputError(f"period '{text}': expected a month such as 2026-11 or a quarter such as 2026-Q4")
    year = int(found[1])
    first, length = (3 * int(found[2]) - 2, 3) if found[2] else (int(found[3]), 1)
    last = first + length
    end = datetime(year + (last > 12), last - 12 if last > 12 else last, 1, tzinfo=UTC)
    return Period(text, datetime(year, first, 1, tzinfo=UTC), end)


def periodic(columns: Columns, release: str, period: Period, policy: Policy) -> Periodic:
    """The report of one period. Raises: InputError when no conversation of it is stored."""
    days = float(policy.resolution.recontact_days)

    def part(of: Period) -> Columns:
        at = columns.started_s
        return columns.take((at >= of.start.timestamp()) & (at < of.end.timestamp()))

    here = part(period)
    if not here.n:
        raise InputError(f"no stored conversation of '{release}' began in {period.name}")
    now = tuple(sliced(here, [], policy.costs, names=_SHOWN, recontact_days=days))
    before = tuple(sliced(part(period.previous), [], policy.costs, names=_SHOWN, recontact_days=days))
    until = columns.take(columns.started_s < period.end.timestamp())
    charts = tuple(drift(until, costs=policy.costs, recontact_days=days))
    said = _sentence(now, charts, policy)
    return Periodic(period, release, now, before, charts, tuple(shifts(until)), _returns(now, policy), said)


def as_markdown(report: Periodic, policy: Policy) -> str:
    """The report as Markdown."""
    lines = [f"# {escaped(report.release)}: {report.period.name}", "", escaped(report.sentence), ""]
    for one in report.now:
        lines += [f"## {one.labels['source']}: {one.n} conversations", ""]
        lines += ["| KPI | value | 95 % | n | before | change | target |", "|---|--:|--:|--:|--:|---|---|"]
        lines += [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in _rows(one, report, policy)]
        lines.append("")
    lines += ["## Drift", "", "| KPI | source | weeks | says |", "|---|---|--:|---|"]
    lines += [
        f"| {escaped(TITLES[d.name])} | {d.source} | {len(d.weeks)} | {escaped(_said(d))} |" for d in report.charts
    ]
    lines += [
        "",
        "## Topics that moved",
        "",
        *([f"- {escaped(_moved(m))}" for m in report.moved] or ["None by 5 points."]),
    ]
    if report.returns is not None:
        lines += ["", "## Money", "", escaped(_money(report.returns))]
    return "\n".join(lines) + "\n"


def as_html(report: Periodic, policy: Policy) -> str:
    """The report as one HTML file: no script, nothing from elsewhere, charts inline."""
    title = escape(printable(f"{report.release}: {report.period.name}"))
    body = [f"<h1>{title}</h1><p><strong>{escape(printable(report.sentence))}</strong></p>"]
    for one in report.now:
        body.append(f"<h2>{escape(str(one.labels['source']))}: {one.n} conversations</h2>")
        head = "".join(f"<th>{name}</th>" for name in ("KPI", "value", "95 %", "n", "before", "change", "target"))
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(printable(cell))}</td>" for cell in row) + "</tr>"
            for row in _rows(one, report, policy)
        )
        body.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    body.append("<h2>Drift</h2>")
    for chart in report.charts:
        body.append(
            f"<h3>{escape(TITLES[chart.name])} ({chart.source}): {escape(printable(_said(chart)))}</h3>{svg(chart)}"
        )
    moved = "".join(f"<li>{escape(printable(_moved(m)))}</li>" for m in report.moved) or "<li>None by 5 points.</li>"
    body.append(f"<h2>Topics that moved</h2><ul>{moved}</ul>")
    if report.returns is not None:
        body.append(f"<h2>Money</h2><p>{escape(_money(report.returns))}</p>")
    policy_line = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="{policy_line}">'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def svg(chart: Drift) -> str:
    """The weeks of a KPI with their intervals, the level of the baseline, and weeks out of control marked by shape."""
    points = [(week.name, week.kpi) for week in chart.weeks]
    if not points:
        return ""
    low = min(k.low if k.low is not None else k.value or 0.0 for _, k in points)
    high = max(k.high if k.high is not None else k.value or 0.0 for _, k in points)
    span = (high - low) or 1.0
    step = 640 / max(1, len(points) - 1)

    def y(value: float) -> float:
        return round(120 - 110 * (value - low) / span, 1)

    parts = [f'<svg viewBox="-10 0 670 150" role="img" aria-label="{escape(TITLES[chart.name])} by week">']
    if chart.chart is not None:
        parts.append(f'<line x1="0" x2="650" y1="{y(chart.chart.centre)}" y2="{y(chart.chart.centre)}" class="level"/>')
    for at, (name, kpi) in enumerate(points):
        x, value = round(at * step, 1), kpi.value or 0.0
        told = escape(f"{name}: {shown(kpi)} ({shown_interval(kpi)}), n = {kpi.n}")
        if kpi.low is not None and kpi.high is not None:
            parts.append(f'<line x1="{x}" x2="{x}" y1="{y(kpi.low)}" y2="{y(kpi.high)}" class="range"/>')
        if name in chart.weeks_out:
            parts.append(
                f'<rect x="{x - 5}" y="{y(value) - 5}" width="10" height="10" class="out"><title>{told}</title></rect>'
            )
        else:
            parts.append(f'<circle cx="{x}" cy="{y(value)}" r="4"><title>{told}</title></circle>')
        new = at and kpi.definition_version != points[at - 1][1].definition_version
        if at and not new:
            before = y(points[at - 1][1].value or 0.0)
            parts.append(f'<line x1="{round(x - step, 1)}" x2="{x}" y1="{before}" y2="{y(value)}"/>')
    parts.append(f'<text x="0" y="145">{escape(points[0][0])}</text>')
    parts.append(f'<text x="650" y="145" text-anchor="end">{escape(points[-1][0])}</text></svg>')
    return "".join(parts)


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.2rem .6rem;text-align:right;"
    "border-bottom:1px solid #8886}td:first-child,th:first-child{text-align:left}svg{width:100%;max-width:42rem}"
    "svg line{stroke:#0072B2;stroke-width:2}svg .range{stroke-width:1;opacity:.5}svg .level{stroke:#8a8f94;"
    "stroke-dasharray:4}svg circle{fill:#0072B2}svg .out{fill:#D55E00}svg text{font-size:12px;fill:currentColor}"
)


def _rows(one: Slice, report: Periodic, policy: Policy) -> list[list[str]]:
    earlier = {kpi.name: kpi for other in report.before if other.labels == one.labels for kpi in other.kpis}
    rows = []
    for kpi in one.kpis:
        old = earlier.get(kpi.name)
        target = against_target(kpi, policy.targets.bands.get(kpi.name))
        rows.append([TITLES[kpi.name], shown(kpi), shown_interval(kpi), str(kpi.n), shown(old) if old else "–",
                     _change(kpi, old), target])  # fmt: skip
    return rows


def _change(kpi: Kpi, old: Kpi | None) -> str:
    if old is None or None in (kpi.low, kpi.high, old.low, old.high):
        return ""
    if kpi.definition_version != old.definition_version:
        return "definition changed"
    assert kpi.low is not None and kpi.high is not None and old.low is not None and old.high is not None
    if kpi.low <= old.high and kpi.high >= old.low:
        return "= within chance"
    up, better = kpi.low > old.high, BETTER.get(kpi.name)
    return ("▲ " if up else "▼ ") + ("moved" if better is None else "better" if up == better else "worse")


def _said(chart: Drift) -> str:
    return chart.said + (f" ({', '.join(chart.weeks_out)})" if chart.weeks_out else "")


def _moved(one: Shift) -> str:
    return f"{one.topic}: {100 * one.before_rate:.0f} % of contacts before, {100 * one.after_rate:.0f} % in the last four weeks"


def _money(found: Return) -> str:
    return (
        f"At the policy's unit costs a month costs €{found.after_eur:,.0f} with the bot and €{found.before_eur:,.0f} without:"
        f" a saving of {100 * found.saving_rate:.0f} %, {found.roi:.1f} euro for each put in."
    )


def _returns(now: Sequence[Slice], policy: Policy) -> Return | None:
    for one in now:
        known = {kpi.name: kpi.value for kpi in one.kpis}
        rate = known.get("net_resolution_rate", known.get("resolution_rate"))
        if one.labels["source"] == "production" and rate is not None:
            return roi(policy.costs, rate)
    return None


def _sentence(now: Sequence[Slice], charts: Sequence[Drift], policy: Policy) -> str:
    parts = []
    for one in now:
        known = {kpi.name: kpi for kpi in one.kpis}
        kpi = known.get("resolution_rate")
        if kpi is not None and kpi.value is not None:
            parts.append(f"{one.labels['source']}: {shown(kpi)} resolved ({shown_interval(kpi)}) of {kpi.n}")
        missed = [TITLES[k.name] for k in one.kpis if against_target(k, policy.targets.bands.get(k.name))[:3] == "too"]
        if missed:
            parts.append(f"off target: {', '.join(missed)}")
    alarms = [TITLES[chart.name] for chart in charts if chart.said == "alarm"]
    parts.append(f"drifting: {', '.join(alarms)}" if alarms else "nothing drifts")
    return "; ".join(parts) + "."
