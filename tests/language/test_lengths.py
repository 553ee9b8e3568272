"""Lengths of time in two parts, halves behind number and unit, compound number words, and what no bound is."""

from __future__ import annotations

import pytest

from evalkit.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("en timme och en kvart", "h", 1.25),
        ("et døgn og seks timer", "h", 30),
        ("1 time og 40 minutt", "h", 100 / 60),
        ("tunti ja 20 minuuttia", "h", 80 / 60),
        ("vuosi ja kolme kuukautta", "month", 15),
        ("an hour and ten minutes", "h", 70 / 60),
        ("two years and three months", "month", 27),
        ("eine Stunde und zehn Minuten", "h", 70 / 60),
        ("a day and a half", "h", 36),
        ("tre år och ett halvt", "month", 42),
        ("sju og en halv time", "h", 7.5),
        ("to et halvt år", "month", 30),
        ("six and a half weeks", "h", 6.5 * 168),
        ("fünfeinhalb Stunden", "h", 5.5),
        ("neljä ja puoli vuotta", "month", 54),
        ("1½ år", "month", 18),
        ("puolentoista tunnin", "h", 1.5),
        ("halvtannat år", "month", 18),
        ("fireogtyve dage", "h", 24 * 24),
        ("femogfyrre minutter", "h", 0.75),
        ("trettifem dager", "h", 35 * 24),
        ("tjugoåtta dagar", "h", 28 * 24),
        ("sechsunddreißig Monate", "month", 36),
        ("kaksikymmentäyksi päivää", "h", 21 * 24),
        ("twenty-one days", "h", 21 * 24),
        ("eines halben Jahres", "month", 6),
        ("eit halvår", "month", 6),
        ("eit heilt år", "month", 12),
        ("a fortnight", "h", 336),
        ("ett halvt dygn", "h", 12),
    ],
)
def test_a_length_in_words_is_one_amount(text: str, unit: str, value: float) -> None:
    (length,) = quantities(text)
    assert (length.kind, length.unit) == ("duration", unit)
    assert length.lo == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["24 timmar och 12 timmar", "6 months and 2 years", "en timme och 30 kr", "3 Tage und 3 Tage", "2 år, 14 dagar"],
)
def test_two_lengths_stay_two(text: str) -> None:
    assert len(quantities(text)) == 2


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("Er det ei røyr på over 30 cm", ">="),
        ("Pituus ei saa olla yli 30 cm", "<="),
        ("Beløbet deles over fire rater", ""),
        ("Summen fordeles over 6 måneder", ""),
        ("Ved flere end fire rater", ">="),
        ("Har det varet over 6 måneder", ">="),
        ("Summan delas upp över tolv månader", ""),
    ],
)
def test_over_is_a_bound_only_where_nothing_is_spread_and_an_article_denies_nothing(text: str, bound: str) -> None:
    (amount,) = quantities(text)
    assert amount.bound == bound


@pytest.mark.parametrize("text", ["a third permit", "a full day costs more"])
def test_a_third_one_is_no_share_and_a_full_day_no_length(text: str) -> None:
    assert not {q.kind for q in quantities(text)} & {"percent", "duration"}
