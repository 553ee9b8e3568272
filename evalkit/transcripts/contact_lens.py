"""Amazon Connect Contact Lens: one analysis file a contact, calls and chats, with the transcript by participant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from evalkit.model import Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk, channel_of, language_of

_ROLES: dict[str, Role] = {
    "CUSTOMER": "customer", "AGENT": "human", "SUPERVISOR": "human", "SYSTEM": "bot", "CUSTOM_BOT": "bot", "BOT": "bot",
    "LEX": "bot",
}  # fmt: skip


def _contact(data: Data, begin: Begin) -> Talk | None:
    about = data.get("CustomerMetadata") or {}
    builder = begin(about.get("ContactId") or data.get("ContactId") or data["JobName"])
    talk = builder.talk
    roles = {p["ParticipantId"]: str(p.get("ParticipantRole") or "").upper() for p in data.get("Participants") or ()}
    talk.channel = channel_of(data.get("Channel"), "phone")
    talk.language = language_of(data.get("LanguageCode"))
    if about.get("InputS3Uri"):
        talk.attributes["analysed"] = "recording"
    start = builder.at(about.get("InitiationTimestamp") or data.get("InitiationTimestamp"))
    for said in data.get("Transcript") or ():
        _said(builder, said, roles, start)
    redacted = (data.get("ContentMetadata") or {}).get("Output")
    if redacted:
        talk.attributes["content"] = str(redacted).lower()
    matched = (data.get("Categories") or {}).get("MatchedCategories") or ()
    if matched:
        talk.intent = str(matched[0])
    return builder.done()


def _said(builder: Builder, said: Data, roles: dict[str, str], start: datetime | None) -> None:
    participant = str(said.get("ParticipantId") or "")
    word = str(said.get("ParticipantRole") or roles.get(participant) or participant).upper()
    role = _ROLES.get(word)
    if role is None:
        builder.skip("a participant without a role")
        return
    if said.get("DisplayName") and role in {"customer", "human"}:
        (builder.talk.customers if role == "customer" else builder.talk.agents).add(str(said["DisplayName"]))
    offset = said.get("BeginOffsetMillis")
    at: object = said.get("AbsoluteTime")
    if at is None and start is not None and isinstance(offset, int | float):
        at = start + timedelta(milliseconds=offset)
    kind = str(said.get("ContentType") or "text/plain")
    if kind.startswith("application/vnd.amazonaws.connect.event"):
        builder.skip("event without a message")
        return
    builder.add(
        role,
        f"ParticipantRole is {word}",
        said.get("Content"),
        at.astimezone(UTC) if isinstance(at, datetime) else at,
        author=participant if role == "human" else None,
        message_id=said.get("Id"),
        html=kind == "text/html",
    )


IMPORTER = RecordImporter(
    name="contact-lens",
    read=_contact,
    role_rule="ParticipantRole of the participant: CUSTOMER customer; AGENT, SUPERVISOR person; SYSTEM, CUSTOM_BOT bot",
    fields=(
        ("CustomerMetadata.ContactId, ContactId, JobName", "source id, hashed"),
        ("Participants[].ParticipantId, ParticipantRole", "role"),
        ("Transcript[].Content, Id, ParticipantId", "text"),
        ("Transcript[].AbsoluteTime, BeginOffsetMillis", "time (chat; call, from InitiationTimestamp)"),
        ("Channel, LanguageCode", "channel, language"),
        ("Categories.MatchedCategories", "intent: the first matched category"),
        ("ContentMetadata.Output", "attribute: raw or redacted"),
        ("InitiationTimestamp", "start of a call"),
    ),
)
