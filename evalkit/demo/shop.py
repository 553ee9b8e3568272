"""The demo bot's mind: retrieval over the shop's knowledge base, orders behind a check, hand-over, and settings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from evalkit.demo.channels import BUTTONS, TEXT
from evalkit.errors import InputError
from evalkit.knowledge import Document, Knowledge
from evalkit.language.detection import detect
from evalkit.language.lexicons import scan
from evalkit.text.data_files import yaml_data
from evalkit.text.sentences import split

LANGUAGES = ("sv", "en", "da", "nb", "fi", "de")
_NUMBER = re.compile(r"\bFB-?(\d{5})\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+\w")
_SURE_LANGUAGE = 6.0
_FOLLOW_UP_WORDS, _STEM, _NEAREST, _ALIKE = 6, 5, 4, 80
_MEDIA_QUEUE = "support"
EVENTS = ("delivery_delayed", "subscription_inactive")
"""What the bot writes about first, when the shop's systems say that it happened."""
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
    """What the bot says of itself, when asked, instead of its own identity."""


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
    question: str = ""
    """What was asked last of the knowledge base: the ground of "and to Norway?"."""
    article: str | None = None
    asked_for: str | None = None
    """The order for which the e-mail address was asked."""
    angry: bool = False


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

    def answer(
        self, message: str, dialogue: Dialogue, *, site_language: str | None = None, media: bool = False
    ) -> dict[str, Any]:
        """The reply to one message as a JSON object: replies, sources, tool_calls, handover, authenticated."""
        dialogue.language = _language(message, dialogue.language, site_language)
        language = self.settings.answer_in.get(dialogue.language, dialogue.language)
        say = _phrases()[language]
        if media:
            reply = self._transfer(say["media"], _MEDIA_QUEUE, language)
        else:
            reply = self._react(message, dialogue, language, say)
        if not dialogue.greeted:
            dialogue.greeted = True
            reply["replies"].insert(0, {"text": say["hello"]})
        return reply

    def notify(self, event: str, payload: dict[str, Any], dialogue: Dialogue, language: str | None) -> dict[str, Any]:
        """What the bot writes first when something happened: the facts of the event, what to do, how to opt out."""
        dialogue.language = language if language in LANGUAGES else "sv"
        dialogue.greeted = True
        spoken = self.settings.answer_in.get(dialogue.language, dialogue.language)
        say = _phrases()[spoken]
        known = {key: str(payload.get(key, "")) for key in ("order_number", "expected_on", "subscription", "since")}
        return _reply(f"{say['hello']} {say[event].format(**known)} {say['opt_out']}")

    def _react(self, message: str, dialogue: Dialogue, language: str, say: dict[str, Any]) -> dict[str, Any]:
        signals = {h.category for h in scan(message, dialogue.language, "customer") if not h.weak and not h.negated}
        if "ask_if_human" in signals:
            if pretence := self.settings.introduction.get(language):
                # Who plays a person does not say in the same breath that it is none.
                dialogue.greeted = True
                return _reply(pretence)
            return _reply(say["identity"])
        if message == say["options"][-1]:
            return self._transfer(say["transfer"], "support", language)
        for category, phrase, queue in (
            ("self_harm_crisis", "crisis", "crisis"), ("fraud_security", "fraud", "fraud"),
            ("data_rights", "rights", "privacy"), ("legal_threat", "transfer", "complaints"),
            ("ask_for_human", "transfer", "support"), ("not_resolved", "transfer", "support"),
        ):  # fmt: skip
            if category in signals and not (category == "not_resolved" and _NUMBER.search(message)):
                return self._transfer(say[phrase], queue, language)
        if said_stop(message, say):
            return _reply(say["opted_out"])
        if (asked := self._errand(message, dialogue)) is not None:
            return self._order(dialogue, language, say) if asked else _reply(say["ask_order"])
        if signals & {"thanks_satisfaction", "resolved_confirmation"} and len(message.split()) < 8:
            return _reply(say["thanks"])
        if not set(_words(message)) - set(say["greetings"]):
            return {"replies": [{"text": say["menu"], "buttons": say["options"]}]}
        reply = self._from_knowledge(message, dialogue, language, say)
        if "anger_frustration" in signals and (dialogue.angry or "sources" not in reply):
            return self._transfer(say["transfer"], "support", language)
        dialogue.angry |= "anger_frustration" in signals
        return reply

    def _errand(self, message: str, dialogue: Dialogue) -> bool | None:
        """Whether the order can be looked at: None when the message is about something else."""
        number, email = _NUMBER.search(message), _EMAIL.search(message)
        if number:
            dialogue.number = f"FB-{number.group(1)}"
        if email:
            dialogue.email = email.group().lower()
        lowered, phrases, language = message.lower(), _phrases(), dialogue.language or "sv"
        cancels = any(word in lowered for word in phrases["_cancel_words"][language]) and dialogue.number
        asks = any(word in lowered for word in phrases["_order_words"][language])
        if cancels:
            dialogue.wish = "cancel"
        elif asks or number or email:
            dialogue.wish = dialogue.wish or "status"
        if not (cancels or asks or number or email):
            return None
        return dialogue.number is not None

    def _transfer(self, text: str, queue: str, language: str) -> dict[str, Any]:
        if not self.settings.transfers:
            return _reply(self.settings.instead_of_transfer.get(language, "…"))
        return {**_reply(text), "handover": {"target": queue}}

    def _order(self, dialogue: Dialogue, language: str, say: dict[str, Any]) -> dict[str, Any]:
        if dialogue.email is None:
            asked, dialogue.asked_for = dialogue.asked_for, dialogue.number
            changed = asked not in {None, dialogue.number}
            return _reply(say["ask_email_again" if changed else "ask_email"].format(number=dialogue.number))
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

    def _from_knowledge(self, message: str, dialogue: Dialogue, language: str, say: dict[str, Any]) -> dict[str, Any]:
        base = self._of(language)
        words = _words(message)
        follows = len(words) <= _FOLLOW_UP_WORDS and words[:1] and words[0] in say["and_words"]
        query = message.lower() if message.isupper() else message
        if dialogue.question and follows and _topic(query, language) is None:
            query = f"{dialogue.question} {query}"
        article = self._article(base, query, language)
        if article is None:
            pending = "ask_order" if dialogue.number is None else "ask_email"
            return _reply(say[pending if dialogue.wish else "unknown"])
        dialogue.question = query
        text = article.text
        if (day := self.settings.read_as_of.get(article.id)) is not None:
            old = next((d for d in base.documents if d.id == article.id and d.valid_on(day)), article)
            text = old.text
        sentences = [s.text.strip() for s in split(text)]
        if article.id == dialogue.article:
            # Said already: only what the new words are about.
            sentences = [
                s for s in sentences if _shares_a_word(self._telling(message, language), _words(s))
            ] or sentences
        dialogue.article = article.id
        return {**_reply(" ".join(sentences[:4])), "sources": [article.id]}

    def _article(self, base: Knowledge, query: str, language: str) -> Document | None:
        """The article nearest to a question, of those that share a word with it that says what it is about."""
        if (topic := _topic(query, language)) is not None:
            on_topic = (d for d in base.documents if d.id == f"{topic}-{language}" and d.valid_on(self.settings.today))
            if (named := next(on_topic, None)) is not None:
                return named
        asked = self._telling(query, language)
        for hit in base.search(query, k=_NEAREST, audience="public", on=self.settings.today):
            article = base.document_of(base.passages[hit.passage])
            if hit.score >= _ENOUGH and _shares_a_word(asked, _words(f"{article.title} {article.text}")):
                return article
        return None

    @staticmethod
    def _telling(text: str, language: str) -> list[str]:
        """The words of a question that say what it is about."""
        small = set(_phrases()["_small_words"][language])
        return [word for word in _words(text) if len(word) >= _STEM - 1 and word not in small]

    def _of(self, language: str) -> Knowledge:
        if language not in self._by_language:
            self._by_language[language] = Knowledge(d for d in self.knowledge.documents if d.language == language)
        return self._by_language[language]


