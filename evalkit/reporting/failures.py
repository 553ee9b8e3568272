"""What counts against the conversations of a run, worst first: all of it; of a large import, examples of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from evalkit.gate.findings import failing
from evalkit.model import SEVERITIES, Case, Finding, Run, Score
from evalkit.policy.zero_tolerance import zero_tolerance
from evalkit.reporting.unchecked import Unchecked
from evalkit.store.columns import Columns
from evalkit.store.searching import Search
from evalkit.store.store import Store

EXAMPLES = 50
"""Conversations of each rule that a report of a large import shows."""
_READ = 2_000
"""Conversations, picked by their hashed ids, that tell what a large import did not check."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One finding that counts, with where it stands."""

    conversation_id: str
    case_id: str
    scorer: str
    finding: Finding
    place: str
    critical: bool
    zero: bool

    @property
    def graded(self) -> str:
        """How grave it is, and by what it was found where nothing decides it exactly: `high, heuristic`."""
        confidence = self.finding.confidence
        return self.finding.severity if confidence == "exact" else f"{self.finding.severity}, {confidence}"

    @property
    def weight(self) -> tuple[int, int, int, str]:
        """Sorts worst first: zero tolerance, then severity, then what is decided exactly."""
        rank = SEVERITIES.index(self.finding.severity)
        return (0 if self.zero else 1, rank, 0 if self.finding.confidence == "exact" else 1, self.case_id)


@dataclass(frozen=True, slots=True)
class Told:
    """The failures worst first, `n` of them in all; why conversations broke; what was not checked."""

    failures: tuple[Failure, ...]
    n: int
    causes: Mapping[str, int]
    critical_failed: tuple[str, ...]
    unchecked: Unchecked


def told_by(
    scored: Iterable[tuple[str, Sequence[Score]]],
    cases: Mapping[str, Case],
    case_of: Mapping[str, str | None],
    *,
    financial: bool = False,
) -> Told:
    """What the scores of these conversations say; `case_of` names the case that a conversation plays."""
    failures: list[Failure] = []
    causes: Counter[str] = Counter()
    failed_critical: set[str] = set()
    unchecked = Unchecked()
    for conversation_id, scores in scored:
        case_id = case_of.get(conversation_id) or conversation_id
        case = cases.get(case_id)
        unchecked.add(scores, case)
        causes.update({f"{s.boundary or 'scorer'}: {s.cause or 'unknown'}" for s in scores if s.verdict == "error"})
        for score in scores:
            if score.verdict in {"fail", "unsure"}:
                failures += _failures(conversation_id, case_id, case, score, financial=financial)
            if case is not None and case.critical and failing(score, case):
                failed_critical.add(case_id)
    failures.sort(key=lambda failure: failure.weight)
    return Told(tuple(failures), len(failures), causes, tuple(sorted(failed_critical)), unchecked)


def examples(store: Store, run: Run, score_key: str, columns: Columns, *, financial: bool = False) -> Told:
    """The first conversations of each rule; counts are of all conversations, what was not checked of some thousand."""
    search = Search(store, run.id, score_key)
    n_by_rule = search.rules()
    ids = sorted({id_ for rule in n_by_rule for id_ in search.holding(rule, EXAMPLES)})
    told = told_by(store.scores_of(run.id, score_key, ids).items(), {}, {}, financial=financial)
    broken = {name: int(columns.is_("error", name).sum()) for name in columns.names["error"]}
    some = told_by(islice(store.scores(run.id, score_key), _READ), {}, {})
    # A rule counts once for a conversation: how often it struck inside one is told where that one is read.
    n = max(len(told.failures), sum(n_by_rule.values()))
    return Told(told.failures, n, {name: many for name, many in broken.items() if many}, (), some.unchecked)


def _failures(
    conversation_id: str, case_id: str, case: Case | None, score: Score, *, financial: bool
) -> Iterator[Failure]:
    for finding in score.findings:
        if finding.passed:
            continue
        line = finding.data.get("line") or (case.line if case is not None else 0)
        yield Failure(
            conversation_id=conversation_id,
            case_id=case_id,
            scorer=score.scorer,
            finding=finding,
            place=f"{case.path}:{line}" if case is not None and case.path else "",
            critical=case.critical if case is not None else False,
            zero=zero_tolerance(finding, financial=financial),
        )
