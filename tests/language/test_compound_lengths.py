"""A length of time told in two units is one length; two lengths side by side stay two."""

from __future__ import annotations

import pytest

from evalkit.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "unit", "lengths"),
    [
        ("Kursen tar en timme och en kvart.", "h", [1.25]),
        ("Turen varer 2 timer og 40 minutter.", "h", [2 + 40 / 60]),
        ("Ferja bruker 1 time og 10 minutt.", "h", [1 + 10 / 60]),
        ("Matka kestää 2 tuntia ja 15 minuuttia.", "h", [2.25]),
        ("The tour takes 1 hour 45 minutes.", "h", [1.75]),
        ("Book a day and a half before.", "h", [36]),
        ("It takes two hours and a half.", "h", [2.5]),
        ("Die Fahrt dauert 3 Stunden und 30 Minuten.", "h", [3.5]),
        ("Avtalet löper ett år och sex månader.", "month", [18]),
        # Each is a length of its own.
        ("Byten görs inom 48 timmar och 2 timmar före start.", "h", [48, 2]),
        ("Use it within 2 hours or 30 minutes.", "h", [2, 0.5]),
        ("Vuokra on 3 tuntia, 45 minuuttia on ilmaista.", "h", [3, 0.75]),
        ("Die Frist beträgt 14 Tage und 30 Tage für Mitglieder.", "h", [336, 720]),
    ],
)
def test_an_hour_and_a_quarter_is_one_length(text: str, unit: str, lengths: list[float]) -> None:
    found = [q for q in quantities(text) if q.kind == "duration"]
    assert [q.unit for q in found] == [unit] * len(lengths)
    assert [q.lo for q in found] == pytest.approx(lengths)
