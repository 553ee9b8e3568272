"""The vault keeps numbers for good, says nothing without its key, and forgets a person without touching another."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import InputError, StoreError
from evalkit.personal_data import Pseudonyms
from evalkit.privacy_ops.keys import VARIABLE, key_of
from evalkit.privacy_ops.vault import Vault

KEY = b"k" * 32


def test_a_pseudonym_is_the_same_after_the_program_ended(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    for _ in range(2):
        with Vault(path, KEY, seal=False) as vault:
            names = Pseudonyms(KEY, vault)
            assert names.text("kim@example.com") == "<EMAIL_1>"
    with Vault(path, KEY, seal=False) as vault:
        assert Pseudonyms(KEY, vault).text("robin@example.com kim@example.com") == "<EMAIL_2> <EMAIL_1>"
    assert path.stat().st_mode & 0o077 == 0


def test_only_the_key_opens_what_was_sealed_and_no_original_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    with Vault(path, KEY, seal=True) as vault:
        Pseudonyms(KEY, vault).text("Jag heter Kim Exempel, kim@example.com")
        assert vault.original("EMAIL", 1) == "kim@example.com"
        assert vault.counts() == [("EMAIL", 1, 1), ("PERSON", 1, 1)]
    assert b"kim@" not in path.read_bytes() and b"Exempel" not in path.read_bytes()
    with Vault(path, b"x" * 32, seal=True) as vault, pytest.raises(InputError, match="the key does not fit"):
        vault.original("EMAIL", 1)
    with Vault(path, KEY, seal=True) as vault, pytest.raises(InputError, match="<EMAIL_9> is unknown"):
        vault.original("EMAIL", 9)


def test_without_a_vault_nothing_can_be_turned_back(tmp_path: Path) -> None:
    path = tmp_path / "p.db"
    with Vault(path, KEY, seal=False) as vault:
        Pseudonyms(KEY, vault).text("kim@example.com")
    with Vault(path, KEY, seal=True) as vault, pytest.raises(InputError, match="never sealed"):
        vault.original("EMAIL", 1)


def test_forgetting_a_person_leaves_what_another_shares_and_never_gives_a_number_again(tmp_path: Path) -> None:
    with Vault(tmp_path / "p.db", KEY, seal=True) as vault:
        names = Pseudonyms(KEY, vault)
        names.text("kim@example.com robin@example.com")
        vault.own("kim", [("EMAIL", 1), ("EMAIL", 2)])
        vault.own("robin", [("EMAIL", 1)])
        assert vault.forget("kim") == 1
        assert vault.original("EMAIL", 1) == "kim@example.com"
        assert names.named("EMAIL", "new@example.com") == "<EMAIL_3>"
    with Vault(tmp_path / "p.db", KEY, seal=True) as vault:
        assert vault.forget("robin") == 1
        assert Pseudonyms(KEY, vault).named("EMAIL", "again@example.com") == "<EMAIL_4>"


def test_a_file_that_is_no_vault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.db").write_text("hello " * 100)
    with pytest.raises(StoreError, match="cannot be opened"):
        Vault(tmp_path / "p.db", KEY, seal=False)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys" / "k"
    key, is_new = key_of(path)
    assert is_new and len(key) == 32 and path.stat().st_mode & 0o077 == 0
    assert key_of(path) == (key, False)
    path.chmod(0o644)
    with pytest.raises(InputError, match="others can read the key"):
        key_of(path)
    with pytest.raises(InputError, match="no key here"):
        key_of(tmp_path / "none", create=False)
    monkeypatch.setenv(VARIABLE, "ab")
    with pytest.raises(InputError, match="expected 64 hexadecimal digits"):
        key_of(path)
    monkeypatch.setenv(VARIABLE, "ab" * 32)
    assert key_of(path) == (b"\xab" * 32, False)
