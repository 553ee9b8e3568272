"""`evalkit ui` lets nobody in from outside without signing in."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.cli.ui import _access
from evalkit.errors import InputError
from evalkit.review.access import save_account
from evalkit.store.store import Store
from tests.dashboards.pages import app, said, stored


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.0.7", "evalkit.example"])
def test_another_address_is_refused_without_signing_in(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Store.open(tmp_path / "s.db").close()
    assert execute(["ui", "--address", address, "--store", str(tmp_path / "s.db")]) == 2
    assert "sign in" in capsys.readouterr().err


def test_ways_of_signing_in(tmp_path: Path) -> None:
    accounts = tmp_path / "a.json"
    with pytest.raises(InputError, match="no account"):
        _access("0.0.0.0", "accounts", None, accounts)
    save_account(accounts, "ann", "admin", "en lång hemlighet")
    assert _access("0.0.0.0", "accounts", None, accounts) == "accounts"
    assert _access("127.0.0.1", None, None, accounts) == "loopback"
    assert _access("127.0.0.1", None, "X-User", accounts) == "proxy:X-User"
    assert _access("0.0.0.0", "oidc", None, accounts) == "oidc"
    with pytest.raises(InputError, match="claim to be anyone"):
        _access("0.0.0.0", None, "X-User", accounts)
    with pytest.raises(InputError, match="choose one way"):
        _access("127.0.0.1", "oidc", "X-User", accounts)


def test_a_proxy_that_names_nobody_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "1.4", n=4)
    monkeypatch.setenv("EVALKIT_ACCESS", "proxy:X-User")
    monkeypatch.setenv("EVALKIT_ACCOUNTS", str(tmp_path / "a.json"))
    page = app(monkeypatch, tmp_path / "s.db")
    assert "did not say who you are" in page.error[0].value
    assert "ek-lead" not in said(page)
