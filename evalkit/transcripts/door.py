"""The door for importers: what each is given and gives, and the one way in which a conversation is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from evalkit.model import Cost, HandledBy, HandOver, Rating, Role, ToolCall, Turn, TurnKind
from evalkit.transcripts.grouping import Streams, joined
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.markup import text_of_html, without_quoted_mail
from evalkit.transcripts.reading import Source
from evalkit.transcripts.times import Times

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says of a file."""

    timezone: str | None = None
    keep_notes: bool = False
    """Keep private notes as turns of kind `note`; they are dropped otherwise."""
    bots: frozenset[str] = frozenset()
    """Ids or names of authors that are bots, where the export itself does not mark them."""
    language: str | None = None
    channel: str | None = None
    mapping: Any = None
    """The parsed column mapping, for the generic importers."""


@dataclass(slots=True)
class Talk:
    """One conversation as an export tells it, with raw ids and names: it lives in memory only."""

    source_id: str
    turns: list[Turn] = field(default_factory=list)
    subject: str | None = None
    """Whatever names the customer: an e-mail address or the source's own id."""
    customers: set[str] = field(default_factory=set)
    """The customer's names and addresses, to be covered wherever they stand."""
    agents: set[str] = field(default_factory=set)
    """Names of employees, to be covered likewise."""
    channel: str = "chat"
    language: str | None = None
    intent: str | None = None
    segment: str | None = None
    consent: bool | None = None
    handled_by: HandledBy | None = None
    rating: Rating | None = None
    cost: Cost | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    closed: bool = False
    requested_turn: int | None = None
    outcome: str | None = None
    """How the bot's side of a hand-over ended, where the export tells it."""
    model_id: str | None = None
    prompt_id: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0


