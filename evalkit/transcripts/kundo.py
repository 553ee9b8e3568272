"""Kundo Forum: a dialog is a question with its comments; an editor's comment is the organisation's answer."""

from __future__ import annotations

from typing import Any

from evalkit.model import Role
from evalkit.transcripts.door import Begin, Builder, Data, RecordImporter, Talk
from evalkit.transcripts.grouping import Streams

_TOPICS = {"Q": "question", "P": "problem", "S": "suggestion", "B": "praise"}


def _dialog(data: Data, begin: Begin) -> Talk | None:
    builder = begin(data["id"])
    talk = builder.talk
    talk.channel = "forum"
    topic = str(data.get("topic") or "")
    talk.intent = _TOPICS.get(topic, topic) or None
    asker = _name(data)
    talk.subject = (_user(data).get("email") or _user(data).get("id") or asker) and str(
        _user(data).get("email") or _user(data).get("id") or asker
    )
    title, text = str(data.get("title") or ""), str(data.get("text") or "")
    first = text if title and title in text else f"{title}\n{text}".strip()
    _say(builder, "customer", "the dialog's own text", data, first, "dialog")
    for comment in data.get("comments") or ():
        editor = comment.get("is_editor") or comment.get("is_answer") or _user(comment).get("is_editor")
        role: Role = "human" if editor else "customer"
        _say(builder, role, "is_editor" if editor else "a comment of a visitor", comment, comment.get("text"), None)
    if data.get("state"):
        talk.attributes["status"] = str(data["state"])
    talk.started_at = builder.at(data.get("pub_date"))
    return builder.done()


def _say(builder: Builder, role: Role, why: str, said: Data, text: Any, id_: str | None) -> None:
    name = _name(said)
    if name:
        (builder.talk.customers if role == "customer" else builder.talk.agents).add(name)
    builder.add(
        role,
        why,
        text,
        said.get("pub_date"),
        author=_user(said).get("id") or name or None,
        message_id=id_ or said.get("id"),
        html=True,
    )


def _user(said: Data) -> Data:
    user = said.get("user")
    return user if isinstance(user, dict) else {}


def _name(said: Data) -> str:
    user = said.get("user")
    return str(_user(said).get("name") or said.get("name") or (user if isinstance(user, str) else "") or "")


IMPORTER = RecordImporter(
    name="kundo",
    read=_dialog,
    containers=("dialogs", "data"),
    streams=Streams(parents=("dialogs", "dialog"), children={"comments": (("comments",), "dialog_id")}),
    role_rule=(
        "person: is_editor (or is_answer) of the comment or of its user; else customer, other visitors too; "
        "--bot-author names a bot"
    ),
    fields=(
        ("id", "source id, hashed"),
        ("title, text", "the first message"),
        ("comments[].text, is_editor, is_answer", "answers and comments; role"),
        ("pub_date, comments[].pub_date", "time (local: give --timezone)"),
        ("user, name", "subject key; covered in every text"),
        ("topic", "intent: question, problem, suggestion, praise"),
        ("state", "attribute"),
    ),
)
