"""The summary as Markdown, for a pull request or a job summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evalkit.kpi.table import TITLES
from evalkit.model import Kpi
from evalkit.reporting.headlines import headlines
from evalkit.reporting.summary import Summary, shown, shown_interval
from evalkit.reporting.terminal import printable

_MOST = 10
_HEAD = ("| KPI | value | 95 % | n |", "|---|--:|--:|--:|")
_MARK = re.compile(r"([\\`*_{}\[\]<>()#+!|])")


def render(summary: Summary) -> str:
    """A heading, the sentence, the KPI table and the worst findings."""
    lines = [f"## evalkit: {escaped(summary.run.release)}", "", escaped(summary.sentence), ""]
    lines.append(f"Scored {summary.n_scored} of {summary.n_total} conversations.")
    lines += _first(summary)
    lines += ["", *_table(*headlines(summary.kpis))]
    if summary.failures:
        lines += ["", "| where | rule | severity | what |", "|---|---|---|---|"]
        lines += [
            f"| {escaped(f.place or f.case_id)} {escaped(f.case_id) if f.place else ''} | {f.finding.rule} |"
            f" {f.graded} | {escaped(f.finding.message)} |"
            for f in summary.failures[:_MOST]
        ]
    if summary.unchecked:
        lines += ["", "<details><summary>Not checked</summary>", ""]
        lines += [f"- {escaped(line)}" for line in summary.unchecked]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _first(summary: Summary) -> Iterator[str]:
    """Before any number: what must never happen, critical cases that failed, what broke, was fixed, is flaky."""
    zero = {f"{f.finding.rule} in {f.case_id}": None for f in summary.failures if f.zero}
    kinds = (
        ("Must never happen", list(zero)), ("Critical cases that failed", summary.critical_failed),
        ("Broke", summary.broke), ("Fixed", summary.fixed), ("Flaky", summary.flaky),
    )  # fmt: skip
    told = [
        f"- **{title}** ({len(names)}): {', '.join(map(escaped, names[:_MOST]))}{', …' if len(names) > _MOST else ''}"
        for title, names in kinds
        if names
    ]
    if told:
        yield ""
        yield from told


def _table(first: Sequence[Kpi], others: Sequence[Kpi]) -> Iterator[str]:
    yield from _HEAD
    yield from map(_row, first)
    if others:
        yield from ("", f"<details><summary>{len(others)} more KPIs</summary>", "", *_HEAD)
        yield from map(_row, others)
        yield from ("", "</details>")


def _row(kpi: Kpi) -> str:
    return f"| {TITLES.get(kpi.name, kpi.name)} | {shown(kpi)} | {shown_interval(kpi)} | {kpi.n} |"


def escaped(text: str) -> str:
    """The text as itself in Markdown: nothing of it becomes markup or a control character."""
    return _MARK.sub(r"\\\1", printable(text))
