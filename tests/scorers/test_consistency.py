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


EIGHT = (
    ("Ja, det går bra.", "Ja, det går bra.", "Ja, det går bra."),
    ("Ja, kontanter går bra.", "Nej, kontanter går inte.", "Ja, kontanter går bra."),
    ("Du har 30 dagars returrätt.", "Du har 30 dagars returrätt.", "Du har 14 dagars returrätt."),
    ("Frakten kostar 49 kr.", "Frakten kostar 49 kr.", "Frakten kostar 49 kr."),
    ("Frakten kostar 49 kr.", "Frakten kostar 59 kr.", "Frakten kostar 69 kr."),
    ("Vi öppnar kl. 9.", "Vi öppnar kl. 9.", "Vi öppnar kl. 9."),
    ("Det tar 3 dagar.", "Det tar 3 dagar.", "Det tar 3 dagar."),
    ("Det kostar 5 euro.", "Det kostar 5 euro.", "Det kostar 8 euro."),
)
"""Eight questions over three channels: yes yes yes, yes no yes, 30 30 14, a a a, a b c, x x x, x x x, y y z."""


def test_pairs_that_agree_and_questions_answered_alike_have_their_worked_values() -> None:
    pairwise, alike = [], []
    for number, answers in enumerate(EIGHT):
        talks = [talk(f"{number}-{n}", "Tar ni kontanter?", said, "sv") for n, said in enumerate(answers)]
        found = [score for _, score in group_scores(Consistency(), talks, World((Consistency(),)))]
        pairwise.append(sum(score.value or 0.0 for score in found) / len(found))
        alike.append(all(score.data["consistent"] for score in found))
    assert pairwise == pytest.approx([1, 1 / 3, 1 / 3, 1, 0, 1, 1, 1 / 3])
    assert sum(pairwise) / len(pairwise) == pytest.approx(0.625)
    assert sum(alike) / len(alike) == 0.5
