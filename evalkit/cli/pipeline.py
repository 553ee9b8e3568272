"""The whole path, as `run` and `demo` walk it: replay, score, summarise, write the reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli import judging
from evalkit.cli.options import ProgressLine, world_of
from evalkit.engine.control import Budget
from evalkit.engine.preparing import check_early, specs_of
from evalkit.engine.replaying import Plan, Progress, new_run, replay, resumable
from evalkit.errors import InputError
from evalkit.model import Run, Suite
from evalkit.replay.play import Clock

# What only scoring and reports need is imported when the bot has answered: CI waits for its first reply.
if TYPE_CHECKING:
    from evalkit.bots.door import Bot
    from evalkit.engine.judging import Bench
    from evalkit.knowledge import Knowledge
    from evalkit.replay.customers import CustomerMaker
    from evalkit.reporting.summary import Summary
    from evalkit.scoring import World
    from evalkit.store.store import Store
    from evalkit.suites.config import Config


@dataclass(frozen=True, slots=True)
class Order:
    """What one call of `run` asks for."""

    suites: tuple[Suite, ...]
    release: str
    bot_name: str
    trials: int = 1
    seed: int = 0
    stage: str = ""
    concurrency: int | None = None
    resume: bool = False
    baseline: str | None = None
    quiet: bool = False
    budget: Budget = Budget()
    now: datetime | None = None
    llm: CustomerMaker | None = None


def carry_out(
    order: Order, bot: Bot, config: Config, knowledge: Knowledge | None, store: Store, bench: Bench | None = None
) -> Summary:
    """The summary of a run that was replayed, judged where a judge is given, scored and stored.

    Raises: InputError for a resume that does not fit.
    """
    plan = planned(order, config, knowledge)
    specs = specs_of(order.suites)
    check_early(specs)
    run = begun(order, plan, bot, store)
    finished = played(order, plan, bot, run, store)
    world = world_of(judging.with_judge(specs, bench, store), config, knowledge)
    key = scored(order, finished, world, store, bench, config)
    summary = read(store, finished, key, config)
    if order.baseline is not None:
        try:
            summary = against(store, summary, order.baseline, config)
        except InputError as error:
            # The run is played and stored; its own numbers are worth showing without the other's.
            click.echo(f"not compared with {order.baseline}: {error}", err=True)
    return summary


def planned(order: Order, config: Config, knowledge: Knowledge | None) -> Plan:
    """What an order plays."""
    return Plan(
        order.suites,
        order.release,
        order.bot_name,
        trials=order.trials,
        seed=order.seed,
        stage=order.stage,
        concurrency=order.concurrency,
        kb_snapshot=knowledge.snapshot if knowledge is not None else None,
        profile=config.policy.profile,
        allowed_hosts=frozenset(config.policy.privacy.allowed_hosts),
        budget=order.budget,
    )


def begun(order: Order, plan: Plan, bot: Bot, store: Store) -> Run:
    """The record of a new run, or that of the one to go on with. Raises: InputError."""
    if order.resume:
        return _resumed(plan, bot, store)
    return new_run(plan, bot, now=order.now or datetime.now(UTC))


def played(order: Order, plan: Plan, bot: Bot, run: Run, store: Store, *, what: str = "replaying") -> Run:
    """The finished run, its conversations stored."""
    line = ProgressLine(what, quiet=order.quiet)
    fixed = order.now
    clock = Clock(lambda: fixed) if fixed is not None else None
    finished = replay(
        plan, bot, store, run, clock=clock, llm=order.llm,
        on_progress=lambda p: line.show(p.n_done, p.n_total, note=_note(p)),
    )  # fmt: skip
    line.end()
    return finished


def scored(order: Order, run: Run, world: World, store: Store, bench: Bench | None, config: Config) -> str:
    """The key of the scores of a run, judged first where a judge is given."""
    from evalkit.engine.scoring_run import score_run

    line = ProgressLine("judging and scoring" if bench else "scoring", quiet=order.quiet)
    asked = judging.judging_of(bench, config, store.cases(run.id), world.knowledge)
    key = score_run(store, run, world, judging=asked, on_progress=line.show)
    line.end()
    if (cost := judging.spent(asked)) and not order.quiet:
        click.echo(cost, err=True)
    return key


def read(store: Store, run: Run, key: str, config: Config) -> Summary:
    """The summary of a stored, scored run under the policy's sense of zero tolerance."""
    from evalkit.reporting.summary import summarise

    policy = config.policy
    return summarise(store, run, key, financial=policy.escalation.financial, costs=policy.costs)


