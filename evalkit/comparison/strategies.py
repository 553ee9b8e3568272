"""Which way two releases are compared: the first strategy that fits both sides."""

from __future__ import annotations

from typing import Protocol

from evalkit.comparison.ai_human import AiAgainstPeople
from evalkit.comparison.originals import BesideOriginals
from evalkit.comparison.paired import PairedByCase
from evalkit.comparison.result import Comparison
from evalkit.comparison.standardised import SameMix
from evalkit.errors import InputError
from evalkit.policy.sections import Costs
from evalkit.store.scored import ScoredRun


class Strategy(Protocol):
    """One way of comparing. A further one is a class with these two and an entry in `strategies`."""

    @property
    def name(self) -> str:
        """How the way is called in reports."""
        ...

    def fits(self, before: ScoredRun, after: ScoredRun) -> bool:
        """Whether the two sides can be compared this way."""
        ...

    def compare(self, before: ScoredRun, after: ScoredRun) -> Comparison:
        """The comparison. Raises: InputError where the two have nothing in common."""
        ...


def strategies(costs: Costs | None = None) -> tuple[Strategy, ...]:
    """The known ways, the most telling first."""
    return PairedByCase(), BesideOriginals(), AiAgainstPeople(costs), SameMix()


def compare(before: ScoredRun, after: ScoredRun, *, costs: Costs | None = None) -> Comparison:
    """The comparison of two scored runs by the first strategy that fits; `costs` are the policy's.

    Raises: InputError for a run beside itself, other scores, replay beside production, or nothing in common.
    """
    if before.run.id == after.run.id:
        raise InputError(f"both sides are run '{before.run.id}'; name another release, or another run of it")
    if before.score_key != after.score_key:
        raise InputError(
            f"'{before.run.release}' and '{after.run.release}' were not scored the same way (scorers, policy or"
            " knowledge base differ)"
        )
    for strategy in strategies(costs):
        if strategy.fits(before, after):
            return strategy.compare(before, after)
    raise InputError(
        f"'{before.run.release}' is {before.run.source}, '{after.run.release}' is {after.run.source}: the two do not"
        " meet the same customers; compare replay with replay, production with production, or the replay of a sample"
        " (`evalkit sample`) with what it was drawn from"
    )
