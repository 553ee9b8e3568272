"""Intervals agree with the published values, and behave at the edges."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.stats import cluster_rate, sign_flip, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (42, 50, 0.7149, 0.9166),
        (180, 200, 0.8506, 0.9343),
        (0, 30, 0, 0.1135),
        (30, 30, 0.8865, 1),
        (7, 20, 0.1812, 0.5671),
        (836, 1000, 0.8118, 0.8577),
    ],
)
def test_wilson_gives_the_published_values(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_repeated_trials_of_one_case_count_as_one_cluster() -> None:
    found = cluster_rate([5] * 10 + [4] * 3 + [3] * 2 + [2, 1, 0, 0, 0], [5] * 20)
    assert found.n_effective == pytest.approx(24.8767, abs=1e-3)
    assert (found.low, found.high) == (pytest.approx(0.5136, abs=1e-4), pytest.approx(0.8502, abs=1e-4))


def test_all_passing_trials_weigh_as_cases_not_as_trials() -> None:
    found = cluster_rate([5] * 20, [5] * 20)
    assert found.n_effective == pytest.approx(17.538, abs=1e-3)
    assert (found.low, found.high) == (pytest.approx(0.8203, abs=1e-4), 1.0)


def test_one_trial_a_case_is_plain_wilson() -> None:
    assert cluster_rate([1, 0, 1, 1], [1] * 4) == wilson(3, 4)


@pytest.mark.parametrize(("hits", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        wilson(hits, n)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_property(pair: tuple[int, int]) -> None:
    found = wilson(*pair)
    assert 0 <= found.low <= found.rate <= found.high <= 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9))
def test_sign_flip_agrees_with_enumeration_property(pairs: list[tuple[int, int]]) -> None:
    base, candidate = [Fraction(b, 3) for b, _ in pairs], [Fraction(c, 3) for _, c in pairs]
    differences = [c - b for b, c in zip(base, candidate, strict=True)]
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=len(pairs))
    ]
    expected = sum(total <= sum(differences) for total in sums) / len(sums)
    assert sign_flip(base, candidate).p == pytest.approx(expected)


def test_the_paired_example_has_its_exact_values() -> None:
    base = [Fraction(x, 3) for x in (3, 3, 3, 3, 2, 3, 1, 0, 3, 3, 2, 3)]
    candidate = [Fraction(x, 3) for x in (3, 3, 2, 0, 2, 3, 2, 0, 3, 1, 1, 3)]
    assert sign_flip(base, candidate)[1:3] == (0.125, 0.078125)