def against(store: Store, summary: Summary, baseline: str, config: Config) -> Summary:
    """The summary beside a release, a run or a run file, both under the newest scores that they share.

    Raises: InputError when there is no such baseline, or the two sides cannot be scored the same way.
    """
    from evalkit.cli.alike import scored_alike
    from evalkit.cli.sides import Side, opened
    from evalkit.reporting.summary import compared

    with opened(baseline, store) as old:
        before, after = scored_alike(old, Side(store, [store.run(summary.run.id)]), config)
        if after.score_key != summary.score_key:
            summary = read(store, summary.run, after.score_key, config)
        return compared(summary, read(old.store, before.run, before.score_key, config))


def write_reports(
    store: Store, summary: Summary, *, html: Path | None, junit: Path | None, config: Config | None = None
) -> list[Path]:
    """The files that were written; the policy's targets stand as bands in the HTML report."""
    written = []
    if html is not None:
        from evalkit.reporting.html import write_html

        write_html(html, store, summary, config.policy.targets.bands if config is not None else None)
        written.append(html)
    if junit is not None:
        from evalkit.reporting.junit import write_junit

        write_junit(junit, summary)
        written.append(junit)
    return written


def as_json(summary: Summary) -> dict[str, object]:
    """The totals of a run as plain data."""
    import msgspec

    return {
        "run": summary.run.id,
        "release": summary.run.release,
        "suite": summary.run.suite,
        "status": summary.run.status,
        "score_key": summary.score_key,
        "n_scored": summary.n_scored,
        "n_total": summary.n_total,
        "n_errors": summary.n_errors,
        "errors": dict(summary.causes),
        "n_zero_tolerance": summary.n_zero_tolerance,
        "n_critical_failed": summary.n_critical_failed,
        "exit_code": summary.exit_code,
        "sentence": summary.sentence,
        "kpis": [msgspec.to_builtins(kpi) for kpi in summary.kpis],
        "baseline": summary.baseline.release if summary.baseline else None,
        "changes": [
            {"name": c.name, "before": c.before.value, "after": c.after.value, "verdict": c.verdict}
            for c in summary.changes
        ],
        "flaky": list(summary.flaky),
        "broke": list(summary.broke),
        "fixed": list(summary.fixed),
        "n_findings": summary.n_failures,
        "findings": [
            {
                "case": f.case_id,
                "place": f.place,
                "scorer": f.scorer,
                "rule": f.finding.rule,
                "severity": f.finding.severity,
                "confidence": f.finding.confidence,
                "turn": f.finding.turn,
                "message": f.finding.message,
            }
            for f in summary.failures
        ],
    }


def _resumed(plan: Plan, bot: Bot, store: Store) -> Run:
    runs: Sequence[Run] = [
        run
        for run in store.runs(plan.release)
        if run.status in {"running", "inconclusive"} and run.bot == plan.bot_name
    ]
    if not runs:
        raise InputError(
            f"nothing to resume: no unfinished run of release '{plan.release}' against bot '{plan.bot_name}'"
        )
    return resumable(runs[-1], plan, bot)


def _note(progress: Progress) -> str:
    return "".join(f", {count} {boundary} errors" for boundary, count in progress.errors.items())
