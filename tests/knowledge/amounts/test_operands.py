"""A sum is held against the price of what is spoken of."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

_PLANS = {
    "sv": ("Paketet Liten kostar 80 kr i månaden. Paketet Stor kostar 130 kr i månaden.", "Vad kostar Stor på ett år?", "Ett år med Stor kostar {} kr."),
    "nb": ("Abonnementet Lokal koster 90 kr i måneden. Abonnementet Global koster 140 kr i måneden.", "Hva koster Global i fem måneder?", "Fem måneder med Global blir {} kr."),
    "en": ("The Silver plan costs £12 a month. The Gold plan costs £20 a month.", "What is Gold for a year?", "A year of Gold comes to £{}."),
    "fi": ("Sopimus Perus maksaa 15 € kuukaudessa. Sopimus Laaja maksaa 25 € kuukaudessa.", "Paljonko Laaja maksaa vuodessa?", "Laaja maksaa vuodessa {} €."),
}  # fmt: skip
_SUMS = {"sv": (1560, 960), "nb": (700, 450), "en": (240, 144), "fi": (300, 180)}


@pytest.mark.parametrize("language", list(_PLANS))
def test_a_sum_of_what_is_asked_for_follows_and_one_of_its_rival_does_not(language: str) -> None:
    article, question, answer = _PLANS[language]
    base = Knowledge.from_texts([article])
    verdicts = [check(answer.format(total), question, base, language).verdict for total in _SUMS[language]]
    assert verdicts == ["supported", "contradicted"]


def test_a_sum_of_both_things_that_are_asked_for_follows() -> None:
    base = Knowledge.from_texts(["Vuxenbiljetten kostar 120 kr. Barnbiljetten kostar 60 kr."])
    assert check("Det blir 180 kr tillsammans.", "Vad kostar en vuxen och ett barn?", base, "sv").verdict == "supported"
