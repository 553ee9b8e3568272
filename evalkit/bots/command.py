"""A bot that is a program: one JSON line in for each message, one JSON line out for each reply."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import msgspec

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.replies import ReplyMap, decoded
from evalkit.bots.settings import BotDefinition, read_definition
from evalkit.bots.templates import Render, compile_template, values_of
from evalkit.errors import BotError, InfrastructureError, InputError
from evalkit.model import Turn

_GRACE_S = 2.0


class CommandDefinition(BotDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `command`."""

    command: str | list[str]
    folder: str | None = None
    environment: dict[str, str] = {}
    """Added to our own environment."""
    concurrency: int = 4
    request: Any = msgspec.field(default_factory=lambda: {"message": "{{ message }}", "session_id": "{{ session_id }}"})
    reply: dict[str, str] = msgspec.field(default_factory=lambda: {"text": "text"})
    timeout_s: float = 60.0
    max_reply_bytes: int = 2_000_000


@dataclass(slots=True)
class CommandBot:
    """One program, started once per conversation; build it with `CommandBot.defined`."""

    definition: CommandDefinition
    identity: str
    words: tuple[str, ...]
    render: Render
    replies: ReplyMap
    environment: dict[str, str]

    @classmethod
    def defined(
        cls,
        definition: Mapping[str, Any],
        *,
        name: str = "bot",
        environment: Mapping[str, str] | None = None,
        **_: object,
    ) -> CommandBot:
        """The bot of a definition; no shell reads the command. Raises: InputError."""
        where = f"bots.{name}"
        made, identity = read_definition(CommandDefinition, definition, where, environment)
        words = tuple(shlex.split(made.command) if isinstance(made.command, str) else made.command)
        if not words:
            raise InputError(f"{where}.command: expected a program, such as python mybot.py")
        known = os.environ if environment is None else environment
        return cls(
            definition=made,
            identity=identity,
            words=words,
            render=compile_template(made.request, f"{where}.request"),
            replies=ReplyMap.compiled(made.reply, f"{where}.reply", made.handover_on),
            environment={**known, **made.environment},
        )

    @property
    def concurrency(self) -> int:
        """How many programs may run at once."""
        return self.definition.concurrency

    @property
    def takes_history(self) -> bool:
        """Whether a conversation can begin with turns that were never sent."""
        return "history" in str(self.definition.request)

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with a process of its own, which is ended with it."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=self.definition.folder,
                env=self.environment,
                limit=self.definition.max_reply_bytes,
                start_new_session=True,
            )
        except OSError as error:
            raise InfrastructureError(f"the program '{self.words[0]}' cannot be started ({error.strerror})") from error
        try:
            yield CommandSession(self, process, context)
        finally:
            await _ended(process)

    async def close(self) -> None:
        """Nothing to release: each conversation ends its own process."""


@dataclass(slots=True)
class CommandSession:
    """One conversation with one process."""

    bot: CommandBot
    process: asyncio.subprocess.Process
    context: SessionContext

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The program's reply. Raises: BotError when it ends, hangs or answers something else than a JSON line."""
        values = values_of(self.context, self.context.conversation_id, turn, history)
        line = msgspec.json.encode(self.bot.render(values)) + b"\n"
        timeout_s = self.bot.definition.timeout_s
        started = perf_counter()
        try:
            async with asyncio.timeout(timeout_s):
                answered = await self._asked(line)
        except TimeoutError as error:
            raise BotError(f"the program did not answer within {timeout_s:g} s") from error
        except ValueError as error:
            limit = self.bot.definition.max_reply_bytes
            raise BotError(f"the reply is larger than max_reply_bytes ({limit:,})") from error
        latency_ms = (perf_counter() - started) * 1000
        return self.bot.replies.reply(decoded(answered), latency_ms=latency_ms, first_token_ms=None)

    async def _asked(self, line: bytes) -> bytes:
        process = self.process
        assert process.stdin is not None and process.stdout is not None, "both are pipes"
        with contextlib.suppress(ConnectionError):
            process.stdin.write(line)
            await process.stdin.drain()
        answered = await process.stdout.readline()
        if not answered:
            code = await process.wait()
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            raise BotError(f"the program {how} before it answered")
        return answered


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        assert process.stdin is not None, "stdin is a pipe"
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.2)
    # The group holds what the program started, also when itself has ended.
    for number, patience_s in ((signal.SIGTERM, _GRACE_S), (signal.SIGKILL, _GRACE_S)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        if process.returncode is not None:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience_s)
