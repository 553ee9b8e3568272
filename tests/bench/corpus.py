"""Made-up conversations, messages and articles for the benches; the same every time."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random

from evalkit.model import Conversation, Turn
from evalkit.text.tokens import words

_ASKS = (
    "Hej, var är min order?", "Jag har väntat en vecka på paketet", "Kan jag ändra adressen till jobbet?",
    "Tack, då vet jag", "Vad kostar det att skicka tillbaka skorna?", "Fungerar rabattkoden på rean också?",
)  # fmt: skip
_TELLS = (
    "Hej! Jag är en AI-assistent och hjälper dig gärna.", "Your order is on its way and arrives in 2 days.",
    "Du får ett mejl när paketet är på väg.", "Returfrakten kostar 49 kr och dras av från återbetalningen.",
)  # fmt: skip
_NOUNS = (
    "tält sovsäck kök lykta jacka byxor skor ryggsäck karta kompass mugg kniv filt rep krok stol bord lampa".split()
)
_VERBS = "kostar väger rymmer tål kräver ger sparar skyddar värmer lyser".split()


def conversation(number: int) -> Conversation:
    """Eight turns of a support chat."""
    random = Random(number)
    turns: list[Turn] = []
    for _ in range(4):
        turns.append(Turn(role="customer", text=f"{random.choice(_ASKS)} {random.choice(_NOUNS)}"))
        turns.append(Turn(role="bot", text=f"{random.choice(_TELLS)} {random.choice(_NOUNS)}", latency_ms=20))
    return Conversation(id=str(number), turns=tuple(turns), language="sv")


def talk(number: int) -> Conversation:
    """Eight turns of a support chat in one of seven languages: sentences of the labelled conversations, made unlike.

    So that no text comes twice, a turn ends in two words of its language, one in four in a number and one in eight in
    a word that nobody has seen.
    """
    random = Random(number)
    language = random.choice(sorted({language for language, _ in _sentences()}))
    turns = []
    for at, role in enumerate(("customer", "bot") * 4):
        own = (8 * number + at) * 7_919
        end = str(own) if at in {2, 5} else _name(own) if at == _UNSEEN else _pair(language, own)
        text = f"{random.choice(_sentences()[language, role])} {end}"
        turns.append(Turn(role=role, text=text, latency_ms=20))  # type: ignore[arg-type]
    return Conversation(id=str(number), turns=tuple(turns), language=language)


_UNSEEN = 4
_FREQUENT = 499


def _pair(language: str, number: int) -> str:
    words = _words(language)
    return f"{words[number % len(words)]} {words[number // len(words) % len(words)]}"


def _name(number: int) -> str:
    """A word of four syllables, another one for each number below 81 million."""
    syllables = [f"{consonant}{vowel}" for consonant in "bcdfghjklmnprstvwxyz"[:19] for vowel in "aeiou"]
    return "".join([syllables[number // 95**place % 95] for place in range(4)])


@cache
def _words(language: str) -> list[str]:
    """The words of a language that come most often, as the frequent ones do in life."""
    said = Counter(
        word for (code, _), texts in _sentences().items() if code == language for text in texts for word in words(text)
    )
    return [word for word, _ in said.most_common(_FREQUENT)]


@cache
def _sentences() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    with (Path(__file__).parents[2] / "fixtures" / "labelled" / "conversations.jsonl").open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            for turn in row["turns"]:
                found.setdefault((row["language"], turn["role"]), []).append(turn["text"])
    return found


def articles(n: int) -> list[str]:
    """Short articles with amounts."""
    random = Random(1)
    return [
        f"{random.choice(_NOUNS).title()} {number} {random.choice(_VERBS)} {random.randint(10, 900)} kr och "
        f"{random.choice(_VERBS)} {random.choice(_NOUNS)}. Leverans av {random.choice(_NOUNS)} tar "
        f"{random.randint(1, 9)} dagar för modell {random.choice(_NOUNS)}{random.choice(_NOUNS)}."
        for number in range(n)
    ]


def questions(n: int) -> list[str]:
    """What customers ask about the articles."""
    random = Random(2)
    return [f"Vad {random.choice(_VERBS)} {random.choice(_NOUNS)} till {random.choice(_NOUNS)}?" for _ in range(n)]


def messages(*, with_digits: bool) -> list[str]:
    """Customers' messages, with numbers that are personal and numbers that are not, or with none."""
    random = Random(3)
    out = []
    for number in range(1_500):
        text = f"{random.choice(_ASKS)} Det gäller {random.choice(_NOUNS)} och {random.choice(_NOUNS)}."
        if with_digits:
            tail = (
                f" Order {random.randint(10**6, 10**7)}.", f" Ring 070-{random.randint(100, 999)} 45 67.",
                f" Priset var {random.randint(100, 999)} kr.", f" Kolli {random.randint(10**11, 10**12)}.",
            )[number % 4]  # fmt: skip
            text += tail
        out.append(text)
    return out
