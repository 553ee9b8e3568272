"""The KPI table of a release: read from the store by column, shown as text, Markdown, CSV or plain data."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from evalkit.errors import InputError
from evalkit.kpi.table import TITLES, Slice, against_target, sliced
from evalkit.model import Kpi, Run
from evalkit.policy.sections import Policy
from evalkit.reporting.markdown import escaped
from evalkit.reporting.summary import shown, shown_interval
from evalkit.reporting.terminal import printable
from evalkit.review.agreement import reviewed_rate
from evalkit.review.questions import questions
from evalkit.store.batches import Batches
from evalkit.store.columns import Columns, joined
from evalkit.store.store import Store

HEADLINES = ("pass_rate", "resolution_rate", "correct_rate", "escalation_rate", "csat_proxy")
"""What a table with one row a slice shows; CSV and JSON hold every KPI."""


@dataclass(frozen=True, slots=True)
class Release:
    """The scored facts of a release: its newest replay, and all its production and pilot runs."""

    name: str
    runs: tuple[tuple[Run, str], ...]
    columns: Columns


def read_release(store: Store, release: str, source: str | None = None, *, every_replay: bool = False) -> Release:
    """The facts of a release; with `every_replay` those of all replays that have the newest set of scores.

    Raises: InputError when it has no scored run (of that source).
    """
    latest = store.latest_run(release)
    runs = [run for run in store.runs(release) if source in (None, run.source)]
    replays = [run for run in runs if run.source == "replay"]
    chosen = [*(replays if every_replay else replays[-1:]), *(run for run in runs if run.source != "replay")]
    scored = [(run, keys[-1]) for run in chosen if (keys := store.score_keys(run.id))]
    if every_replay:
        # Weeks that other scorers judged are no part of one line.
        newest = {run.source: key for run, key in scored}
        scored = [(run, newest[run.source]) for run, _ in scored if newest[run.source] in store.score_keys(run.id)]
    if not scored:
        store.latest_score_key(latest.id)
        raise InputError(f"release '{release}' has no scored run of source '{source}'")
    columns = joined([store.columns(run.id, key) for run, key in scored])
    return Release(release, tuple(scored), columns)


def slices_of(release: Release, by: Sequence[str], policy: Policy, names: Sequence[str] | None = None) -> list[Slice]:
    """The KPIs of each slice and source; replay and production never share a row."""
    days = float(policy.resolution.recontact_days)
    return sliced(release.columns, by, policy.costs, names=names, recontact_days=days)


def reviewed(store: Store, release: Release) -> list[Kpi]:
    """What reviewers say, projected on all conversations: from labels of these very runs and sets of scores."""
    wanted = {(run.id, key) for run, key in release.runs}
    batches = [batch for batch in Batches(store).all() if (batch.run_id, batch.score_key) in wanted]
    if not batches:
        return []
    labels = store.reviews()
    asked = {question for batch in batches for question in batch.questions}
    return [reviewed_rate(batches, labels, question) for question in questions(sorted(asked))]


def as_text(slices: Sequence[Slice], labels: Sequence[Kpi], policy: Policy) -> str:
    """Tables for a terminal: all KPIs where there is one slice a source, headlines where there are more."""
    from tabulate import tabulate

    parts = []
    if slices and len(slices[0].labels) == 1:
        for one in slices:
            rows = [list(row) for row in _rows(one, policy)]
            head = ["KPI", "value", "95 %", "n", "target", ""]
            table = tabulate(rows, headers=head, colalign=("left", "right", "right", "right", "right", "left"),
                             disable_numparse=True)  # fmt: skip
            parts.append(f"{one.labels['source']}: {one.n} conversations\n\n{table}")
    else:
        parts.append(tabulate(_wide(slices), headers=_wide_head(slices), disable_numparse=True))
    parts.append(_reviewed_text(labels))
    return printable_lines("\n\n".join(parts))


def as_markdown(slices: Sequence[Slice], labels: Sequence[Kpi], policy: Policy) -> str:
    """The same tables as Markdown; names from the store cannot break out of a cell."""
    lines: list[str] = []
    if slices and len(slices[0].labels) == 1:
        for one in slices:
            lines += [f"### {escaped(str(one.labels['source']))}: {one.n} conversations", ""]
            lines += ["| KPI | value | 95 % | n | target | |", "|---|--:|--:|--:|--:|---|"]
            lines += [f"| {' | '.join(escaped(str(cell)) for cell in row)} |" for row in _rows(one, policy)]
            lines.append("")
    else:
        head = _wide_head(slices)
        lines += [f"| {' | '.join(escaped(name) for name in head)} |", "|---" * len(head) + "|"]
        lines += [f"| {' | '.join(escaped(str(cell)) for cell in row)} |" for row in _wide(slices)]
        lines.append("")
    lines.append(escaped(_reviewed_text(labels)))
    return "\n".join(lines) + "\n"


def as_csv(slices: Sequence[Slice], policy: Policy) -> str:
    """One line a slice and KPI; no cell can start a formula in a spreadsheet."""
    out = io.StringIO()
    names = list(slices[0].labels) if slices else ["source"]
    writer = csv.writer(out, lineterminator="\n")
    fields = ("kpi", "value", "low", "high", "unit", "n", "n_total", "coverage_rate", "method", "note",
              "definition_version", "target")  # fmt: skip
    writer.writerow([*names, *fields])
    for one in slices:
        for kpi in one.kpis:
            numbers = (kpi.value, kpi.low, kpi.high)
            row = [*one.labels.values(), kpi.name, *numbers, kpi.unit, kpi.n, kpi.n_total, kpi.coverage_rate,
                   kpi.method, kpi.note, kpi.definition_version, _target(kpi, policy)]  # fmt: skip
            writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def as_data(release: Release, slices: Sequence[Slice], labels: Sequence[Kpi], policy: Policy) -> dict[str, object]:
    """Plain data: the KPIs of one slice, or a list of slices, each KPI with its target's verdict."""

    def plain(kpi: Kpi) -> dict[str, object]:
        told: dict[str, object] = msgspec.to_builtins(kpi)
        return {**told, "title": TITLES.get(kpi.name, kpi.name), "target": _target(kpi, policy)}

    newest, key = release.runs[-1]
    rows = [{**one.labels, "n": one.n, "kpis": [plain(kpi) for kpi in one.kpis]} for one in slices]
    return {
        "release": release.name,
        "run": newest.id,
        "score_key": key,
        "runs": [{"run": run.id, "score_key": key, "source": run.source} for run, key in release.runs],
        "kpis": rows[0]["kpis"] if len(rows) == 1 else [],
        "rows": rows,
        "reviewed": [plain(kpi) for kpi in labels],
    }


