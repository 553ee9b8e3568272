"""Ada: conversations of the data export with their messages; the sender's type tells bot, agent and chatter."""

from __future__ import annotations

from evalkit.model import Rating, Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk, channel_of, language_of
from evalkit.transcripts.grouping import Streams

_SENDERS: dict[str, Role] = {
    "chatter": "customer", "end_user": "customer", "user": "customer",
    "ada": "bot", "bot": "bot", "ai_agent": "bot",
    "agent": "human", "human_agent": "human", "live_agent": "human",
    "system": "system",
}  # fmt: skip


def _conversation(data: Data, begin: Begin) -> Talk | None:
    builder = begin(data.get("_id") or data["id"])
    talk = builder.talk
    talk.subject = data.get("chatter_id") or data.get("end_user_id")
    talk.agents |= {str(name) for name in data.get("agent_name") or () if name}
    talk.channel = "chat" if data.get("platform") == "web" else channel_of(data.get("platform"))
    talk.language = language_of(data.get("language"))
    for message in data.get("messages") or ():
        _message(builder, message)
    talk.started_at = builder.at(data.get("date_created"))
    talk.ended_at = builder.at(data.get("date_ended") or data.get("date_updated"))
    csat = data.get("csat") or {}
    score = csat.get("score") if isinstance(csat, dict) else csat
    if isinstance(score, int | float) and 1 <= score <= 5:
        talk.rating = Rating(value=score, has_comment=bool(isinstance(csat, dict) and csat.get("comment")))
    talk.outcome = data.get("automated_resolution_classification")
    if talk.outcome:
        talk.attributes["ai_resolution"] = str(talk.outcome).lower()
    for name in ("agent_handle_time", "bot_handle_time"):
        if data.get(name) is not None:
            talk.attributes[name] = str(data[name])
    if data.get("is_test_user"):
        return builder.drop("a test user of Ada")
    return builder.done()


def _message(builder: Builder, message: Data) -> None:
    sender = message.get("sender") or message.get("author") or {}
    kind = str(sender.get("type") or message.get("role") or "").lower()
    role = _SENDERS.get(kind, "system")
    said = message.get("message_data") or message.get("content") or {}
    body = said if isinstance(said, str) else said.get("body") or said.get("text") or said.get("message")
    type_ = str(message.get("message_type") or (said.get("type") if isinstance(said, dict) else "") or "text")
    buttons = said.get("buttons") or said.get("options") or () if isinstance(said, dict) else ()
    name = sender.get("display_name") or sender.get("name")
    if name and role in {"customer", "human"}:
        (builder.talk.customers if role == "customer" else builder.talk.agents).add(str(name))
    builder.add(
        role,
        f"sender.type is {kind}" if kind in _SENDERS else "a sender.type that is not known",
        body,
        message.get("date_created") or message.get("created"),
        author=sender.get("_id") or sender.get("id"),
        message_id=message.get("_id") or message.get("id"),
        html=True,
        kind="event" if type_ in {"presence", "event"} else "text",
        attachments=[{"type": type_}] if type_ in {"picture", "image", "video", "file", "attachment"} else (),
        buttons=[b.get("text") or b.get("label") or "" if isinstance(b, dict) else b for b in buttons],
    )


IMPORTER = RecordImporter(
    name="ada",
    read=_conversation,
    containers=("conversations", "data"),
    streams=Streams(parents=("conversations",), key="_id", children={"messages": (("messages",), "conversation_id")}),
    role_rule="sender.type: chatter customer; ada, bot, ai_agent bot; agent, human_agent person; others system",
    fields=(
        ("_id, id", "source id, hashed"),
        ("messages[].sender.type", "role"),
        ("messages[].message_data.body, text", "text"),
        ("messages[].message_data.buttons", "buttons"),
        ("messages[].message_type", "kinds of attachments, events"),
        ("messages[].date_created", "time"),
        ("chatter_id, end_user_id", "subject key"),
        ("agent_name", "covered in every text"),
        ("platform, language", "channel, language"),
        ("csat.score", "rating 1–5"),
        ("automated_resolution_classification", "outcome of the AI's part (attribute)"),
        ("agent_handle_time, bot_handle_time", "attributes"),
        ("date_created, date_ended, date_updated", "start, end"),
        ("is_test_user", "dropped"),
    ),
)
