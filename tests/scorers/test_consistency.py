"""The same question over languages, channels and paraphrases: the odd answer out is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.engine.scoring_run import score_run
from evalkit.model import Case, Conversation, Run, ScorerSpec, Turn
from evalkit.scorers.consistency import Consistency
from evalkit.scoring import World, build_scorers, group_scores
from evalkit.store.store import Store


def talk(id_: str, asked: str, answered: str, language: str) -> Conversation:
    turns = (Turn(role="customer", text=asked), Turn(role="bot", text=answered))
    return Conversation(id=id_, run_id="r", case_id=id_, turns=turns, language=language)


SV = talk("sv", "Hur länge har jag returrätt?", "Du har 30 dagars returrätt.", "sv")
DE = talk("de", "Wie lange kann ich zurückgeben?", "Sie können einen Monat lang zurückgeben.", "de")
ODD = talk("da", "Hvor længe har jeg returret?", "Du har 14 dages returret.", "da")


@pytest.mark.parametrize(
    ("talks", "verdicts"),
    [
        ((SV, DE), ["pass", "pass"]),
        ((SV, DE, ODD), ["pass", "pass", "fail"]),
        ((SV,), ["skip"]),
        ((talk("a", "Tar ni kontanter?", "Nej.", "sv"), talk("b", "Tar ni kontanter?", "Ja, kontanter går bra.", "sv")), ["fail", "fail"]),
        ((talk("a", "Hej", "Hej!", "sv"), talk("b", "Hej", "", "sv")), ["pass", "pass"]),
    ],
)  # fmt: skip
def test_the_odd_answer_out_is_told(talks: tuple[Conversation, ...], verdicts: list[str]) -> None:
    found = group_scores(Consistency(), talks, World((Consistency(),)))
    assert [score.verdict for _, score in found] == verdicts


def test_a_run_stores_the_scores_of_its_groups(tmp_path: Path) -> None:
    world = World(build_scorers([ScorerSpec(name="consistency")]))
    with Store.open(tmp_path / "s.db") as store:
        run = Run(id="r", release="1", status="finished")
        store.add_run(run)
        store.add_cases("r", [Case(id=t.id, group="return") for t in (SV, DE, ODD)] + [Case(id="alone")])
        store.add_conversations([SV, DE, ODD, talk("alone", "Hej", "Hej!", "sv")])
        key = score_run(store, run, world, workers=1)
        scores = {id_: found for id_, found in store.scores("r", key)}
        facts = {row.case_id: row.consistent for row in store.facts("r", key)}
    assert [s.verdict for s in scores["da"]] == ["fail"]
    assert facts == {"sv": 0, "de": 0, "da": 0, "alone": None}


class Broken(Consistency, frozen=True, kw_only=True):
    def score_group(self, conversations: object, context: object) -> list[tuple[str, object]]:  # type: ignore[override]
        raise ValueError("hemligt")


def test_a_bug_in_a_group_scorer_is_an_error_for_each_and_quotes_nothing() -> None:
    found = group_scores(Broken(), (SV, DE), World(()))
    assert [(s.verdict, s.boundary) for _, s in found] == [("error", "scorer")] * 2
    assert "hemligt" not in (found[0][1].cause or "")
