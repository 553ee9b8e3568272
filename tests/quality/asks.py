"""How many of a bot's questions the fact-sheet customer understands, on questions written before the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from evalkit.language.asks import asks
from evalkit.text.normalise import comparable
from tests.quality.measures import LABELLED, show

FIRST_CONTACT = {
    "asks": "237 of 245", "asks/second": "65 of 133", "asks/third": "141 of 209", "asks/fourth": "76 of 105",
    "asks/fifth": "86 of 154", "asks/sixth": "120 of 161", "asks/seventh": "129 of 147",
}  # fmt: skip
"""What the rules of the day understood of each set, before anything was changed for it."""


def main() -> None:
    """Print the share of questions understood by language and set."""
    table = []
    for folder in FIRST_CONTACT:
        for path in sorted((LABELLED / folder).glob("*.yaml")):
            language = path.stem
            table.append({
                "set": folder, "language": language, "n": sum(row[0] != "none" for row in _rows(language, folder)),
                "understood": understood_rate(language, folder),
                "language unknown": understood_rate(language, folder, known=False),
                "silent near misses": understood_rate(language, folder, only="none"),
            })  # fmt: skip
    show(f"Questions understood (first contact: {FIRST_CONTACT})", table)


def understood_rate(language: str, folder: str, *, known: bool = True, only: str | None = None) -> float:
    """The share of a set that is understood; `only="none"` looks at the near misses, else they are left out."""
    rows = [row for row in _rows(language, folder) if (row[0] == "none") == (only == "none")]
    return sum(_understood(*row, language=language if known else None) for row in rows) / len(rows)


def _rows(language: str, folder: str) -> Iterator[tuple[str, str, list[str], list[str]]]:
    labelled: dict[str, list[Any]] = yaml.safe_load((LABELLED / folder / f"{language}.yaml").read_text("utf-8"))
    for label, messages in labelled.items():
        for message in messages:
            entry = message if isinstance(message, dict) else {"says": message}
            yield label, entry["says"], entry.get("buttons", []), entry.get("options", [])


def _understood(label: str, text: str, buttons: list[str], options: list[str], *, language: str | None) -> bool:
    found = asks(text, language, buttons)
    if label == "none":
        return not found
    if label == "choice":
        pairs = zip(map(comparable, found.options), map(comparable, options), strict=False)
        return len(found.options) == len(options) and all(a in b or b in a for a, b in pairs)
    if label in {"confirm", "more", "resolved"}:
        return found.kind == label and not found.slots
    return set(found.slots) == set(label.split("+"))


if __name__ == "__main__":
    main()
