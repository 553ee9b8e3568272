"""Parts of the agreement page: what the judge is worth beside people, and whether the satisfaction estimate holds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboards.kit import figures, frame
from dashboards.kit.texts import said, t
from evalkit.model import Review
from evalkit.review.calibration import Calibration, calibrations
from evalkit.review.labelling import final
from evalkit.review.questions import questions
from evalkit.review.reliability import reliability
from evalkit.stats import Interval
from evalkit.store.store import Store


def judge(reviews: Sequence[Review]) -> None:
    """The judge of the chosen run beside people, question by question."""
    store, chosen = frame.store(), frame.view()
    st.subheader(t("judge.title"))
    identity = _identity(store, frame.name_of_store(), chosen.run.id, chosen.score_key)
    found = _calibrations(store, frame.name_of_store(), identity, len(reviews)) if identity else []
    if not found:
        st.caption(t("judge.none"))
        return
    st.dataframe(
        pd.DataFrame(
            {
                t("col.question"): said(f"question.{one.people_question}.short", one.question),
                "κ": f"{one.kappa.value:.2f} ({one.kappa.low:.2f} – {one.kappa.high:.2f})" if one.kappa else frame.few(one.n),
                t("judge.good"): _share(one.sensitivity), t("judge.bad"): _share(one.specificity), "n": one.n,
                t("judge.more"): one.n_more_labels, t("judge.state"): t(f"judge.{one.state}"),
                t("agreement.state"): t("agreement.drifts") if one.drifts else t("agreement.steady"),
            }
            for one in found
        ),
        hide_index=True,
    )  # fmt: skip


def satisfaction(reviews: Sequence[Review]) -> None:
    """The estimate of the chosen run beside surveys, and beside reviewers where no survey was answered."""
    st.subheader(t("reliability.title"))
    read = next(iter(questions(["satisfied"])), None)
    labels = final(list(reviews))
    answered: list[tuple[float | None, int | bool | None]] = []
    for row in frame.rows_of_view():
        answer: int | bool | None = row.satisfied
        if answer is None and read is not None and (label := labels.get((row.conversation_id, read.id))) is not None:
            answer = read.is_positive(label.label)
        answered.append((row.satisfaction, answer))
    found = reliability(answered)
    if found is None:
        st.caption(t("reliability.none"))
        return
    st.altair_chart(figures.reliability(found), width="stretch", alt=t("reliability.title"))
    st.caption(t("reliability.said", gap=f"{100 * found.gap:.0f}", n=found.n))


def _share(found: Interval | None) -> str:
    return f"{100 * found.rate:.0f} % ({100 * found.low:.0f}–{100 * found.high:.0f})" if found is not None else "–"


@st.cache_data(ttl=900, show_spinner=False)
def _identity(_store: Store, where: str, run_id: str, key: str) -> str | None:
    first = next(iter(_store.scores(run_id, key)), None)
    for score in first[1] if first is not None else ():
        if score.scorer == "judge" and score.data.get("identity"):
            return str(score.data["identity"])
    return None


@st.cache_resource(ttl=900, max_entries=8, show_spinner=False)
def _calibrations(_store: Store, where: str, identity: str, n_reviews: int) -> list[Calibration]:
    return calibrations(_store, identity)
