"""Parts of the agreement page: what the judge is worth beside people, and whether the satisfaction estimate holds."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.kit import charts, figures, frame, tiles
from dashboards.kit.numbers import between, number, within
from dashboards.kit.texts import said, t
from evalkit.model import Review
from evalkit.review.calibration import Calibration, calibrations
from evalkit.review.labelling import final
from evalkit.review.questions import questions
from evalkit.review.reliability import reliability, surveyed
from evalkit.store.searching import Wanted
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
    columns = {
        t("col.question"): [said(f"question.{one.people_question}.short", one.question) for one in found],
        "κ": [f"{number(one.kappa.value, 2)} ({between(one.kappa.low, one.kappa.high)})" if one.kappa else frame.few(one.n) for one in found],
        t("judge.good"): [within(one.sensitivity) if one.sensitivity else "–" for one in found],
        t("judge.bad"): [within(one.specificity) if one.specificity else "–" for one in found],
        "n": [one.n for one in found],
        t("judge.more"): [one.n_more_labels for one in found],
        t("judge.state"): [t(f"judge.{one.state}") for one in found],
        t("agreement.state"): [t("agreement.drifts") if one.drifts else t("agreement.steady") for one in found],
    }  # fmt: skip
    frame.table(columns, right=("κ", t("judge.good"), t("judge.bad"), "n", t("judge.more")))


def satisfaction(reviews: Sequence[Review]) -> None:
    """The estimate of the chosen run beside surveys, and beside reviewers where no survey was answered."""
    st.subheader(t("reliability.title"))
    _card()
    read = next(iter(questions(["satisfied"])), None)
    labels = final(list(reviews))
    answered = surveyed(frame.columns())
    read_ids = [id_ for id_, question in labels if read is not None and question == read.id]
    for row in frame.view().search.rows(Wanted(facts={**frame.view().slices, "satisfied": None}), ids=read_ids):
        assert read is not None
        answered.append((row.satisfaction, read.is_positive(labels[row.conversation_id, read.id].label)))
    found = reliability(answered)
    if found is None:
        st.caption(t("reliability.none"))
        return
    charts.draw(figures.reliability(found), alt_text=t("reliability.title"))
    points = " · ".join(number(one.n) for one in found.bins)
    st.caption(f"{t('reliability.said', gap=number(100 * found.gap), n=number(found.n))} n = {points}.")


def _card() -> None:
    """The card of the satisfaction model that `evalkit ui` was given: what it is worth on customers it never saw."""
    given = os.environ.get("EVALKIT_SATISFACTION")
    if not given:
        st.caption(t("card.none"))
        return
    card: dict[str, Any] = json.loads(given)
    auc, low, high = (number(card[name], 2) for name in ("auc", "auc_low", "auc_high"))
    tiles.plain(
        [
            (t("card.auc"), auc, f"{low} – {high} · {t('card.length', value=number(card['auc_length_only'], 2))}"),
            (t("card.slope"), number(card["slope"], 2), t("card.slope_how")),
            (t("card.error"), number(card["calibration_error"], 2), t("card.error_how")),
            (t("card.brier"), number(card["brier"], 3), t("card.constant", value=number(card["brier_constant"], 3))),
            (t("card.labels"), number(card["n_labels"]), str(card["validated_at"])[:10]),
        ]
    )
    st.caption(f"{t('card.shown' if card['shown'] else 'card.hidden')} {_used(str(card['hash']))}")


def _used(model: str) -> str:
    chosen = frame.view()
    known = _model_of(frame.store(), frame.name_of_store(), chosen.run.id, chosen.score_key)
    if known is None:
        return t("card.unused")
    return t("card.same") if known == model else t("card.other")


@st.cache_data(ttl=900, show_spinner=False)
def _model_of(_store: Store, where: str, run_id: str, key: str) -> str | None:
    first = next(iter(_store.scores(run_id, key)), None)
    found = (score.data.get("model") for score in (first[1] if first else ()) if score.scorer == "satisfaction")
    return next((str(model) for model in found if model), None)


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
