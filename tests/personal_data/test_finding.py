"""Personal data by kind and place, its near misses, and characters that hide it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.personal_data import find, mask


def kinds(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "kind", "datum"),
    [
        ("Mitt personnummer är 811218-9876.", "sv", "SE_PERSONNUMMER", "811218-9876"),
        ("samordningsnummer 701063-2391", "sv", "SE_SAMORDNINGSNUMMER", "701063-2391"),
        ("Mit cpr er 070761-4285", "da", "DK_CPR", "070761-4285"),
        ("hetu 131052-308T", "fi", "FI_HETU", "131052-308T"),
        ("Skriv till anna.berg@example.com, tack", "sv", "EMAIL", "anna.berg@example.com"),
        ("IBAN SE35 5000 0000 0549 1000 0003 är mitt", "sv", "IBAN", "SE35 5000 0000 0549 1000 0003"),
        ("kortet 4111 1111 1111 1111 gäller", "sv", "CARD", "4111 1111 1111 1111"),
        ("Ring mig på 070-123 45 67!", "sv", "PHONE", "070-123 45 67"),
        ("Soita +358 40 123 4567", "fi", "PHONE", "+358 40 123 4567"),
        ("Jag bor på Fjällgatan 12 B, 123 40 Fjällby", "sv", "ADDRESS", "Fjällgatan 12 B, 123 40 Fjällby"),
        ("jag heter Anna Berg och undrar", "sv", "NAME", "Anna Berg"),
        ("Mitt lösenord är Hund!2024", "sv", "SECRET", "Hund!2024"),
        ("född 1985-03-12", "sv", "DOB", "1985-03-12"),
        ("My passport number is 123456789", "en", "PASSPORT", "123456789"),
        ("personnummer 811218-9875 (kanske fel)", "sv", "SE_PERSONNUMMER", "811218-9875"),
    ],
)
def test_a_datum_is_found_alone_without_its_cue(text: str, language: str, kind: str, datum: str) -> None:
    assert (kind, datum) in kinds(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Min order är 20260301-1234", "sv"), ("Kolli 373325386140123456 är på väg", "sv"),
        ("OCR 7350012345671", "sv"), ("Öppet 09.00-17.00, 10.00-16.00", "sv"), ("Det kostar 1 299 kr", "sv"),
        ("Version 2.14.3 kom 2026-03-01", "sv"), ("Postnummer 123 40 räcker", "sv"), ("Billy finns i vitt", "sv"),
        ("850312-****", "sv"), ("kortet som slutar på **** 1234", "sv"), ("EAN 4006381333931", "de"),
        ("Bestellnummer 12345678", "de"), ("CVR 12345678", "da"), ("IMEI 490154203237518", "en"),
    ],
)  # fmt: skip
def test_numbers_of_business_are_no_personal_data(text: str, language: str) -> None:
    assert kinds(text, language) == []


@pytest.mark.parametrize(
    "text",
    [
        "Mitt personnummer är 811218\u200b-9876",
        "Mitt personnummer är \uff18\uff11\uff11\uff12\uff11\uff18-9876",
    ],
)
def test_hidden_characters_do_not_hide_a_number(text: str) -> None:
    (found,) = [f for f in find(text, "sv") if f.kind == "SE_PERSONNUMMER"]
    assert text[found.start] in "8\uff18"
    assert found.end == len(text)


@given(st.text(max_size=300))
def test_property_any_text_is_read_and_its_spans_lie_inside(text: str) -> None:
    for found in find(text):
        assert 0 <= found.start < found.end <= len(text)


@given(st.text(max_size=200))
def test_property_a_masked_text_holds_nothing_more_to_find(text: str) -> None:
    assert [f for f in find(mask(text).text) if f.exact] == []


@pytest.mark.parametrize("part", ["1", "1 ", "a@", "+1-", "Aa ", "SE35", "0.", "(0", "å1"])
def test_hostile_repetition_of_a_hundred_thousand_characters_ends_soon(part: str) -> None:
    started = time.monotonic()
    find(part * (100_000 // len(part)))
    assert time.monotonic() - started < 10
