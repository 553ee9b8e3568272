"""The gate's decision over two scored runs: what must never happen first, then whether the candidate is worse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from evalkit.errors import InputError
from evalkit.gate.evidence import Hit
from evalkit.gate.paired import Tested, measure_named, tested
from evalkit.gate.rules import (
    Ruling,
    critical_rule,
    guardrail_rules,
    limit_rules,
    primary_rule,
    promoted_rule,
    zero_tolerance_rule,
)
from evalkit.gate.validity import invalid_reasons
from evalkit.gate.wording import sentence
from evalkit.kpi.cases import CaseChange, case_changes, comparable_cases, tallies
from evalkit.kpi.measures import case_values
from evalkit.model import GateResult, GateVerdict, Run
from evalkit.policy.sections import Costs, GatePolicy
from evalkit.stats import Round, minimal_detectable_effect, rounds
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

ROUNDS, STOPPED, ALONG = "gate:rounds", "gate:stopped", "gate:along"
"""Attributes of a run: how many rounds it was planned for, why it was stopped before its first was whole, and the run
of the baseline that was played along with it, round by round."""
_DOWN_CASES, _DOWN_RATE = 5, 0.25
_CHURN = 0.02
"""Variance of the true change from case to case that an ordinary build brings (10 % of the cases redrawn)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict and all that stands behind it; `settled` when no further round is worth playing."""

    result: GateResult
    candidate: Run
    baseline: Run | None
    rulings: tuple[Ruling, ...] = ()
    changes: tuple[CaseChange, ...] = ()
    notes: tuple[str, ...] = ()
    look: int = 1
    n_looks: int = 1
    detectable_rate: float | None = None
    settled: bool = True

    @property
    def verdict(self) -> GateVerdict:
        """passed, failed, inconclusive or invalid."""
        return self.result.verdict


def decide(
    candidate: ScoredRun,
    baseline: ScoredRun | None,
    policy: GatePolicy,
    *,
    hits: Sequence[Hit] = (),
    today: date,
    costs: Costs | None = None,
) -> Decision:
    """The decision; a run that was played in rounds is read round by round, with bounds that allow for that.

    Source: exact sign-flip test with mid-p (Fisher 1935, Lancaster 1961); non-inferiority margin (EMA 2005);
    O'Brien & Fleming 1979 for rounds.
    Raises: InputError for runs without a case in common, other scores, or a metric that nobody knows.
    """
    if baseline is not None and (baseline.run.id == candidate.run.id or baseline.score_key != candidate.score_key):
        raise InputError(
            f"run '{candidate.run.id}' cannot be judged against '{baseline.run.id}': the same run, or other scores"
        )
    if STOPPED in candidate.run.attributes:
        stopped = Ruling("critical cases", "failed", candidate.run.attributes[STOPPED])
        return _decision("failed", candidate, baseline, [stopped, zero_tolerance_rule(hits)], Round(1, 0, 0), 1)
    if reasons := invalid_reasons(candidate, baseline, policy):
        invalid = [Ruling("validity", "failed", reason) for reason in reasons]
        return _decision("invalid", candidate, baseline, invalid, Round(1, 0, 0), 1)
    if baseline is None:
        same, notes = frozenset(candidate.definitions), list[str]()
    else:
        same, notes = comparable_cases(baseline, candidate)
    excluded, told = _quarantined(policy, candidate, today)
    desk = _Desk(candidate, baseline, policy, hits, costs, same - excluded, excluded, (*notes, *told))
    n_looks = int(candidate.run.attributes.get(ROUNDS, 1))
    looks = rounds(n_looks, policy.alpha)
    n_played = max((row.trial for row in candidate.rows), default=0) + 1 if n_looks > 1 else 1
    decision = desk.look(looks[0], n_looks)
    for look in looks[1:n_played]:
        if decision.settled:
            break
        decision = desk.look(look, n_looks)
    return decision


def looks_down(rows: Sequence[Facts], hits: Sequence[Hit]) -> str | None:
    """Why the rest need not be played: many of the critical cases, which are played first, fail at once."""
    cases = {row.case_id for row in rows if row.critical and row.error is None}
    bad = {hit.case_id for hit in hits if hit.why == "critical"}
    if len(bad) >= _DOWN_CASES and len(bad) >= _DOWN_RATE * len(cases):
        return f"{len(bad)} of {len(cases)} critical cases fail: the bot is down or broken; the rest was not played"
    return None


@dataclass(frozen=True, slots=True)
class _Desk:
    """Everything that each look at the data shares."""

    candidate: ScoredRun
    baseline: ScoredRun | None
    policy: GatePolicy
    hits: Sequence[Hit]
    costs: Costs | None
    same: Collection[str]
    excluded: Collection[str]
    notes: tuple[str, ...]

    def look(self, look: Round, n_looks: int) -> Decision:
        """The decision from the trials of the rounds up to this one."""
        policy, cases, last = self.policy, self.candidate.cases, look.number == n_looks
        rows = self._rows(look, n_looks)
        ids = {row.conversation_id for row in rows}
        hits = [hit for hit in self.hits if hit.conversation_id in ids]
        rulings = [
            zero_tolerance_rule(hits),
            critical_rule(rows, hits, cases, policy, excluded=self.excluded, last=last),
        ]
        if (promoted := promoted_rule(hits, policy, self.excluded)) is not None:
            rulings.append(promoted)
        rulings += limit_rules(rows, policy.limits, self.costs)
        found: Tested | None = None
        changes: list[CaseChange] = []
        if self.baseline is not None:
            new = [row for row in rows if row.case_id in self.same]
            old = [row for row in self._baseline_rows(look, n_looks) if row.case_id in self.same]
            found = tested(measure_named(policy.primary, key="primary"), old, new, policy, cases)
            rulings.append(primary_rule(found, policy, look, n_looks=n_looks))
            rulings += guardrail_rules(old, new, policy, cases, look)
            changes = case_changes(tallies(old), tallies(new))
        decision = _decision(
            _verdict(rulings, self.baseline), self.candidate, self.baseline, rulings, look, n_looks, changes
        )
        return replace(decision, notes=self.notes, detectable_rate=self._detectable(found, look.number))

    def _rows(self, look: Round, n_looks: int) -> list[Facts]:
        # A case that sets its own number of trials has them all played in the first round.
        own = {case.id for case in self.candidate.cases.values() if case.trials is not None}
        return [r for r in self.candidate.rows if n_looks == 1 or r.trial < look.number or r.case_id in own]

    def _baseline_rows(self, look: Round, n_looks: int) -> Sequence[Facts]:
        assert self.baseline is not None
        if not self._is_along or n_looks == 1:
            return self.baseline.rows
        own = {case.id for case in self.baseline.cases.values() if case.trials is not None}
        return [r for r in self.baseline.rows if r.trial < look.number or r.case_id in own]

    @property
    def _is_along(self) -> bool:
        """Whether both sides were played round by round; a stored baseline counts with all its trials at each look."""
        old = self.baseline
        return old is not None and not old.others and self.candidate.run.attributes.get(ALONG) == old.run.id

    def _detectable(self, found: Tested | None, n_trials: int) -> float | None:
        if found is None or self.baseline is None or found.n < 2 or not found.measure.is_rate:
            return None
        values = case_values(found.measure, self.baseline.rows)
        known = [values[case] for case in values if case in self.same]
        k_baseline = n_trials if self._is_along else max(1, round(sum(map(len, known)) / len(known)))
        mine = case_values(found.measure, self.candidate.rows).values()
        k = n_trials if ROUNDS in self.candidate.run.attributes else max(1, round(sum(map(len, mine)) / len(mine)))
        several = [v for v in known if len(v) > 1]
        given = {}
        if len(several) >= self.policy.min_cases:
            inside = [len(v) / (len(v) - 1) * (sum(v) / len(v)) * (1 - sum(v) / len(v)) for v in several]
            given = {"within": sum(inside) / len(inside)}
        return minimal_detectable_effect(found.n, k, k_baseline, between=_CHURN, alpha=self.policy.alpha, **given)


def _verdict(rulings: Sequence[Ruling], baseline: ScoredRun | None) -> GateVerdict:
    if any(ruling.verdict == "failed" for ruling in rulings):
        return "failed"
    if baseline is None:
        return "inconclusive"
    primary = next(ruling for ruling in rulings if ruling.rule.startswith("primary"))
    return "passed" if primary.verdict == "passed" else "inconclusive"


def _decision(
    verdict: GateVerdict,
    candidate: ScoredRun,
    baseline: ScoredRun | None,
    rulings: Sequence[Ruling],
    look: Round,
    n_looks: int,
    changes: Sequence[CaseChange] = (),
) -> Decision:
    base = baseline.run if baseline is not None else None
    counted = [r for r in rulings if r.verdict == ("inconclusive" if verdict == "inconclusive" else "failed")]
    reasons = tuple(r.said for r in counted) if verdict != "passed" else ()
    if verdict == "inconclusive" and base is None:
        reasons = ("there is no baseline to compare with",)
    plain = tuple({"rule": r.rule, "verdict": r.verdict, "said": r.said, **r.numbers} for r in rulings)
    said = sentence(verdict, candidate.run, base, rulings, changes, reasons)
    pending = any(ruling.pending for ruling in rulings)
    settled = verdict in {"failed", "invalid"} or (verdict == "passed" and not pending) or look.number >= n_looks
    return Decision(
        result=GateResult(verdict=verdict, sentence=said, reasons=reasons, rules=plain),
        candidate=candidate.run, baseline=base, rulings=tuple(rulings), changes=tuple(changes), look=look.number,
        n_looks=n_looks, settled=settled,
    )  # fmt: skip


def _quarantined(policy: GatePolicy, candidate: ScoredRun, today: date) -> tuple[frozenset[str], list[str]]:
    excluded, notes = set(), []
    for entry in policy.quarantine:
        if entry.case not in candidate.cases:
            notes.append(f"quarantine names case '{entry.case}', which this run does not have")
        elif date.fromisoformat(entry.until) < today:
            notes.append(f"the quarantine of '{entry.case}' ended on {entry.until}: it counts again")
        else:
            excluded.add(entry.case)
            notes.append(f"'{entry.case}' is in quarantine until {entry.until} ({entry.reason})")
    return frozenset(excluded), notes
