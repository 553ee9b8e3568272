"""The AI beside the human desk: both judged by the same scorers, on the mix of questions that the AI gets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log

from evalkit.comparison.paired import direction
from evalkit.comparison.people import LEAST, PeopleGap, Stratum, by_stratum, gap_between, merged
from evalkit.comparison.result import Comparison, Delta, in_a_sentence
from evalkit.errors import InputError
from evalkit.kpi.measuring import cost_of, with_recontact
from evalkit.kpi.table import BETTER, DEFINITIONS, TITLES
from evalkit.model import Data, HandledBy
from evalkit.policy.sections import Costs
from evalkit.store.columns import columns_of
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun

_HEADLINE = "solved_rate"
_RATES = (_HEADLINE, "correct_rate", "csat_rate", "escalation_rate", "language_match_rate")
_RECONTACT_DAYS = 7.0
_DISAGREE = 0.05
_LEAST_SUPPORT_RATE, _MOSTLY_UNKNOWN = 0.7, 0.5


@dataclass(frozen=True, slots=True)
class _Rate:
    name: str
    title: str
    value: Callable[[Facts], int | None]
    better: bool | None


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount; times are compared as logarithms, so that their difference is a share of what people need."""

    name: str
    title: str
    unit: str
    value: Callable[[Facts], float | None]
    relative: bool = True


@dataclass(frozen=True, slots=True)
class _Arms:
    ai: list[Facts]
    human: list[Facts]
    assisted: list[Facts]


class AiAgainstPeople:
    """One side is mostly handled by people, the other by the AI: direct standardisation to the AI's mix of questions.

    A conversation that the AI began stays in its arm when a person ends it; `ai_assisted` is an arm of its own.
    """

    name = "AI against people, standardised to the AI's mix of topic, channel and language"

    def __init__(self, costs: Costs | None = None) -> None:
        self._costs = costs or Costs()

    def fits(self, before: ScoredRun, after: ScoredRun) -> bool:
        """Both are real conversations, and exactly one side is mostly handled by people; drafts were never sent."""
        real = "replay" not in {before.run.source, after.run.source}
        sent = not any("drafts_of" in side.run.attributes for side in (before, after))
        return real and sent and _by_people(before.rows) != _by_people(after.rows)

    def compare(self, before: ScoredRun, after: ScoredRun) -> Comparison:
        """The comparison, people first whatever the order. Raises: InputError when the two share no stratum."""
        human, ai = (before, after) if _by_people(before.rows) else (after, before)
        return self._compared(human, ai, _arms(human.rows, ai.rows))

    def within(self, whole: ScoredRun) -> Comparison:
        """The AI beside the people of one and the same release, such as one export of the whole desk.

        Raises: InputError when one of the two handled nothing, or they share no stratum.
        """
        for arm in ("ai", "human"):
            if not any(row.handled_by == arm for row in whole.rows):
                raise InputError(
                    f"'{whole.run.release}' holds no conversation handled by {arm}; name the other release as well"
                )
        found = self._compared(whole, whole, _arms(whole.rows, whole.rows))
        people = _renamed(whole, f"{whole.run.release}, people")
        return replace(found, before=people.run, after=_renamed(whole, f"{whole.run.release}, AI").run)

    def _compared(self, human: ScoredRun, ai: ScoredRun, arms: _Arms) -> Comparison:
        gaps = [(rate, gap) for rate in _rates(arms) if (gap := _gap(rate, arms.ai, arms.human)) is not None]
        amounts = [d for a in _amounts(arms, self._costs) if (d := _amount(a, arms.ai, arms.human)) is not None]
        if not gaps and not amounts:
            raise InputError(
                f"the AI of '{ai.run.release}' ({len(arms.ai)} conversations) and the people of '{human.run.release}'"
                f" ({len(arms.human)}) share no topic, channel and language with {LEAST} scored conversations on both"
                f" sides; `evalkit topics {human.run.release} {ai.run.release} --assign` gives both the same topics"
            )
        deltas = [_rate_delta(rate, gap) for rate, gap in gaps] + amounts
        head = next((gap for rate, gap in gaps if rate.name == _HEADLINE), gaps[0][1] if gaps else None)
        return Comparison(
            before=human.run,
            after=ai.run,
            strategy=self.name,
            sentence=_sentence(human, ai, deltas, head),
            deltas=tuple(deltas),
            notes=tuple(_notes(arms, deltas, head)),
            details=_details(arms, head),
        )


