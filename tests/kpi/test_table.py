"""KPIs count what they say, over the conversations that they say, and never mix what must stay apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import InputError
from evalkit.kpi.definitions import ALL, RATES
from evalkit.kpi.documenting import page
from evalkit.kpi.table import DEFINITIONS, against_target, kpis, sliced, trend
from evalkit.model import Kpi
from evalkit.policy.loading import load_policy, profile_names
from evalkit.policy.sections import Costs, Target
from evalkit.stats import cluster_rate, wilson
from evalkit.store.columns import columns_of
from evalkit.store.facts import Facts


def talk(number: int, **known: Any) -> Facts:
    return Facts(conversation_id=f"c{number}", source=known.pop("source", "production"), **known)


def by_name(rows: list[Facts], **how: Any) -> dict[str, Kpi]:
    return {kpi.name: kpi for kpi in kpis(rows, **how)}


def test_a_rate_leaves_out_what_is_unknown_and_says_how_much_it_covers() -> None:
    rows = [talk(i, solved=1, contained=1) for i in range(30)] + [talk(i, solved=0, contained=1) for i in range(30, 40)]
    rows += [talk(i) for i in range(40, 50)]
    rows += [talk(i, outcome="no_request", solved=0, contained=1) for i in range(50, 60)]
    found = by_name(rows)["resolution_rate"]
    assert (found.n, found.n_total, found.coverage_rate) == (40, 60, 40 / 60)
    assert (found.value, found.low, found.high) == wilson(30, 40)[:3]


def test_trials_of_a_case_are_one_cluster_and_so_are_conversations_of_a_person() -> None:
    passes = [5] * 10 + [4] * 3 + [3] * 2 + [2, 1, 0, 0, 0]
    rows = [
        talk(5 * case + t, source="replay", case_id=f"k{case}", passed=int(t < hits))
        for case, hits in enumerate(passes) for t in range(5)
    ]  # fmt: skip
    found = by_name(rows)["pass_rate"]
    assert (found.value, found.low, found.high) == pytest.approx(cluster_rate(passes, 5)[:3])
    assert found.method == "wilson on effective n"
    people = [talk(i, subject_key=f"p{i // 4}", passed=int(i // 4 % 2)) for i in range(200)]
    apart = [talk(i, passed=int(i // 4 % 2)) for i in range(200)]
    together = by_name(people)["pass_rate"]
    alone = by_name(apart)["pass_rate"]
    assert together.value == alone.value
    assert (together.high or 0) - (together.low or 0) > 1.8 * ((alone.high or 0) - (alone.low or 0))


@pytest.mark.parametrize(("persons", "note"), [(4, "too few (n = 4)"), (19, "19 of 19"), (20, None)])
def test_few_persons_show_nothing_some_show_counts(persons: int, note: str | None) -> None:
    rows = [talk(i, subject_key=f"p{i % persons}", passed=1) for i in range(persons)]
    found = by_name(rows)["pass_rate"]
    assert found.note == note
    assert (found.value is None) == (persons < 5)


def test_many_conversations_of_few_persons_still_show_nothing() -> None:
    rows = [talk(i, subject_key=f"p{i % 4}", passed=1, first_response_ms=900.0) for i in range(400)]
    found = by_name(rows)
    assert found["pass_rate"].value is None
    assert found["first_response_s"].value is None


def test_replay_and_production_never_share_a_number() -> None:
    rows = [talk(1, passed=1), talk(2, source="replay", passed=1)]
    with pytest.raises(InputError, match="never share"):
        kpis(rows)
    assert [one.labels["source"] for one in sliced(rows, [])] == ["production", "replay"]


def test_slices_take_any_subset_of_dimensions_and_refuse_unknown_ones() -> None:
    rows = [
        talk(i, channel=("chat", "email")[i % 2], language=("sv", "fi", "de")[i % 3], topic="t", passed=i % 2)
        for i in range(120)
    ]  # fmt: skip
    found = sliced(rows, ["language", "channel"])
    assert len(found) == 6
    assert sum(one.n for one in found) == 120
    chat = next(one for one in found if one.labels == {"source": "production", "language": "sv", "channel": "chat"})
    assert {kpi.name: kpi.value for kpi in chat.kpis}["pass_rate"] == 0.0
    assert [one.labels["topic"] for one in sliced(rows, ["intent"])] == ["t"]
    with pytest.raises(InputError, match="did you mean 'channel'"):
        sliced(rows, ["chanel"])
    with pytest.raises(InputError, match="did you mean 'pass_rate'"):
        kpis(rows, names=["pas_rate"])


def test_broken_conversations_leave_the_rates_and_stay_in_the_total() -> None:
    rows = [talk(i, passed=1) for i in range(30)] + [talk(30, error="bot"), talk(31, error="bot", passed=0)]
    found = by_name(rows)["pass_rate"]
    assert (found.n, found.n_total, found.value) == (30, 32, 1.0)


DAY = "2026-03-{:02}T10:00:00+00:00"


def test_first_contact_resolution_counts_who_came_back_and_only_mature_windows() -> None:
    rows = []
    for person in range(40):
        rows.append(talk(len(rows), subject_key=f"p{person}", topic="refund", solved=1, started_at=DAY.format(1)))
    for person in range(10):
        rows.append(talk(len(rows), subject_key=f"p{person}", topic="refund", solved=1, started_at=DAY.format(5)))
    for person in range(10, 20):
        rows.append(talk(len(rows), subject_key=f"p{person}", topic="login", solved=1, started_at=DAY.format(5)))
    rows.append(talk(len(rows), subject_key="last", topic="other", solved=1, started_at=DAY.format(9)))
    found = by_name(rows)["first_contact_resolution_rate"]
    # Only the 40 first contacts are older than seven days; ten of them came back on the same topic.
    assert (found.n, found.value) == (40, 0.75)
    assert "first_contact_resolution_rate" not in by_name([talk(1, source="replay", solved=1)])


def test_the_ladder_tells_false_resolutions_from_verified_ones() -> None:
    rows = [talk(i, outcome="resolved_confirmed", contained=1, confirmed=1, verified=1) for i in range(60)]
    rows += [talk(i, outcome="contained_unverified", contained=1, confirmed=1, verified=0) for i in range(60, 80)]
    rows += [talk(i, outcome="abandoned", contained=1, confirmed=0, verified=0) for i in range(80, 100)]
    found = by_name(rows)
    assert found["confirmed_resolution_rate"].value == 0.8
    assert found["verified_resolution_rate"].value == 0.6
    assert found["false_resolution_rate"].value == 0.2
    assert found["abandonment_rate"].value == 0.2


def test_requests_for_a_person_are_split_by_why_they_came() -> None:
    why = ["failure"] * 10 + ["aversion"] * 20 + ["preference"] * 10 + [None] * 60
    rows = [talk(n, asked_why=reason) for n, reason in enumerate(why)]
    found = {kpi.name: kpi for kpi in kpis(rows) if kpi.name.startswith("asked_")}
    shares = [found[f"asked_{name}_rate"] for name in ("after_failure", "by_aversion", "by_preference")]
    assert [kpi.value for kpi in shares] == [0.25, 0.5, 0.25]
    assert {kpi.n for kpi in shares} == {40}, "of the requests, not of all conversations"


def test_answered_in_time_counts_the_person_where_one_had_to_come() -> None:
    rows = [talk(i, outcome="resolved_assumed", escalated=0, first_substantive_ms=2_000.0) for i in range(20)]
    rows += [
        talk(i, outcome="escalated_completed", escalated=1, first_substantive_ms=2_000.0, first_human_ms=900_000.0)
        for i in range(20, 30)
    ]  # fmt: skip
    rows += [talk(i, outcome="escalated_dropped", escalated=1, first_substantive_ms=2_000.0) for i in range(30, 40)]
    found = by_name(rows)
    assert found["bot_answered_in_5_min_rate"].value == 1.0
    assert found["answered_in_5_min_rate"].value == 0.5
    assert found["abandonment_waiting_rate"].value == 0.5


def test_times_are_medians_and_nineties_with_order_statistics() -> None:
    rows = [talk(i, first_response_ms=1000.0 * (i + 1)) for i in range(100)]
    found = by_name(rows)
    assert (found["first_response_s"].value, found["first_response_s"].unit) == (50.5, "s")
    nineties = found["first_response_p90_s"]
    assert (nineties.low, nineties.high) == (84.0, 96.0)
    assert found["answered_in_10_s_rate"].value == 0.1


def test_no_leak_found_still_says_how_many_there_may_be() -> None:
    found = by_name([talk(i, n_leaks=0) for i in range(30)])["leaks"]
    assert found.value == 0.0
    assert found.note == "in 0 of 30 conversations; at most 9.5 % of all"


def test_cost_per_resolution_counts_people_and_is_a_ratio_of_sums() -> None:
    costs = Costs(ai_conversation_eur=1.0, ai_assisted_contact_eur=4.0, human_contact_eur=6.0)
    rows = [talk(i, solved=1, contained=1, escalated=0) for i in range(30)]
    rows += [talk(i, solved=1, contained=0, escalated=1) for i in range(30, 40)]
    rows += [talk(i, handled_by="human", solved=1, contained=0) for i in range(40, 50)]
    found = by_name(rows, costs=costs)
    assert found["cost_per_resolution_eur"].value == pytest.approx((40 * 1 + 10 * 4 + 10 * 6) / 30)
    assert found["cost_per_conversation_eur"].value == pytest.approx(140 / 50)
    assert (found["cost_per_resolution_eur"].low or 0) < 140 / 30 < (found["cost_per_resolution_eur"].high or 0)


def test_the_gap_between_languages_names_the_best_and_the_worst() -> None:
    rows = [talk(i, language="sv", solved=int(i % 10 < 9), contained=1) for i in range(100)]
    rows += [talk(i, language="fi", solved=int(i % 10 < 5), contained=1) for i in range(100, 200)]
    rows += [talk(i, language="de", solved=0, contained=1) for i in range(200, 210)]
    found = by_name(rows)["language_gap_rate"]
    assert found.value == pytest.approx(0.4)
    assert found.method == "newcombe, sv − fi"


def test_three_trials_of_three_are_shown_beside_the_pass_rate() -> None:
    rows = [
        talk(3 * case + t, source="replay", case_id=f"k{case}", passed=int(case % 2 == 0 or t > 0))
        for case in range(40) for t in range(3)
    ]  # fmt: skip
    assert by_name(rows)["pass_hat_3_rate"].value == 0.5
    assert by_name(rows)["pass_rate"].value == pytest.approx(5 / 6)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.22, 0.35, "in band"), (0.05, 0.18, "too low"), (0.5, 0.6, "too high"), (0.3, 0.45, "near")],
)
def test_a_band_has_two_sides_and_an_interval_may_leave_it_open(low: float, high: float, verdict: str) -> None:
    kpi = Kpi(name="escalation_rate", value=(low + high) / 2, low=low, high=high, n=200)
    assert against_target(kpi, Target(low=0.2, high=0.4)) == verdict
    assert against_target(kpi, None) == ""


def test_the_trend_has_a_point_a_week() -> None:
    rows = [talk(i, week=f"2026-W{1 + i // 30:02}", passed=int(i % 3 > 0)) for i in range(120)] + [talk(999, passed=1)]
    found = trend(rows, "pass_rate")
    assert [one.labels["week"] for one in found] == ["2026-W01", "2026-W02", "2026-W03", "2026-W04"]
    assert all(one.kpis[0].definition_version == "1" for one in found)


def test_rows_and_columns_say_the_same_of_each_conversation() -> None:
    rows = [
        talk(1, solved=1, contained=1, outcome="resolved_assumed", verified=0, handled_by="ai"),
        talk(2, solved=None, contained=0, outcome="escalated_dropped", escalated=1, n_leaks=1),
        talk(3, outcome="no_request", solved=0, contained=1, first_response_ms=11_000.0),
        talk(4, escalation_cell="missed", should_escalate=1, escalated=0, first_substantive_ms=400_000.0),
        talk(5),
    ]
    columns = columns_of(rows)
    for definition in DEFINITIONS:
        if "recontact" in str(definition.test):
            continue
        assert definition.test is not None
        said = [-1 if (v := definition.flag(row)) is None else v for row in rows]
        assert definition.test.columns(columns).tolist() == said, definition.name


def test_each_kpi_is_defined_once_and_documented() -> None:
    names = [definition.name for definition in ALL]
    assert len(names) == len(set(names))
    assert RATES and all(definition.numerator and definition.denominator and definition.source for definition in ALL)
    assert (Path(__file__).parents[2] / "docs" / "kpis.md").read_text(encoding="utf-8") == page(), (
        "python -m evalkit.kpi.documenting > docs/kpis.md"
    )


@pytest.mark.parametrize("profile", profile_names())
def test_targets_of_the_profiles_name_kpis_that_exist(profile: str) -> None:
    bands = load_policy({"profile": profile}).targets.bands
    assert bands and set(bands) <= {definition.name for definition in ALL}


def test_no_conversation_gives_no_number() -> None:
    assert kpis([]) == []
    assert sliced([], ["channel"]) == []
