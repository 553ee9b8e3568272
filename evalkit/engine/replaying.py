"""Replays a suite against a bot: conversations stream into the store as they finish, memory stays flat.

Replay only stores. Scoring comes after, so that nothing but the bot decides the times that are measured.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product

import msgspec

from evalkit import __version__
from evalkit.bots.door import Bot
from evalkit.engine.control import (
    Budget,
    Companion,
    ControlledBot,
    Meter,
    Rendezvous,
    in_step,
    refuse_too_many_in_step,
)
from evalkit.errors import InputError
from evalkit.model import Case, Conversation, Run, Suite, content_hash
from evalkit.replay.calls import Calls
from evalkit.replay.customers import CustomerMaker
from evalkit.replay.play import Clock, play
from evalkit.store.store import Store

FLUSH_EVERY = 200
FLUSH_AFTER_S = 1.0
MAX_ERROR_RATE = 0.02
"""A run with more errors than this share is invalid: infrastructure would pass for a bad bot."""

MOST_CUSTOMER_REPLAYS = 2
"""How often a conversation is played again because a simulated customer left its sheet."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a replay stands; `errors` counts broken conversations by boundary."""

    n_done: int
    n_total: int
    n_turns: int
    errors: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play: the cases of suites in their order, how often, against which release."""

    suites: tuple[Suite, ...]
    release: str
    bot_name: str
    trials: int = 1
    seed: int = 0
    stage: str = ""
    concurrency: int | None = None
    kb_snapshot: str | None = None
    profile: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    """Hosts that set-up and tear-down calls may reach."""
    budget: Budget = Budget()

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases, the critical ones first."""
        cases = [case for suite in self.suites for case in suite.cases]
        return tuple(sorted(cases, key=lambda case: not case.critical))

    def parts(self, bot: Bot) -> dict[str, str]:
        """What guards a resume, by name: a part that differs is the difference that is reported."""
        return {
            "suite": content_hash(
                [(suite.name, suite.version, msgspec.to_builtins(suite.cases)) for suite in self.suites]
            ),
            "trials": str(self.trials),
            "seed": str(self.seed),
            "bot": bot.identity,
            "release": self.release,
            "bot-side knowledge": self.kb_snapshot or "",
        }


def new_run(plan: Plan, bot: Bot, *, now: datetime, id_: str | None = None) -> Run:
    """The record of a run that is about to start."""
    parts = plan.parts(bot)
    return Run(
        id=id_ or content_hash("run", parts, now.isoformat(), length=12),
        release=plan.release,
        suite="+".join(suite.name for suite in plan.suites),
        suite_version="+".join(suite.version for suite in plan.suites),
        stage=plan.stage,  # type: ignore[arg-type]
        bot=plan.bot_name,
        replay_key=content_hash(parts),
        seed=plan.seed,
        trials=plan.trials,
        started_at=now,
        kb_snapshot=plan.kb_snapshot,
        profile=plan.profile,
        n_planned=sum(case.trials or plan.trials for case in plan.cases),
        evalkit_version=__version__,
        attributes={f"key:{name}": value for name, value in parts.items()},
    )


def resumable(run: Run, plan: Plan, bot: Bot) -> Run:
    """The run to go on with. Raises: InputError naming what differs from when it started."""
    parts = plan.parts(bot)
    if run.replay_key == content_hash(parts):
        return run
    different = [name for name, value in parts.items() if run.attributes.get(f"key:{name}") != value]
    raise InputError(
        f"run '{run.id}' cannot be resumed: {', '.join(different)} changed since it started;"
        " start a new run, or restore what changed"
    )


def replay(
    plan: Plan,
    bot: Bot,
    store: Store,
    run: Run,
    *,
    clock: Clock | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    llm: CustomerMaker | None = None,
) -> Run:
    """The finished run; trials that the store holds are not played again.

    An interrupt (Ctrl-C) keeps what is finished and leaves the run `running`, so that a resume can complete it. A
    budget that is spent does the same and leaves the run `inconclusive`.
    """
    clock = clock or Clock(lambda: datetime.now(UTC))
    calls = Calls(plan.allowed_hosts | _hosts_of(bot))
    calls.refuse_foreign(plan.cases)
    refuse_pinned(plan.cases, bot)
    refuse_too_many_in_step(in_step(plan.cases), plan.concurrency or bot.concurrency)
    store.add_run(run)
    store.add_cases(run.id, plan.cases)
    meter = None if plan.budget.unlimited else Meter(plan.budget)
    return asyncio.run(_replay(plan, bot, store, run, _Table(clock, calls, llm, meter), on_progress))


def refuse_pinned(cases: Sequence[Case], bot: Bot) -> None:
    """Nothing when the bot can be handed what was said before.

    Raises: InputError for a case with a pinned history and a bot that takes none.
    """
    pinned = next((case for case in cases if case.customer.mode == "prefix"), None)
    if pinned is not None and not getattr(bot, "takes_history", True):
        raise InputError(
            f"{pinned.path}:{pinned.line}: case '{pinned.id}' pins the history, and the bot takes none;"
            " put {{ history }} into its request, or play the case with `mode: open`"
        )


def _hosts_of(bot: Bot) -> frozenset[str]:
    """The hosts that the bot's own definition names, where it goes over the network."""
    hosts: frozenset[str] = getattr(getattr(bot, "endpoint", None), "hosts", frozenset())
    return hosts


@dataclass(frozen=True, slots=True)
class _Table:
    """What every conversation of a run needs beside the bot."""

    clock: Clock
    calls: Calls
    llm: CustomerMaker | None
    meter: Meter | None


