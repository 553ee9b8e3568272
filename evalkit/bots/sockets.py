"""WebSocket connections: only to allowed hosts, bounded frames, read beside the conversation."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from evalkit.bots.door import SessionContext
from evalkit.bots.endpoint import Endpoint, network_errors
from evalkit.bots.gathering import Inbox
from evalkit.errors import BotError, InfrastructureError

if TYPE_CHECKING:
    import aiohttp


async def connected(
    endpoint: Endpoint,
    client: aiohttp.ClientSession,
    url: str,
    context: SessionContext,
    *,
    ping_every_s: float | None = None,
    protocols: tuple[str, ...] = (),
) -> aiohttp.ClientWebSocketResponse:
    """An open connection. Raises: InfrastructureError when it is refused, BotError for a host off the list."""
    import aiohttp

    definition = endpoint.definition
    endpoint.allowed(url, "wants to be reached at")
    await endpoint.rate.wait()
    try:
        return await client.ws_connect(
            url,
            heartbeat=ping_every_s,
            max_msg_size=definition.max_reply_bytes,
            protocols=protocols,
            headers={**endpoint.marks(context), **await endpoint.authorisation()},
            timeout=aiohttp.ClientWSTimeout(ws_close=definition.timeouts.connect_s),
        )
    except aiohttp.WSServerHandshakeError as error:
        raise InfrastructureError(f"the endpoint refused the WebSocket ({error.status})") from error
    except network_errors() as error:
        raise InfrastructureError(f"the endpoint could not be reached ({type(error).__name__})") from error


async def read_into(inbox: Inbox, socket: aiohttp.ClientWebSocketResponse) -> None:
    """Put each frame into the inbox until the connection ends; how it ended comes last."""
    from aiohttp import WSMsgType

    while True:
        message: Any = await socket.receive()
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            inbox.put(message.data, perf_counter())
            continue
        if message.type in {WSMsgType.PING, WSMsgType.PONG}:
            continue
        if socket.close_code == 1009:
            inbox.fail(BotError("a frame is larger than max_reply_bytes"))
        else:
            code = f" ({socket.close_code})" if socket.close_code else ""
            inbox.fail(BotError(f"the endpoint closed the connection before its reply was complete{code}"))
        return
