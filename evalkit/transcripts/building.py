"""The one way in which the messages of a conversation are put together, with the account of what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from evalkit.model import Role, ToolCall, Turn, TurnKind
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.markup import text_of_html, without_quoted_mail
from evalkit.transcripts.talk import Options, Talk
from evalkit.transcripts.times import Times


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
        written = _written(text, html=html, mail=mail)
        files = _media(attachments) if attachments else []
        if not written.strip() and not files and not tool_calls and not buttons:
            self.skip("empty message", where)
            return
        moment = self._moment(at, where)
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
        if message_id is not None and self._replaced(str(message_id), turn, where):
            return
        self.talk.turns.append(turn)
        ledger.roles[role, why] += 1

    def _replaced(self, message_id: str, turn: Turn, line: int) -> bool:
        """Whether the message took the place of an earlier one with its id."""
        at = self._by_id.setdefault(message_id, len(self.talk.turns))
        if at == len(self.talk.turns):
            return False
        self.talk.turns[at] = turn
        self.ledger.n_folded += 1
        self.ledger.note("a message twice under one id: the later one is kept", line)
        return True

    def _moment(self, value: Any, line: int) -> datetime | None:
        moment = self.times.read(value, line, after=self._last)
        if moment is not None:
            self._sorted = self._sorted and (self._last is None or moment >= self._last)
            self._last = moment
        return moment

    def say(self, role: Role, why: str, text: Any, at: Any, line: int) -> None:
        """A message of plain text and nothing else, as `add` takes it."""
        if type(text) is not str or not text or text.isspace():
            self.add(role, why, text, at, line=line)
            return
        moment = self._moment(at, line) if at is not None else None
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


def _written(text: Any, *, html: bool, mail: bool) -> str:
    written = "" if text is None else text if isinstance(text, str) else str(text)
    if html and ("<" in written or "&" in written):
        written = text_of_html(written)
    return without_quoted_mail(written) if mail else written


def _media(attachments: Iterable[Any]) -> list[str]:
    # The kind of a file is kept; its name and address may tell who somebody is.
    kinds = []
    for item in attachments:
        given = item if isinstance(item, dict) else {}
        kind = given.get("content_type") or given.get("contentType") or given.get("type") or given.get("mediaType")
        kinds.append(str(kind).lower() if kind else "file")
    return kinds
