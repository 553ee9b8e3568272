"""A replayed sample is compared case by case with the conversations that it was drawn from."""

from __future__ import annotations

import pytest

from evalkit.comparison.originals import BesideOriginals, beside
from evalkit.comparison.result import Comparison, Delta
from evalkit.comparison.strategies import compare
from evalkit.errors import InputError
from evalkit.model import Case, Run
from evalkit.store.facts import Facts
from evalkit.store.scored import ScoredRun
from tests.scored_runs import a_case

N = 60


def desk(solved: int, n: int = N) -> ScoredRun:
    """`n` conversations of which people solved the first; twenty more that nobody drew, all unsolved."""
    rows = [
        Facts(
            conversation_id=f"real-{number}", handled_by="human", source="production", solved=int(number < solved),
            language_ok=1, first_human_ms=600_000.0,
        )
        for number in range(n + 20)
    ]  # fmt: skip
    return ScoredRun(Run(id="h", release="human-w46", source="production", status="finished"), "k", tuple(rows), {})


def replayed(solved: range, n: int = N, trials: int = 2, chance: float = 0.5) -> ScoredRun:
    """The bot on the same conversations: those in `solved` it solved, in every trial."""
    cases = {f"c{i}": a_case(f"c{i}", origin=f"real-{i}", inclusion_probability=chance, draft=True) for i in range(n)}
    rows = [
        Facts(
            conversation_id=f"bot-{i}-{trial}", case_id=f"c{i}", trial=trial, source="replay", solved=int(i in solved),
            passed=0, language_ok=1, first_response_ms=6_000.0,
        )
        for i in range(n)
        for trial in range(trials)
    ]  # fmt: skip
    return ScoredRun(Run(id="b", release="bot-1.5", source="replay", status="finished"), "k", tuple(rows), cases)


def delta(found: Comparison, name: str) -> Delta:
    return next(one for one in found.deltas if one.name == name)


def test_each_case_is_its_own_control_whichever_side_is_named_first() -> None:
    human, bot = desk(40), replayed(range(4, 56))
    for found in (compare(human, bot), compare(bot, human)):
        assert found.strategy == BesideOriginals.name
        assert (found.before.release, found.after.release) == ("human-w46", "bot-1.5")
        solved = delta(found, "solved_rate")
        assert (solved.before, solved.after, solved.n) == pytest.approx((40 / N, 52 / N, N))
        assert solved.difference == pytest.approx(12 / N)
        assert {change.case_id for change in found.of_kind("broke")} == {"c0", "c1", "c2", "c3"}
        assert len(found.of_kind("fixed")) == 16
        assert "4 solved before are not now, 16 are only now." in found.sentence
        assert "better in" in found.sentence


def test_times_are_a_share_of_what_people_needed() -> None:
    waited = delta(compare(desk(40), replayed(range(40))), "first_response_s")
    assert (waited.before, waited.after) == pytest.approx((600, 6))
    assert waited.difference == pytest.approx(-0.99)
    assert waited.direction == "better"


def test_the_same_work_shows_no_gap_at_all() -> None:
    solved = delta(compare(desk(40), replayed(range(40))), "solved_rate")
    assert (solved.difference, solved.direction) == (0, "same")


def test_the_gap_is_weighed_back_to_all_that_could_be_drawn() -> None:
    human, bot = desk(30), replayed(range(15, 45))
    # Cases 0 to 29 stand for ten conversations each, the others for one: there the bot loses 15 and wins none.
    cases = {
        id_: a_case(id_, origin=c.origin, inclusion_probability=0.1 if int(id_[1:]) < 30 else 1.0)
        for id_, c in bot.cases.items()
    }
    found = compare(human, ScoredRun(bot.run, "k", bot.rows, cases)).details["weighed_back"]
    assert delta(compare(human, bot), "solved_rate").difference == 0
    assert found["difference"] == pytest.approx((-15 * 10 + 15) / (30 * 10 + 30))
    assert found["low"] < found["difference"] < found["high"] < 0


def pinned(bot: ScoredRun) -> ScoredRun:
    """As if each record had been played message by message, two cases each."""
    cases: dict[str, Case] = {id_: a_case(id_, origin=f"real-{int(id_[1:]) // 2}") for id_ in bot.cases}
    return ScoredRun(bot.run, "k", bot.rows, cases)


def test_one_message_of_a_record_is_no_whole_conversation() -> None:
    with pytest.raises(InputError, match="plays 0 whole conversations of 'human-w46'"):
        compare(desk(40), pinned(replayed(range(40))))


def test_other_replays_and_strangers_are_no_originals() -> None:
    strangers = ScoredRun(desk(40).run, "k", tuple(desk(40).rows[-20:]), {})
    with pytest.raises(InputError, match="the replay of a sample"):
        compare(strangers, replayed(range(40)))
    human, bot = desk(40), replayed(range(40))
    left, right = beside(human, bot)
    assert right is bot
    assert len(left.rows) == N
    assert left.by_case["c7"][0].conversation_id == "real-7"
    assert beside(bot, bot) == (bot, bot)
