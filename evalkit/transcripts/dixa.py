"""Dixa: conversations with messages; `is_automated_message` is its only mark of a bot."""

from __future__ import annotations

from evalkit.model import Rating, Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk, channel_of
from evalkit.transcripts.grouping import Streams


def _conversation(data: Data, begin: Begin) -> Talk | None:
    builder = begin(data["id"])
    talk = builder.talk
    if data.get("anonymized_at"):
        return builder.drop("anonymised in Dixa")
    talk.subject = data.get("requester_email") or data.get("requester_id")
    talk.customers |= {
        str(data[k]) for k in ("requester_name", "requester_email", "requester_phone_number") if data.get(k)
    }
    talk.agents |= {str(data[k]) for k in ("assignee_name", "assignee_email", "transferee_name") if data.get(k)}
    talk.channel = channel_of(data.get("initial_channel"))
    for message in data.get("messages") or ():
        _message(builder, message)
    talk.started_at, talk.ended_at = builder.at(data.get("created_at")), builder.at(data.get("closed_at"))
    score = data.get("rating_score")
    if isinstance(score, int | float) and 1 <= score <= 5:
        talk.rating = Rating(value=score, has_comment=bool(data.get("rating_message")))
    if data.get("queue_name"):
        talk.attributes["queue"] = str(data["queue_name"])
    if data.get("handling_duration") is not None:
        talk.attributes["handling_duration"] = str(data["handling_duration"])
    if data.get("tags"):
        talk.attributes["tags"] = " ".join(map(str, data["tags"]))
    return builder.done()


def _message(builder: Builder, message: Data) -> None:
    role: Role
    if message.get("is_automated_message"):
        role, why = "bot", "is_automated_message"
    elif str(message.get("direction") or "").lower() == "inbound":
        role, why = "customer", "direction is inbound"
    else:
        role, why = "human", "direction is outbound"
    names = {str(message[key]) for key in ("author_name", "author_email") if message.get(key)}
    if role == "customer":
        builder.talk.customers |= names
    elif role == "human":
        builder.talk.agents |= names
    answer = message.get("chat_input_answer") or message.get("chat_menu_text")
    builder.add(
        role,
        why,
        message.get("text") or answer or message.get("chat_input_question"),
        message.get("created_at"),
        author=message.get("author_email") or message.get("author_name"),
        message_id=message.get("id"),
        html=True,
        mail=True,
        kind="form" if not message.get("text") and answer else "text",
        attachments=message.get("attached_files") or (["recording"] if message.get("voicemail_url") else ()),
    )


IMPORTER = RecordImporter(
    name="dixa",
    read=_conversation,
    containers=("data", "conversations"),
    streams=Streams(parents=("conversations",), children={"messages": (("messages",), "csid")}),
    role_rule=(
        "bot: is_automated_message, or --bot-author; customer: direction inbound; else person. A bot that writes "
        "through an employee's account looks like a person: name it with --bot-author"
    ),
    fields=(
        ("id", "source id, hashed"),
        ("messages[].direction, is_automated_message", "role"),
        ("messages[].text, chat_input_answer, chat_menu_text", "text; answers of a form are of kind form"),
        ("messages[].author_name, author_email", "pseudonym; covered in every text"),
        ("messages[].created_at", "time (milliseconds)"),
        ("messages[].attached_files, voicemail_url", "kinds of attachments"),
        ("requester_id, requester_name, requester_email, requester_phone_number", "subject key; covered"),
        ("assignee_name, assignee_email, transferee_name", "covered"),
        ("initial_channel", "channel"),
        ("rating_score, rating_message", "rating 1–5"),
        ("queue_name, handling_duration, tags", "attributes"),
        ("created_at, closed_at", "start, end"),
        ("anonymized_at", "dropped"),
    ),
)
