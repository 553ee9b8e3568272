"""Whether a statement says that something costs nothing, in whatever words: free, included, without a fee."""

from __future__ import annotations

import re
from functools import cache

from evalkit.knowledge.reading.glossary import roles
from evalkit.knowledge.reading.statements import Sentence, Statement, denies
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable

_FREE = frozenset({"free", "included"})


def free_of_charge(said: Statement | Sentence) -> bool:
    """Whether a statement tells that something is free or in the price, or denies that there is a charge."""
    free = [term for term in said.said.terms if term.concept in _FREE]
    if not free:
        return said.denies and _charge().search(comparable(said.text)) is not None
    if not said.denies:
        return True
    # "Without extra charge" denies by itself: the rest of the sentence denies nothing.
    rest = said.text
    for term in sorted(free, key=lambda each: -each.start):
        rest = rest[: term.start] + rest[term.end :]
    return not denies(rest, said.said, None) and not _negated(rest)


def _negated(text: str) -> bool:
    return any(word in roles()["_contrast"] for word in comparable(text).split())


@cache
def _charge() -> re.Pattern[str]:
    return re.compile("|".join(word_parts(roles()["_charge"])))
