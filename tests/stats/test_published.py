"""Worked examples that lie across several functions: judges held against people, mixes of cases, and what a suite sees."""

from __future__ import annotations

from math import comb

import pytest

from evalkit.stats import (
    alt_test,
    benjamini_hochberg,
    debiased_rate,
    minimal_detectable_effect,
    newcombe,
    pooled_odds,
    sign_flip,
    standardise,
    wilson,
)


def near(value: float, tolerance: float = 1e-4) -> object:
    return pytest.approx(value, abs=tolerance)


# ---------------------------------------------------------------- what a suite sees

TRIALS = (1, 3, 5)
SAME_TRIALS = {50: (13.3, 7.7, 6.0), 100: (9.4, 5.4, 4.2), 200: (6.7, 3.8, 3.0), 500: (4.2, 2.4, 1.9), 1000: (3.0, 1.7, 1.3)}  # fmt: skip
STORED_FIVE = {50: (10.3, 6.9, 6.0), 100: (7.3, 4.9, 4.2), 200: (5.2, 3.4, 3.0), 500: (3.3, 2.2, 1.9), 1000: (2.3, 1.5, 1.3)}  # fmt: skip


@pytest.mark.parametrize("n", SAME_TRIALS)
def test_the_whole_table_of_drops_that_a_suite_can_notice(n: int) -> None:
    fresh = [100 * minimal_detectable_effect(n, k) for k in TRIALS]
    stored = [100 * minimal_detectable_effect(n, k, 5) for k in TRIALS]
    assert fresh == [near(points, 0.051) for points in SAME_TRIALS[n]]
    assert stored == [near(points, 0.051) for points in STORED_FIVE[n]]


def test_pairing_sees_a_drop_that_two_separate_shares_hide() -> None:
    before, after = [1] * 168 + [0] * 32, [1] * 150 + [0] * 18 + [1] * 7 + [0] * 25
    apart = newcombe(sum(after), 200, sum(before), 200)
    assert apart.low < 0 < apart.high
    assert sign_flip(before, after).high < 0


@pytest.mark.parametrize(("p", "any_failure", "two_of_three"), [(0.99, 0.45, 0.006), (0.98, 0.70, 0.024), (0.95, 0.95, 0.13)])  # fmt: skip
def test_two_of_three_spares_builds_that_any_failure_would_redden(
    p: float, any_failure: float, two_of_three: float
) -> None:
    def red(fewest: int) -> float:
        of_one = sum(comb(3, k) * (1 - p) ** k * p ** (3 - k) for k in range(fewest, 4))
        return 1 - (1 - of_one) ** 20

    assert (red(1), red(2)) == (near(any_failure, 0.01), near(two_of_three, 0.006))


# ---------------------------------------------------------------- a judge and people


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(90, 100, 0.826, 0.945), (80, 100, 0.711, 0.867), (45, 50, 0.786, 0.957), (40, 50, 0.670, 0.888), (69, 100, 0.5937, 0.7722)],
)  # fmt: skip
def test_sensitivity_and_specificity_are_as_sure_as_their_labels(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n)[1:3] == (near(low, 5e-4), near(high, 5e-4))


TRUE = [1] * 40 + [0] * 20
FLIPS = ({0, 5, 10, 41, 46}, {3, 8, 13, 44, 50, 55}, {1, 6, 20, 30, 42, 47, 52, 58})


def flipped(at: set[int]) -> list[int]:
    return [1 - label if item in at else label for item, label in enumerate(TRUE)]


def test_a_judge_may_stand_in_for_people_whom_it_equals() -> None:
    found = alt_test(flipped({2, 12, 43, 48}), [flipped(at) for at in FLIPS], epsilon=0.1)
    assert found.p_values == (near(0.012027, 1e-6), near(0.007286, 1e-6), near(0.002655, 1e-6))
    assert (found.winning_rate, found.may_replace, found.n) == (1.0, True, 60)
    assert found.advantage_rate == near(0.93333)
    assert found.human_rates == (near(0.9167), near(0.9), near(0.8667))


def test_a_judge_by_coin_may_not_and_gaps_leave_their_items_out() -> None:
    people: list[list[int | None]] = [list(flipped(at)) for at in FLIPS]
    assert not alt_test([item % 2 for item in range(60)], people).may_replace
    people[0][:20] = [None] * 20
    assert alt_test(TRUE, people).n == 40


def test_the_alternative_annotator_test_asks_for_three_people_and_thirty_items() -> None:
    with pytest.raises(ValueError, match="at least 3 raters, got 2"):
        alt_test(TRUE, [TRUE, TRUE])
    with pytest.raises(ValueError, match="at least 30 items"):
        alt_test(TRUE[:20], [TRUE[:20]] * 3)
    with pytest.raises(ValueError, match="equal length"):
        alt_test(TRUE, [TRUE, TRUE, TRUE[:50]])


