"""The LLM judge held against people's labels: what it is worth on each question, and whether it has earned a vote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Literal

from evalkit.model import Kpi, Review, Score
from evalkit.review.agreement import weighted_share
from evalkit.review.labelling import current, final
from evalkit.review.questions import Question, asked_of_both
from evalkit.stats import Agreement, Chart, Interval, Replacing, alt_test, cohen_kappa, debiased_rate, ewma
from evalkit.stats.replacing import LEAST_ITEMS, LEAST_RATERS
from evalkit.store.store import Store

State = Literal["uncalibrated", "shown", "voting"]
SHOWN_FROM, VOTES_FROM, VOTES_KAPPA = 50, 100, 0.6
WANTED_HALF_WIDTH_RATE = 0.05
_FEWEST = 5
_WEEKS = 4
"""Fewer weeks of labels show no drift."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One conversation that the judge answered a question about; `language` is the conversation's."""

    conversation_id: str
    good: bool | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What people make of one judge's answers to one question, in all languages or in one.

    `both_good` … count labelled conversations (judge, people); `sensitivity` is the share of the people's good ones
    that the judge calls good, `specificity` that of their bad ones it calls bad. `rate` is the judged rate corrected
    by the labels. `n_more_labels` narrow it to five points on each side. `stands_in` is the alternative annotator test,
    where at least three people share enough conversations with each other and the judge.
    """

    question: str
    people_question: str
    language: str | None
    both_good: int
    judge_only: int
    people_only: int
    both_bad: int
    kappa: Agreement | None
    sensitivity: Interval | None
    specificity: Interval | None
    rate: Kpi
    n_more_labels: int
    drift: Chart | None
    stands_in: Replacing | None = None

    @property
    def n(self) -> int:
        """Conversations that both judged."""
        return self.both_good + self.judge_only + self.people_only + self.both_bad

    @property
    def state(self) -> State:
        """`uncalibrated` below 50 labels, `voting` from 100 on with a kappa of 0.6, else `shown`."""
        if self.n < SHOWN_FROM:
            return "uncalibrated"
        earned = self.n >= VOTES_FROM and self.kappa is not None and self.kappa.value >= VOTES_KAPPA
        return "voting" if earned else "shown"

    @property
    def drifts(self) -> bool:
        """Whether the newest weeks agree less with people than the judge's own past."""
        return (
            self.drift is not None and bool(self.drift.alarms) and self.drift.alarms[-1] == len(self.drift.values) - 1
        )


def calibrations(store: Store, identity: str, *, by_language: bool = False) -> list[Calibration]:
    """One judge's calibration on each question that people answer too, over all runs that it judged.

    Another identity (model, prompt, parameters or questions) starts from nothing.
    """
    reviews = list(store.reviews())
    labels = final(reviews)
    wanted = sorted({conversation_id for conversation_id, _ in labels})
    answered = _answers(store, identity, wanted)
    found = []
    for judged, people in asked_of_both().items():
        if judged not in answered:
            continue
        every = list(answered[judged].values())
        found.append(replace(calibrate(judged, people, every, labels), stands_in=_stands_in(every, people, reviews)))
        if by_language:
            for language in sorted({a.language for a in every if a.language}):
                part = [a for a in every if a.language == language]
                found.append(calibrate(judged, people, part, labels, language=language))
    return found


def earned_votes(store: Store, identity: str) -> tuple[str, ...]:
    """The questions on which this judge may fail a conversation, sorted."""
    return tuple(sorted(c.question for c in calibrations(store, identity) if c.state == "voting"))


def calibrate(
    judged: str,
    people: Question,
    answered: Sequence[Answered],
    labels: Mapping[tuple[str, str], Review],
    *,
    language: str | None = None,
) -> Calibration:
    """The calibration on one question from all of the judge's answers and the final labels.

    Source: post-stratification (`debiased_rate`); Cohen 1960; Wilson 1927.
    """
    pairs: list[tuple[bool, bool, Review]] = []
    cells = {True: [0, 0, 0], False: [0, 0, 0], None: [0, 0, 0]}
    for answer in answered:
        cells[answer.good][0] += 1
        review = labels.get((answer.conversation_id, people.id))
        said = people.is_positive(review.label) if review is not None else None
        if review is None or said is None or not review.inclusion_probability:
            continue
        cells[answer.good][1] += 1
        cells[answer.good][2] += said
        if answer.good is not None:
            pairs.append((answer.good, said, review))
    count = {(j, p): sum(1 for a, b, _ in pairs if (a, b) == (j, p)) for j in (True, False) for p in (True, False)}
    rate, more = _rate(judged, list(cells.values()))
    return Calibration(
        question=judged,
        people_question=people.id,
        language=language,
        both_good=count[True, True],
        judge_only=count[True, False],
        people_only=count[False, True],
        both_bad=count[False, False],
        kappa=cohen_kappa([a for a, _, _ in pairs], [b for _, b, _ in pairs]) if len(pairs) >= _FEWEST else None,
        sensitivity=weighted_share([(judge, _weight(review)) for judge, person, review in pairs if person]),
        specificity=weighted_share([(not judge, _weight(review)) for judge, person, review in pairs if not person]),
        rate=rate,
        n_more_labels=more,
        drift=_drift(pairs),
    )


