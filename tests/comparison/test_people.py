"""AI against people: the naive number misleads where the AI got the easy questions."""

from __future__ import annotations

import pytest

from evalkit.comparison.people import people_gap
from evalkit.store.facts import Facts


def rows(topic: str, handled_by: str, solved: int, n: int) -> list[Facts]:
    return [
        Facts(conversation_id=f"{topic}{handled_by}{i}", topic=topic, handled_by=handled_by, solved=int(i < solved))
        for i in range(n)
    ]


DESK = [
    *rows("order_status", "ai", 644, 700), *rows("order_status", "human", 95, 100), *rows("refund", "ai", 120, 200),
    *rows("refund", "human", 210, 300), *rows("technical", "ai", 35, 100), *rows("technical", "human", 270, 600),
]  # fmt: skip


def test_people_win_on_every_topic_although_the_naive_gap_says_the_opposite() -> None:
    found = people_gap(DESK, "solved")
    assert found is not None
    assert found.gap.naive == pytest.approx(0.224)
    assert found.gap.value == pytest.approx(-0.051)
    assert [round(x, 4) for x in (found.gap.low, found.gap.high)] == [-0.0896, -0.0124]
    assert found.gap.mix_effect == pytest.approx(0.296, abs=5e-4)
    assert all(s.ai.rate < s.human.rate for s in found.strata)
    assert [s.stratum[0] for s in found.strata] == ["order_status", "refund", "technical"]
    assert (found.n_ai, found.n_human) == (1000, 1000)


def test_what_people_sent_with_drafts_is_an_arm_of_its_own() -> None:
    assisted = [*rows("refund", "ai_assisted", 10, 20), *rows("refund", "human", 15, 20)]
    assert people_gap(assisted, "solved") is None
    found = people_gap(assisted, "solved", arm="ai_assisted")
    assert found is not None
    assert (found.n_ai, found.n_human) == (20, 20)
    assert found.gap.value == pytest.approx(-0.25)


def test_rare_languages_and_channels_merge_until_both_sides_have_enough() -> None:
    def said(language: str, channel: str, handled_by: str, n: int) -> list[Facts]:
        return [
            Facts(conversation_id=f"{language}{channel}{handled_by}{i}", topic="refund", language=language,
                  channel=channel, handled_by=handled_by, solved=i % 2)
            for i in range(n)
        ]  # fmt: skip

    few = [*said("sv", "chat", "ai", 20), *said("sv", "chat", "human", 20), *said("da", "chat", "ai", 6),
           *said("da", "chat", "human", 6), *said("fi", "chat", "ai", 6), *said("fi", "chat", "human", 6)]  # fmt: skip
    found = people_gap(few, "solved")
    assert found is not None
    assert [s.stratum for s in found.strata] == [("refund", "chat", "sv"), ("refund", "chat", "any")]
    assert found.gap.support_rate == 1
    apart = people_gap([*said("sv", "chat", "ai", 12), *said("sv", "email", "human", 12)], "solved")
    assert apart is not None
    assert [s.stratum for s in apart.strata] == [("refund", "any", "any")]


def test_what_only_one_side_met_is_told_and_without_a_shared_topic_there_is_no_gap() -> None:
    found = people_gap([*DESK, *rows("complaint", "human", 400, 500)], "solved")
    assert found is not None
    assert found.gap.support_rate == pytest.approx(2000 / 2500)
    assert people_gap(rows("refund", "ai", 5, 9) + rows("refund", "human", 5, 9), "solved") is None
    assert people_gap([*rows("refund", "ai", 5, 30), *rows("returns", "human", 5, 30)], "solved") is None