def _renamed(side: ScoredRun, name: str) -> ScoredRun:
    from msgspec import structs

    return replace(side, run=structs.replace(side.run, release=name))


def people_of(comparison: Comparison) -> bool:
    """Whether a comparison is one of AI against people.

    >>> from evalkit.model import Run
    >>> people_of(Comparison(Run(id="1", release="a"), Run(id="2", release="b"), "paired by case", ""))
    False
    """
    return comparison.strategy == AiAgainstPeople.name


def _by_people(rows: Sequence[Facts]) -> bool:
    return bool(rows) and 2 * sum(row.handled_by == "human" for row in rows) > len(rows)


def _arms(human: Sequence[Facts], ai: Sequence[Facts]) -> _Arms:
    assisted = {r.conversation_id: r for r in (*human, *ai) if r.handled_by == "ai_assisted"}
    return _Arms(_of(ai, "ai"), _of(human, "human"), list(assisted.values()))


def _of(rows: Sequence[Facts], arm: HandledBy) -> list[Facts]:
    return [row for row in rows if row.handled_by == arm]


def _rates(arms: _Arms) -> Iterator[_Rate]:
    known = {definition.name: definition for definition in DEFINITIONS}
    for name in _RATES:
        yield _Rate(name, TITLES[name], known[name].flag, BETTER[name])
    back: dict[str, int] = {}
    for arm in (arms.ai, arms.human, arms.assisted):
        if arm:
            flags = with_recontact(columns_of(arm), _RECONTACT_DAYS).flags["recontacted"].tolist()
            back |= {row.conversation_id: flag for row, flag in zip(arm, flags, strict=True) if flag >= 0}
    yield _Rate("recontact_rate", "Came back within 7 days", lambda row: back.get(row.conversation_id), False)


def _amounts(arms: _Arms, costs: Costs) -> Iterator[_Amount]:
    yield _Amount("resolution_time_s", "Resolution time", "s", lambda row: _log(row.duration_s))
    yield _Amount("first_response_s", "First response", "s", lambda row: _log(_first_s(row)))
    yield _Amount("tone_distance", "Distance from the brand's tone", "", lambda row: row.tone_distance, relative=False)
    spent: dict[str, float] = {}
    for arm in (arms.ai, arms.human, arms.assisted):
        if arm:
            found, _ = cost_of(columns_of(arm), costs, "production")
            spent |= {row.conversation_id: eur for row, eur in zip(arm, found.tolist(), strict=True)}
    yield _Amount("cost_eur", "Cost a conversation", "eur", lambda row: spent.get(row.conversation_id), relative=False)


def _first_s(row: Facts) -> float | None:
    waited = row.first_human_ms if row.handled_by != "ai" else row.first_response_ms
    return waited / 1000 if waited is not None else None


def _log(value: float | None) -> float | None:
    return log(value) if value is not None and value > 0 else None


def _gap(rate: _Rate, ours: Sequence[Facts], people: Sequence[Facts]) -> PeopleGap | None:
    return gap_between(rate.name, by_stratum(ours, rate.value), by_stratum(people, rate.value))


def _rate_delta(rate: _Rate, found: PeopleGap) -> Delta:
    gap = found.gap
    return Delta(
        name=rate.name, title=rate.title, unit="rate", before=gap.rate_b, after=gap.rate_a, difference=gap.value,
        low=max(-1.0, gap.low), high=min(1.0, gap.high), n=found.n_ai + found.n_human, scale="points",
        method="direct standardisation", naive=gap.naive, mix_effect=gap.mix_effect, support_rate=gap.support_rate,
        direction=direction(gap.value, rate.better, is_clear=gap.low > 0 or gap.high < 0),
    )  # fmt: skip


def _amount(amount: _Amount, ours: Sequence[Facts], people: Sequence[Facts]) -> Delta | None:
    from evalkit.stats import standardise_means

    ai, human = merged(by_stratum(ours, amount.value), by_stratum(people, amount.value), LEAST)
    try:
        gap = standardise_means(_named(ai), _named(human), min_n=LEAST)
    except ValueError:
        return None
    n = sum(map(len, ai.values())) + sum(map(len, human.values()))
    before, after, value, low, high = gap.rate_b, gap.rate_a, gap.value, gap.low, gap.high
    naive, mix = gap.naive, gap.mix_effect
    if amount.relative:
        before, after = exp(before), exp(after)
        value, low, high, naive, mix = (exp(x) - 1 for x in (value, low, high, naive, mix))
    return Delta(
        name=amount.name, title=amount.title, unit=amount.unit, before=before, after=after, difference=value, low=low,
        high=high, n=n, scale="relative" if amount.relative else "units", naive=naive, mix_effect=mix,
        method=f"direct standardisation of {'geometric ' if amount.relative else ''}means",
        support_rate=gap.support_rate, direction=direction(value, False, is_clear=low > 0 or high < 0),
    )  # fmt: skip


