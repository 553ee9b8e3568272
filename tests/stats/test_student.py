"""The small t distribution says what scipy says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtr, stdtrit

from evalkit.stats.student import t_cdf, t_quantile

FREEDOM = st.one_of(st.integers(1, 60), st.sampled_from([99, 999, 2_999, 49_999, 999_999]))


@given(FREEDOM, st.floats(1e-6, 1 - 1e-6))
def test_property_quantiles_are_those_of_scipy(df: int, p: float) -> None:
    assert t_quantile(df, p) == pytest.approx(float(stdtrit(df, p)), rel=1e-7, abs=1e-9)


@given(FREEDOM, st.floats(-40, 40))
def test_property_chances_are_those_of_scipy(df: int, t: float) -> None:
    assert t_cdf(df, t) == pytest.approx(float(stdtr(df, t)), rel=1e-6, abs=1e-9)
