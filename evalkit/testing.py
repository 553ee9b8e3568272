"""Conformance checks for other people's bots and scorers: call them from a test of your own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from evalkit.bots.door import Bot, SessionContext
from evalkit.model import Conversation, Score, Turn
from evalkit.policy.sections import SCORER_SECTIONS
from evalkit.scorers.door import Scorer
from evalkit.scoring import World, gather, score

_ODD: tuple[Conversation, ...] = (
    Conversation(id="empty"),
    Conversation(id="silent", turns=(Turn(role="bot"), Turn(role="customer"))),
    Conversation(id="emoji", turns=(Turn(role="customer", text="🙂🙂"), Turn(role="bot", text="🙂"))),
    Conversation(id="long", turns=(Turn(role="customer", text="hej " * 5_000), Turn(role="bot", text="a" * 20_000))),
    Conversation(id="events", turns=(Turn(role="system", kind="event"), Turn(role="human", text="Hej"))),
)


def check_scorer(scorer: Scorer, conversations: Iterable[Conversation] = ()) -> None:
    """Passes when a scorer keeps the promises of its door on odd conversations and on some of your own.

    Raises: AssertionError that names the promise: declared sections, no exception, the same bytes twice, findings
    whose spans lie inside their turn.

    >>> from evalkit.scorers.loops import Loops
    >>> check_scorer(Loops())
    """
    for part in ("name", "version", "reads", "needs", "scope"):
        assert hasattr(scorer, part), f"the scorer has no '{part}'"
    unknown = [name for name in scorer.reads if name not in SCORER_SECTIONS]
    assert not unknown, f"reads sections that scorers may not read: {unknown}"
    for talk in (*_ODD, *conversations):
        found = _scored(scorer, talk)
        assert found.verdict != "error", f"raised on conversation '{talk.id}': {found.cause}"
        again = _scored(scorer, talk)
        assert msgspec.json.encode(found) == msgspec.json.encode(again), f"two results for conversation '{talk.id}'"
        for finding in found.findings:
            _check_span(talk, finding.turn, finding.start, finding.end)


def check_bot(bot: Bot, message: str = "Hej") -> None:
    """Passes when a bot answers a message twice in sessions of its own, and names itself the same each time.

    Raises: AssertionError that names the promise; BotError or InfrastructureError where it cannot answer.
    """
    assert bot.identity == bot.identity, "the identity changes between two looks"
    assert bot.concurrency >= 1, "concurrency must be at least 1"
    asyncio.run(_talk(bot, message))


async def _talk(bot: Bot, message: str) -> None:
    try:
        for number in range(2):
            context = SessionContext(conversation_id=f"conformance-{number}", run_id="conformance")
            async with bot.session(context) as session:
                reply = await session.send(Turn(role="customer", text=message), ())
            assert all(turn.role == "bot" for turn in reply.turns), "a reply holds turns of another role than bot"
    finally:
        await bot.close()


def _scored(scorer: Scorer, talk: Conversation) -> Score:
    world = World((scorer,))
    return score(talk, None, gather(talk, None, world), (scorer,))[0]


def _check_span(talk: Conversation, turn: int | None, start: int | None, end: int | None) -> None:
    if turn is None:
        return
    assert 0 <= turn < len(talk.turns), f"a finding stands at turn {turn} of {len(talk.turns)}"
    if start is not None and end is not None:
        assert 0 <= start <= end <= len(talk.turns[turn].text), "a finding's span lies outside its turn"
