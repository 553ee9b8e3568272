"""`loops`: does the conversation go round? Repeated bot messages, repeated questions, refused ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.text.tokens import char_ngrams, jaccard, words

_SAME = 0.9
_SAME_QUESTION = 0.75
_MIN_WORDS = 4


class Loops(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails when the bot says the same again, or the customer must ask the same thing three times."""

    name: ClassVar[str] = "loops"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data.looped` says whether any rule of L1–L4 holds."""
        if len(context.reading.bot_turns) < 2:
            return skipped(self.name, "fewer than two bot turns")
        findings = [
            *_repeated_replies(conversation, context),
            *_fallbacks(context),
            *_repeated_questions(conversation, context),
        ]
        return Score(
            scorer=self.name,
            verdict="fail" if findings else "pass",
            value=0.0 if findings else 1.0,
            findings=tuple(findings),
            data={"looped": bool(findings)},
        )


def _repeated_replies(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L1: the same answer to another customer message."""
    seen: list[tuple[int, frozenset[str]]] = []
    for number in context.reading.bot_turns:
        grams = _grams(talk.turns[number].text)
        if len(words(talk.turns[number].text)) >= _MIN_WORDS:
            for earlier, others in seen:
                asked_between = any(talk.turns[n].role == "customer" for n in range(earlier, number))
                if asked_between and jaccard(grams, others) >= _SAME:
                    yield Finding(
                        rule="L1.repeated",
                        severity="medium",
                        message="the bot gives the same answer again",
                        turn=number,
                        confidence="exact" if grams == others else "heuristic",
                        data={"first_turn": earlier},
                    )
                    break
            seen.append((number, grams))


def _fallbacks(context: Context) -> Iterator[Finding]:
    """L2: two "I do not understand" in a row."""
    run = 0
    for number in context.reading.bot_turns:
        run = run + 1 if context.reading.signals(number, "bot_fallback") else 0
        if run == 2:
            yield Finding(
                rule="L2.fallbacks", severity="medium", message="two answers in a row that answer nothing", turn=number
            )


def _repeated_questions(talk: Conversation, context: Context) -> Iterator[Finding]:
    """L3: the customer asks the same for the third time."""
    asked: list[frozenset[str]] = []
    for number in context.reading.customer_turns:
        text = talk.turns[number].text
        if len(words(text)) < _MIN_WORDS:
            continue
        grams = _grams(text)
        if sum(jaccard(grams, earlier) >= _SAME_QUESTION for earlier in asked) >= 2:
            yield Finding(
                rule="L3.asked_again",
                severity="medium",
                message="the customer asks the same for the third time",
                turn=number,
            )
            return
        asked.append(grams)


def _grams(text: str) -> frozenset[str]:
    return frozenset(gram for word in words(text) for gram in char_ngrams(word, 3, 4))
