"""Clock times as people say them, beside numbers that are no time."""

from __future__ import annotations

import pytest

from evalkit.language.opening_hours import days_in
from evalkit.language.quantities import quantities


def _clocks(text: str) -> list[tuple[float, float]]:
    return [(q.lo / 60, q.hi / 60) for q in quantities(text) if q.kind == "clock"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("åbent fra ti til fem på hverdage", [(10, 17)]),
        ("öppet från åtta till fyra", [(8, 16)]),
        ("von neun bis zwölf geöffnet", [(9, 12)]),
        ("open from nine to five on weekdays", [(9, 17)]),
        ("fra klokka åtte om morgenen til seks om kvelden", [(8, 18)]),
        ("frå halv fem til sju om kvelden", [(16.5, 19)]),
        ("fra åtte til seks om kvelden", [(8, 18)]),
        ("palvelemme kymmenestä kolmeen", [(10, 15)]),
        ("aukeavat puoliltapäivin", [(12, 12)]),
        ("vi har öppet till midnatt", [(24, 24)]),
        ("koden virker til 23 om kvelden", [(23, 23)]),
        ("åpent til 4 om ettermiddagen", [(16, 16)]),
        ("ordered before 13:00", [(13, 13)]),
        ("ring før 10.30", [(10.5, 10.5)]),
        ("bis halb sieben am Abend", [(18.5, 18.5)]),
        ("open until eleven at night", [(23, 23)]),
        ("helt frem til seks på kvelden", [(18, 18)]),
        # No times.
        ("fra fem til åtte personer", []),
        ("from two to four people", []),
        ("över 2.30 m", []),
        ("after 12.50 euros", []),
        ("från ett till åtta år", []),
    ],
)
def test_clock_times_in_words_and_digits(text: str, hours: list[tuple[float, float]]) -> None:
    assert _clocks(text) == hours


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("am 24. und 31. Dezember", [(1224, 1224), (1231, 1231)]),
        ("den 24 och 31 december", [(1224, 1224), (1231, 1231)]),
        ("24.–26. december", [(1224, 1226)]),
        ("from 3 to 7 June", [(603, 607)]),
        ("5 bags and 3 June", [(603, 603)]),
    ],
)
def test_days_that_share_a_month(text: str, dates: list[tuple[float, float]]) -> None:
    assert [(q.lo, q.hi) for q in quantities(text) if q.kind == "date"] == dates


def test_a_working_day_on_which_something_happens_is_no_length() -> None:
    assert [q.kind for q in quantities("sent on a business day")] == []
    assert [q.kind for q in quantities("sent within a business day")] == ["duration"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("tiistaista perjantaihin", [1, 2, 3, 4]),
        ("tiistaista lauantaihin", [1, 2, 3, 4, 5]),
        ("tiistai ja perjantai", [1, 4]),
    ],
)
def test_finnish_endings_tell_a_range_of_days(text: str, days: list[int]) -> None:
    assert sorted(days_in(text)) == days
