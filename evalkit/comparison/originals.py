"""A bot that replays sampled conversations beside those very conversations: each case against its own original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import log

from msgspec import structs

from evalkit.comparison.paired import FEWEST, judged, paired
from evalkit.comparison.result import Comparison, Delta, in_a_sentence
from evalkit.errors import InputError
from evalkit.kpi.cases import CaseChange, case_changes, tallies
from evalkit.kpi.measures import MEASURES, Measure
from evalkit.model import Case, Data
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

_HEADLINE = "solved_rate"
_COMPARED = (_HEADLINE, "correct_rate", "escalation_rate", "language_match_rate", "tone_distance")
_MOST_LEFT_RATE = 0.3


class BesideOriginals:
    """One side replays a sample, the other holds the conversations that it was drawn from, whoever answered them."""

    name = "replayed cases against the conversations that they were drawn from"

    def fits(self, before: ScoredRun, after: ScoredRun) -> bool:
        """One side is a replay whose cases name conversations of the other side as their origin."""
        if (before.run.source == "replay") == (after.run.source == "replay"):
            return False
        real, replay = _sides(before, after)
        ids = {row.conversation_id for row in real.rows}
        return any(case.origin in ids for case in replay.cases.values())

    def compare(self, before: ScoredRun, after: ScoredRun) -> Comparison:
        """The comparison, originals first whatever the order. Raises: InputError where no whole record was played."""
        real, replay = _sides(before, after)
        left = as_played(real, replay)
        played = {row.case_id for row in left.rows}
        right = [row for row in replay.rows if row.case_id in played]
        if len({row.case_id for row in right}) < FEWEST:
            raise InputError(
                f"'{replay.run.release}' plays {len(right)} whole conversations of '{real.run.release}', and {FEWEST}"
                " are the fewest that say anything; `evalkit sample` draws them (`--mode open` or `facts`)"
            )
        found = [one for one in (paired(measure, left.rows, right) for measure in _measures()) if one is not None]
        deltas = tuple(judged(found))
        solved = (tallies(_by_solved(rows)) for rows in (left.rows, right))
        cases = case_changes(*solved)
        weighed = _weighed_back(left.rows, right, replay)
        return Comparison(
            before=real.run,
            after=replay.run,
            strategy=self.name,
            sentence=_sentence(left, replay, deltas, cases),
            deltas=deltas,
            cases=tuple(cases),
            notes=tuple(_notes(left, right, replay, weighed)),
            details={"weighed_back": weighed} if weighed else {},
        )


def as_played(real: ScoredRun, replay: ScoredRun) -> ScoredRun:
    """The originals as if they had played the cases that were drawn from them; what no case stands for is left out.

    A case that plays one message of a record stands for no whole conversation, so it has no original.
    """
    case_of = {case.origin: case.id for case in _whole(replay) if case.origin is not None}
    rows = tuple(
        structs.replace(row, case_id=case_of[row.conversation_id], trial=0)
        for row in real.rows
        if row.conversation_id in case_of
    )
    return replace(real, rows=rows, cases={row.case_id: replay.cases[row.case_id] for row in rows if row.case_id})


def beside(before: ScoredRun, after: ScoredRun) -> tuple[ScoredRun, ScoredRun]:
    """Both sides by case: originals take the cases that were drawn from them; other sides stay as they are."""
    if not BesideOriginals().fits(before, after):
        return before, after
    if after.run.source == "replay":
        return as_played(before, after), after
    return before, as_played(after, before)


def _sides(before: ScoredRun, after: ScoredRun) -> tuple[ScoredRun, ScoredRun]:
    return (after, before) if before.run.source == "replay" else (before, after)


def _whole(replay: ScoredRun) -> Iterator[Case]:
    times = Counter(case.origin for case in replay.cases.values())
    yield from (case for case in replay.cases.values() if times[case.origin] == 1)


def _measures() -> Iterator[Measure]:
    yield from (MEASURES[name] for name in _COMPARED)
    yield Measure("first_response_s", "First response", "s", "relative", _waited, False)


def _waited(row: Facts) -> float | None:
    waited_ms = row.first_human_ms if row.handled_by == "human" else row.first_response_ms
    return log(waited_ms / 1000) if waited_ms else None


def _by_solved(rows: Sequence[Facts]) -> Iterator[Facts]:
    return (structs.replace(row, passed=row.solved) for row in rows)


def _weighed_back(left: Sequence[Facts], right: Sequence[Facts], replay: ScoredRun) -> Data:
    """The difference in what is solved, weighed back to all conversations that could be drawn; {} without weights."""
    from evalkit.stats import weighted_rate

    before, after = (tallies(_by_solved(rows)) for rows in (left, right))
    pairs: list[tuple[float, float, float]] = []
    for id_ in sorted(set(before) & set(after)):
        chance = replay.cases[id_].inclusion_probability
        if chance and before[id_].trials and after[id_].trials:
            pairs.append((1 / chance, float(before[id_].rate), float(after[id_].rate)))
    if len(pairs) < FEWEST:
        return {}
    weights, old, new = zip(*pairs, strict=True)
    # A difference lies in -1 to 1; half of it around one half is a share, whose interval is known.
    gap = weighted_rate([0.5 + (b - a) / 2 for a, b in zip(old, new, strict=True)], weights)
    return {
        "measure": _HEADLINE, "n": len(pairs), "before": weighted_rate(old, weights).rate,
        "after": weighted_rate(new, weights).rate, "difference": 2 * gap.rate - 1,
        "low": 2 * gap.low - 1, "high": 2 * gap.high - 1,
    }  # fmt: skip


def _notes(left: ScoredRun, right: Sequence[Facts], replay: ScoredRun, weighed: Mapping[str, object]) -> Iterator[str]:
    by_people = sum(row.handled_by == "human" for row in left.rows)
    yield f"{by_people} of the {len(left.rows)} originals were answered by people"
    if weighed:
        difference, low, high = (100 * float(str(weighed[name])) for name in ("difference", "low", "high"))
        yield (
            f"weighed back to all conversations that could be drawn, solved moves by {difference:+.1f} points"
            f" ({low:+.1f} to {high:+.1f})"
        )
    pinned = len(replay.cases) - sum(1 for _ in _whole(replay))
    if pinned:
        yield f"{pinned} cases play one message of a record and stand for no whole conversation"
    left_record = sum(row.off_script == 1 for row in right)
    if left_record > _MOST_LEFT_RATE * len(right):
        yield (
            f"in {left_record} of {len(right)} replays the bot asked what the record does not answer; `--mode facts` of"
            " `evalkit sample` gives it a customer who can"
        )
    broke = sum(row.error is not None for row in right)
    if broke:
        yield f"{broke} of {len(right)} replays broke"
    yield "a customer of flesh and blood may answer a bot otherwise than the record does"


def _sentence(real: ScoredRun, replay: ScoredRun, deltas: Sequence[Delta], cases: Sequence[CaseChange]) -> str:
    lost, won = (sum(case.kind == kind for case in cases) for kind in ("broke", "fixed"))
    said = [
        f"{way} in {', '.join(names)}"
        for way in ("better", "worse")
        if (names := [in_a_sentence(d.title) for d in deltas if d.direction == way])
    ]
    return (
        f"{replay.run.release} on the very questions of {real.run.release}:"
        f" {'; '.join(said) or 'no number moved beyond chance'};"
        f" {lost} solved before are not now, {won} are only now."
    )
