"""Ask the judge about one conversation: mask, look in the cache, call, check, keep, account.

A question that could not be answered is a `JudgeFailure` with its cause, never a missing row and never a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from evalkit.errors import JudgeError
from evalkit.judge.cache import AnswerCache
from evalkit.judge.client import Completion, LlmClient
from evalkit.judge.protocol import PROMPT_VERSION, Answer, answer_schema, parse_answers, prompt
from evalkit.judge.provider import JudgeSettings, identity
from evalkit.judge.questions import Question
from evalkit.model import Conversation, Turn, content_hash


class BudgetSpent(JudgeError):
    """The run's judge budget is used up; what was judged is kept."""


class JudgeFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a question about a conversation has no answer."""

    question: str
    cause: str


@dataclass(slots=True)
class Spending:
    """What a run's judge has cost so far, against its budget; kept apart from the bot's cost."""

    settings: JudgeSettings
    started_s: float
    n_calls: int = 0
    n_cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    bytes_sent: int = 0

    @property
    def cost_eur(self) -> float:
        """The price of the calls at the declared prices."""
        priced = self.tokens_in * self.settings.price_in_eur + self.tokens_out * self.settings.price_out_eur
        return priced / 1_000_000

    def check(self, now_s: float) -> None:
        """Nothing while every budget holds. Raises: BudgetSpent naming the one that does not."""
        settings = self.settings
        limits = (
            ("calls", self.n_calls, settings.budget_calls),
            ("tokens", self.tokens_in + self.tokens_out, settings.budget_tokens),
            ("eur", self.cost_eur, settings.budget_eur),
            ("minutes", (now_s - self.started_s) / 60, settings.budget_minutes),
        )
        for name, used, limit in limits:
            if limit is not None and used >= limit:
                raise BudgetSpent(f"judge.budget_{name} of {limit:g} is spent")

    def add(self, completion: Completion) -> None:
        """Count one paid call."""
        self.n_calls += 1
        self.tokens_in += completion.tokens_in
        self.tokens_out += completion.tokens_out
        self.bytes_sent += completion.bytes_sent


class EvidenceSource(Protocol):
    """Gathers the evidence that a question asks for, by kind, as masked text."""

    def __call__(self, conversation: Conversation, kinds: Sequence[str]) -> Mapping[str, str]:
        """The text per kind; kinds without text are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Judge:
    """What judging needs from the world, as arguments: the model, the cache, masking, chance and the clock."""

    settings: JudgeSettings
    questions: tuple[Question, ...]
    client: LlmClient
    cache: AnswerCache
    mask: Callable[[str], str]
    token: Callable[[], str]
    """A fresh unguessable marker for each call."""
    now_s: Callable[[], float]
    evidence: EvidenceSource | None = None
    spending: Spending = field(init=False)
    identity: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spending", Spending(self.settings, self.now_s()))
        object.__setattr__(self, "identity", identity(self.settings, PROMPT_VERSION, questions_hash(self.questions)))

    async def ask(self, conversation: Conversation) -> tuple[Answer | JudgeFailure, ...]:
        """One answer or failure per question, in the questions' order; repeats are merged by majority.

        Raises: BudgetSpent before a call that the budget does not cover.
        """
        results: dict[str, Answer | JudgeFailure] = {}
        for together in grouped(self.questions):
            for result in await self._ask_together(conversation, together):
                results[result.question] = result
        return tuple(results[question.id] for question in self.questions)

    async def _ask_together(
        self, conversation: Conversation, questions: tuple[Question, ...]
    ) -> list[Answer | JudgeFailure]:
        turns = tuple(masked(turn, self.mask) for turn in seen_turns(conversation, questions[0]))
        if not any(turn.text.strip() for turn in turns):
            return [JudgeFailure(question=q.id, cause="there is nothing to see for this question") for q in questions]
        kinds = questions[0].evidence
        evidence = dict(self.evidence(conversation, kinds)) if self.evidence and kinds else {}
        transcript = content_hash("turns", [(turn.role, turn.text) for turn in turns])
        facts = content_hash("evidence", sorted(evidence.items()))
        rounds: list[tuple[Answer, ...]] = []
        for repeat in range(self.settings.repeats):
            keys = [
                content_hash(
                    self.identity, q.id, q.version, q.wording(conversation.language), transcript, facts, repeat
                )
                for q in questions
            ]
            stored = self.cache.get(keys)
            if stored is not None:
                self.spending.n_cached += 1
                rounds.append(tuple(stored))
                continue
            try:
                answers = await self._call(conversation, questions, turns, evidence)
            except BudgetSpent:
                raise
            except JudgeError as error:
                return [JudgeFailure(question=question.id, cause=str(error)) for question in questions]
            self.cache.put(conversation.id, self.identity, zip(keys, answers, strict=True))
            rounds.append(answers)
        return [majority([answers[number] for answers in rounds]) for number in range(len(questions))]

    async def _call(
        self,
        conversation: Conversation,
        questions: tuple[Question, ...],
        turns: tuple[Turn, ...],
        evidence: Mapping[str, str],
    ) -> tuple[Answer, ...]:
        self.spending.check(self.now_s())
        marker = self.token()
        messages = prompt(turns, questions, language=conversation.language, evidence=evidence, marker=marker)
        completion = await self.client.complete(messages, answer_schema(questions, marker))
        self.spending.add(completion)
        return parse_answers(completion.text, turns, questions, marker=marker)