class Importer(Protocol):
    """Reads one kind of export. `fields` and `role_rule` are shown to the user and printed in the docs."""

    name: str
    fields: Sequence[tuple[str, str]]
    """(field of the export, where it goes)."""
    role_rule: str
    """How bot, person and customer are told apart, in one sentence."""

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed; what is left out goes into the ledger."""
        ...


class Builder:
    """Collects the messages of one conversation and keeps the ledger's account of them."""

    def __init__(self, source_id: Any, line: int, ledger: Ledger, options: Options, times: Times) -> None:
        self.talk = Talk(str(source_id), line=line)
        self.ledger, self.options, self.times, self.line = ledger, options, times, line
        self._by_id: dict[str, int] = {}
        self._last: datetime | None = None
        self._sorted = True

    def at(self, value: Any) -> datetime | None:
        """An instant of this export."""
        return self.times.read(value, self.line)

    def add(
        self,
        role: Role,
        why: str,
        text: Any,
        at: Any = None,
        *,
        author: Any = None,
        message_id: Any = None,
        html: bool = False,
        mail: bool = False,
        private: bool = False,
        kind: TurnKind = "text",
        attachments: Iterable[Any] = (),
        buttons: Sequence[Any] = (),
        sources: Sequence[Any] = (),
        tool_calls: tuple[ToolCall, ...] = (),
        draft: str | None = None,
        latency_ms: float | None = None,
        language: str | None = None,
        edited: bool = False,
        line: int | None = None,
    ) -> None:
        """One message; an empty one and a private note are dropped, an edited one takes the place of the older text."""
        ledger, where = self.ledger, line or self.line
        if private and not self.options.keep_notes:
            self.skip("private note", where)
            return
        written = "" if text is None else text if isinstance(text, str) else str(text)
        if html and ("<" in written or "&" in written):
            written = text_of_html(written)
        if mail:
            written = without_quoted_mail(written)
        files = _media(attachments) if attachments else []
        if not written.strip() and not files and not tool_calls and not buttons:
            self.skip("empty message", where)
            return
        moment = self.times.read(at, where, after=self._last)
        if moment is not None:
            self._sorted = self._sorted and (self._last is None or moment >= self._last)
            self._last = moment
        if author is not None and str(author) in self.options.bots and role == "human":
            role, why = "bot", "the author is named with --bot-author"
        turn = Turn(
            role=role,
            text=written,
            kind="note" if private else "attachment" if files and not written.strip() else kind,
            at=moment,
            latency_ms=latency_ms,
            author_key=None if author is None else str(author),
            language=language if isinstance(language, str) else None,
            buttons=tuple(map(str, buttons)),
            sources=tuple(map(str, sources)),
            tool_calls=tool_calls,
            draft=draft if isinstance(draft, str) else None,
            payload={"attachments": files} if files else None,
        )
        # Counted only now: rubbish in a field ends the whole conversation above, before this message is in the account.
        ledger.n_messages += 1
        if edited:
            ledger.note("an edited message: the latest text is kept", where)
        if message_id is not None:
            key = str(message_id)
            if key in self._by_id:
                self.talk.turns[self._by_id[key]] = turn
                ledger.n_folded += 1
                ledger.note("a message twice under one id: the later one is kept", where)
                return
            self._by_id[key] = len(self.talk.turns)
        self.talk.turns.append(turn)
        ledger.roles[role, why] += 1

    def say(self, role: Role, why: str, text: Any, at: Any, line: int) -> None:
        """A message of plain text and nothing else, as `add` takes it."""
        if type(text) is not str or not text or text.isspace():
            self.add(role, why, text, at, line=line)
            return
        moment = self.times.read(at, line, after=self._last) if at is not None else None
        if moment is not None:
            self._sorted = self._sorted and (self._last is None or moment >= self._last)
            self._last = moment
        self.talk.turns.append(Turn(role=role, text=text, at=moment))
        self.ledger.n_messages += 1
        self.ledger.roles[role, why] += 1

    def call_tool(self, call: ToolCall, why: str, at: Any = None) -> None:
        """A tool call of the bot: it joins the bot's turn before it, where one stands after the customer's last."""
        import msgspec

        turns = self.talk.turns
        if turns and turns[-1].role == "bot":
            self.ledger.n_messages += 1
            self.ledger.n_folded += 1
            turns[-1] = msgspec.structs.replace(turns[-1], tool_calls=(*turns[-1].tool_calls, call))
        else:
            self.add("bot", why, "", at, tool_calls=(call,), kind="event")

    def tool_result(self, result: Any, *, ok: bool | None = None) -> None:
        """What the last tool call gave back."""
        import msgspec

        self.ledger.n_messages += 1
        turns = self.talk.turns
        if not turns or turns[-1].role != "bot" or not turns[-1].tool_calls:
            self.ledger.drop("message", "a tool's answer without its call", self.line)
            return
        last = msgspec.structs.replace(turns[-1].tool_calls[-1], result=result, ok=ok)
        turns[-1] = msgspec.structs.replace(turns[-1], tool_calls=(*turns[-1].tool_calls[:-1], last))
        self.ledger.n_folded += 1

    def skip(self, reason: str, line: int | None = None) -> None:
        """A message that is left out."""
        self.ledger.n_messages += 1
        self.ledger.drop("message", reason, line or self.line)

    def drop(self, reason: str) -> Talk | None:
        """None: the whole conversation is left out, with the messages that it has so far."""
        for _ in self.talk.turns:
            self.ledger.drop("message", f"its conversation was dropped: {reason}")
        self.talk.turns.clear()
        self.ledger.drop("conversation", reason, self.line)
        return None

    def done(self) -> Talk | None:
        """The conversation with its messages in the order of time; one without messages is dropped."""
        talk = self.talk
        for name in ("subject", "intent", "segment", "language", "model_id", "prompt_id", "outcome"):
            value = getattr(talk, name)
            if value is not None and not isinstance(value, str):
                setattr(talk, name, str(value) if isinstance(value, int) else None)
        if not talk.turns:
            self.ledger.drop("conversation", "no message left", self.line)
            return None
        if not self._sorted and all(turn.at is not None for turn in talk.turns):
            talk.turns.sort(key=lambda turn: turn.at)  # type: ignore[arg-type, return-value]
            self.ledger.note("messages out of order were sorted by time", self.line)
        if self.options.language:
            talk.language = talk.language or self.options.language
        if self.options.channel:
            talk.channel = self.options.channel
        self.ledger.n_conversations += 1
        self.ledger.n_turns += len(talk.turns)
        return talk


def _media(attachments: Iterable[Any]) -> list[str]:
    # The kind of a file is kept; its name and address may tell who somebody is.
    kinds = []
    for item in attachments:
        given = item if isinstance(item, dict) else {}
        kind = given.get("content_type") or given.get("contentType") or given.get("type") or given.get("mediaType")
        kinds.append(str(kind).lower() if kind else "file")
    return kinds


Begin = Callable[[Any], Builder]

