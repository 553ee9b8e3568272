"""What `gate` and `run --gate` share: the rules, the evidence, the decision, its record and its reports."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import to_builtins
from msgspec.structs import replace

from evalkit.comparison.picking import telling_pair
from evalkit.errors import InputError, StoreError
from evalkit.gate.deciding import Decision, decide
from evalkit.gate.evidence import Hit, hits_of
from evalkit.kpi.cases import CaseChange
from evalkit.model import SEVERITIES
from evalkit.reporting.gated import Changed
from evalkit.store.scored import ScoredRun, read_talk

if TYPE_CHECKING:
    from evalkit.policy.sections import GatePolicy
    from evalkit.store.store import Store
    from evalkit.suites.config import Config

CODES = {"passed": 0, "inconclusive": 0, "failed": 1, "invalid": 4}
STRICT_INCONCLUSIVE = 3
_TOLD, _LOOKED_AT = 20, 200
"""Changed cases whose conversations are told in full, and those whose findings are read."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision with the evidence behind it and the conversations that changed."""

    decision: Decision
    candidate: ScoredRun
    hits: Sequence[Hit]
    changed: Sequence[Changed]

    def exit_code(self, *, strict: bool) -> int:
        """0 passed or inconclusive (3 where that is not good enough), 1 failed, 4 invalid."""
        verdict = self.decision.verdict
        return STRICT_INCONCLUSIVE if strict and verdict == "inconclusive" else CODES[verdict]

    def as_plain(self) -> dict[str, object]:
        """The decision as plain data."""
        decision = self.decision
        return {
            "candidate": decision.candidate.release,
            "candidate_run": decision.candidate.id,
            "baseline": decision.baseline.release if decision.baseline is not None else None,
            "baseline_run": decision.baseline.id if decision.baseline is not None else None,
            **to_builtins(decision.result),
            "round": decision.look,
            "rounds": decision.n_looks,
            "detectable_rate": decision.detectable_rate,
            "changes": [to_builtins(change) for change in decision.changes],
            "notes": list(decision.notes),
        }


def gate_policy(config: Config, rules: Path | None) -> GatePolicy:
    """The gate's rules: those of the policy, and over them the rules file. Raises: SuiteError, InputError."""
    base = config.policy.gate
    named = rules or (_beside(config, base.rules) if base.rules else None)
    if named is None:
        return base
    if not named.exists():
        raise InputError(f"{named}: no such rules file")
    from evalkit.kpi.measures import MEASURES
    from evalkit.kpi.table import TITLES
    from evalkit.suites.gate_rules import load_gate_rules

    metrics = [name for name, measure in MEASURES.items() if measure.better is not None]
    return load_gate_rules(named, replace(base, rules=None), metrics=metrics, kpis=tuple(TITLES))


def judged(
    candidate_store: Store,
    candidate: ScoredRun,
    baseline_store: Store,
    baseline: ScoredRun | None,
    config: Config,
    policy: GatePolicy,
    *,
    now: datetime | None = None,
    tell: bool = True,
    in_full: bool = False,
) -> Judged:
    """The decision over two scored runs, with `tell` the cases that changed, and `in_full` their conversations."""
    financial = config.policy.escalation.financial
    hits = hits_of(candidate_store, candidate, policy, financial=financial)
    today = (now or datetime.now(UTC)).date()
    decision = decide(candidate, baseline, policy, hits=hits, today=today, costs=config.policy.costs)
    changed: list[Changed] = []
    if tell and baseline is not None:
        pair = _Pair(candidate_store, candidate, baseline_store, baseline)
        seen = pair.seen(decision.changes[:_LOOKED_AT])
        seen.sort(key=_weight)
        changed = [pair.told(one) for one in seen[:_TOLD]] + seen[_TOLD:] if in_full else seen
        changed += [Changed(change) for change in decision.changes[_LOOKED_AT:]]
    return Judged(decision, candidate, hits, changed)


