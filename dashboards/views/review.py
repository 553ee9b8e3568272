"""The weekly review: one conversation a screen, answers on the keys, verdicts hidden until the label is saved."""

from __future__ import annotations

import streamlit as st

from dashboards.kit import access, deciding, frame, reviewing
from dashboards.kit.texts import plural, t
from evalkit.review.labelling import disputes
from evalkit.store.batches import Batch, Batches


def main() -> None:
    """Draw the page."""
    store = frame.store()
    batches = Batches(store).all()
    open_ones = [batch for batch in reversed(batches) if batch.closed_at is None]
    if not access.person().may_review:
        frame.lead(t("review.viewer"))
        return
    if not open_ones:
        frame.view()
        frame.lead(t("review.no_batch"))
        reviewing.draw_batch()
        return
    head = st.container(horizontal=True, vertical_alignment="bottom")
    with head:
        batch = _chosen(open_ones)
    waiting = sum(d.decision is None for d in disputes(store.reviews(batch=batch.id)))
    names = {"read": t("review.read"), "decide": t("review.decide", n=waiting), "batch": t("review.batch")}
    part = head.segmented_control(
        t("review.part"), list(names), default="read", key="review.part", format_func=names.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    if part == "decide":
        deciding.page(batch)
    elif part == "batch":
        _batch(batch)
    else:
        reviewing.page(batch)


def _chosen(open_ones: list[Batch]) -> Batch:
    if len(open_ones) == 1:
        return open_ones[0]
    ids = {batch.id: batch for batch in open_ones}
    return ids[
        st.selectbox(
            t("review.batch"),
            list(ids),
            key="review.which",
            format_func=lambda i: reviewing.name_of(ids[i]),
            label_visibility="collapsed",
            width=300,
        )
    ]


def _batch(batch: Batch) -> None:
    store = frame.store()
    tasks = Batches(store).tasks(batch.id)
    reviews = store.reviews(batch=batch.id)
    frame.lead(plural("review.batch_size", sum(cell.n_drawn for cell in batch.cells)), eyebrow=reviewing.name_of(batch))
    st.dataframe(
        {
            t("review.cell"): [f"{cell.name} · {t(f'review.cell.{cell.name}')}" for cell in batch.cells],
            t("review.drawn"): [cell.n_drawn for cell in batch.cells],
            t("review.population"): [cell.n_population for cell in batch.cells],
        },
        hide_index=True,
    )
    reviewing.everyone(batch, tasks, reviews)
    if access.person().role == "admin":
        left, right = st.columns(2)
        with left.popover(t("review.close")):
            st.caption(t("review.close_hint"))
            if st.button(t("review.close_now"), key="close-now"):
                frame.guarded(lambda: Batches(store).close(batch.id, reviewing.now()))
                st.rerun()
        with right.popover(t("review.new")):
            reviewing.draw_batch()


frame.guarded(main)
