"""Text is made comparable without losing what people meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.text.normalise import clean, comparable, fold_variants, folded
from evalkit.text.tokens import char_ngrams, jaccard, tokens


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hej\u200b då", "Hej då"),
        ("don’t", "don't"),
        ("”Tack”", '"Tack"'),
        ("a\u0308r", "är"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\u202eevil", "evil"),
        ("plain", "plain"),
    ],
)
def test_invisible_and_typographic_characters_become_plain(text: str, wanted: str) -> None:
    assert clean(text) == wanted


def test_surrogate_halves_do_not_crash() -> None:
    assert clean("a\ud83d") == "a?"


@given(st.text(max_size=100))
def test_property_making_comparable_twice_changes_nothing(text: str) -> None:
    once = comparable(text)
    assert comparable(once) == once


@pytest.mark.parametrize(("text", "wanted"), [("hjälp", "hjalp"), ("spørsmål", "sporsmal"), ("groß", "gross")])
def test_folding_types_letters_the_plain_way(text: str, wanted: str) -> None:
    assert folded(text) == wanted
    assert wanted in fold_variants(text)


def test_tokens_know_where_they_stand() -> None:
    text = "Jag vill prata-med någon, kl 9:30!"
    assert [text[t.start : t.end] for t in tokens(text)] == [t.text for t in tokens(text)]


@pytest.mark.parametrize(("left", "right", "wanted"), [("hej", "hej", 1.0), ("hej", "xyz", 0.0)])
def test_overlap_of_ngrams_runs_from_zero_to_one(left: str, right: str, wanted: float) -> None:
    assert jaccard(set(char_ngrams(left)), set(char_ngrams(right))) == wanted