def printable_lines(text: str) -> str:
    """The text line by line without control characters."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _rows(one: Slice, policy: Policy) -> Iterator[tuple[str, str, str, int, str, str]]:
    for kpi in one.kpis:
        band = policy.targets.bands.get(kpi.name)
        wanted = ""
        if band is not None:
            low, high = (None if end is None else _band_end(end, kpi) for end in (band.low, band.high))
            wanted = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
        yield TITLES.get(kpi.name, kpi.name), shown(kpi), shown_interval(kpi), kpi.n, wanted, _target(kpi, policy)


def _band_end(end: float, kpi: Kpi) -> str:
    return shown(Kpi(name=kpi.name, value=end, unit=kpi.unit)).removesuffix(" %")


def _target(kpi: Kpi, policy: Policy) -> str:
    return against_target(kpi, policy.targets.bands.get(kpi.name))


def _wide_head(slices: Sequence[Slice]) -> list[str]:
    names = list(slices[0].labels) if slices else ["source"]
    return [*names, "n", *(TITLES[name] for name in HEADLINES)]


def _wide(slices: Sequence[Slice]) -> list[list[str]]:
    rows = []
    for one in slices:
        known = {kpi.name: kpi for kpi in one.kpis}
        cells = []
        for name in HEADLINES:
            kpi = known.get(name)
            interval = shown_interval(kpi) if kpi else ""
            cells.append(f"{shown(kpi)}{f' ({interval})' if interval else ''}" if kpi else "–")
        n = "fewer than 5" if one.n < 5 and one.labels["source"] != "replay" else str(one.n)
        rows.append([*(value or "unknown" for value in one.labels.values()), n, *cells])
    return rows


def _reviewed_text(labels: Sequence[Kpi]) -> str:
    if not labels:
        return "unreviewed: no labels of people for these runs and scores; `evalkit review` draws a batch"
    told = [f"{kpi.name} {shown(kpi)} ({shown_interval(kpi)}; {kpi.n} labels)" if kpi.low is not None
            else f"{kpi.name}: {kpi.note}" for kpi in labels]  # fmt: skip
    return "as reviewers judge it: " + "; ".join(told)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.lstrip()[:1] in tuple("=+-@") + ("\t", "\r"):
        return f"'{value}"
    return "" if value is None else value
