"""Which KPIs stand first in every report: what a release is judged by, the most important first."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.model import Kpi

MOST = 12
HEADLINES = (
    "pass_rate", "resolution_rate", "correct_rate", "escalation_correct_rate", "honoured_request_rate", "leaks",
    "zero_tolerance", "csat_rate", "csat_proxy", "automation_rate", "false_resolution_rate", "language_match_rate",
    "first_substantive_p90_s", "cost_per_resolution_eur", "latency_p90_ms", "abandonment_rate", "disclosure_rate",
)  # fmt: skip


def headlines(found: Sequence[Kpi], most: int = MOST) -> tuple[list[Kpi], list[Kpi]]:
    """At most `most` KPIs to show first, by importance, and the others in their own order.

    >>> first, others = headlines([Kpi(name="customer_turns", value=3), Kpi(name="pass_rate", value=0.9)], 1)
    >>> [kpi.name for kpi in first], [kpi.name for kpi in others]
    (['pass_rate'], ['customer_turns'])
    """
    known = {kpi.name: kpi for kpi in found}
    first = [known[name] for name in HEADLINES if name in known]
    first += [kpi for kpi in found if kpi.name not in HEADLINES]
    first = first[:most]
    names = {kpi.name for kpi in first}
    return first, [kpi for kpi in found if kpi.name not in names]
