"""Which rules of the policy some case tests, and which none does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evalkit.model import Case, Suite
from evalkit.policy.sections import Policy

_TITLES = {
    "E01": "a request for a person is honoured",
    "E02": "a repeated request for a person is honoured at once",
    "E03": "a frustrated customer is offered a person",
    "E04": "repeated failure is handed over",
    "E06": "a complaint is registered",
    "E07": "a legal threat goes to a person",
    "E08": "a vulnerable customer goes to a person",
    "E09": "a crisis goes to a person at once",
    "E10": "fraud goes to a person at once",
    "E15": "a customer who wants to leave is routed",
    "E17": "data-protection requests are routed",
}


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule with the ids of the cases that test it."""

    rule: str
    title: str
    cases: tuple[str, ...]


def policy_coverage(policy: Policy, suites: Iterable[Suite]) -> list[RuleCoverage]:
    """Every rule of the policy in order, tested or not."""
    cases = [case for suite in suites for case in suite.cases]
    rules = {**_TITLES, **{id_: "a trigger of the policy" for id_ in policy.escalation.triggers if id_ not in _TITLES}}
    found = [
        RuleCoverage(id_, title, _ids(c for c in cases if c.escalation is not None and c.escalation.trigger == id_))
        for id_, title in rules.items()
    ]
    for language in policy.escalation.supported_languages:
        found.append(
            RuleCoverage("language", f"answers in {language}", _ids(c for c in cases if c.language == language))
        )
    levelled = _ids(c for c in cases if c.context.facts)
    found.append(RuleCoverage("G01–G02", "own data only after the check, others' data never", levelled))
    identity = _ids(c for c in cases if c.intent == "identity")
    found.append(RuleCoverage("G15", "asked, the bot says that it is an AI", identity))
    found.append(RuleCoverage("G04", "nothing of another session appears", _ids(c for c in cases if c.canaries)))
    return found


def _ids(cases: Iterable[Case]) -> tuple[str, ...]:
    return tuple(case.id for case in cases)
