"""A recorded bot: asked once, replayed with no network; a miss says what is nearest and where it differs.

A tape is a file of JSON lines, one a reply: what the customer had said until then, and what the bot answered.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from evalkit.bots.door import Bot, BrokenReply, Reply, Session, SessionContext
from evalkit.bots.settings import BotDefinition, read_definition
from evalkit.errors import BotError, InfrastructureError, InputError
from evalkit.model import Data, Turn, content_hash

Mode = Literal["replay", "record", "new"]


class CassetteDefinition(BotDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `cassette`."""

    tape: str
    bot: str = ""
    """The bot that is recorded; needed unless the mode is `replay`."""
    mode: Mode = "replay"
    """`replay` never asks the bot, `record` asks for everything anew, `new` asks for what is not on the tape."""


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reply on a tape, after the customer had `said` these things in this setting."""

    case: str
    trial: int = 0
    setting: str = ""
    said: tuple[str, ...]
    reply: Reply | None = None
    error: str = ""


class Tape:
    """The recordings of a file, found by what the customer had said."""

    def __init__(self, recordings: Iterable[Recording] = ()) -> None:
        self._by_words: dict[tuple[str, tuple[str, ...]], list[Recording]] = {}
        for recording in recordings:
            self.add(recording)

    @classmethod
    def read(cls, path: Path) -> Tape:
        """The tape of a file. Raises: InputError naming the line that is no recording."""
        found = []
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if line.strip():
                try:
                    found.append(msgspec.json.decode(line, type=Recording))
                except msgspec.MsgspecError as error:
                    raise InputError(f"{path}:{number}: no recording of a reply: {error}") from error
        return cls(found)

    def add(self, recording: Recording) -> None:
        """Take one more; a second one of the same case and trial takes the place of the first."""
        known = self._by_words.setdefault((recording.setting, recording.said), [])
        known[:] = [r for r in known if (r.case, r.trial) != (recording.case, recording.trial)]
        known.append(recording)

    def find(self, case: str, trial: int, setting: str, said: tuple[str, ...]) -> Recording | None:
        """The recording of these words: of this case and trial, else of this case, else of any."""
        known = self._by_words.get((setting, said), ())
        return max(known, key=lambda r: (r.case == case) + (r.case == case and r.trial == trial), default=None)

    def miss(self, case: str, setting: str, said: tuple[str, ...]) -> str:
        """What is nearest to words that are not on the tape, and the first turn that differs; no words are shown."""
        all_ = [recording for known in self._by_words.values() for recording in known]
        if not all_:
            return "the tape is empty; record it with `mode: record`"
        nearest = max(all_, key=lambda r: (_common(r.said, said), r.case == case, -abs(len(r.said) - len(said))))
        same = _common(nearest.said, said)
        where = f"the nearest is of case '{nearest.case}', trial {nearest.trial}"
        how = "record again with `mode: new`"
        if same == len(said) == len(nearest.said):
            return f"{where}, which differs in language, channel, history or context; {how}"
        if same == len(nearest.said):
            return f"{where}, which ends after {same} customer turns; {how}"
        if same == len(said):
            return f"{where}, whose reply to customer turn {same} was not recorded; {how}"
        at = next((n for n, (a, b) in enumerate(zip(nearest.said[same], said[same], strict=False)) if a != b), None)
        place = min(len(nearest.said[same]), len(said[same])) if at is None else at
        return f"{where}: the first difference is in customer turn {same + 1}, at character {place + 1}; {how}"


@dataclass(slots=True)
class CassetteBot:
    """A tape, and the bot behind it where one is recorded; build it with `CassetteBot.defined`."""

    path: Path
    tape: Tape
    mode: Mode
    identity: str
    concurrency: int
    bot: Bot | None = None
    recorded: list[Recording] = field(default_factory=list)

    @classmethod
    def defined(
        cls,
        definition: Mapping[str, Any],
        *,
        name: str = "bot",
        environment: Mapping[str, str] | None = None,
        build: Callable[[str], Bot] | None = None,
        **_: object,
    ) -> CassetteBot:
        """The bot of a definition. Raises: InputError for a missing tape, or a bot that cannot be built."""
        where = f"bots.{name}"
        made, identity = read_definition(CassetteDefinition, definition, where, environment)
        path = Path(made.tape)
        if made.mode == "replay" and not path.exists():
            raise InputError(f"{where}.tape: '{made.tape}' does not exist; record it with `mode: record`")
        if made.mode == "replay":
            tape = Tape.read(path)
            return cls(path, tape, made.mode, content_hash("cassette", path.read_text("utf-8")), made.concurrency)
        if not made.bot or build is None or made.bot == name:
            raise InputError(f"{where}.bot: name the bot that is recorded; `mode: replay` needs none")
        bot = build(made.bot)
        tape = Tape.read(path) if made.mode == "new" and path.exists() else Tape()
        return cls(
            path, tape, made.mode, content_hash(identity, bot.identity), min(made.concurrency, bot.concurrency), bot
        )

    @property
    def takes_history(self) -> bool:
        """Whether a conversation can begin with turns that were never sent."""
        return self.bot is None or bool(getattr(self.bot, "takes_history", True))

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation that opens one with the bot only when it has to ask."""
        async with AsyncExitStack() as stack:
            yield CassetteSession(self, context, stack)

    async def close(self) -> None:
        """Write what was recorded."""
        if self.bot is not None:
            await self.bot.close()
        if not self.recorded:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = [msgspec.json.encode(recording) + b"\n" for recording in self.recorded]
        with self.path.open("ab" if self.mode == "new" else "wb") as file:
            file.writelines(lines)
        self.recorded = []


