"""Amounts, planning, reliability, differences, agreement and drift have their worked values and refuse bad input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.stats import (
    broken_case_p,
    cases_needed,
    cluster_rate,
    cohen_kappa,
    cusum,
    difference,
    e_value,
    ewma,
    gwet_ac1,
    holm,
    krippendorff_alpha,
    laney_sigma,
    minimal_detectable_effect,
    newcombe,
    pass_at_k,
    pass_hat_k,
    quantile_interval,
    ratio,
    rounds,
    standardise,
)
from evalkit.stats.amounts import quantile_ranks

NAN = float("nan")


def near(value: float, tolerance: float = 1e-4) -> object:
    return pytest.approx(value, abs=tolerance)


# ---------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("n", "q", "low", "high"), [(25, 0.5, 8, 18), (101, 0.5, 41, 61), (400, 0.5, 180, 221), (100, 0.9, 84, 96), (400, 0.9, 348, 372)]
)  # fmt: skip
def test_a_quantile_lies_between_its_ranks(n: int, q: float, low: int, high: int) -> None:
    found = quantile_interval(range(n, 0, -1), q)
    assert (found.rank_low, found.rank_high) == (low, high) == (found.low, found.high)
    assert found.confidence >= 0.95


def test_a_sample_too_small_for_its_far_end_says_how_much_it_covers() -> None:
    found = quantile_interval([1.0, 2.0, 3.0], 0.9)
    assert found.high == 3.0
    assert found.confidence == near(1 - 0.9**3 - 0.1**3)
    assert quantile_interval([5.0]).confidence == 0.0
    assert quantile_ranks(1_000_000, 0.5)[:2] == (499_020, 500_981)


def test_cost_per_resolution_is_a_ratio_of_sums() -> None:
    costs = [0.02 + 0.01 * (i % 7) for i in range(500)]
    solved = [0 if i % 5 == 0 else 1 for i in range(500)]
    found = ratio(costs, solved)
    assert (found.value, found.se) == (near(0.06235, 1e-7), near(0.0017897, 1e-6))
    assert (found.low, found.high) == (near(0.05884), near(0.06586))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.25, 0.5, 0.9]))
def test_a_quantile_interval_holds_its_quantile_property(values: list[float], q: float) -> None:
    found = quantile_interval(values, q)
    assert min(values) <= found.low <= found.high <= max(values)
    assert found.low <= found.value <= found.high or found.confidence < 0.95


# ---------------------------------------------------------------- planning


def test_rounds_have_the_bounds_of_obrien_and_fleming() -> None:
    assert [r.z for r in rounds(3)] == [near(2.962, 1e-3), near(2.094, 1e-3), near(1.710, 1e-3)]
    assert [r.p for r in rounds(3)] == [near(0.0015), near(0.0181), near(0.0436)]
    assert [r.z for r in rounds(4)] == [near(3.466, 1e-3), near(2.451, 1e-3), near(2.001, 1e-3), near(1.733, 1e-3)]
    assert rounds(1)[0].p == near(0.05)


@pytest.mark.parametrize(
    ("n", "k", "baseline", "points"),
    [
        (50, 1, None, 13.3), (50, 3, None, 7.7), (50, 5, None, 6.0), (100, 1, 5, 7.3), (200, 1, None, 6.7),
        (200, 3, None, 3.8), (200, 3, 5, 3.4), (500, 1, 5, 3.3), (1000, 5, None, 1.3), (1000, 1, 5, 2.3),
    ],
)  # fmt: skip
def test_a_suite_says_what_drop_it_can_notice(n: int, k: int, baseline: int | None, points: float) -> None:
    assert 100 * minimal_detectable_effect(n, k, baseline) == near(points, 0.051)


def test_churn_between_releases_makes_drops_harder_to_notice() -> None:
    assert 100 * minimal_detectable_effect(200, 3, between=0.02) == near(4.6, 0.05)
    assert 100 * minimal_detectable_effect(200, 3, 5, between=0.02) == near(4.2, 0.051)
    assert 100 * minimal_detectable_effect(50, 3, between=0.02) == near(9.2, 0.05)
    table = {0.05: (263, 145, 121), 0.03: (729, 401, 335), 0.02: (1639, 901, 753), 0.10: (66, 37, 31)}
    assert {d: tuple(cases_needed(d, k, 5) for k in (1, 3, 5)) for d in table} == table


def test_holm_adjusts_and_rejects() -> None:
    found = holm([0.012, 0.030, 0.004, 0.20])
    assert found.adjusted == (near(0.036), near(0.060), near(0.016), near(0.200))
    assert found.rejected == (True, False, True, False)


# ---------------------------------------------------------------- reliability


def test_pass_hat_k_and_pass_at_k_have_their_worked_values() -> None:
    passes = (5, 5, 4, 3, 0)
    assert [pass_hat_k(passes, 5, k).value for k in range(1, 6)] == [near(v) for v in (0.68, 0.58, 0.5, 0.44, 0.4)]
    assert [pass_at_k(passes, 5, k).value for k in range(1, 6)] == [near(v) for v in (0.68, 0.78, 0.8, 0.8, 0.8)]
    assert (pass_hat_k(8, 10, 3).value, pass_at_k(8, 10, 3).value) == (near(0.466667, 1e-6), 1.0)


def test_cases_with_fewer_trials_are_left_out_and_counted() -> None:
    found = pass_hat_k([3, 1, 2], [3, 1, 3], 3)
    assert (found.value, found.n, found.n_left_out) == (0.5, 2, 1)
    with pytest.raises(ValueError, match="3 trials"):
        pass_hat_k([1], [2], 3)


@pytest.mark.parametrize(
    ("before", "after", "p"),
    [((15, 15), (1, 3), 0.0075), ((15, 15), (0, 3), 0.0004), ((5, 5), (0, 3), 0.0056), ((5, 5), (1, 3), 0.0424),
     ((5, 5), (0, 1), 0.0833), ((3, 5), (0, 3), 0.1172), ((9, 10), (0, 3), 0.0076)],
)  # fmt: skip
def test_a_broken_case_is_told_from_a_flaky_one(before: tuple[int, int], after: tuple[int, int], p: float) -> None:
    assert broken_case_p(*before, *after) == near(p)


# ---------------------------------------------------------------- differences


def test_newcombe_has_its_worked_value_and_takes_pairs() -> None:
    found = newcombe(320, 400, 300, 400)
    assert (found.value, found.low, found.high) == (near(0.05), near(-0.0079), near(0.1075))
    assert newcombe((320, 400), (300, 400)) == found
    assert newcombe(799, 1000, 575, 1000)[1:3] == (near(0.184, 5e-4), near(0.263, 5e-4))


def test_two_estimates_with_their_errors_give_a_difference() -> None:
    found = difference(0.75, 0.032, 0.70332, 0.03369)
    assert (found.value, found.low, found.high) == (near(0.0467), near(-0.0444), near(0.1378))


AI = {"order": (644, 700), "refund": (120, 200), "technical": (35, 100)}
HUMAN = {"order": (95, 100), "refund": (210, 300), "technical": (270, 600)}


@pytest.mark.parametrize(
    ("mix", "ai", "human", "low", "high"),
    [
        ("a", 0.7990, 0.8500, -0.0896, -0.0124),
        ("all", 0.6405, 0.7125, -0.1176, -0.0264),
        ("b", 0.4820, 0.5750, -0.159, -0.027),
        ("overlap", 0.6224, 0.7015, -0.127, -0.031),
    ],
)
def test_the_same_mix_turns_the_naive_answer_round(mix: str, ai: float, human: float, low: float, high: float) -> None:
    found = standardise(AI, HUMAN, mix)  # type: ignore[arg-type]
    assert (found.rate_a, found.rate_b) == (near(ai), near(human))
    assert (found.low, found.high) == (near(low, 5e-4), near(high, 5e-4))
    assert (found.naive, found.mix_effect, found.performance) == (near(0.224), near(0.296), near(-0.072))


def test_strata_without_a_counterpart_are_told_as_support() -> None:
    found = standardise({**AI, "only us": (50, 100)}, {**HUMAN, "rare": (2, 3)}, min_n=10)
    assert found.value == near(standardise(AI, HUMAN).value, 1e-9)
    assert found.support_rate == near(2000 / 2103)
    with pytest.raises(ValueError, match="both sides"):
        standardise({"a": (1, 2)}, {"b": (1, 2)})


def test_the_e_value_says_how_strong_a_hidden_difference_must_be() -> None:
    assert e_value(0.7045 / 0.6465).value == near(1.40, 5e-3)
    assert e_value(0.5).value == e_value(2.0).value
    assert e_value(1.5, 1.1, 2.0).limit == near(1.1 + (1.1 * 0.1) ** 0.5)
    assert e_value(1.5, 0.9, 2.0).limit == 1.0


# ---------------------------------------------------------------- agreement


def test_kappa_has_its_worked_values() -> None:
    found = cohen_kappa([[45, 5], [10, 40]])
    assert (found.value, found.se) == (near(0.70), near(0.071056, 1e-6))
    assert (found.low, found.high) == (near(0.5607), near(0.8393))
    assert gwet_ac1([[45, 5], [10, 40]]).value == near(0.70075)
    assert cohen_kappa([[20, 5, 1], [4, 15, 6], [0, 5, 24]], weights="quadratic").value == near(0.780772, 1e-6)


def test_kappa_collapses_where_one_answer_is_rare_and_ac1_does_not() -> None:
    table = [[85, 5], [6, 4]]
    assert (cohen_kappa(table).raw, cohen_kappa(table).value) == (near(0.89), near(0.36047))
    assert gwet_ac1(table).value == near(0.86716)


def test_lists_of_labels_and_their_table_agree() -> None:
    first = ["yes"] * 50 + ["no"] * 50
    second = ["yes"] * 45 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 40
    assert cohen_kappa(first, second) == pytest.approx(cohen_kappa([[40, 10], [5, 45]]))
    assert gwet_ac1(first, second).value == near(0.70075)


FOUR = ("1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *")


def read(rows: tuple[str, ...]) -> list[list[int | None]]:
    return [[None if c == "*" else int(c) for c in row.split()] for row in rows]


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107)])
def test_alpha_has_its_published_values(level: str, alpha: float) -> None:
    found = krippendorff_alpha(read(FOUR), level)  # type: ignore[arg-type]
    assert found.value == near(alpha, 1e-6)
    assert found.low < alpha < found.high
    assert found == krippendorff_alpha(read(FOUR), level), "the same resamples every time"  # type: ignore[arg-type]


def test_alpha_of_yes_and_no_with_gaps() -> None:
    rows = ("1101001101", "1100001111", "*101*01*01")
    assert krippendorff_alpha(read(tuple(" ".join(row) for row in rows))).value == near(0.704545, 1e-6)


def test_perfect_agreement_is_one_and_one_category_is_undecided() -> None:
    assert cohen_kappa(["a", "b"], ["a", "b"]).value == 1.0
    assert krippendorff_alpha([[1, 2, 1], [1, 2, 1]]).value == 1.0
    for found in (cohen_kappa(["a"] * 9, ["a"] * 9), gwet_ac1(["a"] * 9, ["a"] * 9), krippendorff_alpha([[1] * 9] * 2)):
        assert (found.low, found.high) == (-1.0, 1.0), "nothing was at stake, so nothing is shown"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=40))
def test_agreement_does_not_depend_on_who_is_first_property(pairs: list[tuple[str, str]]) -> None:
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    for measure in (cohen_kappa, gwet_ac1):
        assert measure(a, b).value == pytest.approx(measure(b, a).value)
        assert measure(a, b).value <= 1 + 1e-12


# ---------------------------------------------------------------- drift

SEEN = [300, 280, 310, 295, 305, 290, 320, 300, 285, 310, 300, 295]
HITS = [231, 210, 245, 222, 238, 214, 253, 225, 217, 248, 212, 203]


def test_ewma_and_cusum_alarm_in_the_worked_week() -> None:
    chart = ewma(HITS, SEEN)
    assert chart.centre == near(0.765833, 1e-6)
    assert chart.z[-2:] == (near(-2.420, 1e-3), near(-3.151, 1e-3))
    assert (chart.values[10], chart.limits[10]) == (near(-0.4822), near(1.1340))
    assert (chart.values[11], chart.limits[11], chart.alarms) == (near(-1.2829), near(1.1341), (11,))
    sums = cusum(HITS, SEEN)
    assert (sums.lower[-2:], sums.alarms) == ((near(1.920, 1e-3), near(4.571, 1e-3)), (11,))


def test_laney_takes_weeks_that_always_differ_into_account() -> None:
    chart = ewma(HITS, SEEN, laney=True)
    assert (chart.laney_sigma_z, chart.values[-1], chart.alarms) == (near(1.3574), near(-0.945, 1e-3), ())
    assert laney_sigma(ewma(HITS, SEEN).z[:8]) == near(1.3574)


def test_weeks_may_be_values_with_their_errors_or_deviations() -> None:
    errors = [(0.765833 * 0.234167 / n) ** 0.5 for n in SEEN]
    rates = [x / n for x, n in zip(HITS, SEEN, strict=True)]
    assert ewma(rates, se=errors).values == pytest.approx(ewma(HITS, SEEN).values, abs=1e-4)
    assert ewma(ewma(HITS, SEEN).z).values == pytest.approx(ewma(HITS, SEEN).values)


@pytest.mark.parametrize(
    "call",
    [
        lambda: quantile_interval([]), lambda: quantile_interval([NAN]), lambda: quantile_interval([1.0], 1.0),
        lambda: ratio([], []), lambda: ratio([1], [0]), lambda: ratio([1, 2], [1]), lambda: ratio([NAN], [1]),
        lambda: rounds(0), lambda: rounds(3, 0.9), lambda: minimal_detectable_effect(0),
        lambda: minimal_detectable_effect(10, 0), lambda: cases_needed(0), lambda: holm([]), lambda: holm([NAN]),
        lambda: holm([1.2]), lambda: pass_hat_k([], [], 1), lambda: pass_hat_k([1], [1], 0),
        lambda: pass_at_k([2], [1], 1), lambda: pass_at_k([0.5], [1], 1), lambda: broken_case_p(3, 2, 0, 1),
        lambda: newcombe(1, 0, 1, 1), lambda: newcombe((1, 2), 3), lambda: difference(NAN, 1, 1, 1),
        lambda: standardise([], []), lambda: standardise([(1, 2)], [(1, 2), (1, 2)]), lambda: e_value(0),
        lambda: e_value(NAN), lambda: cohen_kappa([[1, 2]]), lambda: cohen_kappa([]), lambda: cohen_kappa(["a"], []),
        lambda: cohen_kappa([[0, 0], [0, 0]]), lambda: cohen_kappa([[1, 0], [0, 1]], weights="cubic"),
        lambda: krippendorff_alpha([]), lambda: krippendorff_alpha([[1, 2], [1]]),
        lambda: krippendorff_alpha([[1, None], [None, 2]]), lambda: krippendorff_alpha([[1], [1]], "ratio"),
        lambda: krippendorff_alpha([["a"], ["b"]], "interval"), lambda: ewma([]), lambda: ewma([1], [0]),
        lambda: ewma([1, 1], [2, 2], baseline=1), lambda: cusum([1, 1], [2, 2], limit=0),
        lambda: ewma([0.5, 0.5], se=[0, 1]), lambda: laney_sigma([1]), lambda: cluster_rate([NAN], 1),
    ],
)  # fmt: skip
def test_impossible_input_is_refused_in_words(call: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        call()  # type: ignore[operator]
