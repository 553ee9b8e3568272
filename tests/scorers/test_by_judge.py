"""A judge that earned its vote decides claims that the rules leave open, and never one that a rule decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalkit.judge.asking import Judged
from evalkit.judge.provider import JudgeSettings, Provider
from evalkit.judge.questions import load_questions
from evalkit.knowledge import Knowledge
from evalkit.model import Score, ScorerSpec
from evalkit.policy.sections import Policy
from evalkit.scorers.by_judge import ASKED, CONTRADICTED, SUPPORTED
from evalkit.scoring import World, build_scorers, gather, score, score_key
from evalkit.store.facts import facts_of
from evalkit.store.store import Store
from tests.scorers.conftest import talk

BASE = Knowledge.from_texts(["Tvätta tröjan i kallt vatten och torka den liggande.", "Frakten kostar 49 kr."])
OPEN = talk("c: Kan ni sy om kragen?", "b: Vår skräddare i Lund syr om kragen.", language="sv")
WRONG = talk("c: Vad kostar frakten?", "b: Frakten kostar 59 kr.", language="sv")
HOLDS = (Judged(question=SUPPORTED, status="answered", answer="yes", good=True, turn=1),
         Judged(question=CONTRADICTED, status="answered", answer="no", good=True, turn=1))  # fmt: skip
DENIES = (Judged(question=SUPPORTED, status="answered", answer="no", good=False, turn=1),
          Judged(question=CONTRADICTED, status="answered", answer="yes", good=False, turn=1))  # fmt: skip
TORN = (HOLDS[0], DENIES[1])
ELSEWHERE = (DENIES[0], Judged(question=CONTRADICTED, status="answered", answer="yes", good=False, turn=3))
BROKEN = tuple(Judged(question=q, status="error", cause="the judge refused to answer") for q in ASKED)


def scored(conversation: Any, judged: tuple[Judged, ...], **args: Any) -> Score:
    given = {"by_judge": True, "voting": list(ASKED), **args}
    world = World(
        build_scorers([ScorerSpec(name="correctness", args=given)]), knowledge=BASE,
        judged={conversation.id: {j.question: j for j in judged}},
    )  # fmt: skip
    (found,) = score(conversation, None, gather(conversation, None, world), world.scorers)
    return found


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [(HOLDS, "pass"), (DENIES, "fail"), (TORN, "unsure"), (ELSEWHERE, "unsure"), (BROKEN, "unsure"), ((), "unsure")],
    ids=["supports", "denies", "yes to both", "denies another turn", "no answer", "not asked"],
)
def test_an_open_claim_is_what_the_judge_says_where_its_answers_agree(judged: tuple[Judged, ...], verdict: str) -> None:
    assert scored(OPEN, judged).verdict == verdict


def test_its_word_is_told_as_a_judges() -> None:
    found = scored(OPEN, DENIES)
    assert [(f.rule, f.confidence) for f in found.findings] == [("correctness.contradicted", "judge")]
    assert found.data["n_by_judge"] == 1
    assert "n_by_judge" not in scored(OPEN, BROKEN).data


@pytest.mark.parametrize(
    ("judged", "voting", "verdict"),
    [(HOLDS, [CONTRADICTED], "unsure"), (DENIES, [SUPPORTED], "unsure"), (HOLDS, [], "unsure"), (DENIES, [], "unsure")],
)  # fmt: skip
def test_without_a_vote_on_the_question_it_decides_nothing(
    judged: tuple[Judged, ...], voting: list[str], verdict: str
) -> None:
    assert scored(OPEN, judged, voting=voting).verdict == verdict


def test_a_rule_that_decides_stands_whatever_the_judge_says() -> None:
    assert scored(WRONG, HOLDS).verdict == "fail"
    right = talk("c: Vad kostar frakten?", "b: Frakten kostar 49 kr.", language="sv")
    assert scored(right, DENIES).verdict == "pass"


def test_it_is_off_by_default_and_leaves_the_name_of_the_scores_as_it_was() -> None:
    assert scored(OPEN, HOLDS, by_judge=False).verdict == "unsure"
    plain = build_scorers([ScorerSpec(name="correctness")])
    assert score_key(plain, Policy(), None) == score_key(
        build_scorers([ScorerSpec(name="correctness", args={"by_judge": False})]), Policy(), None
    )
    asked = build_scorers([ScorerSpec(name="correctness", args={"by_judge": True})])
    assert score_key(plain, Policy(), None) != score_key(asked, Policy(), None)


def test_the_votes_that_people_gave_reach_the_scorer(tmp_path: Path) -> None:
    from evalkit.cli.judging import identity_of, with_judge
    from evalkit.engine.judging import Bench
    from tests.review.test_calibration import stored

    settings = JudgeSettings(
        base_url="http://127.0.0.1:9/v1", model="m", provider=Provider(region="local", dpa=True, no_training=True),
        open_claims=True,
    )  # fmt: skip
    bench = Bench(settings, load_questions(["correctness"]), client=None, cache=":memory:")  # type: ignore[arg-type]
    with Store.open(tmp_path / "s.db") as store:
        without = {s.name: s.args for s in with_judge([], bench, store)}
        assert without["correctness"] == {"by_judge": True, "voting": []}
        assert {"expect", "privacy", "judge"} <= set(without), "no scorer is lost where a judge joins the default ones"
        stored(store, identity_of(bench), 120, judged=SUPPORTED, people="correct")
        with_votes = {s.name: s.args for s in with_judge([ScorerSpec(name="correctness")], bench, store)}
        assert with_votes["correctness"] == {"by_judge": True, "voting": [SUPPORTED]}
    row = facts_of(_run(), OPEN, [scored(OPEN, DENIES)], critical=False, n_zero=0)
    assert (row.passed, row.correct) == (0, 0)


def _run() -> Any:
    from evalkit.model import Run

    return Run(id="r", release="1")
