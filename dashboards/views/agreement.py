"""Agreement and calibration: readers with readers, scorers with readers, rules that earned the gate, reviewed rates."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboards.kit import calibrated, charts, frame, sentences, tiles
from dashboards.kit.texts import t
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


def main() -> None:
    """Draw the page."""
    store, chosen = frame.store(), frame.view()
    reviews = store.reviews()
    if not reviews:
        sentences.lead(t("agreement.none"))
        frame.nothing(t("agreement.how"), f"evalkit review new {chosen.run.release}")
        return
    asked = questions(["resolved", "correct", "handover", "tone", "satisfied"])
    now = datetime.now(UTC)
    people = [between_people(reviews, question, until=now) for question in asked]
    sentences.lead(_sentence(people), eyebrow=t("agreement.window"))
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
    assert worst.chance_corrected is not None
    level = (
        "good" if worst.chance_corrected.value >= 0.8 else "fair" if worst.chance_corrected.value >= 0.67 else "poor"
    )
    return t(f"agreement.{level}", question=t(f"question.{worst.question}.short"))


def _people(people: list[PeopleAgreement]) -> None:
    st.subheader(t("agreement.people"))
    rows = []
    for one in people:
        found, ac1 = one.chance_corrected, one.ac1
        rows.append(
            {
                t("col.question"): t(f"question.{one.question}.short"),
                t("agreement.measure"): {"kappa": "κ", "alpha": "α"}.get(one.method, ""),
                t("col.value"): f"{found.value:.2f}" if found else frame.few(one.n),
                "95 %": f"{found.low:.2f} – {found.high:.2f}" if found else "",
                "AC1": f"{ac1.value:.2f}" if ac1 else "",
                t("agreement.raw"): f"{100 * found.raw:.0f} %" if found else "",
                "n": one.n,
            }
        )
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    else:
        st.caption(t("agreement.no_double"))
    st.caption(t("agreement.guide"))


def _rates(batches: list[Batch], reviews: list[Review]) -> None:
    st.subheader(t("agreement.rates"))
    for column, question in zip(st.columns(4), questions(), strict=False):
        kpi = reviewed_rate(batches, reviews, question) if batches else None
        with column, st.container(border=True):
            name = t(f"question.{question.id}.short")
            if kpi is None or kpi.value is None:
                st.metric(name, t("unreviewed"))
                continue
            st.metric(name, tiles.value(kpi))
            interval = f"{100 * (kpi.low or 0):.0f}–{100 * (kpi.high or 0):.0f} % · " if kpi.note is None else ""
            st.caption(f"{interval}n = {kpi.n}")
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
    for column, confusion in zip(st.columns(len(found)), found, strict=True):
        with column:
            _confusion(confusion)
    rules = Search(store, chosen.run.id, chosen.score_key).rules_of(ids)
    records = rule_records(labels, rules, questions(["resolved", "correct", "handover", "tone"]))
    if not records:
        return
    st.markdown(f"**{t('agreement.rules')}**")
    table = pd.DataFrame(
        {
            t("col.rule"): record.rule,
            t("agreement.precision"): _shown(record.precision, record.n),
            t("agreement.confirmed"): t("of", hits=record.n_confirmed, n=record.n),
            t("agreement.earned"): t("word.yes") if record.earned else t("word.no"),
        }
        for record in records
    )
    event = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key="rules")
    if (at := frame.picked_row(event)) is not None:
        frame.open_list(rule=records[at].rule)
    if earned := [record.rule for record in records if record.earned]:
        st.code(f"gate:\n  promoted: [{', '.join(earned)}]", language="yaml")
    st.caption(t("agreement.rules_how"))


def _confusion(found: Confusion) -> None:
    st.markdown(f"**{t(f'question.{found.question}.short')}**")
    st.dataframe(
        pd.DataFrame(
            {
                "": [t("agreement.machine_fault"), t("agreement.machine_fine")],
                t("agreement.person_fault"): [found.hits, found.misses],
                t("agreement.person_fine"): [found.false_alarms, found.quiet],
            }
        ),
        hide_index=True,
    )
    st.caption(f"{t('agreement.precision')} {_shown(found.precision, found.hits + found.false_alarms)}")
    st.caption(f"{t('agreement.recall')} {_shown(found.recall, found.hits + found.misses)}")
    if found.kappa is not None:
        st.caption(f"κ {found.kappa.value:.2f} ({found.kappa.low:.2f} – {found.kappa.high:.2f}), n = {found.n}")


def _shown(found: Interval | None, n: int) -> str:
    if found is None:
        return frame.few(n)
    return f"{100 * found.rate:.0f} % ({100 * found.low:.0f}–{100 * found.high:.0f}), n = {n}"


def _readers(reviews: list[Review]) -> None:
    st.subheader(t("agreement.readers"))
    records = reviewer_records(reviews)
    if not records:
        st.caption(t("agreement.no_double"))
        return
    st.dataframe(
        pd.DataFrame(
            {
                t("col.who"): record.reviewer,
                t("agreement.second"): t("of", hits=record.n_double_agreed, n=record.n_double),
                t("agreement.gold"): t("of", hits=record.n_gold_agreed, n=record.n_gold),
                t("agreement.state"): t("agreement.drifts") if record.drifts else t("agreement.steady"),
            }
            for record in records
        ),
        hide_index=True,
    )
    points = [
        {"reader": record.reviewer, "step": step, "value": value, "limit": limit}
        for record in records
        if record.chart is not None
        for step, (value, limit) in enumerate(zip(record.chart.values, record.chart.limits, strict=True), 1)
    ]
    if points:
        st.altair_chart(charts.control(points), width="stretch", alt=t("agreement.chart"))


frame.guarded(main)
