"""From suites to what scores them: which scorers apply, and the defaults where none is named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from evalkit.errors import InputError
from evalkit.model import ScorerSpec, Suite

if TYPE_CHECKING:
    from evalkit.scorers.door import Scorer

DEFAULT_SCORERS = ("expect", "correctness", "privacy", "compliance", "escalation", "language", "loops", "resolution")


def specs_of(suites: Iterable[Suite]) -> list[ScorerSpec]:
    """The scorers of some suites; two suites that give one scorer other arguments are refused.

    Raises: InputError.
    """
    found: dict[str, ScorerSpec] = {}
    for suite in suites:
        specs = list(suite.scorers)
        if any(case.expectations for case in suite.cases):
            specs.append(ScorerSpec(name="expect"))
        for spec in specs:
            other = found.setdefault(spec.name, spec)
            if other.args != spec.args:
                raise InputError(
                    f"suite '{suite.name}': scorer '{spec.name}' has other arguments than in another suite"
                )
    return list(found.values())


def check_early(specs: Iterable[ScorerSpec]) -> None:
    """Nothing where the scorers can be built; what cannot go wrong is not loaded before the bot was asked.

    Raises: InputError for an unknown scorer or argument.
    """
    doubtful = [spec for spec in specs if spec.args or spec.name not in DEFAULT_SCORERS]
    if doubtful:
        scorers_of(doubtful)


def scorers_of(specs: Iterable[ScorerSpec]) -> tuple[Scorer, ...]:
    """The named scorers, each once, or the default ones where none is named. Raises: InputError."""
    from evalkit.scoring import build_scorers

    named = {spec.name: spec for spec in specs}
    return build_scorers(named.values() if named else [ScorerSpec(name=name) for name in DEFAULT_SCORERS])
