"""The end of a run on 80 columns: the sentence, leaks and what changed, at most twelve numbers and ten failures."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from evalkit.kpi.table import TITLES
from evalkit.reporting.headlines import headlines
from evalkit.reporting.summary import Failure, Summary, shown, shown_interval

_FAILURES = 10
_SIGN = {"better": "▲ better", "worse": "▼ worse", "same": "= same", "": ""}


def render(summary: Summary) -> str:
    """The whole report as plain text; bot text in it is printable."""
    from tabulate import tabulate

    lines = [summary.sentence, f"scored {summary.n_scored} of {summary.n_total} conversations"]
    if summary.n_errors:
        worst = sorted(summary.causes.items(), key=lambda item: -item[1])[:3]
        lines += [f"  {count} × {cause}" for cause, count in worst]
    lines += _first(summary)
    changes = {change.name: change for change in summary.changes}
    rows = []
    for kpi in headlines(summary.kpis)[0]:
        row = [TITLES.get(kpi.name, kpi.name), shown(kpi), shown_interval(kpi)]
        if summary.baseline is not None:
            change = changes.get(kpi.name)
            row += [shown(change.before) if change else "", _SIGN[change.verdict] if change else ""]
        rows.append(row)
    headers = ["KPI", summary.run.release, "95 %"]
    if summary.baseline is not None:
        headers += [summary.baseline.release, "change"]
    align = ("left", *["right"] * (len(headers) - 2), "left" if summary.baseline is not None else "right")
    if rows:
        lines += ["", tabulate(rows, headers=headers, colalign=align, disable_numparse=True)]
    if summary.failures:
        lines += ["", f"worst of {summary.n_failures} findings:", *worst_lines(summary.failures)]
    if summary.run.status == "invalid" and all(cause.startswith("infrastructure") for cause in summary.causes):
        lines += ["", "next: is the bot running, and is its url in evalkit.yaml right? then run again"]
    return "\n".join(lines)


def _first(summary: Summary) -> Iterator[str]:
    """Before any number: what must never happen, which critical cases failed, what broke, was fixed, is flaky."""
    zero: dict[str, dict[str, None]] = {}
    for failure in summary.failures:
        if failure.zero:
            zero.setdefault(failure.finding.rule, {}).setdefault(failure.case_id)
    told = [(f"never: {rule} in {_listed(list(cases))}") for rule, cases in zero.items()]
    if summary.critical_failed:
        told.append(f"critical, failed: {_listed(summary.critical_failed)}")
    if summary.broke:
        told.append(f"broke since {summary.baseline.release if summary.baseline else ''}: {_listed(summary.broke)}")
    if summary.fixed:
        told.append(f"fixed: {_listed(summary.fixed)}")
    if summary.flaky:
        told.append(f"flaky, passed only some of their trials: {_listed(summary.flaky)}")
    if told:
        yield ""
        yield from (printable(line) for line in told)


def worst_lines(failures: Sequence[Failure]) -> Iterator[str]:
    """The worst findings, one line each, at most one per case and rule."""
    seen: set[tuple[str, str]] = set()
    for failure in failures:
        key = (failure.case_id, failure.finding.rule)
        if key in seen:
            continue
        seen.add(key)
        finding = failure.finding
        turn = f" · turn {finding.turn + 1}" if finding.turn is not None else ""
        place = f"{failure.place} " if failure.place else ""
        yield printable(f"  {place}{failure.case_id}{turn} · {finding.rule} · {failure.graded}: {finding.message}")
        if len(seen) >= _FAILURES:
            return


def printable(text: str) -> str:
    """The text without control and direction characters, so that no bot can steer the terminal."""
    return "".join(c for c in text if c == "\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
