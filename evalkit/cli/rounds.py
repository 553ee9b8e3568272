"""`run --gate`: plays a round, asks the gate, plays the next only where it could change the verdict.

Source: O'Brien & Fleming 1979 (bounds that allow for several looks at the data).
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec import structs

from evalkit.bots.door import Bot
from evalkit.cli import deciding, judging, pipeline
from evalkit.cli.deciding import Judged
from evalkit.cli.options import world_of
from evalkit.cli.sides import Side, opened
from evalkit.engine.judging import Bench
from evalkit.engine.preparing import specs_of
from evalkit.engine.replaying import Plan, new_run, resumable
from evalkit.engine.scoring_run import score_run
from evalkit.errors import InputError
from evalkit.gate.deciding import ALONG, ROUNDS, STOPPED, looks_down
from evalkit.gate.evidence import hits_of
from evalkit.knowledge import Knowledge
from evalkit.model import Run, Suite
from evalkit.policy.sections import GatePolicy
from evalkit.reporting.summary import Summary
from evalkit.scoring import World
from evalkit.store.scored import ScoredRun, read_scored
from evalkit.store.store import Store
from evalkit.suites.config import Config

_WORTH_ASKING = 5
"""Fewer critical cases than these tell nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """The gate's rules, the baseline, and where the decision is shown; on `fresh` the baseline is played along."""

    baseline: str | None
    store_at: str
    rules: Path | None = None
    comment: Path | None = None
    gitlab: Path | None = None
    on_github: bool = False
    fresh: tuple[str, Bot] | None = None


def carry_out(
    order: pipeline.Order,
    bot: Bot,
    config: Config,
    knowledge: Knowledge | None,
    store: Store,
    bench: Bench | None,
    surfaces: Surfaces,
) -> tuple[Summary, Judged]:
    """The summary of a run that was played for as many rounds as its verdict took, and the decision.

    Raises: InputError without a baseline, or with a number of trials: the rules say how many rounds.
    """
    if surfaces.baseline is None:
        raise InputError("--gate needs --baseline: a release of the store, a run id, or a run file such as baseline.db")
    if order.trials != 1:
        raise InputError("--trials and --gate exclude each other: `rounds` of the gate's rules says how often at most")
    policy = deciding.gate_policy(config, surfaces.rules)
    order = replace(order, trials=policy.rounds)
    plan = pipeline.planned(order, config, knowledge)
    world = world_of(judging.with_judge(specs_of(order.suites), bench, store), config, knowledge)
    begun = pipeline.begun(order, plan, bot, store)
    run = structs.replace(begun, attributes={**begun.attributes, ROUNDS: str(policy.rounds)})
    along = _along(surfaces, plan, run, store, order)
    if along is not None:
        run = structs.replace(run, attributes={**run.attributes, ALONG: along.run.id})
    with nullcontext(None) if along is not None else opened(surfaces.baseline, surfaces.store_at) as old:
        table = _Table(order, plan, bot, config, policy, world, store, bench, old, along)
        run = table.critical_first(run)
        for number in range(1, policy.rounds + 1):
            if STOPPED not in run.attributes:
                run = table.round(run, number)
            found = table.asked(run)
            click.echo(f"round {number} of at most {policy.rounds}: {found.decision.verdict}", err=True)
            if found.decision.settled:
                break
        in_full = surfaces.comment is not None or surfaces.on_github
        found = table.asked(run, tell=True, in_full=in_full)
        summary = pipeline.read(store, run, found.candidate.score_key, config)
        deciding.record(store, found)
        deciding.write_surfaces(found, comment=surfaces.comment, gitlab=surfaces.gitlab, on_github=surfaces.on_github)
    return summary, found


@dataclass(frozen=True, slots=True)
class _Along:
    """The released version, played again beside the candidate: what has drifted since then drifts for both."""

    plan: Plan
    bot: Bot
    run: Run


