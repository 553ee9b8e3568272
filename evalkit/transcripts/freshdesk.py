"""Freshdesk: the first message is the ticket's `description_text`, the others are its conversations."""

from __future__ import annotations

import re

from evalkit.model import Rating, Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk
from evalkit.transcripts.grouping import Streams

_SOURCES = {1: "email", 2: "form", 3: "phone", 7: "chat", 9: "form", 10: "email", 13: "whatsapp"}
_STATUS = {2: "open", 3: "pending", 4: "resolved", 5: "closed"}
_OUTBOUND = 10
_MERGED = re.compile(r"\bmerged into ticket\b", re.IGNORECASE)
_RATINGS = {103: 3, 102: 2, 101: 1, 100: 0, -101: -1, -102: -2, -103: -3}


def _ticket(ticket: Data, begin: Begin) -> Talk | None:
    builder = begin(ticket["id"])
    talk = builder.talk
    for flag, reason in (("spam", "marked as spam"), ("deleted", "deleted in Freshdesk")):
        if ticket.get(flag):
            return builder.drop(reason)
    said = ticket.get("conversations") or []
    if any(row.get("private") and _MERGED.search(str(row.get("body_text") or "")) for row in said):
        return builder.drop("merged into another ticket, which holds its messages")
    requester = ticket.get("requester") or {}
    talk.subject = requester.get("email") or ticket.get("email") or str(ticket.get("requester_id") or "") or None
    talk.customers |= {
        str(held[key]) for held in (requester, ticket) for key in ("name", "email", "phone", "mobile") if held.get(key)
    }
    talk.channel = _SOURCES.get(ticket.get("source"), "email")  # type: ignore[arg-type]
    outbound = ticket.get("source") == _OUTBOUND
    plain = ticket.get("description_text")
    builder.add(
        "human" if outbound else "customer",
        "the ticket's description (source 10: outbound, written by a person)",
        plain or ticket.get("description"),
        ticket.get("created_at"),
        author=ticket.get("responder_id") if outbound else ticket.get("requester_id"),
        message_id="description",
        html=not plain,
        mail=True,
        attachments=ticket.get("attachments") or (),
    )
    for row in said:
        _reply(builder, row, ticket)
    _outcome(builder, ticket)
    return builder.done()


def _reply(builder: Builder, row: Data, ticket: Data) -> None:
    role: Role
    if row.get("incoming") or (row.get("user_id") is not None and row.get("user_id") == ticket.get("requester_id")):
        role, why = "customer", "incoming, or user_id is the requester's"
    else:
        role, why = "human", "not incoming"
    plain = row.get("body_text")
    builder.add(
        role,
        why,
        plain or row.get("body"),
        row.get("created_at"),
        author=row.get("user_id"),
        message_id=row.get("id"),
        html=not plain,
        mail=True,
        private=bool(row.get("private")),
        attachments=row.get("attachments") or (),
        edited=bool(row.get("last_edited_at")),
    )


def _outcome(builder: Builder, ticket: Data) -> None:
    talk, stats = builder.talk, ticket.get("stats") or {}
    talk.started_at = builder.at(ticket.get("created_at"))
    talk.ended_at = builder.at(stats.get("resolved_at") or stats.get("closed_at"))
    talk.attributes["status"] = _STATUS.get(int(ticket.get("status") or 0), "other")
    if ticket.get("type"):
        talk.intent = str(ticket["type"])
    if ticket.get("tags"):
        talk.attributes["tags"] = " ".join(map(str, ticket["tags"]))
    for rating in ticket.get("satisfaction_ratings") or ():
        value = _RATINGS.get(int((rating.get("ratings") or {}).get("default_question") or 0))
        if value is not None:
            talk.rating = Rating(
                value=value,
                scale_min=-3,
                scale_max=3,
                rated_at=builder.at(rating.get("created_at")),
                has_comment=bool(rating.get("feedback")),
            )


IMPORTER = RecordImporter(
    name="freshdesk",
    read=_ticket,
    containers=("tickets", "results"),
    streams=Streams(
        parents=("tickets",),
        children={
            "conversations": (("conversations",), "ticket_id"),
            "satisfaction_ratings": (("satisfaction_ratings",), "ticket_id"),
        },
    ),
    role_rule=(
        "customer: incoming, the requester's user_id, or the ticket's description; else person; Freshdesk marks no "
        "bot: name its user id with --bot-author"
    ),
    fields=(
        ("id", "source id, hashed"),
        ("description_text, description", "the first message"),
        ("conversations[].body_text, body", "text, without quoted mail"),
        ("conversations[].incoming, user_id", "role"),
        ("conversations[].private", "private note: dropped"),
        ("conversations[].created_at, last_edited_at", "time; edits are told"),
        ("conversations[].attachments[].content_type, attachments", "kinds of attachments"),
        ("requester_id, requester, email, phone, name", "subject key; covered in every text"),
        ("responder_id", "author of an outbound ticket"),
        ("satisfaction_ratings[].ratings.default_question", "rating −3…3 (103 … −103)"),
        ("source", "channel"),
        ("stats", "end"),
        ("status, tags", "attributes"),
        ("type", "intent"),
        ("spam, deleted", "dropped"),
        ("created_at", "start"),
    ),
)
