"""AI against people on the mix of questions that the AI got: like with like by topic, channel and language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evalkit.kpi.table import Rows, as_columns
from evalkit.model import HandledBy
from evalkit.stats import Interval, PooledOdds, Standardised, e_value, pooled_odds, standardise, wilson
from evalkit.store.columns import Columns
from evalkit.store.facts import Facts

LEAST = 10
"""Conversations that a stratum needs on both sides; the share that is left out is told as support."""
ANY = "any"
"""Stands for the channel or language of a stratum that rare ones were merged into."""
Stratum = tuple[str, str, str]
STRATA = ("topic", "channel", "language")
MEASURES = ("solved", "correct", "satisfied")
"""Yes or no of each conversation, on which the arms are compared."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StratumGap:
    """One topic, channel and language with both rates."""

    stratum: Stratum
    ai: Interval
    human: Interval
    n_ai: int
    n_human: int


@dataclass(frozen=True, slots=True)
class PeopleGap:
    """AI less people on one measure; `hidden` is the E-value: how strong an unseen difference would have to be.

    `odds` are the AI's over the people's inside strata, and whether the strata agree; None where a side never varies.
    """

    measure: str
    gap: Standardised
    strata: tuple[StratumGap, ...]
    n_ai: int
    n_human: int
    hidden: float | None
    odds: PooledOdds | None = None


def people_gap(rows: Rows, measure: str, *, arm: HandledBy = "ai", least: int = LEAST) -> PeopleGap | None:
    """The gap on one measure, None where no stratum has enough of both.

    A conversation that the bot began belongs to the AI, also when a person ended it (first touch); one in which a
    person sent what the AI drafted belongs to the third arm, `ai_assisted`.
    Source: direct standardisation to the AI's mix (ATT); Kitagawa 1955; VanderWeele & Ding 2017 (E-value).
    """
    columns = as_columns(rows)
    key = ("people_gap", measure, arm, least)
    if key not in columns.memo:
        sides = (_flags(columns, measure, who) for who in (arm, "human"))
        columns.memo[key] = gap_between(measure, *sides, least=least)
    found: PeopleGap | None = columns.memo[key]
    return found


def _flags(columns: Columns, measure: str, arm: str) -> dict[Stratum, list[int]]:
    """The flags of an arm by stratum; broken conversations and unknown values stay out."""
    import numpy as np

    here = columns.take(columns.is_("handled_by", arm) & ~columns.known("error") & (columns.flags[measure] >= 0))
    if not here.n:
        return {}
    codes = np.stack([here.codes[name] for name in STRATA])
    strata, at, sizes = np.unique(codes, axis=1, return_inverse=True, return_counts=True)
    parts = np.split(here.flags[measure][np.argsort(at.reshape(-1), kind="stable")], np.cumsum(sizes)[:-1])
    named = [
        [here.names[name][code] if code >= 0 else "" for code in row.tolist()]
        for name, row in zip(STRATA, strata, strict=True)
    ]
    return {(topic, channel, lang): part.tolist() for topic, channel, lang, part in zip(*named, parts, strict=True)}


def gap_between(
    measure: str, ai: Mapping[Stratum, Sequence[int]], human: Mapping[Stratum, Sequence[int]], *, least: int = LEAST
) -> PeopleGap | None:
    """The gap between two arms whose flags stand by stratum, None where no stratum has enough of both."""
    left, right = merged(ai, human, least)
    shared = [s for s in left if s in right and len(left[s]) >= least and len(right[s]) >= least]
    if not shared:
        return None
    gap = standardise(_counts(left), _counts(right), mix="a", min_n=least)
    strata = tuple(
        StratumGap(s, wilson(sum(left[s]), len(left[s])), wilson(sum(right[s]), len(right[s])),
                   len(left[s]), len(right[s]))
        for s in sorted(shared, key=lambda s: (-len(left[s]), s))
    )  # fmt: skip
    n_ai, n_human = (sum(map(len, side.values())) for side in (left, right))
    return PeopleGap(measure, gap, strata, n_ai, n_human, _hidden(gap), _odds(strata))


def by_stratum(rows: Sequence[Facts], value: Callable[[Facts], _T | None]) -> dict[Stratum, list[_T]]:
    """What the rows say by topic, channel and language; broken conversations and unknown values stay out."""
    found: dict[Stratum, list[_T]] = {}
    for row in rows:
        said = value(row) if row.error is None else None
        if said is not None:
            found.setdefault((row.topic or "", row.channel, row.language or ""), []).append(said)
    return found


def merged(
    ai: Mapping[Stratum, Sequence[_T]], human: Mapping[Stratum, Sequence[_T]], least: int
) -> tuple[dict[Stratum, list[_T]], dict[Stratum, list[_T]]]:
    """Both arms with rare strata merged over languages, then over channels, of one topic until both have enough.

    What is rare even so keeps its own stratum, which then is no common ground.
    """
    kept: tuple[dict[Stratum, list[_T]], dict[Stratum, list[_T]]] = ({}, {})
    open_ = [{key: list(values) for key, values in side.items()} for side in (ai, human)]
    levels: tuple[Callable[[Stratum], Stratum], ...] = (
        lambda s: s, lambda s: (s[0], s[1], ANY), lambda s: (s[0], ANY, ANY),
    )  # fmt: skip
    for level in levels:
        grouped: tuple[dict[Stratum, list[_T]], dict[Stratum, list[_T]]] = ({}, {})
        for number, side in enumerate(open_):
            for key in sorted(side):
                grouped[number].setdefault(level(key), []).extend(side[key])
        enough = {
            key for key in grouped[0]
            if len(grouped[0][key]) >= least and len(grouped[1].get(key, ())) >= least
        }  # fmt: skip
        for number in (0, 1):
            kept[number].update({key: grouped[number][key] for key in enough})
            open_[number] = {key: values for key, values in open_[number].items() if level(key) not in enough}
    for number in (0, 1):
        kept[number].update(open_[number])
    return kept


def _counts(side: Mapping[Stratum, Sequence[int]]) -> dict[Hashable, tuple[float, float]]:
    return {key: (float(sum(values)), float(len(values))) for key, values in side.items()}


def _hidden(gap: Standardised) -> float | None:
    low, high = sorted((gap.rate_a, gap.rate_b))
    return e_value(high / low).value if low > 0 else None


def _odds(strata: Sequence[StratumGap]) -> PooledOdds | None:
    def side(arm: str) -> list[tuple[float, float]]:
        return [(getattr(s, arm).rate * getattr(s, arm).n, getattr(s, arm).n) for s in strata]

    try:
        return pooled_odds(side("ai"), side("human"))
    except ValueError:
        return None
