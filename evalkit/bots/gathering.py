"""Replies that come in pieces of their own accord (frames, polls, call-backs): collected until the bot pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from evalkit.bots.door import BrokenReply, Reply
from evalkit.bots.replies import MAX_BUBBLES, is_silent, merged
from evalkit.bots.settings import Part
from evalkit.errors import BotError, EvalkitError, InfrastructureError

MAX_WAITING = 1_000
"""Messages that may wait unread in one conversation."""


class Pauses(Part, frozen=True, kw_only=True):
    """When a reply of several messages is complete, in seconds: silence after a message, and the longest waits."""

    first_s: float = 30.0
    idle_s: float = 1.0
    total_s: float = 60.0


class Inbox:
    """Messages of one conversation that arrive by themselves; a failure is delivered after them."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[Any, float] | EvalkitError] = asyncio.Queue()
        self._closed = False

    def put(self, message: Any, at_s: float) -> None:
        """Take a message with its arrival (`perf_counter`)."""
        if self._closed:
            return
        if self._waiting.qsize() >= MAX_WAITING:
            self.fail(BotError(f"more than {MAX_WAITING:,} messages in one reply are no conversation"))
        else:
            self._waiting.put_nowait((message, at_s))

    def fail(self, error: EvalkitError) -> None:
        """Nothing comes after this."""
        if not self._closed:
            self._closed = True
            self._waiting.put_nowait(error)

    async def get(self) -> tuple[Any, float]:
        """The next message and its arrival. Raises: what `fail` was given."""
        item = await self._waiting.get()
        if isinstance(item, EvalkitError):
            self._waiting.put_nowait(item)
            raise item
        return item


async def gather(receive: Callable[[], Awaitable[tuple[Reply, bool]]], pauses: Pauses) -> Reply:
    """The bubbles until `receive` says that one was the last, or the bot pauses for `idle_s`.

    Raises: InfrastructureError when nothing came; BrokenReply with what came, when the bot breaks off, never stops or
    says more than a conversation holds.
    """
    loop = asyncio.get_running_loop()
    until_s = loop.time() + pauses.total_s
    got: list[Reply] = []
    n_turns = 0
    while True:
        patience_s = pauses.idle_s if n_turns else pauses.first_s
        left_s = until_s - loop.time()
        try:
            async with asyncio.timeout(max(0.0, min(patience_s, left_s))):
                reply, last = await receive()
        except TimeoutError as error:
            if not any(not is_silent(r) for r in got):
                raise InfrastructureError("the bot did not answer in time") from error
            if left_s < patience_s:
                raise _broken(f"the bot was still sending after {pauses.total_s:g} s", got) from error
            return merged(got)
        except (BotError, InfrastructureError) as error:
            raise _broken(str(error), got) if n_turns else error from error
        if not is_silent(reply) or reply.cost is not None:
            got.append(reply)
            n_turns += len(reply.turns)
        if n_turns > MAX_BUBBLES:
            raise _broken(f"the reply holds more than {MAX_BUBBLES} bubbles; that is no conversation", got)
        if last or reply.ended:
            return _spoken(got)


def _spoken(got: list[Reply]) -> Reply:
    if not any(not is_silent(reply) for reply in got):
        raise BotError("the reply holds no text, no tool call and no signal where the reply map looks")
    return merged(got)


def _broken(message: str, got: list[Reply]) -> BrokenReply:
    turns = tuple(turn for reply in got for turn in reply.turns)[:MAX_BUBBLES]
    return BrokenReply(message, Reply(turns=turns))
