"""Any JSON lines or CSV file, long (a row a message) or wide (a row a conversation), by a column mapping."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from evalkit.model import Rating, ToolCall
from evalkit.transcripts.door import Builder, Options, Talk, channel_of, language_of
from evalkit.transcripts.grouping import grouped
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.mapping import ColumnMapping, completed, getter, role_table, turns_field
from evalkit.transcripts.reading import Record, Source, json_records
from evalkit.transcripts.tables import table_records
from evalkit.transcripts.times import Times

_YES = frozenset({"1", "true", "yes", "y", "ja", "kyllä", "x", "sant", "sand"})
_HANDLED = {"ai": "ai", "bot": "ai", "ai_assisted": "ai_assisted", "human": "human", "agent": "human"}
_LEFT_OUT = "left out by `drop:` of the mapping"
_UNKNOWN_ROLE = "a role that no rule names; `roles:` of the mapping tells what it means"
_SPREAD = 20
_SPEAKERS = frozenset({"customer", "bot", "human", "system"})
_KINDS = ("buttons", "note", "event", "form", "attachment")


@dataclass(frozen=True)
class GenericImporter:
    """Reads what a mapping describes; without one, the usual names of columns and roles are recognised."""

    name: str
    rows: Callable[[Source, Ledger, ColumnMapping | None], Iterator[Record]]
    role_rule: str = (
        "the mapping's `roles:`, else the usual words: customer, user → customer; bot, assistant, ai → bot; "
        "agent, human, operator → person"
    )
    fields: tuple[tuple[str, str], ...] = (
        ("conversation_id", "conversation, one for all its rows"),
        ("message_id", "a later row with the same id replaces the earlier one"),
        ("role", "who speaks"),
        ("text", "the message"),
        ("timestamp", "time of the message, in UTC"),
        ("author", "pseudonym of the author"),
        ("is_private", "private notes are dropped"),
        ("channel, language, intent", "the conversation's"),
        ("csat", "rating, on the mapping's scale"),
        ("customer_id, customer_email", "subject key"),
        ("customer_name, agent_name", "covered wherever they stand"),
        ("handled_by", "ai, ai_assisted or human; else by who answers"),
    )

    def talks(self, source: Source, ledger: Ledger, options: Options) -> Iterator[Talk]:
        """The conversations of a source, streamed. Raises: TranscriptError where the columns do not fit."""
        mapping: ColumnMapping | None = options.mapping
        rows = self.rows(source, ledger, mapping)
        head = [record for _, record in zip(range(_SPREAD), rows, strict=False)]
        objects = [record.data for record in head if isinstance(record.data, dict)]
        if not objects:
            return
        inner = turns_field(mapping, objects[0])
        names = tuple(dict.fromkeys(name for record in objects for name in record))
        said = [turn for record in objects for turn in record.get(inner or "") or () if isinstance(turn, dict)]
        if inner is not None:
            mapping = msgspec.structs.replace(mapping or ColumnMapping(), turns=inner)
        inner_names = tuple(dict.fromkeys(name for turn in said for name in turn))
        reader = _Reader(completed(mapping, names, inner_names, str(source.path)), ledger, options)
        reader.tell_ignored(names, inner_names)
        yield from reader.talks(chain(head, rows))


class _Reader:
    """A mapping made ready for reading."""

    def __init__(self, mapping: ColumnMapping, ledger: Ledger, options: Options) -> None:
        self._mapping, self._ledger, self._options = mapping, ledger, options
        style = mapping.times
        formats = (style.format,) if isinstance(style.format, str) else style.format
        self._times = Times(
            ledger, timezone=options.timezone or style.timezone, formats=formats, month_first=style.month_first
        )
        self._of_talk = {name: getter(path) for name, path in mapping.conversation.items()}
        self._of_message = {name: getter(path) for name, path in mapping.message.items()}
        self._roles = role_table(mapping)
        self._whys = {value: f"role '{value}'" for value in self._roles}
        other = mapping.roles.get("other")
        self._other = other if isinstance(other, str) else None
        self._drops = [(getter(path), {_plain(v) for v in values}) for path, values in mapping.drop.items()]
        self._attributes = [(path, getter(path)) for path in mapping.attributes]
        self._fast: tuple[Callable[[Mapping[str, Any]], Any], ...] = tuple(
            self._of_message.get(name, _nothing) for name in ("at", "author", "id")
        )
        self._plain = set(self._of_message) <= {"role", "text", "at", "author", "id"} and not self._drops

    def tell_ignored(self, names: Iterable[str], inner: Iterable[str]) -> None:
        """Columns that go nowhere, told once."""
        mapping = self._mapping
        used = {*mapping.conversation.values(), *mapping.attributes, *mapping.columns, mapping.turns}
        used |= {mapping.transcript.column} if mapping.transcript else set()
        used |= set(mapping.drop)
        used_inner = {*mapping.message.values(), *mapping.drop}
        heads = {str(path).split(".")[0] for path in used | used_inner}
        for name in (*names, *(f"{mapping.turns}.{name}" for name in inner if name not in used_inner)):
            if name not in heads and name not in used:
                self._ledger.ignore(name, ("conversation_id", "timestamp", "text", "role", "message_id", "language"))

    def talks(self, rows: Iterator[Record]) -> Iterator[Talk]:
        mapping, ledger = self._mapping, self._ledger
        if mapping.turns or mapping.columns or mapping.transcript:
            for line, data in rows:
                ledger.n_records += 1
                talk = self._whole(data, line)
                if talk is not None:
                    yield talk
            return
        key = self._of_talk["id"]
        for id_, line, records in grouped(self._keyed(rows, key), ledger):
            ledger.n_records += 1
            builder = self._begin(id_, line)
            for record in records:
                self._message(builder, record.data, record.line)
            talk = self._done(builder, records[0].data)
            if talk is not None:
                yield talk

    def _keyed(
        self, rows: Iterator[Record], key: Callable[[Mapping[str, Any]], Any]
    ) -> Iterator[tuple[str, int, Record]]:
        for record in rows:
            id_ = key(record.data) if isinstance(record.data, dict) else None
            if id_ is None or id_ == "":
                self._ledger.drop("line", "a row without the conversation's id", record.line)
            else:
                yield str(id_), record.line, record

    def _begin(self, id_: Any, line: int) -> Builder:
        return Builder(id_, line, self._ledger, self._options, self._times)

    def _whole(self, data: Any, line: int) -> Talk | None:
        id_ = self._of_talk["id"](data) if isinstance(data, dict) else None
        if id_ is None or id_ == "":
            self._ledger.drop("conversation", "a record without the conversation's id", line)
            return None
        builder, mapping = self._begin(id_, line), self._mapping
        if self._left_out(data):
            builder.drop(_LEFT_OUT)
            return None
        if mapping.transcript is not None:
            self._split(builder, str(data.get(mapping.transcript.column) or ""))
        for column, role in mapping.columns.items():
            if data.get(column):
                self._say(builder, role, f"column '{column}'", data[column], {}, line)
        turns = getter(mapping.turns)(data) if mapping.turns else ()
        if isinstance(turns, str):
            try:
                turns = msgspec.json.decode(turns)
            except msgspec.DecodeError:
                turns = None
        if not isinstance(turns, list | tuple):
            builder.drop(f"`{mapping.turns}` is no list of messages")
            return None
        for turn in turns:
            if isinstance(turn, dict):
                self._message(builder, turn, line)
            else:
                builder.skip("a message that is no object", line)
        return self._done(builder, data)

    def _split(self, builder: Builder, text: str) -> None:
        assert self._mapping.transcript is not None
        hits = list(re.finditer(self._mapping.transcript.split, text))
        if not hits and text.strip():
            builder.skip("no speaker was found in the transcript; `transcript.split` of the mapping finds them")
        for hit, after in zip(hits, [*hits[1:], None], strict=True):
            said = text[hit.end() : after.start() if after else len(text)].strip()
            role, why = self._role(hit.group("role"), builder)
            at = hit.groupdict().get("at")
            if role is None:
                builder.skip(why)
                continue
            author = hit.group("role") if why == "any other role" else None
            if author and role == "human":
                builder.talk.agents.add(author.strip())
            self._say(builder, role, why, said, {"at": at.strip(" -–") if at else None, "author": author}, builder.line)

    def _role(self, value: Any, builder: Builder) -> tuple[str | None, str]:
        word = value if isinstance(value, str) else str(value)
        role = self._roles.get(word)
        if role is None:
            word = word.strip().lower()
            role = self._roles.get(word)
        if role is not None:
            return role, self._whys[word]
        # The word itself may be a person's name, so that only its place is told.
        return (self._other, "any other role") if self._other else (None, _UNKNOWN_ROLE)

    def _left_out(self, record: Mapping[str, Any]) -> bool:
        return any(_plain(read(record)) in values for read, values in self._drops)

    def _message(self, builder: Builder, record: Mapping[str, Any], line: int) -> None:
        of = self._of_message
        if self._left_out(record):
            builder.skip(_LEFT_OUT, line)
            return
        role, why = self._role(of["role"](record), builder) if "role" in of else (self._other, "any other role")
        if role is None or role == "drop":
            builder.skip(why if role is None else f"{why}, left out by the mapping", line)
            return
        if self._plain and role in _SPEAKERS:
            at, author, id_ = self._fast
            if author is _nothing and id_ is _nothing and not self._mapping.html:
                builder.say(role, why, of["text"](record), at(record), line)  # type: ignore[arg-type]
                return
            builder.add(
                role,  # type: ignore[arg-type]
                why,
                of["text"](record),
                at(record),
                author=author(record),
                message_id=id_(record),
                html=self._mapping.html,
                line=line,
            )
            return
        self._say(builder, role, why, of["text"](record), {name: read(record) for name, read in of.items()}, line)

    def _say(self, builder: Builder, role: str, why: str, text: Any, given: Mapping[str, Any], line: int) -> None:
        if role == "tool_call":
            arguments = given.get("tool_arguments")
            call = ToolCall(name=str(given.get("tool_name") or text or "tool"), arguments=_object(arguments))
            builder.call_tool(call, why, given.get("at"))
            return
        if role == "tool_result":
            builder.tool_result(given.get("tool_result") or text)
            return
        kind = str(given.get("kind") or "text")
        latency = given.get("latency_ms")
        builder.add(
            role,  # type: ignore[arg-type]
            why,
            text,
            given.get("at"),
            author=given.get("author") or None,
            message_id=given.get("id") or None,
            html=self._mapping.html,
            private=_plain(given.get("private")) in _YES or kind == "note",
            kind=kind if kind in _KINDS else "text",  # type: ignore[arg-type]
            attachments=_several(given.get("attachments")),
            buttons=_several(given.get("buttons")),
            sources=_several(given.get("sources")),
            draft=given.get("draft") or None,
            latency_ms=number_of(latency) if latency is not None else None,
            language=given.get("language") or None,
            line=line,
        )

    def _done(self, builder: Builder, data: Mapping[str, Any]) -> Talk | None:
        talk, constants = builder.talk, self._mapping.constants
        read = {name: get(data) for name, get in self._of_talk.items()}
        read |= dict(constants)
        for name in ("intent", "segment", "subject"):
            if read.get(name):
                setattr(talk, name, str(read[name]))
        talk.language = language_of(read.get("language"))
        talk.channel = channel_of(read.get("channel"))
        for name, names in (("customer", talk.customers), ("agent", talk.agents)):
            names.update(str(value) for value in _several(read.get(name)) if value)
        if read.get("consent") is not None and read["consent"] != "":
            talk.consent = _plain(read["consent"]) in _YES
        if read.get("handled_by"):
            talk.handled_by = _HANDLED.get(_plain(read["handled_by"]))  # type: ignore[assignment]
        talk.started_at, talk.ended_at = builder.at(read.get("started_at")), builder.at(read.get("ended_at"))
        score = number_of(read.get("rating"))
        if score is not None:
            scale = self._mapping.rating
            if scale.min <= score <= scale.max:
                talk.rating = Rating(value=score, scale_min=scale.min, scale_max=scale.max)
            else:
                builder.ledger.note(f"a rating outside {scale.min:g}–{scale.max:g} was left out", builder.line)
        for path, get in self._attributes:
            value = get(data)
            if value is not None and not isinstance(value, dict | list):
                talk.attributes[path] = str(value)
        return builder.done()


def number_of(value: Any) -> float | None:
    """A number, also with a decimal comma or spaces between thousands; None for what is none.

    >>> number_of("1 234,5"), number_of("n/a")
    (1234.5, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    text = re.sub(r"[\s\u00a0]", "", str(value))
    if "," in text:
        text = text.replace(".", "").replace(",", ".") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    try:
        return float(text) if text and text[-1].isdigit() else None
    except ValueError:
        return None


def _nothing(record: Mapping[str, Any]) -> None:
    return None


def _plain(value: Any) -> str:
    return str(value).strip().lower()


def _several(value: Any) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return {"text": value}
    return value if isinstance(value, dict) else {} if value is None else {"value": value}


def _json_rows(source: Source, ledger: Ledger, mapping: ColumnMapping | None) -> Iterator[Record]:
    return json_records(source, ledger, containers=("conversations",))


def _table_rows(source: Source, ledger: Ledger, mapping: ColumnMapping | None) -> Iterator[Record]:
    return table_records(source, ledger, delimiter=mapping.delimiter if mapping else None)


JSONL = GenericImporter("jsonl", _json_rows)
CSV = GenericImporter("csv", _table_rows)