def _language(message: str, current: str | None, site_language: str | None) -> str:
    """The language to answer in: a sure guess, else the one so far as long as the message could be in it."""
    guess = detect(message, margin=_SURE_LANGUAGE)
    candidates = tuple({"nn": "nb"}.get(code, code) for code in guess.candidates)
    code = {"nn": "nb"}.get(guess.code or "", guess.code)
    if code is None and current is not None and (current in candidates or not candidates):
        code = current
    if code is None:
        code = site_language if site_language in candidates or not candidates else candidates[0]
    return code if code in LANGUAGES else current or "sv"


def said_stop(message: str, say: dict[str, Any]) -> bool:
    """Whether the message is the opt-out word of the bot's own notices, and nothing else."""
    return _words(message) in (["stop"], [say["stop_word"]])


def _topic(message: str, language: str) -> str | None:
    """What of the things asked most a message is about, by what customers call it."""
    topics: dict[str, str] = _phrases()["_topics"][language]
    return next((name for name, words in topics.items() if re.search(words, message.lower())), None)


def _shares_a_word(asked: list[str], told: list[str]) -> bool:
    """Whether a word begins alike in both, or is the same but for a slip of the finger."""
    from rapidfuzz import fuzz, process

    return any(
        any(other.startswith(word[:_STEM]) for other in told)
        or (len(word) > _STEM and process.extractOne(word, told, scorer=fuzz.ratio, score_cutoff=_ALIKE) is not None)
        for word in asked
    )


def _words(message: str) -> list[str]:
    return re.findall(r"\w+", message.lower())


def _reply(text: str) -> dict[str, Any]:
    return {"replies": [{"text": text}]}


def _phrases() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.demo", "phrases.yaml")
    return loaded


def open_release(name: str, like: Shop | None = None) -> Shop:
    """The shop as one of its shipped releases. Raises: InputError naming the near release.

    Another release of a shop that is open (`like`) shares its articles and their index.
    """
    from evalkit.errors import near_match
    from evalkit.resources import folder

    root = folder("fixtures/demo")
    known = tuple(sorted(path.stem for path in (root / "releases").glob("*.yaml")))
    if name not in known:
        raise InputError(
            f"unknown release '{name}' of the demo bot{near_match(name, known)} (known: {', '.join(known)})"
        )
    settings = load_settings(root / "releases" / f"{name}.yaml")
    return Shop.opened(settings, root) if like is None else replace(like, settings=settings)


def bot_definition(address: str) -> dict[str, Any]:
    """The `bots.<name>` part of a configuration that talks to the demo bot."""
    return {
        "kind": "http",
        "url": f"{address}/chat",
        "request": {
            "message": "{{ message }}",
            "session_id": "{{ session_id }}",
            "language": "{{ language }}",
            "channel": "{{ channel }}",
            "payload": "{{ payload }}",
        },
        "reply": {
            "text": TEXT,
            "buttons": BUTTONS,
            "handover": "handover",
            "tool_calls": "tool_calls",
            "sources": "sources",
            "authenticated": "authenticated",
        },
    }
