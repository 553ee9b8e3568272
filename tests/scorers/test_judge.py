"""The judge's answers become a score: it informs, and only a question that has earned its vote fails anything."""

from __future__ import annotations

import pytest

from evalkit.judge.asking import Judged
from evalkit.model import Score, ScorerSpec
from evalkit.scoring import World, build_scorers, gather, score
from tests.scorers.conftest import talk

TALK = talk("c: Var är paketet?", "b: På torsdag.")


def scored(*judged: Judged, **args: object) -> Score:
    world = World(
        build_scorers([ScorerSpec(name="judge", args=args)]), judged={TALK.id: {j.question: j for j in judged}}
    )
    (found,) = score(TALK, None, gather(TALK, None, world), world.scorers)
    return found


GOOD = Judged(question="met", status="answered", answer="yes", good=True, turn=1)
BAD = Judged(question="met", status="answered", answer="no", good=False, turn=1, severity="high")
DOUBT = Judged(question="met", status="unsure", answer="yes", cause="its quote is not in the conversation")
BROKEN = Judged(question="met", status="error", cause="the judge refused to answer")


@pytest.mark.parametrize(
    ("answer", "voting", "verdict"),
    [
        (GOOD, (), "pass"),
        (BAD, (), "unsure"),
        (BAD, ("met",), "fail"),
        (BAD, ("other",), "unsure"),
        (DOUBT, ("met",), "unsure"),
        (BROKEN, (), "error"),
        (BROKEN, ("met",), "error"),
    ],
)
def test_a_verdict_needs_an_answer_and_a_fail_needs_a_vote(
    answer: Judged, voting: tuple[str, ...], verdict: str
) -> None:
    assert scored(answer, voting=voting).verdict == verdict


def test_a_bad_answer_is_a_finding_of_the_judge_at_its_turn() -> None:
    (finding,) = scored(BAD, voting=("met",)).findings
    assert (finding.rule, finding.severity, finding.turn, finding.confidence) == ("judge.met", "high", 1, "judge")
    assert not finding.passed
    (informing,) = scored(BAD).findings
    assert informing.passed


def test_without_a_judge_the_score_is_skipped_and_says_so() -> None:
    found = scored()
    assert (found.verdict, found.cause) == ("skip", "no judge was asked; `--judge` names one")


def test_an_outage_of_a_judge_without_a_vote_takes_no_conversation_out_of_the_numbers() -> None:
    from evalkit.model import Run
    from evalkit.store.facts import facts_of

    run, others = Run(id="r", release="1"), Score(scorer="expect", verdict="pass")
    informing, voting = scored(BROKEN), scored(BROKEN, voting=("met",))
    row = facts_of(run, TALK, [others, informing], critical=False, n_zero=0)
    assert (row.error, row.passed) == (None, 1)
    row = facts_of(run, TALK, [others, voting], critical=False, n_zero=0)
    assert (row.error, row.passed) == ("judge", None)


def test_another_judge_or_vote_makes_another_set_of_scores() -> None:
    from evalkit.policy.sections import Policy
    from evalkit.scoring import score_key

    keys = {
        score_key(build_scorers([ScorerSpec(name="judge", args=args)]), Policy(), None)
        for args in ({"identity": "a"}, {"identity": "b"}, {"identity": "a", "voting": ["met"]})
    }
    assert len(keys) == 3
