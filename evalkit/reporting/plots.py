"""The dashboards' plots as inline SVG of plain attributes, so that the strictest content policy shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

from evalkit.comparison.slopes import Slope
from evalkit.model import Kpi
from evalkit.reporting.marking import visible

_WIDE = 360
"""Units of width of a plot that fills a telephone's screen: text stays readable there."""
_LINE = 15
_TEN_S = 10.0


def interval(kpi: Kpi, before: Kpi | None, band: tuple[float | None, float | None] | None) -> str:
    """A rate on a line from 0 to 100 %: target behind, the baseline's diamond above, the candidate's dot below."""
    if not _drawn(kpi):
        return ""
    parts = ['<line x1="6" y1="13" x2="194" y2="13" class="axis"/>']
    if band is not None:
        low, high = _x(band[0] or 0.0), _x(band[1] if band[1] is not None else 1.0)
        parts.insert(0, f'<rect x="{low}" y="0" width="{max(0.0, round(high - low, 1))}" height="26" class="target"/>')
    said = f"{100 * (kpi.value or 0):.0f} % ({100 * (kpi.low or 0):.0f} to {100 * (kpi.high or 0):.0f})"
    if before is not None and _drawn(before):
        at = _x(before.value or 0.0)
        parts.append(f'<line x1="{_x(before.low or 0)}" y1="8" x2="{_x(before.high or 0)}" y2="8" class="before"/>')
        parts.append(f'<path d="M{at - 4} 8l4 -4 4 4 -4 4z" class="was"/>')
        said += f", before {100 * (before.value or 0):.0f} %"
    parts.append(f'<line x1="{_x(kpi.low or 0)}" y1="17" x2="{_x(kpi.high or 0)}" y2="17" class="interval"/>')
    parts.append(f'<circle cx="{_x(kpi.value or 0)}" cy="17" r="4.5" class="dot"/>')
    return f'<svg viewBox="0 0 200 26" class="plot line" role="img" aria-label="{said}">{"".join(parts)}</svg>'


def slope(found: Sequence[Slope], names: tuple[str, str], title: str) -> str:
    """One line per slice from the baseline to the candidate; only those that are no chance have colour and a name."""
    left, right, top, foot = 46, 214, 26, 226
    values = [kpi.value or 0.0 for one in found for kpi in (one.before, one.after)]
    low, high = tens(min(values), max(values))

    def y(value: float) -> float:
        return round(foot - (value - low) / (high - low) * (foot - top), 1)

    parts = [
        f'<line x1="{x}" y1="{top}" x2="{x}" y2="{foot}" class="axis"/>'
        f'<text x="{x}" y="14" text-anchor="middle" class="tick">{visible(_cut(name, 22))}</text>'
        for x, name in ((left, names[0]), (right, names[1]))
    ]
    parts += [
        f'<text x="{left - 8}" y="{y(v) + 4}" text-anchor="end" class="tick">{100 * v:.0f} %</text>'
        for v in (low, high)
    ]
    loud = [one for one in found if one.verdict in {"better", "worse"}]
    shown = loud or list(found)
    labels = sorted(shown, key=lambda one: y(one.after.value or 0.0))[:14]
    for one in sorted(found, key=lambda one: one in loud):
        kind = one.verdict if one in loud else "quiet"
        start, end = y(one.before.value or 0.0), y(one.after.value or 0.0)
        said = f"{one.name}: {100 * (one.before.value or 0):.0f} % to {100 * (one.after.value or 0):.0f} %, n = {one.n}"
        parts.append(
            f'<g class="slope {kind}"><title>{visible(said)}</title>'
            f'<line x1="{left}" y1="{start}" x2="{right}" y2="{end}"/>'
            f'<circle cx="{left}" cy="{start}" r="3"/><circle cx="{right}" cy="{end}" r="3.5"/></g>'
        )
    for one, at in zip(labels, _apart([y(one.after.value or 0.0) for one in labels], foot), strict=True):
        sign = {"better": "▲ ", "worse": "▼ "}.get(one.verdict if one in loud else "", "")
        kind = one.verdict if one in loud else "quiet"
        text = f"{sign}{_cut(one.name, 15)} {100 * (one.after.value or 0):.0f} %"
        parts.append(f'<text x="{right + 10}" y="{at + 4}" class="tick {kind}">{visible(text)}</text>')
    return _svg(foot + 10, title, parts)


def tens(low: float, high: float) -> tuple[float, float]:
    """Whole tens of per cent around two shares, never less than a fifth of the scale: noise must look like noise.

    >>> tens(0.81, 0.97), tens(0.5, 0.5), tens(1.0, 1.0)
    ((0.8, 1.0), (0.5, 0.7), (0.8, 1.0))
    """
    below, above = floor(round(low * 10, 6)) / 10, ceil(round(high * 10, 6)) / 10
    above = min(1.0, max(above, below + 0.2))
    return round(max(0.0, min(below, above - 0.2)), 1), above


