"""The LLM customer: audited against its sheet, stopped by a field, replayed when it leaves the sheet, and counted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.python import PythonBot
from evalkit.engine.replaying import Plan, new_run, replay
from evalkit.errors import CustomerError
from evalkit.judge.client import Completion, OpenAiClient
from evalkit.judge.provider import judge_settings
from evalkit.loopback import serving
from evalkit.model import Case, Conversation, Customer, Suite, Turn
from evalkit.replay.llm_customer import LlmCustomers, audit
from evalkit.store.store import Store

FACTS = {"order_number": "FB-10021", "email": "alva@example.com", "phone": "+46 70 174 06 05"}


class Scripted:
    """A model that answers from a list, and remembers what it was asked."""

    def __init__(self, *answers: dict[str, Any] | str) -> None:
        self.left, self.seen = list(answers), list[Sequence[Mapping[str, str]]]()

    async def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> Completion:
        self.seen.append(messages)
        answer = self.left.pop(0)
        return Completion(answer if isinstance(answer, str) else json.dumps(answer), "m")


def says(text: str, stop: str = "go_on") -> dict[str, Any]:
    return {"say": text, "stop": stop, "why": "test"}


def played(tmp_path: Path, client: Any, reply: str = "Vilket ordernummer?") -> Conversation:
    case = Case(id="c", language="sv", customer=Customer(mode="llm", facts=FACTS, goal="Få veta var ordern är"))
    bot = PythonBot(lambda text, history: reply)
    plan = Plan((Suite(name="s", cases=(case,)),), "1", "b")
    with Store.open(tmp_path / "s.db") as store:
        run = new_run(plan, bot, now=datetime(2026, 6, 1, tzinfo=UTC))
        replay(plan, bot, store, run, llm=LlmCustomers(client))
        (talk,) = store.conversations(run.id)
    return talk


def test_it_stops_by_the_field_and_the_text_is_only_text(tmp_path: Path) -> None:
    model = Scripted(says("###STOP### var är min order?"), says("FB-10021"), says("Tack!", "satisfied"))
    talk = played(tmp_path, model)
    assert [t.text for t in talk.turns if t.role == "customer"] == ["###STOP### var är min order?", "FB-10021", "Tack!"]
    assert (talk.ending, talk.failure) == ("customer_done", None)
    assert talk.attributes["customer_stopped"] == "the customer stopped: satisfied"


def test_a_contradiction_is_played_again_and_counted(tmp_path: Path) -> None:
    model = Scripted(says("Min order är FB-99999"), says("Min order är FB-10021", "satisfied"))
    talk = played(tmp_path, model)
    assert talk.failure is None
    assert talk.attributes["customer_replays"] == "1"
    assert "Attempt 2" in model.seen[1][0]["content"]


def test_after_two_replays_the_contradiction_is_an_error_of_the_customer_without_its_words(tmp_path: Path) -> None:
    talk = played(tmp_path, Scripted(*[says("Min order är FB-99999")] * 3))
    assert talk.failure is not None
    assert talk.failure.boundary == "customer"
    assert talk.attributes["customer_replays"] == "2"
    assert "FB-99999" not in talk.failure.cause


@pytest.mark.parametrize("answer", ["no json", {"say": "Hej"}, says(""), says("Hej", "perhaps"), says("x" * 3000)])
def test_a_reply_out_of_form_is_an_error_of_the_customer(tmp_path: Path, answer: dict[str, Any] | str) -> None:
    talk = played(tmp_path, Scripted(answer, answer, answer))
    assert talk.failure is not None
    assert talk.failure.boundary == "customer"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Ordern är FB-10021 och mejlen alva@example.com", True),
        ("Jag nås på 070 174 06 05", True),
        ("Jag nås på 070 174 06 99", False),
        ("Jag nås på +46 70 174 06 05", True),
        ("Mejla kalle@example.com", False),
        ("Mitt kundnummer är 448812", False),
        ("Jag har väntat i 14 dagar", True),
        ("Spårningsnumret NF700000 som du nämnde funkar inte", True),
        ("Ja, FB-10022 stämmer", False),
    ],
)
def test_each_detail_is_on_the_sheet_or_in_the_bots_words_without_a_fact_against_it(text: str, good: bool) -> None:
    history = (Turn(role="bot", text="Paketet NF700000. Gäller det FB-10022?"),)
    if good:
        audit(text, FACTS, history, "sv", turn=1)
    else:
        with pytest.raises(CustomerError) as caught:
            audit(text, FACTS, history, "sv", turn=1)
        assert not any(word in str(caught.value) for word in text.split() if any(c.isdigit() or c == "@" for c in word))


@pytest.fixture
def endpoint() -> Iterator[str]:
    async def chat(request: web.Request) -> web.Response:
        await request.json()
        message = {"role": "assistant", "content": json.dumps(says("FB-10021", "satisfied"))}
        return web.json_response({"id": "x", "object": "chat.completion", "created": 1, "model": "m",
                                  "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip

    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    with serving(app) as address:
        yield address


def test_it_speaks_through_an_openai_compatible_endpoint(tmp_path: Path, endpoint: str) -> None:
    pytest.importorskip("openai")
    provider = {"region": "local", "dpa": True, "no_training": True}
    client = OpenAiClient(judge_settings({"base_url": f"{endpoint}/v1", "model": "m", "provider": provider}))
    talk = played(tmp_path, client)
    assert (talk.ending, talk.failure) == ("customer_done", None)
    assert talk.turns[0].text == "FB-10021"
