"""A comparison for a reader: the sentence, the numbers that moved, the cases, and one conversation told twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evalkit.comparison.result import Comparison, Delta
from evalkit.comparison.turns import Exchange, pieces
from evalkit.kpi.cases import CaseChange
from evalkit.model import Turn
from evalkit.personal_data import mask
from evalkit.reporting import people
from evalkit.reporting.markdown import escaped
from evalkit.reporting.terminal import printable

SIGNS = {"better": "▲ better", "worse": "▼ worse", "same": "= same", "changed": "◆ changed"}
_NAMED = {"broke": "broke", "fixed": "fixed", "flaky": "flaky"}
_MOST = 12


def terminal(comparison: Comparison) -> str:
    """The comparison for 80 columns."""
    from tabulate import tabulate

    lines = [comparison.sentence, f"{comparison.strategy}", ""]
    head = ["KPI", comparison.before.release, comparison.after.release, "difference (95 %)", "n", ""]
    rows = numbers(comparison)
    if rows:
        lines.append(tabulate(rows, headers=head, colalign=("left", *["right"] * 4, "left"), disable_numparse=True))
    for title, columns, cells in people.sections(comparison):
        shown = [[printable(cell) for cell in row] for row in cells]
        lines += ["", f"{title}:", tabulate(shown, headers=columns, disable_numparse=True)]
    for kind, name in _NAMED.items():
        if found := comparison.of_kind(kind):
            lines += ["", f"{name} ({len(found)}):", *(f"  {printable(_case(change))}" for change in found[:_MOST])]
            lines += [f"  and {len(found) - _MOST} more"] * (len(found) > _MOST)
    lines += ["", *(f"note: {note}" for note in comparison.notes)] if comparison.notes else []
    return "\n".join(lines)


def html(comparison: Comparison) -> str:
    """The comparison as one self-contained page."""
    return people.html(comparison, numbers(comparison))


def numbers(comparison: Comparison) -> list[list[str]]:
    """The rows of the table of KPIs: title, both values, difference with interval, n, and how it reads."""
    return [[*_cells(delta), SIGNS[delta.direction]] for delta in comparison.deltas]


def markdown(comparison: Comparison) -> str:
    """The comparison for a pull request or a wiki."""
    before, after = escaped(comparison.before.release), escaped(comparison.after.release)
    lines = [f"## {after} against {before}", "", escaped(comparison.sentence), "", *number_table(comparison)]
    for title, columns, cells in people.sections(comparison):
        lines += ["", f"**{escaped(title)}**", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
        lines += [f"| {' | '.join(map(escaped, row))} |" for row in cells]
    for kind, name in _NAMED.items():
        if found := comparison.of_kind(kind):
            lines += ["", f"**{name.capitalize()}** ({len(found)}): {cases_line(found)}"]
    lines += ["", *(f"- {escaped(note)}" for note in comparison.notes)]
    return "\n".join(lines).rstrip() + "\n"


def number_table(comparison: Comparison, deltas: Sequence[Delta] | None = None) -> list[str]:
    """The numbers as a Markdown table."""
    shown = comparison.deltas if deltas is None else deltas
    if not shown:
        return []
    before, after = escaped(comparison.before.release), escaped(comparison.after.release)
    lines = [f"| KPI | {before} | {after} | difference (95 %) | n | |", "|---|--:|--:|--:|--:|---|"]
    return lines + [f"| {' | '.join(_cells(delta))} | {SIGNS[delta.direction]} |" for delta in shown]


def cases_line(changes: Sequence[CaseChange], most: int = _MOST) -> str:
    """Some cases with their passes before and after, in one line of Markdown."""
    listed = ", ".join(f"`{printable(c.case_id)}` {_passes(c)}" for c in changes[:most])
    return listed + (f" and {len(changes) - most} more" if len(changes) > most else "")


def difference(delta: Delta) -> str:
    """A difference with its interval, as a person reads it."""
    if delta.difference == delta.low == delta.high == 0:
        return "no case moved"
    factor = 1 if delta.scale == "units" else 100
    digits = 0 if delta.scale == "relative" else 2 if delta.scale == "units" else 1
    value, low, high = (f"{factor * x:+.{digits}f}" for x in (delta.difference, delta.low, delta.high))
    return f"{value}{' %' if delta.scale == 'relative' else ''} ({low} to {high})"


def told_twice(steps: Iterable[Exchange], known: Sequence[str] = (), *, names: tuple[str, str]) -> Iterator[str]:
    """One conversation of both releases, line by line: what stayed, what went (-), what came (+). Data is masked."""
    for step in steps:
        customer = step.customer_after or step.customer_before
        if customer is not None:
            alone = "" if step.customer_before and step.customer_after else " (only here)"
            yield f"  customer{alone}  {_text(customer, known)}"
        if step.same:
            yield from (f"  both      {_text(turn, known)}" for turn in step.after)
            continue
        yield from (f"- {names[0]:<9} {_text(turn, known)}" for turn in step.before)
        yield from (f"+ {names[1]:<9} {_text(turn, known)}" for turn in step.after)
        if len(step.before) == len(step.after) == 1:
            yield f"            {_marked(_text(step.before[0], known), _text(step.after[0], known))}"


def _cells(delta: Delta) -> list[str]:
    return [delta.title, _value(delta, delta.before), _value(delta, delta.after), difference(delta), str(delta.n)]


def _value(delta: Delta, value: float) -> str:
    if delta.unit == "rate":
        return f"{100 * value:.1f} %"
    if delta.unit == "ms":
        return f"{value:,.0f} ms".replace(",", " ")
    if delta.unit == "s":
        return f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min" if value < 7200 else f"{value / 3600:.1f} h"
    return f"€{value:.3f}" if delta.unit == "eur" else f"{value:.2f}"


def _case(change: CaseChange) -> str:
    return f"{change.case_id}  {_passes(change)}{'  beyond chance' if change.sure else ''}"


def _passes(change: CaseChange) -> str:
    old, new = change.before, change.after
    return f"{old.passes}/{old.trials} → {new.passes}/{new.trials}"


def _text(turn: Turn, known: Sequence[str]) -> str:
    text = printable(mask(turn.text, also=known).text.replace("\n", " "))
    calls = "".join(f" [{printable(call.name)}]" for call in turn.tool_calls)
    return (text or f"({turn.kind})") + calls


def _marked(before: str, after: str) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(signs[piece.kind].format(piece.text) for piece in pieces(before, after))
