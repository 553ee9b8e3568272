"""The rules of the gate, one function each: what it saw, and whether that fails the build."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, log1p
from typing import Literal

from evalkit.gate.evidence import Hit
from evalkit.gate.paired import Tested, measure_named, tested
from evalkit.kpi.table import kpis
from evalkit.model import Case, Data, Kpi
from evalkit.policy.sections import Costs, GatePolicy, Guardrail, Limit
from evalkit.stats import Round
from evalkit.store.facts import Facts
from evalkit.text.counted import counted

RuleVerdict = Literal["passed", "failed", "inconclusive", "unmeasured"]
_LISTED, _ROUNDING = 3, 1e-12


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule says, in full and in `short` for the sentence; `pending` asks for another round before a pass."""

    rule: str
    verdict: RuleVerdict
    said: str
    short: str = ""
    pending: bool = False
    numbers: Data = field(default_factory=dict)


def zero_tolerance_rule(hits: Sequence[Hit]) -> Ruling:
    """One such finding is too many."""
    found = [hit for hit in hits if hit.why == "zero"]
    if not found:
        return Ruling("zero tolerance", "passed", "nothing that must never happen")
    rules = ", ".join(sorted({hit.finding.rule.split(".")[0] for hit in found}))
    n = len(found)
    short = f"{counted(n, 'finding')} that must never happen ({rules})"
    said = f"{short} in {_cases(h.case_id for h in found)}"
    return Ruling("zero tolerance", "failed", said, short, numbers={"n": n})


def promoted_rule(hits: Sequence[Hit], policy: GatePolicy, excluded: Collection[str]) -> Ruling | None:
    """Findings of rules that the organisation promoted; None where it promoted none."""
    if not policy.promoted:
        return None
    found = [hit for hit in hits if hit.why == "promoted" and hit.case_id not in excluded]
    if not found:
        return Ruling("promoted rules", "passed", f"no finding of {', '.join(policy.promoted)}")
    where = f"{_cases(h.finding.rule for h in found)}; {_cases(h.case_id for h in found)}"
    said = f"{len(found)} findings of promoted rules ({where})"
    return Ruling("promoted rules", "failed", said, numbers={"n": len(found)})


def critical_rule(
    rows: Sequence[Facts],
    hits: Sequence[Hit],
    cases: Mapping[str, Case],
    policy: GatePolicy,
    *,
    excluded: Collection[str],
    last: bool,
) -> Ruling:
    """A critical case fails on 2 of 3 trials; with fewer than 2, when all of them fail and none is to come."""
    bad = {hit.conversation_id for hit in hits if hit.why == "critical"}
    failed, pending, seen = [], [], set()
    trials: dict[str, list[str]] = {}
    for row in rows:
        case = cases.get(row.case_id or "")
        if case is not None and case.critical and row.error is None and case.id not in excluded:
            trials.setdefault(case.id, []).append(row.conversation_id)
    for case_id, ids in trials.items():
        seen.add(case_id)
        n_bad, n = sum(id_ in bad for id_ in ids), len(ids)
        enough = max(policy.critical_failures, ceil(n * policy.critical_failures / 4))
        if n_bad >= enough or (last and n < policy.critical_failures and n_bad == n):
            failed.append(f"{case_id} {n_bad} of {n}")
        elif n_bad:
            pending.append(case_id)
    if failed:
        n = len(failed)
        names = _cases(entry.split()[0] for entry in failed)
        short = f"{n} critical case{'s fail' if n != 1 else ' fails'} ({names})"
        return Ruling("critical cases", "failed", f"{n} failed: {_cases(failed)}", short, numbers={"n": n})
    if pending:
        said = f"failed once, not {policy.critical_failures} times: {_cases(pending)}"
        return Ruling("critical cases", "passed", said, pending=True)
    return Ruling("critical cases", "passed", f"all {len(seen)} hold" if seen else "the suite has none")


def primary_rule(found: Tested | None, policy: GatePolicy, look: Round, *, n_looks: int) -> Ruling:
    """Failed: surely worse, and by enough to matter. Passed: a drop of the margin is ruled out. Else inconclusive."""
    name = f"primary: {policy.primary}"
    if found is None or found.n < policy.min_cases:
        n = found.n if found is not None else 0
        said = f"{n} cases were decided on both sides; at least {policy.min_cases} are needed"
        return Ruling(name, "inconclusive", said, numbers={"n": n})
    margin = f"{100 * policy.margin_rate:g} points"
    numbers = _numbers(found) | {"bound_p": look.p, "look": look.number, "looks": n_looks}
    moved = f"{100 * found.difference:+.1f} points on {found.n} cases ({_interval(found)})"
    if found.p <= look.p and found.worse >= policy.drop_rate - _ROUNDING:
        return Ruling(name, "failed", f"{moved}; {chance(found.p)}", numbers=numbers)
    if found.excluded if n_looks == 1 else found.z_margin >= look.z:
        return Ruling(name, "passed", f"{moved}; a drop of {margin} is ruled out", numbers=numbers)
    return Ruling(name, "inconclusive", f"{moved}; a drop of {margin} cannot be ruled out yet", numbers=numbers)


