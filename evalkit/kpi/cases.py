"""What became of each case from one release to the next: broke, fixed, flaky, or as before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from evalkit.errors import InputError
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

Kind = Literal["broke", "fixed", "flaky", "same"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one case on one side: how many of its decided trials passed, and how many conversations broke."""

    passes: int = 0
    trials: int = 0
    n_errors: int = 0

    @property
    def rate(self) -> Fraction:
        """The share that passed; only of a case with trials."""
        return Fraction(self.passes, self.trials)

    @property
    def mixed(self) -> bool:
        """Whether both outcomes were seen."""
        return 0 < self.passes < self.trials


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One case on both sides; `sure` where chance alone would rarely break (or repair) it so."""

    case_id: str
    before: Tally
    after: Tally
    kind: Kind
    sure: bool = False


def tallies(rows: Iterable[Facts]) -> dict[str, Tally]:
    """The tally of each case; a conversation without a case does not count."""
    found: dict[str, list[int]] = {}
    for row in rows:
        if row.case_id is None:
            continue
        counts = found.setdefault(row.case_id, [0, 0, 0])
        if row.error is not None:
            counts[2] += 1
        elif row.passed is not None:
            counts[0] += row.passed
            counts[1] += 1
    return {case: Tally(*counts) for case, counts in found.items()}


def pass_rates(rows: Iterable[Facts]) -> dict[str, Fraction]:
    """The share of its decided trials that each case passed; a case without any is absent."""
    return {case: tally.rate for case, tally in tallies(rows).items() if tally.trials}


def case_changes(before: Mapping[str, Tally], after: Mapping[str, Tally]) -> list[CaseChange]:
    """The cases that both sides decided and that did not stay as they were, the surest first.

    A case is flaky when one release alone shows both outcomes and no change of its rate is sure.
    Source: beta-binomial tail against the other release's trials, Benjamini & Hochberg 1995 across cases.
    """
    from evalkit.stats import benjamini_hochberg, broken_case_p

    both = [c for c in sorted(before) if before[c].trials and c in after and after[c].trials]
    moved = [c for c in both if before[c].rate != after[c].rate or before[c].mixed or after[c].mixed]
    if not moved:
        return []
    chances = []
    for case in moved:
        old, new = before[case], after[case]
        if new.rate <= old.rate:
            chances.append(broken_case_p(old.passes, old.trials, new.passes, new.trials))
        else:
            chances.append(broken_case_p(old.trials - old.passes, old.trials, new.trials - new.passes, new.trials))
    sure = benjamini_hochberg(chances, 0.01).rejected
    found = [_change(case, before[case], after[case], is_sure) for case, is_sure in zip(moved, sure, strict=True)]
    order = {case: chance for case, chance in zip(moved, chances, strict=True)}
    return sorted(found, key=lambda change: (order[change.case_id], change.case_id))


def comparable_cases(before: ScoredRun, after: ScoredRun) -> tuple[frozenset[str], list[str]]:
    """The ids of the cases that both sides played in the same words, and what is left out.

    Raises: InputError when there is none.
    """
    old, new = before.definitions, after.definitions
    both = set(old) & set(new)
    if not both:
        raise InputError(
            f"'{before.run.release}' ({before.run.suite}) and '{after.run.release}' ({after.run.suite}) have no case in"
            " common; replay the same suite against both"
        )
    same = frozenset(case for case in both if old[case] == new[case])
    notes = []
    if changed := len(both) - len(same):
        notes.append(f"{changed} cases changed their lines or checks between the two runs and are left out")
    if alone := len(set(old) ^ set(new)):
        notes.append(f"{alone} cases were played on one side only and are left out")
    if not same:
        raise InputError(
            f"all {changed} cases that '{before.run.release}' and '{after.run.release}' share were changed in between;"
            " replay the suite as it is now against both"
        )
    for side in (before, after):
        if side.n_errors:
            notes.append(f"{side.n_errors} of {len(side.rows)} conversations of {side.run.release} broke")
    return same, notes


def _change(case: str, old: Tally, new: Tally, sure: bool) -> CaseChange:
    if (old.mixed or new.mixed) and not sure:
        return CaseChange(case, old, new, "flaky")
    kind: Kind = "broke" if new.rate < old.rate else "fixed" if new.rate > old.rate else "same"
    return CaseChange(case, old, new, kind, sure)
