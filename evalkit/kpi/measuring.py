"""One number from columns: value, interval, n and coverage; trials of a case, or talks of a person, are one cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from evalkit.errors import InputError
from evalkit.kpi.clusters import Clusters, clustered_by
from evalkit.kpi.definitions import BY_NAME, Definition
from evalkit.model import Kpi
from evalkit.policy.sections import Costs
from evalkit.stats import Interval, newcombe, pass_hat_k, wilson
from evalkit.stats.amounts import quantile_ranks, ratio_of_sums
from evalkit.stats.rates import clustered
from evalkit.stats.student import t_quantile
from evalkit.store.columns import Columns, cluster_column

TOO_FEW, COUNTS_ONLY = 5, 20
"""Fewer independent cases or persons show nothing; fewer than the second show counts."""
_QUANTILES = {"median": 0.5, "p90": 0.9}


@dataclass(frozen=True, eq=False)
class View:
    """Scored rows of one source, laid out by cluster: what one column of the KPI table is computed from.

    `n_total` counts the conversations asked about, broken ones included.
    """

    columns: Columns
    clusters: Clusters
    n_total: int
    source: str
    costs: Costs
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)


def view_of(columns: Columns, costs: Costs | None = None, *, recontact_days: float = 7.0) -> View:
    """The view of conversations of one source.

    Raises: InputError when replay and production are mixed: they never share a number.
    """

    if len(columns.sources) > 1:
        raise InputError(
            f"these conversations are of {' and '.join(columns.sources)}; replay and production never share a number"
        )
    source = columns.sources[0] if columns.sources else "replay"
    rows = with_recontact(columns, recontact_days)
    broken = columns.codes["error"] >= 0
    if broken.any():
        rows = rows.take(~broken)
    clusters = clustered_by(rows.codes[cluster_column(source)])
    if not clusters.flat:
        rows = rows.take(clusters.order)
    return View(rows, clusters, columns.n, source, costs or Costs())


def with_recontact(columns: Columns, days: float) -> Columns:
    """The columns with the flag `recontacted`: whether this person came back on the same topic within the window.

    Unknown without a subject key or a time, and while the window of a conversation is still open.
    """
    import numpy as np

    if "recontacted" in columns.flags:
        return columns
    person, start = columns.codes["subject_key"], columns.started_s
    topic = columns.codes["topic"]
    said = np.full(columns.n, -1, dtype=np.int8)
    usable = np.flatnonzero((person >= 0) & ~np.isnan(start))
    if len(usable):
        who = person[usable].astype(np.int64) * (len(columns.names["topic"]) + 1) + topic[usable] + 1
        at = start[usable].astype(np.int64)
        order = np.argsort(who * (at.max() - at.min() + 1) + at - at.min())
        who, at = who[order], at[order]
        window = int(days * 86_400)
        back = np.append((who[1:] == who[:-1]) & (np.diff(at) <= window), False)
        said[usable[order]] = np.where(back, 1, np.where(at + window <= at.max(), 0, -1))
    return columns.with_flag("recontacted", said)


def measure(view: View, definition: Definition) -> Kpi:
    """The KPI; `n` is 0 and the value None where no conversation says anything."""
    if definition.only is not None and (definition.only == "replay") != (view.source == "replay"):
        return Kpi(name=definition.name, value=None, unit=definition.unit, n_total=view.n_total)
    found = _KINDS[definition.kind](view, definition)
    coverage = found.coverage_rate
    if coverage is None and view.n_total:
        coverage = min(1.0, found.n / view.n_total)
    return msgspec.structs.replace(
        found, unit=definition.unit, n_total=view.n_total, coverage_rate=coverage, definition_version=definition.version
    )  # fmt: skip


def _rate(view: View, definition: Definition) -> Kpi:
    assert definition.test is not None
    said = definition.test.columns(view.columns)
    found, n_clusters, hits = rate_of(view, said)
    if found is None:
        return Kpi(name=definition.name, value=None)
    n = int(found.n)
    method = "wilson" if n_clusters == n else "wilson on effective n"
    note = f"{hits} of {n}" if n_clusters < COUNTS_ONLY else None
    if n_clusters < TOO_FEW:
        note = f"too few (n = {n_clusters})"
        if view.source != "replay":
            # So few persons could be told apart; the cases of a suite are nobody's.
            return Kpi(name=definition.name, value=None, n=n, method=method, note=note)
    return Kpi(
        name=definition.name, value=found.rate, n=n, low=found.low, high=found.high, method=method, note=note
    )  # fmt: skip


def rate_of(view: View, said: Any) -> tuple[Interval | None, int, int]:
    """The interval of what each row said (1, 0, -1), the number of independent clusters, and the hits."""
    import numpy as np

    if view.clusters.flat:
        n, hits = int(np.count_nonzero(said >= 0)), int(np.count_nonzero(said == 1))
        return (wilson(hits, n), n, hits) if n else (None, 0, 0)
    trials, passes, times = view.clusters.tally(said)
    groups, n, hits = int(times.sum()), int(trials @ times), int(passes @ times)
    if groups == n:
        return (wilson(hits, n), n, hits) if n else (None, 0, 0)
    if view.source == "replay":
        # Each case counts once, however often it was played.
        rates = passes / trials
        mean = float(rates @ times) / groups
        variance = float((rates - mean) ** 2 @ times) / (groups - 1) / groups if groups > 1 else 0.0
    else:
        # Each conversation counts once; those of one customer move together.
        mean = hits / n
        squares = float((passes - mean * trials) ** 2 @ times)
        variance = squares / n**2 * groups / (groups - 1) if groups > 1 else 0.0
    return clustered(min(1.0, mean), variance, groups, n), groups, hits


def _values(view: View, definition: Definition) -> tuple[Any, Any]:
    """The amounts of the rows, and where they are known."""
    import numpy as np

    values = view.columns.numbers[definition.column]
    return values, ~np.isnan(values)


def _quantile(view: View, definition: Definition) -> Kpi:
    ordered, n, n_clusters = _ordered(view, definition.column)
    if not n:
        return Kpi(name=definition.name, value=None)
    if n_clusters < definition.min_n and not view.clusters.flat or n < definition.min_n:
        return Kpi(name=definition.name, value=None, n=n, method="order statistics", note=f"too few (n = {n})")
    q = _QUANTILES[definition.kind]
    low, high, confidence = quantile_ranks(n, q)
    at = q * (n - 1)
    below, above = int(at), min(n - 1, int(at) + 1)
    bottom, top, left, right = (definition.scale * float(ordered[rank]) for rank in (low - 1, high - 1, below, above))
    value = left + (at - below) * (right - left)
    method = "order statistics" if confidence >= 0.95 else f"order statistics, {100 * confidence:.0f} %"
    return Kpi(name=definition.name, value=value, n=n, low=bottom, high=top, method=method)


def _ordered(view: View, column: str) -> tuple[Any, int, int]:
    """The known values of a column in ascending order, how many, and of how many clusters."""
    import numpy as np

    if column not in view.memo:
        values = view.columns.numbers[column]
        known = ~np.isnan(values)
        n = int(np.count_nonzero(known))
        kept = np.sort(values if n == len(values) else values[known])
        clusters = view.clusters.n if n == len(values) else int(view.clusters.tally(known.view(np.int8) - 1)[2].sum())
        view.memo[column] = kept, n, clusters
    found: tuple[Any, int, int] = view.memo[column]
    return found


def _mean(view: View, definition: Definition) -> Kpi:
    import numpy as np

    values, known = _values(view, definition)
    n = int(known.sum())
    if not n:
        return Kpi(name=definition.name, value=None)
    filled = np.where(known, values, 0.0).astype(np.float64)
    mean = float(filled.sum()) / n * definition.scale
    pulls = view.clusters.sums(np.where(known, filled * definition.scale - mean, 0.0))
    groups = int((view.clusters.sums(known) > 0).sum())
    if groups < definition.min_n:
        return Kpi(name=definition.name, value=None, n=n, method="t", note=f"too few (n = {groups})")
    half = t_quantile(groups - 1, 0.975) * float(np.sqrt((pulls**2).sum() * groups / (groups - 1))) / n
    low, high = mean - half, mean + half
    if definition.unit == "rate":
        low, high = max(0.0, low), min(1.0, high)
    return Kpi(name=definition.name, value=mean, n=n, low=low, high=high, method="t on clusters")


def _count(view: View, definition: Definition) -> Kpi:
    values, known = _values(view, definition)
    n = int(known.sum())
    if not n:
        return Kpi(name=definition.name, value=None)
    hit = int((values[known] > 0).sum())
    # Exact for none found (the "rule of three"); Wilson's upper end where some were.
    upper = 1 - 0.05 ** (1 / n) if not hit else wilson(hit, n).high
    total = float(values[known].sum())
    note = f"in {hit} of {n} conversations; at most {100 * upper:.1f} % of all"
    return Kpi(name=definition.name, value=total, n=n, method="count", note=note)


def _ratio(view: View, definition: Definition) -> Kpi:
    import numpy as np

    costs, measured = cost_eur(view)
    if definition.name == "cost_per_resolution_eur":
        counted = (_said(view, "resolution_rate") == 1).astype(np.float64)
    else:
        counted = np.ones(len(costs))
    n = int(counted.sum())
    method = "delta, measured cost" if measured else "delta, unit cost of the policy"
    if not n:
        return Kpi(name=definition.name, value=None, n=0, method=method)
    if n < TOO_FEW:
        return Kpi(name=definition.name, value=None, n=n, method=method, note=f"too few (n = {n})")
    found = ratio_of_sums(
        len(costs), costs.sum(), counted.sum(), (costs**2).sum(), (costs * counted).sum(), (counted**2).sum()
    )
    return Kpi(name=definition.name, value=found.value, n=n, low=max(0.0, found.low), high=found.high, method=method)


def cost_eur(view: View) -> tuple[Any, bool]:
    """What each conversation cost in euro with the people in it, and whether the bot's side was measured for all."""
    if "cost_eur" not in view.memo:
        view.memo["cost_eur"] = cost_of(view.columns, view.costs, view.source)
    found: tuple[Any, bool] = view.memo["cost_eur"]
    return found


