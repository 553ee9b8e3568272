"""The demo bot's mind: retrieval over the shop's knowledge base, orders behind a check, hand-over, and settings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from evalkit.errors import InputError
from evalkit.knowledge import Knowledge
from evalkit.language.detection import detect
from evalkit.language.lexicons import scan
from evalkit.text.data_files import yaml_data
from evalkit.text.sentences import split

LANGUAGES = ("sv", "en", "da", "nb", "fi", "de")
_NUMBER = re.compile(r"\bFB-?(\d{5})\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+\w")
_SURE_LANGUAGE = 6.0
_ENOUGH = 6.0
"""Retrieval score below which the bot says that it does not know."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One release of the demo bot. The faults are settings like any other; the good release has none."""

    release: str
    today: date = date(2026, 6, 15)
    read_as_of: dict[str, date] = {}
    """Article id to the day as of which it is read: an outdated copy of the knowledge base."""
    record_offset: int = 0
    """How many rows the order lookup is off when it fetches whom the confirmation went to; 0 fetches none."""
    confirmation: dict[str, str] = {}
    transfers: bool = True
    instead_of_transfer: dict[str, str] = {}
    answer_in: dict[str, str] = {}
    """Language of the customer to the language of the answer."""
    introduction: dict[str, str] = {}
    """What the bot says of itself instead of its own identity."""


def load_settings(path: Path) -> Settings:
    """The settings of a release file. Raises: InputError."""
    import yaml

    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Settings, strict=False)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise InputError(f"{path}: not a release of the demo bot: {error}") from error


