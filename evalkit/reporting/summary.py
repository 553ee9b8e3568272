"""A run read into what every report shows: the sentence, the numbers, what failed worst first, what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from evalkit.kpi.cases import pass_rates, tallies
from evalkit.kpi.table import BETTER, kpis
from evalkit.model import Conversation, Kpi, Run
from evalkit.policy.sections import Costs
from evalkit.reporting.failures import Failure, Told, examples, told_by
from evalkit.stats import sign_flip
from evalkit.store.columns import CACHED_FROM, Columns
from evalkit.store.facts import Facts
from evalkit.store.store import Store
from evalkit.text.counted import counted

__all__ = ["Change", "Failure", "Summary", "compared", "shown", "shown_interval", "summarise", "transcripts"]


@dataclass(frozen=True, slots=True)
class Change:
    """One KPI on both sides; `verdict` is better, worse or same within chance, `p` one-sided where it is tested."""

    name: str
    before: Kpi
    after: Kpi
    verdict: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that a report needs but the transcripts.

    Of a large import, `failures` are examples of each rule (`n_failures` counts all); `facts` are read when asked for.
    """

    run: Run
    score_key: str
    n_scored: int
    n_total: int
    n_errors: int
    n_zero_tolerance: int
    critical_failed: tuple[str, ...]
    kpis: tuple[Kpi, ...]
    failures: tuple[Failure, ...]
    n_failures: int
    n_blockers: int
    columns: Columns
    read_facts: Callable[[], tuple[Facts, ...]] = field(repr=False, compare=False)
    sentence: str
    baseline: Run | None = None
    changes: tuple[Change, ...] = ()
    broke: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    causes: Mapping[str, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[Facts, ...]:
        """The narrow rows one by one; a million of them are best left to `columns`."""
        return self.read_facts()

    @property
    def whole(self) -> bool:
        """Whether `failures` holds every finding that counts."""
        return self.n_failures == len(self.failures)

    @property
    def n_critical_failed(self) -> int:
        """How many critical cases failed in at least one conversation."""
        return len(self.critical_failed)

    @property
    def flaky(self) -> tuple[str, ...]:
        """The cases that passed in some of their trials and failed in others."""
        if not self.has_cases:
            return ()
        return tuple(sorted(case for case, tally in tallies(self.facts).items() if tally.mixed))

    @property
    def has_cases(self) -> bool:
        """Whether any conversation plays a case."""
        return bool((self.columns.codes["case_id"] >= 0).any())

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
    """The summary of one scored run; a large import is counted whole and shown by examples."""
    import numpy as np

    cases = store.cases(run.id)
    columns = store.columns(run.id, score_key)
    large = columns.n >= CACHED_FROM and not cases
    read = cache(lambda: tuple(store.facts(run.id, score_key)))
    if large:
        told = examples(store, run, score_key, columns, financial=financial)
    else:
        case_of = {row.conversation_id: row.case_id for row in read()}
        told = told_by(store.scores(run.id, score_key), cases, case_of, financial=financial)
    n_errors = int((columns.codes["error"] >= 0).sum())
    n_zero = np.nan_to_num(columns.numbers["n_zero_tolerance"].astype(np.float64))
    zero = int(n_zero.sum())
    n_blockers = int((columns.is_("worst_severity", "blocker") & (n_zero == 0)).sum())
    found = tuple(kpis(columns, costs))
    return Summary(
        run=run,
        score_key=score_key,
        n_scored=columns.n - n_errors,
        n_total=run.n_planned or columns.n,
        n_errors=n_errors,
        n_zero_tolerance=zero,
        critical_failed=told.critical_failed,
        kpis=found,
        failures=told.failures,
        n_failures=told.n,
        n_blockers=n_blockers,
        columns=columns,
        read_facts=read,
        sentence=_sentence(run, found, told, zero, n_blockers, n_errors),
        causes=told.causes,
        unchecked=told.unchecked.lines(run),
    )


def compared(candidate: Summary, baseline: Summary) -> Summary:
    """The candidate's summary with what changed since a baseline of the same cases."""
    from dataclasses import replace

    before = {kpi.name: kpi for kpi in baseline.kpis}
    old, new = (pass_rates(side.facts) if side.has_cases else {} for side in (baseline, candidate))
    changes = tuple(
        Change(kpi.name, before[kpi.name], kpi, _verdict(kpi, before[kpi.name], new, old))
        for kpi in candidate.kpis
        if kpi.name in before
    )
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
    return "–" if kpi.value is None else _amount(kpi.value, kpi, alone=True)


def shown_interval(kpi: Kpi) -> str:
    """The interval of a KPI as a person reads it, empty where there is none or the sample is small."""
    if kpi.low is None or kpi.high is None or kpi.note is not None:
        return ""
    return f"{_amount(kpi.low, kpi)}–{_amount(kpi.high, kpi)}"


_UNITS: Mapping[str, tuple[float, int, str, str]] = {
    "rate": (100, 0, "", " %"), "ms": (1, 0, "", " ms"), "s": (1, 1, "", " s"), "short": (1000, 0, "", " ms"),
    "eur": (1, 2, "€", ""),
    "turns": (1, 0, "", ""), "words": (1, 0, "", ""), "points": (1, 1, "", ""), "distance": (1, 2, "", ""),
}  # fmt: skip
"""Factor, decimals, and what stands before and after, by unit."""


def _amount(value: float, kpi: Kpi, *, alone: bool = False) -> str:
    # A tenth of a second says too little of a bot that answers in ninety milliseconds.
    unit = "short" if kpi.unit == "s" and kpi.value is not None and 0 < kpi.value < 1 else kpi.unit
    factor, decimals, before, after = _UNITS.get(unit, (1, 0, "", ""))
    text = f"{factor * value:,.{decimals}f}".replace(",", " ")
    return f"{before}{text}{after}" if alone else text


def _verdict(after: Kpi, before: Kpi, new: Mapping[str, Fraction], old: Mapping[str, Fraction]) -> str:
    better = BETTER.get(after.name)
    if after.value is None or before.value is None or better is None:
        return ""
    if after.name == "pass_rate":
        both = sorted(set(old) & set(new))
        if both:
            base, candidate = [old[case] for case in both], [new[case] for case in both]
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


def _sentence(run: Run, found: Sequence[Kpi], told: Told, zero: int, n_blockers: int, n_errors: int) -> str:
    critical = len(told.critical_failed)
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
        rules = sorted({failure.finding.rule.split(".")[0] for failure in told.failures if failure.zero})
        parts.append(f"{counted(zero, 'zero-tolerance finding')} ({', '.join(rules)})")
    if critical:
        parts.append(f"{counted(critical, 'critical case')} failed")
    verdict = "do not ship" if zero or critical else "nothing here forbids shipping"
    if n_blockers and not (zero or critical):
        verdict = f"read the {counted(n_blockers, 'conversation')} with a blocker before shipping"
    return f"{run.release}: {'; '.join(parts)}: {verdict}."
