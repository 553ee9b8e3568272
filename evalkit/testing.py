"""Conformance checks for other people's bots, scorers and importers: call them from a test of your own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import msgspec

from evalkit.bots.door import Bot, SessionContext
from evalkit.model import Conversation, Score, Turn
from evalkit.policy.sections import SCORER_SECTIONS
from evalkit.scorers.door import Scorer
from evalkit.scoring import World, gather, score
from evalkit.transcripts.door import Importer, Options, Talk
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Source

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


def check_importer(importer: Importer, path: Path, options: Options | None = None) -> None:
    """Passes when an importer keeps the promises of its door on an export of yours.

    Raises: AssertionError that names the promise: a field table and a role rule, the same conversations twice, ids of
    their own, an account that balances, times in UTC and in order, and a broken line that costs no more than itself.
    """
    for part in ("name", "fields", "role_rule", "talks"):
        assert getattr(importer, part, None), f"the importer has no '{part}'"
    options = options or Options()
    talks, ledger = _read_export(importer, path, options)
    assert talks, f"no conversation could be read: {ledger.rows()}"
    again, _ = _read_export(importer, path, options)
    assert talks == again, "two readings of one file differ"
    ids = [talk.source_id for talk in talks]
    assert all(ids), "a conversation has no source id"
    assert len(set(ids)) == len(ids), "two conversations share a source id; importing again would lose one of them"
    assert ledger.balanced, "the account does not balance: something was left out without Ledger.drop"
    for talk in talks:
        times = [turn.at for turn in talk.turns if turn.at is not None]
        assert all(at.utcoffset() == timedelta(0) for at in times), f"conversation {talk.line}: a time that is not UTC"
        assert len(times) < len(talk.turns) or times == sorted(times), f"conversation {talk.line}: times out of order"
    if path.is_file() and path.suffix == ".jsonl":
        _check_broken_line(importer, path, options, ids)


def _check_broken_line(importer: Importer, path: Path, options: Options, ids: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / path.name
        broken.write_bytes(b'{"broken": \n' + path.read_bytes())
        talks, ledger = _read_export(importer, broken, options)
    assert [talk.source_id for talk in talks] == ids, "a broken line costs other conversations too"
    assert ledger.n_dropped("line") == 1, "a broken line is not told"


def _read_export(importer: Importer, path: Path, options: Options) -> tuple[list[Talk], Ledger]:
    ledger = Ledger()
    return list(importer.talks(Source(path), ledger, options)), ledger


def _scored(scorer: Scorer, talk: Conversation) -> Score:
    world = World((scorer,))
    return score(talk, None, gather(talk, None, world), (scorer,))[0]


def _check_span(talk: Conversation, turn: int | None, start: int | None, end: int | None) -> None:
    if turn is None:
        return
    assert 0 <= turn < len(talk.turns), f"a finding stands at turn {turn} of {len(talk.turns)}"
    if start is not None and end is not None:
        assert 0 <= start <= end <= len(talk.turns[turn].text), "a finding's span lies outside its turn"
