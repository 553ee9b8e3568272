"""The model door: asked only of what the rules leave open, and never a download."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import KnowledgeError
from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.entailment import Probabilities, by_judge, local_model

BASE = Knowledge.from_texts(["Tvätta tröjan i kallt vatten och torka den liggande.", "Frakten kostar 49 kr."])


def test_the_model_decides_what_the_rules_leave_open() -> None:
    asked: list[str] = []

    def model(premise: str, hypothesis: str, language: str | None) -> Probabilities:
        asked.append(hypothesis)
        return Probabilities(0.05, 0.05, 0.9)

    answer = "Skräddaren syr om tröjan."
    assert check(answer, "Kan ni sy om kragen?", BASE, "sv", entailment=model).verdict == "contradicted"
    assert check("Frakten kostar 59 kr.", "Vad kostar frakten?", BASE, "sv", entailment=model).verdict == "contradicted"
    assert asked == [answer]


def test_a_model_that_is_unsure_changes_nothing() -> None:
    answer = "Skräddaren syr om tröjan."
    before = check(answer, None, BASE, "sv").verdict
    assert check(answer, None, BASE, "sv", entailment=lambda *_: Probabilities(0.4, 0.3, 0.3)).verdict == before


@pytest.mark.parametrize(
    ("holds", "denies", "verdict"),
    [(True, False, "supported"), (False, True, "contradicted"), (True, True, None), (None, None, None)],
)
def test_a_judge_decides_what_the_rules_leave_open_and_only_when_its_answers_agree(
    holds: bool | None, denies: bool | None, verdict: str | None
) -> None:
    answers = {"supported_by_knowledge": holds, "contradicts_knowledge": denies}
    judge = by_judge(lambda question, premise, hypothesis: answers[question])
    answer = "Skräddaren syr om tröjan."
    before = check(answer, "Kan ni sy om kragen?", BASE, "sv").verdict
    assert check(answer, "Kan ni sy om kragen?", BASE, "sv", entailment=judge).verdict == (verdict or before)


def test_a_judge_never_overrules_an_exact_rule() -> None:
    judge = by_judge(lambda question, premise, hypothesis: question == "supported_by_knowledge")
    assert check("Frakten kostar 59 kr.", "Vad kostar frakten?", BASE, "sv", entailment=judge).verdict == "contradicted"


def test_a_name_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such folder"):
        local_model("some/model-name")
