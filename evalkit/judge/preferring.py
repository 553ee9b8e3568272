"""Which of two conversations served its customer better, asked blind and in both orders.

Bot and human go by one name, and nothing says which release or desk a conversation is from. A judge that prefers
whichever comes first contradicts itself, and that counts as no preference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from evalkit.judge.asking import Judge, JudgeFailure, masked, seen_turns
from evalkit.judge.protocol import Answer
from evalkit.judge.questions import Question
from evalkit.model import Conversation, Turn

Preferred = Literal["left", "right", "same"]

SERVED_BETTER = Question(
    id="served_better",
    text={
        "en": "Two conversations with customers stand below. In which one was the customer served better?",
        "sv": "Nedan står två samtal med kunder. I vilket fick kunden bättre hjälp?",
        "da": "Nedenfor står to samtaler med kunder. I hvilken fik kunden bedre hjælp?",
        "nb": "Nedenfor står to samtaler med kunder. I hvilken fikk kunden bedre hjelp?",
        "fi": "Alla on kaksi keskustelua asiakkaiden kanssa. Kummassa asiakasta palveltiin paremmin?",
        "de": "Unten stehen zwei Gespräche mit Kunden. In welchem wurde der Kunde besser bedient?",
    },
    answers=("first", "second", "same"),
    passing=("first", "second", "same"),
)


@dataclass(frozen=True, slots=True)
class Preference:
    """The judge's preference; `consistent` is False where the two orders disagree, `cause` tells why there is none."""

    preferred: Preferred | None
    consistent: bool = True
    cause: str | None = None


async def prefer(judge: Judge, left: Conversation, right: Conversation, random: Random) -> Preference:
    """Which of two conversations served its customer better; the order of asking is drawn, and both orders count.

    Raises: BudgetSpent before a call that the budget does not cover.
    """
    orders = [(left, right), (right, left)]
    random.shuffle(orders)
    said: list[Preferred] = []
    for first, second in orders:
        (answer,) = await judge.ask_turns(left, (SERVED_BETTER,), _one_below_the_other(judge, first, second), {})
        if isinstance(answer, JudgeFailure):
            return Preference(None, cause=answer.cause)
        if answer.status != "answered":
            return Preference(None, cause=answer.why_unsure)
        said.append(_named(answer, first_is_left=first is left))
    if said[0] != said[1]:
        return Preference("same", consistent=False)
    return Preference(said[0])


def _one_below_the_other(judge: Judge, first: Conversation, second: Conversation) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for name, talk in (("first", first), ("second", second)):
        turns.append(Turn(role="system", text=f"the {name} conversation"))
        turns += _shown(judge, talk)
    return tuple(turns)


def _shown(judge: Judge, talk: Conversation) -> Sequence[Turn]:
    return [masked(talk.turns[number], judge.mask, talk) for number in seen_turns(talk, SERVED_BETTER)]


def _named(answer: Answer, *, first_is_left: bool) -> Preferred:
    if answer.answer == "same":
        return "same"
    return "left" if (answer.answer == "first") == first_is_left else "right"
