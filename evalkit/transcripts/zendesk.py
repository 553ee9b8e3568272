"""Zendesk: tickets with comments, metrics and ratings, chats in audits, and Messaging (Sunshine) messages."""

from __future__ import annotations

from typing import Any

from evalkit.model import Rating, Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk, channel_of
from evalkit.transcripts.grouping import Streams

_SYSTEM_AUTHOR = -1
_GOOD, _BAD = "good", "bad"


def _ticket(ticket: Data, begin: Begin) -> Talk | None:
    builder = begin(ticket["id"])
    talk = builder.talk
    if ticket.get("status") == "deleted":
        return builder.drop("deleted in Zendesk")
    if "closed_by_merge" in (ticket.get("tags") or ()):
        return builder.drop("merged into another ticket, which holds its messages")
    requester = ticket.get("requester") or {}
    requester_id = ticket.get("requester_id", requester.get("id"))
    talk.subject = requester.get("email") or (str(requester_id) if requester_id is not None else None)
    talk.customers |= {str(v) for v in (requester.get("name"), requester.get("email"), requester.get("phone")) if v}
    sender = ((ticket.get("via") or {}).get("source") or {}).get("from") or {}
    talk.customers |= {str(sender[k]) for k in ("name", "address") if sender.get(k)}
    for key in ("assignee", "submitter"):
        person = ticket.get(key) or {}
        if person.get("name") and person.get("id") != requester_id:
            talk.agents.add(str(person["name"]))
    talk.channel = channel_of((ticket.get("via") or {}).get("channel"), "email")
    users = {user["id"]: user for user in ticket.get("users") or () if isinstance(user, dict) and "id" in user}
    comments = ticket.get("comments") or []
    for comment in comments:
        _comment(builder, comment, requester_id, users)
    for audit in ticket.get("audits") or ():
        for event in audit.get("events") or ():
            _chat(builder, event)
    for message in ticket.get("messages") or ():
        _message(builder, message)
    if not talk.turns and ticket.get("description"):
        builder.add("customer", "the ticket's description", ticket["description"], ticket.get("created_at"))
    _outcome(builder, ticket)
    return builder.done()


def _comment(builder: Builder, comment: Data, requester_id: Any, users: dict[Any, Data]) -> None:
    author = comment.get("author_id")
    user = users.get(author) or comment.get("author") or {}
    role: Role
    if author == _SYSTEM_AUTHOR:
        role, why = "system", "author_id is -1"
    elif author is not None and author == requester_id:
        role, why = "customer", "author_id is the ticket's requester_id"
    elif user.get("role") == "end-user":
        role, why = "customer", "the author's role is end-user"
    elif (comment.get("via") or {}).get("channel") in {"answer_bot", "ai_agent", "answer_bot_for_agents"}:
        role, why = "bot", "via.channel is the answer bot's"
    else:
        role, why = "human", "any other author"
    if role == "human" and user.get("name"):
        builder.talk.agents.add(str(user["name"]))
    elif role == "customer" and user.get("name"):
        builder.talk.customers.add(str(user["name"]))
    plain, rich = comment.get("plain_body"), comment.get("html_body")
    builder.add(
        role,
        why,
        plain or rich or comment.get("body"),
        comment.get("created_at"),
        author=author,
        message_id=comment.get("id"),
        html=not plain or "&nbsp;" in plain,
        mail=True,
        private=comment.get("public") is False,
        attachments=comment.get("attachments") or (),
    )


def _chat(builder: Builder, event: Data) -> None:
    history = (event.get("value") or {}).get("history") if isinstance(event.get("value"), dict) else None
    for said in history or ():
        kind = str(said.get("actor_type") or "").lower()
        if said.get("type") != "ChatMessage":
            builder.skip(f"chat event {said.get('type')}")
            continue
        roles: dict[str, Role] = {"end-user": "customer", "agent": "human", "trigger": "bot", "system": "system"}
        role = roles.get(kind, "human")
        names = builder.talk.customers if role == "customer" else builder.talk.agents
        if said.get("actor_name") and role in {"customer", "human"}:
            names.add(str(said["actor_name"]))
        builder.add(role, f"chat actor_type is {kind if kind in roles else 'another'}", said.get("message"),
                    said.get("timestamp"), author=said.get("actor_id"))  # fmt: skip


