"""Release overview: the verdict in a sentence, leaks first, KPI tiles, what broke and what was fixed."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards.kit import frame, headline, sentences, texts, tiles
from dashboards.kit.texts import plural, t
from dashboards.kit.told import told
from evalkit.model import Kpi
from evalkit.reporting.summary import Change, Summary


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    numbers = frame.numbers(summary)
    frame.lead(sentences.verdict(summary, numbers), eyebrow=sentences.where(summary))
    _gate()
    _never(summary)
    changes = {change.name: change for change in summary.changes} if not frame.view().slices else {}
    tiles.tiles(numbers, changes, frame.targets())
    broke, fixed = st.tabs(
        [t("overview.numbers"), t("overview.changed", broke=len(summary.broke), fixed=len(summary.fixed))]
    )
    with broke:
        _numbers(summary, numbers, changes)
    with fixed:
        _changed(summary)
    _failures(summary)


def _gate() -> None:
    """What the gate says of the two releases, where it can judge them."""
    chosen = frame.view()
    found = frame.gate()
    if found is None or chosen.baseline is None:
        return
    sign = {"passed": "✓", "failed": "✗"}.get(found.verdict, "?")
    head = f"{t('overview.gate', baseline=chosen.baseline.release)}: {sign} {t(f'gate.{found.verdict}')}"
    st.html(
        f"<div class='ek-gate ek-{found.verdict}'><small>{escape(head)}</small>{escape(told(found.result.sentence))}</div>"
    )


def _never(summary: Summary) -> None:
    leaks = [f for f in summary.failures if f.zero]
    if not leaks:
        return
    with st.container(border=True):
        st.markdown(f"**{plural('overview.never', len(leaks))}**")
        by_rule: dict[str, list[str]] = {}
        for failure in leaks:
            by_rule.setdefault(failure.finding.rule, []).append(failure.conversation_id)
        with st.container(horizontal=True):
            for at, (rule, ids) in enumerate(by_rule.items()):
                frame.door(f"■ {texts.rule(rule)} · {plural('conversations', len(set(ids)))}", f"never-{at}", rule=rule)


def _numbers(summary: Summary, numbers: list[Kpi], changes: dict[str, Change]) -> None:
    if not numbers:
        st.caption(t("overview.no_rates"))
        return
    headline.table(summary, numbers, changes)
    header = ["kpi", "value", "low", "high", "n", "n_total", "unit", "method", "coverage_rate"]
    lines = [[k.name, k.value, k.low, k.high, k.n, k.n_total, k.unit, k.method, k.coverage_rate] for k in numbers]
    frame.download(t("download"), header, lines, f"kpis-{summary.run.release}.csv")


def _changed(summary: Summary) -> None:
    if summary.baseline is None:
        st.caption(t("overview.no_baseline"))
        return
    left, right = st.columns(2)
    by_case = {row.case_id: row.conversation_id for row in summary.facts} if summary.has_cases else {}
    for column, key, cases in ((left, "broke", summary.broke), (right, "fixed", summary.fixed)):
        with column:
            st.markdown(f"**{t(f'overview.{key}')}** · {len(cases)}")
            if not cases:
                st.caption(t("overview.none"))
                continue
            row = frame.table({t("col.case"): list(cases[:500])}, key=f"cases-{key}", height=240)
            if row is not None:
                frame.open_conversation(by_case[cases[row]])


def _failures(summary: Summary) -> None:
    st.subheader(t("overview.failures"))
    failures = frame.inside(summary.failures)
    if not failures:
        st.success(t("overview.nothing_failed"), icon=None)
        return
    shown = failures[:500]
    columns = {
        t("col.severity"): [t(f"severity.{f.finding.severity}") for f in shown],
        t("col.rule"): [texts.rule(f.finding.rule) for f in shown],
        t("col.what"): [told(f.finding.message) for f in shown],
        t("col.case"): [f.case_id for f in shown],
        t("col.turn"): [frame.nth(f.finding.turn) for f in shown],
    }
    row = frame.table(columns, right=(t("col.turn"),), key="failures")
    st.caption(t("list.click"))
    if row is not None:
        frame.open_conversation(shown[row].conversation_id, shown[row].finding.turn)


frame.guarded(main)
