"""Asks the judge about stored conversations ahead of the scorers: a bounded number at once, in order, memory flat.

What is not asked here is never asked: a scorer sees only what was gathered.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from evalkit.judge.asking import BudgetSpent, Call, Judge, Judged, Spending, broken
from evalkit.judge.cache import AnswerCache
from evalkit.judge.client import LlmClient
from evalkit.judge.planning import Plan, plan
from evalkit.judge.preferring import Preference, prefer
from evalkit.judge.provider import JudgeSettings, family
from evalkit.judge.questions import Question
from evalkit.model import Case, Conversation, Data
from evalkit.personal_data import mask
from evalkit.policy.loading import narrow
from evalkit.policy.sections import Policy

if TYPE_CHECKING:
    from evalkit.knowledge import Knowledge
    from evalkit.store.store import Store

BATCH = 200
"""Conversations handed to the scorers at once; paid calls are written to the audit trail as often."""
_PASSAGES_A_TURN, _PASSAGES = 2, 6
_AROUND_A_TURN, _PACKET = 16, 2_000
"""Characters around a message in the prompt, and of a hand-over's packet: what a plan reckons with."""
_AHEAD = 2
"""Conversations in flight for each call at once, so that a slow one does not leave the others waiting."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A judge that is ready to be asked: settings, questions, the door to the model, and where answers are kept."""

    settings: JudgeSettings
    questions: tuple[Question, ...]
    client: AbstractAsyncContextManager[LlmClient]
    cache: Path | str
    token: Callable[[], str] = lambda: secrets.token_hex(8)
    now_s: Callable[[], float] = monotonic


@dataclass(slots=True)
class Judging:
    """One pass of the judge over a run; `spending` is known once the pass began.

    `kin` is the family of models that both the judge and a bot that it judged are of, None where they differ.
    """

    bench: Bench
    policy: Policy
    cases: Mapping[str, Case]
    knowledge: Knowledge | None = None
    spending: Spending | None = None
    kin: str | None = None

    def over(self, talks: Iterable[Conversation], store: Store) -> Iterator[tuple[list[Conversation], list[Data]]]:
        """Batches of conversations with what was judged of each, in order; every paid call is audited."""
        calls: list[Call] = []
        own = family(self.bench.settings.model)
        with asyncio.Runner() as runner:
            client = runner.run(self.bench.client.__aenter__())
            cache = AnswerCache(self.bench.cache)
            try:
                judge = self._judge(client, cache, calls.append)
                self.spending = judge.spending
                window = _Window(judge, iter(talks), self.bench.settings.batch or self.bench.settings.concurrency)
                while batch := runner.run(window.next_ones(BATCH)):
                    _audit(store, calls)
                    if own and any(talk.model_id and family(talk.model_id) == own for talk, _ in batch):
                        self.kin = own
                    yield [talk for talk, _ in batch], [dict(judged) for _, judged in batch]
            finally:
                _audit(store, calls)
                cache.close()
                runner.run(self.bench.client.__aexit__(None, None, None))

    def planned(self, talks: Iterable[Conversation]) -> Plan:
        """What judging these conversations would take at most; nothing is sent."""
        lengths = (sum(len(turn.text) + _AROUND_A_TURN for turn in t.turns) for t in talks if t.failure is None)
        return plan(lengths, self.bench.questions, self.bench.settings, evidence=self._most_evidence())

    def _most_evidence(self) -> dict[str, int]:
        base = self.knowledge
        longest = sorted((len(p.text) + len(p.heading) for p in base.passages), reverse=True) if base else []
        said = {"tone": self.policy.tone, "escalation": self.policy.escalation}
        cases = [len(_facts_text(case)) for case in self.cases.values()]
        return {
            "knowledge": sum(longest[:_PASSAGES]), "policy": len(msgspec.json.encode(said)),
            "facts": max(cases, default=0), "handover": _PACKET,
        }  # fmt: skip

    def _judge(self, client: LlmClient, cache: AnswerCache, on_call: Callable[[Call], None]) -> Judge:
        return Judge(
            settings=self.bench.settings, questions=self.bench.questions, client=client, cache=cache, mask=self._mask,
            token=self.bench.token, now_s=self.bench.now_s, evidence=self._evidence, on_call=on_call,
        )  # fmt: skip

    def _mask(self, text: str, talk: Conversation) -> str:
        case = self.cases.get(talk.case_id or "")
        return mask(text, also=case.context.facts.values() if case else ()).text

    def _evidence(self, conversation: Conversation, kinds: Sequence[str]) -> Mapping[str, str]:
        case = self.cases.get(conversation.case_id or "")
        found = {
            "knowledge": self._passages(conversation) if "knowledge" in kinds else "",
            "policy": self._policy_text(conversation, case) if "policy" in kinds else "",
            "facts": _facts_text(case) if "facts" in kinds else "",
            "handover": _packet_text(conversation) if "handover" in kinds else "",
        }
        # Public articles hold the organisation's own numbers on purpose; all else is covered like the transcript.
        return {
            kind: text if kind == "knowledge" else self._mask(text, conversation)
            for kind, text in found.items()
            if text
        }

    def _passages(self, talk: Conversation) -> str:
        base = self.knowledge
        if base is None:
            return ""
        day = talk.started_at.date() if talk.started_at else None
        found: dict[int, None] = {}
        asked = ""
        for turn in talk.turns:
            if turn.role == "customer":
                asked = turn.text
            elif turn.role in {"bot", "human"} and turn.text.strip():
                hits = base.search(f"{asked}\n{turn.text}", k=_PASSAGES_A_TURN, on=day, audience="public")
                found |= {hit.passage: None for hit in hits}
        chosen = [base.passages[number] for number in list(found)[:_PASSAGES]]
        return "\n\n".join(f"[{base.document_of(p).id}] {p.heading}\n{p.text}" for p in chosen)

    def _policy_text(self, talk: Conversation, case: Case | None) -> str:
        policy = narrow(
            self.policy,
            intent=talk.intent or (case.intent if case else None),
            language=talk.language or (case.language if case else None),
            channel=talk.channel,
        )
        said = {"tone": msgspec.to_builtins(policy.tone), "escalation": msgspec.to_builtins(policy.escalation)}
        return json.dumps({name: section for name, section in said.items() if section}, ensure_ascii=False)


