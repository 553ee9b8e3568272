"""The topic of each conversation: the label of its export, or the group that its first request belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalkit.model import Conversation
from evalkit.personal_data import mask
from evalkit.text.tokens import words
from evalkit.topics.clustering import Groups, group, terms_of
from evalkit.topics.naming import names

OTHER = "other"
"""What is like no group of at least five."""
FOUND = "topic_found"
"""Attribute of a conversation whose intent was found here and not in its export; found again, it may change."""
_COVERED = re.compile(r"<[A-Z][A-Z_]*_\d+>|\[[a-z_]+\]")
_ENOUGH_TERMS, _GREETING, _LINES = 2, 3, 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One conversation's first request, personal data covered; `label` is what the export called it."""

    conversation_id: str
    text: str
    label: str | None
    channel: str
    language: str | None


@dataclass(frozen=True)
class Topics:
    """The topic of each conversation by its id, and the groups behind the found ones."""

    of: dict[str, str]
    n_labelled: int
    groups: Groups | None
    names: dict[int, str]

    def of_text(self, text: str) -> str | None:
        """The topic that a further request belongs to, such as a test's; None where groups were not needed."""
        if self.groups is None:
            return None
        return self.names.get(self.groups.nearest([_bare(text)])[0], OTHER)


def asked(talk: Conversation) -> Asked | None:
    """What the customer wants, from the first lines that say it; None where the customer says nothing."""
    said: list[str] = []
    for turn in talk.turns:
        if turn.role == "customer" and turn.text.strip():
            said.append(turn.text.strip())
            if len(said) == _LINES or _says_enough(_bare(" ".join(said))):
                break
    if not said:
        return None
    label = talk.intent if FOUND not in talk.attributes else None
    return Asked(talk.id, mask(" ".join(said)).text, label or None, talk.channel, talk.language)


def find_topics(requests: Iterable[Asked]) -> Topics:
    """The topic of every request; the same requests in any order give the same topics."""
    held = list(requests)
    of = {one.conversation_id: one.label for one in held if one.label is not None}
    rest = [one for one in held if one.label is None]
    texts = [_bare(one.text) for one in rest]
    groups = group(texts)
    if groups is None:
        return Topics({**of, **{one.conversation_id: OTHER for one in rest}}, len(of), None, {})
    numbers = groups.nearest(texts)
    members: dict[int, list[str]] = {}
    for number, text in zip(numbers, texts, strict=True):
        if number >= 0:
            members.setdefault(number, []).append(text)
    called = names(dict(sorted(members.items())))
    found = {one.conversation_id: called.get(number, OTHER) for one, number in zip(rest, numbers, strict=True)}
    return Topics({**of, **found}, len(of), groups, called)


def typical(texts: Sequence[str]) -> str:
    """The request that stands for the others: of middling length, the first in order."""
    ordered = sorted(texts, key=lambda text: (len(text), text))
    return ordered[len(ordered) // 2] if ordered else ""


def _says_enough(text: str) -> bool:
    """Whether a wish is told: a concept in a question, or content words in a question or in more than a greeting."""
    said = terms_of(text)
    if "?" in text and any(term.concept is not None for term in said):
        return True
    return ("?" in text or len(words(text)) > _GREETING) and len(said) >= _ENOUGH_TERMS


def _bare(text: str) -> str:
    return _COVERED.sub(" ", mask(text).text)
