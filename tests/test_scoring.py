"""The funnel is pure, keeps the order of needs, and turns a crash into a record."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

from evalkit.errors import InputError
from evalkit.model import Case, Conversation, Failure, Score, ScorerSpec, Turn
from evalkit.policy.sections import Policy, TonePolicy
from evalkit.scorers.door import Context, Scope
from evalkit.scoring import World, build_scorers, gather, score, score_key

TALK = Conversation(id="c1", turns=(Turn(role="customer", text="Hej"), Turn(role="bot", text="Hej! 4111")))


class Counts(msgspec.Struct, frozen=True):
    """Counts the bot's turns."""

    at_least: int = 1
    name: ClassVar[str] = "counts"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        enough = len(context.reading.bot_turns) >= self.at_least
        return Score(scorer=self.name, verdict="pass" if enough else "fail")


class Agrees(Counts, frozen=True):
    """Builds on the score of `counts`."""

    name: ClassVar[str] = "agrees"
    needs: ClassVar[tuple[str, ...]] = ("counts",)
    reads: ClassVar[tuple[str, ...]] = ("tone",)

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        return Score(scorer=self.name, verdict=context.scores["counts"].verdict)


class Crashes(Counts, frozen=True):
    """Has a bug that quotes the customer."""

    name: ClassVar[str] = "crashes"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        raise RuntimeError(conversation.turns[-1].text)


def run(*scorers: Counts, conversation: Conversation = TALK) -> list[Score]:
    return score(conversation, None, gather(conversation, None, World(scorers=scorers)), scorers)


def test_each_scorer_gives_one_score_and_sees_those_it_needs() -> None:
    assert [(s.scorer, s.verdict) for s in run(Counts(at_least=2), Agrees())] == [
        ("counts", "fail"),
        ("agrees", "fail"),
    ]


def test_a_scorer_that_raises_gives_an_error_and_the_others_go_on() -> None:
    first, second = run(Crashes(), Counts())
    assert (first.verdict, first.boundary) == ("error", "scorer")
    assert second.verdict == "pass"


def test_the_cause_of_a_crash_never_quotes_the_conversation() -> None:
    cause = run(Crashes())[0].cause
    assert cause is not None
    assert "4111" not in cause
    assert cause.startswith("RuntimeError at test_scoring.py:")


def test_a_conversation_that_broke_is_an_error_for_every_scorer_and_never_a_pass() -> None:
    broken = msgspec.structs.replace(TALK, failure=Failure(boundary="bot", cause="500 from the endpoint"))
    assert [(s.verdict, s.boundary) for s in run(Counts(), Agrees(), conversation=broken)] == [("error", "bot")] * 2


def test_scoring_twice_gives_the_same_bytes() -> None:
    encode = msgspec.json.encode
    assert encode(run(Counts(), Agrees())) == encode(run(Counts(), Agrees()))


def test_the_score_key_follows_versions_arguments_sections_and_kb_and_nothing_else() -> None:
    policy = Policy()
    key = score_key((Counts(), Agrees()), policy, "kb1")
    assert key == score_key((Agrees(), Counts()), policy, "kb1"), "order does not matter"
    assert key != score_key((Counts(at_least=2), Agrees()), policy, "kb1")
    assert key != score_key((Counts(), Agrees()), policy, "kb2")
    toned = msgspec.structs.replace(policy, tone=TonePolicy(emoji_max=0))
    assert key != score_key((Counts(), Agrees()), toned, "kb1"), "a section that is read counts"
    assert score_key((Counts(),), policy, None) == score_key((Counts(),), toned, None), "one that is not, does not"


def test_a_scorer_may_not_read_the_sections_of_the_reading_wing() -> None:
    class Nosy(Counts, frozen=True):
        reads: ClassVar[tuple[str, ...]] = ("gate",)

    with pytest.raises(InputError, match="gate"):
        score_key((Nosy(),), Policy(), None)


def test_an_unknown_scorer_is_named_with_its_neighbour() -> None:
    with pytest.raises(InputError, match="did you mean 'correctness'"):
        build_scorers([ScorerSpec(name="correctnes")])


def test_an_own_scorer_is_named_by_its_path_and_checked() -> None:
    (mine,) = build_scorers([ScorerSpec(name="tests.test_scoring:Counts", args={"at_least": 3})])
    assert mine == Counts(at_least=3)
    with pytest.raises(InputError, match="did you mean 'at_least'"):
        build_scorers([ScorerSpec(name="tests.test_scoring:Counts", args={"at_leest": 3})])
    with pytest.raises(InputError, match="no scorer"):
        build_scorers([ScorerSpec(name="pathlib:Path")])
