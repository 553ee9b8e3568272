"""AI against people on the mix of questions that the AI got: like with like by topic, channel and language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from evalkit.stats import Interval, Standardised, e_value, standardise, wilson
from evalkit.store.facts import Facts

LEAST = 10
"""Conversations that a stratum needs on both sides; the share that is left out is told as support."""
Stratum = tuple[str, str, str]
MEASURES: dict[str, Callable[[Facts], int | None]] = {
    "solved": lambda row: row.solved,
    "correct": lambda row: row.correct,
    "satisfied": lambda row: row.satisfied,
}


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
    """AI less people on one measure; `hidden` is the E-value: how strong an unseen difference would have to be."""

    measure: str
    gap: Standardised
    strata: tuple[StratumGap, ...]
    n_ai: int
    n_human: int
    hidden: float | None


def people_gap(rows: Sequence[Facts], measure: str, *, least: int = LEAST) -> PeopleGap | None:
    """The gap on one measure, None where no stratum has enough of both.

    A conversation that the bot began belongs to the AI, also when a person ended it (first touch).
    Source: direct standardisation to the AI's mix (ATT); Kitagawa 1955; VanderWeele & Ding 2017 (E-value).
    """
    value = MEASURES[measure]
    sides: dict[bool, dict[Stratum, list[int]]] = {True: {}, False: {}}
    for row in rows:
        said = value(row) if row.error is None else None
        if said is not None:
            stratum = (row.topic or "", row.channel, row.language or "")
            counts = sides[row.handled_by != "human"].setdefault(stratum, [0, 0])
            counts[0] += said
            counts[1] += 1
    ai, human = (
        {key: (float(hits), float(n)) for key, (hits, n) in side.items()} for side in (sides[True], sides[False])
    )
    shared = [s for s in ai if s in human and ai[s][1] >= least and human[s][1] >= least]
    if not shared:
        return None
    gap = standardise(_named(ai), _named(human), mix="a", min_n=least)
    strata = tuple(
        StratumGap(s, wilson(*ai[s]), wilson(*human[s]), int(ai[s][1]), int(human[s][1]))
        for s in sorted(shared, key=lambda s: -ai[s][1])
    )
    return PeopleGap(
        measure, gap, strata, int(sum(n for _, n in ai.values())), int(sum(n for _, n in human.values())), _hidden(gap)
    )


def _named(side: Mapping[Stratum, tuple[float, float]]) -> dict[Hashable, tuple[float, float]]:
    return dict(side.items())


def _hidden(gap: Standardised) -> float | None:
    low, high = sorted((gap.rate_a, gap.rate_b))
    return e_value(high / low).value if low > 0 else None
