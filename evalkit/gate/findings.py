"""Which findings may fail a build: what was decided exactly, and a guess only where somebody vouched for it."""

from __future__ import annotations

from collections.abc import Collection

from evalkit.model import Case, Finding, Score


def failing(score: Score, case: Case | None, promoted: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings of a failed score that may fail a build.

    Exact ones do. A heuristic or judged one does where a critical case asks for exactly that, or where the organisation
    has measured its rule on review labels and promoted it (`E01` promotes `E01.missed` too). A case asks for
    a rule that one of its tags names (`G03`).

    >>> guess = Finding(rule="E01.missed", confidence="heuristic")
    >>> failing(Score(scorer="escalation", verdict="fail", findings=(guess,)), None)
    ()
    >>> len(failing(Score(scorer="escalation", verdict="fail", findings=(guess,)), None, promoted=("E01",)))
    1
    """
    if score.verdict != "fail":
        return ()
    return tuple(f for f in score.findings if not f.passed and _counts(f, score.scorer, case, promoted))


def is_promoted(rule: str, promoted: Collection[str]) -> bool:
    """Whether the organisation lets this rule fail a build on a guess."""
    return any(rule == name or rule.startswith(f"{name}.") for name in promoted)


def _counts(finding: Finding, scorer: str, case: Case | None, promoted: Collection[str]) -> bool:
    if finding.confidence == "exact" or is_promoted(finding.rule, promoted):
        return True
    return case is not None and case.critical and _asks(case, scorer, finding.rule)


def _asks(case: Case, scorer: str, rule: str) -> bool:
    """Whether the case says itself what this finding denies."""
    if scorer == "expect":
        return bool(case.expectations)
    if scorer == "escalation":
        gold = case.escalation
        return gold is not None and (gold.trigger is None or rule.split(".")[0] in {gold.trigger, scorer})
    if scorer == "correctness":
        return bool(case.required_facts or case.expected_sources)
    if scorer == "language":
        return any(expectation.check == "language" for expectation in case.expectations)
    if scorer == "privacy" and case.canaries and rule.startswith("G04"):
        return True
    return rule.split(".")[0] in case.tags
