"""Accounts, roles and unmasking: passwords are never kept, and whoever sees personal data leaves a trace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from evalkit.errors import InputError
from evalkit.review.access import (
    Attempts,
    Person,
    from_proxy,
    is_loopback,
    read_accounts,
    save_account,
    sign_in,
    unmask,
)
from evalkit.store.store import Store
from tests.review.weeks import NOW

PASSWORD = "en lång hemlighet"


def test_a_password_signs_in_and_is_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    save_account(path, "ann", "reviewer", PASSWORD)
    assert PASSWORD not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0
    accounts = read_accounts(path)
    assert sign_in(accounts, "ann", PASSWORD) == Person(name="ann", role="reviewer", by="account")
    assert sign_in(accounts, "ann", PASSWORD + "x") is None
    assert sign_in(accounts, "bo", PASSWORD) is None
    save_account(path, "ann", "admin", PASSWORD)
    assert [a.role for a in read_accounts(path).values()] == ["admin"]


@pytest.mark.parametrize(
    ("name", "role", "password", "said"),
    [
        ("ann", "editor", PASSWORD, "unknown role"),
        ("ann", "viewer", "kort", "12 characters"),
        ("a b", "viewer", PASSWORD, "name"),
    ],
)
def test_a_bad_account_is_told(tmp_path: Path, name: str, role: str, password: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        save_account(tmp_path / "a.json", name, role, password)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="evalkit review account"):
        read_accounts(tmp_path / "a.json")


def test_a_proxy_names_the_person_and_strangers_only_look(tmp_path: Path) -> None:
    save_account(tmp_path / "a.json", "ann@example.com", "admin", PASSWORD)
    accounts = read_accounts(tmp_path / "a.json")
    known = from_proxy({"x-forwarded-user": "ann@example.com"}, "X-Forwarded-User", accounts)
    stranger = from_proxy({"X-Forwarded-User": "eve"}, "X-Forwarded-User", accounts)
    assert known is not None
    assert known.role == "admin"
    assert stranger is not None
    assert stranger.role == "viewer"
    assert from_proxy({}, "X-Forwarded-User", accounts) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.4", "evalkit.example", ""])
def test_only_this_machine_is_loopback(address: str) -> None:
    assert not is_loopback(address)


def test_unmasking_is_limited_in_time_and_audited(store: Store) -> None:
    ann = Person(name="ann", role="reviewer", by="account")
    assert unmask(store, ann, "c1", "the customer asks what we hold", now=NOW) == NOW + timedelta(minutes=15)
    [entry] = store.audit_entries()
    assert (entry.actor, entry.event, entry.body["conversation"]) == ("ann", "unmask", "c1")
    with pytest.raises(InputError, match="why"):
        unmask(store, ann, "c1", "because", now=NOW)
    with pytest.raises(InputError, match="only reviewers"):
        unmask(store, Person(name="eve", role="viewer", by="proxy"), "c1", "I would like to see it", now=NOW)
    assert len(store.audit_entries()) == 1


def test_five_wrong_passwords_make_a_name_wait_a_minute() -> None:
    attempts = Attempts()
    for _ in range(5):
        assert not attempts.blocked("ann", NOW)
        attempts.failed("ann", NOW)
    assert attempts.blocked("ann", NOW + timedelta(seconds=30))
    assert not attempts.blocked("bo", NOW)
    assert not attempts.blocked("ann", NOW + timedelta(seconds=61))
