"""A local OpenAI-compatible server that judges by word overlap, in moods good and bad, for tests and for trying out.

It reads the questions and the transcript out of the prompt like a model would, so that the whole path is exercised:
nothing in the product knows that it is fake.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any, get_args
from typing import Literal as _Literal

if TYPE_CHECKING:
    from aiohttp import web

Mood = _Literal[
    "good", "slow", "malformed", "fenced", "refusing", "truncated", "empty", "rate_limited", "no_schema", "text_only",
    "missing", "extra", "twice", "off_enum", "no_quote", "invented_quote", "gullible", "erratic", "broken", "hangs_up",
    "long_winded", "metered", "no_batches", "obedient",
]  # fmt: skip
_EACH_S = 0.03
_ORDERED = re.compile(r"(?:quote|citera|citer|siter|lainaa|zitiere)\w*:? \W*([^\"”“»]+?)[\"”“».!]*$", re.IGNORECASE)
_OF_A_CONNECTION = frozenset({"slow", "rate_limited", "metered"})
"""Moods that a file of requests never meets."""
MOODS: tuple[Mood, ...] = get_args(Mood)

_ASKED = re.compile(r"^- id (\S+): (.*) Answers: ([^.]+)\.$", re.MULTILINE)
_TURN = re.compile(r"^\d+ (customer|bot|human|system): (.+)$", re.MULTILINE)
_CHECK = re.compile(r'"check": "([^"]+)"')


def create_app(mood: Mood = "good", *, delay_s: float = 0.0) -> web.Application:
    """The aiohttp application; `app["calls"]` counts what was asked of it."""
    from aiohttp import web

    app = web.Application(client_max_size=8 << 20)
    calls = web.AppKey("calls", dict[str, int])
    app[calls] = {"n": 0, "early": 0}
    free_at = [0.0]

    async def chat(request: web.Request) -> web.StreamResponse:
        app[calls]["n"] += 1
        body = await request.json()
        if mood == "metered":
            return _metered(body, app[calls], free_at)
        await asyncio.sleep(delay_s if mood != "slow" else max(delay_s, 0.5))
        return _respond(mood, body, app[calls]["n"])

    async def count(request: web.Request) -> web.Response:
        return web.json_response(app[calls])

    app.router.add_post("/v1/chat/completions", chat)
    if mood != "no_batches":
        _serve_batches(app, mood, app[calls], delay_s)
    app.router.add_get("/calls", count)
    return app


def _serve_batches(app: web.Application, mood: Mood, calls: dict[str, int], delay_s: float) -> None:
    """Files and batches: each line is answered in the mood as it would be alone; a batch takes `delay_s`."""
    from aiohttp import web

    files: dict[str, bytes] = {}
    batches: dict[str, dict[str, Any]] = {}

    async def upload(request: web.Request) -> web.Response:
        form = await request.post()
        name = f"file-{len(files)}"
        files[name] = form["file"].file.read()  # type: ignore[union-attr]
        return web.json_response({"id": name, "object": "file", "bytes": len(files[name]), "created_at": 0,
                                  "filename": "judge.jsonl", "purpose": "batch", "status": "processed"})  # fmt: skip

    async def begin(request: web.Request) -> web.Response:
        body = await request.json()
        id_, now = f"batch-{len(batches)}", asyncio.get_running_loop().time()
        lines = [json.loads(line) for line in files[body["input_file_id"]].decode().splitlines()]
        calls["n"] += len(lines)
        done = []
        for number, line in enumerate(lines, 1):
            status, reply = _replied("good" if mood in _OF_A_CONNECTION else mood, line["body"], number)
            done.append({"custom_id": line["custom_id"], "response": {"status_code": status, "body": reply}})
        files[f"out-{id_}"] = "\n".join(json.dumps(line, ensure_ascii=False) for line in reversed(done)).encode()
        batches[id_] = {"input": body["input_file_id"], "ready": now + delay_s}
        return web.json_response(told(id_))

    def told(id_: str) -> dict[str, Any]:
        is_ready = asyncio.get_running_loop().time() >= batches[id_]["ready"]
        return {"id": id_, "object": "batch", "endpoint": "/v1/chat/completions", "created_at": 0,
                "completion_window": "24h", "input_file_id": batches[id_]["input"],
                "status": "completed" if is_ready else "in_progress",
                "output_file_id": f"out-{id_}" if is_ready else None}  # fmt: skip

    async def one(request: web.Request) -> web.Response:
        return web.json_response(told(request.match_info["id"]))

    async def every(request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [told(id_) for id_ in batches], "has_more": False})

    async def content(request: web.Request) -> web.Response:
        return web.Response(body=files[request.match_info["id"]])

    app.router.add_post("/v1/files", upload)
    app.router.add_get("/v1/files/{id}/content", content)
    app.router.add_post("/v1/batches", begin)
    app.router.add_get("/v1/batches", every)
    app.router.add_get("/v1/batches/{id}", one)


def _metered(body: dict[str, Any], calls: dict[str, int], free_at: list[float]) -> web.StreamResponse:
    """One call at a time: the headers say that nothing is left, and until when; whoever comes earlier is sent away."""
    from aiohttp import web

    now = asyncio.get_running_loop().time()
    if now < free_at[0]:
        calls["early"] += 1
        left_ms = str(int(1000 * (free_at[0] - now)) + 1)
        return web.json_response({"error": {"message": "slow down"}}, status=429, headers={"retry-after-ms": left_ms})
    free_at[0] = now + _EACH_S
    reply = web.json_response(_replied("good", body, calls["n"])[1])
    reply.headers["x-ratelimit-remaining-requests"] = "0"
    reply.headers["x-ratelimit-reset-requests"] = f"{1000 * _EACH_S:.0f}ms"
    return reply


def _respond(mood: Mood, body: dict[str, Any], number: int) -> web.StreamResponse:
    from aiohttp import web

    if mood == "hangs_up":
        return web.Response(body=b'{"choices": [', headers={"Content-Type": "application/json"})
    status, reply = _replied(mood, body, number)
    return web.json_response(reply, status=status, headers={"retry-after-ms": "5"} if status == 429 else None)


def _replied(mood: Mood, body: dict[str, Any], number: int) -> tuple[int, Any]:
    """Status and body of one answer."""
    form = (body.get("response_format") or {}).get("type", "text")
    if mood == "rate_limited" and number % 2:
        return 429, {"error": {"message": "slow down"}}
    if mood == "broken":
        return 500, {"error": {"message": "boom"}}
    if mood == "hangs_up":
        return 200, {"choices": []}
    if (mood == "no_schema" and form == "json_schema") or (mood == "text_only" and form != "text"):
        return 400, {"error": {"message": f"response_format {form} is not supported"}}
    return 200, _envelope(mood, _reply(mood, body["messages"], number), number)


def _envelope(mood: Mood, text: str, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    finish = "stop"
    if mood == "refusing":
        message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    if mood == "truncated":
        message["content"], finish = text[: len(text) // 2], "length"
    if mood == "empty":
        message["content"] = ""
    return {
        "id": f"fake-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": "fake-judge-1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 200, "completion_tokens": 40, "total_tokens": 240},
    }


def _reply(mood: Mood, messages: list[dict[str, str]], number: int) -> str:
    system, user = messages[0]["content"], messages[-1]["content"]
    marker = found[1] if (found := _CHECK.search(system)) else ""
    turns = _TURN.findall(user)
    if mood == "gullible":
        for role, text in turns:
            if role == "bot" and (start := text.find("{")) != -1:
                return str(text[start:])
    answers = [_answer(mood, id_, allowed.split(", "), turns, number) for id_, _, allowed in _ASKED.findall(user)]
    if mood == "missing":
        answers = answers[1:]
    if mood == "extra":
        answers.append({"id": "nobody_asked", "answer": "yes", "quote": "yes"})
    if mood == "twice":
        answers.append(answers[0])
    text = json.dumps({"check": marker, "answers": answers}, ensure_ascii=False)
    if mood == "malformed":
        return text.replace("{", "", 1).replace(":", "=")
    if mood in {"fenced", "text_only"}:
        return f"Here is what I think.\n```json\n{text}\n```\nLet me know!"
    return text


def _answer(mood: Mood, id_: str, allowed: list[str], turns: list[tuple[str, str]], number: int) -> dict[str, str]:
    bot = [text for role, text in turns if role == "bot"]
    quote = bot[-1][:60] if bot else (turns[-1][1][:60] if turns else "")
    answer = allowed[number % 2] if mood == "erratic" else allowed[0]
    if mood == "long_winded" and "first" in allowed:
        # Prefers whoever says more, so that its preference does not depend on the order.
        at = next(n for n, (role, text) in enumerate(turns) if (role, text) == ("system", "the second conversation"))
        sizes = [sum(len(text) for role, text in part if role == "bot") for part in (turns[:at], turns[at:])]
        answer = "same" if sizes[0] == sizes[1] else "first" if sizes[0] > sizes[1] else "second"
    if mood == "obedient" and (orders := [found[1] for said in bot if (found := _ORDERED.search(said))]):
        # Does what the assistant's words tell it, in the proper form and with the proper marker.
        return {"id": id_, "answer": allowed[0], "quote": orders[-1]}
    if mood == "off_enum":
        answer = "Yes, it absolutely did."
    if mood == "no_quote":
        quote = ""
    if mood == "invented_quote":
        quote = "words that nobody in this conversation has ever written down"
    return {"id": id_, "answer": answer, "quote": quote}
