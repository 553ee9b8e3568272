"""Beside the KPI table: each slice as reviewers judge it, and what the LLM judge says with its calibration on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from evalkit.model import Run
from evalkit.reporting.markdown import escaped
from evalkit.reporting.summary import shown, shown_interval
from evalkit.reporting.terminal import printable
from evalkit.review.judged import JudgedRate, judged_rates
from evalkit.review.questions import questions
from evalkit.review.windows import Window, labelled, reviewed_slices
from evalkit.store.batches import Batches
from evalkit.store.columns import Columns
from evalkit.store.store import Store


@dataclass(frozen=True, slots=True)
class Opinions:
    """The slices as reviewers judge them, and the judge's rates of the newest run that it was asked about."""

    slices: tuple[Window, ...] = ()
    judged: tuple[JudgedRate, ...] = ()


def read(store: Store, runs: Sequence[tuple[Run, str]], columns: Columns, by: Sequence[str]) -> Opinions:
    """What people and the judge say of these runs; slices only where something is sliced and somebody labelled."""
    slices = windows(store, runs, columns, by) if by else []
    judged = next((found for run, key in reversed(runs) if (found := judged_rates(store, run.id, key))), [])
    return Opinions(tuple(slices), tuple(judged))


def windows(store: Store, runs: Sequence[tuple[Run, str]], columns: Columns, by: Sequence[str]) -> list[Window]:
    """Each slice as reviewers judge it, question by question, none where nobody labelled these runs and scores."""
    wanted = {(run.id, key) for run, key in runs}
    batches = [batch for batch in Batches(store).all() if (batch.run_id, batch.score_key) in wanted]
    found: list[Window] = []
    for question in questions(sorted({name for batch in batches for name in batch.questions})) if batches else ():
        found += reviewed_slices(columns, labelled(store, runs, question), question, by)
    return found


def as_text(found: Opinions) -> str:
    """Tables for a terminal, empty where nobody said anything."""
    from tabulate import tabulate

    parts = []
    if found.slices:
        rows = [[printable(str(cell)) for cell in row] for row in _slice_rows(found.slices)]
        table = tabulate(rows, headers=_slice_head(found.slices), disable_numparse=True)
        parts.append(f"\nas reviewers judge it\n\n{table}\n")
    parts += [f"\n{printable(line)}" for line in _judge_lines(found.judged)]
    return "".join(parts) + ("\n" if found.judged else "")


def as_markdown(found: Opinions) -> str:
    """The same as Markdown."""
    lines: list[str] = []
    if found.slices:
        head = _slice_head(found.slices)
        lines += ["", f"| {' | '.join(escaped(name) for name in head)} |", "|---" * len(head) + "|"]
        lines += [f"| {' | '.join(escaped(str(cell)) for cell in row)} |" for row in _slice_rows(found.slices)]
    lines += [f"\n{escaped(line)}" for line in _judge_lines(found.judged)]
    return "\n".join(lines) + ("\n" if lines else "")


def as_data(found: Opinions) -> dict[str, object]:
    """Plain data; `older` marks a week that nobody labelled, to be drawn dashed."""
    return {
        "reviewed_slices": [
            {**one.labels, "n": one.n, "older": one.is_older, **_plain(one.kpi)} for one in found.slices
        ],
        "judged": [{"question": one.question, "state": one.state, **_plain(one.kpi)} for one in found.judged],
    }


def _plain(kpi: msgspec.Struct) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(kpi)
    return {("n_labels" if name == "n" else name): value for name, value in told.items()}


def _slice_head(slices: Sequence[Window]) -> list[str]:
    return [*slices[0].labels, "question", "value", "95 %", "labels", ""]


def _slice_rows(slices: Sequence[Window]) -> list[list[object]]:
    return [
        [
            *(value or "unknown" for value in one.labels.values()),
            one.kpi.name.removesuffix("_reviewed_rate"),
            shown(one.kpi) if one.kpi.value is not None else "–",
            shown_interval(one.kpi), one.kpi.n, one.kpi.note or (one.kpi.method if one.is_older else ""),
        ]
        for one in slices
    ]  # fmt: skip


def _judge_lines(judged: Sequence[JudgedRate]) -> list[str]:
    said = []
    for one in judged:
        kpi = one.kpi
        # A judge that people have hardly checked is named, and its figure is not shown.
        told = kpi.note or f"{shown(kpi)} ({shown_interval(kpi)}), {kpi.method}, {kpi.n} labels"
        said.append(f"judge, {one.question} ({one.state}): {told}")
    return said
