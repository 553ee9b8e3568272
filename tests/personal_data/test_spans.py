"""Taken places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evalkit.personal_data.spans import Spans

PAIRS = st.tuples(st.integers(0, 60), st.integers(1, 9)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(PAIRS, max_size=12), PAIRS)
def test_property_a_span_touches_what_any_taken_one_overlaps(
    taken: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    start, end = asked
    assert Spans(taken).touches(start, end) == any(a < end and start < b for a, b in taken)


@given(st.lists(PAIRS, max_size=12), PAIRS)
def test_property_adding_one_by_one_is_taking_all_at_once(taken: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    grown, kept = Spans(), []
    for start, end in taken:
        if not grown.touches(start, end):
            grown.add(start, end)
            kept.append((start, end))
    assert grown.touches(*asked) == Spans(kept).touches(*asked)
