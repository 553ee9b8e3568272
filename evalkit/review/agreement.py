"""How far people agree with each other, with themselves, and with the scorers; which rules have earned trust."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from evalkit.model import Kpi, Review
from evalkit.review.labelling import current, final
from evalkit.review.questions import UNSURE, Question
from evalkit.stats import (
    Agreement,
    Chart,
    Interval,
    cohen_kappa,
    debiased_rate,
    ewma,
    gwet_ac1,
    krippendorff_alpha,
    wilson,
)
from evalkit.store.batches import Batch
from evalkit.store.facts import Facts

WEEKS = 4
"""One week of double readings says little: 16 pairs leave kappa open by ± 0.39, 64 by ± 0.19."""
TOO_FEW, RATES_FROM = 5, 20
EARNED_PRECISION = 0.8
"""Lower bound of the precision from which a heuristic rule may fail a build."""


@dataclass(frozen=True, slots=True)
class PeopleAgreement:
    """Two readers of the same conversations on one question; `method` is kappa for two readers, alpha for more."""

    question: str
    n: int
    method: str
    chance_corrected: Agreement | None
    ac1: Agreement | None
    note: str | None = None


def between_people(
    reviews: Iterable[Review], question: Question, *, until: datetime | None = None, weeks: int = WEEKS
) -> PeopleAgreement:
    """Agreement of the double readings of the last weeks; repeats, decisions and unsure ones are left out.

    Source: Cohen 1960; Krippendorff 2011; Gwet 2008.
    """
    since = until - timedelta(weeks=weeks) if until else None
    pairs: dict[tuple[str | None, str], dict[str, str]] = {}
    for review in current(reviews).values():
        if review.question != question.id or review.stage != "label" or review.label == UNSURE:
            continue
        if since is not None and until is not None and review.at is not None and not since <= review.at <= until:
            continue
        pairs.setdefault((review.batch, review.conversation_id), {})[review.reviewer] = review.label
    double = [labels for labels in pairs.values() if len(labels) > 1]
    names = sorted({name for labels in double for name in labels})
    if len(double) < TOO_FEW:
        return PeopleAgreement(question.id, len(double), "", None, None, f"too few (n = {len(double)})")
    ordinal = question.scale == "ordinal"
    rated = [[_value(labels[name], ordinal) if name in labels else None for labels in double] for name in names]
    if len(names) == 2:
        found = cohen_kappa(rated[0], rated[1], weights="quadratic" if ordinal else None)
        return PeopleAgreement(question.id, len(double), "kappa", found, gwet_ac1(rated[0], rated[1]))
    # More than two readers: who was first and who second is chance, which is all that AC1 needs.
    first, second = zip(*(_two(labels, ordinal) for labels in double), strict=True)
    alpha = krippendorff_alpha(rated, "ordinal" if ordinal else "nominal")
    return PeopleAgreement(question.id, len(double), "alpha", alpha, gwet_ac1(list(first), list(second)))


@dataclass(frozen=True, slots=True)
class Confusion:
    """The machine against people on one question; a "hit" is a fault that both see.

    `precision` and `recall` are of the machine's faults, weighted by how each conversation was drawn; None below 5.
    """

    question: str
    hits: int
    false_alarms: int
    misses: int
    quiet: int
    precision: Interval | None
    recall: Interval | None
    kappa: Agreement | None

    @property
    def n(self) -> int:
        """How many conversations both judged."""
        return self.hits + self.false_alarms + self.misses + self.quiet


def against_machine(
    labels: Mapping[tuple[str, str], Review], rows: Mapping[str, Facts], question: Question
) -> Confusion:
    """The confusion of the machine's verdict with the final labels; hand-picked conversations are left out."""
    seen: list[tuple[bool, bool, float]] = []
    for (conversation_id, asked), review in labels.items():
        row = rows.get(conversation_id)
        person = question.is_positive(review.label)
        if asked != question.id or row is None or person is None or not review.inclusion_probability:
            continue
        machine = question.machine(row)
        if machine is not None:
            seen.append((not person, not machine, 1 / review.inclusion_probability))
    count = {
        (p, m): sum(1 for person, machine, _ in seen if (person, machine) == (p, m))
        for p in (True, False)
        for m in (True, False)
    }
    kappa = None
    if len(seen) >= TOO_FEW:
        kappa = cohen_kappa([person for person, _, _ in seen], [machine for _, machine, _ in seen])
    return Confusion(
        question=question.id,
        hits=count[True, True],
        false_alarms=count[False, True],
        misses=count[True, False],
        quiet=count[False, False],
        precision=weighted_share([(person, weight) for person, machine, weight in seen if machine]),
        recall=weighted_share([(machine, weight) for person, machine, weight in seen if person]),
        kappa=kappa,
    )


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How often people confirm one rule; `earned` when it may fail a build (`gate.promoted` of the policy)."""

    rule: str
    n: int
    n_confirmed: int
    precision: Interval | None
    earned: bool


def rule_records(
    labels: Mapping[tuple[str, str], Review],
    rules_of: Mapping[str, Iterable[str]],
    questions: Sequence[Question],
) -> list[RuleRecord]:
    """Each rule that a question covers with what people said where it counted against a conversation, best first."""
    said: dict[str, list[tuple[bool, float]]] = {}
    for (conversation_id, asked), review in labels.items():
        for question in questions:
            person = question.is_positive(review.label)
            if question.id != asked or person is None or not review.inclusion_probability:
                continue
            for rule in rules_of.get(conversation_id, ()):
                if question.claims_no(rule):
                    said.setdefault(rule, []).append((not person, 1 / review.inclusion_probability))
    found = []
    for rule, seen in said.items():
        precision = weighted_share(seen)
        earned = precision is not None and len(seen) >= RATES_FROM and precision.low >= EARNED_PRECISION
        found.append(RuleRecord(rule, len(seen), sum(c for c, _ in seen), precision, earned))
    return sorted(found, key=lambda r: (-(r.precision.low if r.precision else -1.0), -r.n, r.rule))


@dataclass(frozen=True, slots=True)
class ReviewerRecord:
    """One reader's agreement with second readers and with decided repeats; `chart` watches it over time."""

    reviewer: str
    n_double: int
    n_double_agreed: int
    n_gold: int
    n_gold_agreed: int
    chart: Chart | None

    @property
    def drifts(self) -> bool:
        """Whether the newest reading stands outside the limits: time to calibrate together."""
        chart = self.chart
        return chart is not None and len(chart.values) - 1 in chart.alarms


