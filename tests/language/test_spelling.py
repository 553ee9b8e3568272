"""What the spelling of words speaks for."""

from __future__ import annotations

import pytest

from evalkit.language.detection import LANGUAGES
from evalkit.language.spelling import spelling
from tests.quality.spelling import FIXTURES, listed


def test_what_was_never_seen_speaks_for_nothing() -> None:
    assert spelling().weights("語") == [0.0] * len(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_most_ordinary_words_speak_for_a_language_that_lists_them(code: str) -> None:
    owners = {other: listed(other) for other in LANGUAGES}
    known = spelling()
    told = [LANGUAGES[max(range(len(LANGUAGES)), key=known.weights(word).__getitem__)] for word in owners[code]]
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
