"""Rates and their intervals agree with the published values, and behave at the edges."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.stats import cluster_rate, debiased_rate, jeffreys, rogan_gladen, weighted_rate, wilson

NAN = float("nan")


def near(value: float, tolerance: float = 1e-4) -> object:
    return pytest.approx(value, abs=tolerance)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high", "jeffreys_low", "jeffreys_high"),
    [
        (42, 50, 0.7149, 0.9166, 0.7207, 0.9213),
        (180, 200, 0.8506, 0.9343, 0.8527, 0.9358),
        (0, 30, 0, 0.1135, 0, 0.0797),
        (30, 30, 0.8865, 1, 0.9203, 1),
        (7, 20, 0.1812, 0.5671, 0.1723, 0.5678),
        (836, 1000, 0.8118, 0.8577, 0.8121, 0.8580),
    ],
)
def test_wilson_and_jeffreys_give_the_published_values(
    hits: int, n: int, low: float, high: float, jeffreys_low: float, jeffreys_high: float
) -> None:
    assert wilson(hits, n)[1:3] == (near(low), near(high))
    assert jeffreys(hits, n)[1:3] == (near(jeffreys_low), near(jeffreys_high))


TWENTY = [5] * 10 + [4] * 3 + [3] * 2 + [2, 1, 0, 0, 0]


def test_repeated_trials_of_one_case_count_as_one_cluster() -> None:
    found = cluster_rate(TWENTY, [5] * 20)
    assert found.rate == near(0.71)
    assert found.se == near(0.085193, 1e-6)
    assert found.design_effect == near(3.5250)
    assert found.n / found.design_effect == near(28.369, 1e-3)
    assert found.n_effective == near(24.8767)
    assert found[1:3] == (near(0.5136), near(0.8502))
    assert wilson(71, 100)[1:3] == (near(0.6146), near(0.7899)), "what trials taken as independent would claim"


def test_all_passing_trials_weigh_as_cases_not_as_trials() -> None:
    found = cluster_rate([5] * 20, 5)
    assert found.n_effective == near(17.538, 1e-3)
    assert found[1:3] == (near(0.8203), 1.0)


def test_one_trial_a_case_is_plain_wilson_and_one_case_is_one_observation() -> None:
    assert cluster_rate([1, 0, 1, 1], [1] * 4) == wilson(3, 4)
    assert cluster_rate([40], [50]).n_effective == 1
    assert cluster_rate([40], [50])[1:3] == wilson(0.8, 1)[1:3]


def test_outcomes_by_case_and_one_number_of_trials_are_understood() -> None:
    as_lists = [[1] * hits + [0] * (5 - hits) for hits in TWENTY]
    assert cluster_rate(as_lists) == cluster_rate(TWENTY, 5) == cluster_rate(TWENTY, [5] * 20)


STRATA = ([1200, 600, 200], [40, 30, 30], [36, 21, 9])


def test_a_stratified_sample_is_weighed_by_its_strata() -> None:
    found = weighted_rate(*STRATA)
    assert (found.rate, found.se, found.design_effect) == (near(0.78), near(0.039432, 1e-6), near(1.2333))
    assert weighted_rate(*STRATA, finite=True).se == near(0.038520, 1e-6)


def test_the_same_strata_as_free_weights_give_the_hajek_value() -> None:
    sizes, drawn, hits = STRATA
    outcomes = [y for n, x in zip(drawn, hits, strict=True) for y in [1] * x + [0] * (n - x)]
    weights = [size / n for size, n in zip(sizes, drawn, strict=True) for _ in range(n)]
    found = weighted_rate(outcomes, weights)
    assert (found.rate, found.se) == (near(0.78), near(0.041870, 1e-6))
    assert found.n / found.design_effect == near(81.08, 0.01)
    assert found.low < 0.78 < found.high


def test_a_wild_weight_is_capped_at_ten_times_the_median() -> None:
    assert weighted_rate([1, 0, 0, 0], [1e9, 1, 1, 1]).rate == near(10 / 13)


def test_conversations_of_one_customer_are_one_cluster() -> None:
    apart = weighted_rate([1, 1, 0, 0] * 10, [1] * 40)
    together = weighted_rate([1, 1, 0, 0] * 10, [1] * 40, clusters=[i // 2 for i in range(40)])
    assert together.se == near(apart.se * math.sqrt(2 * 39 / 40 * 20 / 19) if apart.se else 0, 1e-3)
    assert together.n_effective < apart.n_effective


def test_labels_in_cells_of_verdicts_take_the_bias_out_of_a_judge() -> None:
    found = debiased_rate([1438, 562], [70, 30], [63, 6])
    assert found.rate == near(0.703300, 1e-6)
    assert (found.se, found.n_effective) == (near(0.034369, 1e-6), near(176.653, 1e-3))
    assert found[1:3] == (near(0.6322), near(0.7658))


@pytest.mark.parametrize(
    ("cells", "rate", "se", "n_effective", "low", "high"),
    [
        (STRATA, 0.78, 0.040048, 106.9956, 0.6926, 0.8480),
        (([1438, 562], [30, 70], [27, 14]), 0.7033, None, 106.664, 0.6108, 0.7817),
        (([150, 150, 150, 1050], [20, 12, 20, 28], [9, 2, 14, 27]), 0.806667, 0.035528, 123.554, 0.7282, 0.8666),
    ],
)
def test_the_debiased_rate_has_its_worked_values(
    cells: tuple[list[int], ...], rate: float, se: float | None, n_effective: float, low: float, high: float
) -> None:
    found = debiased_rate(*cells)
    assert (found.rate, found.n_effective) == (near(rate), near(n_effective, 1e-3))
    assert found[1:3] == (near(low), near(high))
    if se is not None:
        assert found.se == near(se, 1e-6)


def test_a_cell_with_hardly_a_label_joins_its_neighbour() -> None:
    assert debiased_rate([1000, 500, 3], [50, 30, 1], [40, 10, 1]) == debiased_rate([1000, 503], [50, 31], [40, 11])
    with pytest.raises(ValueError, match="review more"):
        debiased_rate([100, 100], [2, 1], [1, 1])


def test_known_errors_of_a_judge_correct_its_rate() -> None:
    found = rogan_gladen((1438, 2000), (63, 69), (24, 31))
    assert (found.rate, found.se) == (near(0.717647, 1e-5), near(0.049199, 1e-5))
    assert found[1:3] == (near(0.6212), near(0.8141))
    by_shares = rogan_gladen(0.719, 63 / 69, 24 / 31, n=2000, n_sensitivity=69, n_specificity=31)
    assert by_shares == pytest.approx(found)
    with pytest.raises(ValueError, match="judge not usable"):
        rogan_gladen(0.5, 0.6, 0.6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(1, 0), lambda: wilson(-1, 5), lambda: wilson(6, 5), lambda: wilson(NAN, 5), lambda: wilson(1, NAN),
        lambda: cluster_rate([], []), lambda: cluster_rate([1], [0]), lambda: cluster_rate([2], [1]),
        lambda: cluster_rate([1, 2], [3]), lambda: cluster_rate([NAN], [3]), lambda: cluster_rate([[]]),
        lambda: weighted_rate([], []), lambda: weighted_rate([1], [0]), lambda: weighted_rate([NAN], [1]),
        lambda: weighted_rate([1, 0], [1]), lambda: weighted_rate([2], [1]), lambda: weighted_rate([10], [20], [5]),
        lambda: debiased_rate([], [], []), lambda: debiased_rate([10], [20], [5]), lambda: debiased_rate([10], [0], [0]),
        lambda: debiased_rate([10, 20], [5], [5]), lambda: jeffreys(3, 2), lambda: rogan_gladen((3, 2), 0.9, 0.9),
        lambda: rogan_gladen(1.5, 0.9, 0.9), lambda: cluster_rate([None], [1]),
    ],
)  # fmt: skip
def test_impossible_input_is_refused_in_words(call: object) -> None:
    with pytest.raises(ValueError, match=r"expected .*got|expected at least|expected 0"):
        call()  # type: ignore[operator]


pairs = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(pairs)
def test_the_interval_holds_the_rate_is_symmetric_and_narrows_with_n_property(pair: tuple[int, int]) -> None:
    hits, n = pair
    for method in (wilson, jeffreys):
        found, mirrored = method(hits, n), method(n - hits, n)
        assert 0 <= found.low <= found.rate <= found.high <= 1
        assert (mirrored.low, mirrored.high) == (near(1 - found.high, 1e-9), near(1 - found.low, 1e-9))
        more = method(4 * hits, 4 * n)
        assert more.high - more.low < found.high - found.low


@given(st.lists(st.integers(1, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=30))
def test_a_clustered_rate_is_never_surer_than_its_trials_property(cases: list[tuple[int, int]]) -> None:
    passes, trials = [c for c, _ in cases], [n for _, n in cases]
    found = cluster_rate(passes, trials)
    assert 0 <= found.low <= found.rate <= found.high <= 1
    assert 0 < found.n_effective <= sum(trials)
    backwards = cluster_rate(passes[::-1], trials[::-1])
    assert (backwards.low, backwards.high) == (near(found.low, 1e-9), near(found.high, 1e-9))


@given(
    st.lists(
        st.integers(5, 60).flatmap(
            lambda n: st.tuples(st.integers(n, 2_000), st.just(n), st.integers(0, n))
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_the_debiased_rate_lies_between_its_cells_property(cells: list[tuple[int, int, int]]) -> None:
    sizes, labelled, positive = ([cell[i] for cell in cells] for i in range(3))
    found = debiased_rate(sizes, labelled, positive)
    shares = [x / n for _, n, x in cells]
    assert min(shares) - 1e-9 <= found.rate <= max(shares) + 1e-9
    assert 0 <= found.low <= found.rate + 1e-12 and found.rate - 1e-12 <= found.high <= 1
    mirrored = debiased_rate(sizes, labelled, [n - x for _, n, x in cells])
    assert (mirrored.rate, mirrored.low) == (near(1 - found.rate, 1e-9), near(1 - found.high, 1e-9))
