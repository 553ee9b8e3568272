"""The labelled messages that the weights of `evalkit.language.evidence` are learned from, by decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import yaml

from evalkit.language.evidence import marks
from evalkit.language.lexicon_data import LANGUAGES, phrases
from evalkit.language.lexicons import heard
from evalkit.scorers.reading import Reading
from evalkit.scorers.surroundings import around
from evalkit.text.said import Said
from evalkit.transcripts import conversation_of
from tests.quality.measures import LABELLED, rows

SIDES: dict[str, tuple[str, ...]] = {
    "customer": (
        "ask_for_human", "anger_frustration", "thanks_satisfaction", "not_resolved", "confirms_resolved", "repeat_self",
    ),
    "bot": ("handoff_announcement", "human_claim", "ai_disclosure", "dead_end"),
}  # fmt: skip
"""What is decided of a message, by the side that says it."""
_TOGETHER = (
    {"anger_frustration", "complaint", "repeat_self", "legal_threat", "ask_for_human", "not_resolved", "fraud_security",
     "vulnerable", "data_rights", "self_harm_crisis"},
    {"thanks_satisfaction", "confirms_resolved"},
    {"handoff_announcement", "ai_disclosure"},
    {"dead_end", "ai_disclosure"},
)  # fmt: skip
"""Categories that one message often says together, so that one teaches nothing against another."""
_RUNGS = {"confirms_resolved": "resolved_confirmed", "not_resolved": "unresolved_explicit"}
_SHORT = {
    "ask_for_human": ("affirm", "deny"), "anger_frustration": ("affirm", "deny"), "thanks_satisfaction": ("deny",),
    "not_resolved": ("affirm",), "confirms_resolved": ("deny",), "repeat_self": ("affirm", "deny"),
}  # fmt: skip
"""Plain words of yes and no that do not say it."""
_FLAGS = {
    "anger_frustration": "frustrated",
    "thanks_satisfaction": "thanked",
    "repeat_self": "repeats_self",
    "human_claim": "claims_human",
    "ai_disclosure": "disclosed_ai",
    "dead_end": "dead_end",
}


class Example(NamedTuple):
    """A message, and its signs: word classes, marks and what stands around it."""

    text: str
    language: str
    signs: tuple[str, ...]


class Bag(NamedTuple):
    """Messages of which, when `truth`, at least one says it, and otherwise none; `source` is who wrote them."""

    source: str
    language: str
    examples: tuple[Example, ...]
    truth: bool


def bags(decision: str) -> list[Bag]:
    """All that is labelled for one decision."""
    side = side_of(decision)
    found = [bag for source, language, name, text, truth in _messages() for bag in
             _message(decision, side, source, language, name, text, truth)]  # fmt: skip
    found += [Bag("plain", one.language, (one,), False) for one in _plain(side)]
    found += [
        Bag("plain", language, (alone(phrase, language, side),), False)
        for language in LANGUAGES
        for category in _SHORT.get(decision, ())
        for phrase in phrases(category, language)
    ]
    for source, gold, reading, language in _conversations():
        for chosen, truth in _turns_of(decision, gold, reading):
            found.append(Bag(source, language, tuple(_between(reading, n, language) for n in chosen), truth))
    return [bag for bag in found if bag.examples]


def side_of(decision: str) -> str:
    """The side that says it."""
    return next(side for side, decisions in SIDES.items() if decision in decisions)


def _message(decision: str, side: str, source: str, language: str, name: str, text: str, truth: bool) -> Iterable[Bag]:
    if name == decision:
        yield Bag(source, language, (alone(text, language, side),), truth)
    elif truth and (name in _SAID_BY_BOT) == (side == "bot") and not any({name, decision} <= kin for kin in _TOGETHER):
        yield Bag(f"{source}, others", language, (alone(text, language, side),), False)


_SAID_BY_BOT = frozenset(SIDES["bot"])


@cache
def _messages() -> list[tuple[str, str, str, str, bool]]:
    """Source, language, category, text and truth of every message that was written to stand alone."""
    found = []
    for path in sorted([*(LABELLED / "lexicons").glob("*.yaml"), *(LABELLED / "learning").rglob("*.yaml")]):
        for name, marked in yaml.safe_load(path.read_text("utf-8")).items():
            for label, texts in marked.items() if isinstance(marked, dict) else ():
                # YAML 1.1 reads a bare yes or no as a truth value.
                found += [(path.parent.name, path.stem, name, str(text), label in (True, "yes")) for text in texts]
    return found


@cache
def alone(text: str, language: str, side: Any) -> Example:
    """A message that stands by itself."""
    seen = heard(Said(text), language, side)
    return Example(text, language, (*seen.signs, *marks(text, seen.n_words)))


@cache
def _conversations() -> list[tuple[str, dict[str, Any], Reading, str]]:
    return [
        (
            str(row["id"]).split("-")[1],
            row["gold"],
            Reading(conversation_of(row["turns"], language=row["language"])),
            row["language"],
        )
        for row in rows(LABELLED / "conversations.jsonl")
    ]


@cache
def _plain(side: str) -> list[Example]:
    """Greetings, and questions to a knowledge base with their answers, which say nothing of what is decided."""
    found = [alone(phrase, language, side) for language in LANGUAGES for phrase in phrases("greeting", language)]
    turn = 0 if side == "customer" else 1
    for row in rows(LABELLED / "grounding.jsonl"):
        turns = [{"role": "customer", "text": row["question"]}, {"role": "bot", "text": row["answer"]}]
        reading = Reading(conversation_of(turns, language=row["lang"]))
        if not reading.says(turn, *_TELLING):
            found.append(_between(reading, turn, row["lang"]))
    return found


_TELLING = (
    "handoff_announcement", "mentions_staff", "promises_contact", "bot_fallback", "ask_for_human", "hints_human",
    "anger_frustration", "not_resolved", "thanks_satisfaction", "complaint",
)  # fmt: skip


def _between(reading: Reading, turn: int, language: str) -> Example:
    """A message between others."""
    said, seen = reading.conversation.turns[turn], reading.heard(turn)
    return Example(said.text, language, (*seen.signs, *marks(said.text, seen.n_words), *around(reading, turn)))


def _turns_of(decision: str, gold: dict[str, Any], reading: Reading) -> Iterable[tuple[Sequence[int], bool]]:
    mine = reading.customer_turns if side_of(decision) == "customer" else reading.bot_turns
    if not mine:
        return []
    if decision == "handoff_announcement":
        return [((n,), n == gold["handover_turn"]) for n in mine]
    if decision == "ask_for_human":
        asked = {turn for id_, turn in gold["triggers"] if id_ in {"E01", "E02"}}
        return [((n,), n in asked) for n in mine] if asked or not gold["asked_for_human"] else []
    if decision in _RUNGS:
        return [(mine[-1:], gold["outcome"] == _RUNGS[decision])] if len(mine) > 1 else []
    truth = bool(gold[_FLAGS[decision]])
    if not truth:
        return [((n,), False) for n in mine]
    if decision == "anger_frustration" and gold["thanked"] and len(mine) > 1:
        # Anger came before the thanks.
        return [(mine[:-1], True), (mine[-1:], False)]
    # Who is angry or thankful later opens with a plain request.
    return [(mine[1:] or mine if side_of(decision) == "customer" else mine, True)]
