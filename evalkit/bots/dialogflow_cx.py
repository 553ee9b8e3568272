"""A Dialogflow CX agent through `detectIntent` over REST.

Source: Dialogflow CX REST reference, `projects.locations.agents.sessions.detectIntent`, `ResponseMessage`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import msgspec

from evalkit.bots.door import Reply, Session, SessionContext
from evalkit.bots.endpoint import Call
from evalkit.bots.network import NetworkBot, Reach
from evalkit.bots.replies import bubbles
from evalkit.bots.settings import EndpointDefinition
from evalkit.bots.signals import HandOverOn
from evalkit.bots.tokens import ServiceAccount
from evalkit.errors import BotError, InputError
from evalkit.model import Data, HandOver, Turn

if TYPE_CHECKING:
    import aiohttp

_SCOPE = "https://www.googleapis.com/auth/dialogflow"
_HANDOFF, _END = "liveAgentHandoff", "endInteraction"


class DialogflowDefinition(EndpointDefinition, frozen=True, kw_only=True):
    """The `bots.<name>` part of `evalkit.yaml` for kind `dialogflow_cx`."""

    agent: str
    """projects/P/locations/L/agents/A"""
    base_url: str = ""
    """Without one, the address of the agent's location."""
    environment: str = ""
    """The id of an environment; without one, the draft is asked."""
    token: str = ""
    service_account: str = ""
    """The path of a service account's key file in JSON, with which access tokens are asked for."""
    time_zone: str = ""
    parameters: Data = {}
    handover_on: HandOverOn = HandOverOn(events=(_HANDOFF,))


@dataclass(slots=True)
class DialogflowBot(NetworkBot[DialogflowDefinition]):
    """One agent; build it with `DialogflowBot.defined`."""

    settings = DialogflowDefinition
    sessions_url: str

    @classmethod
    def built(cls, made: DialogflowDefinition, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError."""
        parts = made.agent.strip("/").split("/")
        if len(parts) != 6 or parts[::2] != ["projects", "locations", "agents"]:
            raise InputError(f"{where}.agent: expected projects/P/locations/L/agents/A")
        location = parts[3]
        region = "" if location == "global" else f"{location}-"
        base = made.base_url or f"https://{region}dialogflow.googleapis.com"
        if given := [key for key in ("token", "oauth") if made.service_account and getattr(made, key)]:
            raise InputError(f"{where}: `service_account` and `{given[0]}` both give a token; drop one")
        grant = None
        if made.service_account:
            key = "service_account"
            grant = key, ServiceAccount.read(made.service_account, f"{where}.{key}", _SCOPE)
        if made.token:
            made = msgspec.structs.replace(made, headers={"Authorization": f"Bearer {made.token}", **made.headers})
        middle = f"/environments/{quote(made.environment, safe='')}" if made.environment else ""
        return cls(
            definition=made,
            identity=identity,
            endpoint=reach(made, ("base_url", base), grant=grant),
            sessions_url=f"{base.rstrip('/')}/v3/{'/'.join(parts)}{middle}/sessions",
        )

    @asynccontextmanager
    async def session(self, context: SessionContext) -> AsyncIterator[Session]:
        """A conversation with a session id of its own."""
        async with self.endpoint.client() as client:
            yield DialogflowSession(self, client, context)


class DialogflowSession:
    """One session of the agent."""

    def __init__(self, bot: DialogflowBot, client: aiohttp.ClientSession, context: SessionContext) -> None:
        self._bot, self._client = bot, client
        # The service takes at most 36 characters.
        self._url = f"{bot.sessions_url}/{quote(context.conversation_id[:36], safe='')}:detectIntent"
        self._headers = {**bot.endpoint.marks(context), "Content-Type": "application/json"}
        self._language = context.language or "en"
        self._parameters = {**bot.definition.parameters, **context.session}
        self._channel = context.channel

    async def send(self, turn: Turn, history: tuple[Turn, ...]) -> Reply:
        """The agent's messages. Raises: BotError, InfrastructureError."""
        answer = await self._bot.endpoint.exchange(
            self._client, Call(self._url, msgspec.json.encode(self._body(turn)), self._headers)
        )
        body = answer.json()
        result = body.get("queryResult") if isinstance(body, dict) else None
        if not isinstance(result, dict):
            raise BotError("the answer holds no queryResult; is this Dialogflow CX?")
        # Parameters are set once; the agent keeps them for the session.
        self._parameters = {}
        return _reply(result, answer.latency_ms, self._bot.definition.handover_on)

    def _body(self, turn: Turn) -> Data:
        if turn.kind == "event":
            asked: Data = {"event": {"event": turn.text}}
        else:
            asked = {"text": {"text": turn.text}}
        body: Data = {"queryInput": {**asked, "languageCode": self._language}}
        settings = self._bot.definition
        params: Data = {"channel": self._channel} if self._channel != "chat" else {}
        params |= {"parameters": self._parameters} if self._parameters else {}
        params |= {"timeZone": settings.time_zone} if settings.time_zone else {}
        return {**body, "queryParams": params} if params else body


def _reply(result: Data, latency_ms: float, signals: HandOverOn) -> Reply:
    texts: list[str] = []
    buttons: list[str] = []
    payloads: list[Data] = []
    events: list[tuple[str, Any]] = []
    for message in result.get("responseMessages") or ():
        if not isinstance(message, dict):
            continue
        texts += _texts(message.get("text"))
        if isinstance(payload := message.get("payload"), dict):
            payloads.append(payload)
            buttons += _chips(payload)
        events += [(name, (message[name] or {}).get("metadata")) for name in (_HANDOFF, _END) if name in message]
    ended = any(name == _END for name, _ in events)
    handover: HandOver | None = signals.signal(events=events, ended=ended)
    if not texts and not payloads and handover is None and not ended:
        raise BotError("the agent sent no message")
    told = {
        "intent": ((result.get("match") or {}).get("intent") or result.get("intent") or {}).get("displayName"),
        "page": (result.get("currentPage") or {}).get("displayName"),
        "parameters": result.get("parameters"),
        "payloads": payloads,
    }
    payload = {name: value for name, value in told.items() if value}
    turns = bubbles(texts, latency_ms, None, buttons=tuple(buttons), payload=payload or None)
    return Reply(turns=turns, handover=handover, ended=ended)


def _texts(text: Any) -> list[str]:
    lines = text.get("text") if isinstance(text, dict) else None
    return [line for line in lines or () if isinstance(line, str) and line.strip()]


def _chips(payload: Data) -> list[str]:
    """The titles of the suggestion chips in a custom payload of the web messenger."""
    found = []
    for row in payload.get("richContent") or ():
        for item in row if isinstance(row, list) else ():
            if isinstance(item, dict) and item.get("type") == "chips":
                found += [str(o["text"]) for o in item.get("options") or () if isinstance(o, dict) and o.get("text")]
    return found