def _message(builder: Builder, message: Data) -> None:
    author, content = message.get("author") or {}, message.get("content") or {}
    old = message.get("role")
    role: Role
    if author.get("type") == "user" or old == "appUser":
        role, why = "customer", "author.type is user"
        if author.get("displayName"):
            builder.talk.customers.add(str(author["displayName"]))
    elif "AI" in (author.get("subtypes") or ()):
        role, why = "bot", "author.subtypes holds AI"
    else:
        role, why = "human", "author.type is business, without the subtype AI"
        if author.get("displayName"):
            builder.talk.agents.add(str(author["displayName"]))
    kind = content.get("type") or message.get("type")
    files = [{"content_type": content.get("mediaType")}] if kind in {"image", "file"} else ()
    actions = content.get("actions") or message.get("actions") or ()
    builder.add(
        role,
        why,
        content.get("text") or message.get("text"),
        message.get("received"),
        author=author.get("userId") or message.get("authorId"),
        message_id=message.get("id") or message.get("_id"),
        html=True,
        attachments=files,
        buttons=[a["text"] for a in actions if isinstance(a, dict) and a.get("text")],
    )


def _outcome(builder: Builder, ticket: Data) -> None:
    talk = builder.talk
    ratings = ticket.get("satisfaction_ratings") or []
    rating = ticket.get("satisfaction_rating") or (ratings[-1] if ratings else {})
    score = str(rating.get("score") or "").removesuffix("_with_comment")
    if score in {_GOOD, _BAD}:
        talk.rating = Rating(
            value=float(score == _GOOD),
            scale_min=0,
            scale_max=1,
            rated_at=builder.at(rating.get("updated_at") or rating.get("created_at")),
            has_comment=bool(rating.get("comment")),
        )
    metrics = ticket.get("metric_set") or ticket.get("metrics") or {}
    metrics = metrics[-1] if isinstance(metrics, list) and metrics else metrics or {}
    talk.started_at = builder.at(ticket.get("created_at"))
    talk.ended_at = builder.at(metrics.get("solved_at"))
    if metrics.get("reopens") is not None:
        talk.attributes["reopens"] = str(metrics["reopens"])
    for name in ("reply_time_in_minutes", "full_resolution_time_in_minutes"):
        minutes = (metrics.get(name) or {}).get("calendar")
        if minutes is not None:
            talk.attributes[name] = str(minutes)
    for name in ("status", "priority"):
        if ticket.get(name):
            talk.attributes[name] = str(ticket[name])
    if ticket.get("tags"):
        talk.attributes["tags"] = " ".join(map(str, ticket["tags"]))


IMPORTER = RecordImporter(
    name="zendesk",
    read=_ticket,
    containers=("tickets", "conversations"),
    streams=Streams(
        parents=("tickets", "ticket"),
        children={
            "comments": (("ticket_comments", "comments"), "ticket_id"),
            "metrics": (("ticket_metrics", "metrics"), "ticket_id"),
            "satisfaction_ratings": (("satisfaction_ratings",), "ticket_id"),
            "audits": (("ticket_audits", "audits"), "ticket_id"),
        },
    ),
    role_rule=(
        "customer: the author is the ticket's requester or has the role end-user; bot: Messaging's author.subtypes "
        "holds AI, via.channel is the answer bot's, a chat trigger, or --bot-author; system: author_id -1; else person"
    ),
    fields=(
        ("id", "source id, hashed"),
        ("requester_id, requester", "subject key (e-mail, else id); name, e-mail and phone are covered in every text"),
        ("assignee, submitter", "names of employees, covered"),
        ("via.channel, via.source.from", "channel; the sender's name and address are covered"),
        ("comments[].author_id, comments[].via", "role"),
        ("comments[].plain_body, html_body, body", "text, without quoted mail"),
        ("comments[].public", "false = private note: dropped"),
        ("comments[].attachments[].content_type", "kinds of attachments"),
        ("comments[].created_at", "time"),
        ("audits[].events[].value.history[]", "messages of a chat"),
        ("messages[].author, messages[].content, messages[].received", "Messaging (Sunshine v2; v1 by role, text)"),
        ("description", "the first message where no comment is given"),
        ("satisfaction_rating, satisfaction_ratings", "rating: good 1, bad 0"),
        ("metric_set, metrics", "end, reopens, minutes to reply and to solve (attributes)"),
        ("status, priority, tags", "attributes; tag closed_by_merge: dropped as merged; status deleted: dropped"),
        ("created_at", "start"),
        ("users", "roles and names of authors, where the export embeds them"),
    ),
)
