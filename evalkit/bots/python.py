"""A bot that is a Python callable: sync or async function, or a class with state per conversation."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.replies import ReplyMap
from evalkit.errors import BotError, InputError
from evalkit.model import Turn, content_hash
from evalkit.plugins import load

_FIELDS = ReplyMap.compiled(
    {"text": "text", "buttons": "buttons", "sources": "sources", "tool_calls": "tool_calls", "handover": "handover",
     "ended": "ended", "payload": "payload", "cost_eur": "cost_eur"},
    "python",
)  # fmt: skip


@dataclass(slots=True)
class PythonBot:
    """Calls `target(message, history)` per customer turn; a class is instantiated once per conversation.

    The callable returns a string, a list of strings, a mapping with `text`, `tool_calls`, `handover` …, or a `Reply`.
    A sync callable runs in a thread, so that it blocks nobody.
    """

    target: Callable[..., Any]
    name: str = "python"
    concurrency: int = 20
    timeout_s: float = 60.0

    @classmethod
    def defined(cls, definition: Mapping[str, Any], *, name: str = "bot", **_: object) -> PythonBot:
        """The bot of a definition with `target: module:function`. Raises: InputError."""
        target = definition.get("target")
        if not isinstance(target, str) or ":" not in target:
            raise InputError(f"bots.{name}.target: expected module:function, such as mybot.app:answer")
        loaded = load("bots", target)
        if not callable(loaded):
            raise InputError(f"bots.{name}.target: '{target}' cannot be called")
        return cls(loaded, target, int(definition.get("concurrency", 20)), float(definition.get("timeout_s", 60.0)))

    @property
    def identity(self) -> str:
        """A hash of the callable's name."""
        return content_hash("python", self.name)

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with its own instance where the target is a class."""
        try:
            target: Any = self.target() if inspect.isclass(self.target) else self.target
        except Exception as error:
            raise BotError(f"the bot cannot be made: {type(error).__name__}") from error
        yield PythonSession(target, self.timeout_s)

    async def close(self) -> None:
        """Nothing to release."""


@dataclass(slots=True)
class PythonSession:
    """One conversation with a callable."""

    target: Callable[..., Any]
    timeout_s: float

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The callable's reply. Raises: BotError when it raises, hangs or returns something else."""
        started = perf_counter()
        try:
            async with asyncio.timeout(self.timeout_s):
                if inspect.iscoroutinefunction(self.target) or inspect.iscoroutinefunction(
                    getattr(self.target, "__call__", None)  # noqa: B004 - an instance with an async __call__
                ):
                    said = await self.target(turn.text, history)
                else:
                    said = await asyncio.to_thread(self.target, turn.text, history)
        except TimeoutError as error:
            raise BotError(f"the bot did not answer within {self.timeout_s:g} s") from error
        except BotError:
            raise
        except Exception as error:
            raise BotError(f"the bot raised {type(error).__name__}") from error
        if isinstance(said, Reply):
            return said
        if isinstance(said, str | list):
            said = {"text": said}
        if not isinstance(said, dict):
            raise BotError(
                f"the bot returned a {type(said).__name__}, expected text, a list of texts, or a mapping with `text`"
            )
        return _FIELDS.reply(said, latency_ms=(perf_counter() - started) * 1000, first_token_ms=None)
