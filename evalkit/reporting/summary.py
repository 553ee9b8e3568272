"""A run read into what every report shows: the sentence, the numbers, what failed worst first, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evalkit.gate.findings import failing
from evalkit.kpi.cases import pass_rates, tallies
from evalkit.kpi.table import BETTER, kpis
from evalkit.model import SEVERITIES, Case, Conversation, Finding, Kpi, Run, Score
from evalkit.policy.sections import Costs
from evalkit.policy.zero_tolerance import zero_tolerance
from evalkit.reporting.unchecked import Unchecked
from evalkit.stats import sign_flip
from evalkit.store.facts import Facts
from evalkit.store.store import Store
from evalkit.text.counted import counted


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
    def weight(self) -> tuple[int, int, int, str]:
        """Sorts worst first: zero tolerance, then severity, then what is decided exactly."""
        rank = SEVERITIES.index(self.finding.severity)
        return (0 if self.zero else 1, rank, 0 if self.finding.confidence == "exact" else 1, self.case_id)


@dataclass(frozen=True, slots=True)
class Change:
    """One KPI on both sides; `verdict` is better, worse or same within chance, `p` one-sided where it is tested."""

    name: str
    before: Kpi
    after: Kpi
    verdict: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that a report needs but the transcripts."""

    run: Run
    score_key: str
    n_scored: int
    n_total: int
    n_errors: int
    n_zero_tolerance: int
    critical_failed: tuple[str, ...]
    kpis: tuple[Kpi, ...]
    failures: tuple[Failure, ...]
    facts: tuple[Facts, ...]
    sentence: str
    baseline: Run | None = None
    changes: tuple[Change, ...] = ()
    broke: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    causes: Mapping[str, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()

    @property
    def n_critical_failed(self) -> int:
        """How many critical cases failed in at least one conversation."""
        return len(self.critical_failed)

    @property
    def flaky(self) -> tuple[str, ...]:
        """The cases that passed in some of their trials and failed in others."""
        return tuple(sorted(case for case, tally in tallies(self.facts).items() if tally.mixed))

    @property
    def exit_code(self) -> int:
        """4 for an invalid run, 1 for a zero-tolerance finding or a failed critical case, 3 for a budget, else 0."""
        if self.run.status == "invalid":
            return 4
        if self.n_zero_tolerance or self.n_critical_failed:
            return 1
        return 3 if self.run.status == "inconclusive" else 0


def summarise(
    store: Store, run: Run, score_key: str, *, financial: bool = False, costs: Costs | None = None
) -> Summary:
    """The summary of one scored run."""
    rows = tuple(store.facts(run.id, score_key))
    cases = store.cases(run.id)
    by_id = {row.conversation_id: row for row in rows}
    failures: list[Failure] = []
    causes: dict[str, int] = {}
    failed_critical: set[str] = set()
    unchecked = Unchecked()
    for conversation_id, scores in store.scores(run.id, score_key):
        row = by_id.get(conversation_id)
        case_id = (row.case_id if row else None) or conversation_id
        case = cases.get(case_id)
        unchecked.add(scores, case)
        broken = (f"{s.boundary or 'scorer'}: {s.cause or 'unknown'}" for s in scores if s.verdict == "error")
        for cause in dict.fromkeys(broken):
            causes[cause] = causes.get(cause, 0) + 1
        for score in scores:
            if score.verdict in {"fail", "unsure"}:
                failures += _failures(conversation_id, case_id, case, score, financial=financial)
            if case is not None and case.critical and failing(score, case):
                failed_critical.add(case_id)
    failures.sort(key=lambda failure: failure.weight)
    n_errors = sum(row.error is not None for row in rows)
    found = tuple(kpis(rows, costs))
    zero = sum(row.n_zero_tolerance or 0 for row in rows)
    return Summary(
        run=run,
        score_key=score_key,
        n_scored=len(rows) - n_errors,
        n_total=run.n_planned or len(rows),
        n_errors=n_errors,
        n_zero_tolerance=zero,
        critical_failed=tuple(sorted(failed_critical)),
        kpis=found,
        failures=tuple(failures),
        facts=rows,
        sentence=_sentence(run, found, failures, zero, len(failed_critical), n_errors),
        causes=causes,
        unchecked=unchecked.lines(run),
    )


def compared(candidate: Summary, baseline: Summary) -> Summary:
    """The candidate's summary with what changed since a baseline of the same cases."""
    from dataclasses import replace

    before = {kpi.name: kpi for kpi in baseline.kpis}
    changes = tuple(
        Change(kpi.name, before[kpi.name], kpi, _verdict(kpi, before[kpi.name], candidate.facts, baseline.facts))
        for kpi in candidate.kpis
        if kpi.name in before
    )
    old, new = pass_rates(baseline.facts), pass_rates(candidate.facts)
    both = sorted(set(old) & set(new))
    return replace(
        candidate,
        baseline=baseline.run,
        changes=changes,
        broke=tuple(case for case in both if new[case] < old[case]),
        fixed=tuple(case for case in both if new[case] > old[case]),
    )


def transcripts(store: Store, summary: Summary, ids: Sequence[str]) -> Iterator[Conversation]:
    """The conversations of some ids, streamed in batches."""
    for start in range(0, len(ids), 400):
        yield from store.conversations(summary.run.id, ids[start : start + 400])


def shown(kpi: Kpi) -> str:
    """The value of a KPI as a person reads it, counts only where the sample is small."""
    if kpi.note is not None and (kpi.unit == "rate" or kpi.value is None):
        return kpi.note
    return "–" if kpi.value is None else _amount(kpi.value, kpi.unit, alone=True)


def shown_interval(kpi: Kpi) -> str:
    """The interval of a KPI as a person reads it, empty where there is none or the sample is small."""
    if kpi.low is None or kpi.high is None or kpi.note is not None:
        return ""
    return f"{_amount(kpi.low, kpi.unit)}–{_amount(kpi.high, kpi.unit)}"


_UNITS: Mapping[str, tuple[float, int, str, str]] = {
    "rate": (100, 0, "", " %"), "ms": (1, 0, "", " ms"), "s": (1, 1, "", " s"), "eur": (1, 2, "€", ""),
    "turns": (1, 0, "", ""), "words": (1, 0, "", ""), "points": (1, 1, "", ""), "distance": (1, 2, "", ""),
}  # fmt: skip
"""Factor, decimals, and what stands before and after, by unit."""


def _amount(value: float, unit: str, *, alone: bool = False) -> str:
    factor, decimals, before, after = _UNITS.get(unit, (1, 0, "", ""))
    text = f"{factor * value:,.{decimals}f}".replace(",", " ")
    return f"{before}{text}{after}" if alone else text


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


def _verdict(after: Kpi, before: Kpi, new: Sequence[Facts], old: Sequence[Facts]) -> str:
    better = BETTER.get(after.name)
    if after.value is None or before.value is None or better is None:
        return ""
    if after.name == "pass_rate":
        left, right = pass_rates(old), pass_rates(new)
        both = sorted(set(left) & set(right))
        if both:
            base, candidate = [left[case] for case in both], [right[case] for case in both]
            down, up = sign_flip(base, candidate), sign_flip(candidate, base)
            return "worse" if down.mid_p <= 0.05 else "better" if up.mid_p <= 0.05 else "same"
    if after.unit == "count":
        if after.value == before.value:
            return "same"
        return "better" if (after.value > before.value) == better else "worse"
    if after.low is None or before.low is None or after.high is None or before.high is None:
        return ""
    if after.low > before.high:
        return "better" if better else "worse"
    if after.high < before.low:
        return "worse" if better else "better"
    return "same"


def _sentence(
    run: Run, found: Sequence[Kpi], failures: Sequence[Failure], zero: int, critical: int, n_errors: int
) -> str:
    known = {kpi.name: kpi for kpi in found}
    if run.status == "invalid":
        return f"{run.release} cannot be judged: {counted(n_errors, 'conversation')} broke before the bot could answer."
    parts = []
    if run.status == "inconclusive":
        parts.append(f"cut short, {run.attributes.get('stopped', 'a budget was spent')}")
    if "pass_rate" in known:
        kpi = known["pass_rate"]
        interval = shown_interval(kpi)
        if kpi.note is not None and kpi.note.startswith("too few"):
            parts.append("too few conversations for a rate")
        else:
            parts.append(f"{shown(kpi)}{f' ({interval})' if interval else ''} of conversations pass every check")
    if zero:
        rules = sorted({failure.finding.rule.split(".")[0] for failure in failures if failure.zero})
        parts.append(f"{counted(zero, 'zero-tolerance finding')} ({', '.join(rules)})")
    if critical:
        parts.append(f"{counted(critical, 'critical case')} failed")
    blockers = len({f.conversation_id for f in failures if f.finding.severity == "blocker" and not f.zero})
    verdict = "do not ship" if zero or critical else "nothing here forbids shipping"
    if blockers and not (zero or critical):
        verdict = f"read the {counted(blockers, 'conversation')} with a blocker before shipping"
    return f"{run.release}: {'; '.join(parts)}: {verdict}."
