"""The layout by clusters counts what a plain loop counts, for any sizes and any unknowns."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evalkit.kpi.clusters import clustered_by

ROWS = st.lists(st.tuples(st.integers(-1, 12), st.sampled_from([-1, 0, 1])), max_size=120)


def plain(rows: list[tuple[int, int]]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for number, (cluster, said) in enumerate(rows):
        found.setdefault(("alone", number) if cluster < 0 else cluster, []).append(said)
    return found


@given(ROWS)
def test_property_trials_and_passes_of_a_cluster_are_counted_as_in_a_loop(rows: list[tuple[int, int]]) -> None:
    clusters = clustered_by(np.array([cluster for cluster, _ in rows], dtype=np.int32))
    said = np.array([value for _, value in rows], dtype=np.int8)[clusters.order]
    expected = Counter(
        (sum(v >= 0 for v in values), sum(v == 1 for v in values))
        for values in plain(rows).values()
        if any(v >= 0 for v in values)
    )
    found: Counter[tuple[int, int]] = Counter()
    for trials, passes, times in zip(*(part.tolist() for part in clusters.tally(said)), strict=True):
        found[trials, passes] += times
    assert found == expected
    assert clusters.n == len(plain(rows))
    assert sorted(clusters.sums(said == 1).tolist()) == sorted(sum(v == 1 for v in vs) for vs in plain(rows).values())
    assert clusters.flat == all(len(values) == 1 for values in plain(rows).values())


def test_many_clusters_and_very_large_ones_are_counted_too() -> None:
    cluster = np.concatenate([np.arange(250_001), np.arange(250_001), np.full(900, 250_001)])
    clusters = clustered_by(cluster)
    said = np.where(np.arange(len(cluster)) % 3 == 0, 1, 0).astype(np.int8)[clusters.order]
    tally = clusters.tally(said)
    assert int(tally.times.sum()) == clusters.n == 250_002
    assert int(tally.trials @ tally.times) == len(cluster)
    assert int(tally.passes @ tally.times) == int((said == 1).sum())
    assert tally.trials.max() == 900
