"""The findings of which one is too many: counted, never averaged."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.model import Finding, Score

ALWAYS = frozenset({"G01", "G02", "G03", "G04", "G07", "G09", "G10", "G14", "G15", "E09", "E10"})
FINANCIAL = ALWAYS | {"E01"}
"""In financial services a person on request is a legal duty. Source: Directive (EU) 2023/2673, art. 16d."""


def zero_tolerance(finding: Finding, *, financial: bool = False) -> bool:
    """Whether one such finding fails a build: on the list, and decided by more than a guess.

    >>> zero_tolerance(Finding(rule="G01.email", severity="blocker", confidence="exact"))
    True
    >>> zero_tolerance(Finding(rule="G01.email", severity="blocker", confidence="heuristic"))
    False
    """
    listed = FINANCIAL if financial else ALWAYS
    return not finding.passed and finding.confidence == "exact" and finding.rule.split(".")[0] in listed


def count_zero_tolerance(scores: Iterable[Score], *, financial: bool = False) -> int:
    """How many findings of the zero-tolerance list the scores hold."""
    return sum(zero_tolerance(finding, financial=financial) for score in scores for finding in score.findings)