_CHANNELS = {
    "email": "email", "mail": "email", "e-mail": "email", "web": "form", "web_form": "form", "portal": "form",
    "phone": "phone", "voice": "phone", "pstn": "phone", "pstnphone": "phone", "callback": "phone", "sms": "sms",
    "chat": "chat", "widgetchat": "chat", "native_messaging": "chat", "messaging": "chat", "messenger": "chat",
    "contactform": "form", "contact_form": "form", "facebook": "social", "facebookmessenger": "social",
    "mejl": "email", "e-post": "email", "epost": "email", "sähköposti": "email", "telefon": "phone", "puhelin": "phone",
    "instagram": "social", "twitter": "social", "whatsapp": "whatsapp", "forum": "forum", "api": "chat",
}  # fmt: skip


def channel_of(value: Any, default: str = "chat") -> str:
    """The channel in one house style, the export's own word where it is none of the usual ones."""
    word = str(value or "").strip().lower()
    return _CHANNELS.get(word, word) or default


@dataclass(frozen=True)
class RecordImporter:
    """An importer of an export that holds one record a conversation; `read` puts one record together."""

    name: str
    fields: tuple[tuple[str, str], ...]
    role_rule: str
    read: Callable[[Data, Begin], Talk | None]
    """Gets the record and `begin(source_id) -> Builder`; gives None after dropping with `Builder.drop`."""
    streams: Streams | None = None
    containers: tuple[str, ...] = ()

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed."""
        times = Times(ledger, timezone=options.timezone)
        heads = {name.split(".")[0].split("[")[0] for row, _ in self.fields for name in row.replace(" ", "").split(",")}
        heads |= _unused_fields(self.name) | set(self.streams.children if self.streams else ())
        for line, data in joined(source, ledger, self.streams, self.containers):
            ledger.n_records += 1
            if not isinstance(data, dict):
                ledger.drop("conversation", "no object with fields", line)
                continue
            for name in data.keys() - heads:
                ledger.ignore(name, heads)
            talk = self._one(data, line, ledger, options, times)
            if talk is not None:
                yield talk

    def _one(self, data: Data, line: int, ledger: Ledger, options: Options, times: Times) -> Talk | None:
        builder: list[Builder] = []

        def begin(source_id: Any) -> Builder:
            builder.append(Builder(source_id, line, ledger, options, times))
            return builder[-1]

        return guarded(self.name, lambda: self.read(data, begin), builder, ledger, line)


def guarded(
    name: str, make: Callable[[], Talk | None], begun: Sequence[Builder], ledger: Ledger, line: int
) -> Talk | None:
    """The boundary to other people's data: a shape that is not the documented one costs one conversation, and is told.

    `begun` holds the builder once `make` has one.
    """
    try:
        return make()
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
        what = f"its field {error}" if isinstance(error, KeyError) else type(error).__name__
        reason = f"not the shape of a {name} record ({what})"
        if begun:
            return begun[-1].drop(reason)
        ledger.drop("conversation", reason, line)
        return None


_LANGUAGES = {
    "swedish": "sv", "danish": "da", "norwegian": "nb", "finnish": "fi", "english": "en", "german": "de", "no": "nb",
    "icelandic": "is", "svenska": "sv", "dansk": "da", "norsk": "nb", "suomi": "fi", "deutsch": "de", "nynorsk": "nn",
}  # fmt: skip


def language_of(value: Any) -> str | None:
    """The two-letter code of a language tag or name, None for what is neither.

    >>> language_of("sv-SE"), language_of("Finnish"), language_of("no")
    ('sv', 'fi', 'nb')
    """
    word = str(value or "").strip().lower()
    code = word.replace("_", "-").split("-")[0]
    return _LANGUAGES.get(word) or _LANGUAGES.get(code) or (code if len(code) == 2 and code.isalpha() else None)


@cache
def _unused_fields(name: str) -> frozenset[str]:
    import yaml

    text = files("evalkit.transcripts").joinpath("data/unused_fields.yaml").read_text("utf-8")
    return frozenset(yaml.safe_load(text).get(name, ()))


def hand_overs(talk: Talk) -> tuple[HandOver, ...]:
    """The hand-over of a conversation that a bot began and a person took on, from its turns."""
    bot = next((n for n, turn in enumerate(talk.turns) if turn.role == "bot"), None)
    person = next((n for n, turn in enumerate(talk.turns) if turn.role == "human" and turn.kind != "note"), None)
    if bot is None or (person is None and talk.requested_turn is None):
        return ()
    if person is not None and person < bot:
        return ()
    return (
        HandOver(
            requested_turn=talk.requested_turn,
            accepted_turn=person,
            accepted_at=talk.turns[person].at if person is not None else None,
            executed=person is not None,
            outcome=talk.outcome,
        ),
    )
