"""Money and feasibility follow the organisation's own unit costs."""

from __future__ import annotations

import pytest

from evalkit.errors import InputError
from evalkit.kpi.economics import feasibility, fte_freed, roi, sensitivity
from evalkit.policy.sections import Costs

MIDPOINTS = Costs(ai_conversation_eur=1.25, human_contact_eur=6.0, contacts_per_month=11_000)


@pytest.mark.parametrize(("saving", "through", "beside"), [(0.5, 0.71, 0.63), (0.7, 0.91, 0.88), (0.14, 0.35, 0.18)])
def test_a_saving_needs_this_resolution(saving: float, through: float, beside: float) -> None:
    found = feasibility(MIDPOINTS, saving)
    assert found.through_bot_rate == pytest.approx(through, abs=0.006)
    assert found.beside_bot_rate == pytest.approx(beside, abs=0.006)
    assert roi(MIDPOINTS, found.through_bot_rate).saving_rate == pytest.approx(saving)


def test_a_saving_out_of_reach_asks_for_more_than_everything() -> None:
    assert feasibility(MIDPOINTS, 0.9).through_bot_rate > 1
    assert feasibility(Costs(ai_conversation_eur=7.0, human_contact_eur=6.0), 0.1).beside_bot_rate == float("inf")


def test_the_return_counts_what_the_bot_leaves_to_people_and_what_stands_still() -> None:
    costs = Costs(ai_conversation_eur=1, human_contact_eur=6, ai_assisted_contact_eur=4, contacts_per_month=1000,
                  fixed_month_eur=500)  # fmt: skip
    found = roi(costs, 0.5, bot_share_rate=0.8)
    assert found.before_eur == 6000
    assert found.after_eur == 800 + 500 + 400 * 6 + 200 * 6
    assert found.roi == pytest.approx(found.saving_eur / 1300)
    assert roi(costs, 0.5, bot_share_rate=0.8, assisted=True).after_eur == found.after_eur - 400 * 2
    assert roi(costs, 0.5, bot_share_rate=0.8, penalty_eur=100).saving_eur == found.saving_eur - 100


def test_the_tornado_shows_the_widest_swing_first() -> None:
    swings = sensitivity(MIDPOINTS, 0.5)
    widths = [abs(s.saving_high_eur - s.saving_low_eur) for s in swings]
    assert widths == sorted(widths, reverse=True)
    assert {s.name for s in swings} == {"resolution_rate", "ai_conversation_eur", "human_contact_eur"}
    assert all(min(s.saving_low_eur, s.saving_high_eur) <= roi(MIDPOINTS, 0.5).saving_eur for s in swings)


def test_people_freed_follow_volume_and_time() -> None:
    assert fte_freed(Costs(), 0.5, contacts_per_month=11_000) == pytest.approx(11_000 * 0.5 * 8 / 60 / 120)
    assert fte_freed(Costs(), 0.5) == fte_freed(Costs(), 0.5, contacts_per_month=11_000)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_rates_outside_their_range_are_refused(rate: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        roi(Costs(), rate)
