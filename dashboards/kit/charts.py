"""One visual language for every plot: one accent, grey for what was before, Okabe-Ito for series, n and interval told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.kit.texts import t

BEFORE, BAND = "#8a8f94", "#009E73"
_AROUND = 92
"""Pixels of axis, title and legend: a chart's height holds them too."""


def accent() -> str:
    """The one accent: Okabe-Ito's blue, its lighter sister on dark ground."""
    return "#56B4E9" if st.context.theme.type == "dark" else "#0072B2"


def dots(points: Sequence[dict[str, Any]], releases: Sequence[str], bands: dict[str, tuple[float, float]]) -> Any:
    """A dot with its interval per KPI and release; a target is a band behind.

    Points: name, release, value, low, high, n.
    """
    data = pd.DataFrame(points)
    names = list(dict.fromkeys(data["name"]))
    rows = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    across = alt.Scale(domain=[0, 1])
    colour = alt.Color(
        "release:N", title=None, legend=alt.Legend(orient="top", title=None, symbolSize=90),
        scale=alt.Scale(domain=list(releases), range=[accent(), BEFORE]),
    )  # fmt: skip
    shape = alt.Shape("release:N", scale=alt.Scale(domain=list(releases), range=["circle", "diamond"]), legend=None)
    base = alt.Chart(data).encode(y=rows, yOffset=alt.YOffset("release:N", sort=list(releases)))
    lines = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=alt.X("low:Q", scale=across, title=t("plot.share"), axis=alt.Axis(format="%", grid=True)),
        x2="high:Q", color=colour,
    )  # fmt: skip
    points_ = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("value:Q", scale=across), color=colour, shape=shape, tooltip=_tooltip("name", "release")
    )
    layers = [lines, points_]
    shown = [{"name": n, "from": lo, "to": hi} for n, (lo, hi) in bands.items() if n in names]
    if shown:
        behind = alt.Chart(pd.DataFrame(shown)).mark_bar(color=BAND, opacity=0.16, height={"band": 0.9})
        layers.insert(0, behind.encode(y=rows, x=alt.X("from:Q", scale=across), x2="to:Q"))
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    layers[-1] = layers[-1].add_params(pick)
    return alt.layer(*layers).properties(height=_AROUND + 40 * len(names))


def trend(points: Sequence[dict[str, Any]], *, band: tuple[float, float] | None = None, unit: str = "rate") -> Any:
    """A line over releases or weeks with its interval as a ribbon. Points: at, value, low, high, n."""
    data = pd.DataFrame(points)
    order = list(dict.fromkeys(data["at"]))
    axis = alt.Axis(format="%") if unit == "rate" else alt.Axis()
    x = alt.X("at:O", sort=order, title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(zero=False))
    layers = []
    if band is not None:
        frame = pd.DataFrame([{"from": band[0], "to": band[1]}])
        layers.append(alt.Chart(frame).mark_rect(color=BAND, opacity=0.12).encode(y="from:Q", y2="to:Q"))
    base = alt.Chart(data).encode(x=x)
    if unit == "rate":
        layers.append(
            base.mark_errorbar(color=accent(), thickness=2, opacity=0.5).encode(
                y=alt.Y("low:Q", title=None), y2="high:Q"
            )
        )
    layers.append(base.mark_line(color=accent(), strokeWidth=2, opacity=0.8).encode(y=y))
    pick = alt.selection_point(name="pick", fields=["at"], on="click")
    dot = base.mark_point(color=accent(), filled=True, size=80, opacity=1).encode(y=y, tooltip=_tooltip("at"))
    layers.append(dot.add_params(pick))
    return alt.layer(*layers).properties(height=300)


def bars(points: Sequence[dict[str, Any]], *, value: str, title: str, highlight: Sequence[str] = ()) -> Any:
    """Horizontal bars, largest first, each a door. Points: name, the value, n."""
    data = pd.DataFrame(points)
    data["loud"] = data["name"].isin(list(highlight)) if highlight else True
    pick = alt.selection_point(name="pick", fields=["name"], on="click")
    return (
        alt.Chart(data)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y("name:N", sort="-x", title=None, axis=alt.Axis(labelLimit=320, ticks=False, domain=False)),
            x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.condition("datum.loud", alt.value(accent()), alt.value(BEFORE)),
            opacity=alt.condition(pick, alt.value(1), alt.value(0.55)),
            tooltip=["name:N", f"{value}:Q"],
        )
        .add_params(pick)
        .properties(height=_AROUND + 28 * len(data))
    )


