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
from evalkit.replay.customers import CustomerScript, Heard, customer_for, handed_over

_BOUNDARIES: tuple[tuple[type[Exception], Boundary], ...] = (
    (InfrastructureError, "infrastructure"),
    (CustomerError, "customer"),
    (BotError, "bot"),
)
MOST_TURNS = 200


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day for the record; the engine passes the real one, a test a fixed one."""

    now: Callable[[], datetime]


async def play(case: Case, bot: Bot, run: Run, *, trial: int, clock: Clock, round_: int = 0) -> Conversation:
    """The conversation of one case with one bot; `failure` says which boundary broke, if one did."""
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
    table = _Table(case, clock, customer_for(case))
    started_at = clock.now()
    try:
        async with bot.session(context) as session:
            while (sent := await table.customer_speaks()) is not None:
                table.hear(await session.send(sent, tuple(table.turns[:-1])))
    except (BotError, InfrastructureError, CustomerError) as error:
        if isinstance(error, BrokenReply):
            table.hear(error.arrived)
        boundary = next(name for kind, name in _BOUNDARIES if isinstance(error, kind))
        table.failure = Failure(boundary=boundary, cause=str(error), turn=len(table.turns) - 1)
        table.ending = "error"
    return Conversation(
        id=id_,
        run_id=run.id,
        case_id=case.id,
        trial=trial,
        round=round_,
        turns=tuple(table.turns),
        ending=table.ending,
        failure=table.failure,
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
    )


class _Table:
    """The conversation while it is being played."""

    def __init__(self, case: Case, clock: Clock, customer: CustomerScript) -> None:
        self.turns: list[Turn] = list(case.history)
        self.handovers: list[HandOver] = []
        self.authentications: list[Authentication] = []
        self.cost: Cost | None = None
        self.ending: Ending = "unknown"
        self.failure: Failure | None = None
        self._clock, self._customer = clock, customer
        self._heard = Heard()
        self._closed = False
        if case.context.level:
            self.authentications.append(Authentication(turn=len(self.turns), level=case.context.level, method="case"))

    async def customer_speaks(self) -> Turn | None:
        """The customer's next turn, put on the table; None when the conversation is over."""
        if self._closed:
            self.ending = "handed_over" if self._heard.handed_over else "bot_closed"
            return None
        said = self._customer.next(self._heard, self.turns)
        if said is None:
            self.ending = "handed_over" if self._heard.handed_over else "customer_done"
            return None
        if len(self.turns) >= MOST_TURNS:
            self.ending = "max_turns"
            return None
        if said.pause_s:
            await asyncio.sleep(said.pause_s)
        turn = _at(said.turn, self._clock.now())
        self.turns.append(turn)
        return turn

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
        self._heard = Heard(reply.turns, handed_over(self.handovers))


def _at(turn: Turn, now: datetime) -> Turn:
    return turn if turn.at is not None else replace(turn, at=now)


def _placed(handover: HandOver, *, requested: int | None, announced: int) -> HandOver:
    return replace(handover, requested_turn=requested, announced_turn=announced)
