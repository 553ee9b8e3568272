"""A bot in OpenAI's shapes: against the demo bot's `/v1`, and against servers that break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import BrokenReply, Reply
from evalkit.demo.server import serving
from evalkit.demo.shop import open_release
from evalkit.errors import BotError, InputError
from evalkit.testing import check_bot
from tests.bots.serving import answering, ask, streaming, talk, texts

CHAT = {"choices": [{"message": {"role": "assistant", "content": "Hej!"}, "finish_reason": "stop"}]}


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with serving(open_release("1.4")) as address:
        yield address


def model(handler: Any, *messages: str, **definition: Any) -> list[Reply]:
    return ask(handler, *messages, key="base_url", address="{}/v1", kind="openai", model="m", **definition)


@pytest.mark.parametrize("shape", ["chat", "responses"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_demo_bot_answers_alike_in_each_shape(demo: str, shape: str, stream: bool) -> None:
    definition = {"kind": "openai", "base_url": f"{demo}/v1", "model": "demo", "shape": shape, "stream": stream}
    bot = build_bot("b", {"b": definition})
    first, second = asyncio.run(talk(bot, "Vad kostar frakten?", "Jag vill prata med en människa"))
    assert "59 kr" in texts(first)[0]
    assert (first.turns[0].first_token_ms is not None) is stream
    assert first.cost is not None and first.cost.tokens_in and first.cost.tokens_out
    assert [call.name for call in second.turns[-1].tool_calls] == ["transfer_to_human"]


def test_the_demo_bot_keeps_the_promises_of_the_door(demo: str) -> None:
    check_bot(build_bot("b", {"b": {"kind": "openai", "base_url": f"{demo}/v1", "model": "demo"}}))


def test_a_tool_call_is_surfaced_and_may_mean_a_hand_over() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "transfer", "arguments": '{"queue": "billing"}'}}
    body = {"choices": [{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    (reply,) = model(answering(body), handover_on={"tools": ["transfer"]})
    assert reply.turns[0].kind == "event"
    assert reply.turns[0].tool_calls[0].arguments == {"queue": "billing"}
    assert reply.handover is not None
    assert (reply.handover.target, reply.handover.packet) == ("billing", {"queue": "billing"})


def test_the_pieces_of_a_streamed_tool_call_are_put_together() -> None:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return f"data: {json.dumps({'choices': [{'delta': delta, 'finish_reason': finish}]})}\n\n".encode()

    call = {"index": 0, "id": "1", "function": {"name": "find", "arguments": ""}}
    parts = [
        chunk({"role": "assistant", "content": "Ett "}), chunk({"content": "ögonblick"}), chunk({"tool_calls": [call]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"number": '}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": "7}"}}]}), chunk({}, "tool_calls"),
        b'data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}}\n\n', b"data: [DONE]\n\n",
    ]  # fmt: skip
    (reply,) = model(streaming(*parts), stream=True, eur_per_million_in=1.0, eur_per_million_out=2.0)
    (turn,) = reply.turns
    assert (turn.text, turn.tool_calls[0].name, turn.tool_calls[0].arguments) == (
        "Ett ögonblick",
        "find",
        {"number": 7},
    )
    assert reply.cost is not None
    assert (reply.cost.tokens_in, reply.cost.cost_eur) == (9, pytest.approx(17e-6))
    with pytest.raises(BrokenReply, match="before its last event") as caught:
        model(streaming(*parts[:2]), stream=True)
    assert texts(caught.value.arrived) == ["Ett ögonblick"]


def test_history_key_and_query_go_along_as_azure_wants_them() -> None:
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.path_qs, request.headers.get("api-key"), await request.json()))
        return web.json_response(CHAT)

    model(
        handler, "Hej", "Var är min order?", api_key="k1", key_header="api-key", query={"api-version": "2024-10-21"},
        system="Svara kort.", parameters={"temperature": 0},
    )  # fmt: skip
    path, key, body = seen[1]
    assert (path, key) == ("/v1/chat/completions?api-version=2024-10-21", "k1")
    assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user"]
    assert body["messages"][-1]["content"] == "Var är min order?"
    assert body["temperature"] == 0


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ({"error": {"message": "customer said secret"}}, {}, "reported an error"),
        ({"choices": []}, {}, "neither text"),
        ({"output": []}, {"shape": "responses"}, "neither text"),
        (["x"], {}, "no JSON object"),
        ("<html>", {}, "no JSON object"),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_bots_error(body: object, more: dict[str, Any], said: str) -> None:
    with pytest.raises(BotError, match=said) as caught:
        model(answering(body), **more)
    assert "secret" not in str(caught.value)


def test_the_key_stays_out_of_the_identity_and_our_keys_out_of_the_parameters() -> None:
    def built(**more: Any) -> Any:
        definition = {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m", **more}
        return build_bot("b", {"b": definition}, environment={"K": "one"})

    assert built(api_key="${K}").identity == built(api_key="other").identity != built(system="x").identity
    with pytest.raises(InputError, match="'model' is set by the bot itself"):
        built(parameters={"model": "x"})