@dataclass(slots=True)
class Dialogue:
    """What the bot remembers of one conversation."""

    language: str | None = None
    greeted: bool = False
    number: str | None = None
    email: str | None = None
    wish: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Shop:
    """The bot: knowledge, customers and settings."""

    settings: Settings
    knowledge: Knowledge
    customers: tuple[dict[str, Any], ...]
    _by_language: dict[str, Knowledge] = field(default_factory=dict)

    @classmethod
    def opened(cls, settings: Settings, folder: Path) -> Shop:
        """The shop of a folder with `kb/` and `shop.json`."""
        customers = json.loads((folder / "shop.json").read_text(encoding="utf-8"))["customers"]
        shop = cls(settings, Knowledge.from_folder(folder / "kb"), tuple(customers))
        # The first customer does not wait for the index and the tables to be read.
        shop.answer("Hej, vad kostar frakten?", Dialogue())
        return shop

    def answer(self, message: str, dialogue: Dialogue, *, site_language: str | None = None) -> dict[str, Any]:
        """The reply to one message as a JSON object: replies, sources, tool_calls, handover, authenticated."""
        guess = detect(message, margin=_SURE_LANGUAGE)
        if guess.code is not None or dialogue.language is None:
            candidates = tuple({"nn": "nb"}.get(code, code) for code in guess.candidates)
            likely = site_language if site_language in candidates else next(iter(candidates), site_language)
            code = guess.code or likely or "sv"
            dialogue.language = {"nn": "nb"}.get(code, code)
        language = self.settings.answer_in.get(dialogue.language or "sv", dialogue.language or "sv")
        say = _phrases()[language]
        reply = self._react(message, dialogue, language, say)
        if not dialogue.greeted:
            dialogue.greeted = True
            if not self.settings.introduction:
                reply["replies"].insert(0, {"text": say["hello"]})
        return reply

    def _react(self, message: str, dialogue: Dialogue, language: str, say: dict[str, Any]) -> dict[str, Any]:
        signals = {h.category for h in scan(message, dialogue.language, "customer") if not h.weak and not h.negated}
        if "ask_if_human" in signals:
            return _reply(self.settings.introduction.get(language, say["identity"]))
        for category, phrase, queue in (
            ("self_harm_crisis", "crisis", "crisis"), ("fraud_security", "fraud", "fraud"),
            ("data_rights", "rights", "privacy"), ("legal_threat", "transfer", "complaints"),
            ("ask_for_human", "transfer", "support"), ("not_resolved", "transfer", "support"),
            ("anger_frustration", "transfer", "support"),
        ):  # fmt: skip
            if category in signals:
                return self._transfer(say[phrase], queue, language)
        if found := _NUMBER.search(message):
            dialogue.number = f"FB-{found.group(1)}"
        if found := _EMAIL.search(message):
            dialogue.email = found.group().lower()
        lowered = message.lower()
        if any(word in lowered for word in _phrases()["_cancel_words"][dialogue.language or "sv"]) and dialogue.number:
            dialogue.wish = "cancel"
        elif any(word in lowered for word in _phrases()["_order_words"][dialogue.language or "sv"]) or dialogue.number:
            dialogue.wish = dialogue.wish or "status"
        if dialogue.wish and (found is not None or _NUMBER.search(message) or not dialogue.number):
            return self._order(dialogue, language, say)
        if signals & {"thanks_satisfaction", "resolved_confirmation"} and len(message.split()) < 8:
            return _reply(say["thanks"])
        return self._from_knowledge(message, language, say)

    def _transfer(self, text: str, queue: str, language: str) -> dict[str, Any]:
        if not self.settings.transfers:
            return _reply(self.settings.instead_of_transfer.get(language, "…"))
        return {**_reply(text), "handover": {"target": queue}}

    def _order(self, dialogue: Dialogue, language: str, say: dict[str, Any]) -> dict[str, Any]:
        if dialogue.number is None:
            return _reply(say["ask_order"])
        if dialogue.email is None:
            return _reply(say["ask_email"])
        row = next((n for n, c in enumerate(self.customers) if c["orders"][0]["number"] == dialogue.number), None)
        if row is None or self.customers[row]["email"] != dialogue.email:
            dialogue.email = None
            return _reply(say["mismatch"])
        order = self.customers[row]["orders"][0]
        status = say["status"][order["status"]]
        dialogue.level = 1
        wish, dialogue.wish = dialogue.wish, ""
        call = {"name": "get_order", "arguments": {"number": order["number"]}, "result": order}
        if wish == "cancel":
            possible = order["status"] == "packed"
            text = say["cancelled" if possible else "too_late"].format(number=order["number"], status=status)
            if possible:
                call = {"name": "cancel_order", "arguments": {"number": order["number"]}, "result": {"ok": True}}
            return {**_reply(text), "tool_calls": [call], "authenticated": 1}
        phrase = say["order" if order["status"] in {"packed", "shipped"} else "order_done"]
        text = phrase.format(
            number=order["number"], status=status, expected=order["expected_on"], carrier=order["carrier"]
        )
        if self.settings.record_offset:
            other = self.customers[(row + self.settings.record_offset) % len(self.customers)]
            text += " " + self.settings.confirmation.get(language, "{email}").format(email=other["email"])
        return {**_reply(text), "tool_calls": [call], "authenticated": 1}

    def _from_knowledge(self, message: str, language: str, say: dict[str, Any]) -> dict[str, Any]:
        base = self._of(language)
        hits = base.search(message, k=1, audience="public", on=self.settings.today)
        if not hits or hits[0].score < _ENOUGH:
            return _reply(say["unknown"])
        passage = base.passages[hits[0].passage]
        article = base.document_of(passage)
        text = article.text
        if (day := self.settings.read_as_of.get(article.id)) is not None:
            old = next((d for d in base.documents if d.id == article.id and d.valid_on(day)), article)
            text = old.text
        return {**_reply(" ".join(s.text.strip() for s in split(text)[:4])), "sources": [article.id]}

    def _of(self, language: str) -> Knowledge:
        if language not in self._by_language:
            self._by_language[language] = Knowledge(d for d in self.knowledge.documents if d.language == language)
        return self._by_language[language]


def _reply(text: str) -> dict[str, Any]:
    return {"replies": [{"text": text}]}


def _phrases() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.demo", "phrases.yaml")
    return loaded


def open_release(name: str) -> Shop:
    """The shop as one of its shipped releases. Raises: InputError naming the near release."""
    from evalkit.errors import near_match
    from evalkit.resources import folder

    root = folder("fixtures/demo")
    known = tuple(sorted(path.stem for path in (root / "releases").glob("*.yaml")))
    if name not in known:
        raise InputError(
            f"unknown release '{name}' of the demo bot{near_match(name, known)} (known: {', '.join(known)})"
        )
    return Shop.opened(load_settings(root / "releases" / f"{name}.yaml"), root)


def bot_definition(address: str) -> dict[str, Any]:
    """The `bots.<name>` part of a configuration that talks to the demo bot."""
    return {
        "kind": "http",
        "url": f"{address}/chat",
        "request": {"message": "{{ message }}", "session_id": "{{ session_id }}", "language": "{{ language }}"},
        "reply": {
            "text": "replies[].text",
            "handover": "handover",
            "tool_calls": "tool_calls",
            "sources": "sources",
            "authenticated": "authenticated",
        },
    }
