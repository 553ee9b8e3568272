"""The packaged word lists: read once, and turned into patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"\w+")
STEM = 3


@cache
def yaml_data(package: str, name: str) -> Any:
    """What a YAML file inside a package holds; read at the first use and shared, so never to be changed.

    >>> "card" in yaml_data("evalkit.language", "data/slots.yaml")
    True
    """
    import yaml

    text = files(package).joinpath(name).read_text("utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    r"""A pattern of whole words, longest first; a trailing `*` lets a word end as it likes.

    >>> word_pattern(["konto*", "iban"]).findall("kontonummer, iban, ibanez")
    ['kontonummer', 'iban']
    """
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(words))})(?!\w)")


def beginnings(text: str) -> frozenset[str]:
    """How the words of a lower-case text begin; a list whose words begin otherwise need not be searched for.

    >>> sorted(beginnings("ditt konto"))
    ['dit', 'kon']
    """
    return frozenset([word[:STEM] for word in _WORD.findall(text)])


def entry_beginnings(entries: Iterable[str]) -> frozenset[str]:
    """How the first words of a list's entries begin, to be held against the `beginnings` of a text."""
    return frozenset(_WORD.findall(str(entry).lower())[0][:STEM] for entry in entries)


def word_parts(words: Iterable[str]) -> list[str]:
    r"""The escaped words of a pattern, longest first; a trailing `*` becomes any ending."""
    ordered = sorted({str(word) for word in words}, key=lambda word: (-len(word), word))
    return [re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in ordered]
