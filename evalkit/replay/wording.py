"""How a simulated customer words itself, per language, as data."""

from __future__ import annotations

from random import Random
from typing import Any

from evalkit.text.data_files import yaml_data

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")


class Wording:
    """The words of one customer; the same chance gives the same words."""

    def __init__(self, language: str | None, chance: Random, mood: str | None = None) -> None:
        self._data = _wordings()[language if language in LANGUAGES else "en"]
        self._chance = chance
        self._before, self._after = self._data["mood"].get(mood or "neutral", ("", ""))

    def say(self, what: str, value: str = "") -> str:
        """An entry of the table in words, such as `thanks` or `unresolved`."""
        return str(self._chance.choice(self._data[what])).format(value=value).strip()

    def give(self, slot: str, value: str) -> str:
        """A fact in words."""
        ways = self._data["give"]
        return str(self._chance.choice(ways.get(slot, ways["_any"]))).format(value=value)

    def again(self, value: str, irritation: int) -> str:
        """A fact that was said before, the sharper the more often."""
        levels = self._data["again"]
        return str(self._chance.choice(levels[min(irritation, len(levels)) - 1])).format(value=value)

    def in_mood(self, text: str) -> str:
        """A text with what the mood puts around it."""
        return f"{self._before}{text}{self._after}"


def _wordings() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml_data("evalkit.replay", "data/wordings.yaml")
    return loaded
