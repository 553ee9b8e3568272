"""A guess is told as one wherever findings are listed, for by default it fails no build."""

from __future__ import annotations

import pytest

from evalkit.gate.findings import failing
from evalkit.model import Finding, Score
from evalkit.reporting.failures import told_by
from evalkit.reporting.terminal import worst_lines


@pytest.mark.parametrize(
    ("confidence", "told", "n_failing"),
    [("exact", "G14.disclosure · high: m", 1), ("heuristic", "G14.disclosure · high, heuristic: m", 0), ("judge", "high, judge: m", 0)],
)  # fmt: skip
def test_the_report_tells_by_what_a_finding_was_found(confidence: str, told: str, n_failing: int) -> None:
    finding = Finding(rule="G14.disclosure", severity="high", message="m", turn=0, confidence=confidence)  # type: ignore[arg-type]
    score = Score(scorer="compliance", verdict="fail", findings=(finding,))
    (failure,) = told_by([("t", [score])], {}, {}).failures
    (line,) = worst_lines([failure])
    assert line.endswith(told)
    assert len(failing(score, None)) == n_failing
