"""The demo bot's replies as a channel's platform carries them: Messenger's and WhatsApp's own payload shapes.

Source: the message objects of the Messenger Send API and of the WhatsApp Cloud API, as their reference pages give them.
"""

from __future__ import annotations

from typing import Any

TEXT = (
    "[replies[].text, messenger[].[text, attachment.payload.text], "
    "whatsapp[].[text.body, interactive.body.text, image.caption]][][][] | [?@]"
)
"""Where a bot definition finds the text of a reply, whatever the channel (JMESPath)."""
BUTTONS = (
    "[replies[].buttons[], messenger[].quick_replies[].title, messenger[].attachment.payload.buttons[].title, "
    "whatsapp[].interactive.action.buttons[].reply.title, "
    "whatsapp[].interactive.action.sections[].rows[].title][][] | [?@]"
)
_MOST_REPLY_BUTTONS = 3
"""WhatsApp shows up to three reply buttons; more options make a list."""

Body = dict[str, Any]


def shaped(answer: Body, channel: str | None) -> Body:
    """The answer with its bubbles in the channel's shape; as it is on any other channel.

    >>> shaped({"replies": [{"text": "Hej"}]}, "whatsapp")
    {'whatsapp': [{'type': 'text', 'text': {'body': 'Hej'}}]}
    """
    shape = {"messenger": _messenger, "whatsapp": _whatsapp}.get(channel or "")
    if shape is None:
        return answer
    rest = {key: value for key, value in answer.items() if key != "replies"}
    return {str(channel): [shape(bubble) for bubble in answer["replies"]], **rest}


def pressed(body: Body) -> str | None:
    """The title that a press on a button sends back in Messenger's or WhatsApp's shape; None for any other message."""
    payload = body.get("payload")
    if not isinstance(payload, dict):
        return None
    interactive = payload.get("interactive")
    interactive = interactive if isinstance(interactive, dict) else {}
    reply = interactive.get("button_reply") or interactive.get("list_reply") or payload.get("postback") or {}
    title = reply.get("title") if isinstance(reply, dict) else None
    return title if isinstance(title, str) else None


def is_media(body: Body) -> bool:
    """Whether the customer sent a picture, a film, a recording or a document, which the bot cannot read."""
    payload = body.get("payload")
    return isinstance(payload, dict) and payload.get("type") in {"image", "video", "audio", "document"}


def _messenger(bubble: Body) -> Body:
    titles = bubble.get("buttons") or []
    if not titles:
        return {"text": bubble["text"]}
    if len(titles) > _MOST_REPLY_BUTTONS:
        quick = [{"content_type": "text", "title": title, "payload": title} for title in titles]
        return {"text": bubble["text"], "quick_replies": quick}
    buttons = [{"type": "postback", "title": title, "payload": title} for title in titles]
    content = {"template_type": "button", "text": bubble["text"], "buttons": buttons}
    return {"attachment": {"type": "template", "payload": content}}


def _whatsapp(bubble: Body) -> Body:
    titles = bubble.get("buttons") or []
    if not titles:
        return {"type": "text", "text": {"body": bubble["text"]}}
    body = {"text": bubble["text"]}
    if len(titles) > _MOST_REPLY_BUTTONS:
        rows = [{"id": str(n), "title": title} for n, title in enumerate(titles)]
        listed = {"type": "list", "body": body, "action": {"button": "…", "sections": [{"rows": rows}]}}
        return {"type": "interactive", "interactive": listed}
    replies = [{"type": "reply", "reply": {"id": str(n), "title": title}} for n, title in enumerate(titles)]
    return {"type": "interactive", "interactive": {"type": "button", "body": body, "action": {"buttons": replies}}}