def reviewer_records(reviews: Iterable[Review]) -> list[ReviewerRecord]:
    """Every reader's record. Source: EWMA (Roberts 1959) of agreement less what is expected of all readers."""
    newest = list(current(reviews).values())
    decided = {(r.conversation_id, r.question): r.label for r in newest if r.stage == "adjudication"}
    by_item: dict[tuple[str | None, str, str], list[Review]] = {}
    events: dict[str, list[tuple[datetime | None, bool, bool]]] = {}
    for review in newest:
        if "#" in review.question or review.stage == "adjudication" or review.label == UNSURE:
            continue
        key = (review.conversation_id, review.question)
        if review.stage == "gold":
            if key in decided:
                events.setdefault(review.reviewer, []).append((review.at, review.label == decided[key], True))
        else:
            by_item.setdefault((review.batch, *key), []).append(review)
    for group in by_item.values():
        for review in group:
            for other in group:
                if other.reviewer != review.reviewer:
                    events.setdefault(review.reviewer, []).append((review.at, review.label == other.label, False))
    agreed = [same for seen in events.values() for _, same, _ in seen]
    expected = sum(agreed) / len(agreed) if agreed else 1.0
    return [_record(name, events[name], expected) for name in sorted(events)]


def reviewed_rate(
    batches: Sequence[Batch], reviews: Iterable[Review], question: Question, *, n_total: int | None = None
) -> Kpi:
    """The share of a yes among all conversations of the batches' windows, from the labels of exactly those batches.

    A window that was drawn twice counts once, by its newest batch. Without labels the Kpi says "unreviewed".
    Source: post-stratification over the cells (`evalkit.stats.debiased_rate`).
    """
    windows = {(batch.run_id, batch.score_key, batch.week): batch for batch in batches}
    used = {batch.id: batch for batch in windows.values()}
    said: dict[tuple[str, str], list[bool]] = {}
    for (_, asked), review in final(r for r in reviews if r.batch in used).items():
        person = question.is_positive(review.label)
        if asked == question.id and person is not None and review.inclusion_probability and review.batch:
            said.setdefault((review.batch, review.cell or ""), []).append(person)
    sizes = [(batch.id, cell) for batch in used.values() for cell in batch.cells if cell.n_population]
    population = sum(cell.n_population for _, cell in sizes)
    n = sum(len(labels) for labels in said.values())
    name = f"{question.id}_reviewed_rate"
    if n < TOO_FEW:
        return Kpi(name=name, value=None, n=n, n_total=n_total or population, note="unreviewed")
    found = debiased_rate(
        [cell.n_population for _, cell in sizes],
        [len(said.get((batch, cell.name), ())) for batch, cell in sizes],
        [sum(said.get((batch, cell.name), ())) for batch, cell in sizes],
    )
    return Kpi(
        name=name,
        value=found.rate,
        n=n,
        n_total=n_total or population,
        low=found.low,
        high=found.high,
        method="post-stratified over review cells",
        coverage_rate=n / population if population else None,
        note=None if n >= RATES_FROM else f"{sum(sum(labels) for labels in said.values())} of {n}",
    )


def _value(label: str, ordinal: bool) -> str | int:
    return int(label) if ordinal else label


def _two(labels: Mapping[str, str], ordinal: bool) -> tuple[str | int, str | int]:
    first, second = [_value(labels[name], ordinal) for name in sorted(labels)][:2]
    return first, second


def weighted_share(seen: Sequence[tuple[bool, float]]) -> Interval | None:
    """The share of hits among pairs of (hit, weight 1/π), None below 5. Source: Horvitz & Thompson 1952; Kish 1965."""
    if len(seen) < TOO_FEW:
        return None
    total = sum(weight for _, weight in seen)
    rate = sum(weight for hit, weight in seen if hit) / total
    # Kish: unequal weights are worth fewer observations.
    n = total**2 / sum(weight**2 for _, weight in seen)
    return wilson(rate * n, n)


def _record(name: str, events: Sequence[tuple[datetime | None, bool, bool]], expected: float) -> ReviewerRecord:
    ordered = sorted(events, key=lambda event: event[0].timestamp() if event[0] else 0.0)
    gold = [same for _, same, is_gold in ordered if is_gold]
    double = [same for _, same, is_gold in ordered if not is_gold]
    spread = sqrt(max(expected * (1 - expected), 0.02))
    chart = ewma([(same - expected) / spread for _, same, _ in ordered]) if len(ordered) >= TOO_FEW else None
    return ReviewerRecord(name, len(double), sum(double), len(gold), sum(gold), chart)
