"""Bots on this machine: Python callables and programs that speak JSON lines."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import Reply
from evalkit.bots.python import PythonBot
from evalkit.errors import BotError, InfrastructureError, InputError
from evalkit.testing import check_bot
from tests.bots.serving import converse, talk, texts


def slow_echo(text: str, history: object) -> str:
    time.sleep(0.2)
    return text


async def async_mapping(text: str, history: tuple[object, ...]) -> dict[str, Any]:
    return {
        "text": [text, str(len(history))], "event": {"name": "handoff", "value": {"target": "billing"}},
        "tool_calls": [{"name": "find", "arguments": {"n": 1}}],
    }  # fmt: skip


class Counter:
    def __init__(self) -> None:
        self.n = 0

    def __call__(self, text: str, history: object) -> str:
        self.n += 1
        return str(self.n)


def test_blocking_callables_block_nobody() -> None:
    async def go() -> float:
        bot = PythonBot(slow_echo)
        started = time.perf_counter()
        await asyncio.gather(*(converse(bot, conversation_id=str(n)) for n in range(40)))
        return time.perf_counter() - started

    assert asyncio.run(go()) < 2.0  # one after the other they would take eight seconds


def test_an_async_callable_may_return_bubbles_calls_and_events() -> None:
    bot = build_bot(
        "b", {"b": {"kind": "python", "target": f"{__name__}:async_mapping", "handover_on": {"events": ["handoff"]}}}
    )
    (reply,) = asyncio.run(talk(bot, "Hej"))
    assert texts(reply) == ["Hej", "0"]
    assert reply.turns[1].tool_calls[0].name == "find"
    assert reply.handover is not None and reply.handover.target == "billing"


def test_a_class_keeps_its_state_within_a_conversation() -> None:
    bot = build_bot(f"{__name__}:Counter", {})
    first, second = asyncio.run(talk(bot, "a", "b"))
    assert (texts(first), texts(second)) == (["1"], ["2"])
    assert texts(asyncio.run(talk(bot, "a"))[0]) == ["1"]
    check_bot(bot)


def test_a_callable_that_hangs_is_left_and_does_not_hold_the_loop() -> None:
    gate = threading.Event()
    started = time.perf_counter()
    with pytest.raises(BotError, match=r"within 0\.1 s"):
        asyncio.run(talk(PythonBot(lambda *_: gate.wait(30), timeout_s=0.1)))
    assert time.perf_counter() - started < 5
    gate.set()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (lambda *_: 7, "returned a int"),
        (lambda *_: [], "no text"),
        (lambda *_: 1 / 0, "raised ZeroDivisionError"),
        (lambda *_: ["hej"] * 10_000, "no conversation"),
    ],
)
def test_what_a_callable_may_do_wrong_is_a_bots_error(target: Any, said: str) -> None:
    with pytest.raises(BotError, match=said):
        asyncio.run(talk(PythonBot(target)))


def test_a_target_that_is_none_is_named() -> None:
    for definition, said in (
        ({"target": "nowhere"}, "module:function"),
        ({"target": "os:nothing_here"}, "cannot be imported"),
        ({"target": "os:sep"}, "cannot be called"),
        ({"targte": "os:getpid"}, "did you mean 'target'"),
    ):
        with pytest.raises(InputError, match=said):
            build_bot("b", {"b": {"kind": "python", **definition}})


# ---------------------------------------------------------------- programs

ECHO = """
import json, os, sys
n = 0
for line in sys.stdin:
    said = json.loads(line)
    n += 1
    reply = {"text": [said["message"].upper(), f"{n} {said['session_id']}"]}
    if "människa" in said["message"]:
        reply["escalated"] = {"target": "support"}
    print(json.dumps(reply), flush=True)
"""


def program(code: str, *messages: str, **definition: Any) -> list[Reply]:
    command = [sys.executable, "-c", code]
    bot = build_bot("b", {"b": {"kind": "command", "command": command, "timeout_s": 5, **definition}})
    return asyncio.run(talk(bot, *messages))


def test_a_program_answers_line_by_line_and_keeps_its_state() -> None:
    first, second = program(ECHO, "hej åäö", "en människa", reply={"text": "text", "handover": "escalated"})
    assert texts(first) == ["HEJ ÅÄÖ", "1 t1"]
    assert texts(second)[1] == "2 t1"
    assert second.handover is not None and second.handover.target == "support"


@pytest.mark.parametrize(
    ("code", "more", "kind", "said"),
    [
        ("raise SystemExit(3)", {}, BotError, "ended with code 3"),
        ("import os, signal; input(); os.kill(os.getpid(), signal.SIGKILL)", {}, BotError, "signal 9"),
        ("input(); print('hello there')", {}, BotError, "no JSON"),
        ("input(); print('{\"text\": 7}')", {}, BotError, "is a int"),
        ("input(); print()", {}, BotError, "empty"),
        ("import time; time.sleep(60)", {"timeout_s": 0.3}, BotError, "within 0.3 s"),
        ("input(); print('x' * 100_000)", {"max_reply_bytes": 10_000}, BotError, "larger"),
        ("import json; input(); print(json.dumps({'text': ['a'] * 10_000}))", {}, BotError, "no conversation"),
    ],
)
def test_a_program_that_crashes_babbles_or_hangs_is_one_error(
    code: str, more: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        program(code, **more)


def test_a_program_that_does_not_exist_is_infrastructure() -> None:
    bot = build_bot("b", {"b": {"kind": "command", "command": "no-such-program --x"}})
    with pytest.raises(InfrastructureError, match="no-such-program"):
        asyncio.run(talk(bot))


def test_what_a_program_started_ends_with_the_conversation(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        'input(); print(\'{"text": "ok"}\', flush=True)\n'
        "input()\n"
    )
    program(code)
    deadline = time.time() + 5
    while time.time() < deadline:
        try:
            os.kill(int(note.read_text()), 0)
        except ProcessLookupError:
            return
        state = Path(f"/proc/{note.read_text()}/stat")
        if state.exists() and state.read_text().split(")")[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError("the child of the program is still running")
