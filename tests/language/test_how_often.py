"""How often, in the words of seven languages, beside lengths of time and things counted."""

from __future__ import annotations

import pytest

from evalkit.language.quantities import quantities

_WEEK_H, _YEAR_H = 168.0, 8_760.0


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("varannan vecka", 2 * _WEEK_H),
        ("var 14:e dag", 2 * _WEEK_H),
        ("med två veckors mellanrum", 2 * _WEEK_H),
        ("annenhver uke", 2 * _WEEK_H),
        ("hvert annet år", 2 * _YEAR_H),
        ("med to ukers mellomrom", 2 * _WEEK_H),
        ("annakvar veke", 2 * _WEEK_H),
        ("viikon välein", _WEEK_H),
        ("kahden viikon välein", 2 * _WEEK_H),
        ("every two weeks", 2 * _WEEK_H),
        ("fortnightly", 2 * _WEEK_H),
        ("two weeks apart", 2 * _WEEK_H),
        ("alle 14 Tage", 2 * _WEEK_H),
        ("alle zwei Jahre", 2 * _YEAR_H),
        ("alle 24 Monate", 2 * _YEAR_H),
        ("im Abstand von zwei Wochen", 2 * _WEEK_H),
        ("zweimal im Jahr", _YEAR_H / 2),
        ("jedes halbe Jahr", _YEAR_H / 2),
        ("to ganger i løpet av et år", _YEAR_H / 2),
        ("kahdesti vuodessa", _YEAR_H / 2),
        ("twice a year", _YEAR_H / 2),
        ("varje halvår", _YEAR_H / 2),
        ("hvert halve år", _YEAR_H / 2),
    ],
)
def test_every_so_often_is_a_frequency(text: str, hours: float) -> None:
    assert [(q.kind, q.lo) for q in quantities(text)] == [("frequency", hours)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("alle fem dage", ["duration"]),
        ("alle 5 dager", ["duration"]),
        ("alle drei Räume", ["count"]),
        ("in two weeks", ["duration"]),
        ("två veckor", ["duration"]),
        ("ein halbes Jahr", ["duration"]),
        ("ett halvår", ["duration"]),
        ("kahden viikon kuluttua", ["duration"]),
    ],
)
def test_lengths_and_things_counted_are_no_frequency(text: str, kinds: list[str]) -> None:
    assert [q.kind for q in quantities(text)] == kinds
