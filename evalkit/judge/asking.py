"""Ask the judge about one conversation: mask, look in the cache, call, check, keep, account.

A question that could not be answered is a `JudgeFailure` with its cause, never a missing row and never a pass.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from evalkit.errors import JudgeError
from evalkit.judge.cache import AnswerCache
from evalkit.judge.client import Completion, LlmClient
from evalkit.judge.protocol import PROMPT_VERSION, Answer, answer_schema, parse_answers, prompt
from evalkit.judge.provider import JudgeSettings, identity
from evalkit.judge.questions import Question
from evalkit.model import Conversation, Severity, Turn, content_hash
from evalkit.personal_data.sealing import sealed


class BudgetSpent(JudgeError):
    """The run's judge budget is used up; what was judged is kept."""


class JudgeFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a question about a conversation has no answer."""

    question: str
    cause: str


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the judge made of one question about one conversation: all that a scorer needs to know of it.

    `status` is `answered`, `unsure` or `error`; `good` is None unless answered. `turn` counts in the conversation.
    """

    question: str
    status: str
    answer: str | None = None
    good: bool | None = None
    severity: Severity = "medium"
    turn: int | None = None
    cause: str | None = None
    repeats: int = 1
    agreement_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Call:
    """One paid call as the audit trail keeps it: sizes and names, no content."""

    conversation_id: str
    model: str
    purpose: str
    questions: tuple[str, ...]
    bytes_sent: int
    tokens_in: int
    tokens_out: int


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
    n_open: int = 0
    tokens_open: int = 0
    """Calls on their way and what they are reckoned to use: a budget holds however many are asked at once."""

    @property
    def cost_eur(self) -> float:
        """The price of the calls at the declared prices."""
        priced = self.tokens_in * self.settings.price_in_eur + self.tokens_out * self.settings.price_out_eur
        return priced / 1_000_000

    def check(self, now_s: float) -> None:
        """Nothing while every budget holds. Raises: BudgetSpent naming the one that does not."""
        settings = self.settings
        open_eur = self.tokens_open * settings.price_in_eur / 1_000_000
        limits = (
            ("calls", self.n_calls + self.n_open, settings.budget_calls),
            ("tokens", self.tokens_in + self.tokens_out + self.tokens_open, settings.budget_tokens),
            ("eur", self.cost_eur + open_eur, settings.budget_eur),
            ("minutes", (now_s - self.started_s) / 60, settings.budget_minutes),
        )
        for name, used, limit in limits:
            if limit is not None and used >= limit:
                raise BudgetSpent(f"judge.budget_{name} of {limit:g} is spent")

    @contextmanager
    def reserved(self, tokens: int) -> Iterator[None]:
        """Reckon with one more call while it is on its way."""
        self.n_open, self.tokens_open = self.n_open + 1, self.tokens_open + tokens
        try:
            yield
        finally:
            self.n_open, self.tokens_open = self.n_open - 1, self.tokens_open - tokens

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
    mask: Callable[[str, Conversation], str]
    """Covers personal data in a text of a conversation: nothing but pseudonymised text leaves."""
    token: Callable[[], str]
    """A fresh unguessable marker for each call."""
    now_s: Callable[[], float]
    evidence: EvidenceSource | None = None
    on_call: Callable[[Call], None] | None = None
    """Told of every paid call, for the audit trail."""
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
        groups = grouped(self.questions)
        if self.settings.batch:
            # One batch takes a while, so a conversation's calls go into the same one.
            asked = await asyncio.gather(*(self._ask_together(conversation, together) for together in groups))
        else:
            asked = [await self._ask_together(conversation, together) for together in groups]
        for result in (result for group in asked for result in group):
            results[result.question] = result
        return tuple(results[question.id] for question in self.questions)

    async def judged(self, conversation: Conversation) -> dict[str, Judged]:
        """One record per question id; a spent budget is a record with its cause too, never a missing row."""
        try:
            results = await self.ask(conversation)
        except BudgetSpent as spent:
            results = tuple(JudgeFailure(question=question.id, cause=str(spent)) for question in self.questions)
        return {q.id: _judged(q, result) for q, result in zip(self.questions, results, strict=True)}

    async def _ask_together(
        self, conversation: Conversation, questions: tuple[Question, ...]
    ) -> list[Answer | JudgeFailure]:
        seen = seen_turns(conversation, questions[0])
        turns = tuple(masked(conversation.turns[number], self.mask, conversation) for number in seen)
        if not any(turn.text.strip() for turn in turns):
            return [JudgeFailure(question=q.id, cause="there is nothing to see for this question") for q in questions]
        kinds = questions[0].evidence
        evidence = dict(self.evidence(conversation, kinds)) if self.evidence and kinds else {}
        found = await self.ask_turns(conversation, questions, turns, evidence)
        return [r if isinstance(r, JudgeFailure) else _in_conversation(r, seen) for r in found]

    async def ask_turns(
        self,
        conversation: Conversation,
        questions: tuple[Question, ...],
        turns: tuple[Turn, ...],
        evidence: Mapping[str, str],
    ) -> list[Answer | JudgeFailure]:
        """The answers about masked turns, from the cache where they are; turn numbers count in `turns`.

        Raises: BudgetSpent before a call that the budget does not cover.
        """
        transcript = content_hash("turns", [(turn.role, turn.text) for turn in turns])
        facts = content_hash("evidence", sorted(evidence.items()))

        async def once(repeat: int) -> tuple[Answer, ...]:
            keys = [
                content_hash(
                    self.identity, q.id, q.version, q.wording(conversation.language), transcript, facts, repeat
                )
                for q in questions
            ]
            stored = self.cache.get(keys)
            if stored is not None:
                self.spending.n_cached += 1
                return tuple(stored)
            answers = await self._call(conversation, questions, turns, evidence)
            self.cache.put(conversation.id, self.identity, zip(keys, answers, strict=True))
            return answers

        repeats = range(self.settings.repeats)
        try:
            # One batch takes a while, so all repeats go into the same one; else the first failure spares the others.
            rounds = (
                await asyncio.gather(*map(once, repeats)) if self.settings.batch else [await once(r) for r in repeats]
            )
        except BudgetSpent:
            raise
        except JudgeError as error:
            # What an endpoint answers may quote the conversation.
            cause = sealed(str(error)).text
            return [JudgeFailure(question=question.id, cause=cause) for question in questions]
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
        with self.spending.reserved(sum(len(message["content"]) for message in messages) // 4):
            completion = await self.client.complete(messages, answer_schema(questions, marker))
            self.spending.add(completion)
        if self.on_call is not None:
            ids = tuple(question.id for question in questions)
            self.on_call(
                Call(
                    conversation.id, completion.model or self.settings.model, "judge", ids, completion.bytes_sent,
                    completion.tokens_in, completion.tokens_out,
                )
            )  # fmt: skip
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


def seen_turns(conversation: Conversation, question: Question) -> tuple[int, ...]:
    """The indices of the turns that a question looks at; notes are never shown."""
    turns = conversation.turns
    shown = [number for number, turn in enumerate(turns) if turn.kind != "note"]
    if question.sees == "bot_turns":
        return tuple(number for number in shown if turns[number].role == "bot")
    if question.sees == "after_handover":
        first = next((number for number in shown if turns[number].role == "human"), len(turns))
        return tuple(number for number in shown if number >= first)
    return tuple(shown)


def _in_conversation(answer: Answer, seen: Sequence[int]) -> Answer:
    return answer if answer.turn is None else msgspec.structs.replace(answer, turn=seen[answer.turn])


def broken(question: Question, cause: str) -> Judged:
    """The record of a question that got no answer."""
    return Judged(question=question.id, status="error", severity=question.severity, cause=cause)


def _judged(question: Question, result: Answer | JudgeFailure) -> Judged:
    if isinstance(result, JudgeFailure):
        return broken(question, result.cause)
    answered = result.status == "answered"
    return Judged(
        question=question.id,
        status=result.status,
        answer=result.answer,
        good=result.answer in question.passing if answered else None,
        severity=question.severity,
        turn=result.turn,
        cause=result.why_unsure,
        repeats=result.repeats,
        agreement_rate=result.agreement_rate,
    )


def masked(turn: Turn, mask: Callable[[str, Conversation], str], conversation: Conversation) -> Turn:
    """The turn as the judge may see it: role and masked text, nothing else."""
    # Bot and human are shown under one name, so that the judge cannot favour its own kind.
    return Turn(role="bot" if turn.role == "human" else turn.role, text=mask(turn.text, conversation))


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
