"""The column mapping of a generic export: which field holds what, checked against what the file really has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from evalkit.errors import InputError, TranscriptError, near_match
from evalkit.transcripts.turns import ROLES

CONVERSATION = (
    "id", "language", "channel", "intent", "segment", "subject", "customer", "agent", "handled_by", "consent",
    "started_at", "ended_at", "rating",
)  # fmt: skip
MESSAGE = (
    "id", "role", "text", "at", "author", "kind", "private", "language", "buttons", "sources", "draft", "latency_ms",
    "tool_name", "tool_arguments", "tool_result", "attachments",
)  # fmt: skip
ROLE_NAMES = ("customer", "bot", "human", "system", "tool_call", "tool_result", "drop")
_ALIASES: dict[str, tuple[str, ...]] = {
    "conversation.id": (
        "conversation_id", "conversationid", "ticket_id", "thread_id", "session_id", "dialog_id", "chat_id", "case_id",
        "arende", "ärende", "ärendenummer", "sagsnummer", "saksnummer", "id",
    ),
    "conversation.language": ("language", "lang", "locale", "språk", "sprog"),
    "conversation.channel": ("channel", "kanal", "medium"),
    "conversation.intent": ("intent", "category", "topic", "kategori", "ämne"),
    "conversation.subject": ("customer_id", "customer_email", "user_id", "requester_id", "email", "kundnummer"),
    "conversation.customer": ("customer_name", "requester_name", "kundnamn"),
    "conversation.agent": ("agent_name", "assignee_name"),
    "conversation.handled_by": ("handled_by", "handler"),
    "conversation.rating": ("csat", "rating", "satisfaction", "betyg"),
    "message.id": ("message_id", "messageid", "msg_id"),
    "message.role": ("role", "sender", "sender_type", "author_type", "speaker", "from", "avsändare", "roll"),
    "message.text": ("text", "message", "body", "content", "utterance", "meddelande", "besked", "melding", "viesti"),
    "message.at": ("timestamp", "at", "time", "created_at", "sent_at", "datetime", "date", "tid", "datum", "tidspunkt"),
    "message.author": ("author", "author_id", "sender_id", "agent_id"),
    "message.private": ("is_private", "private", "internal"),
    "message.kind": ("kind", "message_type"),
}  # fmt: skip
_TURNS = ("turns", "messages", "conversation", "transcript", "dialog", "dialogue", "history")
_TRANSCRIPT = r"(?m)^(?:\[?(?P<at>\d[\d:. T/+Z-]{3,30})\]?[ \t]*[-–]?[ \t]*)?(?P<role>[^:\n\[\]]{1,60}):[ \t]+"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What parts of a mapping share: unknown keys are refused."""


class RatingScale(Part, frozen=True, kw_only=True):
    """Lowest and highest value of the survey."""

    min: float = 1
    max: float = 5


class TimeStyle(Part, frozen=True, kw_only=True):
    """How times are written: `format` in strptime's letters, the zone of times that carry none."""

    timezone: str | None = None
    format: str | tuple[str, ...] = ()
    month_first: bool = False


class TranscriptColumn(Part, frozen=True, kw_only=True):
    """A column that holds a whole conversation; `split` finds each speaker, with groups `role` and perhaps `at`."""

    column: str
    split: str = _TRANSCRIPT


class ColumnMapping(Part, frozen=True, kw_only=True):
    """Where a generic export keeps things; paths into nested objects are written with dots."""

    conversation: dict[str, str] = {}
    message: dict[str, str] = {}
    turns: str | None = None
    """The list of messages inside a record; none = one row a message."""
    columns: dict[str, str] = {}
    """One row a conversation, one column a message: column → role, in order."""
    transcript: TranscriptColumn | None = None
    roles: dict[str, str | tuple[str | int | bool, ...]] = {}
    """Role → the values that mean it; `other` names the role of all other values."""
    drop: dict[str, tuple[Any, ...]] = {}
    """Column of a message → values that leave it out."""
    rating: RatingScale = RatingScale()
    times: TimeStyle = TimeStyle()
    constants: dict[str, str | bool | None] = {}
    """Fields of the conversation that are the same for the whole file."""
    attributes: tuple[str, ...] = ()
    """Columns of the conversation that are kept as they are."""
    html: bool = False
    delimiter: str | None = None


