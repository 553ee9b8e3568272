"""What GitLab shows of a decision beside the JUnit report: code quality entries at the lines of the suite.

Source: docs.gitlab.com, "Code Quality report format".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalkit.gate.evidence import Hit
from evalkit.model import Case, Data, Severity, content_hash
from evalkit.reporting.gated import Changed
from evalkit.reporting.terminal import printable

_SEVERITY: Mapping[Severity, str] = {
    "blocker": "blocker", "critical": "critical", "high": "major", "medium": "minor", "low": "minor", "info": "info",
}  # fmt: skip


def code_quality(hits: Sequence[Hit], changed: Sequence[Changed], cases: Mapping[str, Case]) -> list[Data]:
    """The entries, each once: findings that fail the build, then cases that broke."""
    found: dict[str, Data] = {}
    for hit in hits:
        case = cases.get(hit.case_id)
        line = hit.finding.data.get("line") or (case.line if case is not None else 1)
        said = f"{hit.case_id}: {hit.finding.message or hit.finding.rule}"
        _add(found, hit.finding.rule, said, _SEVERITY[hit.finding.severity], case, line)
    for one in changed:
        if one.change.kind == "broke":
            case = cases.get(one.change.case_id)
            old, new = one.change.before, one.change.after
            said = f"{one.change.case_id}: passed {old.passes} of {old.trials} before, {new.passes} of {new.trials} now"
            _add(found, "evalkit.broke", said, "major", case, case.line if case is not None else 1)
    return list(found.values())


def _add(found: dict[str, Data], rule: str, said: str, severity: str, case: Case | None, line: int) -> None:
    path = case.path if case is not None and case.path else "suites"
    key = content_hash(rule, path, case.id if case is not None else said)
    found.setdefault(
        key,
        {
            "description": printable(said), "check_name": rule, "fingerprint": key, "severity": severity,
            "location": {"path": path, "lines": {"begin": max(1, line)}},
        },
    )  # fmt: skip
