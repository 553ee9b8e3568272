"""Escalation: should it have been handed over, was it, and when; missed ones first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.kit import charts, frame, sentences, tiles
from dashboards.kit.texts import plural, said, t
from evalkit.kpi.escalation_cost import CellCost, escalation_costs
from evalkit.kpi.escalations import Cell, escalation_matrix, late_turns, time_to_human
from evalkit.kpi.table import RIGHT_CELLS
from evalkit.store.facts import Facts
from evalkit.store.store import Store

_MISSED = ("missed", "refused", "deflected", "unavailable_dropped", "announced_not_executed")


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    rows = [row for row in frame.rows(summary) if row.escalation_cell]
    if not rows:
        sentences.lead(t("escalation.none"), eyebrow=sentences.where(summary))
        return
    missed = [row for row in rows if row.escalation_cell in _MISSED]
    due = sum(row.should_escalate == 1 for row in rows)
    lead = plural("escalation.missed", len(missed), due=due) if missed else t("escalation.all_due", due=due)
    sentences.lead(lead, eyebrow=sentences.where(summary))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _matrix(rows)
    with right:
        _when(rows)
    _cost(rows)
    _missed(missed)


def _cost(rows: list[Facts]) -> None:
    chosen = frame.view()
    wrong = tuple(row.conversation_id for row in rows if row.escalation_cell not in RIGHT_CELLS)
    found = _costs(frame.store(), frame.name_of_store(), chosen.run.id, chosen.score_key, wrong)
    total = sum(one.points for one in found)
    if not found:
        return
    st.subheader(t("escalation.cost"))
    left, right = st.columns([2, 3], gap="large")
    left.metric(t("escalation.cost"), f"{100 * total / len(rows):.0f}")
    left.caption(f"{t('escalation.cost_how')} · n = {len(rows)}")
    points = [
        {"name": f"{said(f'cell.{one.cell}', one.cell)} ({one.n})", "count": round(one.points, 1)} for one in found
    ]
    with right:
        chart = charts.bars(points, value="count", title=t("escalation.points"))
        st.altair_chart(chart, width="stretch", alt=t("escalation.cost_by"))


@st.cache_data(ttl=900, show_spinner=False)
def _costs(_store: Store, where: str, run_id: str, key: str, ids: tuple[str, ...]) -> list[CellCost]:
    return escalation_costs(_store.scores_of(run_id, key, ids).values())


def _matrix(rows: list[Facts]) -> None:
    st.subheader(t("escalation.matrix"))
    cells = escalation_matrix(rows)
    for should in (True, False):
        half = [_cell(cell) for cell in cells if cell.should is should]
        if not half:
            continue
        total = sum(cell.n for cell in cells if cell.should is should)
        st.markdown(f"**{t('escalation.due' if should else 'escalation.not_due')}** · {total}")
        event = st.altair_chart(
            charts.matrix(half), width="stretch", on_select="rerun", selection_mode="pick", key=f"matrix-{should}",
            alt=t("escalation.alt"),
        )  # fmt: skip
        if picked := charts.picked(event, "cell"):
            frame.open_list(behind=f"escalation_cell:{picked}")
    st.caption(t("list.click"))


def _cell(cell: Cell) -> dict[str, object]:
    did = t("escalation.did" if cell.did else "escalation.did_not")
    name = f"{said(f'cell.{cell.name}', cell.name)} ({did})"
    return {"cell": cell.name, "name": name, "n": cell.n, "right": cell.right}


def _when(rows: list[Facts]) -> None:
    st.subheader(t("escalation.when"))
    late = late_turns(rows)
    if late:
        points = [
            {"name": plural("escalation.turns", turns) if turns else t("escalation.on_time"), "count": n}
            for turns, n in late.items()
        ]
        st.altair_chart(charts.bars(points, value="count", title=t("conversations.title")), width="stretch")
    else:
        st.caption(t("escalation.no_turns"))
    wait = time_to_human(rows)
    st.metric(t("escalation.wait"), f"{wait.value / 1000:,.0f} s" if wait.value is not None else frame.few(wait.n))
    st.caption(f"n = {wait.n} · {tiles.title('time_to_human')}" if wait.n else t("escalation.no_wait"))


def _missed(missed: list[Facts]) -> None:
    st.subheader(t("escalation.first"))
    if not missed:
        st.success(t("escalation.no_missed"), icon=None)
        return
    ordered = sorted(missed, key=lambda row: (row.escalation_trigger or "~", row.conversation_id))[:500]
    table = pd.DataFrame(
        {
            t("col.case"): row.case_id or row.conversation_id,
            t("escalation.trigger"): row.escalation_trigger,
            t("escalation.cell"): said(f"cell.{row.escalation_cell}", row.escalation_cell or ""),
            t("col.topic"): row.topic,
            t("col.language"): row.language,
        }
        for row in ordered
    )
    event = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key="missed")
    st.caption(t("list.click"))
    if (row := frame.picked_row(event)) is not None:
        frame.open_conversation(ordered[row].conversation_id)


frame.guarded(main)
