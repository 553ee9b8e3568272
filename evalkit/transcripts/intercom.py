"""Intercom: the first message stands in `source.body`, the others are parts; the AI agent marks its own."""

from __future__ import annotations

from evalkit.model import Rating, Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk, channel_of, language_of
from evalkit.transcripts.grouping import Streams

_SPOKEN = frozenset(
    {"comment", "quick_reply", "open", "close", "assignment", "assign_and_reopen", "note", "note_and_reopen"}
)
_CUSTOMERS = frozenset({"user", "lead", "contact"})
_RATED = (1, 5)


def _conversation(data: Data, begin: Begin) -> Talk | None:
    builder = begin(data["id"])
    talk, source = builder.talk, data.get("source") or {}
    contacts = data.get("contacts") or {}
    people = contacts.get("contacts", []) if isinstance(contacts, dict) else contacts
    for person in people:
        talk.subject = talk.subject or person.get("email") or person.get("external_id") or person.get("id")
        talk.customers |= {str(person[key]) for key in ("name", "email", "phone") if person.get(key)}
    talk.channel = channel_of((data.get("channel") or {}).get("initial") if isinstance(data.get("channel"), dict)
                              else data.get("channel") or _channel(source))  # fmt: skip
    _say(builder, source, "comment", data.get("created_at"), source.get("id") or "source")
    held = data.get("conversation_parts") or {}
    parts = held.get("conversation_parts", []) if isinstance(held, dict) else held
    for part in parts:
        kind = str(part.get("part_type") or "comment")
        if kind not in _SPOKEN or (not part.get("body") and not part.get("attachments")):
            if kind.startswith("merged"):
                builder.ledger.note("merged with another conversation; its messages are kept here", builder.line)
            builder.skip(f"event without a message ({kind})" if kind.replace("_", "").isalpha() else "event")
            continue
        _say(builder, part, kind, part.get("created_at"), part.get("id"))
    if isinstance(held, dict) and int(held.get("total_count") or 0) > len(parts):
        builder.ledger.note("the export holds fewer parts than the conversation had (at most 500)", builder.line)
    _outcome(builder, data)
    return builder.done()


def _say(builder: Builder, part: Data, kind: str, at: object, id_: object) -> None:
    author = part.get("author") or {}
    type_ = str(author.get("type") or "")
    role: Role
    if author.get("from_ai_agent") or author.get("is_ai_answer"):
        role, why = "bot", "author.from_ai_agent or is_ai_answer"
    elif type_ in _CUSTOMERS:
        role, why = "customer", f"author.type is {type_}"
    elif type_ == "bot":
        role, why = "bot", "author.type is bot"
    else:
        role, why = "human", "author.type is admin or team"
    names = {str(author[key]) for key in ("name", "email") if author.get(key)}
    if role == "customer":
        builder.talk.customers |= names
        builder.talk.subject = builder.talk.subject or author.get("email") or author.get("id")
    elif role == "human":
        builder.talk.agents |= names
    if part.get("redacted"):
        builder.skip("redacted in Intercom")
        return
    updated, created = part.get("updated_at"), part.get("created_at")
    builder.add(
        role,
        why,
        part.get("body"),
        at,
        author=author.get("id"),
        message_id=id_,
        html=True,
        mail=True,
        private=kind.startswith("note") or (kind.startswith("assign") and role != "customer"),
        attachments=part.get("attachments") or (),
        edited=bool((part.get("metadata") or {}).get("edited")) if updated != created else False,
    )


def _outcome(builder: Builder, data: Data) -> None:
    talk = builder.talk
    rating = data.get("conversation_rating") or {}
    value = rating.get("rating")
    if isinstance(value, int | float) and _RATED[0] <= value <= _RATED[1]:
        talk.rating = Rating(
            value=value,
            rated_at=builder.at(rating.get("updated_at") or rating.get("created_at")),
            has_comment=bool(rating.get("remark")),
        )
    agent = data.get("ai_agent") or {}
    if agent:
        import msgspec

        talk.outcome = agent.get("resolution_state")
        if talk.outcome:
            talk.attributes["ai_resolution"] = str(talk.outcome)
        if isinstance(agent.get("rating"), int | float):
            talk.attributes["ai_rating"] = str(agent["rating"])
        held = agent.get("content_sources") or {}
        sources = held.get("content_sources", []) if isinstance(held, dict) else held
        told = tuple(str(s.get("url") or s.get("title")) for s in sources if s.get("url") or s.get("title"))
        last = next((n for n in reversed(range(len(talk.turns))) if talk.turns[n].role == "bot"), None)
        if told and last is not None:
            talk.turns[last] = msgspec.structs.replace(talk.turns[last], sources=told)
    talk.started_at = builder.at(data.get("created_at"))
    statistics = data.get("statistics") or {}
    talk.ended_at = builder.at(statistics.get("last_close_at"))
    if statistics.get("count_reopens") is not None:
        talk.attributes["reopens"] = str(statistics["count_reopens"])
    if data.get("state"):
        talk.attributes["status"] = str(data["state"])
    held = data.get("tags") or {}
    tags = held.get("tags", []) if isinstance(held, dict) else held
    if tags:
        talk.attributes["tags"] = " ".join(
            str(tag.get("name", "")) if isinstance(tag, dict) else str(tag) for tag in tags
        )
    language = (data.get("custom_attributes") or {}).get("Language") or data.get("language_override")
    talk.language = language_of(language)


def _channel(source: Data) -> str:
    return {"email": "email", "phone_call": "phone"}.get(str(source.get("type")), "chat")


IMPORTER = RecordImporter(
    name="intercom",
    read=_conversation,
    containers=("conversations", "data"),
    streams=Streams(
        parents=("conversations",),
        children={"conversation_parts": (("conversation_parts", "parts"), "conversation_id")},
    ),
    role_rule=(
        "bot: author.from_ai_agent or is_ai_answer, or author.type bot; customer: author.type user, lead or contact; "
        "else person (admin, team); --bot-author names others"
    ),
    fields=(
        ("id", "source id, hashed"),
        ("source.body, source.author", "the first message"),
        ("conversation_parts[].part_type", "comment, quick_reply, open, close: messages; note, assignment: private"),
        ("conversation_parts[].body", "text (HTML)"),
        ("conversation_parts[].author.type, from_ai_agent, is_ai_answer", "role"),
        ("conversation_parts[].created_at", "time (unix seconds)"),
        ("conversation_parts[].attachments[].content_type", "kinds of attachments"),
        ("conversation_parts[].redacted", "dropped"),
        ("contacts[].email, external_id, id, name, phone", "subject key; covered in every text"),
        ("conversation_rating", "rating 1–5"),
        ("ai_agent.resolution_state, rating", "outcome of the AI's part (attributes)"),
        ("ai_agent.content_sources[]", "sources of the AI's last answer"),
        ("statistics", "end, reopens"),
        ("channel, state, tags, custom_attributes, language_override", "channel, attributes, language"),
        ("created_at", "start"),
    ),
)
