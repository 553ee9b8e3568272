"""What holds a replay: budgets that end it, and conversations that must really overlap in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import msgspec

from evalkit.bots.door import Bot, Reply, Session, SessionContext
from evalkit.errors import InputError
from evalkit.model import Case, Turn
from evalkit.replay.play import Stopped


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that one replay may take; None is no limit."""

    calls: int | None = None
    tokens: int | None = None
    cost_eur: float | None = None
    minutes: float | None = None

    @property
    def unlimited(self) -> bool:
        """Whether nothing is limited."""
        return self == Budget()


class Meter:
    """What a replay has spent of its budget; `reason` says why it had to stop."""

    def __init__(self, budget: Budget, now_s: Callable[[], float] = monotonic) -> None:
        self._budget, self._now_s = budget, now_s
        self._until_s = float("inf") if budget.minutes is None else now_s() + 60 * budget.minutes
        self.calls, self.tokens, self.cost_eur = 0, 0, 0.0
        self.reason: str | None = None

    @property
    def left_s(self) -> float | None:
        """Seconds until time is up, None without such a limit."""
        return None if self._budget.minutes is None else max(0.0, self._until_s - self._now_s())

    def may_call(self) -> bool:
        """Whether one more message may be sent; counts it when it may."""
        if self.reason is None:
            self.reason = self._spent()
        if self.reason is not None:
            return False
        self.calls += 1
        return True

    def take(self, reply: Reply) -> None:
        """Count what a reply cost."""
        cost, budget = reply.cost, self._budget
        told = cost is not None and (cost.tokens_in is not None or cost.tokens_out is not None)
        if budget.tokens is not None and not told:
            self.reason = self.reason or "the bot does not tell its tokens, so that their budget cannot be kept"
        if budget.cost_eur is not None and (cost is None or cost.cost_eur is None):
            self.reason = self.reason or "the bot does not tell what a reply costs, so that its budget cannot be kept"
        if cost is not None:
            self.tokens += (cost.tokens_in or 0) + (cost.tokens_out or 0)
            self.cost_eur += cost.cost_eur or 0.0

    def told(self) -> dict[str, str]:
        """What was spent and why it ended, for the record of the run."""
        spent = {"calls": str(self.calls), "tokens": str(self.tokens), "cost_eur": f"{self.cost_eur:.4f}"}
        return {f"spent:{name}": value for name, value in spent.items()} | (
            {"stopped": self.reason} if self.reason is not None else {}
        )

    def _spent(self) -> str | None:
        budget = self._budget
        for name, limit, used in (
            ("calls", budget.calls, self.calls), ("tokens", budget.tokens, self.tokens),
            ("EUR", budget.cost_eur, self.cost_eur),
        ):  # fmt: skip
            if limit is not None and used >= limit:
                return f"the budget of {limit:g} {name} was spent"
        if self._now_s() >= self._until_s:
            return f"the budget of {budget.minutes:g} minutes was spent"
        return None


class Rendezvous:
    """Conversations that go in step: none sends its next message before all have their last reply."""

    def __init__(self, n: int) -> None:
        self._n, self._waiting = n, 0
        self._next, self._gone = asyncio.Event(), asyncio.Event()

    async def meet(self) -> None:
        """Wait until all that are still there have come."""
        self._waiting += 1
        if self._waiting >= self._n:
            self._go_on()
        else:
            await self._next.wait()

    def leave(self) -> None:
        """One fewer is waited for."""
        self._n -= 1
        if self._n <= 0:
            self._gone.set()
        if 0 < self._n <= self._waiting:
            self._go_on()

    async def all_gone(self) -> None:
        """Wait until nobody is there."""
        await self._gone.wait()

    def _go_on(self) -> None:
        self._waiting = 0
        self._next.set()
        self._next = asyncio.Event()


class Companion:
    """One conversation's place at a rendezvous."""

    def __init__(self, meeting: Rendezvous) -> None:
        self.meeting, self._there = meeting, True

    async def meet(self) -> None:
        """Wait for the others, unless this one has left."""
        if self._there:
            await self.meeting.meet()

    def leave(self) -> None:
        """Leave, once."""
        if self._there:
            self._there = False
            self.meeting.leave()


@dataclass(frozen=True, slots=True)
class ControlledBot:
    """A bot whose messages are metered, and sent in step with other conversations."""

    bot: Bot
    meter: Meter | None = None
    companion: Companion | None = None

    @property
    def identity(self) -> str:
        """The bot's own."""
        return self.bot.identity

    @property
    def concurrency(self) -> int:
        """The bot's own."""
        return self.bot.concurrency

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """The bot's session; it stays open until the last of the conversations that go in step has ended."""
        async with self.bot.session(context) as session:
            try:
                yield _ControlledSession(session, self.meter, self.companion)
            finally:
                if self.companion is not None:
                    self.companion.leave()
                    await self.companion.meeting.all_gone()

    async def close(self) -> None:
        """Close the bot."""
        await self.bot.close()


@dataclass(frozen=True, slots=True)
class _ControlledSession:
    session: Session
    meter: Meter | None
    companion: Companion | None

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        if self.companion is not None:
            await self.companion.meet()
        meter = self.meter
        if meter is None:
            return await self.session.send(turn, history)
        if not meter.may_call():
            raise Stopped(meter.reason or "")
        try:
            async with asyncio.timeout(meter.left_s):
                reply = await self.session.send(turn, history)
        except TimeoutError as error:
            meter.may_call()
            raise Stopped(meter.reason or "the bot's own time-out") from error
        meter.take(reply)
        return reply


def in_step(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    """The cases in their order, those that share canaries together: whose canary another one carries.

    A canary proves something only when the conversation that it belongs to was open at the same time.
    """
    tokens = {token for case in cases for token in case.canaries if token}
    if not tokens:
        return [(case,) for case in cases]
    any_of = re.compile("|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True)))
    carriers: dict[str, list[int]] = {}
    for number, case in enumerate(cases):
        for token in set(any_of.findall(_carried(case))):
            carriers.setdefault(token, []).append(number)
    leader = list(range(len(cases)))

    def first(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for number, case in enumerate(cases):
        for token in case.canaries:
            for other in carriers.get(token, ()):
                low, high = sorted((first(number), first(other)))
                leader[high] = low
    groups: dict[int, list[Case]] = {}
    for number, case in enumerate(cases):
        groups.setdefault(first(number), []).append(case)
    return [tuple(group) for group in groups.values()]


def refuse_too_many_in_step(groups: Sequence[Sequence[Case]], concurrency: int) -> None:
    """Raises: InputError when conversations that must overlap are more than may be open at once."""
    largest = max(groups, key=len, default=())
    if len(largest) > concurrency:
        named = ", ".join(f"'{case.id}'" for case in largest[:3])
        raise InputError(
            f"{len(largest)} cases share canaries and must be open at the same time ({named} …), and the bot's"
            f" concurrency is {concurrency}; raise it, or give the cases canaries of their own"
        )


def _carried(case: Case) -> str:
    """Everything that a case's own session holds."""
    customer = case.customer
    parts = [*customer.facts.values(), *case.context.facts.values(), *(turn.text for turn in case.history)]
    parts += [_words(line) for line in customer.lines]
    parts.append(msgspec.json.encode(case.context.session).decode())
    return "\n".join(str(part) for part in parts)


def _words(line: object) -> str:
    # Branches nest; their JSON holds every word that may be said.
    return msgspec.json.encode(line).decode()
