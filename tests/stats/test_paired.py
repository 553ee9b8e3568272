"""Paired tests are exact: they agree with enumeration, with McNemar, and with the worked examples."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.stats import non_inferiority, same_cases, sign_flip


def near(value: float, tolerance: float = 1e-4) -> object:
    return pytest.approx(value, abs=tolerance)


BEFORE_A = [1] * 168 + [0] * 32
AFTER_A = [1] * 150 + [0] * 18 + [1] * 7 + [0] * 25
BEFORE_B = [3, 3, 3, 3, 2, 3, 1, 0, 3, 3, 2, 3]
AFTER_B = [3, 3, 2, 0, 2, 3, 2, 0, 3, 1, 1, 3]


def test_with_one_trial_a_case_it_is_mcnemar() -> None:
    found = sign_flip(BEFORE_A, AFTER_A)
    assert found.mean == near(-0.055)
    assert (found.p, found.mid_p) == (near(0.021643, 1e-6), near(0.014480, 1e-6))
    assert found.p_two_sided == near(0.043285, 1e-6)
    assert (found.low, found.high) == (near(-0.10382), near(-0.00618))


def test_non_inferiority_is_the_one_sided_t_bound() -> None:
    found = non_inferiority(BEFORE_A, AFTER_A, 0.05)
    assert (found.lower, found.p) == (near(-0.09591), near(0.58, 1e-3))
    assert not found.proven
    assert non_inferiority(BEFORE_A, AFTER_A, 0.10).proven


def test_repeated_trials_compare_case_means() -> None:
    found = sign_flip(BEFORE_B, AFTER_B, trials=3)
    assert (found.mean, found.p, found.mid_p) == (near(-0.16667), 0.125, 0.078125)
    thirds = [[Fraction(x, 3) for x in side] for side in (BEFORE_B, AFTER_B)]
    floats = [[x / 3 for x in side] for side in (BEFORE_B, AFTER_B)]
    differences = [c - b for b, c in zip(*thirds, strict=True)]
    assert sign_flip(*thirds) == sign_flip(*floats) == sign_flip(differences) == found


def test_reshuffling_inside_cases_has_more_power_for_concentrated_breakage() -> None:
    found = same_cases(BEFORE_B, AFTER_B, 3)
    assert (found.p, found.mid_p) == (near(0.050403, 1e-6), near(0.030320, 1e-6))
    assert found.mean == near(-0.16667)
    assert same_cases(BEFORE_B, AFTER_B, ([3] * 12, [3] * 12)) == found


def test_unequal_trials_on_the_two_sides_are_compared_by_their_means() -> None:
    stored = [5, 5, 4, 5, 3, 5]
    fresh = [3, 2, 2, 3, 1, 3]
    found = sign_flip(stored, fresh, trials=(5, 3))
    assert found.mean == near(sum(c / 3 - b / 5 for b, c in zip(stored, fresh, strict=True)) / 6)
    assert same_cases(stored, fresh, (5, 3)).mean == found.mean


def test_no_difference_is_no_evidence() -> None:
    found = sign_flip([1, 0, 1], [1, 0, 1])
    assert (found.mean, found.p, found.mid_p) == (0.0, 1.0, 0.5)
    assert sign_flip([1], [0])[4:6] == (-inf, inf), "one case says nothing about spread"
    assert not non_inferiority([1], [1]).proven


def test_cases_of_one_family_are_flipped_together() -> None:
    before, after = [1] * 12, [0] * 6 + [1] * 6
    family = [i // 3 for i in range(12)]
    assert sign_flip(before, after).p == near(0.5**6, 1e-9)
    assert sign_flip(before, after, clusters=family).p == near(0.5**2, 1e-9)
    assert sign_flip(before, after, clusters=list(range(12))) == sign_flip(before, after)
    assert non_inferiority(before, after, clusters=family).se > non_inferiority(before, after).se


def test_amounts_that_share_no_unit_are_tested_on_a_fine_grid() -> None:
    logs = [0.1 * ((7919 * i) % 101 / 101 - 0.45) for i in range(60)]
    found = sign_flip(logs)
    below = 0
    import random

    chance = random.Random(1)
    for _ in range(4_000):
        below += sum(d * chance.choice((1, -1)) for d in logs) <= sum(logs)
    assert found.p == near(below / 4_000, 0.03)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sign_flip([], []), lambda: sign_flip([1], [1, 0]), lambda: sign_flip([float("nan")], [1]),
        lambda: sign_flip([4], [1], trials=3), lambda: sign_flip([1, 0], [1, 1], clusters=["a"]),
        lambda: same_cases([1], [2], 1), lambda: same_cases([], [], 1), lambda: same_cases([1], [1, 1], 1),
        lambda: non_inferiority([1], [1], 0), lambda: non_inferiority([1], [1], float("nan")),
        lambda: non_inferiority([1], [1], alpha=1.0), lambda: sign_flip([None], [1]),
    ],
)  # fmt: skip
def test_impossible_input_is_refused_in_words(call: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        call()  # type: ignore[operator]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9))
def test_sign_flip_agrees_with_enumeration_property(pairs: list[tuple[int, int]]) -> None:
    base, candidate = [b for b, _ in pairs], [c for _, c in pairs]
    differences = [c - b for b, c in pairs]
    sums = [
        sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=len(pairs))
    ]
    expected = sum(total <= sum(differences) for total in sums) / len(sums)
    found = sign_flip(base, candidate, trials=3)
    assert found.p == pytest.approx(expected)
    swapped = sign_flip(candidate, base, trials=3)
    assert found.mid_p + swapped.mid_p == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4))
def test_same_cases_agrees_with_enumeration_property(pairs: list[tuple[int, int]]) -> None:
    outcomes = [[1] * (b + c) + [0] * (4 - b - c) for b, c in pairs]
    shuffles = [[sum(case[i] for i in chosen) for chosen in combinations(range(4), 2)] for case in outcomes]
    totals = [sum(way) for way in product(*shuffles)]
    observed = sum(c for _, c in pairs)
    expected = sum(total <= observed for total in totals) / len(totals)
    assert same_cases([b for b, _ in pairs], [c for _, c in pairs], 2).p == pytest.approx(expected)
