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

    An interrupt (Ctrl-C) keeps what is finished and leaves the run `running`, so that a resume can complete it.
    """
    clock = clock or Clock(lambda: datetime.now(UTC))
    calls = Calls(plan.allowed_hosts | _hosts_of(bot))
    calls.refuse_foreign(plan.cases)
    refuse_pinned(plan.cases, bot)
    store.add_run(run)
    store.add_cases(run.id, plan.cases)
    return asyncio.run(_replay(plan, bot, store, run, _Table(clock, calls, llm), on_progress))


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


async def _replay(
    plan: Plan, bot: Bot, store: Store, run: Run, table: _Table, on_progress: Callable[[Progress], None] | None
) -> Run:
    stored = store.stored_trials(run.id)
    todo = [item for item in _trials(plan.cases, plan.trials) if (item[0].id, item[1]) not in stored]
    writer = _Writer(store, n_stored=len(stored), n_total=len(stored) + len(todo), on_progress=on_progress)
    work = iter(todo)
    n_workers = min(plan.concurrency or bot.concurrency, len(todo))
    try:
        async with asyncio.TaskGroup() as group:
            flusher = group.create_task(writer.flush_regularly())
            workers = [group.create_task(_work(work, bot, run, table, writer)) for _ in range(n_workers)]
            await asyncio.gather(*workers)
            flusher.cancel()
    finally:
        writer.flush()
        await table.calls.close()
        if table.llm is not None:
            await table.llm.close()
        await bot.close()
    status = "finished" if writer.error_rate <= MAX_ERROR_RATE else "invalid"
    finished = msgspec.structs.replace(run, status=status, ended_at=table.clock.now())
    store.add_run(finished)
    return finished


async def _work(work: Iterator[tuple[Case, int]], bot: Bot, run: Run, table: _Table, writer: _Writer) -> None:
    for case, trial in work:
        n_replays = 0
        talk = await play(case, bot, run, trial=trial, clock=table.clock, calls=table.calls, llm=table.llm)
        while _left_its_sheet(talk, case) and n_replays < MOST_CUSTOMER_REPLAYS:
            n_replays += 1
            talk = await play(case, bot, run, trial=trial, clock=table.clock, calls=table.calls, llm=table.llm)
        if n_replays:
            attributes = {**talk.attributes, "customer_replays": str(n_replays)}
            talk = msgspec.structs.replace(talk, attributes=attributes)
        writer.add(talk)


def _left_its_sheet(talk: Conversation, case: Case) -> bool:
    return talk.failure is not None and talk.failure.boundary == "customer" and case.customer.mode == "llm"


def _trials(cases: Sequence[Case], trials: int) -> Iterator[tuple[Case, int]]:
    most = max((case.trials or trials for case in cases), default=0)
    return ((case, trial) for trial, case in product(range(most), cases) if trial < (case.trials or trials))


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
