"""Hours by weekday: which days a sentence opens, and when."""

from __future__ import annotations

import pytest

from evalkit.language.opening_hours import day_hours, days_in
from evalkit.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("måndag–fredag", [0, 1, 2, 3, 4]), ("mandag til torsdag", [0, 1, 2, 3]), ("fredag bis sonntag", [4, 5, 6]),
        ("viikonloppuisin", [5, 6]), ("on weekdays", [0, 1, 2, 3, 4]), ("kvar dag", [0, 1, 2, 3, 4, 5, 6]),
        ("lørdag og søndag", [5, 6]), ("sonntags", [6]), ("the month of may", []), ("en dag", []),
    ],
)  # fmt: skip
def test_days_are_named_alone_in_ranges_and_in_groups(text: str, days: list[int]) -> None:
    assert sorted(days_in(text)) == days


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Åpent mandag til torsdag 10–19 og lørdag 9–14.", [([0, 1, 2, 3], 600, 1140), ([5], 540, 840)]),
        ("Open 9am-5pm on weekdays.", [([0, 1, 2, 3, 4], 540, 1020)]),
        ("Fredag og søndag er den stengt.", [([4, 6], None, None)]),
        ("Arkisin 7–20 ja viikonloppuisin 9–17 puhelinpalvelu on auki.", [([0, 1, 2, 3, 4], 420, 1200), ([5, 6], 540, 1020)]),
        ("Vi svarar kl. 9–17.", []),
    ],
)  # fmt: skip
def test_each_group_of_days_has_its_hours(text: str, told: list[tuple[list[int], int | None, int | None]]) -> None:
    found = day_hours(text, quantities(text))
    assert [(sorted(hours.days), hours.lo, hours.hi) for hours in found] == told
