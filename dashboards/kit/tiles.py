"""A KPI as a tile: number, interval, n, target band, change against the release before, and the door behind it."""

from __future__ import annotations

import re
from html import escape

import streamlit as st

from dashboards.kit import frame
from dashboards.kit.texts import said, t
from evalkit.kpi.table import BETTER, TITLES
from evalkit.model import Kpi
from evalkit.reporting.summary import Change, shown, shown_interval

DOORS: dict[str, str] = {
    "pass_rate": "passed:0",
    "resolution_rate": "solved:0",
    "correct_rate": "correct:0",
    "escalation_rate": "escalated:1",
    "human_request_honoured_rate": "honoured:0",
    "language_match_rate": "language_ok:0",
    "disclosure_rate": "disclosed:0",
    "loop_rate": "looped:1",
    "consistency_rate": "consistent:0",
    "first_contact_resolution_rate": "solved:0",
    "leaks": "n_leaks:>0",
    "zero_tolerance": "n_zero_tolerance:>0",
}
"""By KPI: the fact whose conversations count against it."""
_FIRST = ("pass_rate", "resolution_rate", "correct_rate", "escalation_correct_rate", "leaks", "first_response_p95_ms")


def title(name: str) -> str:
    """The name of a KPI in the reader's language."""
    return said(f"kpi.{name}", TITLES.get(name, name))


def value(kpi: Kpi) -> str:
    """The value as a person reads it, in the reader's language where it is words."""
    if kpi.note == "unreviewed":
        return t("unreviewed")
    if kpi.note and kpi.note.startswith("too few"):
        return frame.few(kpi.n)
    if counted := re.fullmatch(r"(\d+) of (\d+)", kpi.note or ""):
        return t("of", hits=counted[1], n=counted[2])
    return shown(kpi)


def tiles(kpis: list[Kpi], changes: dict[str, Change], targets: dict[str, tuple[float | None, float | None]]) -> None:
    """The first KPIs, three in a row."""
    known = {kpi.name: kpi for kpi in kpis}
    chosen = [known[name] for name in _FIRST if name in known]
    for start in range(0, len(chosen), 3):
        for column, kpi in zip(st.columns(3), chosen[start : start + 3], strict=False):
            with column, st.container(border=True):
                _tile(kpi, changes.get(kpi.name), targets.get(kpi.name))


def _tile(kpi: Kpi, change: Change | None, target: tuple[float | None, float | None] | None) -> None:
    text = value(kpi)
    words = " class=ek-words" if kpi.value is None or (kpi.unit == "rate" and kpi.note) else ""
    interval = shown_interval(kpi)
    under = [f"{interval} %" if interval and kpi.unit == "rate" else interval, f"n = {kpi.n:,}".replace(",", "\u202f")]
    lines = [
        f"<span class=ek-name>{escape(title(kpi.name))}</span><b{words}>{escape(text)}</b>",
        f"<span class='ek-soft ek-num'>{escape(' · '.join(part for part in under if part))}</span>",
    ]
    if kpi.unit == "rate" and kpi.note is None and kpi.value is not None:
        lines.append(_band(kpi, change, target))
    if change is not None:
        lines.append(_changed(change))
    st.html(f"<div class=ek-tile>{''.join(lines)}</div>")
    if kpi.name in DOORS:
        frame.door(t("tile.open"), f"door-{kpi.name}", behind=DOORS[kpi.name])
    elif kpi.name == "escalation_correct_rate":
        if st.button(f"{t('tile.open')} →", key="door-escalation", type="tertiary"):
            st.switch_page("views/escalation.py")
    else:
        frame.door(t("tile.all"), f"door-{kpi.name}")


def _band(kpi: Kpi, change: Change | None, target: tuple[float | None, float | None] | None) -> str:
    low, high = kpi.low or 0.0, kpi.high if kpi.high is not None else 1.0
    parts = []
    if target is not None:
        start, end = 100 * (target[0] or 0.0), 100 * (target[1] if target[1] is not None else 1.0)
        parts.append(f"<i class=ek-target style='left:{start:.1f}%;width:{max(0.0, end - start):.1f}%'></i>")
    parts.append(f"<i class=ek-range style='left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%'></i>")
    if change is not None and change.before.value is not None and change.before.note is None:
        parts.append(f"<i class=ek-before style='left:{100 * change.before.value:.1f}%'></i>")
    parts.append(f"<i class=ek-dot style='left:{100 * (kpi.value or 0.0):.1f}%'></i>")
    return f"<div class=ek-band aria-hidden=true>{''.join(parts)}</div>"


def _changed(change: Change) -> str:
    better = BETTER.get(change.name)
    words = {"better": t("change.better"), "worse": t("change.worse"), "same": t("change.same")}.get(change.verdict, "")
    kind = f"ek-{change.verdict}" if change.verdict in {"better", "worse"} else "ek-num"
    sign = ""
    if change.verdict in {"better", "worse"} and change.after.value is not None and change.before.value is not None:
        sign = "▲ " if change.after.value > change.before.value else "▼ "
    before = t("change.before", value=value(change.before))
    mark = f"<span class={kind}>{sign}{escape(words)}</span> " if words and better is not None else ""
    return f"<span class='ek-soft ek-num'>{mark}{escape(before)}</span>"
