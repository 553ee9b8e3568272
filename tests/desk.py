"""A made-up desk: short conversations on a few questions in two languages, people beside a bot, as an export in JSON lines."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evalkit.model import Conversation, HandledBy, Turn

QUESTIONS: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "returns": {
        "sv": (
            ("Hur lång tid har jag på mig att lämna tillbaka en jacka?", "Jag vill returnera skor som inte passar",
             "Hur många dagars öppet köp har ni på en jacka?", "Kan jag lämna tillbaka tröjan jag köpte?"),
            "Du har 30 dagars öppet köp från den dag du fick varan.",
        ),
        "en": (
            ("How long do I have to return a jacket?", "I want to return the shoes that do not fit",
             "Can I send back the sweater for a return?", "What is your return policy for a jacket?"),
            "You can return an item within 30 days of receiving it.",
        ),
    },
    "shipping": {
        "sv": (
            ("Vad kostar frakten inom Sverige?", "Hur mycket är fraktkostnaden?", "Är frakten gratis för stora köp?",
             "Vad tar ni för frakt?"),
            "Frakten kostar 59 kr inom Sverige.",
        ),
        "en": (
            ("How much is shipping?", "What does the shipping cost within Sweden?", "Is shipping free for big orders?",
             "What is the shipping fee?"),
            "Shipping costs SEK 59 within Sweden.",
        ),
    },
    "password": {
        "sv": (
            ("Jag har glömt mitt lösenord och kan inte logga in", "Hur återställer jag lösenordet?",
             "Inloggningen säger fel lösenord", "Kan inte logga in på mitt konto, glömt lösenord"),
            "Jag skickar en länk för ett nytt lösenord om en stund.",
        ),
        "en": (
            ("I forgot my password and cannot log in", "How do I reset the password?",
             "The login says wrong password", "Cannot log in to my account, forgotten password"),
            "I will send you a link for a new password in a moment.",
        ),
    },
}  # fmt: skip
SIZES = {"returns": 24, "shipping": 16, "password": 10}
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


def conversations(
    handled_by: HandledBy, *, seed: int = 1, labelled: bool = False, times: int = 1
) -> list[Conversation]:
    """The desk's conversations, shuffled; `labelled` ones carry their topic as the intent."""
    chance = random.Random(seed)
    found = []
    for topic, languages in QUESTIONS.items():
        for language, (asked, answer) in languages.items():
            for n in range(SIZES[topic] * times):
                at = START + timedelta(minutes=chance.randrange(20_000))
                role = "human" if handled_by == "human" else "bot"
                turns = (
                    Turn(role="customer", text=asked[n % len(asked)], at=at),
                    Turn(role=role, text=answer, at=at + timedelta(seconds=chance.randrange(20, 400)),  # type: ignore[arg-type]
                         author_key=f"agent-{n % 7}" if role == "human" else None),
                    Turn(role="customer", text="Tack, det löste sig!" if language == "sv" else "Thanks, that solved it!",
                         at=at + timedelta(seconds=500)),
                )  # fmt: skip
                found.append(
                    Conversation(
                        id=f"{topic}-{language}-{n:03}", source="production", turns=turns, language=language,
                        handled_by=handled_by, subject_key=f"{topic}-{language}-{n % (SIZES[topic] * times - 2)}",
                        intent=topic if labelled else None, started_at=at, ended_at=at + timedelta(seconds=500),
                    )
                )  # fmt: skip
    chance.shuffle(found)
    return found


def write_export(path: Path, handled_by: HandledBy, *, seed: int = 1) -> None:
    """The desk as JSON lines, one conversation a line, as `evalkit import jsonl` reads them without a mapping."""
    with path.open("w", encoding="utf-8") as file:
        for talk in conversations(handled_by, seed=seed):
            turns = [
                {"role": turn.role, "text": turn.text, "timestamp": turn.at.isoformat() if turn.at else None,
                 "author": turn.author_key}
                for turn in talk.turns
            ]  # fmt: skip
            record = {
                "conversation_id": talk.id,
                "language": talk.language,
                "customer_id": talk.subject_key,
                "turns": turns,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
