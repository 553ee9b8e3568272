"""What is found only where somebody asks: own numbers, names by a model, special categories; and published values."""

from __future__ import annotations

import pytest

from evalkit.personal_data import PersonalData, find

OWN = {"order_number": r"FB-\d{6}", "CUSTOMER_NUMBER": r"07\d{8}"}


def test_the_organisations_own_numbers_are_found_by_their_patterns() -> None:
    text = "Order FB-104822 för kund 0701740123, xFB-104822"
    assert [(f.kind, text[f.start : f.end]) for f in find(text, "sv", patterns=OWN)] == [
        ("ORDER_NUMBER", "FB-104822"),
        ("CUSTOMER_NUMBER", "0701740123"),
    ]
    assert "ORDER_NUMBER" not in {f.kind for f in find(text, "sv")}


def test_a_model_of_names_adds_what_no_word_introduces() -> None:
    text = "Paketet från Xiulan Obuya kom aldrig"

    def model(text: str) -> list[PersonalData]:
        at = text.index("Xiulan")
        return [PersonalData("NAME", at, at + len("Xiulan Obuya"), 0.75)]

    assert find(text, "sv") == []
    assert [text[f.start : f.end] for f in find(text, "sv", names_by=model)] == ["Xiulan Obuya"]


@pytest.mark.parametrize(
    ("text", "language", "detail"),
    [
        ("Jag har diabetes", "sv", "health"),
        ("Min kone er gravid", "da", "health"),
        ("Eg er medlem i Fagforbundet", "nn", "union"),
        ("Vaimoni on muslimi", "fi", "religion"),
        ("Mein Sohn ist homosexuell", "de", "sex_life"),
        ("My fingerprint was stored", "en", "biometrics"),
        ("Hon är sverigedemokrat", "sv", "politics"),
        ("Familien min er samisk", "nb", "ethnicity"),
    ],
)
def test_special_categories_of_somebody_are_found_where_asked_for(text: str, language: str, detail: str) -> None:
    assert [(f.kind, f.detail, f.family) for f in find(text, language, special=True)] == [
        ("SPECIAL_CATEGORY", detail, "special_category")
    ]
    assert find(text, language) == []


def test_a_topic_is_nobodys_and_stays_below_what_counts() -> None:
    assert find("Böcker om diabetes och epilepsi", "sv", special=True) == []
    assert [f.confidence for f in find("Böcker om diabetes", "sv", special=True, sure=0.4)] == [0.45]


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("pnr 811218-9876", "sv", "SE_PERSONNUMMER"),
        ("pnr 19811218-9876", "sv", "SE_PERSONNUMMER"),
        ("cpr 670761-4285", "da", "DK_CPR"),
        ("cpr 070761-4285", "da", "DK_CPR"),
        ("hetu 131052-308T", "fi", "FI_HETU"),
        ("kennitala 120174-3399", "is", "IS_KENNITALA"),
        ("Steuer-ID 36 574 261 809", "de", "DE_STEUERID"),
        ("IBAN DE89 3704 0044 0532 0130 00", "de", "IBAN"),
        ("Ring 070-174 06 35", "sv", "PHONE"),
        ("call me on 07700 900123", "en", "PHONE"),
    ],
)
def test_published_examples_say_that_they_are_test_values(text: str, language: str, kind: str) -> None:
    assert [(f.kind, f.test) for f in find(text, language)] == [(kind, True)]


@pytest.mark.parametrize(
    ("text", "language"), [("pnr 790613-4418", "sv"), ("Ring 070-274 06 35", "sv"), ("hetu 010190-123T", "fi")]
)
def test_other_values_do_not(text: str, language: str) -> None:
    assert not any(f.test for f in find(text, language))
    assert find(text, language)
