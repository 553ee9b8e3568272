"""How the organisation's own people write: the reading level that the tone of a bot is held against."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit.model import Conversation
from evalkit.scorers.reading import Reading
from evalkit.text.readability import lix


def lix_baseline(conversations: Iterable[Conversation]) -> dict[str, float]:
    """The LIX of people's replies by language, for `tone.lix_baseline`; a language with too few words is left out.

    Source: Björnsson 1968, Läsbarhet; pooled over a language, since single replies are too short to have a level.
    """
    texts: dict[str, list[str]] = {}
    for talk in conversations:
        reading = Reading(talk)
        for number, turn in enumerate(talk.turns):
            if turn.role == "human" and turn.text.strip() and (language := reading.language_of(number)):
                texts.setdefault(language, []).append(turn.text)
    found = {language: lix("\n".join(said)) for language, said in texts.items()}
    return {language: round(level, 1) for language, level in sorted(found.items()) if level is not None}
