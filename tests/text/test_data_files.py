"""Packaged word lists."""

from __future__ import annotations

import pytest

from evalkit.text.data_files import word_parts, word_pattern, yaml_data


def test_a_file_is_read_once_and_shared() -> None:
    assert yaml_data("evalkit.language", "data/slots.yaml") is yaml_data("evalkit.language", "data/slots.yaml")


def test_a_missing_file_is_told_by_its_name() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        yaml_data("evalkit.language", "data/nowhere.yaml")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("mitt kontonummer", ["kontonummer"]),
        ("mitt skrivkonto", []),
        ("iban", ["iban"]),
        ("ibanez", []),
        ("reg.nr 1", ["reg.nr"]),
        ("regxnr 1", []),
    ],
)
def test_words_match_whole_and_a_star_leaves_the_ending_open(said: str, found: list[str]) -> None:
    assert word_pattern(["konto*", "iban", "reg.nr"]).findall(said) == found


def test_longer_words_come_first_so_that_they_win() -> None:
    assert word_parts(["mobil", "mobilnummer"]) == ["mobilnummer", "mobil"]
