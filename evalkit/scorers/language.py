"""`language`: does the bot answer in the customer's language? Short or mixed messages fail nobody."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from evalkit.language.detection import detect, named_language
from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped

_NEIGHBOURS = {frozenset({"nb", "nn"})}
_RELATED = {
    frozenset({"da", "nb"}),
    frozenset({"sv", "nb"}),
    frozenset({"sv", "da"}),
    frozenset({"da", "nn"}),
    frozenset({"sv", "nn"}),
}
_SHORT = 7
"""Replies of fewer words are not judged."""
_FEW = 4
"""Customer messages of fewer words do not change the language of the conversation."""
_LONG = 12
"""Up to so many words a message does not move the conversation to a neighbouring language."""


class LanguageMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails when a reply is plainly in another language than the customer's; abstains where it cannot tell."""

    name: ClassVar[str] = "language"
    version: ClassVar[str] = "2"
    reads: ClassVar[tuple[str, ...]] = ("escalation",)
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data.language_ok` is None where no turn could be judged; `value` the share of judged turns that fit."""
        reading = context.reading
        findings: list[Finding] = []
        n_judged = 0
        current = case.language if case is not None and case.language else None
        for number, turn in enumerate(conversation.turns):
            if turn.role == "customer":
                current = self._customer(context, number, current)
                continue
            if turn.role != "bot" or turn.kind == "event" or current is None or len(reading.words(number)) < _SHORT:
                continue
            guess = reading.guess(number)
            if guess.code is None:
                continue
            n_judged += 1
            pair = frozenset({guess.code, current})
            if guess.code == current or pair in _NEIGHBOURS:
                continue
            related = pair in _RELATED
            findings.append(
                Finding(
                    rule="language.related" if related else "language.mismatch",
                    severity="medium" if related else "high",
                    message=f"the customer writes {current}, the bot answers {guess.code}",
                    turn=number,
                    start=0,
                    end=len(turn.text),
                    confidence="heuristic",
                )
            )
        if n_judged == 0:
            return skipped(self.name, "no bot turn is long enough to tell its language")
        return Score(
            scorer=self.name,
            verdict="fail" if findings else "pass",
            value=1 - len(findings) / n_judged,
            findings=tuple(findings),
            data={"language_ok": not findings, "customer_language": context.reading.customer_language},
        )

    @staticmethod
    def _customer(context: Context, number: int, current: str | None) -> str | None:
        """The customer's language from here on: a sure guess of this turn, or of all turns so far, else as before."""
        talk = context.reading.conversation
        if context.reading.says(number, "language_switch") and (wanted := named_language(talk.turns[number].text)):
            return wanted
        if current is not None and len(context.reading.words(number)) < _FEW:
            return current
        guess = context.reading.guess(number)
        if current is not None and guess.code is not None and frozenset({guess.code, current}) in _RELATED:
            # Close neighbours share too many words for one short message to mean a change of language.
            return guess.code if len(context.reading.words(number)) > _LONG else current
        if guess.code is not None:
            # One related word does not change a language that was sure before.
            return current if current in guess.candidates else guess.code
        if current is not None:
            return current
        so_far = "\n".join(t.text for t in talk.turns[: number + 1] if t.role == "customer")
        return detect(so_far).code
