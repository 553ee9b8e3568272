"""What the spelling of words speaks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.language.detection import LANGUAGES
from evalkit.language.spelling import pieces, spelling
from tests.quality.spelling import FIXTURES, listed

_WORDS = st.lists(st.text("abcdeikmnorstvåäöæøðþ", min_size=1, max_size=15), max_size=8)


@given(_WORDS, _WORDS)
def test_what_words_speak_for_adds_up_in_any_order(some: list[str], others: list[str]) -> None:
    known = spelling()
    apart = [a + b for a, b in zip(known.weights(some), known.weights(others), strict=True)]
    assert known.weights(others + some) == pytest.approx(apart, abs=1e-9)


def test_no_words_speak_for_nothing() -> None:
    assert spelling().weights([]) == [0.0] * len(LANGUAGES)


def test_a_word_without_end_has_few_pieces() -> None:
    assert len(pieces("a" * 1_000_000)) < 200


def test_a_text_of_more_words_than_are_read_still_adds_up() -> None:
    weights = spelling().weights(["ikkje"] * 1_000_000)
    assert max(weights) == weights[LANGUAGES.index("nn")] > 0


@pytest.mark.parametrize("code", LANGUAGES)
def test_most_ordinary_words_speak_for_a_language_that_lists_them(code: str) -> None:
    owners = {other: listed(other) for other in LANGUAGES}
    known = spelling()
    told = [LANGUAGES[max(range(len(LANGUAGES)), key=known.weights([word]).__getitem__)] for word in owners[code]]
    right = [word in owners[other] for word, other in zip(owners[code], told, strict=True)]
    assert sum(right) / len(right) > 0.9


def test_every_listed_word_is_in_lower_case_and_a_single_word() -> None:
    odd = {
        word
        for code in LANGUAGES
        for word in listed(code)
        if not word.replace("'", "").isalpha() or word != word.lower()
    }
    assert not odd
    assert {path.stem for path in (FIXTURES / "words").glob("*.yaml")} == set(LANGUAGES)
