"""What the scores of a candidate hold that may fail a build by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evalkit.gate.findings import failing, is_promoted
from evalkit.model import Finding
from evalkit.policy.sections import GatePolicy
from evalkit.policy.zero_tolerance import zero_tolerance
from evalkit.store.scored import ScoredRun
from evalkit.store.store import Store

Why = Literal["zero", "critical", "promoted"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding, where it stands, and by which rule of the gate it counts."""

    conversation_id: str
    case_id: str
    scorer: str
    finding: Finding
    why: Why


def hits_of(store: Store, scored: ScoredRun, policy: GatePolicy, *, financial: bool = False) -> list[Hit]:
    """The findings of the zero-tolerance list, those that fail critical cases, and those of promoted rules."""
    case_of = {row.conversation_id: row.case_id or row.conversation_id for row in scored.rows}
    found: list[Hit] = []
    for conversation_id, scores in store.scores(scored.run.id, scored.score_key):
        case_id = case_of.get(conversation_id, conversation_id)
        case = scored.cases.get(case_id)
        for score in scores:
            if not score.findings:
                continue
            counted = failing(score, case, policy.promoted)
            for finding in score.findings:
                exact = finding.confidence == "exact" or is_promoted(finding.rule, policy.promoted)
                if zero_tolerance(finding, financial=financial) or (
                    exact and not finding.passed and is_promoted(finding.rule, policy.zero_tolerance)
                ):
                    found.append(Hit(conversation_id, case_id, score.scorer, finding, "zero"))
                elif finding in counted and is_promoted(finding.rule, policy.promoted):
                    found.append(Hit(conversation_id, case_id, score.scorer, finding, "promoted"))
                if finding in counted and case is not None and case.critical:
                    found.append(Hit(conversation_id, case_id, score.scorer, finding, "critical"))
    return found
