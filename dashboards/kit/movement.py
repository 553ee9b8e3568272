"""Parts of the KPI page: where it moved, automation beside satisfaction, drift, and what the bot returns."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pandas as pd
import streamlit as st

from dashboards.kit import charts, figures, frame
from dashboards.kit.texts import said, t
from evalkit.comparison.slopes import coloured, slopes
from evalkit.kpi.definitions import BY_NAME
from evalkit.kpi.drift import drift
from evalkit.kpi.economics import feasibility, fte_freed, roi, sensitivity
from evalkit.kpi.pictures import automation_by_topic, knee
from evalkit.kpi.table import kpis
from evalkit.store.facts import Facts

_SIDES = ("topic", "language", "channel")


def moved(name: str, rows: Sequence[Facts]) -> None:
    """The slope chart of a rate by topic, language or channel."""
    chosen = frame.view()
    if chosen.baseline is None:
        st.caption(t("overview.no_baseline"))
        return
    asked = name if BY_NAME[name].kind == "rate" else "pass_rate"
    by = st.segmented_control(
        t("kpis.by"), _SIDES, default=_SIDES[0], key="moved.by", label_visibility="collapsed",
        format_func=lambda g: said(f"filter.{g}", said(f"col.{g}", g)),
    ) or _SIDES[0]  # fmt: skip
    before = [row for row in frame.baseline_facts() if chosen.fits(row)]
    found = slopes(before, rows, by, asked)
    if not found:
        st.caption(t("moved.none"))
        return
    loud = coloured(found)
    st.markdown(
        f"**{t('moved.some', n=len(loud), total=len(found)) if loud else t('moved.chance', total=len(found))}**"
    )
    event = st.altair_chart(
        figures.slope(found, (chosen.baseline.release, chosen.run.release)), width="stretch", on_select="rerun",
        selection_mode="pick", key=f"slope-{by}", alt=t("moved.alt"),
    )  # fmt: skip
    st.caption(t("moved.how"))
    if picked := charts.picked(event, "name"):
        frame.door(f"{t('tile.all')}: {picked}", "slope-door", behind=f"{by}:{picked}")


def automated(rows: Sequence[Facts]) -> None:
    """Automation rate beside satisfaction, topic by topic."""
    policy = frame.policy()
    topics = automation_by_topic(rows, policy.costs)
    shown = [
        one for one in topics
        if one.automation is not None and one.satisfaction is not None
        and one.automation.value is not None and one.satisfaction.value is not None and one.satisfaction.note is None
    ]  # fmt: skip
    if not shown:
        frame.nothing(t("automation.none"), "evalkit satisfaction fit labels.jsonl")
        return
    bend = knee(shown)
    rate = f"{100 * bend.automation_rate:.0f}" if bend else ""
    st.markdown(f"**{t('automation.bends', rate=rate) if bend else t('automation.straight', n=len(shown))}**")
    event = st.altair_chart(
        figures.automation(shown, bend, policy.resolution.automation_ceilings), width="stretch", on_select="rerun",
        selection_mode="pick", key="automation", alt=t("automation.alt"),
    )  # fmt: skip
    surveyed = sum(one.satisfaction is not None and one.satisfaction.name == "csat_rate" for one in shown)
    st.caption(t("automation.how", surveyed=surveyed, n=len(shown)))
    if picked := charts.picked(event, "name"):
        frame.door(f"{t('tile.all')}: {picked}", "automation-door", behind=f"topic:{picked}")


def drifting(name: str) -> None:
    """The control chart over all weeks of the releases of this source, with releases as lines."""
    rows: list[Facts] = []
    first: dict[str, str] = {}
    for release, facts in frame.releases(12).items():
        weeks = sorted(row.week for row in facts if row.week)
        if weeks:
            first[release] = weeks[0]
        rows += facts
    found = drift(rows, [name], frame.policy().costs)
    one = next((d for d in found if d.chart is not None), None)
    if one is None:
        n = max((len(d.weeks) for d in found), default=0)
        frame.nothing(t("drift.few", n=n))
        return
    alarm = one.said.startswith("alarm")
    st.markdown(
        f"**{t('drift.alarm', weeks=', '.join(one.weeks_out)) if alarm else t('drift.steady', n=len(one.weeks))}**"
    )
    event = st.altair_chart(
        figures.drift(one, first), width="stretch", on_select="rerun", selection_mode="pick", key=f"drift-{name}",
        alt=t("drift.alt"),
    )  # fmt: skip
    st.caption(t("drift.how"))
    if picked := charts.picked(event, "week"):
        frame.door(f"{t('tile.all')}: {picked}", "drift-door", behind=f"week:{picked}")


def returns(rows: Sequence[Facts]) -> None:
    """What the bot saves a month at this resolution, with the organisation's own costs under the hand."""
    costs = frame.policy().costs
    measured = next(iter(kpis(rows, costs, names=["resolution_rate"])), None)
    known = measured is not None and measured.value is not None and measured.note is None
    left, right = st.columns([2, 3], gap="large")
    with left:
        start = round(100 * (measured.value or 0.0)) if known and measured is not None else 50
        rate = st.slider(t("return.resolution"), 0, 100, start, format="%d %%", key="return.rate") / 100
        share = st.slider(t("return.share"), 0, 100, 100, format="%d %%", key="return.share") / 100
        bot = st.slider(t("return.bot"), 0.0, 10.0, costs.ai_conversation_eur, 0.05, format="€%.2f", key="return.bot")
        person = st.slider(
            t("return.person"), 0.5, 30.0, costs.human_contact_eur, 0.1, format="€%.2f", key="return.person"
        )
        contacts = st.number_input(t("return.contacts"), 1, value=costs.contacts_per_month, step=1000, key="return.n")
    own = msgspec.structs.replace(
        costs, ai_conversation_eur=bot, human_contact_eur=person, contacts_per_month=int(contacts)
    )
    found = roi(own, rate, bot_share_rate=share)
    with right:
        st.markdown(
            f"**{t('return.saves' if found.saving_eur >= 0 else 'return.costs', eur=_eur(abs(found.saving_eur)), rate=f'{100 * found.saving_rate:+.0f}')}**"
        )
        for column, (key, value) in zip(
            st.columns(3),
            (("return.before", _eur(found.before_eur)), ("return.after", _eur(found.after_eur)),
             ("return.people", f"{fte_freed(own, rate * share):.1f}")),
            strict=True,
        ):  # fmt: skip
            column.metric(t(key), value)
        need = feasibility(own, 0.25).through_bot_rate
        st.caption(t("return.need", rate=f"{100 * need:.0f}") if need <= 1 else t("return.never"))
        swings = [
            {"name": t(f"swing.{one.name}"), "low": one.saving_low_eur, "high": one.saving_high_eur}
            for one in sensitivity(own, rate, bot_share_rate=share)
        ]
        st.altair_chart(charts.tornado(swings, found.saving_eur), width="stretch", alt=t("return.alt"))
        if known and measured is not None and measured.low is not None and measured.high is not None:
            low, high = (roi(own, r, bot_share_rate=share).saving_eur for r in (measured.low, measured.high))
            st.caption(t("return.range", low=_eur(low), high=_eur(high), n=measured.n))


def definition(name: str) -> None:
    """What a KPI counts, over which conversations, from where; one click away."""
    one = BY_NAME.get(name)
    if one is None:
        return
    with st.popover(t("define.open"), type="tertiary"):
        lines = {
            t("define.counts"): one.numerator, t("define.of"): one.denominator + (f" ({one.exclusions})" if one.exclusions else ""),
            t("define.from"): one.source.replace("`", ""), t("define.interval"): one.interval,
            t("define.version"): f"{one.name} · {one.version}",
        }  # fmt: skip
        st.dataframe(pd.DataFrame({"": lines.keys(), " ": lines.values()}), hide_index=True, width=640)


def _eur(value: float) -> str:
    return f"€{value:,.0f}".replace(",", "\u202f")
