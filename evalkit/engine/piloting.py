"""One conversation between a person and the bot before launch: stored like any other, with source `pilot`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from evalkit import __version__
from evalkit.bots.door import Bot
from evalkit.model import Case, Conversation, Run, content_hash
from evalkit.replay.customers import CustomerScript
from evalkit.replay.play import Clock, play
from evalkit.store.store import Store


async def pilot(
    bot: Bot,
    person: CustomerScript,
    store: Store,
    *,
    bot_name: str,
    release: str,
    language: str | None,
    now: Callable[[], datetime],
) -> tuple[Run, Conversation]:
    """The run and its one conversation, both stored unless nothing was said."""
    started_at = now()
    id_ = content_hash("pilot", bot.identity, release, started_at.isoformat(), length=12)
    run = Run(
        id=id_,
        release=release,
        suite="pilot",
        source="pilot",
        stage="pilot",
        bot=bot_name,
        replay_key=content_hash("pilot", id_),
        started_at=started_at,
        n_planned=1,
        evalkit_version=__version__,
    )
    case = Case(id=f"pilot-{id_}", suite="pilot", language=language)
    try:
        talk = await play(case, bot, run, trial=0, clock=Clock(now), speaker=person)
    finally:
        await bot.close()
    run = replace(run, status="finished", ended_at=now())
    if talk.turns:
        store.add_run(run)
        store.add_cases(run.id, [case])
        store.add_conversations([talk])
    return run, talk
