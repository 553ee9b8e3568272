"""Escalation: should it have been handed over, was it, and when; missed ones first."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.kit import charts, frame, sentences, tiles
from dashboards.kit.numbers import number
from dashboards.kit.texts import plural, rule, said, t
from evalkit.kpi.escalation_cost import CellCost, escalation_costs
from evalkit.kpi.escalations import Cell, escalation_matrix, late_turns
from evalkit.kpi.table import RIGHT_CELLS, kpis
from evalkit.store.columns import Columns
from evalkit.store.facts import Facts
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store

_MOST_READ = 500
_MISSED = ("missed", "refused", "deflected", "unavailable_dropped", "announced_not_executed")


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    whole = frame.columns()
    rows = whole.take(whole.known("escalation_cell"))
    if not rows.n:
        frame.lead(t("escalation.none"), eyebrow=sentences.where(summary))
        return
    n_missed, due = int(rows.is_("escalation_cell", *_MISSED).sum()), int((rows.flags["should_escalate"] == 1).sum())
    lead = plural("escalation.missed", n_missed, due=due) if n_missed else t("escalation.all_due", due=due)
    frame.lead(lead, eyebrow=sentences.where(summary))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _matrix(rows)
    with right:
        _when(rows)
    _cost(rows)
    _missed(rows, n_missed)


def _cost(rows: Columns) -> None:
    chosen = frame.view()
    names = dict.fromkeys(cell.name for cell in escalation_matrix(rows) if cell.name not in RIGHT_CELLS)
    cells = {name: int(rows.is_("escalation_cell", name).sum()) for name in names}
    some = {name: _ids(name, _MOST_READ) for name in cells}
    wrong = tuple(id_ for ids in some.values() for id_ in ids)
    found = _costs(frame.store(), frame.name_of_store(), chosen.run.id, chosen.score_key, wrong)
    if not found:
        return
    # Of a cell that is larger than what is read, those that were read stand for the rest.
    costs = {one.cell: one.points * cells.get(one.cell, one.n) / max(1, len(some.get(one.cell, ()))) for one in found}
    st.subheader(t("escalation.cost"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        told = f"{t('escalation.cost_how')} · n = {number(rows.n)}"
        if len(wrong) < sum(cells.values()):
            told = f"{told} · {t('escalation.sampled', n=number(len(wrong)))}"
        tiles.plain([(t("escalation.points"), number(100 * sum(costs.values()) / rows.n), told)])
    points = [
        {"name": f"{said(f'cell.{name}', name)} ({number(cells.get(name, 0))})", "count": cost}
        for name, cost in sorted(costs.items(), key=lambda item: -item[1])
    ]
    with right:
        charts.draw(charts.bars(points, unit=t("escalation.points")), alt_text=t("escalation.cost_by"))


def _ids(cell: str, most: int) -> list[str]:
    return [row.conversation_id for row in _of_cell(cell, most)]


def _of_cell(cell: str, most: int) -> list[Facts]:
    chosen = frame.view()
    facts = tuple({**chosen.slices, "escalation_cell": cell}.items())
    return _read(chosen.search, frame.name_of_store(), chosen.run.id, chosen.score_key, facts, most)


@st.cache_data(ttl=900, max_entries=64, show_spinner=False)
def _read(
    _search: Search, where: str, run_id: str, key: str, facts: tuple[tuple[str, str], ...], most: int
) -> list[Facts]:
    return list(_search.rows(Wanted(facts=dict(facts)), limit=most))


@st.cache_data(ttl=900, show_spinner=False)
def _costs(_store: Store, where: str, run_id: str, key: str, ids: tuple[str, ...]) -> list[CellCost]:
    return escalation_costs(_store.scores_of(run_id, key, ids).values())


def _matrix(rows: Columns) -> None:
    st.subheader(t("escalation.matrix"))
    cells = escalation_matrix(rows)
    most = max(cell.n for cell in cells)
    for should in (True, False):
        half = [_cell(cell) for cell in cells if cell.should is should]
        if not half:
            continue
        total = sum(cell.n for cell in cells if cell.should is should)
        st.markdown(f"{t('escalation.due' if should else 'escalation.not_due')} · {number(total)}")
        chart = charts.bars(half, unit=t("conversations.title"), most=most)
        event = charts.draw(chart, key=f"matrix-{should}", alt_text=t("escalation.alt"))
        if picked := charts.picked(event, "id"):
            frame.open_list(behind=f"escalation_cell:{picked}")
    st.caption(t("list.bars"))


def _cell(cell: Cell) -> dict[str, object]:
    did = t("escalation.did" if cell.did else "escalation.did_not")
    sign = "✓" if cell.right else "✗"
    name = f"{sign} {said(f'cell.{cell.name}', cell.name)} ({did})"
    return {"id": cell.name, "name": name, "count": cell.n, "tone": "right" if cell.right else "wrong"}


def _when(rows: Columns) -> None:
    st.subheader(t("escalation.when"))
    late = late_turns(rows)
    if late:
        points = [
            {"name": plural("escalation.turns", turns) if turns else t("escalation.on_time"), "count": n}
            for turns, n in late.items()
        ]
        charts.draw(charts.bars(points, unit=t("conversations.title")), alt_text=t("escalation.when"))
    else:
        st.caption(t("escalation.no_turns"))
    wait = next(iter(kpis(rows, names=["time_to_human_s"])), None)
    if wait is None or not wait.n:
        st.caption(t("escalation.no_wait"))
        return
    tiles.plain([(t("escalation.wait"), tiles.value(wait), f"{t('escalation.from_request')} · n = {number(wait.n)}")])


def _missed(rows: Columns, n_missed: int) -> None:
    st.subheader(t("escalation.first"))
    if not n_missed:
        st.success(t("escalation.no_missed"), icon=None)
        return
    cells = [cell for cell in _MISSED if rows.is_("escalation_cell", cell).any()]
    missed = [row for cell in cells for row in _of_cell(cell, _MOST_READ)]
    ordered = sorted(missed, key=lambda row: (row.escalation_trigger or "~", row.conversation_id))[:_MOST_READ]
    columns: dict[str, list[Any]] = {
        t("col.case"): [row.case_id or row.conversation_id for row in ordered],
        t("escalation.trigger"): [rule(row.escalation_trigger or "") for row in ordered],
        t("escalation.cell"): [said(f"cell.{row.escalation_cell}", row.escalation_cell or "") for row in ordered],
        t("col.topic"): [row.topic for row in ordered],
        t("col.language"): [row.language for row in ordered],
    }
    if (row := frame.table(columns, key="missed")) is not None:
        frame.open_conversation(ordered[row].conversation_id)
    st.caption(t("list.click"))


frame.guarded(main)
