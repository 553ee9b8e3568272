"""Amounts: what is written in each language comes back as the same amount."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.language.amounts import same
from evalkit.language.quantities import quantities

FORMS = {
    "sv": ("{n} dagar", "{n} arbetsdagar", "{n} kr", "{n} %", "{n} GB"),
    "da": ("{n} dage", "{n} hverdage", "{n} kr.", "{n} procent", "{n} GB"),
    "nb": ("{n} dager", "{n} virkedager", "{n} kr", "{n} prosent", "{n} GB"),
    "nn": ("{n} dagar", "{n} yrkedagar", "{n} kr", "{n} prosent", "{n} GB"),
    "fi": ("{n} päivää", "{n} arkipäivää", "{n} €", "{n} prosenttia", "{n} Gt"),
    "en": ("{n} days", "{n} working days", "€{n}", "{n} per cent", "{n} GB"),
    "de": ("{n} Tage", "{n} Werktage", "{n} €", "{n} Prozent", "{n} GB"),
}


@pytest.mark.parametrize("language", FORMS)
@given(n=st.integers(min_value=2, max_value=999))
def test_property_an_amount_survives_the_round_trip(language: str, n: int) -> None:
    kinds = []
    for form in FORMS[language]:
        (found,) = quantities(f"x {form.format(n=n)} y")
        kinds.append((found.kind, found.unit))
        assert found.lo == found.hi == (n * 24 if found.unit == "h" else n)
    assert len(set(kinds)) == 5


@given(n=st.integers(min_value=1_000, max_value=9_999_999))
def test_property_thousands_are_read_in_every_convention(n: int) -> None:
    plain = f"{n:,}"
    for separator in (" ", "\u00a0", "\u202f", "."):
        (found,) = quantities(f"{plain.replace(',', separator)} kr")
        assert found.lo == n


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("14 dagar", "två veckor", True), ("24 timmar", "ett dygn", True), ("12 månader", "ett år", True),
        ("30 dagar", "en månad", True), ("5 arbetsdagar", "5 dagar", False), ("halvtreds kr.", "50 kr", True),
        ("49:-", "49 kronor", True), ("100 SEK", "100 DKK", False), ("kl. 9–17", "09.00-17.00", True),
        ("to hundrede og halvtreds kroner", "250 kr.", True), ("zweihundertfünfzig Euro", "250 €", True),
        ("kaksisataaviisikymmentä euroa", "250 €", True), ("kaksisataaviisikymmentä euroa", "200 €", False),
        ("femtonhundra kronor", "1 500 kr", True), ("femten hundre kroner", "1500 kr", True), ("tusen kronor", "1 000 kr", True),
        ("two thousand five hundred euros", "2,500 euros", True), ("two thousand five hundred euros", "2,000 euros", False),
        ("zweieinhalb Stunden", "150 Minuten", True), ("två och en halv timme", "150 minuter", True),
        ("kaksi ja puoli tuntia", "150 minuuttia", True), ("kaksi ja puoli tuntia", "30 minuuttia", False),
        ("a dozen days", "12 days", True), ("ett dussin dagar", "12 dagar", True), ("et dusin dage", "10 dage", False),
        ("18 sentin hinta", "0,18 €", True), ("18 senttiä leveä", "0,18 €", False), ("18 øre", "0,18 kr", True),
        ("dygnet runt", "24 hours a day", True), ("utan kostnad", "0 kr", True), ("kahden vuoden", "24 kk", True),
    ],
)  # fmt: skip
def test_the_same_amount_in_other_words(left: str, right: str, equal: bool) -> None:
    (a,), (b,) = quantities(left), quantities(right)
    assert same(a, b) is equal


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("högst 10 dagar", "<="), ("minst 10 dagar", ">="), ("inte mer än 10 dagar", "<="), ("no more than 10 days", "<="),
        ("nicht mehr als 10 Tage", "<="), ("ei yli 10 päivää", "<="), ("over 10 dage", ">="), ("10 dagar", ""),
    ],
)  # fmt: skip
def test_limits_and_their_denials(text: str, bound: str) -> None:
    assert quantities(text)[0].bound == bound
