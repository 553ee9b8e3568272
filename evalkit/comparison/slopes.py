"""Where a release got better or worse: one rate by topic or language on both sides, and which changes are no chance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from evalkit.kpi.definitions import BY_NAME
from evalkit.kpi.table import BETTER, Rows, as_columns, sliced
from evalkit.model import Kpi
from evalkit.stats import benjamini_hochberg, sign_flip

_FEWEST = 5
"""Fewer cases of a slice on both sides are shown, never tested."""


class Slope(NamedTuple):
    """One slice on both sides; `verdict` is better, worse or same within chance, "" where it cannot be told."""

    name: str
    before: Kpi
    after: Kpi
    verdict: str
    n: int


def slopes(before: Rows, after: Rows, by: str, name: str = "pass_rate") -> list[Slope]:
    """The slices that both sides know, the most frequent first; false alarms among the coloured ones stay below 5 %.

    Cases that both sides played are paired (sign-flip); without any the two shares are tested as independent.
    Source: Fisher 1935; Benjamini & Hochberg 1995.
    """
    old, new = _slices(before, by, name), _slices(after, by, name)
    both = [label for label in new if label in old]
    if not both:
        return []
    left, right = _by_case(before, by, name), _by_case(after, by, name)
    chance = [_p(left.get(label, {}), right.get(label, {}), old[label], new[label]) for label in both]
    tested = [p for p in chance if p is not None]
    sure = iter(benjamini_hochberg(tested).rejected if tested else ())
    found = []
    for label, p in zip(both, chance, strict=True):
        loud = next(sure) if p is not None else False
        verdict = "" if p is None else _verdict(name, old[label], new[label]) if loud else "same"
        found.append(Slope(label, old[label], new[label], verdict, new[label].n))
    return sorted(found, key=lambda slope: (-slope.n, slope.name))


def _slices(rows: Rows, by: str, name: str) -> dict[str, Kpi]:
    found: dict[str, Kpi] = {}
    for one in sliced(rows, [by], names=[name]):
        label = one.labels[by]
        if label is not None and one.kpis and one.kpis[0].value is not None:
            found[label] = one.kpis[0]
    return found


def _by_case(rows: Rows, by: str, name: str) -> dict[str, dict[str, Fraction]]:
    """By slice, the share of each case's conversations that count."""
    import numpy as np

    columns = as_columns(rows)
    test = BY_NAME[name].test
    if test is None or not len(columns.names["case_id"]):
        return {}
    said, slices, cases = test.columns(columns), columns.codes[by], columns.codes["case_id"]
    keep = (said >= 0) & (slices >= 0) & (cases >= 0)
    width = len(columns.names["case_id"])
    keys, places = np.unique(slices[keep].astype(np.int64) * width + cases[keep], return_inverse=True)
    hits, totals = np.bincount(places, weights=said[keep]), np.bincount(places)
    found: dict[str, dict[str, Fraction]] = {}
    for key, hit, total in zip(keys.tolist(), hits.tolist(), totals.tolist(), strict=True):
        of = found.setdefault(columns.names[by][key // width], {})
        of[columns.names["case_id"][key % width]] = Fraction(int(hit), int(total))
    return found


def _p(left: dict[str, Fraction], right: dict[str, Fraction], old: Kpi, new: Kpi) -> float | None:
    both = sorted(set(left) & set(right))
    if both:
        pairs = [left[case] for case in both], [right[case] for case in both]
        return sign_flip(*pairs).p_two_sided if len(both) >= _FEWEST else None
    if min(old.n, new.n) < _FEWEST:
        return None
    share = ((old.value or 0.0) * old.n + (new.value or 0.0) * new.n) / (old.n + new.n)
    spread = sqrt(share * (1 - share) * (1 / old.n + 1 / new.n))
    if not spread:
        return 1.0
    return 2 * (1 - NormalDist().cdf(abs((new.value or 0.0) - (old.value or 0.0)) / spread))


def _verdict(name: str, old: Kpi, new: Kpi) -> str:
    better = BETTER.get(name)
    if better is None:
        return ""
    return "better" if ((new.value or 0.0) > (old.value or 0.0)) == better else "worse"


def coloured(found: Sequence[Slope]) -> list[Slope]:
    """The slopes that are no chance."""
    return [slope for slope in found if slope.verdict in {"better", "worse"}]