def _answers(store: Store, identity: str, labelled: Sequence[str]) -> dict[str, dict[str, Answered]]:
    found: dict[str, dict[str, Answered]] = {}
    known = set(labelled)
    for run in store.runs():
        for key in store.score_keys(run.id):
            some = next(iter(store.scores(run.id, key)), None)
            if some is None or _judge_score(some[1], identity) is None:
                continue
            languages = {row.conversation_id: row.language for row in store.facts(run.id, key)}
            if not known & set(languages):
                # Rates are corrected within the runs that people read; a run without labels says nothing of the judge.
                continue
            for conversation_id, scores in store.scores(run.id, key):
                score = _judge_score(scores, identity)
                for question, good in answers_of(score):
                    answer = Answered(conversation_id, good, languages.get(conversation_id))
                    found.setdefault(question, {})[conversation_id] = answer
    return found


def answers_of(score: Score | None) -> list[tuple[str, bool | None]]:
    """Question and whether the answer was good, None where the judge could not tell; errors are no answers."""
    if score is None:
        return []
    return [*score.data.get("good", {}).items(), *((question, None) for question in score.data.get("open", ()))]


def _judge_score(scores: Iterable[Score], identity: str) -> Score | None:
    return next((s for s in scores if s.scorer == "judge" and s.data.get("identity") == identity), None)


def _rate(judged: str, cells: Sequence[Sequence[int]]) -> tuple[Kpi, int]:
    population, n = sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)
    name = f"judge_{judged}_rate"
    raw = cells[0][0] / (cells[0][0] + cells[1][0]) if cells[0][0] + cells[1][0] else None
    if n < SHOWN_FROM:
        note = f"unreviewed judge score ({n} of {SHOWN_FROM} labels)"
        kpi = Kpi(name=name, value=raw, n=population, n_total=population, method="judge, unreviewed", note=note)
        return kpi, max(SHOWN_FROM - n, 0)
    sizes = [cell for cell in cells if cell[0]]
    found = debiased_rate([c[0] for c in sizes], [c[1] for c in sizes], [c[2] for c in sizes])
    half = (found.high - found.low) / 2
    wanted = ceil(n * (half / WANTED_HALF_WIDTH_RATE) ** 2)
    kpi = Kpi(
        name=name, value=found.rate, n=n, n_total=population, low=found.low, high=found.high,
        method="judge, post-stratified by labels", coverage_rate=n / population if population else None,
    )  # fmt: skip
    return kpi, max(wanted - n, 0)


def _stands_in(answered: Sequence[Answered], people: Question, reviews: Iterable[Review]) -> Replacing | None:
    """The judge against each person on what several people read, None where too few people read enough together."""
    judge = {a.conversation_id: a.good for a in answered if a.good is not None}
    said: dict[str, dict[str, bool]] = {}
    for review in current(reviews).values():
        good = people.is_positive(review.label) if review.question == people.id and review.stage == "label" else None
        if good is not None and review.conversation_id in judge:
            said.setdefault(review.reviewer, {})[review.conversation_id] = good
    while len(said) >= LEAST_RATERS:
        shared = {
            name: sum(any(item in other for who, other in said.items() if who != name) for item in mine)
            for name, mine in said.items()
        }
        least = min(shared, key=lambda name: shared[name])
        if shared[least] >= LEAST_ITEMS:
            items = sorted({item for mine in said.values() for item in mine})
            rows = [[mine.get(item) for item in items] for mine in said.values()]
            return alt_test([judge[item] for item in items], rows)
        del said[least]
    return None


def _weight(review: Review) -> float:
    """How many conversations a label stands for: the judge's bad ones are drawn more often than its good ones."""
    return 1 / (review.inclusion_probability or 1.0)


def _drift(pairs: Sequence[tuple[bool, bool, Review]]) -> Chart | None:
    weeks: dict[tuple[int, int], list[bool]] = {}
    for judge, person, review in pairs:
        if review.at is not None:
            year, week, _ = review.at.isocalendar()
            weeks.setdefault((year, week), []).append(judge == person)
    if len(weeks) < _WEEKS:
        return None
    agreed = [same for seen in weeks.values() for same in seen]
    expected = sum(agreed) / len(agreed)
    spread = sqrt(max(expected * (1 - expected), 0.02))
    ordered = [weeks[week] for week in sorted(weeks)]
    return ewma([(sum(seen) / len(seen) - expected) / spread * sqrt(len(seen)) for seen in ordered])