async def _replay(
    plan: Plan, bot: Bot, store: Store, run: Run, table: _Table, on_progress: Callable[[Progress], None] | None
) -> Run:
    stored = store.stored_trials(run.id)
    todo = [left for unit in _units(plan) if (left := [item for item in unit if (item[0].id, item[1]) not in stored])]
    n_todo = sum(map(len, todo))
    writer = _Writer(store, n_stored=len(stored), n_total=len(stored) + n_todo, on_progress=on_progress)
    together, alone = [unit for unit in todo if len(unit) > 1], [unit for unit in todo if len(unit) == 1]
    n_open = plan.concurrency or bot.concurrency
    try:
        async with asyncio.TaskGroup() as group:
            flusher = group.create_task(writer.flush_regularly())
            # What must overlap goes first, as many at once as may be open; then each for itself.
            for units, n_workers in ((together, n_open // max(map(len, together), default=1)), (alone, n_open)):
                work = iter(units)
                workers = [
                    group.create_task(_work(work, bot, run, table, writer)) for _ in range(min(n_workers, len(units)))
                ]
                await asyncio.gather(*workers)
            flusher.cancel()
    finally:
        writer.flush()
        await table.calls.close()
        if table.llm is not None:
            await table.llm.close()
        await bot.close()
    meter, status = table.meter, "finished"
    if writer.error_rate > MAX_ERROR_RATE:
        status = "invalid"
    elif meter is not None and meter.reason is not None:
        status = "inconclusive"
    finished = msgspec.structs.replace(run, status=status, ended_at=table.clock.now())
    if meter is not None:
        attributes = {name: value for name, value in run.attributes.items() if name != "stopped"}
        finished = msgspec.structs.replace(finished, attributes=attributes | meter.told())
    store.add_run(finished)
    return finished


_Item = tuple[Case, int]


async def _work(work: Iterator[list[_Item]], bot: Bot, run: Run, table: _Table, writer: _Writer) -> None:
    for unit in work:
        if table.meter is not None and table.meter.reason is not None:
            return
        if len(unit) == 1:
            controlled = bot if table.meter is None else ControlledBot(bot, table.meter)
            talks = [await _played(*unit[0], controlled, run, table)]
        else:
            meeting = Rendezvous(len(unit))
            talks = await asyncio.gather(*(_in_step(item, meeting, bot, run, table) for item in unit))
        # A conversation that the budget cut short can be played again; half a one cannot be judged.
        if all(talk.ending != "budget" for talk in talks):
            for talk in talks:
                writer.add(talk)
            writer.flush_when_full()


async def _in_step(item: _Item, meeting: Rendezvous, bot: Bot, run: Run, table: _Table) -> Conversation:
    companion = Companion(meeting)
    try:
        return await _played(*item, ControlledBot(bot, table.meter, companion), run, table)
    finally:
        companion.leave()


async def _played(case: Case, trial: int, bot: Bot, run: Run, table: _Table) -> Conversation:
    n_replays = 0
    talk = await play(case, bot, run, trial=trial, clock=table.clock, calls=table.calls, llm=table.llm)
    while _left_its_sheet(talk, case) and n_replays < MOST_CUSTOMER_REPLAYS:
        n_replays += 1
        talk = await play(case, bot, run, trial=trial, clock=table.clock, calls=table.calls, llm=table.llm)
    if n_replays:
        attributes = {**talk.attributes, "customer_replays": str(n_replays)}
        talk = msgspec.structs.replace(talk, attributes=attributes)
    return talk


def _left_its_sheet(talk: Conversation, case: Case) -> bool:
    return talk.failure is not None and talk.failure.boundary == "customer" and case.customer.mode == "llm"


def _units(plan: Plan) -> Iterator[list[_Item]]:
    """Every trial of every case, those that must overlap together; all first trials before any second."""
    groups = in_step(plan.cases)
    most = max((case.trials or plan.trials for case in plan.cases), default=0)
    for trial, group in product(range(most), groups):
        if unit := [(case, trial) for case in group if trial < (case.trials or plan.trials)]:
            yield unit


class _Writer:
    """Collects finished conversations and writes them in batches."""

    def __init__(
        self, store: Store, *, n_stored: int, n_total: int, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._store, self._on_progress = store, on_progress
        self._batch: list[Conversation] = []
        self._n_done, self._n_total, self._n_turns = n_stored, n_total, 0
        self._n_played = 0
        self._errors: Counter[str] = Counter()

    @property
    def error_rate(self) -> float:
        """Broken conversations ÷ those played now."""
        return sum(self._errors.values()) / self._n_played if self._n_played else 0.0

    def add(self, conversation: Conversation) -> None:
        """Take a finished conversation."""
        self._batch.append(conversation)
        self._n_done += 1
        self._n_played += 1
        self._n_turns += len(conversation.turns)
        if conversation.failure is not None:
            self._errors[conversation.failure.boundary] += 1

    def flush_when_full(self) -> None:
        """Write when there is enough for a batch; what was added together is written together."""
        if len(self._batch) >= FLUSH_EVERY:
            self.flush()

    def flush(self) -> None:
        """Write what is there and report where the replay stands."""
        batch, self._batch = self._batch, []
        if batch:
            self._store.add_conversations(batch)
        if self._on_progress is not None:
            self._on_progress(Progress(self._n_done, self._n_total, self._n_turns, dict(self._errors)))

    async def flush_regularly(self) -> None:
        """Write at least every second, so that a kill loses little."""
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(FLUSH_AFTER_S)
                self.flush()
