"""What the words of a message speak for together."""

from __future__ import annotations

import pytest

from evalkit.language.evidence import features, placed, spoken_for
from evalkit.language.lexicons import categories
from evalkit.language.structures import class_words


def test_features_are_the_classes_each_two_of_them_the_marks_and_the_length():
    assert set(features("Who, me?", ["someone", "me"], 2)) == {"someone", "me", "?", "me someone", "? me", "? someone", "length 0"}  # fmt: skip


def test_a_very_long_message_speaks_for_nothing():
    names = frozenset({"human", "talk", "want", "reach"})
    assert "ask_for_human" in spoken_for("", names, 8, "customer")
    assert spoken_for("", names, 500, "customer") == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "finns det nån vettig hos er som kan ringa mig om elen"),
        ("da", "er der nogen hos jer med forstand på varmepumper jeg kan tale med"),
        ("nb", "kan sjefen din ringe meg"),
        ("fi", "oisko siellä joku oikea ihminen joka vois soittaa mulle"),
        ("en", "could somebody in charge over there ring me"),
        ("de", "gibt es bei euch jemanden der sich auskennt und mich anruft"),
    ],
)
def test_a_wish_for_a_person_is_heard_in_words_that_no_list_holds_together(language, text):
    assert "ask_for_human" in categories(text, language, "customer")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "vad kostar det att byta elmätare hos er"),
        ("nb", "hvordan overfører jeg billetten til en kollega"),
        ("en", "what does a day pass cost for a family of four over there"),
        ("de", "wann hat die Filiale am Samstag offen"),
    ],
)
def test_a_question_about_something_else_is_no_wish_for_a_person(language, text):
    assert "ask_for_human" not in categories(text, language, "customer")


def test_a_message_between_others_has_the_signs_of_its_surroundings_and_each_class_beside_them():
    found = placed("Bravo!", ["sarcasm"], 1, ["answer again"])
    assert {"sarcasm", "!", "answer again", "sarcasm beside answer again", "! beside answer again"} <= set(found)


@pytest.mark.parametrize("language", ["sv", "da", "nb", "nn", "fi", "en", "de"])
def test_the_tables_of_shapes_are_read_as_one(language):
    assert class_words("human", language) and class_words("bypass", language) and class_words("who_of_you", language)
