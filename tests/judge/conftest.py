"""A judge over the stand-in server, in a mood of choice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from evalkit.judge.asking import Call, Judge, Judged
from evalkit.judge.cache import AnswerCache
from evalkit.judge.client import OpenAiClient
from evalkit.judge.fake import Mood, create_app
from evalkit.judge.provider import judge_settings
from evalkit.judge.questions import Question
from evalkit.loopback import serving
from evalkit.model import Conversation, Turn
from evalkit.personal_data import mask

MET = Question(id="met", text={"en": "Was the need met?"}, severity="high")
BLAME = Question(id="blame", text={"en": "Is the customer blamed?"}, answers=("no", "yes"), passing=("no",))


def talk(*said: str, id: str = "t1") -> Conversation:
    """A conversation of lines such as "customer: Hej" and "bot: Hej!"; "note: …" is an internal note."""
    turns = []
    for line in said:
        role, _, text = line.partition(": ")
        turns.append(Turn(role="human", text=text, kind="note") if role == "note" else Turn(role=role, text=text))  # type: ignore[arg-type]
    return Conversation(id=id, turns=tuple(turns), language="sv", started_at=datetime(2026, 6, 1, tzinfo=UTC))


PARCEL = talk("customer: Var är mitt paket?", "bot: Det kommer på torsdag, åtta på morgonen.")


class Asked:
    """What came of asking: the records, the calls that were paid, and the judge itself."""

    def __init__(self, judged: list[dict[str, Judged]], calls: list[Call], judge: Judge) -> None:
        self.judged, self.calls, self.judge = judged, calls, judge


Ask = Callable[..., Asked]


@pytest.fixture
def ask() -> Ask:
    """Asks a stand-in in some mood about conversations, through the real client over HTTP."""

    def asked(
        *talks: Conversation,
        mood: Mood = "good",
        questions: tuple[Question, ...] = (MET, BLAME),
        cache: AnswerCache | None = None,
        **settings: Any,
    ) -> Asked:
        numbers = count()
        calls: list[Call] = []

        async def all_of_them(address: str) -> tuple[list[dict[str, Judged]], Judge]:
            made = judge_settings(
                {
                    "base_url": f"{address}/v1",
                    "model": "m",
                    "retries": 2,
                    "timeout_s": 5,
                    "provider": {"region": "local", "dpa": True, "no_training": True},
                    **settings,
                }  # fmt: skip
            )
            async with OpenAiClient(made) as client:
                judge = Judge(
                    settings=made, questions=questions, client=client, cache=cache or AnswerCache(":memory:"),
                    mask=lambda text, _: mask(text).text, token=lambda: f"mark{next(numbers)}", now_s=lambda: 0.0,
                    on_call=calls.append,
                )  # fmt: skip
                return [await judge.judged(one) for one in talks or (PARCEL,)], judge

        with serving(create_app(mood)) as address:
            judged, judge = asyncio.run(all_of_them(address))
        return Asked(judged, calls, judge)

    return asked
