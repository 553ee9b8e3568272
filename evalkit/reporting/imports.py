"""The account of an import as text: what came in, who spoke by which rule, what was dropped and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tabulate import tabulate


def render_import(account: Mapping[str, object]) -> str:
    """The report of `evalkit import`, from the plain account that `account_of` makes."""
    rows: Sequence[Sequence[object]]
    lines = [str(account["sentence"]), f"roles: {account['role_rule']}"]
    rows = account["roles"]  # type: ignore[assignment]
    lines.append(tabulate(rows, headers=["spoke as", "because", "messages"], disable_numparse=True))
    rows = account["dropped"]  # type: ignore[assignment]
    if rows:
        lines += ["", "dropped:", tabulate(rows, headers=["what", "why", "how often"], disable_numparse=True)]
    else:
        lines += ["", "nothing was dropped"]
    notes = account["notes"]
    if isinstance(notes, Mapping) and notes:
        lines += ["", "to know:", *(f"- {remark}: {count}" for remark, count in notes.items())]
    ignored = account["ignored"]
    if isinstance(ignored, Sequence) and ignored:
        lines += ["", f"fields without use: {', '.join(map(str, ignored))}"]
    return "\n".join(lines)
