"""What customers ask, for a reader: the curve, topics by volume and by time, and the matrix of what covers each."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.reporting.markdown import escaped
from evalkit.reporting.terminal import printable
from evalkit.topics.account import Account, Cell, Topic

_LONGEST = 46
_TOPICS = ["topic", "n", "share", "cumulated", "minutes", "of time", "for", "ceiling", "bot alone"]
_CELLS = ["topic", "language", "channel", "n", "article", "tests", "passed", "for example"]


def terminal(account: Account, *, top: int) -> str:
    """The account as plain text."""
    from tabulate import tabulate

    lines = [printable(account.sentence), _source(account), ""]
    rows = [_topic(topic) for topic in account.topics[:top]]
    right = ["left", *["right"] * 5, "left", "right", "right"]
    lines.append(tabulate(rows, headers=_TOPICS, colalign=right, disable_numparse=True) if rows else "no topics")
    lines += [f"and {len(account.topics) - top} smaller ones"] * (len(account.topics) > top)
    if account.cells:
        cells = [_cell(cell) for cell in account.cells]
        lines += ["", "What covers them:", tabulate(cells, headers=_CELLS, disable_numparse=True)]
    return "\n".join(lines)


def markdown(account: Account) -> str:
    """The account for a wiki or an issue."""
    lines = [
        f"## Topics of {escaped(', '.join(account.releases))}",
        "",
        escaped(account.sentence),
        "",
        _source(account),
    ]
    lines += ["", *_table(_TOPICS, [_topic(topic) for topic in account.topics])]
    if account.cells:
        lines += ["", "### What covers them", "", *_table(_CELLS, [_cell(cell) for cell in account.cells])]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    body = [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *body]


def _source(account: Account) -> str:
    found = account.n - account.n_labelled
    silent = f"; {account.n_silent} without a word of the customer are left out" if account.n_silent else ""
    return f"{account.n_labelled} labelled by the export, {found} grouped by their first request{silent}"


def _topic(topic: Topic) -> list[str]:
    sign = " ▲ over" if topic.over else ""
    return [
        printable(topic.name), str(topic.n), _rate(topic.share_rate), _rate(topic.cumulative_rate),
        f"{topic.handle_minutes:.0f}" if topic.handle_minutes is not None else "–", _rate(topic.handle_rate),
        topic.task_type or "–", _rate(topic.ceiling_rate), f"{_rate(topic.automated_rate)}{sign}",
    ]  # fmt: skip


def _cell(cell: Cell) -> list[str]:
    article = "–"
    if cell.known_rate is not None:
        article = f"{cell.article} ({100 * cell.known_rate:.0f} %)" if cell.article else "none"
    passed = f"{cell.n_passed} of {cell.n_decided}" if cell.n_decided else "–"
    return [
        printable(cell.topic), cell.language or "?", cell.channel, str(cell.n), article, str(cell.n_tests or "none"),
        passed, _short(printable(cell.example.replace("\n", " "))),
    ]  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"
