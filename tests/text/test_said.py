"""A text read once says of its words what reading them one by one says."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evalkit.text.data_files import word_pattern
from evalkit.text.likeness import Trigrams, most_alike
from evalkit.text.normalise import clean
from evalkit.text.readability import FEWEST, lix, lix_of, measured, most_words
from evalkit.text.said import Said
from evalkit.text.tokens import jaccard, text_ngrams, tokens, words
from evalkit.text.word_lists import WordLists

ENTRIES = ("e a", "a*", "e", "1 9", "19", "e'a", "a-e*", "ee a*", "å*", "aa*")
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="aÅßİΣσς 'e\u0301\u200b’-:.,!?\n_19😀", max_size=40),
)


@given(TEXTS)
def test_the_words_are_the_tokens_of_the_cleaned_text_in_lower_case(text: str) -> None:
    said = Said(text)
    found = tokens(clean(text))
    assert [said.original(n) for n in range(len(said.words))] == [token.text for token in found]
    assert [word.casefold() for word in said.words] == [token.text.lower().casefold() for token in found]


@given(TEXTS)
def test_the_case_folded_words_are_those_of_the_text_as_it_was_given(text: str) -> None:
    assert Said(text).folded == words(text)


@given(TEXTS)
def test_a_word_stands_where_its_span_says(text: str) -> None:
    said = Said(text)
    for number in range(len(said.words)):
        start, end = said.span(number, number)
        assert clean(text[start:end]) == said.original(number)


@given(TEXTS)
def test_a_list_that_is_found_in_a_text_was_possible_by_its_words(text: str) -> None:
    # The last letter of a Greek word depends on what follows; no list is Greek.
    assume(not any("\u0370" <= character <= "\u03ff" for character in text))
    said = Said(text)
    entries = [*ENTRIES, *(word.rstrip("*") for word in said.lowered.split() if any(map(str.isalnum, word)))]
    for entry in entries:
        if word_pattern([entry]).search(said.lowered) or word_pattern([entry]).search(text.lower()):
            assert WordLists({"list": [entry]}).possible(said.pieces), entry


@pytest.mark.parametrize(
    ("text", "stops", "commas"),
    [
        ("Nej, tack. Hej då!", {2}, {1}),
        ("ja tack", set(), set()),
        ("Vad?\nInget; alls", {1, 2}, set()),
        ("¡Hej", set(), set()),
        ("... och sen", {0}, set()),
        ("", set(), set()),
    ],
)
def test_sentences_end_and_commas_stand_before_words(text: str, stops: set[int], commas: set[int]) -> None:
    said = Said(text)
    assert (said.stops, said.commas) == (stops, commas)


def test_what_follows_the_last_word_is_told_too() -> None:
    assert Said("Hallå?!").before(1) == "?!"


def test_letters_and_capitals_are_counted() -> None:
    assert Said("Åh NEJ 12!").letters == (5, 4)


@given(TEXTS, TEXTS)
def test_no_two_texts_are_more_alike_than_their_trigrams_allow(one: str, other: str) -> None:
    mine, theirs = Trigrams(words(one)), Trigrams(words(other))
    assert jaccard(text_ngrams(one), text_ngrams(other)) <= most_alike(mine, theirs, len(mine.grams & theirs.grams))


@given(TEXTS)
def test_a_text_has_no_lix_where_its_words_are_too_few_for_one(text: str) -> None:
    many = " ".join([text] * 12)
    assert lix(many) is None or most_words(Said(many)) >= FEWEST


@given(st.lists(TEXTS, min_size=1))
def test_texts_measured_one_by_one_have_the_lix_of_all_in_one(parts: list[str]) -> None:
    many = [f"{part} och det var så" for part in parts for _ in range(10)]
    assert lix_of([measured(Said(part)) for part in many]) == lix("\n".join(many))
