"""Production releases meet different customers: they are compared on one mix of topic, channel and language."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from evalkit.comparison.paired import direction
from evalkit.comparison.result import Comparison, Delta, in_a_sentence
from evalkit.errors import InputError
from evalkit.kpi.measures import RATES, Measure
from evalkit.model import Run
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

_LEAST_SUPPORT_RATE = 0.7


class SameMix:
    """Canary against control, or any two production releases, standardised to the mix of the release before."""

    name = "unpaired, standardised to one mix of topic, channel and language"

    def fits(self, before: ScoredRun, after: ScoredRun) -> bool:
        """Neither side is a replay."""
        return "replay" not in {before.run.source, after.run.source}

    def compare(self, before: ScoredRun, after: ScoredRun) -> Comparison:
        """The comparison over the strata that both sides have. Raises: InputError when there is none."""
        found = [d for d in (_delta(m, before.rows, after.rows) for m in RATES) if d is not None]
        if not found:
            raise InputError(
                f"'{before.run.release}' and '{after.run.release}' share no topic, channel and language with scored"
                " conversations on both sides; nothing can be compared"
            )
        return Comparison(
            before=before.run,
            after=after.run,
            strategy=self.name,
            sentence=_sentence(before.run, after.run, found),
            deltas=tuple(found),
            notes=tuple(_notes(before, after, found)),
        )


def strata(measure: Measure, rows: Sequence[Facts]) -> dict[Hashable, tuple[float, float]]:
    """Hits and conversations by topic, channel and language."""
    found: dict[Hashable, list[float]] = {}
    for row in rows:
        value = measure.value(row) if row.error is None else None
        if value is not None:
            counts = found.setdefault((row.topic or "", row.channel, row.language or ""), [0, 0])
            counts[0] += value
            counts[1] += 1
    return {key: (hits, n) for key, (hits, n) in found.items()}


def _delta(measure: Measure, before: Sequence[Facts], after: Sequence[Facts]) -> Delta | None:
    from evalkit.stats import standardise

    old, new = strata(measure, before), strata(measure, after)
    if not set(old) & set(new):
        return None
    found = standardise(new, old, mix="b")
    return Delta(
        name=measure.name, title=measure.title, unit=measure.unit, before=found.rate_b, after=found.rate_a,
        difference=found.value, low=found.low, high=found.high, n=int(sum(n for _, n in new.values())), scale="points",
        method="direct standardisation", naive=found.naive, mix_effect=found.mix_effect,
        support_rate=found.support_rate,
        direction=direction(found.value, measure.better, is_clear=found.low > 0 or found.high < 0),
    )  # fmt: skip


def _notes(before: ScoredRun, after: ScoredRun, found: Sequence[Delta]) -> list[str]:
    stages = {side.run.release: side.run.stage or "full" for side in (before, after)}
    notes = [
        f"{after.run.release} ({stages[after.run.release]}) beside {before.run.release} ({stages[before.run.release]})"
    ]
    least = min((d.support_rate for d in found if d.support_rate is not None), default=1.0)
    if least < _LEAST_SUPPORT_RATE:
        notes.append(
            f"only {100 * least:.0f} % of the conversations have a topic, channel and language that both sides met:"
            " read the numbers as being about those"
        )
    notes.append("each interval is 95 % by itself; of twenty numbers one moves by chance")
    return notes


def _sentence(before: Run, after: Run, deltas: Sequence[Delta]) -> str:
    moved = [
        f"{in_a_sentence(d.title)} {100 * d.difference:+.1f} points ({100 * d.low:+.1f} to {100 * d.high:+.1f})"
        for d in deltas
        if d.direction in {"better", "worse"}
    ]
    said = "; ".join(moved) or "no number moved beyond chance"
    return f"{after.release} against {before.release}, on the same mix of customers: {said}."
