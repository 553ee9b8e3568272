"""Release overview: the sentence, the numbers beside the release before, leaks first, and each failing conversation."""

from __future__ import annotations

import os

import altair as alt
import pandas as pd
import streamlit as st

from evalkit.kpi.table import TITLES
from evalkit.model import Kpi
from evalkit.personal_data import mask
from evalkit.reporting.summary import Summary, compared, shown, shown_interval, summarise, transcripts
from evalkit.store.store import Store

_SIGN = {"better": "▲ better", "worse": "▼ worse", "same": "= same", "": ""}
_ACCENT, _BEFORE = "#0072B2", "#8a8f94"


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="evalkit", layout="wide")
    where = os.environ.get("EVALKIT_STORE", ".evalkit/store.db")
    with Store.open(where, create=False) as store:
        releases = list(dict.fromkeys(run.release for run in reversed(store.runs()) if run.status != "running"))
        if not releases:
            st.info("No finished run yet. `evalkit run --bot … --release …` makes one.")
            return
        release = st.sidebar.selectbox("Release", releases, key="release")
        others = ["–", *(name for name in releases if name != release)]
        baseline = st.sidebar.selectbox("Compare with", others, key="baseline")
        summary = _read(store, str(release))
        if baseline and baseline != "–":
            summary = compared(summary, _read(store, str(baseline)))
        _head(summary)
        _numbers(summary)
        _failures(store, summary)


def _read(store: Store, release: str) -> Summary:
    run = store.latest_run(release)
    return summarise(store, run, store.latest_score_key(run.id))


def _head(summary: Summary) -> None:
    st.header(summary.sentence)
    st.caption(f"{summary.run.suite} · scored {summary.n_scored} of {summary.n_total} conversations")
    if summary.n_zero_tolerance:
        st.error(f"{summary.n_zero_tolerance} findings that must never happen", icon=None)


def _numbers(summary: Summary) -> None:
    changes = {change.name: change for change in summary.changes}
    rows = []
    for kpi in summary.kpis:
        change = changes.get(kpi.name)
        rows.append(
            {
                "KPI": TITLES.get(kpi.name, kpi.name), "value": shown(kpi), "95 %": shown_interval(kpi), "n": kpi.n,
                "before": shown(change.before) if change else "", "change": _SIGN[change.verdict] if change else "",
            }
        )  # fmt: skip
    left, right = st.columns([3, 2])
    table = pd.DataFrame(rows)
    left.dataframe(table if changes else table.drop(columns=["before", "change"]), hide_index=True, width="stretch")
    points = [_point(kpi, summary.run.release) for kpi in summary.kpis]
    points += [_point(change.before, summary.baseline.release) for change in summary.changes if summary.baseline]
    if drawn := [point for point in points if point is not None]:
        right.altair_chart(_dots(pd.DataFrame(drawn), summary), width="stretch")


def _point(kpi: Kpi, release: str) -> dict[str, object] | None:
    if kpi.unit != "rate" or kpi.value is None or kpi.low is None or kpi.high is None or kpi.note is not None:
        return None
    return {
        "KPI": TITLES.get(kpi.name, kpi.name),
        "release": release,
        "value": kpi.value,
        "low": kpi.low,
        "high": kpi.high,
        "n": kpi.n,
    }


def _dots(data: pd.DataFrame, summary: Summary) -> alt.LayerChart:
    names = [summary.run.release, *([summary.baseline.release] if summary.baseline else [])]
    colour = alt.Color(
        "release:N",
        scale=alt.Scale(domain=names, range=[_ACCENT, _BEFORE]),
        legend=alt.Legend(orient="top", title=None),
    )
    rows = alt.Y("KPI:N", sort=None, title=None, axis=alt.Axis(labelLimit=280))
    across = alt.X(
        "low:Q", title="share, with 95 % interval", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")
    )
    lines = (
        alt.Chart(data)
        .mark_rule(strokeWidth=3)
        .encode(y=rows, x=across, x2="high:Q", color=colour, yOffset="release:N")
    )
    dots = (
        alt.Chart(data)
        .mark_point(filled=True, size=70)
        .encode(
            y=rows,
            x="value:Q",
            color=colour,
            shape="release:N",
            yOffset="release:N",
            tooltip=["KPI", "release", "value", "low", "high", "n"],
        )
    )
    return lines + dots


def _failures(store: Store, summary: Summary) -> None:
    st.subheader("What failed, worst first")
    if not summary.failures:
        st.success("Nothing failed.", icon=None)
        return
    table = pd.DataFrame(
        {
            "case": f.case_id,
            "rule": f.finding.rule,
            "severity": f.finding.severity,
            "what": f.finding.message,
            "where": f.place,
        }
        for f in summary.failures[:500]
    )
    chosen = st.dataframe(
        table, hide_index=True, width="stretch", on_select="rerun", selection_mode="single-row", key="failure"
    )
    picked = chosen["selection"]["rows"]  # type: ignore[index,call-overload]
    failure = summary.failures[picked[0] if picked else 0]
    st.caption(f"{failure.case_id} · {failure.finding.rule} · personal data is masked")
    for talk in transcripts(store, summary, [failure.conversation_id]):
        for number, turn in enumerate(talk.turns):
            with st.chat_message({"customer": "user", "bot": "assistant"}.get(turn.role, turn.role), avatar=None):
                # Plain text: what a bot wrote is never Markdown or HTML here.
                st.text(mask(turn.text).text)
                if number == failure.finding.turn:
                    st.caption(f"▲ {failure.finding.rule}: {failure.finding.message}")


main()
