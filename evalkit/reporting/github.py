"""What GitHub shows of a decision: the job's summary, annotations at suite lines, one comment on the pull request.

Source: docs.github.com, "Workflow commands": escapes, 1 MiB a step, 10 annotations of a kind; a comment has at most
65,536 characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from evalkit.gate.deciding import Decision
from evalkit.gate.evidence import Hit
from evalkit.model import SEVERITIES, Case
from evalkit.reporting.gated import Changed, changed_blocks, headline, rules_table
from evalkit.reporting.terminal import printable

COMMENT_CHARACTERS = 65_536
SUMMARY_BYTES = 1_048_576
ANNOTATIONS = 10
_CUT = "\n*Cut here: the whole report is the artefact of this job.*\n"


def marker(suite: str) -> str:
    """The hidden line by which the comment of a suite is found again and updated in place."""
    return f"<!-- evalkit gate {''.join(c for c in suite if c.isalnum() or c in '-_+.')[:80]} -->"


def comment(decision: Decision, changed: Sequence[Changed], *, more: str = "") -> str:
    """The comment, worst first, never longer than GitHub takes; `more` is a line with links."""
    parts = [marker(decision.candidate.suite) + "\n", headline(decision), more, _numbers(decision)]
    return _within(parts, changed_blocks(changed), COMMENT_CHARACTERS, len)


def step_summary(decision: Decision, changed: Sequence[Changed], *, room: int = SUMMARY_BYTES) -> str:
    """The summary of the job, never longer than a step may write."""
    parts = [headline(decision), _numbers(decision)]
    return _within(parts, changed_blocks(changed), room, lambda text: len(text.encode()))


def notices(
    decision: Decision, hits: Sequence[Hit], changed: Sequence[Changed], cases: dict[str, Case]
) -> Iterator[str]:
    """Annotations: workflow commands at the lines of the suite, worst first, at most ten errors and ten warnings."""
    if decision.verdict in {"invalid", "failed"}:
        yield _command("error", "", 0, "evalkit gate", decision.result.sentence)
    elif decision.verdict == "inconclusive":
        yield _command("warning", "", 0, "evalkit gate", decision.result.sentence)
    worst = sorted(hits, key=lambda h: (h.why != "zero", SEVERITIES.index(h.finding.severity), h.case_id))
    yield from _first(_of_hits(worst, cases), ANNOTATIONS - 1)
    broke = (c for c in changed if c.change.kind == "broke")
    yield from _first(_of_changes(broke, cases), ANNOTATIONS - 1)


def _of_hits(hits: Iterable[Hit], cases: dict[str, Case]) -> Iterator[str]:
    told = set()
    for hit in hits:
        key = (hit.case_id, hit.finding.rule)
        if key not in told:
            told.add(key)
            case = cases.get(hit.case_id)
            line = hit.finding.data.get("line") or (case.line if case is not None else 0)
            said = f"{hit.case_id}: {hit.finding.message or hit.finding.rule}"
            yield _command("error", case.path if case is not None else "", line, hit.finding.rule, said)


def _of_changes(changes: Iterable[Changed], cases: dict[str, Case]) -> Iterator[str]:
    for one in changes:
        case = cases.get(one.change.case_id)
        old, new = one.change.before, one.change.after
        said = f"{one.change.case_id}: passed {old.passes} of {old.trials} before, {new.passes} of {new.trials} now"
        if one.finding is not None:
            said += f"; {one.finding.rule}: {one.finding.message}"
        yield _command("warning", case.path if case else "", case.line if case else 0, "broke", said)


def _numbers(decision: Decision) -> str:
    return "\n" + rules_table(decision) + "\n\n"


def _within(parts: Sequence[str], blocks: Iterable[str], room: int, measured: Callable[[str], int]) -> str:
    text = "".join(parts)
    left = room - measured(_CUT)
    if measured(text) > left:
        return text[: left // 4] + _CUT
    left -= measured(text)
    out = [text]
    for block in blocks:
        left -= measured(block)
        if left < 0:
            return "".join([*out, _CUT])
        out.append(block)
    return "".join(out)


def _first(commands: Iterator[str], most: int) -> Iterator[str]:
    for _, command in zip(range(most), commands, strict=False):
        yield command


def _command(kind: str, path: str, line: int, title: str, message: str) -> str:
    place = f"file={_property(path)},line={line}," if path and line else ""
    return f"::{kind} {place}title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    # Escaped before control characters go, so that a bot cannot begin a command of its own on a new line.
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
