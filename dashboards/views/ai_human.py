"""AI and human: the naive gap, the gap on the same questions, what the mix explains; per topic; transcripts beside."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.kit import charts, frame, sentences, talk
from dashboards.kit.texts import plural, t
from evalkit.comparison.people import MEASURES, PeopleGap, people_gap
from evalkit.store.facts import Facts
from evalkit.store.searching import Search, Wanted


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    rows = _rows(summary.facts)
    found = {name: gap for name in MEASURES if (gap := people_gap(rows, name)) is not None}
    if not found:
        n_human = sum(row.handled_by == "human" for row in rows)
        sentences.lead(t("people.none"), eyebrow=summary.run.release)
        frame.nothing(plural("people.need", n_human))
        return
    names = list(found)
    chosen = names[0]
    if len(names) > 1:
        picked = st.segmented_control(
            t("people.measure"), names, default=names[0], key="people.measure", format_func=lambda n: t(f"people.{n}"),
            label_visibility="collapsed",
        )  # fmt: skip
        chosen = picked or names[0]
    gap = found[chosen]
    sentences.lead(_sentence(gap), eyebrow=t("people.like"))
    _steps(gap)
    _strata(gap)


def _rows(facts: tuple[Facts, ...]) -> list[Facts]:
    # People may be a part of the same import, or the release of the human desk beside it.
    chosen = frame.view()
    rows = [row for row in facts if chosen.fits(row)]
    if any(row.handled_by == "human" for row in rows) or chosen.baseline is None:
        return rows
    other = frame.baseline_facts()
    return rows + [row for row in other if row.handled_by == "human" and chosen.fits(row)]


def _sentence(gap: PeopleGap) -> str:
    value, low, high = (100 * x for x in (gap.gap.value, gap.gap.low, gap.gap.high))
    key = "better" if low > 0 else "worse" if high < 0 else "same"
    return t(
        f"people.sentence.{key}", points=f"{abs(value):.1f}", low=f"{low:+.1f}", high=f"{high:+.1f}",
        what=t(f"people.{gap.measure}"),
    )  # fmt: skip


def _steps(gap: PeopleGap) -> None:
    left, right = st.columns([3, 2], gap="large")
    steps = [
        {"step": t("people.naive"), "value": gap.gap.naive, "low": None, "high": None, "loud": False},
        {"step": t("people.mix"), "value": gap.gap.mix_effect, "low": None, "high": None, "loud": False},
        {"step": t("people.adjusted"), "value": gap.gap.value, "low": gap.gap.low, "high": gap.gap.high, "loud": True},
    ]
    data = pd.DataFrame(steps)
    rows = alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, ticks=False))
    base = alt.Chart(data).encode(y=rows)
    bar = base.mark_bar(cornerRadius=3).encode(
        x=alt.X("value:Q", title=t("people.points"), axis=alt.Axis(format="+.0%")),
        color=alt.condition("datum.loud", alt.value(charts.accent()), alt.value(charts.BEFORE)),
        tooltip=["step:N", alt.Tooltip("value:Q", format="+.1%")],
    )
    line = base.mark_rule(strokeWidth=3, color="#E69F00").encode(x="low:Q", x2="high:Q")
    zero = alt.Chart(pd.DataFrame([{"x": 0}])).mark_rule(color=charts.BEFORE).encode(x="x:Q")
    left.altair_chart(alt.layer(bar, zero, line).properties(height=190), width="stretch", alt=t("people.alt"))
    with right:
        st.markdown(t("people.n", ai=gap.n_ai, human=gap.n_human))
        st.markdown(t("people.support", share=f"{100 * gap.gap.support_rate:.0f}", n=gap.gap.n_strata))
        if gap.hidden is not None:
            st.markdown(t("people.hidden", value=f"{gap.hidden:.2f}"))
        st.caption(t("people.first_touch"))


def _strata(gap: PeopleGap) -> None:
    st.subheader(t("people.strata"))
    table = pd.DataFrame(
        {
            t("col.topic"): s.stratum[0],
            t("col.channel"): s.stratum[1],
            t("col.language"): s.stratum[2],
            t("people.ai"): f"{100 * s.ai.rate:.0f} % ({100 * s.ai.low:.0f}–{100 * s.ai.high:.0f}), n = {s.n_ai}",
            t(
                "people.human"
            ): f"{100 * s.human.rate:.0f} % ({100 * s.human.low:.0f}–{100 * s.human.high:.0f}), n = {s.n_human}",
            t("people.gap"): f"{100 * (s.ai.rate - s.human.rate):+.0f}",
        }
        for s in gap.strata
    )
    event = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key="strata")
    st.caption(t("people.click"))
    row = frame.picked_row(event)
    if row is not None:
        topic, channel, language = gap.strata[row].stratum
        _beside({"topic": topic or None, "channel": channel, "language": language or None})


def _beside(facts: dict[str, str | int | None]) -> None:
    chosen, store = frame.view(), frame.store()
    for column, who in zip(st.columns(2, gap="large"), ("ai", "human"), strict=True):
        with column:
            st.markdown(f"**{t(f'people.{who}')}**")
            run = chosen.run
            hits = Search(store, run.id, chosen.score_key).find(Wanted(facts={**facts, "handled_by": who}), limit=1)
            if not hits and chosen.baseline is not None:
                run = chosen.baseline
                hits = Search(store, run.id, store.latest_score_key(run.id)).find(
                    Wanted(facts={**facts, "handled_by": who}), limit=1
                )
            for one in store.conversations(run.id, [hit.conversation_id for hit in hits]):
                talk.chat(one)


frame.guarded(main)
