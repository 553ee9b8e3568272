"""One KPI over releases as a small inline SVG of plain attributes, so that the strictest content policy shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.kpi.pictures import breaks
from evalkit.model import Kpi
from evalkit.reporting.marking import visible
from evalkit.reporting.plots import tens
from evalkit.reporting.summary import shown, shown_interval

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 340, 132, 44, 14, 14, 24


@dataclass(frozen=True, slots=True)
class Point:
    """One release of a trend; `key` names the set of scores, `failed` whether the gate refused it."""

    release: str
    kpi: Kpi
    key: str
    failed: bool = False
    out: bool = False
    """Whether a week is outside the limits of its control chart."""


def trend(title: str, points: Sequence[Point], *, level: float | None = None) -> str:
    """The chart: a dot with its interval for each release or week, joined where they were measured the same way."""
    low, high = _range([point.kpi for point in points])

    def x(number: int) -> float:
        span = _WIDTH - _LEFT - _RIGHT
        return round(_LEFT + (span / 2 if len(points) == 1 else span * number / (len(points) - 1)), 1)

    def y(value: float) -> float:
        share = (value - low) / (high - low)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

    parts = [_axis(points, low, high)]
    if level is not None and low <= level <= high:
        parts.append(f'<line x1="{_LEFT}" y1="{y(level)}" x2="{_WIDTH - _RIGHT}" y2="{y(level)}" class="broken"/>')
    anew = set(breaks([(point.release, point.kpi, point.key) for point in points]))
    for number, point in enumerate(points):
        value = point.kpi.value or 0.0
        here = x(number), y(value)
        if number:
            before = points[number - 1]
            there = x(number - 1), y(before.kpi.value or 0.0)
            parts.append(_broken((there[0] + here[0]) / 2) if number in anew else _joined(there, here))
        if point.kpi.low is not None and point.kpi.high is not None:
            ends = (y(min(max(end, low), high)) for end in (point.kpi.low, point.kpi.high))
            parts.append('<line x1="{0}" y1="{1}" x2="{0}" y2="{2}" class="interval"/>'.format(here[0], *ends))
        parts.append(_dot(point, *here))
    label = f"{title}: " + ", ".join(f"{p.release} {shown(p.kpi)}" for p in points)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" class="trend" role="img" aria-label="{visible(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _joined(there: tuple[float, float], here: tuple[float, float]) -> str:
    return f'<line x1="{there[0]}" y1="{there[1]}" x2="{here[0]}" y2="{here[1]}" class="joined"/>'


def _broken(x: float) -> str:
    title = "<title>measured otherwise from here on</title>"
    return f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}" class="broken">{title}</line>'


def _dot(point: Point, x: float, y: float) -> str:
    interval = shown_interval(point.kpi)
    said = f"{point.release}: {shown(point.kpi)}{f' ({interval})' if interval else ''}, n = {point.kpi.n}"
    said += ", the gate refused it" if point.failed else ", outside its limits" if point.out else ""
    title = f"<title>{visible(said)}</title>"
    if point.out:
        return f'<path d="M{x - 6} {y + 5}h12l-6 -11z" class="out">{title}</path>'
    if point.failed:
        return f'<path d="M{x - 5} {y - 5}l10 10m0-10l-10 10" class="refused">{title}</path>'
    return f'<circle cx="{x}" cy="{y}" r="4" class="dot">{title}</circle>'


def _axis(points: Sequence[Point], low: float, high: float) -> str:
    unit = points[-1].kpi.unit
    foot = _HEIGHT - _BOTTOM
    names = [(points[0].release, "start")] if len(points) > 1 else []
    names.append((points[-1].release, "end" if len(points) > 1 else "middle"))
    parts = [
        f'<line x1="{_LEFT}" y1="{at}" x2="{_WIDTH - _RIGHT}" y2="{at}" class="grid"/>'
        f'<text x="{_LEFT - 8}" y="{at + 4}" text-anchor="end" class="tick">{_tick(value, unit)}</text>'
        for at, value in ((_TOP, high), (foot, low))
    ]
    for name, anchor in names:
        at = {"start": _LEFT, "end": _WIDTH - _RIGHT}.get(anchor, (_WIDTH + _LEFT) / 2)
        cut = name if len(name) <= 18 else f"{name[:17]}…"
        parts.append(f'<text x="{at}" y="{_HEIGHT - 6}" text-anchor="{anchor}" class="tick">{visible(cut)}</text>')
    return "".join(parts)


def _range(kpis: Sequence[Kpi]) -> tuple[float, float]:
    values = [v for kpi in kpis for v in (kpi.value, kpi.low, kpi.high) if v is not None]
    if kpis[-1].unit == "rate":
        return tens(min(values), max(values))
    return 0.0, max([*values, 1e-9]) * 1.1 if max(values) > 0 else 1.0


def _tick(value: float, unit: str) -> str:
    if unit == "rate":
        return f"{100 * value:.0f} %"
    if unit == "ms":
        return f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms"
    if unit == "s":
        return f"{1000 * value:.0f} ms" if 0 < value < 1 else f"{value:.1f} s" if value % 1 else f"{value:.0f} s"
    if unit == "eur":
        return f"€{value:.2f}"
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
