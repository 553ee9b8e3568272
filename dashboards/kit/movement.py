"""Parts of the KPI page: automation beside satisfaction, drift, what the bot returns, how a KPI is counted."""

from __future__ import annotations

from html import escape

import msgspec
import streamlit as st

from dashboards.kit import charts, figures, frame, tiles
from dashboards.kit.numbers import euro, number
from dashboards.kit.texts import t
from evalkit.kpi.definitions import BY_NAME
from evalkit.kpi.drift import drift
from evalkit.kpi.economics import feasibility, fte_freed, roi, sensitivity
from evalkit.kpi.pictures import automation_by_topic, knee
from evalkit.kpi.table import kpis
from evalkit.store.columns import Columns, joined


def automated(rows: Columns) -> str:
    """Draw automation beside satisfaction, topic by topic; the sentence that it says."""
    policy = frame.policy()
    topics = automation_by_topic(rows, policy.costs)
    shown = [
        one for one in topics
        if one.automation is not None and one.satisfaction is not None
        and one.automation.value is not None and one.satisfaction.value is not None and one.satisfaction.note is None
    ]  # fmt: skip
    if not shown:
        frame.nothing(t("automation.need"), "evalkit satisfaction fit labels.jsonl")
        return t("automation.none")
    bend = knee(shown)
    chart = figures.automation(shown, bend, policy.resolution.automation_ceilings)
    event = charts.draw(chart, key="automation", alt_text=t("automation.alt"))
    surveyed = sum(one.satisfaction is not None and one.satisfaction.name == "csat_rate" for one in shown)
    st.caption(t("automation.how", surveyed=surveyed, n=len(shown)))
    if picked := charts.picked(event, "name"):
        frame.door(f"{t('tile.all')}: {picked}", "automation-door", behind=f"topic:{picked}")
    if bend is None:
        return t("automation.straight", n=len(shown))
    return t("automation.bends", rate=number(100 * bend.automation_rate))


def drifting(name: str) -> None:
    """The control chart over all weeks of the releases of this source, with releases as lines."""
    releases = frame.releases(12)
    first = {one.name: min(weeks) for one in releases if (weeks := one.columns.present("week"))}
    found = drift(joined([one.columns for one in releases]), [name], frame.policy().costs)
    one = next((d for d in found if d.chart is not None), None)
    if one is None:
        n = max((len(d.weeks) for d in found), default=0)
        frame.nothing(t("drift.few", n=n))
        return
    alarm = one.said.startswith("alarm")
    st.markdown(
        f"**{t('drift.alarm', weeks=', '.join(one.weeks_out)) if alarm else t('drift.steady', n=len(one.weeks))}**"
    )
    event = charts.draw(figures.drift(one, first), key=f"drift-{name}", alt_text=t("drift.alt"))
    st.caption(t("drift.how"))
    if picked := charts.picked(event, "week"):
        frame.door(f"{t('tile.all')}: {picked}", "drift-door", behind=f"week:{picked}")


def _price(key: str, usual: float, low: float, high: float, step: float) -> float:
    # A plain slider of the toolkit writes numbers in English.
    steps = {round(low + at * step, 2) for at in range(round((high - low) / step) + 1)} | {usual}
    chosen: float = st.select_slider(
        t(key), sorted(steps), usual, format_func=lambda eur: euro(float(eur), 2), key=key
    )  # fmt: skip
    return chosen


def returns(rows: Columns) -> str:
    """Draw what the bot saves at this resolution, with the organisation's own costs under the hand; its sentence."""
    costs = frame.policy().costs
    measured = next(iter(kpis(rows, costs, names=["resolution_rate"])), None)
    if measured is not None and (measured.value is None or measured.note is not None):
        measured = None
    left, right = st.columns([2, 3], gap="large")
    with left:
        start = round(100 * (measured.value or 0.0)) if measured is not None else 50
        solved = st.slider(t("return.resolution"), 0, 100, start, format="%d %%", key="return.rate") / 100
        share = st.slider(t("return.share"), 0, 100, 100, format="%d %%", key="return.share") / 100
        bot = _price("return.bot", costs.ai_conversation_eur, 0.0, 10.0, 0.05)
        person = _price("return.person", costs.human_contact_eur, 0.5, 30.0, 0.1)
        contacts = st.number_input(t("return.contacts"), 1, value=costs.contacts_per_month, step=1000, key="return.n")
    own = msgspec.structs.replace(
        costs, ai_conversation_eur=bot, human_contact_eur=person, contacts_per_month=int(contacts)
    )
    found = roi(own, solved, bot_share_rate=share)
    with right:
        told = (
            ("return.before", euro(found.before_eur)), ("return.after", euro(found.after_eur)),
            ("return.people", number(fte_freed(own, solved * share), 1)),
        )  # fmt: skip
        tiles.plain([(t(key), value, "") for key, value in told])
        need = feasibility(own, 0.25).through_bot_rate
        st.caption(t("return.need", rate=number(100 * need)) if need <= 1 else t("return.never"))
        swings = [
            {"name": t(f"swing.{one.name}"), "low": one.saving_low_eur, "high": one.saving_high_eur}
            for one in sensitivity(own, solved, bot_share_rate=share)
        ]
        charts.draw(charts.tornado(swings, found.saving_eur), alt_text=t("return.alt"))
        if measured is not None and measured.low is not None and measured.high is not None:
            low, high = (roi(own, r, bot_share_rate=share).saving_eur for r in (measured.low, measured.high))
            st.caption(t("return.range", low=euro(low), high=euro(high), n=number(measured.n)))
    key = "return.saves" if found.saving_eur >= 0 else "return.costs"
    return t(key, eur=euro(abs(found.saving_eur)), rate=number(100 * found.saving_rate, signed=True))


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
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in lines.items() if told)
        st.html(f"<dl class=ek-define>{rows}</dl>")
