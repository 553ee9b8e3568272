"""Intervals and tests that hold for support conversations: few, clustered, paired, and reviewed in part."""

from evalkit.stats.agreement import Agreement, cohen_kappa, gwet_ac1, krippendorff_alpha
from evalkit.stats.amounts import Quantile, Ratio, quantile_interval, ratio
from evalkit.stats.between import (
    Difference,
    EValue,
    Standardised,
    difference,
    e_value,
    newcombe,
    standardise,
    standardise_means,
)
from evalkit.stats.drift import Chart, cusum, ewma, laney_sigma
from evalkit.stats.odds import PooledOdds, pooled_odds
from evalkit.stats.paired import NonInferiority, SignFlip, non_inferiority, same_cases, sign_flip
from evalkit.stats.planning import (
    Holm,
    Round,
    benjamini_hochberg,
    cases_needed,
    holm,
    minimal_detectable_effect,
    rounds,
)
from evalkit.stats.rates import Interval, cluster_rate, debiased_rate, jeffreys, rogan_gladen, weighted_rate, wilson
from evalkit.stats.reliability import PassK, broken_case_p, pass_at_k, pass_hat_k
from evalkit.stats.replacing import Replacing, alt_test

__all__ = [
    "Agreement", "Chart", "Difference", "EValue", "Holm", "Interval", "NonInferiority", "PassK", "PooledOdds",
    "Quantile", "Ratio", "Replacing", "Round", "SignFlip", "Standardised", "alt_test", "benjamini_hochberg",
    "broken_case_p", "cases_needed", "cluster_rate", "cohen_kappa", "cusum", "debiased_rate", "difference", "e_value",
    "ewma", "gwet_ac1", "holm", "jeffreys", "krippendorff_alpha", "laney_sigma", "minimal_detectable_effect",
    "newcombe", "non_inferiority", "pass_at_k", "pass_hat_k", "pooled_odds", "quantile_interval", "ratio",
    "rogan_gladen", "rounds", "same_cases", "sign_flip", "standardise", "standardise_means", "weighted_rate", "wilson",
]  # fmt: skip
