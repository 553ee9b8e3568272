"""The gate fails what must never happen and what is worse, passes what is not, and says when it cannot tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import InputError
from evalkit.gate.deciding import ALONG, ROUNDS, STOPPED, Decision, decide, looks_down
from evalkit.gate.evidence import Hit
from evalkit.model import Finding
from evalkit.policy.sections import GatePolicy, Guardrail, Limit, Quarantine
from evalkit.store.scored import ScoredRun
from tests.scored_runs import Passes, a_case, scored_run

TODAY = date(2026, 6, 15)
STEADY: Passes = {f"c{n:03}": [1, 1, 1] for n in range(100)}
POLICY = GatePolicy()


def with_failures(n: int, trials: list[int | None], base: Passes = STEADY) -> dict[str, list[int | None]]:
    return {case: list(trials) if number < n else list(base[case]) for number, case in enumerate(base)}


def gate(after: Passes | ScoredRun, before: Passes | ScoredRun | None = STEADY, **given: Any) -> Decision:
    candidate = after if isinstance(after, ScoredRun) else scored_run("1.5", after)
    baseline = scored_run("1.4", before) if isinstance(before, Mapping) else before
    policy = given.pop("policy", POLICY)
    return decide(candidate, baseline, policy, today=TODAY, **given)


def hit(case: str, trial: int, why: str, rule: str = "expect.contains") -> Hit:
    finding = Finding(rule=rule, severity="high", confidence="exact")
    return Hit(f"1.5-{case}-{trial}", case, "expect", finding, why)  # type: ignore[arg-type]


# ---------------------------------------------------------------- worse, not worse, cannot tell


def test_the_same_results_pass_in_a_sentence() -> None:
    found = gate(STEADY)
    assert found.verdict == "passed"
    assert found.result.sentence == (
        "1.5 may ship: on the same 100 questions it does as well as 1.4 (no difference); a drop of 5 points is ruled out."
    )


def test_a_clear_drop_fails_and_names_the_conversations() -> None:
    found = gate(with_failures(20, [0, 0, 0]))
    assert found.verdict == "failed"
    assert (
        "of 100 questions it answers 20 worse than 1.4 and 0 better, so 20.0 points fewer pass" in found.result.sentence
    )
    assert [c.case_id for c in found.changes][:2] == ["c000", "c001"]


def test_worked_example_a_of_mcnemar_fails_and_b_is_inconclusive() -> None:
    # 200 cases, both pass 150, only the baseline 18, only the candidate 7: mid-p .01448.
    rows = [(1, 1)] * 150 + [(1, 0)] * 18 + [(0, 1)] * 7 + [(0, 0)] * 25
    found = gate({f"c{n}": [b] for n, (_, b) in enumerate(rows)}, {f"c{n}": [a] for n, (a, _) in enumerate(rows)})
    primary = next(r for r in found.result.rules if str(r["rule"]).startswith("primary"))
    assert primary["mid_p"] == pytest.approx(0.014480, abs=1e-5)
    assert primary["difference"] == pytest.approx(-0.055)
    assert found.verdict == "failed"
    small = GatePolicy(min_cases=5)
    base, cand = [3, 3, 3, 3, 2, 3, 1, 0, 3, 3, 2, 3], [3, 3, 2, 0, 2, 3, 2, 0, 3, 1, 1, 3]
    spread = [{f"c{n}": [1] * k + [0] * (3 - k) for n, k in enumerate(side)} for side in (base, cand)]
    other = gate(spread[1], spread[0], policy=small)
    assert other.verdict == "inconclusive"
    assert next(r for r in other.result.rules if "mid_p" in r)["mid_p"] == pytest.approx(0.078125)
    frozen = gate(spread[1], spread[0], policy=GatePolicy(min_cases=5, test="same_cases"))
    assert next(r for r in frozen.result.rules if "mid_p" in r)["mid_p"] == pytest.approx(0.03032, abs=1e-5)
    assert frozen.verdict == "failed"


def test_a_small_uncertain_drop_is_inconclusive() -> None:
    assert gate(with_failures(3, [0, 0, 0])).verdict == "inconclusive"


def test_a_sure_drop_of_less_than_two_points_does_not_fail() -> None:
    many: Passes = {f"c{n:04}": [1, 1, 1] for n in range(1000)}
    found = gate(with_failures(15, [0, 0, 0], many), many)
    assert found.verdict == "passed"


def test_clusters_are_flipped_together() -> None:
    cases = {id_: a_case(id_, group=f"g{int(id_[1:]) // 20}") for id_ in STEADY}
    after = scored_run("1.5", with_failures(20, [0, 0, 0]), cases=cases)
    before = scored_run("1.4", STEADY, cases=cases)
    assert gate(after, before).verdict == "failed"
    assert gate(after, before, policy=GatePolicy(cluster_by="group")).verdict == "inconclusive"


def test_the_effect_that_can_be_noticed_is_told() -> None:
    assert gate(STEADY).detectable_rate == pytest.approx(0.035, abs=0.001)
    one: Passes = {f"c{n}": [1] for n in range(200)}
    assert gate(one, one).detectable_rate == pytest.approx(0.071, abs=0.001)


@given(st.lists(st.booleans(), min_size=20, max_size=60))
def test_a_better_candidate_never_fails_property(before: list[bool]) -> None:
    base: Passes = {f"c{n}": [int(value)] for n, value in enumerate(before)}
    assert gate({case: [1] for case in base}, base).verdict != "failed"


# ---------------------------------------------------------------- what must never happen


def test_one_zero_tolerance_finding_fails_whatever_the_rate() -> None:
    found = gate(STEADY, hits=[hit("c001", 0, "zero", "G01.email")])
    assert found.verdict == "failed"
    assert "1 finding that must never happen (G01)" in found.result.sentence
    assert found.result.reasons == ("1 finding that must never happen (G01) in c001",)


@pytest.mark.parametrize(
    ("trials", "bad", "verdict"),
    [(3, 1, "passed"), (3, 2, "failed"), (1, 1, "failed"), (2, 1, "passed"), (2, 2, "failed"), (5, 2, "passed"), (5, 3, "failed")],
)  # fmt: skip
def test_a_critical_case_fails_on_two_of_three(trials: int, bad: int, verdict: str) -> None:
    cases = {id_: a_case(id_, critical=id_ == "c001") for id_ in STEADY}
    passes: Passes = {id_: [1] * trials for id_ in STEADY}
    hits = [hit("c001", n, "critical") for n in range(bad)]
    found = gate(scored_run("1.5", passes, cases=cases), scored_run("1.4", passes, cases=cases), hits=hits)
    assert found.verdict == verdict


def test_a_promoted_rule_fails_where_the_policy_names_it() -> None:
    hits = [hit("c001", 0, "promoted", "E01.missed")]
    assert gate(STEADY, hits=hits).verdict == "passed"
    assert gate(STEADY, hits=hits, policy=GatePolicy(promoted=("E01",))).verdict == "failed"


# ---------------------------------------------------------------- guardrails and limits


def side(release: str, **fields: Any) -> ScoredRun:
    return scored_run(release, STEADY, **fields)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"friction": 20.0}, {"friction": 40.0}, "failed"),
        ({"friction": 20.0}, {"friction": 22.0}, "passed"),
        ({"looped": 0}, {"looped": 1}, "failed"),
        ({"correct": 1}, {"correct": 0}, "failed"),
        ({"latency_p90_ms": 2000.0}, {"latency_p90_ms": 3000.0}, "failed"),
        ({"latency_p90_ms": 2000.0}, {"latency_p90_ms": 2200.0}, "passed"),
        ({"latency_p90_ms": 20.0}, {"latency_p90_ms": 60.0}, "passed"),
        ({"cost_eur": 0.10}, {"cost_eur": 0.05}, "passed"),
        ({"cost_eur": 0.10}, {"cost_eur": 0.15}, "failed"),
    ],
)
def test_guardrails_hold_experience_waiting_and_cost(
    before: dict[str, Any], after: dict[str, Any], verdict: str
) -> None:
    assert gate(side("1.5", **after), side("1.4", **before)).verdict == verdict


def test_the_default_guardrails_watch_the_customers_experience() -> None:
    assert {"friction", "loop_rate"} <= {rail.metric for rail in GatePolicy().guardrails}


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        (Limit(metric="latency_p90_ms", max=1000), "failed"),
        (Limit(metric="latency_p90_ms", max=5000), "passed"),
        (Limit(metric="pass_rate", min=0.99), "passed"),
        (Limit(metric="loop_rate", max=0.5), "passed"),
    ],
)
def test_limits_bound_the_candidate_alone(limit: Limit, verdict: str) -> None:
    run = side("1.5", latency_p90_ms=2000.0)
    assert gate(run, side("1.4", latency_p90_ms=2000.0), policy=GatePolicy(limits=(limit,))).verdict == verdict


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (GatePolicy(primary="pass_rat"), "did you mean 'pass_rate'"),
        (GatePolicy(primary="friction"), "is no rate"),
        (GatePolicy(guardrails=(Guardrail(metric="escalation_rate", margin=0.1),)), "neither more nor less"),
    ],
)
def test_a_rule_over_an_unfit_metric_is_refused(policy: GatePolicy, said: str) -> None:
    with pytest.raises(InputError, match=said):
        gate(STEADY, policy=policy)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("after", "before", "verdict", "said"),
    [
        (STEADY, None, "inconclusive", "no baseline"),
        ({"c000": [1]}, {"c000": [1]}, "inconclusive", "1 cases were decided"),
        (with_failures(100, [None, None, None]), STEADY, "invalid", "300 of 300 conversations of 1.5 broke (300 bot)"),
        (with_failures(3, [None, 1, 1]), STEADY, "passed", ""),
        (with_failures(7, [None, 1, 1]), STEADY, "invalid", "7 of 300 conversations of 1.5 broke"),
        (STEADY, with_failures(50, [None, 1, 1]), "invalid", "the baseline: 50 of 300"),
        ({}, STEADY, "invalid", "no scored conversation"),
        (STEADY, {}, "invalid", "the baseline:"),
        ({f"c{n:03}": [1] for n in range(25)}, {f"c{n:03}": [1] for n in range(25)}, "inconclusive", "cannot be ruled out"),
        (with_failures(20, [0, 0]), {c: [1, 1, 1, 1, 1] for c in STEADY}, "failed", "20.0 points"),
    ],
    ids=["no baseline", "one case", "all errors", "few errors", "errors", "baseline errors", "empty", "empty baseline",
         "all pass but few", "unequal trials"],
)  # fmt: skip
def test_bad_input_is_never_a_silent_pass(after: Passes, before: Passes | None, verdict: str, said: str) -> None:
    found = gate(after, before)
    assert found.verdict == verdict, found.result
    assert said in found.result.sentence


def skipped(run: ScoredRun) -> ScoredRun:
    import msgspec

    rows = tuple(msgspec.structs.replace(row, passed=None) for row in run.rows)
    return ScoredRun(run.run, run.score_key, rows, run.cases)


def test_all_skipped_is_invalid() -> None:
    found = gate(skipped(scored_run("1.5", STEADY)))
    assert found.verdict == "invalid"
    assert "only 0 of 300 conversations of 1.5 were decided" in found.result.sentence


def test_a_run_that_was_cut_short_is_invalid() -> None:
    assert gate(scored_run("1.5", STEADY, run={"status": "running"})).verdict == "invalid"
    assert gate(scored_run("1.5", STEADY, run={"n_planned": 900})).verdict == "invalid"


def test_nan_never_decides() -> None:
    found = gate(
        side("1.5", friction=math.nan, latency_p90_ms=math.inf), side("1.4", friction=10.0, latency_p90_ms=5.0)
    )
    said = {r["rule"]: r["verdict"] for r in found.result.rules}
    assert said["guardrail: friction"] == "unmeasured"
    assert said["guardrail: latency_p90_ms"] == "unmeasured"


def test_disjoint_or_changed_cases_are_refused_and_partly_changed_ones_left_out() -> None:
    with pytest.raises(InputError, match="no case in common"):
        gate(STEADY, {f"x{n}": [1] for n in range(50)})
    other = {id_: a_case(id_, language="fi") for id_ in STEADY}
    with pytest.raises(InputError, match="were changed in between"):
        gate(STEADY, scored_run("1.4", STEADY, cases=other))
    partly = {id_: a_case(id_, language="fi" if number < 90 else "en") for number, id_ in enumerate(STEADY)}
    found = gate(STEADY, scored_run("1.4", STEADY, cases=partly))
    assert found.verdict == "inconclusive"
    assert "90 cases changed their lines or checks" in found.notes[0]


def test_the_same_run_or_other_scores_are_refused() -> None:
    with pytest.raises(InputError, match="the same run"):
        gate(scored_run("1.4", STEADY))
    with pytest.raises(InputError, match="other scores"):
        gate(scored_run("1.5", STEADY, key="other"))


# ---------------------------------------------------------------- quarantine


def test_a_quarantined_case_does_not_count_until_its_day_and_a_leak_in_it_always_does() -> None:
    passes = with_failures(20, [0, 0, 0])
    entries = tuple(Quarantine(case=f"c{n:03}", until="2026-07-01", reason="BUG-7") for n in range(20))
    policy = GatePolicy(quarantine=entries)
    assert gate(passes, policy=policy).verdict == "passed"
    assert any("c000' is in quarantine until 2026-07-01 (BUG-7)" in note for note in gate(passes, policy=policy).notes)
    assert gate(passes, policy=policy, hits=[hit("c000", 0, "zero", "G01.email")]).verdict == "failed"
    past = GatePolicy(quarantine=tuple(Quarantine(case=e.case, until="2026-06-14", reason="x") for e in entries))
    found = gate(passes, policy=past)
    assert found.verdict == "failed"
    assert any("counts again" in note for note in found.notes)


# ---------------------------------------------------------------- rounds


def in_rounds(passes: Passes, **run: Any) -> ScoredRun:
    return scored_run("1.5", passes, run={"attributes": {ROUNDS: "3"}} | run)


def first(n: int, passes: Passes) -> Passes:
    return {case: trials[:n] for case, trials in passes.items()}


def test_rounds_stop_when_the_verdict_is_clear_and_go_on_when_not() -> None:
    good = gate(in_rounds(first(1, STEADY)))
    assert (good.verdict, good.settled, good.look) == ("passed", True, 1)
    bad = gate(in_rounds(first(1, with_failures(20, [0, 0, 0]))))
    assert (bad.verdict, bad.settled) == ("failed", True)
    unclear = gate(in_rounds(first(1, with_failures(6, [0, 0, 0]))))
    assert (unclear.verdict, unclear.settled) == ("inconclusive", False)
    assert gate(in_rounds(first(2, with_failures(6, [0, 0, 0])))).verdict == "failed"


def test_a_later_round_does_not_change_what_an_earlier_one_settled() -> None:
    passes = {case: [1, 0, 0] for case in STEADY}
    found = gate(in_rounds(passes))
    assert (found.verdict, found.look) == ("passed", 1)


def test_a_baseline_played_along_counts_only_the_rounds_so_far() -> None:
    before = scored_run("1.4", {case: [1, 0, 0] for case in STEADY})
    after = {case: [1, 1, 1] for case in STEADY}
    stored = gate(in_rounds(after), before)
    beside = gate(in_rounds(after, attributes={ROUNDS: "3", ALONG: before.run.id}), before)
    primary = [next(r for r in found.result.rules if "before" in r) for found in (stored, beside)]
    assert [round(r["before"], 3) for r in primary] == [0.333, 1.0]
    assert (beside.verdict, beside.look) == ("passed", 1)
    assert stored.detectable_rate is not None and beside.detectable_rate is not None


def test_a_critical_case_that_failed_once_asks_for_another_round() -> None:
    cases = {id_: a_case(id_, critical=id_ == "c001") for id_ in STEADY}
    before = scored_run("1.4", STEADY, cases=cases)

    def after(n: int) -> ScoredRun:
        return scored_run("1.5", first(n, STEADY), cases=cases, run={"attributes": {ROUNDS: "3"}})

    once = gate(after(1), before, hits=[hit("c001", 0, "critical")])
    assert (once.verdict, once.settled) == ("passed", False)
    assert gate(after(2), before, hits=[hit("c001", 0, "critical"), hit("c001", 1, "critical")]).verdict == "failed"
    thrice = gate(after(3), before, hits=[hit("c001", 0, "critical")])
    assert (thrice.verdict, thrice.settled) == ("passed", True)


def test_a_bot_that_is_down_is_known_from_its_critical_cases() -> None:
    rows = scored_run("1.5", {f"c{n}": [0] for n in range(20)}, critical=1).rows
    assert looks_down(rows, [hit(f"c{n}", 0, "critical") for n in range(4)]) is None
    why = looks_down(rows, [hit(f"c{n}", 0, "critical") for n in range(5)])
    assert why == "5 of 20 critical cases fail: the bot is down or broken; the rest was not played"
    stopped = scored_run("1.5", STEADY, run={"attributes": {STOPPED: why}})
    assert gate(stopped).verdict == "failed"
