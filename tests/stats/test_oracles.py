"""Other people's implementations give the same numbers, and the intervals cover what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from evalkit.stats import (
    cluster_rate,
    cohen_kappa,
    debiased_rate,
    holm,
    newcombe,
    pooled_odds,
    sign_flip,
    standardise,
    wilson,
)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_wilson_newcombe_holm_and_kappa_agree_with_statsmodels() -> None:
    from statsmodels.stats.inter_rater import cohens_kappa
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    chance = np.random.default_rng(1)
    for _ in range(50):
        n = int(chance.integers(1, 500))
        x = int(chance.integers(0, n + 1))
        assert wilson(x, n)[1:3] == pytest.approx(proportion_confint(x, n, method="wilson"), abs=1e-9)
        m = int(chance.integers(2, 500))
        y = int(chance.integers(1, m))
        ours = newcombe(y, m, min(x, n - 1) if n > 1 else 0, n)
        theirs = confint_proportions_2indep(y, m, min(x, n - 1) if n > 1 else 0, n, method="newcomb", compare="diff")
        assert ours[1:3] == pytest.approx(theirs, abs=1e-6)
        table = chance.integers(1, 40, size=(3, 3))
        found, oracle = cohen_kappa(table.tolist()), cohens_kappa(table)
        assert (found.value, found.se) == (pytest.approx(oracle.kappa), pytest.approx(oracle.std_kappa))
        for weights in ("linear", "quadratic"):
            theirs = cohens_kappa(table, wt=weights).kappa
            assert cohen_kappa(table.tolist(), weights=weights).value == pytest.approx(theirs, abs=1e-6)
    # Each call of theirs looks through all memory for garbage.
    for n in range(1, 9):
        p = chance.random(n)
        assert holm(p).adjusted == pytest.approx(tuple(multipletests(p, method="holm")[1]))


def test_sign_flip_is_mcnemar_and_the_pooled_odds_agree_with_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    before, after = [1] * 168 + [0] * 32, [1] * 150 + [0] * 18 + [1] * 7 + [0] * 25
    oracle = mcnemar([[150, 18], [7, 25]], exact=True).pvalue
    assert sign_flip(before, after).p_two_sided == pytest.approx(oracle)


def test_clustered_errors_and_pooled_strata_agree_with_statsmodels_and_scipy() -> None:
    import statsmodels.api as sm
    from scipy.stats import permutation_test
    from statsmodels.stats.contingency_tables import StratifiedTable

    passes = [5] * 10 + [4] * 3 + [3] * 2 + [2, 1, 0, 0, 0]
    outcomes = [int(n < hits) for hits in passes for n in range(5)]
    groups = np.repeat(np.arange(20), 5)
    fitted = sm.OLS(outcomes, np.ones(100)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    plain = cluster_rate(passes, 5)
    assert fitted.bse[0] == pytest.approx(plain.se)
    ai, human = [(644, 700), (120, 200), (35, 100)], [(95, 100), (210, 300), (270, 600)]
    tables = [np.array([[x, n - x], [y, m - y]]) for (x, n), (y, m) in zip(ai, human, strict=True)]
    oracle, ours = StratifiedTable(tables), pooled_odds(ai, human)
    assert ours.value == pytest.approx(oracle.oddsratio_pooled)
    assert ours[1:3] == pytest.approx(oracle.oddsratio_pooled_confint())
    assert ours.p_same == pytest.approx(oracle.test_equal_odds().pvalue)
    before, after = [3, 3, 3, 3, 2, 3, 1, 0, 3, 3, 2, 3], [3, 3, 2, 0, 2, 3, 2, 0, 3, 1, 1, 3]
    shuffled = permutation_test(
        (after, before), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples", alternative="less"
    )
    assert sign_flip(before, after, trials=3).p == pytest.approx(shuffled.pvalue) == 0.125


def test_the_published_estimates_of_ppi_come_out() -> None:
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

    labels = np.array([1] * 63 + [0] * 7 + [1] * 6 + [0] * 24, dtype=float)
    judged = np.array([1] * 70 + [0] * 30, dtype=float)
    unlabelled = np.array([1] * 1368 + [0] * 532, dtype=float)
    assert float(np.ravel(ppi_mean_pointestimate(labels, judged, unlabelled))[0]) == pytest.approx(0.703817, abs=1e-5)
    ends = [float(np.ravel(end)[0]) for end in ppi_mean_ci(labels, judged, unlabelled, alpha=0.05)]
    assert ends == pytest.approx([0.637040, 0.770595], abs=1e-5)
    fixed = [float(np.ravel(end)[0]) for end in ppi_mean_ci(labels, judged, unlabelled, alpha=0.05, lam=1)]
    assert fixed == pytest.approx([0.6365, 0.7835], abs=1e-4)


def test_the_debiased_rate_is_close_to_ppi_with_a_binary_judge() -> None:
    from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

    labels = np.array([1] * 63 + [0] * 7 + [1] * 6 + [0] * 24, dtype=float)
    judged = np.array([1] * 70 + [0] * 30, dtype=float)
    unlabelled = np.array([1] * 1368 + [0] * 532, dtype=float)
    ours = debiased_rate([1438, 562], [70, 30], [63, 6])
    assert ours.rate == pytest.approx(float(np.ravel(ppi_mean_pointestimate(labels, judged, unlabelled))[0]), abs=2e-3)
    low, high = (float(np.ravel(end)[0]) for end in ppi_mean_ci(labels, judged, unlabelled, alpha=0.05))
    assert (ours.low, ours.high) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


@pytest.mark.parametrize(
    ("mean", "icc", "n", "k", "least"),
    [
        (0.80, 0.6, 20, 5, 0.93), (0.80, 0.6, 50, 3, 0.93), (0.80, 0.6, 200, 5, 0.93), (0.95, 0.6, 20, 5, 0.90),
        (0.95, 0.6, 50, 3, 0.90), (0.95, 0.3, 200, 3, 0.93),
    ],
)  # fmt: skip
def test_intervals_cover_the_true_rate(mean: float, icc: float, n: int, k: int, least: float) -> None:
    chance = np.random.default_rng(7)
    size = 1 / icc - 1
    sims = 4_000
    difficulty = chance.beta(mean * size, (1 - mean) * size, size=(sims, n))
    passes = chance.binomial(k, difficulty)
    covered = 0
    for row in passes:
        found = cluster_rate(row.tolist(), k)
        covered += found.low <= mean <= found.high
    assert covered / sims >= least


def test_debiased_intervals_cover_the_true_rate_of_the_weekly_review() -> None:
    chance = np.random.default_rng(7)
    sizes, drawn = np.array([150, 150, 150, 1050]), np.array([20, 12, 20, 28])
    rates = np.array([0.45, 0.12, 0.70, 0.95])
    truth = float((sizes * rates).sum() / sizes.sum())
    hits = chance.binomial(drawn, rates, size=(4_000, 4))
    covered = sum((f := debiased_rate(sizes, drawn, row)).low <= truth <= f.high for row in hits)
    assert covered / 4_000 >= 0.95


def test_standardised_differences_cover_the_true_one() -> None:
    chance = np.random.default_rng(7)
    n_a, n_b = np.array([700, 200, 100]), np.array([100, 300, 600])
    p_a, p_b = np.array([0.9, 0.6, 0.35]), np.array([0.95, 0.7, 0.45])
    truth = float((n_a * (p_a - p_b)).sum() / n_a.sum())
    covered = 0
    for _ in range(2_000):
        a, b = chance.binomial(n_a, p_a), chance.binomial(n_b, p_b)
        found = standardise(list(zip(a, n_a, strict=True)), list(zip(b, n_b, strict=True)))
        covered += found.low <= truth <= found.high
    assert covered / 2_000 >= 0.93
