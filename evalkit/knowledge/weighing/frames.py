"""What the small words of a sentence say beside its matter: who does it, must or may, for whom, when."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from evalkit.text.data_files import word_pattern, yaml_data
from evalkit.text.normalise import comparable

_DOERS = ("organisation", "customer", "oneself")
_TOGETHER = {"doer": _DOERS, "time": ("before", "after"), "whom": ("everyone", "only", "without")}
"""Classes that are read as one: which of them a claim and a sentence hold tells more than each of them alone."""


def compared(claim: str, sentence: str, language: str | None) -> list[str]:
    """Names of what the small words of a claim and of a sentence say, and where they say different things.

    >>> [name for name in compared("Vi hämtar den.", "Du lämnar den själv.", "sv") if name.startswith("doer")]
    ['doer:organisation|customer+oneself']
    """
    mine, theirs = said(claim, language), said(sentence, language)
    names = [f"small:{name}:{name in mine:d}{name in theirs:d}" for name in sorted(mine | theirs)]
    for name, classes in _TOGETHER.items():
        left, right = ("+".join(each for each in classes if each in side) for side in (mine, theirs))
        if left or right:
            names.append(f"{name}:{left}|{right}")
    return names


@lru_cache(maxsize=20_000)
def said(text: str, language: str | None) -> frozenset[str]:
    """The classes of small words that a text holds."""
    lowered = comparable(text)
    return frozenset(name for name, pattern in _patterns(language) if pattern.search(lowered))


@cache
def _patterns(language: str | None) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, word_pattern(map(comparable, map(str, by_language[language]))))
        for name, by_language in yaml_data("evalkit.knowledge", "data/frames.yaml").items()
        if language in by_language
    )
