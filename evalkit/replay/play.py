"""One conversation from its first word to its end. A bot that breaks leaves a record, never a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from evalkit.bots.door import Bot, BrokenReply, Reply, SessionContext
from evalkit.bots.replies import summed
from evalkit.errors import BotError, CustomerError, InfrastructureError
from evalkit.model import (
    Authentication,
    Boundary,
    Case,
    Conversation,
    Cost,
    Ending,
    Failure,
    HandOver,
    Run,
    Turn,
    conversation_id,
)
from evalkit.replay.calls import Calls
from evalkit.replay.casting import customer_for
from evalkit.replay.customers import CustomerMaker, CustomerScript, Heard, Stop, handed_over

_BOUNDARIES: tuple[tuple[type[Exception], Boundary], ...] = (
    (InfrastructureError, "infrastructure"),
    (CustomerError, "customer"),
    (BotError, "bot"),
)
MOST_TURNS = 200


class Stopped(Exception):
    """The run's budget is spent: the conversation ends here, and is no conversation that can be judged."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day for the record; the engine passes the real one, a test a fixed one."""

    now: Callable[[], datetime]


async def play(
    case: Case,
    bot: Bot,
    run: Run,
    *,
    trial: int,
    clock: Clock,
    round_: int = 0,
    calls: Calls | None = None,
    llm: CustomerMaker | None = None,
    speaker: CustomerScript | None = None,
) -> Conversation:
    """The conversation of one case with one bot; `failure` says which boundary broke, if one did.

    `calls` carries out the case's set-up and tear-down, `llm` makes the customers that need a language model;
    a `speaker` talks instead of the case's customer.
    """
    id_ = conversation_id(run.id, case.id, trial)
    context = SessionContext(
        conversation_id=id_,
        run_id=run.id,
        language=case.language,
        channel=case.channel,
        history=case.history,
        session=case.context.session,
        case_id=case.id,
        trial=trial,
    )
    table = _Table(case, clock)
    started_at = clock.now()
    values = {"conversation": id_, "run": run.id, "case": case.id, "language": case.language or ""}
    try:
        table.customer = speaker or customer_for(case, seed=run.seed, trial=trial, llm=llm)
        if case.setup:
            await _prepared(calls).carry_out(case.setup, case, values)
        async with bot.session(context) as session:
            while (sent := await table.customer_speaks()) is not None:
                table.hear(await session.send(sent, tuple(table.turns[:-1])))
    except Stopped:
        table.ending = "budget"
    except (BotError, InfrastructureError, CustomerError) as error:
        if isinstance(error, BrokenReply):
            table.hear(error.arrived)
        boundary = next(name for kind, name in _BOUNDARIES if isinstance(error, kind))
        table.failure = Failure(boundary=boundary, cause=_cause(error), turn=len(table.turns) - 1)
        table.ending = "error"
    attributes = dict(table.attributes)
    if case.teardown:
        try:
            await _prepared(calls).carry_out(case.teardown, case, values)
        except InfrastructureError as error:
            attributes["teardown"] = _cause(error)
    return Conversation(
        id=id_,
        run_id=run.id,
        case_id=case.id,
        trial=trial,
        round=round_,
        source=run.source,
        turns=tuple(table.turns),
        ending=table.ending,
        failure=table.failure,
        diverged_turn=table.diverged_turn,
        handovers=tuple(table.handovers),
        authentications=tuple(table.authentications),
        channel=case.channel,
        language=case.language,
        intent=case.intent,
        task_type=case.task_type,
        segment=case.segment,
        started_at=started_at,
        ended_at=clock.now(),
        cost=table.cost,
        release=run.release,
        stage=run.stage,
        kb_snapshot=run.kb_snapshot,
        attributes=attributes,
    )


def _prepared(calls: Calls | None) -> Calls:
    return calls or Calls(frozenset())


class _Table:
    """The conversation while it is being played."""

    customer: CustomerScript

    def __init__(self, case: Case, clock: Clock) -> None:
        self.turns: list[Turn] = list(case.history)
        self.handovers: list[HandOver] = []
        self.authentications: list[Authentication] = []
        self.cost: Cost | None = None
        self.ending: Ending = "unknown"
        self.failure: Failure | None = None
        self.diverged_turn: int | None = None
        self.attributes: dict[str, str] = {}
        self._clock = clock
        self._heard = Heard(authenticated=case.context.level)
        self._closed = False
        if case.customer.mode in {"open", "prefix"}:
            self.attributes["customer"] = case.customer.mode
        if case.context.level:
            self.authentications.append(Authentication(turn=len(self.turns), level=case.context.level, method="case"))

    async def customer_speaks(self) -> Turn | None:
        """The customer's next turn, put on the table; None when the conversation is over."""
        if self._closed:
            self.ending = "handed_over" if self._heard.handed_over else "bot_closed"
            return None
        said = await self.customer.next(self._heard, self.turns)
        if isinstance(said, Stop):
            self._end(said)
            return None
        if len(self.turns) >= MOST_TURNS:
            self.ending = "max_turns"
            return None
        if said.pause_s:
            await asyncio.sleep(said.pause_s)
        turn = _at(said.turn, self._clock.now())
        self.turns.append(turn)
        return turn

    def _end(self, stop: Stop) -> None:
        self.ending = "handed_over" if self._heard.handed_over and stop.ending == "customer_done" else stop.ending
        self.attributes["customer_stopped"] = stop.why
        if stop.diverged:
            self.diverged_turn = next(
                (n + 1 for n in range(len(self.turns) - 1, -1, -1) if self.turns[n].role == "customer"), len(self.turns)
            )

    def hear(self, reply: Reply) -> None:
        """Put a reply on the table."""
        now = self._clock.now()
        first = len(self.turns)
        self.turns += [_at(turn, now) for turn in reply.turns]
        if reply.handover is not None:
            asked = next((n for n in range(first - 1, -1, -1) if self.turns[n].role == "customer"), None)
            self.handovers.append(_placed(reply.handover, requested=asked, announced=len(self.turns) - 1))
        if reply.authenticated:
            self.authentications.append(Authentication(turn=first, level=reply.authenticated, method="endpoint"))
        self.cost = summed(self.cost, reply.cost)
        self._closed = reply.ended
        level = max(self._heard.authenticated, reply.authenticated or 0)
        self._heard = Heard(reply.turns, handed_over(self.handovers), level)


def _at(turn: Turn, now: datetime) -> Turn:
    return turn if turn.at is not None else replace(turn, at=now)


def _placed(handover: HandOver, *, requested: int | None, announced: int) -> HandOver:
    return replace(handover, requested_turn=requested, announced_turn=announced)


def _cause(error: Exception) -> str:
    # What a bot's endpoint answers may quote a customer. The detectors are read only when something broke.
    from evalkit.personal_data.sealing import sealed

    return sealed(str(error)).text
