"""`evalkit.yaml` is read with places, and a missing one means the defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import EvalkitError, InputError
from evalkit.suites.config import load_config


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config().policy.profile == "ecommerce_balanced"


def test_profile_bots_and_paths_are_read_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "evalkit.yaml"
    path.write_text("profile: bank_insurance\nknowledge: {folder: kb}\nbots: {a: {kind: http, url: 'http://x'}}\n")
    config = load_config(path)
    assert config.policy.escalation.financial
    assert config.knowledge == tmp_path / "kb"
    assert config.store == str(tmp_path / ".evalkit/store.db")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profil: x\n", "unknown key 'profil'; did you mean 'profile'?"),
        ("bots: [a]\n", "`bots`: expected a mapping"),
        ("bots: {a: x}\n", "bot 'a': expected a mapping"),
        ("profile: ecommerce_balance\n", "did you mean 'ecommerce_balanced'?"),
        ("- x\n", "expected keys such as"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "evalkit.yaml"
    path.write_text(text)
    with pytest.raises(EvalkitError) as caught:
        load_config(path)
    assert said in str(caught.value)


def test_a_missing_configuration_that_was_named_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="evalkit init"):
        load_config(tmp_path / "no.yaml")
