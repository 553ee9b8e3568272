"""KPIs: trend over releases and weeks, slices, response times, automation against friction, definitions, download."""

from __future__ import annotations

import streamlit as st

from dashboards.kit import charts, frame, movement, sentences, slicing, tiles
from dashboards.kit.numbers import interval, number, rate, seconds
from dashboards.kit.texts import said, t
from evalkit.kpi.definitions import BY_NAME
from evalkit.kpi.escalations import first_answers_s
from evalkit.kpi.pictures import breaks
from evalkit.kpi.table import kpis, trend
from evalkit.model import Kpi
from evalkit.store.columns import Columns

_MOST_RELEASES = 12
# The parts that are about one KPI; each of the others opens with a sentence of its own.
_OF_ONE = ("trend", "slices", "moved", "drift")
_PARTS = (*_OF_ONE, "automation", "times", "return", "table")


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    numbers = {kpi.name: kpi for kpi in frame.numbers(summary)}
    if not numbers:
        frame.lead(t("overview.no_rates"), eyebrow=sentences.where(summary))
        return
    head = st.container()
    show = _which()
    rows = frame.columns()
    where = sentences.where(summary)
    if show not in _OF_ONE:
        with head:
            lead = st.empty()
        sentence = _others(show, rows, list(numbers.values()), summary.run.release)
        with lead.container():
            frame.lead(sentence, eyebrow=where)
        return
    name = _chosen(list(numbers))
    with head:
        frame.lead(_sentence(numbers[name]), eyebrow=where)
        with st.container(horizontal=True, vertical_alignment="center"):
            if about := said(f"define.{name}", ""):
                st.caption(about, width="content")
            movement.definition(name)
    if show == "trend":
        _trend(name, numbers[name], rows)
    elif show == "slices":
        slicing.slices(name, rows)
    elif show == "moved":
        slicing.moved(name, rows)
    else:
        movement.drifting(name)


def _others(show: str, rows: Columns, numbers: list[Kpi], release: str) -> str:
    """Draw a part that is about more than one KPI; its sentence."""
    if show == "automation":
        return movement.automated(rows)
    if show == "times":
        return _times(rows)
    if show == "return":
        return movement.returns(rows)
    return _table(numbers, release)


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


def _chosen(names: list[str]) -> str:
    asked = st.query_params.get("kpi", "")
    name = st.selectbox(
        t("kpis.which"), names, index=names.index(asked) if asked in names else 0, format_func=tiles.title,
        filter_mode=None, label_visibility="collapsed", width=420,
    )  # fmt: skip
    st.query_params["kpi"] = name
    return str(name)


def _sentence(kpi: Kpi) -> str:
    within = interval(kpi)
    value = f"{tiles.value(kpi)} ({within})" if within else tiles.value(kpi)
    text = t("kpis.sentence", name=tiles.title(kpi.name), value=value, n=number(kpi.n))
    low, high = frame.targets().get(kpi.name, (None, None))
    if kpi.value is None or (low is None and high is None) or kpi.note is not None:
        return text
    inside = (low is None or kpi.value >= low) and (high is None or kpi.value <= high)
    return f"{text} {t('kpis.inside' if inside else 'kpis.outside')}"


def _trend(name: str, kpi: Kpi, rows: Columns) -> None:
    by = [t("kpis.releases"), t("kpis.weeks")]
    chosen = st.segmented_control(t("kpis.over"), by, default=by[0], key="kpis.over", label_visibility="collapsed")
    weekly = chosen == by[1]
    costs = frame.policy().costs
    if weekly:
        known = [(str(one.labels["week"]), one.kpis[0], "") for one in trend(rows, name, costs) if one.kpis]
    else:
        known = [
            (one.name, kpi_, one.score_key)
            for one in frame.releases(_MOST_RELEASES)
            for kpi_ in kpis(one.columns, costs, names=[name])
        ]
    known = [(at, k, key) for at, k, key in known if k.value is not None and (k.note is None or k.unit != "rate")]
    if len(known) < 2:
        st.caption(t("kpis.one_point"))
    if not known:
        return
    starts = breaks(known)
    low, high = frame.targets().get(name, (None, None))
    band = (low or 0.0, high if high is not None else 1.0) if (low, high) != (None, None) else None
    points = [{"at": at, "value": k.value, "low": k.low, "high": k.high, "n": k.n} for at, k, _ in known]
    chart = charts.trend(points, band=band, unit=kpi.unit, breaks=starts)
    event = charts.draw(chart, key=f"trend-{name}-{weekly}", alt_text=t("kpis.alt"))
    if starts:
        st.caption(t("kpis.broken"))
    if name in tiles.DOORS:
        where = tiles.DOORS[name]
        picked = charts.picked(event, "at")
        if picked and weekly:
            where += f",week:{picked}"
        frame.door(t("tile.open"), "trend-door", behind=where)


def _times(rows: Columns) -> str:
    names = {"bot": t("people.ai"), "people": t("people.human")}
    known = {names[who]: [1000 * value for value in values] for who, values in first_answers_s(rows).items()}
    if not known:
        return t("kpis.no_times")
    charts.draw(charts.ecdf(known), alt_text=t("kpis.times"))
    st.caption(" · ".join(f"{who}: n = {number(len(values))}" for who, values in known.items()))
    halves = " · ".join(f"{who} {seconds(values[(len(values) - 1) // 2])}" for who, values in known.items())
    return t("kpis.halves", halves=halves)


def _table(numbers: list[Kpi], release: str) -> str:
    columns = {
        t("col.kpi"): [tiles.title(k.name) for k in numbers],
        t("col.value"): [tiles.value(k) for k in numbers],
        "95 %": [interval(k) for k in numbers],
        "n": [number(k.n) for k in numbers],
        t("col.coverage"): [rate(k.coverage_rate) if k.coverage_rate is not None else "" for k in numbers],
        t("col.method"): [k.method for k in numbers],
        t("col.defined"): [said(f"define.{k.name}", _counted(k.name)) for k in numbers],
    }
    frame.table(
        columns, right=(t("col.value"), "95 %", "n", t("col.coverage")), height=min(38 + 35 * len(numbers), 1200)
    )
    header = ["kpi", "value", "low", "high", "n", "n_total", "unit", "method", "coverage_rate"]
    lines = [[k.name, k.value, k.low, k.high, k.n, k.n_total, k.unit, k.method, k.coverage_rate] for k in numbers]
    frame.download(t("download"), header, lines, f"kpis-{release}.csv")
    return t("kpis.all_of", n=len(numbers))


def _counted(name: str) -> str:
    # Definitions are kept in English; the commonest have a sentence of their own in each language.
    one = BY_NAME.get(name)
    return "" if one is None else f"{one.numerator} / {one.denominator}" if one.denominator else one.numerator


frame.guarded(main)
