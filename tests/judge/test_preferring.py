"""Bot and human side by side: blind, in both orders, and no preference where the order decides."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from evalkit.judge.asking import Judge
from evalkit.judge.cache import AnswerCache
from evalkit.judge.client import OpenAiClient
from evalkit.judge.fake import Mood, create_app
from evalkit.judge.preferring import Preference, prefer
from evalkit.judge.provider import judge_settings
from evalkit.loopback import serving
from evalkit.model import Conversation
from tests.judge.conftest import talk

BOT = talk(
    "customer: Var är mitt paket?", "bot: Det kommer på torsdag, åtta på morgonen. Behöver du något mer?", id="b"
)
HUMAN = talk("customer: Var är paketet?", "human: På väg.", "note: jag gissar", id="h")


def asked(left: Conversation, right: Conversation, mood: Mood, seen: list[str] | None = None) -> Preference:
    class Listening(OpenAiClient):
        async def complete(self, messages, schema):  # type: ignore[no-untyped-def]
            if seen is not None:
                seen.append(messages[1]["content"])
            return await super().complete(messages, schema)

    async def go(address: str) -> Preference:
        made = judge_settings(
            {
                "base_url": f"{address}/v1",
                "model": "m",
                "provider": {"region": "local", "dpa": True, "no_training": True},
            }
        )
        async with Listening(made) as client:
            judge = Judge(
                settings=made, questions=(), client=client, cache=AnswerCache(":memory:"), mask=lambda text, _: text,
                token=lambda: "mark", now_s=lambda: 0.0,
            )  # fmt: skip
            return await prefer(judge, left, right, Random(1))

    with serving(create_app(mood)) as address:
        return asyncio.run(go(address))


def test_a_preference_that_survives_the_other_order_counts() -> None:
    assert asked(BOT, HUMAN, "long_winded") == Preference("left")
    assert asked(HUMAN, BOT, "long_winded") == Preference("right")
    assert asked(BOT, BOT, "long_winded") == Preference("same")


def test_a_judge_that_prefers_whatever_comes_first_has_no_preference() -> None:
    assert asked(BOT, HUMAN, "good") == Preference("same", consistent=False)


def test_the_judge_cannot_tell_bot_from_human_and_sees_no_note() -> None:
    seen: list[str] = []
    asked(BOT, HUMAN, "long_winded", seen)
    assert len(seen) == 2 and not any("human" in text or "gissar" in text for text in seen)
    assert {text.index("På väg") < text.index("torsdag") for text in seen} == {True, False}


@pytest.mark.parametrize("mood", ["refusing", "invented_quote", "off_enum"])
def test_no_answer_is_no_preference_and_names_its_cause(mood: Mood) -> None:
    found = asked(BOT, HUMAN, mood)
    assert found.preferred is None and found.cause