def ecdf(waits_s: Mapping[str, Sequence[float]], title: str) -> str:
    """The share answered within so many seconds, on a log scale, one line a side; a line marks 10 s."""
    left, right, top, foot = 40, 348, 12, 168
    every = [max(0.05, value) for values in waits_s.values() for value in values]
    low = min(0.1, 10 ** int(log10(min(every)) - 1)) if min(every) < 0.1 else 0.1 if min(every) < 1 else 1.0
    high = max(20.0, max(every))

    def x(seconds: float) -> float:
        share = log10(max(seconds, low) / low) / log10(high / low)
        return round(left + share * (right - left), 1)

    def y(share: float) -> float:
        return round(foot - share * (foot - top), 1)

    parts = [
        f'<line x1="{left}" y1="{y(v)}" x2="{right}" y2="{y(v)}" class="axis"/>'
        f'<text x="{left - 6}" y="{y(v) + 4}" text-anchor="end" class="tick">{100 * v:.0f} %</text>'
        for v in (0.0, 0.5, 1.0)
    ]
    for seconds in (0.1, 1.0, _TEN_S, 60.0, 600.0, 3600.0, 36_000.0):
        if low <= seconds <= high:
            kind = "mark" if seconds == _TEN_S else "axis"
            parts.append(f'<line x1="{x(seconds)}" y1="{top}" x2="{x(seconds)}" y2="{foot}" class="{kind}"/>')
            parts.append(
                f'<text x="{x(seconds)}" y="{foot + 16}" text-anchor="middle" class="tick">{_time(seconds)}</text>'
            )
    for number, (_, values) in enumerate(waits_s.items()):
        ordered = sorted(values)
        steps = [f"M{x(ordered[0])} {y(0)}"]
        every_th = max(1, len(ordered) // 150)
        for at, value in enumerate(ordered):
            if at % every_th == 0 or at == len(ordered) - 1:
                steps.append(f"H{x(value)}V{y((at + 1) / len(ordered))}")
        parts.append(f'<path d="{"".join(steps)}H{right}" class="curve{number}"/>')
    return _svg(foot + 24, title, parts)


def bars(found: Sequence[tuple[str, int]], title: str, kinds: Sequence[str] = ()) -> str:
    """Horizontal bars with the name above and the count behind; `kinds` gives a bar right, wrong or nothing."""
    most = max(n for _, n in found)
    parts = []
    for number, (name, n) in enumerate(found):
        at = 12 + number * 2 * _LINE
        wide = round(max(3.0, 300 * n / most), 1)
        kind = kinds[number] if kinds else ""
        parts.append(f'<text x="0" y="{at}" class="name">{visible(_cut(name, 52))}</text>')
        parts.append(f'<rect x="0" y="{at + 4}" width="{wide}" height="9" rx="2" class="bar {kind}"/>')
        parts.append(f'<text x="{wide + 7}" y="{at + 13}" class="tick">{n}</text>')
    return _svg(2 * _LINE * len(found), title, parts)


def strip(late: Mapping[int, int], title: str) -> str:
    """How many hand-overs came so many turns late, as columns from on time to four and more."""
    counts = [late.get(0, 0), late.get(1, 0), late.get(2, 0), late.get(3, 0), sum(n for k, n in late.items() if k > 3)]
    most, width = max([*counts, 1]), _WIDE / 5
    parts = []
    for number, (name, n) in enumerate(zip(("on time", "1 late", "2 late", "3 late", "4+ late"), counts, strict=True)):
        tall = round(52 * n / most, 1)
        middle = round(width * (number + 0.5), 1)
        kind = "right" if number == 0 else "wrong"
        parts.append(f'<rect x="{middle - 22}" y="{70 - tall}" width="44" height="{tall}" rx="2" class="bar {kind}"/>')
        parts.append(f'<text x="{middle}" y="{64 - tall}" text-anchor="middle" class="name">{n}</text>')
        parts.append(f'<text x="{middle}" y="88" text-anchor="middle" class="tick">{name}</text>')
    parts.append(f'<line x1="0" y1="70.5" x2="{_WIDE}" y2="70.5" class="axis"/>')
    return _svg(96, title, parts)


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDE} {height}" class="plot" role="img" aria-label="{visible(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _drawn(kpi: Kpi) -> bool:
    return kpi.unit == "rate" and None not in (kpi.value, kpi.low, kpi.high) and kpi.note is None


def _x(share: float) -> float:
    return round(6 + 188 * min(1.0, max(0.0, share)), 1)


def _apart(wanted: Sequence[float], foot: float) -> list[float]:
    """The heights of labels, pushed apart so that none covers another and none falls off the foot."""
    found: list[float] = []
    for at in wanted:
        found.append(max(at, found[-1] + _LINE) if found else at)
    over = (found[-1] - foot) if found else 0.0
    if over > 0:
        floor = float(foot)
        for number in range(len(found) - 1, -1, -1):
            found[number] = min(found[number], floor)
            floor = found[number] - _LINE
    return [round(at, 1) for at in found]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _time(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:g} s"
