"""`consistency`: is the same question answered the same way over channels, languages, paraphrases and repeats?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import msgspec

from evalkit.knowledge.claims import claims_of
from evalkit.knowledge.reading.statements import denies
from evalkit.knowledge.reading.wording import wording
from evalkit.language.amounts import Quantity, same
from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.scorers.reading import Reading


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a conversation answered: its amounts, the concepts it speaks of, and whether it denies."""

    amounts: tuple[Quantity, ...]
    concepts: frozenset[str]
    denied: frozenset[str]


class Consistency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails a conversation whose answer contradicts another one of its group: another amount, or the opposite."""

    name: ClassVar[str] = "consistency"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "group"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """Skipped: one conversation alone is consistent with itself."""
        return skipped(self.name, "one conversation has nothing to agree with")

    def score_group(self, conversations: Sequence[Conversation], context: Context) -> list[tuple[str, Score]]:
        """`value` is the share of the others that this conversation agrees with; `data` holds n_pairs, contradicted."""
        if len(conversations) < 2:
            return [(talk.id, skipped(self.name, "the only one of its group")) for talk in conversations]
        answers = [_answer(talk) for talk in conversations]
        against: list[list[int]] = [[] for _ in conversations]
        for left, right in combinations(range(len(answers)), 2):
            if _contradict(answers[left], answers[right]):
                against[left].append(right)
                against[right].append(left)
        return [(talk.id, self._one(talk, against[n], len(conversations))) for n, talk in enumerate(conversations)]

    def _one(self, talk: Conversation, against: list[int], n: int) -> Score:
        reading = Reading(talk)
        # The odd one out is told; the many that agree with each other are not blamed for it.
        odd = len(against) * 2 > n - 1 or (bool(against) and n == 2)
        findings: tuple[Finding, ...] = ()
        if against:
            findings = (
                Finding(
                    rule="consistency.contradicts",
                    severity="high" if odd else "info",
                    message=f"answers otherwise than {len(against)} of {n - 1} conversations that ask the same",
                    turn=reading.bot_turns[-1] if reading.bot_turns else None,
                    passed=not odd,
                ),
            )
        return Score(
            scorer=self.name,
            verdict="fail" if odd else "pass",
            value=1 - len(against) / (n - 1),
            findings=findings,
            data={"n_pairs": n - 1, "contradicted": len(against), "consistent": not against},
        )


def _answer(talk: Conversation) -> _Answer:
    reading = Reading(talk)
    amounts: list[Quantity] = []
    concepts: set[str] = set()
    denied: set[str] = set()
    for number in reading.bot_turns:
        question = reading.question_before(number)
        language = reading.language_of(number)
        for claim in claims_of(talk.turns[number].text, question=question, language=language):
            said = wording(f"{question}\n{claim.text}" if claim.denied else claim.text)
            mine = {term.concept for term in said.terms if term.concept}
            amounts += claim.quantities
            concepts |= mine
            if claim.denied or denies(claim.text, said, language):
                denied |= mine
    return _Answer(tuple(amounts), frozenset(concepts), frozenset(denied))


def _contradict(left: _Answer, right: _Answer) -> bool:
    for kind in {q.kind for q in left.amounts} & {q.kind for q in right.amounts}:
        ours = [q for q in left.amounts if q.kind == kind]
        theirs = [q for q in right.amounts if q.kind == kind]
        if not any(same(a, b) for a in ours for b in theirs):
            return True
    shared = left.concepts & right.concepts
    no_amounts = not left.amounts and not right.amounts
    return bool(no_amounts and shared and (left.denied ^ right.denied) & shared)