def test_tests_over_the_same_items_pay_for_their_dependence() -> None:
    plain, dear = benjamini_hochberg([0.01, 0.02, 0.9]), benjamini_hochberg([0.01, 0.02, 0.9], dependent=True)
    assert dear.adjusted[0] == near(plain.adjusted[0] * (1 + 1 / 2 + 1 / 3), 1e-12)
    assert (plain.rejected, dear.rejected) == ((True, True, False), (False, False, False))


def test_a_changed_judge_is_held_against_the_old_one_on_the_same_transcripts() -> None:
    # 80 both right, 9 only the old one, 3 only the new one, 8 both wrong: no proof of harm.
    old, new = [1] * 89 + [0] * 11, [1] * 80 + [0] * 9 + [1] * 3 + [0] * 8
    assert sign_flip(old, new).p_two_sided == near(0.1460)


WIDTHS = {
    50: (12, 10.4, 9.1, 7.2), 80: (9.5, 8.2, 7.2, 5.7), 100: (8.5, 7.3, 6.4, 5.1), 200: (6.0, 5.2, 4.6, 3.6),
    320: (4.7, 4.1, 3.6, 2.8), 400: (4.2, 3.7, 3.2, 2.5),
}  # fmt: skip


@pytest.mark.parametrize("n", WIDTHS)
@pytest.mark.parametrize(("index", "correlation"), list(enumerate((0.0, 0.5, 0.65, 0.8))))
def test_a_better_judge_saves_labels_as_tabled(n: int, index: int, correlation: float) -> None:
    # Three quarters are called good; the cells are as far apart as the correlation of judge and people says.
    good, bad = 0.75 + 0.25 * correlation, 0.75 - 0.75 * correlation
    found = debiased_rate([75_000, 25_000], [0.75 * n, 0.25 * n], [0.75 * n * good, 0.25 * n * bad])
    # The table is the normal approximation; half a hit in each cell and Wilson's pull make 50 labels a little wider.
    assert 50 * (found.high - found.low) == near(WIDTHS[n][index], 1.2 if n < 100 else 0.5)


# ---------------------------------------------------------------- the same mix

AI = {"order": (644, 700), "refund": (120, 200), "technical": (35, 100)}
HUMAN = {"order": (95, 100), "refund": (210, 300), "technical": (270, 600)}


def test_the_pooled_odds_ratio_and_the_agreement_of_the_strata() -> None:
    found = pooled_odds(AI, HUMAN)
    assert found[:3] == (near(0.64489, 1e-5), near(0.4905), near(0.8479))
    assert (found.p_same, found.n_strata) == (near(0.987, 5e-4), 3)
    assert pooled_odds(HUMAN, AI).value == near(1 / 0.64489, 1e-4)


def test_strata_that_disagree_are_told_and_a_group_that_never_varies_is_refused() -> None:
    turned = pooled_odds([(90, 100), (10, 100)], [(10, 100), (90, 100)])
    assert turned.value == near(1.0)
    assert turned.p_same < 1e-9
    with pytest.raises(ValueError, match="never varies"):
        pooled_odds([(5, 5)], [(5, 5)])
    with pytest.raises(ValueError, match="both sides"):
        pooled_odds({"a": (1, 2)}, {"b": (1, 2)})


def test_weighting_by_propensity_gives_the_same_number_as_strata() -> None:
    found = standardise(AI, HUMAN, "all")
    rates, sizes = [], []
    for ours, theirs in ((AI, HUMAN), (HUMAN, AI)):
        weights = {name: (ours[name][1] + theirs[name][1]) / ours[name][1] for name in ours}
        total = sum(weights[name] * n for name, (_, n) in ours.items())
        rates.append(sum(weights[name] * hits for name, (hits, _) in ours.items()) / total)
        sizes.append(total**2 / sum(weights[name] ** 2 * n for name, (_, n) in ours.items()))
    assert rates[0] - rates[1] == near(-0.0720)
    assert found.value == near(rates[0] - rates[1], 1e-12)
    assert found.se == near(0.0233)
    assert sizes == [near(566, 0.5), near(497, 0.5)]


def test_every_public_name_is_there() -> None:
    from evalkit import stats

    names = (
        "wilson newcombe cluster_rate weighted_rate debiased_rate quantile_interval ratio sign_flip non_inferiority rounds"
        " minimal_detectable_effect pass_hat_k pass_at_k holm cohen_kappa krippendorff_alpha gwet_ac1 rogan_gladen"
        " standardise e_value ewma cusum same_cases alt_test pooled_odds"
    ).split()
    assert set(names) <= set(stats.__all__)
    assert all((getattr(stats, name).__doc__ or "").strip() for name in names)