def guardrail_rules(
    baseline: Sequence[Facts],
    candidate: Sequence[Facts],
    policy: GatePolicy,
    cases: Mapping[str, Case],
    look: Round,
) -> list[Ruling]:
    """Each number that must not get worse, Holm across those that were measured."""
    from evalkit.stats import holm

    measured: list[tuple[Guardrail, Tested]] = []
    rulings: dict[str, Ruling] = {}
    for rail in policy.guardrails:
        found = tested(measure_named(rail.metric, key="guardrails"), baseline, candidate, policy, cases)
        if found is None or found.n < policy.min_cases:
            rulings[rail.metric] = Ruling(f"guardrail: {rail.metric}", "unmeasured", _unmeasured(found))
        else:
            measured.append((rail, found))
    if measured:
        # The share of alpha that this look may spend is the primary rule's: bound over alpha.
        alpha = policy.guardrail_alpha * look.p / policy.alpha
        adjusted = holm([found.p for _, found in measured], alpha).adjusted
        for (rail, found), p in zip(measured, adjusted, strict=True):
            rulings[rail.metric] = _guarded(rail, found, p, alpha)
    return [rulings[rail.metric] for rail in policy.guardrails]


def limit_rules(rows: Sequence[Facts], limits: Sequence[Limit], costs: Costs | None) -> list[Ruling]:
    """Bounds for the candidate alone: failed where even the near end of the interval is beyond."""
    if not limits:
        return []
    known = {kpi.name: kpi for kpi in kpis(rows, costs)}
    return [_limited(limit, known.get(limit.metric)) for limit in limits]


def chance(p: float) -> str:
    """A p-value as a person says it.

    >>> chance(0.014), chance(0.0000001)
    ('two equal bots differ so in 1 of 71 comparisons', 'two equal bots differ so in fewer than 1 of 1,000 comparisons')
    """
    often = f"1 of {round(1 / p)}" if p >= 0.001 else "fewer than 1 of 1,000"
    return f"two equal bots differ so in {often} comparisons"


def _guarded(rail: Guardrail, found: Tested, p: float, alpha: float) -> Ruling:
    title, numbers = found.measure.title, _numbers(found) | {"p_adjusted": p}
    margin = log1p(rail.margin) if found.measure.scale == "relative" else rail.margin
    said = f"{title}: {_value(found, found.before)} → {_value(found, found.after)} ({_interval(found)})"
    idle = rail.floor is not None and found.after < rail.floor
    bad = p <= alpha and found.worse >= margin - _ROUNDING and not idle
    short = f"worse: {said[:1].lower()}{said[1:]}" if bad else ""
    return Ruling(f"guardrail: {rail.metric}", "failed" if bad else "passed", said, short, numbers=numbers)


def _limited(limit: Limit, kpi: Kpi | None) -> Ruling:
    name = f"limit: {limit.metric}"
    if kpi is None or kpi.value is None:
        return Ruling(name, "unmeasured", "not measured in this run")
    low, high = kpi.low if kpi.low is not None else kpi.value, kpi.high if kpi.high is not None else kpi.value
    bounds = " and ".join(
        f"{word} {x:g}" for word, x in (("at least", limit.min), ("at most", limit.max)) if x is not None
    )
    said = f"{kpi.value:.4g} (n = {kpi.n}), wanted {bounds}"
    if (limit.max is not None and low > limit.max) or (limit.min is not None and high < limit.min):
        return Ruling(name, "failed", said)
    beyond = (limit.max is not None and kpi.value > limit.max) or (limit.min is not None and kpi.value < limit.min)
    return Ruling(name, "inconclusive" if beyond else "passed", said + (": chance can explain it" if beyond else ""))


def _unmeasured(found: Tested | None) -> str:
    return "not measured on both sides" if found is None else f"measured in {found.n} cases only"


def _numbers(found: Tested) -> Data:
    return {
        "metric": found.measure.name, "n": found.n, "before": found.before, "after": found.after,
        "difference": found.difference, "low": found.low, "high": found.high, "mid_p": found.p,
    }  # fmt: skip


def _interval(found: Tested) -> str:
    factor, unit = (
        (1, "") if found.measure.scale == "units" else (100, " %" if found.measure.scale == "relative" else "")
    )
    low, high = factor * found.low + 0.0, factor * found.high + 0.0
    return "no case moved" if low == high == 0 else f"95 %: {low:+.1f} to {high:+.1f}{unit}"


def _value(found: Tested, value: float) -> str:
    if found.measure.is_rate:
        return f"{100 * value:.1f} %"
    return f"{value:,.0f} ms".replace(",", " ") if found.measure.unit == "ms" else f"{value:.3g}"


def _cases(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return ", ".join(listed[:_LISTED]) + more
