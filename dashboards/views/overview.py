"""Release overview: the verdict in a sentence, leaks first, KPI tiles, what broke and what was fixed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.kit import charts, frame, sentences, tiles
from dashboards.kit.texts import plural, t
from evalkit.model import Kpi
from evalkit.reporting.summary import Summary


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    numbers = frame.numbers(summary)
    sentences.lead(sentences.verdict(summary, numbers), eyebrow=sentences.where(summary))
    _never(summary)
    changes = {change.name: change for change in summary.changes} if not frame.view().slices else {}
    tiles.tiles(numbers, changes, frame.targets())
    broke, fixed = st.tabs(
        [t("overview.numbers"), t("overview.changed", broke=len(summary.broke), fixed=len(summary.fixed))]
    )
    with broke:
        _dots(summary, numbers)
    with fixed:
        _changed(summary)
    _failures(summary)


def _never(summary: Summary) -> None:
    leaks = [f for f in summary.failures if f.zero]
    if not leaks:
        return
    with st.container(border=True):
        st.markdown(f"**{plural('overview.never', len(leaks))}**")
        by_rule: dict[str, list[str]] = {}
        for failure in leaks:
            by_rule.setdefault(failure.finding.rule, []).append(failure.conversation_id)
        for number, (rule, ids) in enumerate(by_rule.items()):
            frame.door(f"■ {rule} · {plural('conversations', len(set(ids)))}", f"never-{number}", rule=rule)


def _dots(summary: Summary, numbers: list[Kpi]) -> None:
    release = summary.run.release
    points = [p for kpi in numbers if (p := _point(kpi, release))]
    names = [release]
    if summary.baseline is not None:
        names.append(summary.baseline.release)
        points += [p for change in summary.changes if (p := _point(change.before, summary.baseline.release))]
    if not points:
        st.caption(t("overview.no_rates"))
        return
    bands = {tiles.title(k): (lo or 0.0, hi if hi is not None else 1.0) for k, (lo, hi) in frame.targets().items()}
    event = st.altair_chart(
        charts.dots(points, names, bands), width="stretch", on_select="rerun", selection_mode="pick", key="dots",
        alt=t("overview.alt"),
    )  # fmt: skip
    if picked := charts.picked(event, "name"):
        name = next((k.name for k in numbers if tiles.title(k.name) == picked), "")
        if name in tiles.DOORS:
            frame.door(f"{t('tile.open')}: {picked}", "door-picked", behind=tiles.DOORS[name])
    header = ["kpi", "value", "low", "high", "n", "n_total", "unit", "method", "coverage_rate"]
    lines = [[k.name, k.value, k.low, k.high, k.n, k.n_total, k.unit, k.method, k.coverage_rate] for k in numbers]
    frame.download(t("download"), header, lines, f"kpis-{release}.csv")


def _point(kpi: Kpi, release: str) -> dict[str, object] | None:
    if kpi.unit != "rate" or kpi.value is None or kpi.low is None or kpi.note is not None:
        return None
    return {
        "name": tiles.title(kpi.name), "release": release, "value": kpi.value, "low": kpi.low, "high": kpi.high,
        "n": kpi.n,
    }  # fmt: skip


def _changed(summary: Summary) -> None:
    if summary.baseline is None:
        st.caption(t("overview.no_baseline"))
        return
    left, right = st.columns(2)
    by_case = {row.case_id: row.conversation_id for row in summary.facts}
    for column, key, cases in ((left, "broke", summary.broke), (right, "fixed", summary.fixed)):
        with column:
            st.markdown(f"**{t(f'overview.{key}')}** · {len(cases)}")
            table = pd.DataFrame({t("col.case"): list(cases[:500])})
            if not cases:
                st.caption(t("overview.none"))
                continue
            event = st.dataframe(
                table, hide_index=True, on_select="rerun", selection_mode="single-row", key=f"cases-{key}", height=240
            )
            if (row := frame.picked_row(event)) is not None:
                frame.open_conversation(by_case[cases[row]])


def _failures(summary: Summary) -> None:
    st.subheader(t("overview.failures"))
    inside = {row.conversation_id for row in frame.rows(summary)}
    failures = [f for f in summary.failures if f.conversation_id in inside]
    if not failures:
        st.success(t("overview.nothing_failed"), icon=None)
        return
    table = pd.DataFrame(
        {
            t("col.severity"): t(f"severity.{f.finding.severity}"),
            t("col.rule"): f.finding.rule,
            t("col.what"): f.finding.message,
            t("col.case"): f.case_id,
            t("col.turn"): f.finding.turn,
        }
        for f in failures[:500]
    )
    event = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key="failures")
    st.caption(t("list.click"))
    if (row := frame.picked_row(event)) is not None:
        frame.open_conversation(failures[row].conversation_id, failures[row].finding.turn)


frame.guarded(main)
