"""Intervals and tests that hold for support conversations: few, clustered, paired."""

from evalkit.stats.paired import sign_flip
from evalkit.stats.rates import Interval, cluster_rate, wilson

__all__ = ["Interval", "cluster_rate", "sign_flip", "wilson"]
