"""Each KPI over forty conversations whose answer is known by counting, with what it leaves out beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evalkit.kpi.definitions import ALL
from evalkit.kpi.table import kpis
from evalkit.store.facts import Facts

YES = {"outcome": "resolved_verified"}
NO_REQUEST = {"outcome": "no_request"}
Part = tuple[int, dict[str, Any]]


def flag(name: str, **beside: Any) -> list[Part]:
    """Thirty say yes, ten no, and five do not say."""
    return [(30, {name: 1, **beside}), (10, {name: 0, **beside}), (5, dict(beside))]


def eligible(name: str) -> list[Part]:
    """The same, and twenty without a request, who are not asked."""
    return [*flag(name, **YES), (20, {name: 1, **NO_REQUEST})]


TABLE: dict[str, tuple[list[Part], float, int]] = {
    "pass_rate": (flag("passed"), 0.75, 40),
    "correct_rate": (flag("correct"), 0.75, 40),
    "resolution_rate": (
        [(20, {"solved": 1, "contained": 1, **YES}), (10, {"solved": 1, "contained": 0, "outcome": "escalated_completed"}),
         (10, {"solved": 0, "contained": 1, "outcome": "abandoned"}), (20, {"solved": 1, "contained": 1, **NO_REQUEST})],
        0.5, 40,
    ),
    "escalation_rate": (eligible("escalated"), 0.75, 40),
    "escalation_correct_rate": (
        [(20, {"should_escalate": 1, "escalation_cell": "correct_on_time"}), (10, {"should_escalate": 0, "escalation_cell": "correct_self_service"}),
         (10, {"should_escalate": 1, "escalation_cell": "missed"}), (20, {"escalation_cell": "correct_on_time"})],
        0.75, 40,
    ),
    "honoured_request_rate": (flag("honoured"), 0.75, 40),
    "language_match_rate": (flag("language_ok"), 0.75, 40),
    "disclosure_rate": (flag("disclosed"), 0.75, 40),
    "loop_rate": (flag("looped"), 0.75, 40),
    "consistency_rate": (flag("consistent"), 0.75, 40),
    "solved_rate": (eligible("solved"), 0.75, 40),
    "containment_rate": (eligible("contained"), 0.75, 40),
    "confirmed_resolution_rate": (
        [(30, {"contained": 1, "confirmed": 1, **YES}), (10, {"contained": 1, "confirmed": 0, **YES})], 0.75, 40,
    ),
    "assumed_resolution_rate": (
        [(10, {"outcome": "resolved_assumed"}), (30, dict(YES)), (20, dict(NO_REQUEST))], 0.25, 40,
    ),
    "verified_resolution_rate": (
        [(30, {"contained": 1, "verified": 1, **YES}), (10, {"contained": 1, "verified": 0, **YES})], 0.75, 40,
    ),
    "false_resolution_rate": (
        [(10, {"outcome": "resolved_confirmed", "verified": 0}), (30, {"outcome": "resolved_confirmed", "verified": 1})],
        0.25, 40,
    ),
    "automation_rate": (
        [(20, {"handled_by": "ai", "contained": 1, **YES}), (20, {"handled_by": "human", "contained": 0, "outcome": "escalated_completed"}),
         (20, {"handled_by": "ai", "contained": 1, **NO_REQUEST})],
        0.5, 40,
    ),
    "abandonment_rate": ([(10, {"outcome": "abandoned"}), (30, dict(YES))], 0.25, 40),
    "abandonment_waiting_rate": (
        [(10, {"outcome": "escalated_dropped"}), (30, {"outcome": "escalated_completed"}), (20, dict(YES))], 0.25, 40,
    ),
    "escalation_requested_rate": (eligible("requested_human"), 0.75, 40),
    "escalation_policy_rate": (flag("should_escalate"), 0.75, 40),
    "ai_aversion_rate": (eligible("requested_early"), 0.75, 40),
    "asked_after_failure_rate": ([(10, {"asked_why": "failure"}), (30, {"asked_why": "aversion"}), (9, {})], 0.25, 40),
    "asked_by_aversion_rate": ([(10, {"asked_why": "failure"}), (30, {"asked_why": "aversion"}), (9, {})], 0.75, 40),
    "asked_by_preference_rate": ([(10, {"asked_why": "preference"}), (30, {"asked_why": "aversion"})], 0.25, 40),
    "asked_again_rate": (flag("asked_again"), 0.75, 40),
    "false_fallback_rate": (flag("false_fallback"), 0.75, 40),
    "knowledge_gap_rate": (flag("knowledge_gap"), 0.75, 40),
    "dead_end_rate": (flag("dead_end"), 0.75, 40),
    "leak_rate": ([(10, {"n_leaks": 3}), (30, {"n_leaks": 0}), (5, {})], 0.25, 40),
    "leaks": ([(10, {"n_leaks": 3}), (30, {"n_leaks": 0})], 30.0, 40),
    "zero_tolerance": ([(10, {"n_zero_tolerance": 1}), (30, {"n_zero_tolerance": 0})], 10.0, 40),
    "csat_rate": (flag("satisfied"), 0.75, 40),
    "answered_in_10_s_rate": ([(30, {"first_response_ms": 9_999.0}), (10, {"first_response_ms": 10_001.0})], 0.75, 40),
    "bot_answered_in_5_min_rate": (
        [(30, {"first_substantive_ms": 299_999.0}), (10, {"first_substantive_ms": 300_001.0})], 0.75, 40,
    ),
    "answered_in_5_min_rate": (
        [(20, {"escalated": 0, "first_substantive_ms": 1_000.0, **YES}),
         (10, {"escalated": 1, "first_human_ms": 200_000.0, "outcome": "escalated_completed"}),
         (10, {"escalated": 1, "first_substantive_ms": 1_000.0, "outcome": "escalated_dropped"})],
        0.75, 40,
    ),
    "csat_proxy": ([(30, {"satisfaction": 0.6}), (30, {"satisfaction": 0.8}), (5, {})], 0.7, 60),
    "friction_index": ([(20, {"friction": 10.0}), (20, {"friction": 30.0})], 20.0, 40),
    "tone_distance": ([(20, {"tone_distance": 0.1}), (20, {"tone_distance": 0.3})], 0.2, 40),
    "cost_per_conversation_eur": ([(20, {"cost_eur": 0.1}), (20, {"cost_eur": 0.3})], 0.2, 40),
    "cost_per_resolution_eur": (
        [(20, {"cost_eur": 0.1, "solved": 1, "contained": 1, **YES}), (20, {"cost_eur": 0.3, "solved": 0, "contained": 1, **YES})],
        0.4, 20,
    ),
}  # fmt: skip
AMOUNTS = {
    "first_response": ("first_response_ms", 1_000), "first_substantive": ("first_substantive_ms", 1_000),
    "first_human": ("first_human_ms", 1_000), "time_to_human": ("to_human_s", 1), "handle_time": ("handle_s", 1),
}  # fmt: skip
MEDIANS = {"customer_turns": "n_customer_turns", "customer_words": "n_customer_words", "handover_points": "handover_points"}  # fmt: skip
OF_A_REPLAY = {"customer_replays", "off_script_rate", "pass_hat_3_rate"}
BY_TIME_OR_LANGUAGE = {"net_resolution_rate", "first_contact_resolution_rate", "language_gap_rate", "latency_p90_ms"}


def seen(name: str, parts: list[Part], *, source: str = "production") -> Any:
    rows = [
        Facts(**{"conversation_id": f"{at}-{n}", "source": source, **fields})
        for at, (times, fields) in enumerate(parts)
        for n in range(times)
    ]
    return next(kpi for kpi in kpis(rows, names=[name]))


@pytest.mark.parametrize("name", TABLE)
def test_it_counts_what_it_says_over_whom_it_says(name: str) -> None:
    parts, value, n = TABLE[name]
    found = seen(name, parts)
    assert (found.value, found.n) == (pytest.approx(value), n)
    if found.unit == "rate" and found.low is not None:
        assert found.low < value < found.high


@pytest.mark.parametrize("name", AMOUNTS)
def test_times_are_in_seconds_and_what_has_none_stays_out(name: str) -> None:
    column, factor = AMOUNTS[name]
    parts: list[Part] = [(1, {column: float(n * factor)}) for n in range(1, 41)] + [(5, {})]
    assert (seen(f"{name}_s", parts).value, seen(f"{name}_s", parts).n) == (pytest.approx(20.5), 40)
    assert seen(f"{name}_p90_s", parts).value == pytest.approx(36.1)


@pytest.mark.parametrize("name", MEDIANS)
def test_effort_and_hand_over_points_are_medians(name: str) -> None:
    assert seen(name, [(1, {MEDIANS[name]: n}) for n in range(1, 42)]).value == 21
    assert seen("latency_p90_ms", [(1, {"latency_p90_ms": float(n)}) for n in range(1, 42)]).value == pytest.approx(37)


def test_what_only_a_replay_can_know_is_counted_there() -> None:
    assert seen("off_script_rate", flag("off_script"), source="replay").value == 0.75
    assert seen("customer_replays", [(10, {"customer_replays": 2}), (30, {"customer_replays": 0})], source="replay").value == 20  # fmt: skip
    trials: list[Part] = [
        (1, {"case_id": f"k{case}", "trial": trial, "passed": int(case < 30 or trial > 0)})
        for case in range(40)
        for trial in range(3)
    ]
    assert seen("pass_hat_3_rate", trials, source="replay").value == 0.75


def test_who_came_back_within_the_window_takes_the_resolution_back() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)

    def contact(person: int, day: int, topic: str = "refund") -> Part:
        at = (start + timedelta(days=day)).isoformat()
        return 1, {"subject_key": f"p{person}", "started_at": at, "topic": topic, "solved": 1, "contained": 1, **YES}

    # Forty at first, ten again on day 2, ten on another matter; the last one keeps its window open.
    parts = [contact(n, 0) for n in range(40)] + [contact(n, 2) for n in range(10)]
    parts += [contact(n, 2, "login") for n in range(10, 20)] + [contact(99, 20)]
    for name in ("net_resolution_rate", "first_contact_resolution_rate"):
        found = seen(name, parts)
        assert (found.value, found.n) == (pytest.approx(50 / 60), 60)


def test_the_gap_is_between_the_best_and_the_worst_language() -> None:
    def language(code: str, good: int, of: int) -> list[Part]:
        solved = {"language": code, "contained": 1, **YES}
        return [(good, {**solved, "solved": 1}), (of - good, {**solved, "solved": 0})]

    found = seen("language_gap_rate", language("sv", 36, 40) + language("fi", 24, 40) + language("de", 0, 5))
    assert found.value == pytest.approx(0.3), "five conversations are no language yet"


def test_no_kpi_is_without_a_counted_answer() -> None:
    counted = {*TABLE, *MEDIANS, *OF_A_REPLAY, *BY_TIME_OR_LANGUAGE}
    counted |= {f"{name}{end}" for name in AMOUNTS for end in ("_s", "_p90_s")}
    assert {definition.name for definition in ALL} == counted
