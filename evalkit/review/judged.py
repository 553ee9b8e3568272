"""What the LLM judge says of a run, question by question, and never without how far people have confirmed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.model import Kpi
from evalkit.review.calibration import (
    SHOWN_FROM,
    Answered,
    Calibration,
    State,
    answers_of,
    calibrate,
    calibrations,
)
from evalkit.review.labelling import final
from evalkit.review.questions import asked_of_both
from evalkit.review.windows import OLDER
from evalkit.stats import rogan_gladen
from evalkit.store.store import Store


@dataclass(frozen=True, slots=True)
class JudgedRate:
    """The share of good answers to one question, with the judge's calibration state on it.

    Corrected by labels of these very conversations, or by the judge's known errors where they have too few; a judge
    that people have hardly checked shows its plain share, and the Kpi's note says so.
    """

    question: str
    state: State
    kpi: Kpi


def judged_rates(store: Store, run_id: str, score_key: str) -> list[JudgedRate]:
    """One entry a question that the run's judge answered, none where no judge was asked.

    Source: post-stratification (`evalkit.stats.debiased_rate`); Rogan & Gladen 1978 for labels from elsewhere.
    """
    identity, answered = _answers(store, run_id, score_key)
    if identity is None:
        return []
    labels = final(store.reviews())
    known = {one.question: one for one in calibrations(store, identity)}
    people, found = asked_of_both(), []
    for question, answers in sorted(answered.items()):
        if question in people:
            here = calibrate(question, people[question], answers, labels)
            found.append(_rate(here, known.get(question), answers))
        else:
            found.append(JudgedRate(question, "uncalibrated", _plain(question, answers)))
    return found


def _answers(store: Store, run_id: str, score_key: str) -> tuple[str | None, dict[str, list[Answered]]]:
    identity: str | None = None
    found: dict[str, list[Answered]] = {}
    for conversation_id, scores in store.scores(run_id, score_key):
        score = next((s for s in scores if s.scorer == "judge"), None)
        if score is None and identity is None:
            return None, {}
        if score is None:
            continue
        identity = identity or str(score.data.get("identity") or "")
        for question, good in answers_of(score):
            found.setdefault(question, []).append(Answered(conversation_id, good))
    return identity, found


def _rate(here: Calibration, everywhere: Calibration | None, answers: Sequence[Answered]) -> JudgedRate:
    state = everywhere.state if everywhere is not None else "uncalibrated"
    if here.n >= SHOWN_FROM:
        return JudgedRate(here.question, state, here.rate)
    corrected = _from_elsewhere(everywhere, answers) if everywhere is not None and state != "uncalibrated" else None
    return JudgedRate(here.question, state, corrected or here.rate)


def _from_elsewhere(known: Calibration, answers: Sequence[Answered]) -> Kpi | None:
    decided = [answer.good for answer in answers if answer.good is not None]
    if known.sensitivity is None or known.specificity is None or not decided:
        return None
    try:
        found = rogan_gladen(
            (sum(decided), len(decided)), known.sensitivity.rate, known.specificity.rate,
            n_sensitivity=known.sensitivity.n_effective, n_specificity=known.specificity.n_effective,
        )  # fmt: skip
    except ValueError:
        return None
    return Kpi(
        name=known.rate.name, value=found.rate, n=known.n, n_total=len(answers), low=found.low, high=found.high,
        method=OLDER, coverage_rate=len(decided) / len(answers),
    )  # fmt: skip


def _plain(question: str, answers: Sequence[Answered]) -> Kpi:
    decided = [answer.good for answer in answers if answer.good is not None]
    return Kpi(
        name=f"judge_{question}_rate", value=sum(decided) / len(decided) if decided else None, n=len(decided),
        n_total=len(answers), method="judge, unreviewed", note="unreviewed judge score (people are not asked this)",
    )  # fmt: skip
