"""Set-up and tear-down reach a real server, only on hosts that are named, and fail loudly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from evalkit.bots.python import PythonBot
from evalkit.errors import InputError
from evalkit.model import AuthorisedContext, Call, Case, Conversation, Customer, Line, Run
from evalkit.replay.calls import Calls
from evalkit.replay.play import Clock, play


class Server:
    def __init__(self, address: str) -> None:
        self.address, self.seen = address, list[tuple[str, str, str]]()


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            found.seen.append((self.command, self.path, body))
            self.send_response({"/broken": 500, "/moved": 302}.get(self.path, 201))
            self.send_header("Location", "http://elsewhere.example/")
            self.end_headers()

        do_DELETE = do_POST

        def log_message(self, *_: object) -> None: ...

    running = HTTPServer(("127.0.0.1", 0), Handler)
    found = Server(f"http://127.0.0.1:{running.server_port}")
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield found
    running.shutdown()
    running.server_close()


def played(case: Case, bot: PythonBot | None = None) -> Conversation:
    async def run() -> Conversation:
        calls = Calls(frozenset({"127.0.0.1"}))
        clock = Clock(lambda: datetime(2026, 6, 1, tzinfo=UTC))
        try:
            made = bot or PythonBot(lambda text, history: "Hej")
            return await play(case, made, Run(id="r", release="1"), trial=0, clock=clock, calls=calls)
        finally:
            await calls.close()

    return asyncio.run(run())


def case(server: Server, setup: str = "/orders", **more: object) -> Case:
    body = {"number": "{{ facts.order_number }}", "session": "{{ conversation }}"}
    return Case(
        id="c",
        customer=Customer(lines=(Line(text="Hej"),)),
        context=AuthorisedContext(facts={"order_number": "FB-1"}),
        setup=(Call(method="POST", url=server.address + setup, body=body),),
        teardown=(Call(method="DELETE", url=server.address + "/orders/{{ facts.order_number }}"),),
        **more,  # type: ignore[arg-type]
    )


def test_an_order_is_seeded_before_the_first_word_and_removed_after_the_last(server: Server) -> None:
    order: list[str] = []
    talk = played(case(server), PythonBot(lambda text, history: order.append(str(len(server.seen))) or "Hej"))
    assert order == ["1"]
    assert server.seen[0][:2] == ("POST", "/orders")
    assert '"number": "FB-1"' in server.seen[0][2]
    assert talk.id in server.seen[0][2]
    assert server.seen[1][:2] == ("DELETE", "/orders/FB-1")


@pytest.mark.parametrize(("path", "said"), [("/broken", "answered 500, expected 2xx"), ("/moved", "answered 302")])
def test_a_set_up_that_fails_is_an_infrastructure_error_and_still_cleans_up(
    server: Server, path: str, said: str
) -> None:
    talk = played(case(server, path))
    assert talk.failure is not None
    assert talk.failure.boundary == "infrastructure"
    assert said in talk.failure.cause
    assert not talk.turns
    assert server.seen[-1][0] == "DELETE"


def test_a_tear_down_that_fails_is_kept_beside_the_finished_conversation(server: Server) -> None:
    one = case(server)
    broken = Call(method="POST", url=server.address + "/broken")
    talk = played(Case(id="c", customer=one.customer, teardown=(broken,)))
    assert talk.failure is None
    assert "answered 500" in talk.attributes["teardown"]


def test_a_foreign_host_is_refused_before_anything_is_played() -> None:
    foreign = Case(id="c", path="s.yaml", line=3, setup=(Call(method="GET", url="http://10.0.0.1/x"),))
    with pytest.raises(
        InputError, match="s.yaml:3: case 'c' calls host '10.0.0.1', which the configuration does not name"
    ):
        Calls(frozenset({"127.0.0.1"})).refuse_foreign([foreign])
