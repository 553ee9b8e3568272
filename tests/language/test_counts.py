"""Amounts without a unit: things counted, ages, days of a month, how often, and per what period."""

from __future__ import annotations

import pytest

from evalkit.language.amounts import meets, same
from evalkit.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "kind", "lo", "unit"),
    [
        ("kolme laukkua", "count", 3, "laukkua"), ("up to 5 users", "count", 5, "people"),
        ("fra barn nummer tre", "count", 3, ""), ("das dritte Kind", "count", 3, ""), ("under 26", "count", 26, ""),
        ("8-vuotias", "duration", 96, "month"), ("en 8-åring", "duration", 96, "month"),
        ("senest den 15.", "date", 15, "dd"), ("on the 5th", "date", 5, "dd"),
        ("hver fjerde uke", "frequency", 672, "h"), ("ukentlig", "frequency", 168, "h"),
        ("four times a day", "frequency", 6, "h"), ("jeden zweiten Monat", "frequency", 1460, "h"),
        ("8 of us", "count", 8, "people"), ("one screen", "count", 1, "screen"), ("uke 28", "count", 28, "week number"),
        ("das Doppelte", "percent", 200, "%"), ("save a fifth", "percent", 20, "%"), ("an hour", "duration", 1, "h"),
        ("vuosi aikaa", "duration", 12, "month"), ("24 kuukauden takuu", "duration", 24, "month"),
        ("it comes to $278.40 a year", "money", 278.4, "USD"), ("ett halvår", "duration", 6, "month"), ("puoli tuntia", "duration", 0.5, "h"),
    ],
)  # fmt: skip
def test_what_is_counted_is_an_amount(text: str, kind: str, lo: float, unit: str) -> None:
    assert [(q.kind, q.lo, q.unit) for q in quantities(text)] == [(kind, lo, unit)]


@pytest.mark.parametrize("text", ["order 12345", "ring 08-600 22 33", "en fråga", "one more thing", "version 2.4.1"])
def test_numbers_that_count_nothing_are_left_alone(text: str) -> None:
    assert quantities(text) == ()


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("99 kr i månaden", "99 kr per month", True), ("99 kr i månaden", "99 kr per vecka", False),
        ("99 kr. om måneden", "99 kr. pr. dag", False), ("100 kr i månaden", "1 200 kr per år", True),
        ("ten requests per second", "600 requests per minute", True), ("$9 per user per month", "$108 a year", True),
        ("99 kr i månaden", "99 kr", True), ("2 laukkua", "2 matkalaukkua", True), ("2 bags", "2 users", False),
        ("250 MB", "0.25 GB", True), ("hver uke", "ukentlig", True), ("hver uke", "hver fjerde uke", False),
    ],
)  # fmt: skip
def test_periods_and_things_counted_tell_amounts_apart(left: str, right: str, equal: bool) -> None:
    (a,), (b,) = quantities(left), quantities(right)
    assert same(a, b) is equal


@pytest.mark.parametrize("text", ["ett eller tre år", "et eller tre år", "one or three years", "ein oder drei Jahre"])
def test_one_or_the_other_is_nothing_between(text: str) -> None:
    assert [(q.lo, q.hi) for q in quantities(text)] == [(12, 12), (36, 36)]


@pytest.mark.parametrize(
    ("amount", "limit", "met"),
    [
        ("jag är 24", "under 26", True), ("jag är 31", "under 26", False), ("Eg er 20", "minst 21 år", False),
        ("ich bin 17", "Das Mindestalter beträgt 16 Jahre", True), ("70 minuter", "minst en timme", True),
        ("3 tuntia", "vähintään 60 minuuttia", True), ("20 kvm", "under 15 kvadratmeter", False),
        ("20 kvm", "under 15 kr", None), ("20 kvm", "15 kvadratmeter", None),
    ],
)  # fmt: skip
def test_an_amount_keeps_a_limit_or_not(amount: str, limit: str, met: bool | None) -> None:
    (a,), (b,) = quantities(amount), quantities(limit)
    assert meets(a, b) is met


def test_latest_so_long_before_is_at_least_so_long() -> None:
    (late,), (early,) = quantities("senest 10 dager før flytting"), quantities("minst ti dager i forveien")
    assert late.bound == early.bound == ">="
