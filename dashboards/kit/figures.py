"""Plots of the KPI and agreement pages: slopes, automation beside satisfaction, drift, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboards.kit.charts import marked
from dashboards.kit.texts import t
from dashboards.kit.theme import BEFORE, RIGHT, WRONG, accent, better, ink, soft, worse
from evalkit.comparison.slopes import Slope
from evalkit.kpi.drift import Drift
from evalkit.kpi.pictures import Knee, Topic
from evalkit.review.reliability import Reliability

_TALL = 440


def apart(places: Sequence[float], gap: float) -> list[float]:
    """The places, moved as little as it takes to stand a gap apart, in the given order.

    >>> [round(x, 2) for x in apart([0.0, 0.0, 0.5], 0.1)]
    [-0.05, 0.05, 0.5]
    """
    groups: list[tuple[float, list[int]]] = []
    for at in sorted(range(len(places)), key=lambda i: places[i]):
        groups.append((places[at], [at]))
        while len(groups) > 1:
            (low, below), (high, above) = groups[-2:]
            if high - low >= gap * (len(below) + len(above)) / 2:
                break
            n = len(below) + len(above)
            groups[-2:] = [((low * len(below) + high * len(above)) / n, below + above)]
    found = [0.0] * len(places)
    for centre, members in groups:
        for number, at in enumerate(members):
            found[at] = centre + gap * (number - (len(members) - 1) / 2)
    return found


def slope(found: Sequence[Slope], names: tuple[str, str]) -> Any:
    """A line per slice from the baseline to the candidate; only what is no chance has colour and a name."""
    loud = {one.name for one in found if one.verdict in {"better", "worse"}}
    kind = {one.name: one.verdict if one.name in loud else "same" for one in found}
    data = pd.DataFrame(
        {"name": one.name, "at": at, "value": kpi.value, "n": kpi.n, "kind": kind[one.name]}
        for one in found
        for at, kpi in zip(names, (one.before, one.after), strict=True)
    )  # fmt: skip
    told = [one for one in found if not loud or one.name in loud]
    places = apart([one.after.value or 0.0 for one in told], 17 / _TALL)
    words = pd.DataFrame(
        {"name": one.name, "at": names[1], "place": place, "kind": kind[one.name],
         "label": f"{ {'better': '▲ ', 'worse': '▼ '}.get(kind[one.name], '')}{one.name}"}
        for one, place in zip(told, places, strict=True)
    )  # fmt: skip
    colour = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=["better", "worse", "same"], range=[RIGHT, WRONG, BEFORE])
    )
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    x = alt.X(
        "at:N", sort=list(names), title=None, axis=alt.Axis(labelAngle=0, orient="top"), scale=alt.Scale(padding=0.6)
    )
    whole = alt.Scale(domain=[-0.06, 1.06], nice=False)
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    base = alt.Chart(data).encode(
        x=x, y=alt.Y("value:Q", title=None, axis=axis, scale=whole), detail="name:N", color=colour,
        opacity=alt.condition("datum.kind == 'same'", alt.value(0.4), alt.value(1)),
        tooltip=[alt.Tooltip("name:N", title=t("plot.name")), alt.Tooltip("at:N", title=t("plot.at")),
                 alt.Tooltip("value:Q", format=".0%", title=t("plot.value")), alt.Tooltip("n:Q")],
    )  # fmt: skip
    line = base.mark_line(strokeWidth=2.2)
    dot = base.mark_point(filled=True, size=70).add_params(pick)
    text = alt.Chart(words).mark_text(align="left", dx=12, limit=150).encode(
        x=x, y=alt.Y("place:Q", scale=whole), text="label:N",
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["better", "worse", "same"], range=[better(), worse(), soft()])),
    )  # fmt: skip
    return alt.layer(alt.layer(line, dot), text).resolve_scale(color="independent").properties(height=_TALL)


def automation(topics: Sequence[Topic], knee: Knee | None, ceilings: Mapping[str, float]) -> Any:
    """Automation rate × satisfaction per topic, size by volume; the knee as a line, a ceiling as a tick above a topic."""
    known = [one for one in topics if one.automation is not None and one.satisfaction is not None]
    data = pd.DataFrame(
        {"name": one.name, "n": one.n, "x": one.automation.value, "y": one.satisfaction.value,
         "ceiling": ceilings.get(one.name), "over": one.name in ceilings and (one.automation.value or 0) > ceilings[one.name]}
        for one in known
        if one.automation is not None and one.satisfaction is not None
    )  # fmt: skip
    low, high = min(data["y"]), max(data["y"])
    edge = max(0.04, (high - low) * 0.12)
    up = alt.Scale(domain=[max(0.0, low - edge), min(1.0, high + edge)], nice=False)
    data["place"] = apart(list(data["y"]), 15 / _TALL * (high - low + 2 * edge))
    percent, whole = alt.Axis(format="%"), alt.Scale(domain=[0, 1])
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", title=t("automation.x"), axis=percent, scale=whole),
        y=alt.Y("y:Q", title=t("automation.y"), axis=percent, scale=up),
    )
    dots = base.mark_point(filled=True, opacity=0.8).encode(
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(domain=[0, float(data["n"].max())], range=[30, 420])),
        color=alt.condition("datum.over", alt.value(WRONG), alt.value(accent())),
        shape=alt.condition("datum.over", alt.value("triangle-up"), alt.value("circle")),
        tooltip=[
            alt.Tooltip("name:N", title=t("plot.name")), alt.Tooltip("x:Q", format=".0%", title=t("automation.x")),
            alt.Tooltip("y:Q", format=".0%", title=t("automation.y")), "n:Q",
        ],
    )  # fmt: skip
    names = base.mark_text(align="left", dx=14, color=ink()).encode(y=alt.Y("place:Q", scale=up), text="name:N")
    layers = [dots.add_params(pick), names]
    limited = data[data["ceiling"].notna()]
    if len(limited):
        limits = alt.Chart(limited).encode(y="y:Q", x=alt.X("x:Q", scale=whole), x2="ceiling:Q")
        layers.insert(0, limits.mark_rule(color=WRONG, strokeDash=[3, 3]))
        ends = alt.Chart(limited).encode(y="y:Q", x=alt.X("ceiling:Q", scale=whole))
        layers.insert(0, ends.mark_tick(color=WRONG, thickness=3, size=22, orient="vertical"))
    if knee is not None:
        bend = pd.DataFrame([{"x": knee.automation_rate, "label": t("automation.knee")}])
        layers = [*marked(bend, alt.X("x:Q", scale=whole)), *layers]
    return alt.layer(*layers).properties(height=_TALL)


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
    x = alt.X("week:O", sort=weeks, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False))
    base = alt.Chart(data).encode(x=x)
    area = base.mark_area(color=RIGHT, opacity=0.14).encode(y=alt.Y("low:Q", title=t("drift.y")), y2="high:Q")
    line = base.mark_line(color=accent(), strokeWidth=2).encode(y="value:Q")
    pick = alt.selection_point(name="pick", fields=["week"], on="click")
    dot = base.mark_point(filled=True, opacity=1, size=90).encode(
        y="value:Q",
        color=alt.condition("datum.out", alt.value(WRONG), alt.value(accent())),
        shape=alt.condition("datum.out", alt.value("triangle-up"), alt.value("circle")),
        tooltip=[
            alt.Tooltip("week:O", title=t("plot.at")),
            alt.Tooltip("rate:Q", format=".1%", title=t("plot.value")),
            "n:Q",
            alt.Tooltip("value:Q", format="+.2f", title=t("drift.y")),
        ],
    )
    marks = [{"week": week, "label": name} for name, week in releases.items() if week in weeks]
    layers = [area, line, dot.add_params(pick)]
    if marks:
        layers[1:1] = marked(pd.DataFrame(marks), alt.X("week:O", sort=weeks))
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
        tooltip=[
            alt.Tooltip("estimate:Q", format=".0%", title=t("reliability.x")),
            alt.Tooltip("rate:Q", format=".0%", title=t("reliability.y")), "n:Q",
        ],
    )  # fmt: skip
    return alt.layer(diagonal.encode(x="x:Q", y="y:Q"), bar, dot).properties(height=340)