def picked(event: Any, field: str) -> str | None:
    """The name behind a click on a chart, None when nothing is picked."""
    chosen = (
        (event or {}).get("selection", {}).get("pick") if isinstance(event, dict) or hasattr(event, "get") else None
    )
    if isinstance(chosen, list) and chosen and field in chosen[0]:
        return str(chosen[0][field])
    if isinstance(chosen, dict) and chosen.get(field):
        return str(chosen[field][0])
    return None


def _tooltip(*names: str) -> list[Any]:
    return [
        *(alt.Tooltip(f"{name}:N", title=t(f"plot.{name}")) for name in names),
        alt.Tooltip("value:Q", format=".3~f", title=t("plot.value")),
        alt.Tooltip("low:Q", format=".3~f", title=t("plot.low")),
        alt.Tooltip("high:Q", format=".3~f", title=t("plot.high")),
        alt.Tooltip("n:Q", format=",", title="n"),
    ]


def matrix(cells: Sequence[dict[str, Any]]) -> Any:
    """One half of should × did: a bar for each cell with its count, right ones apart from wrong ones. Cells: cell, name, n, right."""
    data = pd.DataFrame(cells)
    pick = alt.selection_point(name="pick", fields=["cell"], on="click")
    rows = alt.Y("name:N", sort="-x", title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    base = alt.Chart(data).encode(y=rows)
    bar = base.mark_bar(cornerRadiusEnd=3).encode(
        x=alt.X("n:Q", title=t("conversations.title"), axis=alt.Axis(tickMinStep=1, format="d")),
        color=alt.condition("datum.right", alt.value(BAND), alt.value("#D55E00")),
        opacity=alt.condition(pick, alt.value(0.9), alt.value(0.5)),
        tooltip=["name:N", "n:Q"],
    )
    number = base.mark_text(align="left", dx=5).encode(x="n:Q", text="n:Q", color=alt.value(BEFORE))
    return alt.layer(bar.add_params(pick), number).properties(height=_AROUND + 30 * len(data))


def control(points: Sequence[dict[str, Any]]) -> Any:
    """A control chart for each reader: the smoothed deviation and its limits. Points: reader, step, value, limit."""
    data = pd.DataFrame(points)
    data["lower"] = -data["limit"]
    base = alt.Chart(data).encode(x=alt.X("step:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d")))
    area = base.mark_area(color=BAND, opacity=0.12).encode(y=alt.Y("lower:Q", title=None), y2="limit:Q")
    line = base.mark_line(color=accent(), strokeWidth=2).encode(y="value:Q")
    return (
        alt.layer(area, line)
        .properties(width=240, height=120)
        .facet(facet=alt.Facet("reader:N", title=None), columns=4)
    )


def ecdf(times_ms: dict[str, list[float]]) -> Any:
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
            x=alt.X("s:Q", title=t("plot.seconds"), scale=alt.Scale(type="log")),
            y=alt.Y("share:Q", title=t("plot.share"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("who:N", title=None, legend=alt.Legend(orient="top"), scale=alt.Scale(domain=names, range=[accent(), "#CC79A7"])),
            strokeDash=alt.StrokeDash("who:N", legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]])),
            tooltip=["who:N", alt.Tooltip("s:Q", format=".2f"), alt.Tooltip("share:Q", format=".0%")],
        )
    )  # fmt: skip
    ten = alt.Chart(pd.DataFrame([{"s": 10}])).mark_rule(color=BEFORE, strokeDash=[4, 4]).encode(x="s:Q")
    return alt.layer(ten, line).properties(height=300)


def tornado(swings: Sequence[dict[str, Any]], centre: float) -> Any:
    """How far each input swings a saving, the widest first, around what is expected. Swings: name, low, high."""
    data = pd.DataFrame(swings)
    rows = alt.Y(
        "name:N", sort=list(data["name"]), title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False)
    )
    bar = alt.Chart(data).mark_bar(cornerRadius=3, color=accent(), opacity=0.75, height=18)
    line = alt.Chart(pd.DataFrame([{"x": centre}])).mark_rule(color=BEFORE, strokeWidth=2).encode(x="x:Q")
    money = alt.X("low:Q", title=t("return.swing"), axis=alt.Axis(format="~s"))
    return alt.layer(bar.encode(y=rows, x=money, x2="high:Q", tooltip=["name:N"]), line).properties(
        height=_AROUND + 34 * len(data)
    )
