"""A small HTTP server in a thread of this process: for the demo bot and the stand-in judge. Knows no bot, no judge."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from evalkit.errors import InfrastructureError

if TYPE_CHECKING:
    from aiohttp import web

_START_S = 10.0


@contextmanager
def serving(application: web.Application, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The base address of an application that is served until the block ends; port 0 lets the system choose.

    Raises: InfrastructureError when the address is taken or not this machine's.
    """
    from aiohttp import web

    loop = asyncio.new_event_loop()
    started = threading.Event()
    bound: list[int] = []
    broken: list[OSError] = []
    runner = web.AppRunner(application, access_log=None)

    async def begin() -> None:
        try:
            await runner.setup()
            await web.TCPSite(runner, host, port).start()
            bound.append(runner.addresses[0][1])
        except OSError as error:
            broken.append(error)
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(begin())
        loop.run_forever()

    thread = threading.Thread(target=run, name="loopback", daemon=True)
    thread.start()
    started.wait(_START_S)
    try:
        if not bound:
            why = broken[0].strerror if broken else f"it did not start in {_START_S:.0f} s"
            raise InfrastructureError(f"cannot serve at {host}:{port}: {why}; another --port may be free")
        yield f"http://{host}:{bound[0]}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
