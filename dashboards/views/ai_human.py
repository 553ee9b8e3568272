"""AI and human: the naive gap, the gap on the same questions, what the mix explains; per topic; transcripts beside."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.kit import charts, frame, talk, theme, tiles
from dashboards.kit.numbers import number, within
from dashboards.kit.texts import plural, t
from evalkit.comparison.people import MEASURES, PeopleGap, people_gap
from evalkit.store.columns import Columns, joined
from evalkit.store.searching import Search, Wanted


def main() -> None:
    """Draw the page."""
    rows = _rows()
    found = {name: gap for name in MEASURES if (gap := people_gap(rows, name)) is not None}
    if not found:
        n_human = int(rows.is_("handled_by", "human").sum())
        frame.lead(t("people.none"), eyebrow=frame.view().run.release)
        frame.nothing(plural("people.need", n_human))
        return
    names, head = list(found), st.container()
    chosen = names[0]
    if len(names) > 1:
        picked = st.segmented_control(
            t("people.measure"), names, default=names[0], key="people.measure", format_func=lambda n: t(f"people.{n}"),
            label_visibility="collapsed",
        )  # fmt: skip
        chosen = picked or names[0]
    gap = found[chosen]
    with head:
        frame.lead(_sentence(gap), eyebrow=t("people.like"))
    _steps(gap)
    _strata(gap)


def _rows() -> Columns:
    # People may be a part of the same import, or the release of the human desk beside it.
    rows, other = frame.columns(), frame.baseline_columns()
    if other is None or rows.is_("handled_by", "human").any():
        return rows
    return joined([rows, other.take(other.is_("handled_by", "human"))])


def _sentence(gap: PeopleGap) -> str:
    value, low, high = (100 * x for x in (gap.gap.value, gap.gap.low, gap.gap.high))
    key = "better" if low > 0 else "worse" if high < 0 else "same"
    return t(
        f"people.sentence.{key}", points=number(value if key == "same" else abs(value), 1, signed=key == "same"),
        low=number(low, 1, signed=True), high=number(high, 1, signed=True), what=t(f"people.{gap.measure}"),
    )  # fmt: skip


def _steps(gap: PeopleGap) -> None:
    left, right = st.columns([3, 2], gap="large")
    parts = (
        (t("people.naive"), gap.gap.naive, None, None), (t("people.mix"), gap.gap.mix_effect, None, None),
        (t("people.adjusted"), gap.gap.value, gap.gap.low, gap.gap.high),
    )  # fmt: skip
    steps = [
        {
            "step": name, "value": 100 * value, "low": None if low is None else 100 * low,
            "high": None if high is None else 100 * high, "loud": low is not None,
            "said": number(100 * value, 1, signed=True),
        }
        for name, value, low, high in parts
    ]  # fmt: skip
    data = pd.DataFrame(steps)
    rows = alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, ticks=False))
    base = alt.Chart(data).encode(y=rows)
    bar = base.mark_bar(cornerRadius=3).encode(
        x=alt.X("value:Q", title=t("people.points"), axis=alt.Axis(format="+d", titleAnchor="end", titleAlign="right")),
        color=alt.condition("datum.loud", alt.value(theme.accent()), alt.value(theme.BEFORE)),
        tooltip=[alt.Tooltip("step:N", title=t("plot.name")), alt.Tooltip("said:N", title=t("plot.value"))],
    )
    line = base.mark_rule(strokeWidth=2.5, color=theme.ink(), opacity=0.75).encode(x="low:Q", x2="high:Q")
    zero = alt.Chart(pd.DataFrame([{"x": 0}])).mark_rule(color=theme.ink()).encode(x="x:Q")
    with left:
        charts.draw(alt.layer(bar, zero, line).properties(height=200), alt_text=t("people.alt"))
        steps_said = " · ".join(f"{step['step']}: {step['said']}" for step in steps)
        st.caption(steps_said)
    with right:
        tiles.plain(
            [
                (t("people.ai"), number(gap.n_ai), t("conversations.title")),
                (t("people.human"), number(gap.n_human), t("conversations.title")),
            ]
        )
        st.caption(t("people.support", share=number(100 * gap.gap.support_rate), n=gap.gap.n_strata))
        if gap.hidden is not None:
            st.caption(t("people.hidden", value=number(gap.hidden, 1)))
        st.caption(t("people.first_touch"))


def _strata(gap: PeopleGap) -> None:
    st.subheader(t("people.strata"))
    gaps = {s.stratum: number(100 * (s.ai.rate - s.human.rate), signed=True) for s in gap.strata}
    columns = {
        t(f"col.{name}"): [_named(s.stratum[at]) for s in gap.strata]
        for at, name in enumerate(("topic", "channel", "language"))
    }
    columns |= {
        t("people.ai"): [f"{within(s.ai)}, n = {s.n_ai}" for s in gap.strata],
        t("people.human"): [f"{within(s.human)}, n = {s.n_human}" for s in gap.strata],
        t("people.gap"): [gaps[s.stratum] for s in gap.strata],
    }
    row = frame.table(columns, right=(t("people.ai"), t("people.human"), t("people.gap")), key="strata")
    st.caption(t("people.click"))
    if row is not None:
        topic, channel, language = gap.strata[row].stratum
        facts: dict[str, str | int | None] = {"topic": topic or None, "channel": channel, "language": language or None}
        _beside({name: value for name, value in facts.items() if value != "any"})


def _named(value: str) -> str:
    # Strata that are too small alone are told together.
    return t("read.any") if value == "any" else value


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
