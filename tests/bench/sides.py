"""The two sides of the replay bench, each its own process: a bare aiohttp loop, and the harness with its store."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

TURNS = 4


async def bare(port: int, n: int, connections: int) -> None:
    """N conversations of four turns over so many connections, nothing kept."""
    import aiohttp

    gate = asyncio.Semaphore(connections)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as client:

        async def talk(number: int) -> None:
            async with gate:
                for turn in range(TURNS):
                    body = {"message": f"order {turn}", "session": str(number)}
                    async with client.post(f"http://127.0.0.1:{port}/chat", json=body) as reply:
                        await reply.json()

        await asyncio.gather(*(talk(number) for number in range(n)))


def harness(port: int, n: int, connections: int, folder: Path) -> None:
    """The same conversations replayed by the engine into a new store."""
    from datetime import UTC, datetime

    from evalkit.bots.definitions import build_bot
    from evalkit.engine.replaying import Plan, new_run, replay
    from evalkit.model import Case, Customer, Line, Suite
    from evalkit.store.store import Store

    lines = tuple(Line(text=f"order {turn}") for turn in range(TURNS))
    cases = tuple(Case(id=f"c{number}", customer=Customer(lines=lines)) for number in range(n))
    definition = {
        "kind": "http", "url": f"http://127.0.0.1:{port}/chat", "concurrency": connections,
        "request": {"message": "{{ message }}", "session": "{{ session_id }}"}, "reply": {"text": "reply"},
    }  # fmt: skip
    bot = build_bot("bench", {"bench": definition}, allowed_hosts=frozenset({"127.0.0.1"}))
    plan = Plan((Suite(name="bench", cases=cases),), "r", "bench")
    with Store.open(folder / "bench.db") as store:
        replay(plan, bot, store, new_run(plan, bot, now=datetime(2026, 1, 1, tzinfo=UTC)))


if __name__ == "__main__":
    side, (port, n, connections) = sys.argv[1], map(int, sys.argv[2:5])
    if side == "bare":
        asyncio.run(bare(port, n, connections))
    else:
        harness(port, n, connections, Path(sys.argv[5]))
