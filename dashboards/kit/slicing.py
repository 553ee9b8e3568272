"""A KPI by topic, language and more: what each slice is, what it was, and where it moved by more than chance."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.kit import charts, figures, frame, tiles
from dashboards.kit.numbers import interval, number
from dashboards.kit.texts import said, t
from evalkit.comparison.slopes import Slope, coloured, slopes
from evalkit.kpi.definitions import BY_NAME
from evalkit.kpi.table import sliced
from evalkit.model import Kpi
from evalkit.store.columns import Columns

_GROUPS = ("topic", "language", "channel", "task_type", "segment")
_SIDES = _GROUPS[:3]
_MOST = 24


def slices(name: str, rows: Columns) -> None:
    """The KPI of each slice, the most frequent first; a rate with its interval, its past and whether it moved."""
    by = _by("slices.by", _GROUPS)
    found = {str(one.labels[by]): one.kpis[0] for one in sliced(rows, [by], frame.policy().costs, names=[name])
             if one.labels[by] is not None and one.kpis}  # fmt: skip
    if not found:
        st.caption(t("overview.no_rates"))
        return
    ordered = sorted(found.items(), key=lambda item: (-item[1].n, item[0]))
    before = _moved(by, name, rows) if BY_NAME[name].kind == "rate" and by in _SIDES else []
    drawn = [
        (label, kpi) for label, kpi in ordered if kpi.unit == "rate" and kpi.value is not None and kpi.note is None
    ]
    picked = _picture(by, drawn[:_MOST], {one.name: one for one in before}) if drawn else None
    names = {label for label, _ in drawn[:_MOST]}
    if rest := [(label, kpi) for label, kpi in ordered if label not in names]:
        if drawn:
            st.markdown(t("slices.rest"))
        picked = _table(by, rest, few=bool(drawn)) or picked
    if picked is not None:
        door = tiles.DOORS.get(name)
        frame.open_list(behind=",".join(part for part in (door, f"{by}:{picked}") if part))


def moved(name: str, rows: Columns) -> None:
    """The slope chart of a rate by topic, language or channel."""
    chosen = frame.view()
    if chosen.baseline is None:
        st.caption(t("overview.no_baseline"))
        return
    asked = name if BY_NAME[name].kind == "rate" else "pass_rate"
    by = _by("moved.by", _SIDES)
    found = _moved(by, asked, rows)
    if not found:
        st.caption(t("moved.none"))
        return
    st.markdown(f"**{_told(found)}**")
    chart = figures.slope(found, (chosen.baseline.release, chosen.run.release))
    event = charts.draw(chart, key=f"slope-{by}", alt_text=t("moved.alt"))
    st.caption(t("moved.how"))
    if picked := charts.picked(event, "name"):
        frame.door(f"{t('tile.all')}: {picked}", "slope-door", behind=f"{by}:{picked}")


def _by(key: str, sides: Sequence[str]) -> str:
    chosen = st.segmented_control(
        t("kpis.by"), sides, default=sides[0], key=key, label_visibility="collapsed",
        format_func=lambda g: said(f"filter.{g}", said(f"col.{g}", g)),
    )  # fmt: skip
    return chosen or sides[0]


def _moved(by: str, name: str, rows: Columns) -> list[Slope]:
    before = frame.baseline_columns()
    return slopes(before, rows, by, name) if before is not None and before.n else []


def _told(found: Sequence[Slope]) -> str:
    loud = coloured(found)
    return t("moved.some", n=len(loud), total=len(found)) if loud else t("moved.chance", total=len(found))


def _picture(by: str, ordered: Sequence[tuple[str, Kpi]], before: dict[str, Slope]) -> str | None:
    chosen = frame.view()
    if before:
        st.markdown(f"**{_told(list(before.values()))}**")
    points = []
    for name, kpi in ordered:
        was = before.get(name)
        points.append(
            {"name": name, "said": _said(kpi), "value": kpi.value, "low": kpi.low, "high": kpi.high,
             "verdict": was.verdict if was else "", "before": was.before.value if was and was.before.note is None else None}
        )  # fmt: skip
    event = charts.draw(charts.ranges(points), key=f"slices-{by}", alt_text=t("kpis.alt"))
    told = t("slices.how", release=chosen.run.release)
    if before and chosen.baseline is not None:
        told += f" {t('slices.before', baseline=chosen.baseline.release)}"
    st.caption(f"{told} {t('list.dots')}")
    return charts.picked(event, "name")


def _said(kpi: Kpi) -> str:
    return f"{tiles.value(kpi)} ({interval(kpi)}) · n = {number(kpi.n)}"


def _table(by: str, ordered: Sequence[tuple[str, Kpi]], *, few: bool) -> str | None:
    columns = {
        said(f"filter.{by}", said(f"col.{by}", by)): [name for name, _ in ordered],
        t("col.value"): [tiles.value(kpi) for _, kpi in ordered],
    }
    if not few:
        columns["95 %"] = [interval(kpi) for _, kpi in ordered]
        columns["n"] = [number(kpi.n) for _, kpi in ordered]
    row = frame.table(columns, right=list(columns)[1:], key=f"slices-table-{by}")
    st.caption(t("list.rows"))
    return ordered[row][0] if row is not None else None