def cost_of(columns: Columns, costs: Costs, source: str) -> tuple[Any, bool]:
    """As `cost_eur`, for each row as it stands, broken conversations too."""
    import numpy as np

    told = columns.numbers["cost_eur"].astype(np.float64)
    known = ~np.isnan(told)
    by_people = columns.is_("handled_by", "human")
    bot = np.where(known, told, np.where(by_people, 0.0, costs.ai_conversation_eur))
    people = np.where(by_people, costs.human_contact_eur, 0.0)
    taken_over = (columns.flags["escalated"] == 1) & ~by_people & (source != "replay")
    return bot + people + np.where(taken_over, costs.ai_assisted_contact_eur, 0.0), bool(known.all())


def _said(view: View, name: str) -> Any:
    test = BY_NAME[name].test
    assert test is not None
    return test.columns(view.columns)


def _reliability(view: View, definition: Definition) -> Kpi:
    said = view.columns.flags["passed"]
    trials, passes = view.clusters.sums(said >= 0), view.clusters.sums(said == 1)
    if not len(trials) or trials.max() < 3:
        return Kpi(name=definition.name, value=None)
    found = pass_hat_k(passes[trials > 0].tolist(), trials[trials > 0].tolist(), 3)
    note = f"too few (n = {found.n})" if found.n < TOO_FEW else None
    return Kpi(
        name=definition.name, value=None if note else found.value, n=found.n, low=None if note else found.low,
        high=None if note else found.high, method="pass^3, unbiased", note=note,
        coverage_rate=found.n / (found.n + found.n_left_out),
    )  # fmt: skip


def _gap(view: View, definition: Definition) -> Kpi:
    import numpy as np

    said = _said(view, "resolution_rate")
    language = view.columns.codes["language"]
    rates: list[tuple[float, str, Interval]] = []
    n = 0
    for code in range(len(view.columns.names["language"])):
        found, groups, _ = rate_of(view, np.where(language == code, said, np.int8(-1)))
        if found is not None and groups >= COUNTS_ONLY:
            rates.append((found.rate, view.columns.names["language"][code], found))
            n += int(found.n)
    if len(rates) < 2:
        return Kpi(name=definition.name, value=None)
    (_, worst, low), (_, best, high) = min(rates), max(rates)
    gap = newcombe(
        (high.rate * high.n_effective, high.n_effective), (low.rate * low.n_effective, low.n_effective)
    )  # fmt: skip
    return Kpi(
        name=definition.name, value=gap.value, n=n, low=gap.low, high=gap.high, method=f"newcombe, {best} − {worst}"
    )  # fmt: skip


_KINDS = {
    "rate": _rate, "median": _quantile, "p90": _quantile, "mean": _mean, "count": _count, "ratio": _ratio,
    "reliability": _reliability, "gap": _gap,
}  # fmt: skip