def _along(surfaces: Surfaces, plan: Plan, run: Run, store: Store, order: pipeline.Order) -> _Along | None:
    if surfaces.fresh is None or surfaces.baseline is None:
        return None
    name, bot = surfaces.fresh
    if surfaces.baseline == plan.release:
        raise InputError(f"--fresh-baseline plays '{surfaces.baseline}', which is the release under test")
    ours = replace(plan, release=surfaces.baseline, bot_name=name)
    begun = run.attributes.get(ALONG)
    if begun is not None:
        return _Along(ours, bot, resumable(store.run(begun), ours, bot))
    return _Along(ours, bot, new_run(ours, bot, now=order.now or datetime.now(UTC)))


@dataclass(frozen=True, slots=True)
class _Table:
    """What every round shares."""

    order: pipeline.Order
    plan: Plan
    bot: Bot
    config: Config
    policy: GatePolicy
    world: World
    store: Store
    bench: Bench | None
    old: Side | None
    along: _Along | None = None

    def critical_first(self, run: Run) -> Run:
        """The run after its critical cases; where many fail, it ends here and says why."""
        suites = tuple(_critical_of(suite) for suite in self.plan.suites)
        plan = replace(self.plan, suites=suites, trials=1)
        if len(plan.cases) < _WORTH_ASKING:
            return run
        run = self._played(run, plan, self.bot, "critical cases")
        scored = read_scored(self.store, run, self.store.latest_score_key(run.id))
        hits = hits_of(self.store, scored, self.policy, financial=self.config.policy.escalation.financial)
        if (why := looks_down(scored.rows, hits)) is not None:
            run = structs.replace(run, attributes={**run.attributes, STOPPED: why})
            self.store.add_run(run)
        return run

    def round(self, run: Run, number: int) -> Run:
        """The run after one more round; a baseline that is played along goes first in every second one."""
        mine = replace(self.plan, trials=number)
        if self.along is None:
            return self._played(run, mine, self.bot, f"round {number}")
        theirs = replace(self.along.plan, trials=number)
        other = self.along.run if number == 1 else self.store.run(self.along.run.id)
        what = f"round {number}, {theirs.release}"
        if number % 2:
            self._played(other, theirs, self.along.bot, what)
        found = self._played(run, mine, self.bot, f"round {number}")
        if not number % 2:
            self._played(other, theirs, self.along.bot, what)
        return found

    def asked(self, run: Run, *, tell: bool = False, in_full: bool = False) -> Judged:
        """What the gate says of the run so far."""
        key = self.store.latest_score_key(run.id)
        candidate = read_scored(self.store, run, key)
        before = self.store if self.old is None else self.old.store
        return deciding.judged(
            self.store, candidate, before, self._baseline(run, key), self.config, self.policy,
            now=self.order.now, tell=tell, in_full=in_full,
        )  # fmt: skip

    def _played(self, run: Run, plan: Plan, bot: Bot, what: str) -> Run:
        n_planned = sum(case.trials or plan.trials for case in plan.cases)
        started = structs.replace(run, status="running", trials=plan.trials, n_planned=n_planned)
        finished = pipeline.played(self.order, plan, bot, started, self.store, what=what)
        pipeline.scored(self.order, finished, self.world, self.store, self.bench, self.config)
        return self.store.run(finished.id)

    def _baseline(self, run: Run, key: str) -> ScoredRun | None:
        if self.old is None:
            # A bot that is down is known before the baseline was played at all.
            is_played = self.along is not None and STOPPED not in run.attributes
            return read_scored(self.store, self.store.run(self.along.run.id), key) if self.along and is_played else None
        runs = [other for other in self.old.runs if other.id != run.id and other.status == "finished"]
        if not runs:
            raise InputError(f"the baseline '{self.old.run.release}' has no finished run but this one")
        for other in runs:
            if key not in self.old.store.score_keys(other.id):
                score_run(self.old.store, other, self.world)
        return read_scored(self.old.store, runs[0], key, others=runs[1:])


def _critical_of(suite: Suite) -> Suite:
    return structs.replace(suite, cases=tuple(case for case in suite.cases if case.critical))