def questions_hash(questions: Sequence[Question]) -> str:
    """A hash of what is asked; it is part of the judge's identity."""
    return content_hash("questions", [msgspec.to_builtins(question) for question in questions])


def grouped(questions: Sequence[Question]) -> list[tuple[Question, ...]]:
    """The questions that see the same turns and evidence, asked in one call."""
    groups: dict[tuple[str, tuple[str, ...]], list[Question]] = {}
    for question in questions:
        groups.setdefault((question.sees, question.evidence), []).append(question)
    return [tuple(group) for group in groups.values()]


def seen_turns(conversation: Conversation, question: Question) -> tuple[Turn, ...]:
    """The turns that a question looks at; notes are never shown."""
    turns = tuple(turn for turn in conversation.turns if turn.kind != "note")
    if question.sees == "bot_turns":
        return tuple(turn for turn in turns if turn.role == "bot")
    if question.sees == "after_handover":
        first = next((number for number, turn in enumerate(turns) if turn.role == "human"), len(turns))
        return turns[first:]
    return turns


def masked(turn: Turn, mask: Callable[[str], str]) -> Turn:
    """The turn as the judge may see it: role and masked text, nothing else."""
    # Bot and human are shown under one name, so that the judge cannot favour its own kind.
    return Turn(role="bot" if turn.role == "human" else turn.role, text=mask(turn.text))


def majority(answers: Sequence[Answer]) -> Answer:
    """The answer that most repeats gave, with their agreement; no majority is `unsure`.

    >>> one, two = Answer(question="q", answer="yes"), Answer(question="q", answer="no")
    >>> majority([one, two, one]).answer, majority([one, two, one]).agreement_rate
    ('yes', 0.6666666666666666)
    """
    counted = Counter((answer.answer, answer.status) for answer in answers)
    (best, status), votes = counted.most_common(1)[0]
    first = next(answer for answer in answers if (answer.answer, answer.status) == (best, status))
    agreement = votes / len(answers)
    if votes * 2 <= len(answers):
        return msgspec.structs.replace(
            first, status="unsure", why_unsure="its repeats disagree", repeats=len(answers), agreement_rate=agreement
        )
    return msgspec.structs.replace(first, repeats=len(answers), agreement_rate=agreement)


@dataclass(frozen=True, slots=True)
class Plan:
    """What judging would take: shown by `--dry-run` before a cent is spent."""

    n_conversations: int
    n_calls: int
    tokens_in: int
    tokens_out: int
    cost_eur: float


def plan(conversations: Sequence[Conversation], questions: Sequence[Question], settings: JudgeSettings) -> Plan:
    """The number of calls and their price, estimated from the text at four characters a token."""
    groups = grouped(questions)
    n_calls = len(conversations) * len(groups) * settings.repeats
    characters = sum(len(turn.text) + 16 for talk in conversations for turn in talk.turns)
    overhead = sum(len(question.wording("en")) + 80 for question in questions) + 900 * len(groups)
    tokens_in = (characters * len(groups) + overhead * len(conversations)) * settings.repeats // 4
    tokens_out = 40 * len(questions) * len(conversations) * settings.repeats
    cost = (tokens_in * settings.price_in_eur + tokens_out * settings.price_out_eur) / 1_000_000
    return Plan(len(conversations), n_calls, tokens_in, tokens_out, cost)
