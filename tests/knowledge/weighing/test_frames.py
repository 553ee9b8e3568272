from __future__ import annotations

import pytest

from evalkit.knowledge.weighing.frames import compared, said

DOERS = [
    ("sv", "Vi hämtar sängen.", "organisation"), ("sv", "Du hämtar sängen.", "customer"),
    ("da", "Vores medarbejdere henter den.", "organisation"), ("nb", "Dere henter den.", "customer"),
    ("nn", "Det må du gjere sjølv.", "oneself"), ("fi", "Haemme sohvan.", "organisation"),
    ("fi", "Asiakas hakee sohvan.", "customer"), ("en", "Our staff collect it.", "organisation"),
    ("de", "Sie holen es selbst ab.", "oneself"),
]  # fmt: skip
NEAR_MISSES = [
    ("fi", "Sohva on valmis.", "organisation"), ("en", "The web shop is open.", "organisation"),
    ("sv", "Egentligen är det stängt.", "oneself"), ("de", "Die Wirtschaft ist zu.", "organisation"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "who"), DOERS)
def test_small_words_tell_who_does_it(language: str, text: str, who: str) -> None:
    assert who in said(text, language)


@pytest.mark.parametrize(("language", "text", "who"), NEAR_MISSES)
def test_words_that_only_begin_alike_tell_nobody(language: str, text: str, who: str) -> None:
    assert who not in said(text, language)


def test_two_texts_that_say_the_same_differ_in_no_doer() -> None:
    names = compared("We collect it.", "Our staff fetch the bed.", "en")
    assert "doer:organisation|organisation" in names
    assert "small:organisation:11" in names


def test_what_only_one_side_says_is_named_by_side() -> None:
    assert "small:only:10" in compared("Nur online.", "Online und im Laden.", "de")
    assert "small:only:01" in compared("Online und im Laden.", "Nur online.", "de")


def test_a_language_without_such_words_says_nothing() -> None:
    assert compared("Vi hämtar den.", "Du lämnar den.", None) == []
    assert compared("Vi hämtar den.", "Du lämnar den.", "is") == []