def record(store: Store, found: Judged) -> None:
    """The decision in the store's audit trail; a file that cannot be written is left as it is, and that is said."""
    decision = found.decision
    body = {
        "run": decision.candidate.id, "release": decision.candidate.release, "verdict": decision.verdict,
        "baseline_run": decision.baseline.id if decision.baseline is not None else None,
        "baseline": decision.baseline.release if decision.baseline is not None else None,
        "sentence": decision.result.sentence, "score_key": found.candidate.score_key,
    }  # fmt: skip
    try:
        store.append_audit("gate", body)
    except StoreError as error:
        click.echo(f"the decision was not recorded: {error}", err=True)


def write_surfaces(
    found: Judged, *, comment: Path | None = None, gitlab: Path | None = None, on_github: bool = False
) -> list[Path]:
    """The files that were written for CI; on GitHub also the job's summary and annotations."""
    if comment is None and gitlab is None and not on_github:
        return []
    from evalkit.reporting import github
    from evalkit.reporting.artefacts import checked, write_artefact
    from evalkit.reporting.gitlab import code_quality

    written, cases = [], dict(found.candidate.cases)
    if comment is not None:
        write_artefact(comment, github.comment(found.decision, found.changed))
        written.append(comment)
    if gitlab is not None:
        entries = code_quality(found.hits, found.changed, cases)
        write_artefact(gitlab, json.dumps(entries, ensure_ascii=False, indent=1))
        written.append(gitlab)
    if on_github:
        for command in github.notices(found.decision, found.hits, found.changed, cases):
            click.echo(checked(command, "annotation"))
        if where := os.environ.get("GITHUB_STEP_SUMMARY"):
            path = Path(where)
            used = path.stat().st_size if path.exists() else 0
            with path.open("a", encoding="utf-8") as file:
                summary = github.step_summary(found.decision, found.changed, room=github.SUMMARY_BYTES - used)
                file.write(checked(summary, "job summary"))
    return written


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both sides with their stores, for telling what changed."""

    after_store: Store
    after: ScoredRun
    before_store: Store
    before: ScoredRun

    def seen(self, changes: Sequence[CaseChange]) -> list[Changed]:
        """The changes with their places and the worst finding of a failing conversation."""
        ids = {change.case_id: telling_pair(self.before, self.after, change.case_id)[1] for change in changes}
        scores = self.after_store.scores_of(self.after.run.id, self.after.score_key, list(ids.values()))
        found = []
        for change in changes:
            case = self.after.cases.get(change.case_id)
            place = f"{case.path}:{case.line}" if case is not None and case.path else ""
            findings = [f for score in scores.get(ids[change.case_id], ()) for f in score.findings if not f.passed]
            worst = min(findings, key=lambda f: SEVERITIES.index(f.severity), default=None)
            found.append(Changed(change, place, worst))
        return found

    def told(self, one: Changed) -> Changed:
        """The change with the conversation told twice."""
        ids = telling_pair(self.before, self.after, one.change.case_id)
        talks = read_talk(self.before_store, self.before, ids[0]), read_talk(self.after_store, self.after, ids[1])
        if talks[0] is None or talks[1] is None:
            return one
        from evalkit.comparison.turns import exchanges
        from evalkit.reporting.compared import told_twice

        case = self.after.cases.get(one.change.case_id)
        known = tuple(case.context.facts.values()) if case is not None else ()
        names = self.before.run.release[:9], self.after.run.release[:9]
        return dataclass_replace(one, lines=tuple(told_twice(exchanges(talks[0], talks[1]), known, names=names)))


def _weight(one: Changed) -> tuple[bool, int, bool, str]:
    rank = SEVERITIES.index(one.finding.severity) if one.finding is not None else len(SEVERITIES)
    return one.change.kind != "broke", rank, not one.change.sure, one.change.case_id


def _beside(config: Config, name: str) -> Path:
    return (config.path.parent if config.path is not None else Path()) / name
