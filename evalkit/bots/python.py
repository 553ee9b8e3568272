"""A bot that is a Python callable: sync or async function, or a class with state per conversation."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.replies import ReplyMap
from evalkit.bots.settings import BotDefinition, read_definition
from evalkit.bots.signals import NO_SIGNALS, HandOverOn
from evalkit.errors import BotError, InputError
from evalkit.model import Turn, content_hash
from evalkit.plugins import load

_FIELDS = {
    name: name
    for name in (
        "text", "buttons", "sources", "tool_calls", "handover", "ended", "payload", "cost_eur", "tokens_in",
        "tokens_out", "authenticated", "event",
    )
}  # fmt: skip


class PythonDefinition(BotDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `python`."""

    target: str
    timeout_s: float = 60.0


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
    handover_on: HandOverOn = NO_SIGNALS
    version: str = ""

    @classmethod
    def defined(
        cls,
        definition: Mapping[str, Any],
        *,
        name: str = "bot",
        environment: Mapping[str, str] | None = None,
        **_: object,
    ) -> PythonBot:
        """The bot of a definition with `target: module:function`. Raises: InputError."""
        made, _identity = read_definition(PythonDefinition, definition, f"bots.{name}", environment)
        if ":" not in made.target:
            raise InputError(f"bots.{name}.target: expected module:function, such as mybot.app:answer")
        loaded = load("bots", made.target)
        if not callable(loaded):
            raise InputError(f"bots.{name}.target: '{made.target}' cannot be called")
        return cls(loaded, made.target, made.concurrency, made.timeout_s, made.handover_on, made.version)

    @property
    def identity(self) -> str:
        """A hash of the callable's name and declared version."""
        return content_hash("python", self.name, self.version)

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with its own instance where the target is a class."""
        try:
            target: Any = self.target() if inspect.isclass(self.target) else self.target
        except Exception as error:
            raise BotError(f"the bot cannot be made: {type(error).__name__}") from error
        yield PythonSession(target, self.timeout_s, ReplyMap.compiled(_FIELDS, "python", self.handover_on))

    async def close(self) -> None:
        """Nothing to release."""


@dataclass(slots=True)
class PythonSession:
    """One conversation with a callable."""

    target: Callable[..., Any]
    timeout_s: float
    replies: ReplyMap

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The callable's reply. Raises: BotError when it raises, hangs or returns something else."""
        started = perf_counter()
        try:
            async with asyncio.timeout(self.timeout_s):
                if _is_async(self.target):
                    said = await self.target(turn.text, history)
                else:
                    said = await _in_thread(self.target, turn.text, history)
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
        return self.replies.reply(said, latency_ms=(perf_counter() - started) * 1000, first_token_ms=None)


def _is_async(target: Any) -> bool:
    # The second: an instance with an async __call__.
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(getattr(target, "__call__", None))  # noqa: B004


async def _in_thread(target: Callable[..., Any], *arguments: Any) -> Any:
    """What a blocking call returns; the thread of one that hangs is left behind and does not keep the program up."""
    # The loop's own pool holds few threads and waits for all of them at the end, also for one that hangs.
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        result, failed = None, None
        try:
            result = context.run(target, *arguments)
        except Exception as error:  # noqa: BLE001 - whatever a bot raises is raised again where it was asked
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=run, name="evalkit-bot", daemon=True).start()
    return await future
