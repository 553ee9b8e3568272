"""A decision of the gate as people read it: in the terminal, in a pull request, in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalkit.gate.deciding import Decision
from evalkit.kpi.cases import CaseChange
from evalkit.model import Finding
from evalkit.reporting.markdown import escaped
from evalkit.reporting.terminal import printable

SIGNS = {"passed": "✓", "failed": "✗", "inconclusive": "?", "invalid": "!", "unmeasured": "–"}
_MOST = 10


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that changed, with the finding that shows it and the conversation told twice."""

    change: CaseChange
    place: str = ""
    finding: Finding | None = None
    lines: tuple[str, ...] = ()


def terminal(decision: Decision, changed: Sequence[Changed], *, explain: bool = False) -> str:
    """The verdict, the sentence, the conversations that changed; with `explain`, every rule and note."""
    lines = [f"{SIGNS[decision.verdict]} {decision.verdict}: {printable(decision.result.sentence)}"]
    for kind in ("broke", "fixed", "flaky"):
        found = [c for c in changed if c.change.kind == kind]
        if found:
            lines += ["", f"{kind} ({len(found)}):", *(f"  {_short(c)}" for c in found[:_MOST])]
            lines += [f"  and {len(found) - _MOST} more"] * (len(found) > _MOST)
    if explain:
        lines += ["", *_explained(decision)]
    return "\n".join(lines)


def headline(decision: Decision) -> str:
    """One Markdown heading and the sentence."""
    against = f" against {escaped(decision.baseline.release)}" if decision.baseline is not None else ""
    name = escaped(decision.candidate.release)
    return (
        f"## {SIGNS[decision.verdict]} {name}{against}: {decision.verdict}\n\n**{escaped(decision.result.sentence)}**\n"
    )


def rules_table(decision: Decision) -> str:
    """Every rule with what it saw, as Markdown."""
    rows = [f"| {SIGNS[r.verdict]} {r.verdict} | {escaped(r.rule)} | {escaped(r.said)} |" for r in decision.rulings]
    return "\n".join(
        ["| | rule | what it saw |", "|---|---|---|", *rows, "", *(f"- {escaped(n)}" for n in footnotes(decision))]
    )


def footnotes(decision: Decision) -> Iterator[str]:
    """What a reader must know beside the rules."""
    yield from decision.notes
    if decision.detectable_rate:
        yield f"this suite notices drops of about {100 * decision.detectable_rate:.0f} points or more (4 times of 5)"
    if decision.n_looks > 1:
        yield f"decided after round {decision.look} of at most {decision.n_looks}"


def changed_blocks(changed: Sequence[Changed]) -> Iterator[str]:
    """Each changed case as a fold-out of Markdown, the broken ones first."""
    order = {"broke": 0, "flaky": 1, "fixed": 2, "same": 3}
    for one in sorted(changed, key=lambda c: order[c.change.kind]):
        head = f"<b>{one.change.kind}</b> <code>{_html(one.change.case_id)}</code> {_passes(one.change)}"
        if one.finding is not None:
            head += f" · {_html(one.finding.rule)}: {_html(one.finding.message)}"
        if one.place:
            head += f" · {_html(one.place)}"
        if not one.lines:
            yield f"- {head}\n"
            continue
        # A longer fence than any run of backticks that a bot may have said.
        body = "\n".join(line.replace("`", "ˋ") for line in one.lines)
        yield f"<details><summary>{head}</summary>\n\n````diff\n{body}\n````\n</details>\n"


def _explained(decision: Decision) -> Iterator[str]:
    for ruling in decision.rulings:
        yield printable(f"{SIGNS[ruling.verdict]} {ruling.rule}: {ruling.said}")
    yield from (printable(f"  {note}") for note in footnotes(decision))


def _short(one: Changed) -> str:
    why = f" · {one.finding.rule}: {one.finding.message}" if one.finding is not None else ""
    place = f"{one.place} " if one.place else ""
    return printable(f"{place}{one.change.case_id} {_passes(one.change)}{why}")


def _passes(change: CaseChange) -> str:
    old, new = change.before, change.after
    return f"{old.passes}/{old.trials} → {new.passes}/{new.trials}"


def _html(text: str) -> str:
    from html import escape

    return escape(printable(text)).replace("|", "&#124;").replace("`", "ˋ").replace("@", "@\u200b")
