"""How an HTTP endpoint is reached: forms, addresses, tokens, proxies, polls and call-backs, against real servers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web

from evalkit.bots.definitions import build_bot
from evalkit.errors import BotError, InfrastructureError, InputError
from tests.bots.serving import answering, ask, converse, server, talk, texts

QUICK = {"first_s": 1.0, "idle_s": 0.15, "total_s": 3.0}


def test_a_form_and_parts_go_out_as_such() -> None:
    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        file = form.get("file")
        content = file.file.read().decode() if isinstance(file, web.FileField) else None
        return web.json_response({"reply": f"{request.content_type} {form['q']} {form['n']} {content}"})

    body = {"q": "{{ message }}", "n": 1}
    assert texts(ask(handler, "hej då", body="form", request=body)[0]) == [
        "application/x-www-form-urlencoded hej då 1 None"
    ]
    parts = {**body, "file": {"filename": "a.txt", "content": "{{ session_id }}"}}
    assert texts(ask(handler, "hej då", body="multipart", request=parts)[0]) == ["multipart/form-data hej då 1 t1"]
    assert texts(ask(handler, "åäö", body="multipart", request=body)[0]) == ["multipart/form-data åäö 1 None"]
    with pytest.raises(InputError, match="a body as form is a mapping"):
        ask(handler, body="form", request="{{ message }}")


def test_the_address_may_hold_variables_and_a_get_has_no_body() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert not await request.read()
        return web.json_response({"reply": f"{request.path} {request.query['q']}"})

    address = "{}/s/{{{{ session_id }}}}?q={{{{ message }}}}"
    assert texts(ask(handler, "a&b=ö", method="GET", address=address)[0]) == ["/s/t1 a&b=ö"]
    with pytest.raises(InputError, match="did you mean 'session_id'"):
        ask(handler, address="{}/{{{{ sesion_id }}}}")
    with pytest.raises(InputError, match="not an http"):
        build_bot("b", {"b": {"url": "http://{{ message }}.example/"}})


def oauth_server(tokens: list[dict[str, Any]], answers: list[int]) -> Any:
    """Hands out tokens in order, and answers chats in order with these codes; what it saw is on `.seen`."""
    seen: list[tuple[str, Any]] = []

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/token":
            form = dict(await request.post())
            seen.append(("token", (form, request.headers.get("Authorization"))))
            await asyncio.sleep(0.02)
            return web.json_response(tokens.pop(0) if len(tokens) > 1 else tokens[0])
        seen.append(("chat", request.headers.get("Authorization")))
        status = answers.pop(0) if answers else 200
        return web.json_response({"reply": "ok"}, status=status)

    handler.seen = seen  # type: ignore[attr-defined]
    return handler


def with_oauth(handler: Any, *messages: str, n: int = 1, **oauth: Any) -> None:
    async def go() -> None:
        async with server(handler) as base:
            settings = {"token_url": f"{base}/token", "client_id": "me", "client_secret": "${S}", **oauth}
            definition = {"url": f"{base}/chat", "oauth": settings, "retries": 0}
            bot = build_bot("b", {"b": definition}, environment={"S": "s+s"})
            try:
                await asyncio.gather(*(converse(bot, *messages, conversation_id=f"c{k}") for k in range(n)))
            finally:
                await bot.close()

    asyncio.run(go())


def test_one_token_serves_all_conversations_and_is_renewed_when_it_is_refused() -> None:
    handler = oauth_server([{"access_token": "one", "expires_in": 3600}], [])
    with_oauth(handler, "a", "b", n=10, scope="chat")
    assert [kind for kind, _ in handler.seen].count("token") == 1
    form, basic = handler.seen[0][1]
    assert form == {"grant_type": "client_credentials", "scope": "chat", "client_id": "me", "client_secret": "s+s"}
    assert basic is None
    assert {seen for kind, seen in handler.seen if kind == "chat"} == {"Bearer one"}

    handler = oauth_server([{"access_token": "one"}, {"access_token": "two"}], [200, 401, 200])
    with_oauth(handler, "a", "b", credentials_in="header")
    assert [seen for kind, seen in handler.seen if kind == "chat"] == ["Bearer one", "Bearer one", "Bearer two"]
    assert handler.seen[0][1][1] == "Basic bWU6cyUyQnM="


def test_a_token_endpoint_that_gives_none_is_infrastructure() -> None:
    with pytest.raises(InfrastructureError, match="no access token"):
        with_oauth(oauth_server([{"error": "invalid_client"}], []))
    with pytest.raises(BotError, match="401"):
        with_oauth(oauth_server([{"access_token": "one"}], [401, 401]))


def test_a_proxy_of_the_environment_carries_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append(str(request.url))
        return web.json_response({"reply": "genom proxyn"})

    async def go() -> list[str]:
        async with server(proxy) as address:
            monkeypatch.setenv("http_proxy", address)
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            bot = build_bot("b", {"b": {"url": "http://bot.test/chat"}})
            return texts((await talk(bot))[0])

    assert asyncio.run(go()) == ["genom proxyn"]
    assert seen == ["http://bot.test/chat"]


def polled(states: list[tuple[int, Any]], first: Any, **headers: str) -> Any:
    async def handler(request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.json_response(first, status=202, headers=headers)
        status, body = states.pop(0)
        return web.json_response({**body, "at": request.path_qs} if isinstance(body, dict) else body, status=status)

    return handler


def test_a_reply_is_polled_for_until_it_is_complete() -> None:
    states = [(200, {"state": "working"}), (200, {"state": "done", "reply": "Klart"})]
    poll = {"take": {"job": "id"}, "until": "state == 'done'", "every_s": 0.05}

    async def go() -> Any:
        async with server(polled(states, {"id": "j/7"})) as base:
            definition = {
                "url": base, "poll": {**poll, "url": base + "/jobs/{{ job }}?s={{ session_id }}"},
                "reply": {"text": "reply", "payload": "@"},
            }  # fmt: skip
            return (await talk(build_bot("b", {"b": definition})))[0]

    reply = asyncio.run(go())
    assert texts(reply) == ["Klart"]
    assert reply.turns[0].payload["at"] == "/jobs/j%2F7?s=t1"
    assert reply.turns[0].latency_ms >= 50


def test_a_location_is_polled_and_must_be_on_the_list() -> None:
    states = [(202, {}), (200, {"reply": "Klart"})]
    assert texts(ask(polled(states, {}, Location="/jobs/1"), poll={"every_s": 0.05})[0]) == ["Klart"]
    with pytest.raises(BotError, match=r"elsewhere\.example"):
        ask(polled([], {}, Location="http://elsewhere.example/"), poll={})
    with pytest.raises(BotError, match="no Location"):
        ask(polled([], {}), poll={})
    with pytest.raises(InfrastructureError, match="not ready in time"):
        ask(polled([(202, {})] * 20, {}, Location="/x"), poll={"every_s": 0.1}, timeouts={"total_s": 0.4})


def calling_back(*bodies: dict[str, Any], **headers: str) -> Any:
    """A bot that answers nothing and calls back later."""

    async def handler(request: web.Request) -> web.Response:
        said = await request.json()

        async def later() -> None:
            async with ClientSession() as client:
                for body in bodies:
                    await asyncio.sleep(0.02)
                    merged = {"session_id": said["session_id"], **body}
                    async with client.post(said["hook"], json=merged, headers=headers) as answer:
                        codes.append(answer.status)

        tasks.append(asyncio.create_task(later()))
        return web.Response(status=202)

    codes: list[int] = []
    tasks: list[asyncio.Task[None]] = []
    handler.codes = codes  # type: ignore[attr-defined]
    return handler


HOOKED = {"request": {"message": "{{ message }}", "session_id": "{{ session_id }}", "hook": "{{ webhook_url }}"}}


def test_a_bot_may_call_back_with_several_bubbles() -> None:
    handler = calling_back({"reply": "Ett"}, {"reply": "Två"})
    replies = ask(handler, "a", "b", **HOOKED, webhook={"pauses": QUICK})
    assert [texts(reply) for reply in replies] == [["Ett", "Två"], ["Ett", "Två"]]
    assert 15 <= (replies[0].turns[0].latency_ms or 0) < (replies[0].turns[1].latency_ms or 0)


def test_a_call_back_without_the_secret_or_for_nobody_is_refused() -> None:
    webhook = {"pauses": {**QUICK, "first_s": 0.3}, "require": {"X-Hook": "s3cret"}}
    wrong = calling_back({"reply": "Ett"})
    with pytest.raises(InfrastructureError, match="in time"):
        ask(wrong, **HOOKED, webhook=webhook)
    assert wrong.codes == [401]
    stranger = calling_back({"reply": "Ett", "session_id": "of another"}, {"reply": "Två"}, **{"X-Hook": "s3cret"})
    assert texts(ask(stranger, **HOOKED, webhook=webhook)[0]) == ["Två"]
    assert stranger.codes == [404, 204]


def test_a_taken_port_is_named() -> None:
    async def go() -> None:
        async with server(answering({})) as base:
            listen = base.removeprefix("http://")
            await talk(build_bot("b", {"b": {"url": base, "webhook": {"listen": listen}}}))

    with pytest.raises(InfrastructureError, match="cannot listen"):
        asyncio.run(go())


def test_an_id_that_another_conversation_was_given_mixes_customers_up() -> None:
    async def go() -> None:
        async with server(answering({"reply": "ok", "sid": "same"})) as base:
            bot = build_bot("b", {"b": {"url": base, "reply": {"text": "reply", "session_id": "sid"}}})
            try:
                await converse(bot, "a", "b", conversation_id="one")
                await converse(bot, conversation_id="two")
            finally:
                await bot.close()

    with pytest.raises(BotError, match="session id of another conversation"):
        asyncio.run(go())


def test_a_packed_body_may_not_unpack_beyond_the_limit() -> None:
    import gzip

    async def handler(_: web.Request) -> web.Response:
        packed = gzip.compress(b'{"reply": "' + b"x" * 5_000_000 + b'"}')
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    with pytest.raises(BotError, match="larger than max_reply_bytes"):
        ask(handler)


def test_certificates_that_cannot_be_read_are_named(tmp_path: Any) -> None:
    for tls, said in (({"ca": "nowhere.pem"}, "nowhere.pem"), ({"cert": "mine.pem"}, "mine.pem")):
        with pytest.raises(InputError, match=said):
            build_bot("b", {"b": {"url": "https://127.0.0.1:1", "tls": tls}})


def test_a_token_is_renewed_before_it_expires() -> None:
    handler = oauth_server([{"access_token": "one", "expires_in": 2}, {"access_token": "two"}], [])

    async def go() -> None:
        async with server(handler) as base:
            settings = {"token_url": f"{base}/token", "client_id": "me", "client_secret": "x"}
            bot = build_bot("b", {"b": {"url": f"{base}/chat", "oauth": settings}})
            await converse(bot)
            await asyncio.sleep(1.05)
            await talk(bot)

    asyncio.run(go())
    assert [seen for kind, seen in handler.seen if kind == "chat"] == ["Bearer one", "Bearer two"]
