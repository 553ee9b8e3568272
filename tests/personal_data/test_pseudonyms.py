"""Pseudonyms are stable, typed, keyed; afterwards nothing personal is found, in any language; surrogates fail their checks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.personal_data import PersonalData, Pseudonyms, find, mask
from evalkit.personal_data.identifiers import card, iban, national_ids
from evalkit.personal_data.pseudonyms import tidy

KEY = b"k" * 32

# Reserved and published test values only.
_DATA = {
    "sv": ["811218-9876", "070-174 06 05", "kim.exempel@example.com", "Storgatan 5, 123 45 Lund", "4111 1111 1111 1111"],
    "da": ["070761-4285", "+45 32 12 34 56", "kim@example.dk", "Nørregade 12, 8000 Aarhus", "DK50 0040 0440 1162 43"],
    "nb": ["15076500565", "+47 22 12 34 56", "kim@example.no", "Storgata 3, 0155 Oslo", "NO93 8601 1117 947"],
    "nn": ["15076500565", "+47 22 12 34 56", "kim@example.no", "Storgata 3, 0155 Oslo", "4242 4242 4242 4242"],
    "fi": ["131052-308T", "+358 40 123 4567", "kim@example.fi", "Mannerheimintie 5, 00100 Helsinki", "FI21 1234 5600 0007 85"],
    "de": ["36574261809", "+49 30 901820", "kim@example.de", "Hauptstraße 5, 10115 Berlin", "DE89 3704 0044 0532 0130 00"],
    "is": ["120174-3399", "+354 581 2345", "kim@example.is", "Laugavegur 5, 101 Reykjavík", "0111-26-004417"],
    "en": ["AB 12 34 56 C", "+44 20 7946 0123", "kim@example.com", "12 High Street, London SW1A 1AA", "192.0.2.7"],
}  # fmt: skip
_CUES = {
    "sv": ["Jag heter {n}, mitt personnummer är {d}.", "Ring mig på {d} mvh {n}", "Mitt lösenord: Hemlig123! och {d}"],
    "da": ["Jeg hedder {n}, mit CPR-nummer er {d}.", "Skriv til {d}. Mvh {n}", "Min adgangskode: Hund4you og {d}"],
    "nb": ["Jeg heter {n}, fødselsnummeret mitt er {d}.", "Ring {d}. Hilsen {n}", "Kontonummer {d}, {n}"],
    "nn": ["Eg heiter {n}, fødselsnummeret mitt er {d}.", "Ring {d}. Helsing {n}", "Adressa er {d}, {n}"],
    "fi": ["Nimeni on {n}, henkilötunnus {d}.", "Soita {d}. Terveisin {n}", "Osoite {d}, {n}"],
    "de": [
        "Ich heiße {n}, meine Steuer-ID ist {d}.",
        "Rufen Sie {d} an. Mit freundlichen Grüßen {n}",
        "Adresse: {d} {n}",
    ],
    "is": ["Ég heiti {n}, kennitalan mín er {d}.", "Hringdu í {d}. Kveðja {n}", "Sendið á {d}, {n}"],
    "en": [
        "My name is {n}, my number is {d}.",
        "Call me on {d}. Best regards, {n}",
        "My password is Secret99! and {d}",
    ],
}
_NAMES = st.sampled_from(
    ["Kim Exempel", "Anna-Lena Berg", "Jörgen Ålund", "Aino Mäkelä", "Søren Bjerg", "Jane Q. Public"]
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, str]:
    language = draw(st.sampled_from(sorted(_DATA)))
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        cue = draw(st.sampled_from(_CUES[language]))
        datum = draw(st.sampled_from([d for data in _DATA.values() for d in data]))
        parts.append(cue.format(n=draw(_NAMES), d=datum))
    filler = draw(st.text(alphabet="abc åäö.,:;-<>_0123456789\n\u200b", max_size=20))
    return draw(st.sampled_from([" ", "\n", ", ", filler])).join(parts), language


@given(messages())
def test_property_nothing_is_found_after_pseudonymising(message: tuple[str, str]) -> None:
    text, language = message
    assert find(Pseudonyms(KEY).text(text, language), language) == []
    assert find(Pseudonyms(KEY).text(text)) == []


@given(messages())
def test_property_nothing_exact_is_found_after_masking(message: tuple[str, str]) -> None:
    text, language = message
    masked = mask(text).text
    assert [f.kind for f in find(masked, language) if f.exact] == []


@pytest.mark.parametrize("language", ["sv", "da", "nb", "nn", "fi", "de", "en", "is"])
def test_no_labelled_message_holds_anything_to_find_once_it_is_covered_or_masked(language: str) -> None:
    path = Path(__file__).parents[2] / "fixtures" / "labelled" / "privacy.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["lang"] == language]
    assert len(texts) > 50
    left = [text for text in texts if find(Pseudonyms(KEY).text(text, language), language)]
    left += [text for text in texts if find(mask(text).text, language)]
    assert left == []


@given(messages())
def test_property_covering_twice_changes_nothing(message: tuple[str, str]) -> None:
    covered = Pseudonyms(KEY).text(*message)
    assert Pseudonyms(KEY).text(covered, message[1]) == covered


@given(messages())
def test_property_surrogates_pass_no_checksum(message: tuple[str, str]) -> None:
    text, language = message
    natural = Pseudonyms(KEY, mode="surrogate").text(text, language)
    for item in find(natural, language):
        value = natural[item.start : item.end]
        if item.exact and item.kind not in {"EMAIL", "IP", "SECRET"}:
            assert not card(value) and iban(value) is None and not list(national_ids(value, date(2026, 1, 1))), (
                item.kind
            )
        if item.kind == "EMAIL":
            assert value.endswith("example.com")


def test_the_same_value_gets_the_same_name_however_it_is_written() -> None:
    names = Pseudonyms(KEY)
    assert names.text("Mitt personnummer är 811218-9876") == "Mitt personnummer är <SE_PNR_1>"
    assert names.text("personnummer 19811218-9876") != names.text("personnummer 811218-9876")
    assert names.text("kontakta Anna.Berg@Example.com") == names.text("kontakta anna.berg@example.com")
    assert tidy("811218 9876") == tidy("811218-9876")


def test_who_is_named_once_is_covered_in_the_whole_conversation_and_common_words_stay() -> None:
    texts = ["Jag heter Anna Berg", "Hej Anna! Vilket berg gäller det?", "Berg, Anna"]
    assert Pseudonyms(KEY).texts(texts, "sv") == [
        "Jag heter <PERSON_1>", "Hej <PERSON_1>! Vilket berg gäller det?", "<PERSON_1>, <PERSON_1>"
    ]  # fmt: skip


def test_names_from_fields_are_covered_employees_apart_from_customers() -> None:
    said = Pseudonyms(KEY).texts(
        ["Hej Kim, lisa handläggare här. Mvh Lisa"], "sv", people=["Kim Exempel"], agents=["Lisa Handläggare"]
    )
    assert said == ["Hej <PERSON_1>, <AGENT_1> här. Mvh <AGENT_1>"]


def test_another_key_gives_other_subjects_and_other_shifts() -> None:
    one, two = Pseudonyms(KEY), Pseudonyms(b"q" * 32)
    assert (
        one.subject_key("kim@example.com") == one.subject_key(" KIM@example.com ") != two.subject_key("kim@example.com")
    )
    assert -364 <= one.shift_days("kim") <= -7 and one.shift_days("kim") % 7 == 0
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Pseudonyms(b"short")


@pytest.mark.parametrize("text", ["", "Hej!", "\ud800", "<PERSON_1> och <b>fet</b>", "a" * 50_000, "Anna " * 2_000])
def test_odd_texts_come_back_whole(text: str) -> None:
    assert Pseudonyms(KEY).text(text) == text


def test_a_placeholder_is_no_finding_whatever_stands_before_it() -> None:
    for text in ("lösenord är <SECRET_1>", "Jag heter <PERSON_12>, ring <PHONE_3>", "personnummer <SE_PNR_8112189876>"):
        assert find(text, "sv") == []
    assert [f.kind for f in find("<b>811218-9876</b> personnummer", "sv")] == ["SE_PERSONNUMMER"]


def test_the_organisations_own_numbers_get_pseudonyms_of_their_kind() -> None:
    names = Pseudonyms(KEY, patterns={"ORDER_NUMBER": r"FB-[0-9]{6}"})
    said = names.texts(["Order FB-104822 saknas", "FB-104822 och FB-104823, order FB-10"], "sv")
    assert said == ["Order <ORDER_NUMBER_1> saknas", "<ORDER_NUMBER_1> och <ORDER_NUMBER_2>, order FB-10"]


def test_a_model_of_names_helps_to_cover() -> None:
    def model(text: str) -> list[PersonalData]:
        at = text.find("kalle kula")
        return [PersonalData("NAME", at, at + 10, 0.75)] if at >= 0 else []

    assert Pseudonyms(KEY, names_by=model).text("skriv till kalle kula då") == "skriv till <PERSON_1> då"
