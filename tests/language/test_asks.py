"""What a bot asks of a customer, on questions that were written before the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.language.asks import asks
from tests.quality.asks import understood_rate

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_least_95_of_100_ways_of_asking_are_understood_and_statements_ask_nothing(language: str) -> None:
    assert understood_rate(language, "asks") >= 0.95
    assert understood_rate(language, "asks/second") >= 0.9
    assert understood_rate(language, "asks", only="none") == 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_whose_language_is_not_known_is_read_in_all_of_them(language: str) -> None:
    assert understood_rate(language, "asks", known=False) >= 0.85


@pytest.mark.parametrize(
    ("text", "language", "kind", "slots"),
    [
        ("Vill du skriva ditt ordernummer?", "sv", "slots", ("order_number",)),
        ("Vill du ändra adressen?", "sv", "confirm", ()),
        ("Stämmer adressen Storgatan 4?", "sv", "confirm", ()),
        ("Tack! Vad är ditt telefonnummer, och vilken mejl har du?", "sv", "slots", ("phone", "email")),
        ("What is your address and e-mail?", "en", "slots", ("address", "email")),
        ("Which address shall I mail it to?", "en", "slots", ("email",)),
        ("You need not give your order number.", "en", None, ()),
        ("Skriv aldri passordet ditt her.", "nb", None, ()),
        ("", "sv", None, ()),
    ],
)
def test_a_detail_is_asked_for_or_only_named(
    text: str, language: str, kind: str | None, slots: tuple[str, ...]
) -> None:
    found = asks(text, language)
    assert (found.kind, found.slots) == (kind, slots)


def test_buttons_make_a_choice_and_two_of_yes_and_no_a_confirmation() -> None:
    assert asks("Vad gäller det?", "sv", ("Retur", "Faktura")).options == ("Retur", "Faktura")
    assert asks("Ska jag avbryta ordern?", "sv", ("Ja", "Nej")).kind == "confirm"
    assert asks("Var du nöjd med leveransen?", "sv").kind == "confirm"
    assert asks("Var bor du någonstans egentligen?", "sv").kind != "confirm"


def test_either_detail_is_no_choice_between_options() -> None:
    assert asks("Kan du skriva ditt ordernummer eller din e-post?", "sv").slots == ("order_number", "email")


def test_a_bot_that_did_not_follow_asks_for_the_errand() -> None:
    assert asks("Jag förstår inte. Kan du skriva om det?", "sv").slots == ("wish",)


@given(
    st.text(alphabet=st.characters(exclude_categories=()) | st.sampled_from("?.!, eller or vai oder\n1.-\u0149\u0130ß"))
)
def test_any_text_is_read_without_a_stumble_and_options_are_pieces_of_it(text: str) -> None:
    for language in (None, "sv", "fi", "de"):
        found = asks(text, language)
        assert all(option.strip() for option in found.options)
        assert bool(found) == (found.kind is not None)