def mapping_of(data: Any, where: str = "mapping") -> ColumnMapping:
    """The mapping of a parsed YAML file. Raises: InputError naming the key, with the nearest known one."""
    if not isinstance(data, dict):
        raise InputError(f"{where}: expected keys such as `conversation:`, `message:` and `roles:`")
    _known(data, ColumnMapping.__struct_fields__, where)
    for name, known in (("conversation", CONVERSATION), ("message", MESSAGE), ("constants", CONVERSATION)):
        _known(data.get(name) or {}, known, f"{where}: {name}")
    roles = data.get("roles") or {}
    for word, role in roles.items() if isinstance(roles, Mapping) else ():
        if word not in (*ROLE_NAMES, "other") and role in ROLE_NAMES:
            raise InputError(f"{where}: roles: a role names its words, not a word its role: write `{role}: [{word}]`")
    _known(roles, (*ROLE_NAMES, "other"), f"{where}: roles")
    try:
        made = msgspec.convert({key: value for key, value in data.items() if value is not None}, ColumnMapping)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: {error}") from error
    for role in made.columns.values():
        _known({role: None}, ROLE_NAMES, f"{where}: columns")
    if "other" in made.roles:
        _known({made.roles["other"]: None}, ROLE_NAMES, f"{where}: roles.other")
    if made.transcript is not None:
        try:
            groups = re.compile(made.transcript.split).groupindex
        except re.error as error:
            raise InputError(f"{where}: transcript.split is no regular expression: {error}") from error
        if "role" not in groups:
            raise InputError(f"{where}: transcript.split needs a group named role: (?P<role>…)")
    return made


def _known(data: Any, known: Iterable[str], where: str) -> None:
    names = tuple(known)
    for key in data if isinstance(data, Mapping) else ():
        if key not in names:
            raise InputError(f"{where}: unknown key '{key}'{near_match(str(key), names)} (known: {', '.join(names)})")


def completed(mapping: ColumnMapping | None, header: Sequence[str], inner: Sequence[str], where: str) -> ColumnMapping:
    """The mapping with what it does not say filled in by the usual names, checked against the file's own names.

    `header` are the fields of a record, `inner` those of a message where messages are a list inside it.
    Raises: TranscriptError for a column that the file does not have, with the nearest one.
    """
    made = mapping or ColumnMapping()
    nested = bool(made.turns)
    of_message = inner if nested else header
    for column in _columns(made.conversation, made.attributes, made.columns, made.transcript):
        _there(column, header, where)
    for column in made.message.values():
        _there(column, of_message, where)
    for column in made.drop:
        _there(column, tuple(dict.fromkeys((*header, *of_message))), where)
    conversation = {**_usual("conversation", header), **made.conversation}
    message = {**_usual("message", of_message), **made.message}
    for name in made.constants:
        conversation.pop(name, None)
    made = msgspec.structs.replace(made, conversation=conversation, message=message)
    wide = made.columns or made.transcript
    if "id" not in conversation:
        raise TranscriptError(f"{where}: no column names the conversation; say `conversation: {{id: …}}`{_has(header)}")
    for name in () if wide else ("role", "text"):
        if name not in message and not (name == "role" and "other" in made.roles):
            raise TranscriptError(
                f"{where}: no column holds the {name}; say `message: {{{name}: …}}`{_has(of_message)}"
            )
    return made


def turns_field(mapping: ColumnMapping | None, record: Mapping[str, Any]) -> str | None:
    """The field that holds the list of messages: the mapping's, else a usual name that holds a list of objects."""
    if mapping is not None and (mapping.turns or mapping.columns or mapping.transcript):
        return mapping.turns
    for name in _TURNS:
        value = record.get(name)
        if isinstance(value, list) and (not value or isinstance(value[0], dict)):
            return name
    return None


def role_table(mapping: ColumnMapping) -> dict[str, str]:
    """The role of each value (lower case): the mapping's, else the usual words."""
    table: dict[str, str] = dict(ROLES)
    for role, values in mapping.roles.items():
        if role != "other":
            for value in (values,) if isinstance(values, str) else values:
                table[str(value).strip().lower()] = role
    return table


def getter(path: str) -> Callable[[Mapping[str, Any]], Any]:
    """What reads a dotted path out of a record, None where it leads nowhere.

    >>> getter("meta.language")({"meta": {"language": "sv"}})
    'sv'
    """
    if "." not in path:
        return lambda record: record.get(path)
    steps = path.split(".")

    def read(record: Mapping[str, Any]) -> Any:
        if path in record:
            return record[path]
        value: Any = record
        for step in steps:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    return read


def _usual(side: str, header: Sequence[str]) -> dict[str, str]:
    by_name = {name.strip().lower().replace(" ", "_").replace("-", "_"): name for name in reversed(header)}
    found = {}
    for key, aliases in _ALIASES.items():
        part, _, name = key.partition(".")
        hit = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if part == side and hit is not None:
            found[name] = hit
    return found


def _columns(*parts: Any) -> Iterable[str]:
    for part in parts:
        if isinstance(part, TranscriptColumn):
            yield part.column
        elif isinstance(part, Mapping) and part is not None:
            yield from part if part and set(part.values()) <= set(ROLE_NAMES) else part.values()
        elif part is not None:
            yield from part


def _there(column: str, header: Sequence[str], where: str) -> None:
    if column not in header and column.split(".")[0] not in header:
        raise TranscriptError(f"{where}: the file has no column '{column}'{near_match(column, header)}{_has(header)}")


def _has(header: Sequence[str]) -> str:
    return f" (it has: {', '.join(sorted(header)[:30])})"
