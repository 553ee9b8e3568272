"""Plots of the KPI and agreement pages: slopes, automation beside satisfaction, drift, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboards.kit.charts import BAND, BEFORE, accent
from dashboards.kit.texts import t
from evalkit.comparison.slopes import Slope
from evalkit.kpi.drift import Drift
from evalkit.kpi.pictures import Knee, Topic
from evalkit.review.reliability import Reliability

_WORSE, _BETTER = "#D55E00", BAND


def slope(found: Sequence[Slope], names: tuple[str, str]) -> Any:
    """A line per slice from the baseline to the candidate; only what is no chance has colour and a name."""
    loud = {one.name for one in found if one.verdict in {"better", "worse"}}
    kind = {one.name: one.verdict if one.name in loud else "same" for one in found}
    data = pd.DataFrame(
        {"name": one.name, "at": at, "value": kpi.value, "n": kpi.n, "kind": kind[one.name],
         "label": f"{ {'better': '▲ ', 'worse': '▼ '}.get(kind[one.name], '')}{one.name}" if not loud or one.name in loud else ""}
        for one in found
        for at, kpi in zip(names, (one.before, one.after), strict=True)
    )  # fmt: skip
    colours = alt.Scale(domain=["better", "worse", "same"], range=[_BETTER, _WORSE, BEFORE])
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    base = alt.Chart(data).encode(
        x=alt.X("at:N", sort=list(names), title=None, axis=alt.Axis(labelAngle=0, orient="top"), scale=alt.Scale(padding=0.3)),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        detail="name:N",
        color=alt.Color("kind:N", scale=colours, legend=None),
        opacity=alt.condition("datum.kind == 'same'", alt.value(0.4), alt.value(1)),
        tooltip=[alt.Tooltip("name:N"), alt.Tooltip("at:N"), alt.Tooltip("value:Q", format=".0%"), alt.Tooltip("n:Q")],
    )  # fmt: skip
    line = base.mark_line(strokeWidth=2.2)
    dot = base.mark_point(filled=True, size=70).add_params(pick)
    text = base.transform_filter(alt.datum.at == names[1]).mark_text(align="left", dx=10).encode(text="label:N")
    return alt.layer(line, dot, text).properties(height=420)


def automation(topics: Sequence[Topic], knee: Knee | None, ceilings: Mapping[str, float]) -> Any:
    """Automation rate × satisfaction per topic, size by volume; the knee as a line, a ceiling as a tick above a topic."""
    data = pd.DataFrame(
        {"name": one.name, "n": one.n, "x": one.automation.value, "y": one.satisfaction.value,
         "ceiling": ceilings.get(one.name), "over": one.name in ceilings and (one.automation.value or 0) > ceilings[one.name]}
        for one in topics
        if one.automation is not None and one.satisfaction is not None
    )  # fmt: skip
    percent, whole = alt.Axis(format="%"), alt.Scale(domain=[0, 1])
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", title=t("automation.x"), axis=percent, scale=whole),
        y=alt.Y("y:Q", title=t("automation.y"), axis=percent, scale=alt.Scale(zero=False, padding=24)),
    )
    dots = base.mark_point(filled=True, opacity=0.8).encode(
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[70, 900])),
        color=alt.condition("datum.over", alt.value(_WORSE), alt.value(accent())),
        shape=alt.condition("datum.over", alt.value("triangle-up"), alt.value("circle")),
        tooltip=["name:N", alt.Tooltip("x:Q", format=".0%"), alt.Tooltip("y:Q", format=".0%"), "n:Q"],
    )
    names = base.mark_text(dy=-16, fontSize=11).encode(text="name:N", color=alt.value(BEFORE))
    layers = [dots.add_params(pick), names]
    limited = data[data["ceiling"].notna()] if len(data) else data
    if len(limited):
        limits = alt.Chart(limited).encode(y="y:Q", x=alt.X("x:Q", scale=whole), x2="ceiling:Q")
        layers.insert(0, limits.mark_rule(color=_WORSE, strokeDash=[3, 3]))
        ends = alt.Chart(limited).encode(y="y:Q", x=alt.X("ceiling:Q", scale=whole))
        layers.insert(0, ends.mark_tick(color=_WORSE, thickness=3, size=22, orient="vertical"))
    if knee is not None:
        layers.insert(0, _line([{"x": knee.automation_rate, "label": t("automation.knee")}], "x:Q", whole))
    return alt.layer(*layers).properties(height=420)


def drift(one: Drift, releases: Mapping[str, str]) -> Any:
    """The smoothed deviation week by week with its limits; weeks that alarm are triangles, releases vertical lines."""
    chart = one.laney or one.chart
    assert chart is not None
    weeks = [week.name for week in one.weeks]
    data = pd.DataFrame(
        {"week": week.name, "value": value, "low": -limit, "high": limit, "rate": week.kpi.value, "n": week.kpi.n,
         "out": week.name in one.weeks_out}
        for week, value, limit in zip(one.weeks, chart.values, chart.limits, strict=True)
    )  # fmt: skip
    x = alt.X("week:O", sort=weeks, title=None, axis=alt.Axis(labelAngle=-40))
    base = alt.Chart(data).encode(x=x)
    area = base.mark_area(color=BAND, opacity=0.14).encode(y=alt.Y("low:Q", title=t("drift.y")), y2="high:Q")
    line = base.mark_line(color=accent(), strokeWidth=2).encode(y="value:Q")
    pick = alt.selection_point(name="pick", fields=["week"], on="click")
    dot = base.mark_point(filled=True, opacity=1, size=90).encode(
        y="value:Q",
        color=alt.condition("datum.out", alt.value(_WORSE), alt.value(accent())),
        shape=alt.condition("datum.out", alt.value("triangle-up"), alt.value("circle")),
        tooltip=["week:O", alt.Tooltip("rate:Q", format=".1%"), "n:Q", alt.Tooltip("value:Q", format="+.2f")],
    )
    marks = [{"week": week, "label": name} for name, week in releases.items() if week in weeks]
    layers = [area, line, dot.add_params(pick)]
    if marks:
        layers.insert(1, _line(marks, alt.X("week:O", sort=weeks), None))
    return alt.layer(*layers).properties(height=320)


def reliability(found: Reliability) -> Any:
    """The estimate beside what was answered: on the diagonal it means what it says."""
    data = pd.DataFrame(
        {"estimate": one.estimate, "rate": one.satisfied.rate, "low": one.satisfied.low, "high": one.satisfied.high,
         "n": one.n}
        for one in found.bins
    )  # fmt: skip
    percent, whole = alt.Axis(format="%"), alt.Scale(domain=[0, 1])
    diagonal = alt.Chart(pd.DataFrame([{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(color=BEFORE, strokeDash=[4, 4])
    base = alt.Chart(data).encode(x=alt.X("estimate:Q", title=t("reliability.x"), axis=percent, scale=whole))
    bar = base.mark_rule(color=accent(), strokeWidth=3, opacity=0.5).encode(
        y=alt.Y("low:Q", title=t("reliability.y"), axis=percent, scale=whole), y2="high:Q"
    )
    dot = base.mark_point(color=accent(), filled=True, size=90, opacity=1).encode(
        y="rate:Q",
        tooltip=[alt.Tooltip("estimate:Q", format=".0%"), alt.Tooltip("rate:Q", format=".0%"), "n:Q"],
    )
    return alt.layer(diagonal.encode(x="x:Q", y="y:Q"), bar, dot).properties(height=320)


def _line(marks: Sequence[Mapping[str, object]], x: Any, scale: Any) -> Any:
    place = alt.X(x, scale=scale) if isinstance(x, str) else x
    base = alt.Chart(pd.DataFrame(marks)).encode(x=place)
    rule = base.mark_rule(color=BEFORE, strokeDash=[5, 4])
    text = base.mark_text(align="left", baseline="top", dx=5, color=BEFORE, fontSize=11).encode(
        y=alt.value(2), text="label:N"
    )
    return rule + text
