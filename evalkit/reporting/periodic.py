"""The monthly or quarterly report: this period beside the one before, drift, topics, money; Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from evalkit.errors import InputError
from evalkit.kpi.drift import Drift, Shift, drift, shifts
from evalkit.kpi.economics import Return, roi
from evalkit.kpi.table import BETTER, TITLES, Slice, against_target, sliced
from evalkit.model import Kpi
from evalkit.policy.sections import Policy
from evalkit.reporting import plots
from evalkit.reporting.markdown import escaped
from evalkit.reporting.marking import visible
from evalkit.reporting.page import CLOSING, opening
from evalkit.reporting.summary import shown, shown_interval
from evalkit.reporting.trends import Point, trend
from evalkit.store.columns import Columns
from evalkit.text.counted import counted

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
    """The report as one HTML file in the look of all reports: no script, nothing from elsewhere, charts inline."""
    title = f"{report.release}: {report.period.name}"
    lead = report.sentence[:1].upper() + report.sentence[1:]
    body = [
        opening(title, "plots.css", "site.css"),
        f'<header><h1>{visible(title)}</h1><p class="lead">{visible(lead)}</p></header>',
    ]
    for one in report.now:
        body += [f"<h2>{visible(str(one.labels['source']).capitalize())}: {counted(one.n, 'conversation')}</h2>"]
        body.append(_table(one, report, policy))
    cards = "".join(_card(chart) for chart in report.charts if chart.weeks)
    if cards:
        legend = "<span>● a week with its 95 % interval</span><span>┄ its level</span><span>▲ outside its limits</span>"
        body.append(f'<h2>Drift</h2><p class=legend>{legend}</p><div class="grid-of-trends">{cards}</div>')
    moved = "".join(f"<li>{visible(_moved(one))}</li>" for one in report.moved) or "<li>None by 5 points.</li>"
    body.append(f"<h2>Topics that moved</h2><ul>{moved}</ul>")
    if report.returns is not None:
        body.append(f"<h2>Money</h2><p>{visible(_money(report.returns))}</p>")
    return "".join([*body, CLOSING])


def _table(one: Slice, report: Periodic, policy: Policy) -> str:
    earlier = _earlier(one, report)
    head = "<th>KPI</th><th>value</th><th class=plotted></th><th>n</th>"
    head += f"<th>{visible(report.period.previous.name)}</th><th>change</th>" if earlier else ""
    rows = []
    for kpi in one.kpis:
        old, target = earlier.get(kpi.name), policy.targets.bands.get(kpi.name)
        interval = shown_interval(kpi)
        plot = plots.interval(kpi, old, (target.low, target.high) if target is not None else None)
        missed = against_target(kpi, target)
        small = " · ".join(part for part in (interval, f"target: {missed}" if missed else "") if part)
        cells = (
            f"<td>{visible(TITLES[kpi.name])}</td><td class=v>{shown(kpi)}{f'<small>{visible(small)}</small>' if small else ''}</td>"
            f"<td class=plotted>{plot}</td><td class=n><span>n = </span>{kpi.n}</td>"
        )
        if earlier:
            cells += f"<td class=b>{shown(old) if old else '–'}</td><td class=l>{visible(_change(kpi, old))}</td>"
        rows.append(f"<tr>{cells}</tr>")
    return f"<table class=kpis><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _card(chart: Drift) -> str:
    points = [Point(week.name, week.kpi, "", out=week.name in chart.weeks_out) for week in chart.weeks]
    level = chart.chart.centre if chart.chart is not None else None
    title = f"{TITLES[chart.name]} · {chart.source}"
    said = f'<p class="soft">{visible(_said(chart))}</p>'
    return f'<section class="card"><h3>{visible(title)}</h3>{trend(title, points, level=level)}{said}</section>'


def _rows(one: Slice, report: Periodic, policy: Policy) -> list[list[str]]:
    earlier = _earlier(one, report)
    rows = []
    for kpi in one.kpis:
        old = earlier.get(kpi.name)
        target = against_target(kpi, policy.targets.bands.get(kpi.name))
        rows.append([TITLES[kpi.name], shown(kpi), shown_interval(kpi), str(kpi.n), shown(old) if old else "–",
                     _change(kpi, old), target])  # fmt: skip
    return rows


def _earlier(one: Slice, report: Periodic) -> dict[str, Kpi]:
    """The KPIs of the period before, of the same source."""
    return {kpi.name: kpi for other in report.before if other.labels == one.labels for kpi in other.kpis}


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
    charted = any(chart.chart is not None for chart in charts)
    steady = "nothing drifts" if charted else "too few weeks to tell drift"
    parts.append(f"drifting: {', '.join(alarms)}" if alarms else steady)
    return "; ".join(parts) + "."
