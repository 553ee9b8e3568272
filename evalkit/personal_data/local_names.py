"""Names by a local language model, an option on top of the words around them: a folder is given, never a name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from evalkit.errors import InputError
from evalkit.personal_data.cues import PersonalData

Tagger = Callable[[str], Iterable[Mapping[str, Any]]]
"""A text → its entities as `entity_group`, `start`, `end`, `score`."""
_PERSONS = frozenset({"PER", "PERSON", "PRS", "PERS"})
_WITHIN = frozenset({"", " ", "-", "'", "’"})
_LEAST = 0.85
_SURE = 0.75


def local_names(
    folder: str | Path, load: Callable[[Path], Tagger] | None = None
) -> Callable[[str], list[PersonalData]]:
    """A finder of names that reads with the token-classification model in a folder, without any network.

    Raises: InputError when the folder does not exist (a model's name is refused: it would be fetched), or when the
    `transformers` package is missing.
    """
    path = Path(folder)
    if not (path / "config.json").is_file():
        raise InputError(
            f"'{folder}' is no folder with a model (config.json is missing); a name would be fetched from the network, "
            "so give the path of a downloaded model"
        )
    tag = (load or _transformers)(path)

    def names(text: str) -> list[PersonalData]:
        return [
            PersonalData("NAME", start, end, _SURE)
            for start, end in _joined(text, tag(text))
            if " " in text[start:end].strip()
        ]

    return names


def _joined(text: str, items: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Where persons stand; the pieces of one name, which some models begin anew at each word, are drawn together."""
    joined: list[tuple[int, int]] = []
    for item in sorted(items, key=lambda item: int(item["start"])):
        start, end = int(item["start"]), int(item["end"])
        group = str(item.get("entity_group", "")).removeprefix("B-").removeprefix("I-")
        if group not in _PERSONS or item["score"] < _LEAST:
            continue
        if joined and text[joined[-1][1] : start] in _WITHIN:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _transformers(path: Path) -> Tagger:
    # Set before the import: the package reads it then.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    try:
        from transformers import pipeline  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise InputError("names by a local model need the `transformers` package; install it beside evalkit") from error
    tagger: Tagger = pipeline("token-classification", model=str(path), aggregation_strategy="simple")
    return tagger
