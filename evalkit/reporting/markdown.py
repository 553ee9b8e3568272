"""The summary as Markdown, for a pull request or a job summary."""

from __future__ import annotations

import re

from evalkit.kpi.table import TITLES
from evalkit.reporting.summary import Summary, shown, shown_interval
from evalkit.reporting.terminal import printable

_MARK = re.compile(r"([\\`*_{}\[\]<>()#+!|])")


def render(summary: Summary) -> str:
    """A heading, the sentence, the KPI table and the worst findings."""
    lines = [f"## evalkit: {escaped(summary.run.release)}", "", escaped(summary.sentence), ""]
    lines.append(f"Scored {summary.n_scored} of {summary.n_total} conversations.")
    lines += ["", "| KPI | value | 95 % | n |", "|---|--:|--:|--:|"]
    lines += [
        f"| {TITLES.get(kpi.name, kpi.name)} | {shown(kpi)} | {shown_interval(kpi)} | {kpi.n} |" for kpi in summary.kpis
    ]
    if summary.failures:
        lines += ["", "| where | rule | severity | what |", "|---|---|---|---|"]
        lines += [
            f"| {escaped(f.place or f.case_id)} {escaped(f.case_id) if f.place else ''} | {f.finding.rule} |"
            f" {f.finding.severity} | {escaped(f.finding.message)} |"
            for f in summary.failures[:20]
        ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """The text as itself in Markdown: nothing of it becomes markup or a control character."""
    return _MARK.sub(r"\\\1", printable(text))