def preferences(
    store: Store, left_run: str, right_run: str, bench: Bench, *, n: int, seed: int = 0
) -> list[Preference]:
    """The judge's blind preference between two runs, at most n pairs: of one case, or of one topic, channel, language.

    Every paid call is audited. A budget that is spent ends the asking; what was asked is returned.
    """
    random = Random(seed)
    pairs = _pairs(store, left_run, right_run, n, random)
    calls: list[Call] = []

    async def ask() -> list[Preference]:
        cache = AnswerCache(bench.cache)
        try:
            async with bench.client as client:
                judge = Judge(
                    settings=bench.settings, questions=(), client=client, cache=cache, mask=_plain_mask,
                    token=bench.token, now_s=bench.now_s, on_call=calls.append,
                )  # fmt: skip
                slots = asyncio.Semaphore(bench.settings.batch or bench.settings.concurrency)

                async def one(left: Conversation, right: Conversation, order: Random) -> Preference:
                    async with slots:
                        try:
                            return await prefer(judge, left, right, order)
                        except BudgetSpent as spent:
                            return Preference(None, cause=str(spent))
                        except Exception as error:  # noqa: BLE001 - one pair's trouble must not lose the others
                            return Preference(None, cause=f"asking the judge broke: {type(error).__name__}")

                return await asyncio.gather(*(one(a, b, Random(random.random())) for a, b in pairs))
        finally:
            cache.close()

    try:
        return asyncio.run(ask())
    finally:
        _audit(store, calls)


def _pairs(
    store: Store, left_run: str, right_run: str, n: int, random: Random
) -> list[tuple[Conversation, Conversation]]:
    sides: list[dict[tuple[str, ...], list[Conversation]]] = [{}, {}]
    for side, run_id in zip(sides, (left_run, right_run), strict=True):
        for talk in store.conversations(run_id):
            if talk.failure is None:
                key: tuple[str, ...] = (
                    (talk.case_id,) if talk.case_id else (talk.intent or "", talk.channel, talk.language or "")
                )
                side.setdefault(key, []).append(talk)
    pairs = []
    for key in sorted(set(sides[0]) & set(sides[1])):
        both = [random.sample(side[key], len(side[key])) for side in sides]
        pairs += list(zip(*both, strict=False))
    return random.sample(pairs, min(n, len(pairs)))


def _plain_mask(text: str, _: Conversation) -> str:
    return mask(text).text


class _Window:
    """Keeps a bounded number of conversations in flight and gives their answers in the order of asking."""

    def __init__(self, judge: Judge, talks: Iterator[Conversation], concurrency: int) -> None:
        self._judge, self._talks = judge, talks
        self._slots = asyncio.Semaphore(concurrency)
        self._most = concurrency * _AHEAD
        self._waiting: deque[tuple[Conversation, asyncio.Task[dict[str, Judged]]]] = deque()

    async def next_ones(self, n: int) -> list[tuple[Conversation, dict[str, Judged]]]:
        """The next n conversations with their answers, fewer at the end."""
        done: list[tuple[Conversation, dict[str, Judged]]] = []
        while len(done) < n:
            while len(self._waiting) < self._most and (talk := next(self._talks, None)) is not None:
                self._waiting.append((talk, asyncio.create_task(self._one(talk))))
            if not self._waiting:
                break
            talk, task = self._waiting.popleft()
            done.append((talk, await task))
        return done

    async def _one(self, talk: Conversation) -> dict[str, Judged]:
        if talk.failure is not None:
            return {}
        async with self._slots:
            try:
                return await self._judge.judged(talk)
            except Exception as error:  # noqa: BLE001 - one conversation's trouble must not lose the others
                cause = f"asking the judge broke: {type(error).__name__}"
                return {q.id: broken(q, cause) for q in self._judge.questions}


def _facts_text(case: Case | None) -> str:
    if case is None:
        return ""
    lines = [fact.statement for fact in case.required_facts]
    if case.customer.goal:
        lines.insert(0, f"The customer's goal: {case.customer.goal}")
    return "\n".join(lines)


def _packet_text(talk: Conversation) -> str:
    packets = [handover.packet for handover in talk.handovers if handover.packet]
    return json.dumps(packets[-1], ensure_ascii=False) if packets else ""


def _audit(store: Store, calls: list[Call]) -> None:
    store.append_audits(
        (
            "judge.call",
            {
                "conversation": call.conversation_id, "model": call.model, "purpose": call.purpose,
                "questions": list(call.questions), "bytes": call.bytes_sent, "tokens_in": call.tokens_in,
                "tokens_out": call.tokens_out,
            },
        )
        for call in calls
    )  # fmt: skip
    calls.clear()
