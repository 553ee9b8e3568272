"""The table of KPIs: what each number counts, over which conversations, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evalkit.model import Kpi
from evalkit.policy.sections import Costs
from evalkit.stats import cluster_rate
from evalkit.store.facts import Facts

Flag = Callable[[Facts], int | None]
TOO_FEW, COUNTS_ONLY = 5, 20


@dataclass(frozen=True, slots=True)
class Definition:
    """One rate: `flag` is 1, 0, or None where the conversation does not say; `higher_is_better` reads a change."""

    name: str
    title: str
    flag: Flag
    higher_is_better: bool | None = True


def _resolved(row: Facts) -> int | None:
    if row.solved is None or row.contained is None:
        return 0 if row.contained == 0 else None
    return int(row.solved and row.contained)


def _first_contact(row: Facts) -> int | None:
    if row.source == "replay":
        return None
    return None if row.solved is None else row.solved


def _correct_escalation(row: Facts) -> int | None:
    return (
        None if row.escalation_cell is None or row.should_escalate is None else int(row.escalation_cell in RIGHT_CELLS)
    )


RIGHT_CELLS = frozenset(
    {"correct_on_time", "correct_early", "unavailable_handled", "correct_self_service", "correct_refusal"}
)

DEFINITIONS: tuple[Definition, ...] = (
    Definition("pass_rate", "Passed all checks", lambda r: r.passed),
    Definition("resolution_rate", "Resolution rate", _resolved),
    Definition("correct_rate", "Correct answers", lambda r: r.correct),
    Definition("escalation_rate", "Escalation rate", lambda r: r.escalated, None),
    Definition("escalation_correct_rate", "Escalated rightly", _correct_escalation),
    Definition("human_request_honoured_rate", "Requests for a person honoured", lambda r: r.honoured),
    Definition("language_match_rate", "In the customer's language", lambda r: r.language_ok),
    Definition("disclosure_rate", "Says that it is an AI", lambda r: r.disclosed),
    Definition("loop_rate", "Goes round in circles", lambda r: r.looped, higher_is_better=False),
    Definition("consistency_rate", "Same answer to the same question", lambda r: r.consistent),
    Definition("first_contact_resolution_rate", "First-contact resolution", _first_contact),
    Definition("off_script_rate", "Real customers' records left half-way", lambda r: r.off_script, None),
)


def kpis(rows: Sequence[Facts], costs: Costs | None = None) -> list[Kpi]:
    """The KPIs of one release in the order in which they are shown."""
    scored = [row for row in rows if row.error is None]
    found = [rate(scored, definition, n_total=len(rows)) for definition in DEFINITIONS]
    found.append(_count("leaks", scored, lambda r: r.n_leaks, len(rows)))
    found.append(_count("zero_tolerance", scored, lambda r: r.n_zero_tolerance, len(rows)))
    found.append(_count("customer_replays", rows, lambda r: r.customer_replays, len(rows)))
    found += _times(scored, len(rows))
    found.append(_cost(scored, len(rows), costs or Costs()))
    return [kpi for kpi in found if kpi.n > 0]


def rate(rows: Sequence[Facts], definition: Definition, *, n_total: int) -> Kpi:
    """One rate with its interval; trials of one case are one cluster, and below 20 cases only counts are shown."""
    passes: dict[str, int] = {}
    trials: dict[str, int] = {}
    for row in rows:
        said = definition.flag(row)
        if said is not None:
            key = row.case_id or row.conversation_id
            passes[key] = passes.get(key, 0) + said
            trials[key] = trials.get(key, 0) + 1
    n = sum(trials.values())
    if not n:
        return Kpi(name=definition.name, value=None, n=0, n_total=n_total)
    keys = list(trials)
    interval = cluster_rate([passes[k] for k in keys], [trials[k] for k in keys])
    note = None
    if len(keys) < TOO_FEW:
        note = f"too few (n = {len(keys)})"
    elif len(keys) < COUNTS_ONLY:
        note = f"{sum(passes.values())} of {n}"
    return Kpi(
        name=definition.name,
        value=interval.rate,
        n=n,
        n_total=n_total,
        low=interval.low,
        high=interval.high,
        method="wilson" if n == len(keys) else "wilson on effective n",
        coverage_rate=n / n_total if n_total else None,
        note=note,
    )


def _count(name: str, rows: Sequence[Facts], value: Callable[[Facts], int | None], n_total: int) -> Kpi:
    known = [v for row in rows if (v := value(row)) is not None]
    return Kpi(
        name=name, value=float(sum(known)), unit="count", n=len(known), n_total=n_total, method="count",
        coverage_rate=len(known) / n_total if n_total else None,
    )  # fmt: skip


def _times(rows: Sequence[Facts], n_total: int) -> list[Kpi]:
    found = []
    for name, values in (
        ("first_response_p95_ms", [r.first_response_ms for r in rows if r.first_response_ms is not None]),
        ("latency_p90_ms", [r.latency_p90_ms for r in rows if r.latency_p90_ms is not None]),
    ):
        if values:
            share = 0.95 if "p95" in name else 0.9
            ordered = sorted(values)
            value = ordered[min(len(ordered) - 1, int(share * len(ordered)))]
            found.append(
                Kpi(name=name, value=value, unit="ms", n=len(values), n_total=n_total, method=f"quantile {share}",
                    coverage_rate=len(values) / n_total if n_total else None)
            )  # fmt: skip
    return found


def _cost(rows: Sequence[Facts], n_total: int, costs: Costs) -> Kpi:
    solved = [row for row in rows if _resolved(row)]
    known = [row.cost_eur for row in rows if row.cost_eur is not None]
    spent = sum(known) if len(known) == len(rows) and rows else costs.ai_conversation_eur * len(rows)
    return Kpi(
        name="cost_per_resolution_eur",
        value=spent / len(solved) if solved else None,
        unit="eur",
        n=len(solved),
        n_total=n_total,
        method="measured cost" if len(known) == len(rows) else "unit cost of the policy",
        coverage_rate=len(rows) / n_total if n_total else None,
    )


TITLES: dict[str, str] = {
    **{d.name: d.title for d in DEFINITIONS},
    "leaks": "Personal-data leaks",
    "zero_tolerance": "Zero-tolerance findings",
    "customer_replays": "Simulated customers played again",
    "first_response_p95_ms": "First response, 95 %",
    "latency_p90_ms": "Response time, 90 %",
    "cost_per_resolution_eur": "Cost per resolution",
}
BETTER: dict[str, bool | None] = {
    **{d.name: d.higher_is_better for d in DEFINITIONS},
    "leaks": False, "zero_tolerance": False, "customer_replays": None, "first_response_p95_ms": False,
    "latency_p90_ms": False, "cost_per_resolution_eur": False,
}  # fmt: skip
