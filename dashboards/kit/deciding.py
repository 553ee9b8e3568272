"""Where two readers disagree: the conversation with both labels and notes, one decision, one sentence why."""

from __future__ import annotations

import streamlit as st

from dashboards.kit import access, frame, reviewing, talk
from dashboards.kit.texts import plural, t
from evalkit.errors import InputError
from evalkit.review.labelling import Dispute, adjudicate, disputes
from evalkit.review.questions import questions
from evalkit.store.batches import Batch, Batches


def page(batch: Batch) -> None:
    """The oldest open disagreement, and what was decided."""
    store, me = frame.store(), access.person().name
    found = disputes(store.reviews(batch=batch.id))
    waiting = [d for d in found if d.decision is None]
    theirs = [d for d in waiting if me not in {label.reviewer for label in d.labels}]
    frame.lead(plural("decide.waiting", len(waiting)), eyebrow=reviewing.name_of(batch))
    if waiting and not theirs:
        st.caption(t("decide.yours"))
    if theirs:
        _one(batch, theirs[0])
    decided = [d for d in found if d.decision is not None]
    if decided:
        with st.expander(plural("decide.done", len(decided))):
            for dispute in decided:
                assert dispute.decision is not None
                labels = " · ".join(f"{x.reviewer}: {reviewing.answer(x.question, x.label)}" for x in dispute.labels)
                st.text(
                    f"{t(f'question.{dispute.question}.short')} – {labels} → {reviewing.answer(dispute.question, dispute.decision.label)}: {dispute.decision.note}"
                )


def _one(batch: Batch, dispute: Dispute) -> None:
    store = frame.store()
    task = next(x for x in Batches(store).tasks(batch.id) if x.conversation_id == dispute.conversation_id)
    one = next(iter(store.conversations(task.run_id, [task.conversation_id])), None)
    if one is None:
        st.warning(t("review.erased"), icon=None)
        return
    left, right = st.columns([5, 3], gap="large")
    with left:
        talk.chat(one, case=store.case(task.run_id, one.case_id) if one.case_id else None)
    with right:
        st.html(f"<div class=ek-q>{t(f'question.{dispute.question}')}</div>")
        for column, label in zip(st.columns(len(dispute.labels)), dispute.labels, strict=True):
            with column, st.container(border=True):
                st.caption(
                    t(
                        "decide.reader",
                        letter="AB"[dispute.labels.index(label)] if len(dispute.labels) == 2 else label.reviewer,
                    )
                )
                st.markdown(f"**{reviewing.answer(label.question, label.label)}**")
                if label.note:
                    st.text(label.note)
        answers = questions([dispute.question])[0].answers
        with st.form(f"decide-{dispute.conversation_id}-{dispute.question}", border=False):
            chosen = st.radio(
                t("decide.decision"),
                answers,
                index=None,
                format_func=lambda a: reviewing.answer(dispute.question, a),
                key=f"decision-{dispute.conversation_id}-{dispute.question}",
            )
            why = st.text_input(t("decide.why"), key=f"why-{dispute.conversation_id}-{dispute.question}")
            if st.form_submit_button(t("decide.save"), type="primary"):
                try:
                    if chosen is None:
                        raise InputError(t("decide.choose"))
                    adjudicate(
                        store, task, dispute.question, access.person().name, chosen, why=why or "", now=reviewing.now()
                    )
                except InputError as error:
                    st.error(str(error))
                else:
                    st.rerun()
