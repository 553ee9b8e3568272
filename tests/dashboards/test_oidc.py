"""Signing in by OpenID Connect, with a real browser and a provider of our own: role by account, nothing for forgers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from evalkit.review.access import save_account
from tests.dashboards.browser import Person, chromium, serving
from tests.dashboards.pages import stored
from tests.dashboards.provider import CLIENT, SECRET, Provider, providing
from tests.programs import free_port

pytest.importorskip("streamlit")
pytest.importorskip("authlib", reason="signing in by OIDC needs the extra `auth`")
pytestmark = pytest.mark.external


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    room = tmp_path_factory.mktemp("oidc")
    stored(room / "s.db", "1.4", n=24)
    save_account(room / "a.json", "ann@example.com", "reviewer", "a password that nobody types")
    port = free_port()
    secrets = room / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"c" * 40}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.address}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    with serving(room / "s.db", "--oidc", "--accounts", str(room / "a.json"), port=port, cwd=room) as at:
        yield at


def arrive(browser: Any, address: str, provider: Provider, person: dict[str, Any], *, forged: bool = False) -> Person:
    provider.person, provider.forged = person, forged
    window = Person(browser, address)
    window.page.goto(address)
    window.page.get_by_role("button", name="Sign in").wait_for()
    assert window.page.locator(".ek-lead").count() == 0, "nothing is shown before"
    provider.asked.clear()
    # To the provider, back with a code, and on to the first page: one way through.
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Sign in").click()
    return window


def test_who_has_an_account_gets_its_role_and_can_leave(browser: Any, address: str, provider: Provider) -> None:
    ann = arrive(browser, address, provider, {"sub": "1", "email": "ann@example.com", "email_verified": True})
    ann.page.locator(".ek-lead").wait_for()
    ann.page.get_by_text("ann@example.com · reviewer").wait_for()
    assert {"/authorize", "/token", "/jwks"} <= set(provider.asked)
    ann.page.reload()
    ann.page.get_by_text("ann@example.com · reviewer").wait_for()
    ann.page.get_by_role("button", name="Sign out").click()
    ann.page.get_by_role("button", name="Sign in").wait_for()


def test_who_has_none_may_only_look(browser: Any, address: str, provider: Provider) -> None:
    eve = arrive(browser, address, provider, {"sub": "2", "email": "eve@example.com"})
    eve.page.get_by_text("eve@example.com · viewer").wait_for()
    eve.visit("Review")
    eve.page.get_by_text("need a reviewer").wait_for()


def test_an_unproven_address_opens_nobodys_account(browser: Any, address: str, provider: Provider) -> None:
    mallory = arrive(browser, address, provider, {"sub": "99", "email": "ann@example.com", "email_verified": False})
    mallory.page.get_by_text("99 · viewer").wait_for()


def test_a_forged_token_leads_nowhere(browser: Any, address: str, provider: Provider) -> None:
    window = arrive(
        browser, address, provider, {"sub": "1", "email": "ann@example.com", "email_verified": True}, forged=True
    )
    assert "/token" in provider.asked
    window.page.get_by_role("button", name="Sign in").wait_for()
    assert window.page.locator(".ek-lead").count() == 0
    fresh = window.page.context.new_page()
    fresh.goto(address)
    fresh.get_by_role("button", name="Sign in").wait_for()
