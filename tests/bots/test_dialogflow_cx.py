"""A Dialogflow CX agent, against a server that follows the documented REST shape of detectIntent."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from evalkit.bots.definitions import build_bot
from evalkit.bots.door import Reply
from evalkit.errors import BotError, InfrastructureError, InputError
from evalkit.model import Turn
from tests.bots.serving import answering, ask, server, talk, texts

AGENT = "projects/p1/locations/europe-north1/agents/a1"


def agent(handler: Any, *messages: Any, **definition: Any) -> list[Reply]:
    return ask(handler, *messages, kind="dialogflow_cx", key="base_url", address="{}", agent=AGENT, **definition)


def saying(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"responseId": "r", "queryResult": {"responseMessages": list(messages), **more}}


def test_session_language_and_parameters_go_along_and_are_set_once() -> None:
    seen: list[Any] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization"), await request.json()))
        return web.json_response(saying({"text": {"text": ["Hej!", "Vad gäller det?"]}}))

    async def go() -> list[Reply]:
        async with server(handler) as base:
            definition = {
                "kind": "dialogflow_cx", "base_url": base, "agent": AGENT, "token": "${T}", "environment": "live",
                "parameters": {"brand": "fjällby"}, "time_zone": "Europe/Stockholm",
            }  # fmt: skip
            bot = build_bot("b", {"b": definition}, environment={"T": "tok"})
            event = Turn(role="customer", text="WELCOME", kind="event")
            return await talk(bot, "Hej", event, session={"order_number": "FB-10001"})

    replies = asyncio.run(go())
    assert texts(replies[0]) == ["Hej!", "Vad gäller det?"]
    path, token, body = seen[0]
    assert path == f"/v3/{AGENT}/environments/live/sessions/t1:detectIntent"
    assert token == "Bearer tok"
    assert body == {
        "queryInput": {"text": {"text": "Hej"}, "languageCode": "sv"},
        "queryParams": {
            "parameters": {"brand": "fjällby", "order_number": "FB-10001"}, "timeZone": "Europe/Stockholm",
        },
    }  # fmt: skip
    assert seen[1][2]["queryInput"] == {"event": {"event": "WELCOME"}, "languageCode": "sv"}
    assert "parameters" not in seen[1][2]["queryParams"]


def test_a_live_agent_hand_off_carries_its_payload_and_the_intent_is_kept() -> None:
    body = saying(
        {"text": {"text": ["Jag kopplar dig."]}},
        {"payload": {"richContent": [[{"type": "chips", "options": [{"text": "Ja"}, {"text": "Nej"}]}]]}},
        {"liveAgentHandoff": {"metadata": {"queue": "billing", "summary": "refund"}}},
        match={"intent": {"displayName": "talk.human"}},
        parameters={"order": 7},
    )
    (reply,) = agent(answering(body))
    assert reply.handover is not None
    assert (reply.handover.target, reply.handover.packet) == ("billing", {"queue": "billing", "summary": "refund"})
    assert reply.turns[0].buttons == ("Ja", "Nej")
    assert reply.turns[0].payload is not None
    assert reply.turns[0].payload["intent"] == "talk.human"
    assert not reply.ended


def test_the_end_of_the_interaction_ends_and_may_mean_a_hand_over() -> None:
    body = saying({"text": {"text": ["Hej då"]}}, {"endInteraction": {}})
    (plain,) = agent(answering(body))
    assert plain.ended
    assert plain.handover is None
    (meant,) = agent(answering(body), handover_on={"ended": True})
    assert meant.handover is not None and meant.handover.executed


@pytest.mark.parametrize("body", [{}, [], {"queryResult": {"responseMessages": []}}, {"error": {"code": 7}}])
def test_an_answer_that_cannot_be_used_is_a_bots_error(body: object) -> None:
    with pytest.raises(BotError, match="queryResult|no message"):
        agent(answering(body))


def test_an_agent_must_be_named_in_full_and_lives_in_its_region() -> None:
    with pytest.raises(InputError, match="projects/P/locations/L/agents/A"):
        build_bot("b", {"b": {"kind": "dialogflow_cx", "agent": "a1"}})
    bot: Any = build_bot("b", {"b": {"kind": "dialogflow_cx", "agent": AGENT}})
    assert bot.sessions_url == f"https://europe-north1-dialogflow.googleapis.com/v3/{AGENT}/sessions"


class Google:
    """A token server that verifies each signed request with the account's public key, and an agent behind it."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives import serialization as forms
        from cryptography.hazmat.primitives.asymmetric import rsa

        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.plain = forms.PrivateFormat.PKCS8, forms.NoEncryption()
        self.pem = forms.Encoding.PEM
        self.path = folder / "account.json"
        self.asked: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.n_tokens = 0
        self.refused: set[str] = set()

    def write(self, base: str, *, signs: Any = None, **more: Any) -> str:
        pem = (signs or self.key).private_bytes(self.pem, *self.plain).decode()
        file = {"client_email": "evalkit@p1.example", "private_key_id": "k1", "private_key": pem,
                "token_uri": f"{base}/token", **more}  # fmt: skip
        self.path.write_text(json.dumps(file))
        return str(self.path)

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/token":
            return await self._token(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in {f"t{n + 1}" for n in range(self.n_tokens)} - self.refused:
            return web.json_response({"error": {"code": 401}}, status=401)
        return web.json_response(saying({"text": {"text": [f"Hej {token}"]}}))

    async def _token(self, request: web.Request) -> web.Response:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        form = await request.post()
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        head, claims, signature = (urlsafe_b64decode(p + "==") for p in str(form["assertion"]).split("."))
        signed = str(form["assertion"]).rpartition(".")[0].encode()
        try:
            self.key.public_key().verify(signature, signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.asked.append((json.loads(head), json.loads(claims)))
        self.n_tokens += 1
        return web.json_response({"access_token": f"t{self.n_tokens}", "expires_in": 3600})

    def talk(self, *messages: str, signs: Any = None) -> list[Reply]:
        async def go() -> list[Reply]:
            async with server(self.answer) as base:
                definition = {
                    "kind": "dialogflow_cx", "base_url": base, "agent": AGENT, "retries": 0,
                    "service_account": self.write(base, signs=signs),
                }  # fmt: skip
                return await talk(build_bot("b", {"b": definition}), *messages)

        return asyncio.run(go())


def test_a_service_account_signs_its_request_for_a_token_once_for_all_messages(tmp_path: Path) -> None:
    google = Google(tmp_path)
    replies = google.talk("Hej", "Igen")
    assert [texts(reply) for reply in replies] == [["Hej t1"], ["Hej t1"]]
    ((head, claims),) = google.asked
    assert head == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert claims["iss"] == "evalkit@p1.example"
    assert claims["scope"] == "https://www.googleapis.com/auth/dialogflow"
    assert claims["aud"].endswith("/token")
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["exp"] == claims["iat"] + 3600


def test_a_token_that_the_agent_refuses_is_asked_for_again(tmp_path: Path) -> None:
    google = Google(tmp_path)
    google.refused.add("t1")
    assert texts(google.talk("Hej")[0]) == ["Hej t2"]


def test_a_signature_by_another_key_gets_no_token_and_says_where_to_look(tmp_path: Path) -> None:
    google = Google(tmp_path)
    with pytest.raises(InfrastructureError, match=r"no access token; check the key file of `service_account`"):
        google.talk("Hej", signs=google.other)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "cannot be read; expected a service account's key file"),
        ("{", "no key file; expected JSON with client_email"),
        ("{}", "no key file; expected JSON with client_email"),
        ('{"client_email": "a", "token_uri": "http://127.0.0.1/t", "private_key": "hush"}', "private_key of"),
    ],
)
def test_a_broken_key_file_is_one_error_without_its_words(written: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    if written is not None:
        path.write_text(written)
    definition = {"kind": "dialogflow_cx", "agent": AGENT, "service_account": str(path)}
    with pytest.raises(InputError, match=said) as caught:
        build_bot("b", {"b": definition})
    assert "hush" not in str(caught.value)
    with pytest.raises(InputError, match="both give a token"):
        build_bot("b", {"b": {**definition, "token": "t"}})


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    google = Google(tmp_path)
    definition = {
        "kind": "dialogflow_cx",
        "agent": AGENT,
        "service_account": google.write("http://127.0.0.1:1", signs=ec.generate_private_key(ec.SECP256R1())),
    }
    with pytest.raises(InputError, match="no RSA key"):
        build_bot("b", {"b": definition})
