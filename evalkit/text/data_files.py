"""The packaged word lists: read once, and turned into patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"\w+")


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
    r"""A pattern of whole words, longest first; a trailing `*` lets a word end as it likes, a leading one begin so.

    >>> word_pattern(["konto*", "iban", "*nr"]).findall("kontonummer, iban, ibanez, bestnr, nr")
    ['kontonummer', 'iban', 'bestnr']
    """
    return re.compile(rf"(?<!\w)(?:{'|'.join(_by_letter(word_parts(words)))})(?!\w)")


def _by_letter(parts: list[str]) -> list[str]:
    """The parts drawn together by their first letter, in their order: a third of the time for a long list."""
    drawn: dict[str, list[str]] = {}
    for part in parts:
        head = part if part.startswith("[") else part[: 1 + part.startswith("\\")]
        drawn.setdefault(head, []).append(part[len(head) :])
    return [f"{head}(?:{'|'.join(rests)})" for head, rests in drawn.items()]


def word_pieces(text: str) -> list[str]:
    """The words of a text, or of a list's entry, as the patterns of `word_pattern` bound them.

    >>> word_pieces("e-post, don't_x")
    ['e', 'post', 'don', 't_x']
    """
    return _WORD.findall(text)


def word_parts(words: Iterable[str]) -> list[str]:
    r"""The escaped words of a pattern, longest first; a `*` becomes any ending, or any beginning."""
    ordered = sorted({str(word) for word in words}, key=lambda word: (-len(word), word))
    parts = [_escaped(word) for word in ordered if not word.startswith("*")]
    ends = [_escaped(word[1:]) for word in ordered if word.startswith("*")]
    return [*parts, rf"[\w-]{{2,30}}?(?:{'|'.join(ends)})"] if ends else parts


def _escaped(word: str) -> str:
    return re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)
