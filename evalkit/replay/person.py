"""A person as the customer: what the bot says is shown, what the person types is sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from evalkit.model import Turn
from evalkit.replay.customers import Heard, Stop, Utterance
from evalkit.replay.lines import offered

QUIT = "/quit"

Read = Callable[[], str | None]
"""Blocks until a line is there; None at the end of the input."""
Show = Callable[[Heard], None]


class Person:
    """Types each message; an empty line waits on, `/quit` or the end of the input stops, a number presses a button."""

    def __init__(self, read: Read, show: Show) -> None:
        self._show, self._read = show, read

    async def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | Stop:
        """What the person types next, or that it left."""
        self._show(heard)
        try:
            line = await _typed(self._read)
        except asyncio.CancelledError:
            # Ctrl-C ends the conversation, not the program: what was said is kept.
            return Stop("the person interrupted")
        if line is None or line == QUIT:
            return Stop("the person left")
        buttons = offered(heard)
        if line.isdigit() and 1 <= int(line) <= len(buttons):
            return Utterance(Turn(role="customer", text=buttons[int(line) - 1], kind="buttons", reason="typed"))
        return Utterance(Turn(role="customer", text=line, reason="typed"))


async def _typed(read: Read) -> str | None:
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str | None] = loop.create_future()

    def deliver(line: str | None) -> None:
        if not typed.done():
            typed.set_result(line)

    def wait() -> None:
        line = read()
        while line is not None and not line.strip():
            line = read()
        found = line.strip() if line is not None else None
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, found)

    # A daemon, so that a pending read never holds up the end of the program.
    threading.Thread(target=wait, name="typing", daemon=True).start()
    return await typed
