"""The one sentence that a page opens with, in the reader's language, made from the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from dashboards.kit import frame, tiles
from dashboards.kit.numbers import interval, number
from dashboards.kit.texts import plural, t
from evalkit.model import Kpi
from evalkit.reporting.naming import suites
from evalkit.reporting.summary import Summary


def place(parts: Iterable[str]) -> None:
    """Which conversation is read, as a quiet heading."""
    st.html(f"<h2 class=ek-where>{escape(' · '.join(parts))}</h2>")


def where(summary: Summary) -> str:
    """What the page is about: release, suite, slice, coverage."""
    chosen = frame.view()
    first, n = suites(summary.run)
    told = t("suites", first=first, n=n) if n else first
    parts = [summary.run.release, told, *chosen.slices.values()]
    parts.append(t("scored", n=number(summary.n_scored), total=number(summary.n_total)))
    if summary.n_errors:
        parts.append(plural("broke", summary.n_errors))
    return " · ".join(part for part in parts if part)


def verdict(summary: Summary, numbers: Sequence[Kpi]) -> str:
    """May this release go out, and why."""
    release = summary.run.release
    if summary.run.status == "invalid":
        return t("verdict.invalid", release=release, n=summary.n_errors)
    parts = []
    known = {kpi.name: kpi for kpi in numbers}
    if "pass_rate" in known:
        kpi = known["pass_rate"]
        within, value = interval(kpi), tiles.value(kpi)
        parts.append(t("verdict.pass", value=f"{value} ({within})" if within else value))
    change = next((c for c in summary.changes if c.name == "pass_rate"), None)
    if change is not None and change.verdict in {"better", "worse", "same"} and summary.baseline is not None:
        parts[-1] += f", {t(f'verdict.{change.verdict}', baseline=summary.baseline.release)}"
    if summary.n_zero_tolerance:
        parts.append(plural("verdict.zero", summary.n_zero_tolerance))
    if summary.n_critical_failed:
        parts.append(plural("verdict.critical", summary.n_critical_failed))
    blockers = summary.n_blockers
    if summary.n_zero_tolerance or summary.n_critical_failed:
        end = t("verdict.stop")
    elif blockers:
        end = plural("verdict.read", blockers)
    elif change is not None and change.verdict == "worse":
        end = t("verdict.gate")
    else:
        end = t("verdict.ok")
    # A semicolon between clauses: "than 1.4, 64 findings" would read as one number.
    return f"{release}: {'; '.join(parts)}. {end}"
