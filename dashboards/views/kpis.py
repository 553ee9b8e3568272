"""KPIs: trend over releases and weeks, slices, response times, automation against friction, definitions, download."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboards.kit import charts, frame, movement, sentences, tiles
from dashboards.kit.texts import said, t
from evalkit.kpi.table import TITLES, kpis
from evalkit.model import Kpi
from evalkit.store.facts import Facts

_MOST_RELEASES = 12
_PARTS = ("trend", "slices", "moved", "automation", "drift", "times", "return", "table")
_GROUPS = ("topic", "language", "channel", "task_type", "segment")


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    numbers = {kpi.name: kpi for kpi in frame.numbers(summary)}
    if not numbers:
        frame.nothing(t("overview.no_rates"))
        return
    head = st.container()
    names = list(numbers)
    asked = st.query_params.get("kpi", "")
    name = st.selectbox(
        t("kpis.which"),
        names,
        index=names.index(asked) if asked in names else 0,
        format_func=tiles.title,
        filter_mode=None,
    )
    st.query_params["kpi"] = name
    kpi = numbers[name]
    with head:
        sentences.lead(_sentence(kpi), eyebrow=sentences.where(summary))
        st.caption(said(f"define.{name}", TITLES.get(name, name)))
        movement.definition(name)
    rows = frame.rows(summary)
    show = _which()
    if show == "trend":
        _trend(name, kpi, rows)
    elif show == "slices":
        _slices(name, rows)
    elif show == "moved":
        movement.moved(name, rows)
    elif show == "automation":
        movement.automated(rows)
    elif show == "drift":
        movement.drifting(name)
    elif show == "times":
        _times(rows)
    elif show == "return":
        movement.returns(rows)
    else:
        _table(list(numbers.values()), summary.run.release)


def _which() -> str:
    """The part that is drawn: one at a time, so that nobody waits for plots that nobody looks at."""
    asked = st.query_params.get("show", _PARTS[0])
    if "kpis.show" not in st.session_state:
        st.session_state["kpis.show"] = asked if asked in _PARTS else _PARTS[0]
    chosen = st.segmented_control(
        t("page.kpis"), _PARTS, key="kpis.show", format_func=lambda part: t(f"kpis.{part}"),
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    st.query_params["show"] = chosen
    return str(chosen)


def _sentence(kpi: Kpi) -> str:
    interval = (
        f" ({100 * (kpi.low or 0):.0f}–{100 * (kpi.high or 0):.0f})"
        if kpi.unit == "rate" and kpi.note is None and kpi.low is not None
        else ""
    )
    text = t(
        "kpis.sentence",
        name=tiles.title(kpi.name),
        value=f"{tiles.value(kpi)}{interval}",
        n=f"{kpi.n:,}".replace(",", "\u202f"),
    )
    low, high = frame.targets().get(kpi.name, (None, None))
    if kpi.value is None or (low is None and high is None) or kpi.note is not None:
        return text
    inside = (low is None or kpi.value >= low) and (high is None or kpi.value <= high)
    return f"{text} {t('kpis.inside' if inside else 'kpis.outside')}"


def _trend(name: str, kpi: Kpi, rows: Sequence[Facts]) -> None:
    by = [t("kpis.releases"), t("kpis.weeks")]
    chosen = st.segmented_control(t("kpis.over"), by, default=by[0], key="kpis.over", label_visibility="collapsed")
    if chosen == by[1]:
        points = _points(name, _grouped(rows, lambda row: row.week))
        points.sort(key=lambda point: str(point["at"]))
    else:
        points = _points(name, frame.releases(_MOST_RELEASES))
    if len(points) < 2:
        st.caption(t("kpis.one_point"))
    if not points:
        return
    low, high = frame.targets().get(name, (None, None))
    band = (low or 0.0, high if high is not None else 1.0) if (low, high) != (None, None) else None
    event = st.altair_chart(
        charts.trend(points, band=band, unit=kpi.unit), width="stretch", on_select="rerun", selection_mode="pick",
        key=f"trend-{name}", alt=t("kpis.alt"),
    )  # fmt: skip
    if name in tiles.DOORS:
        where = tiles.DOORS[name]
        picked = charts.picked(event, "at")
        if picked and chosen == by[1]:
            where += f",week:{picked}"
        frame.door(t("tile.open"), "trend-door", behind=where)


def _points(name: str, groups: dict[str, Sequence[Facts]]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for at, rows in groups.items():
        kpi = _one(name, rows)
        if kpi is not None and kpi.value is not None and kpi.note is None:
            found.append({"at": at, "value": kpi.value, "low": kpi.low, "high": kpi.high, "n": kpi.n})
    return found


def _one(name: str, rows: Sequence[Facts]) -> Kpi | None:
    return next(iter(kpis(rows, frame.policy().costs, names=[name])), None)


def _grouped(rows: Sequence[Facts], key: Callable[[Facts], str | None]) -> dict[str, Sequence[Facts]]:
    groups: dict[str, list[Facts]] = {}
    for row in rows:
        if (value := key(row)) is not None:
            groups.setdefault(value, []).append(row)
    return dict(groups)


def _slices(name: str, rows: Sequence[Facts]) -> None:
    by = (
        st.segmented_control(
            t("kpis.by"),
            _GROUPS,
            default=_GROUPS[0],
            key="kpis.by",
            format_func=lambda g: said(f"filter.{g}", said(f"col.{g}", g)),
            label_visibility="collapsed",
        )
        or _GROUPS[0]
    )
    groups = _grouped(rows, lambda row: getattr(row, by))
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    lines = []
    for value, members in ordered:
        kpi = _one(name, members)
        if kpi is not None:
            interval = (
                f"{100 * (kpi.low or 0):.0f} – {100 * (kpi.high or 0):.0f}"
                if kpi.unit == "rate" and kpi.note is None and kpi.low is not None
                else ""
            )
            lines.append((value, tiles.value(kpi), interval, kpi.n, kpi))
    if not lines:
        st.caption(t("overview.no_rates"))
        return
    table = pd.DataFrame(
        {said(f"filter.{by}", by): line[0], t("col.value"): line[1], "95 %": line[2], "n": line[3]} for line in lines
    )
    event = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key=f"slices-{by}")
    st.caption(t("list.click"))
    if (row := frame.picked_row(event)) is not None:
        door = tiles.DOORS.get(name)
        frame.open_list(behind=",".join(part for part in (door, f"{by}:{lines[row][0]}") if part))
    points = [
        {"name": value, "release": t("kpis.all"), "value": kpi.value, "low": kpi.low, "high": kpi.high, "n": n}
        for value, _, _, n, kpi in lines[:20]
        if kpi.unit == "rate" and kpi.note is None and kpi.value is not None
    ]
    if points:
        st.altair_chart(charts.dots(points, [t("kpis.all")], {}), width="stretch", alt=t("kpis.alt"))


def _times(rows: Sequence[Facts]) -> None:
    waits: dict[str, list[float | None]] = {
        t("people.ai"): [r.first_substantive_ms or r.first_response_ms for r in rows if r.handled_by != "human"],
        t("people.human"): [r.first_human_ms for r in rows if r.first_human_ms is not None],
    }
    sorted_ = {who: sorted(v for v in values if v is not None) for who, values in waits.items()}
    known = {who: values for who, values in sorted_.items() if values}
    if not known:
        st.caption(t("kpis.no_times"))
        return
    st.altair_chart(charts.ecdf(known), width="stretch", alt=t("kpis.times"))
    st.caption(" · ".join(f"{who}: n = {len(values)}" for who, values in known.items()))


def _table(numbers: list[Kpi], release: str) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                t("col.kpi"): tiles.title(k.name), t("col.value"): tiles.value(k),
                "95 %": f"{100 * k.low:.0f} – {100 * (k.high or 0):.0f}" if k.unit == "rate" and k.low is not None and k.note is None else "",
                "n": k.n, t("col.coverage"): f"{100 * k.coverage_rate:.0f} %" if k.coverage_rate is not None else "",
                t("col.method"): k.method, t("col.defined"): said(f"define.{k.name}", ""),
            }
            for k in numbers
        ),
        hide_index=True,
    )  # fmt: skip
    header = ["kpi", "value", "low", "high", "n", "n_total", "unit", "method", "coverage_rate"]
    lines = [[k.name, k.value, k.low, k.high, k.n, k.n_total, k.unit, k.method, k.coverage_rate] for k in numbers]
    frame.download(t("download"), header, lines, f"kpis-{release}.csv")


frame.guarded(main)
