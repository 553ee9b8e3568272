"""Precision and recall of the phrase categories on labelled messages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evalkit.errors import InputError, near_match
from evalkit.language.lexicon_data import LANGUAGES, known_categories
from evalkit.language.lexicons import categories


class CategoryFigures(NamedTuple):
    """How one category is heard in one language: `hits` of the `found` are `wanted`; None where nothing is."""

    language: str
    category: str
    n: int
    precision: float | None
    recall: float | None
    hits: int
    found: int
    wanted: int


def measure(path: Path) -> list[CategoryFigures]:
    """The figures of a file such as `sv.yaml`: category → `yes` and `no` lists of messages.

    Raises: InputError for an unknown language or category, or a file of another shape.
    """
    import yaml

    if path.stem not in LANGUAGES:
        raise InputError(f"{path}: the name tells the language; expected one of {', '.join(LANGUAGES)}")
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(loaded, Mapping):
        raise InputError(f"{path}: expected a mapping of category to yes and no lists")
    return [_figures(path, str(category), sides) for category, sides in loaded.items()]


def _figures(path: Path, category: str, sides: Any) -> CategoryFigures:
    known = known_categories()
    if category not in known:
        raise InputError(f"{path}: unknown category '{category}'{near_match(category, tuple(known))}")
    if not isinstance(sides, Mapping):
        raise InputError(f"{path}: '{category}' needs a yes and a no list")
    side = known[category]
    hits = found = wanted = n = 0
    for label, messages in sides.items():
        # YAML 1.1 reads a bare yes or no as a truth value.
        truth = label in (True, "yes")
        for message in messages or ():
            heard = category in categories(str(message), path.stem, side)
            n, found, wanted, hits = n + 1, found + heard, wanted + truth, hits + (heard and truth)
    precision, recall = hits / found if found else None, hits / wanted if wanted else None
    return CategoryFigures(path.stem, category, n, precision, recall, hits, found, wanted)
