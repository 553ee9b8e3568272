"""HubSpot Conversations: threads with messages; the first letter of an actor's id tells its kind."""

from __future__ import annotations

from evalkit.model import Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk
from evalkit.transcripts.grouping import Streams

_ACTORS: dict[str, tuple[Role, str]] = {
    "V": ("customer", "actor id begins with V- (visitor)"),
    "E": ("customer", "actor id begins with E- (e-mail)"),
    "A": ("human", "actor id begins with A- (agent)"),
    "B": ("bot", "actor id begins with B- (bot)"),
    "I": ("bot", "actor id begins with I- (integration)"),
    "S": ("system", "actor id begins with S- (system)"),
}
_CHANNELS = {"1000": "chat", "1001": "social", "1002": "email", "1007": "whatsapp"}
_MESSAGES = frozenset({"MESSAGE", "WELCOME_MESSAGE", "COMMENT"})


def _thread(thread: Data, begin: Begin) -> Talk | None:
    builder = begin(thread["id"])
    talk = builder.talk
    if thread.get("spam"):
        return builder.drop("marked as spam")
    if thread.get("associatedContactId"):
        talk.subject = str(thread["associatedContactId"])
    talk.channel = _CHANNELS.get(str(thread.get("originalChannelId")), "chat")
    for message in thread.get("messages") or ():
        _message(builder, message)
    talk.started_at, talk.ended_at = builder.at(thread.get("createdAt")), builder.at(thread.get("closedAt"))
    if thread.get("status"):
        talk.attributes["status"] = str(thread["status"]).lower()
    return builder.done()


def _message(builder: Builder, message: Data) -> None:
    kind = str(message.get("type") or "MESSAGE")
    if kind not in _MESSAGES:
        builder.skip(f"event without a message ({kind.lower()})" if kind.replace("_", "").isalpha() else "event")
        return
    senders = message.get("senders") or [{}]
    actor = str(senders[0].get("actorId") or message.get("createdBy") or "")
    role, why = _ACTORS.get(actor[:1] if actor[1:2] == "-" else "", ("system", "no actor id"))
    if role == "system" and message.get("direction") in {"INCOMING", "OUTGOING"} and why == "no actor id":
        incoming = message["direction"] == "INCOMING"
        role, why = ("customer", "no actor id, INCOMING") if incoming else ("human", "no actor id, OUTGOING")
    for sender in senders:
        named = {str(sender["name"])} if sender.get("name") else set()
        address = (sender.get("deliveryIdentifier") or {}).get("value")
        if role == "customer":
            builder.talk.customers |= named | ({str(address)} if address else set())
            builder.talk.subject = builder.talk.subject or address
        elif role == "human":
            builder.talk.agents |= named
    if message.get("truncationStatus") not in {None, "NOT_TRUNCATED"}:
        builder.ledger.note("HubSpot cut a message short; its original content needs a second call", builder.line)
    text, rich = message.get("text"), message.get("richText")
    builder.add(
        role,
        why,
        text or rich,
        message.get("createdAt"),
        author=actor or None,
        message_id=message.get("id"),
        html=not text,
        mail=True,
        private=kind == "COMMENT",
        attachments=[{"type": a.get("fileUsageType") or a.get("type")} for a in message.get("attachments") or ()],
        edited=bool(message.get("updatedAt")) and message.get("updatedAt") != message.get("createdAt"),
    )


IMPORTER = RecordImporter(
    name="hubspot",
    read=_thread,
    containers=("results", "threads"),
    streams=Streams(parents=("threads",), children={"messages": (("messages",), "conversationsThreadId")}),
    role_rule=(
        "the first letter of senders[0].actorId: V, E customer; A person; B, I bot; S system; without one, direction "
        "INCOMING customer, OUTGOING person"
    ),
    fields=(
        ("id", "source id, hashed"),
        (
            "messages[].type",
            "MESSAGE, WELCOME_MESSAGE: messages; COMMENT: private note, dropped; others: events, dropped",
        ),
        ("messages[].senders[].actorId, direction", "role"),
        ("messages[].senders[].name, deliveryIdentifier.value", "covered in every text"),
        ("messages[].text, richText", "text, without quoted mail"),
        ("messages[].createdAt, updatedAt", "time; edits are told"),
        ("messages[].attachments[].fileUsageType", "kinds of attachments"),
        ("messages[].truncationStatus", "told where a message is cut"),
        ("associatedContactId", "subject key"),
        ("originalChannelId", "channel"),
        ("createdAt, closedAt, status, spam", "start, end, attribute; spam: dropped"),
    ),
)
