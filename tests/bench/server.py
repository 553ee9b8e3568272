"""A bot that answers at once, or after a set time: `python -m tests.bench.server DELAY_MS`; prints its port."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web


async def main(delay_s: float) -> None:
    """Serve until killed."""

    async def chat(request: web.Request) -> web.Response:
        said = await request.json()
        if delay_s:
            await asyncio.sleep(delay_s)
        return web.json_response({"reply": f"Your order {said['message']} is on its way.", "session": said["session"]})

    app = web.Application()
    app.router.add_post("/chat", chat)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)  # type: ignore[union-attr]
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1000))
