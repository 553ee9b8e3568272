"""One visual language for every plot: one accent, grey for what was before, Okabe-Ito for series, n and interval told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.kit import numbers
from dashboards.kit.texts import t
from dashboards.kit.theme import BEFORE, PEOPLE, RIGHT, WRONG, accent, ink, soft

_PHONE = 350
"""Pixels that a plot has on a telephone."""
_AROUND = 24
"""Pixels above and below the rows of a chart without an axis."""


def draw(chart: Any, *, alt_text: str, key: str | None = None, wide: int | None = None) -> Any:
    """Show a plot in the reader's signs; with a key, what was picked comes back as the event.

    It is as wide as its place, or `wide` pixels, so that several stand in a row that wraps.
    """
    words = {"labelColor": soft(), "titleColor": soft(), "labelFontSize": 12, "titleFontSize": 12}
    quiet = {**words, "titleFontWeight": "normal", "titlePadding": 8}
    chart = chart.configure(
        locale=numbers.for_plots(), axis={**quiet, "domain": False}, axisQuantitative={"tickCount": 5},
        text={"fontSize": 12}, view={"stroke": None}, legend=words, header=words,
    )  # fmt: skip
    if key is None:
        return st.altair_chart(chart, width=wide or "stretch", alt=alt_text)
    return st.altair_chart(chart, width="stretch", alt=alt_text, on_select="rerun", selection_mode="pick", key=key)


def ranges(points: Sequence[Mapping[str, Any]]) -> Any:
    """A row for each slice: dot with interval, a grey tick for what was before, the number under the name.

    Points: name, said, value, low, high, before, verdict.
    """
    data = pd.DataFrame(points)
    under = {p["name"]: [p["name"], p["said"]] for p in points}
    y = alt.Y(
        "name:N", sort=list(under), title=None,
        axis=alt.Axis(labelExpr=_lookup(under), labelLimit=280, ticks=False, labelLineHeight=15, labelPadding=10, labelOffset=-7),
    )  # fmt: skip
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], orient="top")
    whole = alt.Scale(domain=[0, 1])
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    colour = alt.Color(
        "verdict:N", legend=None,
        scale=alt.Scale(domain=["better", "worse", "same", ""], range=[RIGHT, WRONG, accent(), accent()]),
    )  # fmt: skip
    shape = alt.Shape(
        "verdict:N", legend=None,
        scale=alt.Scale(domain=["better", "worse", "same", ""], range=["triangle-up", "triangle-down", "circle", "circle"]),
    )  # fmt: skip
    base = alt.Chart(data).encode(y=y)
    rail = base.mark_rule(strokeWidth=7, color=BEFORE, opacity=0.14).encode(
        x=alt.value(0), x2=alt.value("width"), tooltip=[alt.Tooltip("name:N"), alt.Tooltip("said:N")]
    )
    line = base.mark_rule(strokeWidth=4, opacity=0.5).encode(
        x=alt.X("low:Q", scale=whole, title=None, axis=axis), x2="high:Q", color=colour
    )
    tick = base.mark_tick(color=BEFORE, thickness=2, size=16).encode(x=alt.X("before:Q", scale=whole))
    dot = base.mark_point(filled=True, size=95, opacity=1).encode(
        x=alt.X("value:Q", scale=whole), color=colour, shape=shape,
        tooltip=[alt.Tooltip("name:N", title=t("plot.name")), alt.Tooltip("said:N", title=t("plot.value"))],
    )  # fmt: skip
    return alt.layer(rail, line, tick, dot.add_params(pick)).properties(height=_AROUND + 44 * len(data))


def trend(
    points: Sequence[Mapping[str, Any]],
    *,
    band: tuple[float, float] | None = None,
    unit: str = "rate",
    breaks: Sequence[int] = (),
) -> Any:
    """A line over releases or weeks with its intervals and n; at a break of the definition the line starts anew.

    Points: at, value, low, high, n. Breaks: positions of points.
    """
    data = pd.DataFrame(points)
    data["part"] = [sum(at >= start for start in breaks) for at in range(len(data))]
    order = list(dict.fromkeys(data["at"]))
    percent = unit == "rate"
    labels = {p["at"]: [str(p["at"]), f"n = {numbers.number(p['n'])}"] for p in points}
    x = alt.X(
        "at:O", sort=order, title=None,
        axis=alt.Axis(labelAngle=0, labelExpr=_lookup(labels), labelOverlap=True, labelLineHeight=15, ticks=False, labelFlush=False),
    )  # fmt: skip
    axis = alt.Axis(format="%") if percent else alt.Axis(format=",~r")
    y = alt.Y(
        "value:Q", title=None if percent else t(f"unit.{unit}"), axis=axis, scale=alt.Scale(zero=False, nice=True)
    )
    layers = []
    if band is not None:
        frame = pd.DataFrame([{"from": band[0], "to": band[1]}])
        layers.append(alt.Chart(frame).mark_rect(color=RIGHT, opacity=0.12).encode(y="from:Q", y2="to:Q"))
    base = alt.Chart(data).encode(x=x)
    layers.append(base.mark_rule(color=accent(), strokeWidth=4, opacity=0.35).encode(y="low:Q", y2="high:Q"))
    layers.append(base.mark_line(color=accent(), strokeWidth=2, opacity=0.8).encode(y=y, detail="part:N"))
    if breaks:
        starts = pd.DataFrame([{"at": points[at]["at"], "label": t("plot.break")} for at in breaks])
        layers += marked(starts, alt.X("at:O", sort=order))
    pick = alt.selection_point(name="pick", fields=["at"], on="click")
    dot = base.mark_point(color=accent(), filled=True, size=90, opacity=1).encode(y=y, tooltip=_tooltip("at", unit))
    layers.append(dot.add_params(pick))
    return alt.layer(*layers).properties(height=320)


def bars(points: Sequence[Mapping[str, Any]], *, unit: str, most: float | None = None) -> Any:
    """Horizontal bars with their number, largest first, each a door; its name stands above a bar, so that a telephone
    shows both whole. `most` makes two plots share one scale.

    Points: name, count; maybe id (what a click gives) and tone: right, wrong, quiet.
    """
    data = pd.DataFrame({"tone": "", "id": p["name"], **p} for p in points)
    data["said"] = [numbers.number(v) for v in data["count"]]
    pick = alt.selection_point(name="pick", fields=["id"], on="click")
    tones = alt.Scale(domain=["", "right", "wrong", "quiet"], range=[accent(), RIGHT, WRONG, BEFORE])
    largest = (most or float(data["count"].max())) or 1.0
    across = alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, largest * 1.2]))
    order = list(data.sort_values("count", ascending=False, kind="stable")["name"])
    base = alt.Chart(data).encode(
        y=alt.Y("name:N", sort=order, axis=None),
        tooltip=[alt.Tooltip("name:N", title=t("plot.name")), alt.Tooltip("said:N", title=unit)],
    )  # fmt: skip
    bar = base.mark_bar(cornerRadiusEnd=3, size=13, yOffset=9).encode(
        x=across,
        color=alt.Color("tone:N", scale=tones, legend=None),
        opacity=alt.condition(pick, alt.value(0.92), alt.value(0.5)),
    )
    name = base.mark_text(align="left", baseline="bottom", yOffset=1, color=ink(), limit=_PHONE).encode(
        x=alt.value(0), text="name:N"
    )
    number = base.mark_text(align="left", dx=6, yOffset=9, color=ink()).encode(x=across, text="said:N")
    return alt.layer(bar.add_params(pick), name, number).properties(height=12 + 42 * len(data))


def control(points: Sequence[Mapping[str, Any]], name: str) -> Any:
    """The control chart of one reader: the smoothed deviation and its limits. Points: step, value, limit."""
    data = pd.DataFrame(points)
    data["lower"] = -data["limit"]
    x = alt.X("step:Q", title=t("plot.label_number"), axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    base = alt.Chart(data).encode(x=x)
    area = base.mark_area(color=RIGHT, opacity=0.14).encode(y=alt.Y("lower:Q", title=None), y2="limit:Q")
    line = base.mark_line(color=accent(), strokeWidth=2).encode(y="value:Q")
    return alt.layer(area, line).properties(height=150, title=alt.Title(name, fontSize=12, fontWeight="normal"))


def ecdf(times_ms: Mapping[str, Sequence[float]]) -> Any:
    """How many got their first answer within how many seconds, one line for each side; 10 s is marked."""
    points = []
    for who, values in times_ms.items():
        step = max(1, len(values) // 200)
        points += [
            {"who": who, "s": max(v, 1) / 1000, "share": (i + 1) / len(values)}
            for i, v in enumerate(values)
            if i % step == 0 or i == len(values) - 1
        ]
    data = pd.DataFrame(points)
    names = list(times_ms)
    line = (
        alt.Chart(data)
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=alt.X("s:Q", title=t("plot.seconds"), scale=alt.Scale(type="log"), axis=alt.Axis(format=",~r", grid=False)),
            y=alt.Y("share:Q", title=t("plot.share"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("who:N", title=None, legend=alt.Legend(orient="top"), scale=alt.Scale(domain=names, range=[accent(), PEOPLE])),
            strokeDash=alt.StrokeDash("who:N", legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]])),
            tooltip=[alt.Tooltip("who:N", title=t("plot.name")), alt.Tooltip("s:Q", format=".2~f", title="s"), alt.Tooltip("share:Q", format=".0%", title=t("plot.share"))],
        )
    )  # fmt: skip
    ten = marked(pd.DataFrame([{"s": 10, "label": "10 s"}]), alt.X("s:Q"))
    return alt.layer(*ten, line).properties(height=320)


def tornado(swings: Sequence[Mapping[str, Any]], centre: float) -> Any:
    """How far each input swings a saving, the widest first, around what is expected. Swings: name, low, high."""
    data = pd.DataFrame(swings)
    rows = alt.Y("name:N", sort=list(data["name"]), title=None, axis=alt.Axis(labelLimit=260, ticks=False))
    bar = alt.Chart(data).mark_bar(cornerRadius=3, color=accent(), opacity=0.75, height=18)
    line = alt.Chart(pd.DataFrame([{"x": centre}])).mark_rule(color=ink(), strokeWidth=2).encode(x="x:Q")
    money = alt.X("low:Q", title=t("return.swing"), axis=alt.Axis(format="$,.0f"))
    return alt.layer(bar.encode(y=rows, x=money, x2="high:Q", tooltip=["name:N"]), line).properties(
        height=64 + 34 * len(data)
    )


def marked(marks: Any, x: Any) -> list[Any]:
    """A dashed line with its words for each mark. Marks: the field of x, label."""
    base = alt.Chart(marks).encode(x=x)
    rule = base.mark_rule(color=BEFORE, strokeDash=[5, 4])
    words = base.mark_text(align="left", baseline="top", dx=5, color=soft()).encode(y=alt.value(2), text="label:N")
    return [rule, words]


def picked(event: Any, field: str) -> str | None:
    """What is behind a click on a chart, None when nothing is picked."""
    known = isinstance(event, dict) or hasattr(event, "get")
    chosen = (event or {}).get("selection", {}).get("pick") if known else None
    if isinstance(chosen, list) and chosen and field in chosen[0]:
        return str(chosen[0][field])
    if isinstance(chosen, dict) and chosen.get(field):
        return str(chosen[field][0])
    return None


def _lookup(labels: Mapping[str, Any]) -> str:
    """An expression that shows an axis label as one or two lines."""
    return f"({json.dumps(dict(labels), ensure_ascii=True)})[datum.value]"


def _tooltip(name: str, unit: str) -> list[Any]:
    form = ".1%" if unit == "rate" else ",.3~r"
    return [
        alt.Tooltip(f"{name}:N", title=t(f"plot.{name}")),
        alt.Tooltip("value:Q", format=form, title=t("plot.value")),
        alt.Tooltip("low:Q", format=form, title=t("plot.low")),
        alt.Tooltip("high:Q", format=form, title=t("plot.high")),
        alt.Tooltip("n:Q", format=",", title="n"),
    ]
