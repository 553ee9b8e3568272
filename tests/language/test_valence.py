"""What a message values: words, signs, negation and emphasis."""

from __future__ import annotations

import pytest

from evalkit.language.lexicon_data import LANGUAGES
from evalkit.language.valence import feeling, valence


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("sv", "Vilken underbar dag", "Vilket uselt bemötande"), ("da", "Det er dejligt", "Det er elendigt"),
        ("nb", "Så herlig", "Så elendig"), ("nn", "Så herleg", "Så dårleg"), ("fi", "Tosi hyvä", "Tosi surkea"),
        ("en", "What a lovely day", "What an awful day"), ("de", "Das ist toll", "Das ist furchtbar"),
    ],
)  # fmt: skip
def test_good_and_bad_are_told_apart_in_every_language(language: str, good: str, bad: str) -> None:
    assert (feeling(good, language), feeling(bad, language)) == ("positive", "negative")


def test_a_negation_turns_a_word_and_emphasis_strengthens_it() -> None:
    assert valence("inte bra", "sv") < 0 < valence("bra", "sv") < valence("jättebra det är så bra", "sv")


def test_a_sign_speaks_without_words_and_nothing_is_neutral() -> None:
    assert (feeling("😡", "en"), feeling("👍", "en"), feeling("", "en")) == ("negative", "positive", "neutral")


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_typed_without_their_marks_are_understood(language: str) -> None:
    assert feeling("Order 4711 kl 9", language) == "neutral"