def _named(side: Mapping[Stratum, Sequence[float]]) -> dict[Hashable, Sequence[float]]:
    return dict(side.items())


def _details(arms: _Arms, head: PeopleGap | None) -> Data:
    found: Data = {
        "arms": {
            "ai": len(arms.ai), "ai_assisted": len(arms.assisted), "human": len(arms.human),
            "ai_handed_over": sum(row.n_human_turns > 0 or row.escalated == 1 for row in arms.ai),
        }
    }  # fmt: skip
    if head is not None:
        found["headline"] = head.measure
        found["e_value"] = head.hidden
        if head.odds is not None:
            found["odds_ratio"] = head.odds._asdict()
        found["strata"] = [
            {
                "topic": s.stratum[0] or "(no topic)", "channel": s.stratum[1], "language": s.stratum[2] or "?",
                "ai_rate": s.ai.rate, "n_ai": s.n_ai, "human_rate": s.human.rate, "n_human": s.n_human,
            }
            for s in head.strata
        ]  # fmt: skip
    third = [
        {"name": rate.name, "title": rate.title, "assisted_rate": gap.gap.rate_a, "human_rate": gap.gap.rate_b,
         "difference": gap.gap.value, "low": gap.gap.low, "high": gap.gap.high, "n": gap.n_ai}
        for rate in _rates(arms)
        if (gap := _gap(rate, arms.assisted, arms.human)) is not None
    ]  # fmt: skip
    if third:
        found["ai_assisted"] = third
    return found


def _notes(arms: _Arms, deltas: Sequence[Delta], head: PeopleGap | None) -> Iterator[str]:
    yield (
        "after comparing like with like on topic, channel and language; other differences remain: only sending a random"
        " 5 % of the AI's questions straight to people would settle the cause"
    )
    handed = sum(row.n_human_turns > 0 or row.escalated == 1 for row in arms.ai)
    if handed:
        yield f"{handed} conversations that the AI began and handed over stay with the AI"
    unknown = sum(row.topic is None for row in (*arms.ai, *arms.human))
    if unknown > _MOSTLY_UNKNOWN * (len(arms.ai) + len(arms.human)):
        yield (
            "most conversations have no topic, so unlike questions are compared; `evalkit topics … --assign` names them"
        )
    least = min((d.support_rate for d in deltas if d.support_rate is not None), default=1.0)
    if least < _LEAST_SUPPORT_RATE:
        yield f"common support: only {100 * least:.0f} % of the conversations have a counterpart on the other side"
    if head is not None and head.odds is not None and head.odds.p_same < _DISAGREE:
        yield (
            f"the gap in {in_a_sentence(TITLES.get(head.measure, head.measure))} is not the same for all questions"
            f" (p = {head.odds.p_same:.2g}): read it topic by topic, the average hides that"
        )
    yield "each interval is 95 % by itself; of twenty numbers one moves by chance"


def _sentence(human: ScoredRun, ai: ScoredRun, deltas: Sequence[Delta], head: PeopleGap | None) -> str:
    who = f"{ai.run.release} against {human.run.release}, on the kind of questions that the AI gets"
    if ai.run.id == human.run.id:
        who = f"the AI of {ai.run.release} against its people, on the kind of questions that the AI gets"
    moved = [d for d in deltas if d.direction in {"better", "worse"} and d.name != (head.measure if head else "")]
    said = []
    if head is not None:
        gap = head.gap
        verdict = (
            "cannot tell" if gap.low <= 0 <= gap.high else "the AI does better" if gap.low > 0 else "people do better"
        )
        said.append(
            f"{verdict}: {in_a_sentence(TITLES.get(head.measure, head.measure))} {100 * gap.value:+.1f} points"
            f" ({100 * gap.low:+.1f} to {100 * gap.high:+.1f}; plainly {100 * gap.naive:+.1f})"
        )
    for kind in ("better", "worse"):
        names = [in_a_sentence(d.title) for d in moved if d.direction == kind]
        said += [f"{kind} in {', '.join(names)}"] * bool(names)
    return f"{who}: {'; '.join(said) or 'no number moved beyond chance'}."
