"""Agreement and calibration: readers with readers, scorers with readers, rules that earned the gate, reviewed rates."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

import streamlit as st

from dashboards.kit import calibrated, charts, frame, tiles
from dashboards.kit.numbers import between, interval, number, rate, within
from dashboards.kit.texts import rule, t
from evalkit.model import Review
from evalkit.review.agreement import (
    Confusion,
    PeopleAgreement,
    against_machine,
    between_people,
    reviewed_rate,
    reviewer_records,
    rule_records,
)
from evalkit.review.labelling import final
from evalkit.review.questions import questions
from evalkit.stats import Interval
from evalkit.store.batches import Batch, Batches
from evalkit.store.searching import Search

_GOOD, _FAIR = 0.8, 0.67


def main() -> None:
    """Draw the page."""
    store, chosen = frame.store(), frame.view()
    reviews = store.reviews()
    if not reviews:
        frame.lead(t("agreement.none"))
        frame.nothing(t("agreement.how"), f"evalkit review new {chosen.run.release} --reviewer ann --reviewer bo")
        return
    asked = questions(["resolved", "correct", "handover", "tone", "satisfied"])
    now = datetime.now(UTC)
    people = [between_people(reviews, question, until=now) for question in asked]
    frame.lead(_sentence(people), eyebrow=t("agreement.window"))
    _people([p for p in people if p.n])
    batches = [b for b in Batches(store).all() if (b.run_id, b.score_key) == (chosen.run.id, chosen.score_key)]
    mine = [r for r in reviews if r.batch in {b.id for b in batches}]
    _rates(batches, mine)
    _scorers(mine)
    calibrated.judge(reviews)
    calibrated.satisfaction(reviews)
    _readers(reviews)


def _sentence(people: list[PeopleAgreement]) -> str:
    known = [p for p in people if p.chance_corrected is not None]
    if not known:
        return t("agreement.few", n=max((p.n for p in people), default=0))
    worst = min(known, key=lambda p: p.chance_corrected.value if p.chance_corrected else 1.0)
    found = worst.chance_corrected
    assert found is not None
    question = t(f"question.{worst.question}.short")
    if found.value >= _GOOD:
        return t("agreement.good", question=question)
    if found.high < _FAIR:
        return t("agreement.poor", question=question)
    if found.low < _FAIR <= found.high and found.value < _FAIR:
        # The interval reaches from poor to good: only more double readings can tell.
        return t("agreement.unclear", question=question, raw=rate(found.raw), n=worst.n)
    return t("agreement.fair", question=question)


def _people(people: list[PeopleAgreement]) -> None:
    st.subheader(t("agreement.people"))
    if not people:
        st.caption(t("agreement.no_double"))
        return
    both = [(one, one.chance_corrected) for one in people]
    columns: dict[str, list[Any]] = {
        t("col.question"): [t(f"question.{one.question}.short") for one in people],
        t("agreement.measure"): [{"kappa": "κ", "alpha": "α"}.get(one.method, "") for one in people],
        t("col.value"): [number(found.value, 2) if found else frame.few(one.n) for one, found in both],
        "95 %": [between(found.low, found.high) if found else "" for _, found in both],
        "AC1": [number(one.ac1.value, 2) if one.ac1 else "" for one in people],
        t("agreement.raw"): [rate(found.raw) if found else "" for _, found in both],
        "n": [one.n for one in people],
    }
    frame.table(columns, right=(t("col.value"), "95 %", "AC1", t("agreement.raw"), "n"))
    st.caption(t("agreement.guide"))


def _rates(batches: list[Batch], reviews: list[Review]) -> None:
    st.subheader(t("agreement.rates"))
    told = []
    for question in questions():
        kpi = reviewed_rate(batches, reviews, question) if batches else None
        name = t(f"question.{question.id}.short")
        if kpi is None or kpi.value is None:
            told.append((name, t("unreviewed"), ""))
        else:
            inside = f"{interval(kpi)}\u00a0% · " if interval(kpi) else ""
            told.append((name, tiles.value(kpi), f"{inside}n = {number(kpi.n)}"))
    tiles.plain(told)
    st.caption(t("agreement.rates_how"))


def _scorers(reviews: list[Review]) -> None:
    store, chosen = frame.store(), frame.view()
    st.subheader(t("agreement.scorers"))
    labels = final(reviews)
    ids = sorted({conversation_id for conversation_id, _ in labels})
    facts = {id_: row for id_ in ids if (row := store.fact(chosen.run.id, chosen.score_key, id_)) is not None}
    asked = [question for question in questions() if question.fact]
    found = [c for question in asked if (c := against_machine(labels, facts, question)).n]
    if not found:
        st.caption(t("agreement.no_labels"))
        return
    st.html(f"<div class=ek-confused>{''.join(_confusion(one) for one in found)}</div>")
    rules = Search(store, chosen.run.id, chosen.score_key).rules_of(ids)
    records = rule_records(labels, rules, questions(["resolved", "correct", "handover", "tone"]))
    if not records:
        return
    st.markdown(f"**{t('agreement.rules')}**")
    columns = {
        t("col.rule"): [rule(record.rule) for record in records],
        t("agreement.precision"): [_shown(record.precision, record.n) for record in records],
        t("agreement.confirmed"): [t("of", hits=record.n_confirmed, n=record.n) for record in records],
        t("agreement.earned"): [t("word.yes") if record.earned else t("word.no") for record in records],
    }
    if (at := frame.table(columns, right=(t("agreement.confirmed"),), key="rules")) is not None:
        frame.open_list(rule=records[at].rule)
    if earned := [record.rule for record in records if record.earned]:
        st.code(f"gate:\n  promoted: [{', '.join(earned)}]", language="yaml")
    st.caption(t("agreement.rules_how"))


def _confusion(found: Confusion) -> str:
    """Machine by person as a small table: rows say what the machine thought, agreement has a sign and a tone."""
    rows = (
        (t("agreement.machine_fault"), ("✓", found.hits), ("✗", found.false_alarms)),
        (t("agreement.machine_fine"), ("✗", found.misses), ("✓", found.quiet)),
    )
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(_cell(sign, n) for sign, n in cells)}</tr>" for name, *cells in rows
    )
    head = f"<th></th><th>{escape(t('agreement.person_fault'))}</th><th>{escape(t('agreement.person_fine'))}</th>"
    lines = [
        f"{t('agreement.precision')} {_shown(found.precision, found.hits + found.false_alarms)}",
        f"{t('agreement.recall')} {_shown(found.recall, found.hits + found.misses)}",
    ]
    if found.kappa is not None:
        lines.append(f"κ {number(found.kappa.value, 2)} ({between(found.kappa.low, found.kappa.high)}), n = {found.n}")
    under = "".join(f"<p class='ek-soft ek-num'>{escape(line)}</p>" for line in lines)
    name = escape(t(f"question.{found.question}.short"))
    return f"<section><b>{name}</b><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{under}</section>"


def _cell(sign: str, n: int) -> str:
    return f"<td class={'ek-yes' if sign == '✓' else 'ek-no'}>{number(n)} <small>{sign}</small></td>"


def _shown(found: Interval | None, n: int) -> str:
    return frame.few(n) if found is None else f"{within(found)}, n = {n}"


def _readers(reviews: list[Review]) -> None:
    st.subheader(t("agreement.readers"))
    records = reviewer_records(reviews)
    if not records:
        st.caption(t("agreement.no_double"))
        return
    columns = {
        t("col.who"): [record.reviewer for record in records],
        t("agreement.second"): [_of(record.n_double_agreed, record.n_double) for record in records],
        t("agreement.gold"): [_of(record.n_gold_agreed, record.n_gold) for record in records],
        t("agreement.state"): [t("agreement.drifts") if record.drifts else t("agreement.steady") for record in records],
    }
    frame.table(columns, right=(t("agreement.second"), t("agreement.gold")))
    points = [
        (record.reviewer, [
            {"step": step, "value": value, "limit": limit}
            for step, (value, limit) in enumerate(zip(record.chart.values, record.chart.limits, strict=True), 1)
        ])
        for record in records
        if record.chart is not None
    ]  # fmt: skip
    if points:
        with st.container(horizontal=True):
            for reader, steps in points:
                charts.draw(charts.control(steps, reader), alt_text=f"{t('agreement.chart')} {reader}", wide=300)
        st.caption(t("agreement.chart_how"))


def _of(hits: int, n: int) -> str:
    return t("of", hits=hits, n=n) if n else "–"


frame.guarded(main)
