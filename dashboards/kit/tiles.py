"""A KPI as a tile: number, interval, n, target band, change against the release before, and the door behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.kit import frame
from dashboards.kit.numbers import amount, interval, number
from dashboards.kit.texts import said, t
from evalkit.kpi.table import BETTER, TITLES
from evalkit.model import Kpi
from evalkit.reporting.headlines import headlines
from evalkit.reporting.summary import Change

DOORS: dict[str, str] = {
    "pass_rate": "passed:0",
    "resolution_rate": "solved:0",
    "correct_rate": "correct:0",
    "escalation_rate": "escalated:1",
    "honoured_request_rate": "honoured:0",
    "language_match_rate": "language_ok:0",
    "disclosure_rate": "disclosed:0",
    "loop_rate": "looped:1",
    "consistency_rate": "consistent:0",
    "first_contact_resolution_rate": "solved:0",
    "leaks": "n_leaks:>0",
    "zero_tolerance": "n_zero_tolerance:>0",
}
"""By KPI: the fact whose conversations count against it."""
_MOST, _A_ROW = 6, 3


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
    return amount(kpi)


def tiles(kpis: list[Kpi], changes: dict[str, Change], targets: dict[str, tuple[float | None, float | None]]) -> None:
    """The first KPIs, leaks before all; rows are as long as each other or fill their width, so that no hole is left."""
    first, _ = headlines([kpi for kpi in kpis if kpi.name != "zero_tolerance"], _MOST)
    chosen = sorted(first, key=lambda kpi: kpi.name != "leaks")
    a_row = 2 if len(chosen) == _A_ROW + 1 else _A_ROW
    rows = st.container(key="tiles")
    for start in range(0, len(chosen), a_row):
        row = chosen[start : start + a_row]
        for column, kpi in zip(rows.columns(len(row)), row, strict=True):
            with column, st.container(border=True, height="stretch"):
                _tile(kpi, changes.get(kpi.name), targets.get(kpi.name))


def plain(told: Sequence[tuple[str, str, str]]) -> None:
    """A row of small tiles: name, number, what stands under it; they wrap where the window is narrow."""
    parts = [
        f"<div class=ek-card><span class=ek-name>{escape(name)}</span><b{_words(value)}>{escape(value)}</b>"
        f"<span class='ek-soft ek-num'>{escape(under)}</span></div>"
        for name, value, under in told
    ]
    st.html(f"<div class=ek-cards>{''.join(parts)}</div>")


def _words(value: str) -> str:
    # Words in the size of a number run out of a narrow tile.
    return "" if any(sign.isdigit() for sign in value) else " class=ek-words"


def _tile(kpi: Kpi, change: Change | None, target: tuple[float | None, float | None] | None) -> None:
    text = value(kpi)
    words = " class=ek-words" if kpi.value is None or (kpi.unit == "rate" and kpi.note) else ""
    within = interval(kpi)
    under = [f"{within}\u00a0%" if within and kpi.unit == "rate" else within, f"n = {number(kpi.n)}"]
    lines = [
        f"<span class=ek-name>{escape(title(kpi.name))}</span><b{words}>{escape(text)}</b>",
        f"<span class='ek-soft ek-num'>{escape(' · '.join(part for part in under if part))}</span>",
    ]
    lines.append(band(kpi, change, target))
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


def band(kpi: Kpi, change: Change | None, target: tuple[float | None, float | None] | None) -> str:
    """A rate on a line from 0 to 100 %: target behind, interval, the baseline as a tick, the value as a dot; else ""."""
    if kpi.unit != "rate" or kpi.note is not None or kpi.value is None:
        return ""
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


def verdict(change: Change) -> str:
    """Better, worse or the same within chance, with a sign beside the colour; "" where neither is known."""
    if BETTER.get(change.name) is None or change.verdict not in {"better", "worse", "same"}:
        return ""
    kind = "ek-num" if change.verdict == "same" else f"ek-{change.verdict}"
    sign = {"better": "▲ ", "worse": "▼ ", "same": "= "}[change.verdict]
    return f"<span class={kind}>{sign}{escape(t(f'change.{change.verdict}'))}</span>"


def _changed(change: Change) -> str:
    before, mark = t("change.before", value=value(change.before)), verdict(change)
    return f"<span class='ek-soft ek-num'>{f'{mark} · ' if mark else ''}{escape(before)}</span>"
