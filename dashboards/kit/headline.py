"""The headline numbers as a table that stands at once: value, interval on a line with target and baseline, change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboards.kit import frame, tiles
from dashboards.kit.numbers import interval, number
from dashboards.kit.texts import t
from evalkit.model import Kpi
from evalkit.reporting.headlines import headlines
from evalkit.reporting.summary import Change, Summary


def table(summary: Summary, numbers: Sequence[Kpi], changes: Mapping[str, Change]) -> None:
    """At most twelve KPIs open, the others folded; under them the doors to what counts against each."""
    first, others = headlines(numbers)
    before = summary.baseline.release if summary.baseline is not None and changes else None
    st.html(_legend(summary.run.release, before) + _table(first, changes, before))
    doors = [kpi.name for kpi in first if kpi.name in tiles.DOORS]
    if doors:
        picked = st.pills(t("overview.read"), doors, format_func=tiles.title, key="headline.door")
        if picked:
            frame.open_list(behind=tiles.DOORS[picked])
    if others:
        with st.expander(t("overview.more", n=len(others))):
            st.html(_table(others, changes, before))


def _legend(release: str, before: str | None) -> str:
    parts = [f"<span>● {escape(release)}, 95 %</span>"]
    if before is not None:
        parts.append(f"<span><i class=ek-tick></i> {escape(before)}</span>")
    if frame.targets():
        parts.append(f"<span><i class=ek-swatch></i> {escape(t('overview.target'))}</span>")
    parts.append("<span>0 – 100 %</span>")
    return f"<p class=ek-legend>{''.join(parts)}</p>"


def _table(kpis: Sequence[Kpi], changes: Mapping[str, Change], before: str | None) -> str:
    rows = "".join(_row(kpi, changes.get(kpi.name), before) for kpi in kpis)
    head = f"<th>{escape(t('col.kpi'))}</th><th>{escape(t('col.value'))}</th><th></th><th>n</th>"
    if before is not None:
        head += f"<th>{escape(before)}</th><th></th>"
    return f"<table class=ek-kpis><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(kpi: Kpi, change: Change | None, before: str | None) -> str:
    # Streamlit strips SVG from HTML, so the line is made of boxes.
    plot = tiles.band(kpi, change, frame.targets().get(kpi.name))
    cells = (
        f"<td>{escape(tiles.title(kpi.name))}</td><td class=ek-v>{escape(tiles.value(kpi))}<small>{escape(interval(kpi))}</small></td>"
        f"<td class=ek-plot>{plot}</td><td class=ek-n><span>n = </span>{number(kpi.n)}</td>"
    )
    if before is not None:
        was = tiles.value(change.before) if change is not None else ""
        name = f"<span>{escape(before)}: </span>" if was else ""
        cells += (
            f"<td class=ek-was>{name}{escape(was)}</td><td class=ek-l>{tiles.verdict(change) if change else ''}</td>"
        )
    return f"<tr>{cells}</tr>"