@dataclass(slots=True)
class CassetteSession:
    """One conversation with a tape."""

    cassette: CassetteBot
    context: SessionContext
    stack: AsyncExitStack
    said: list[str] = field(default_factory=list)
    turns: list[tuple[Turn, tuple[Turn, ...]]] = field(default_factory=list)
    session: Session | None = None

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The recorded reply, or the bot's. Raises: what the bot raised then; InfrastructureError for a miss."""
        self.said.append(_told(turn))
        self.turns.append((turn, history))
        case, trial, said = self.context.case_id, self.context.trial, tuple(self.said)
        setting = _setting(self.context)
        found = self.cassette.tape.find(case, trial, setting, said) if self._listens() else None
        # Where the bot can be asked, each case and trial has its own answer; another's would hide that they differ.
        if found is not None and (self.cassette.bot is None or (found.case, found.trial) == (case, trial)):
            return _replayed(found)
        if self.cassette.bot is None:
            raise InfrastructureError(
                f"no recording of customer turn {len(said)}: {self.cassette.tape.miss(case, setting, said)}"
            )
        recording = Recording(case=case, trial=trial, setting=setting, said=said)
        try:
            reply = await self._asked()
        except BotError as error:
            arrived = error.arrived if isinstance(error, BrokenReply) else None
            self._keep(msgspec.structs.replace(recording, error=str(error), reply=arrived))
            raise
        self._keep(msgspec.structs.replace(recording, reply=reply))
        return reply

    def _listens(self) -> bool:
        return self.cassette.mode != "record" and self.session is None

    def _keep(self, recording: Recording) -> None:
        self.cassette.tape.add(recording)
        self.cassette.recorded.append(recording)

    async def _asked(self) -> Reply:
        bot = self.cassette.bot
        assert bot is not None, "only a cassette with a bot asks one"
        if self.session is None:
            opened: AbstractAsyncContextManager[Session] = bot.session(self.context)
            self.session = await self.stack.enter_async_context(opened)
            # The bot has to hear what it answered from the tape until now.
            for turn, history in self.turns[:-1]:
                await self.session.send(turn, history)
        return await self.session.send(*self.turns[-1])


def _told(turn: Turn) -> str:
    if turn.kind == "text" and turn.payload is None:
        return turn.text
    payload: Data | None = turn.payload
    return f"{turn.kind}:{turn.text}:{content_hash(payload) if payload else ''}"


def _setting(context: SessionContext) -> str:
    """What beside the customer's words decides the answers."""
    pinned = [(turn.role, turn.text) for turn in context.history]
    return content_hash(context.language, context.channel, pinned, context.session, length=12)


def _replayed(found: Recording) -> Reply:
    if found.error and found.reply is not None:
        raise BrokenReply(found.error, found.reply)
    if found.error or found.reply is None:
        raise BotError(found.error or "the recording holds no reply")
    return found.reply


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many first turns are equal."""
    n = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        n += 1
    return n
