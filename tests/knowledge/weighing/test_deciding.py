"""What no rule decides is weighed by what there is to tell, and a rule's exact word stands."""

from __future__ import annotations

from math import log

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.claims import claims_of
from evalkit.knowledge.judgements import check_claim, reading_of
from evalkit.knowledge.weighing.deciding import VERDICTS, Weighing, decide, weighing
from evalkit.knowledge.weighing.features import features

BASE = Knowledge.from_texts(["Ugnen lämnas tillbaka inom 30 dagar. Frakten kostar 49 kr."])
NOWHERE = Weighing((), (), (), ((0.0, 0.0, 9.0),))
TORN = Weighing((), (), (), ((log(0.2), log(0.45), log(0.35)),))
HARDLY = Weighing((), (), (), ((log(0.25), log(0.6), log(0.15)),))


def _reading(answer: str, question: str):  # type: ignore[no-untyped-def]
    (claim,) = claims_of(answer, question=question, language="sv")
    reading = reading_of(claim, question, BASE, "sv")
    assert reading is not None
    return reading


def test_the_shares_of_the_verdicts_add_up_to_one() -> None:
    shares = weighing().shares(features(_reading("Frakten kostar 59 kr.", "Vad kostar frakten?")))
    assert sum(shares) == pytest.approx(1.0)
    assert VERDICTS[max(range(3), key=lambda n: shares[n])] == "contradicted"


def test_every_number_that_the_weights_name_is_told() -> None:
    told = features(_reading("Frakten kostar 59 kr.", "Vad kostar frakten?"))
    assert set(weighing().names) == set(told)


def test_where_the_weights_decide_it_is_never_exact_and_says_so() -> None:
    found = decide(_reading("Frakten kostar 59 kr.", "Vad kostar frakten?"), NOWHERE)
    assert (found.relation, found.exact, found.weighed) == ("not_in_kb", False, True)
    assert "weighed" in found.reason


@pytest.mark.parametrize(
    ("question", "weights", "verdict"),
    [
        ("Vad kostar frakten om jag har familjekort?", TORN, "not_in_kb"),
        # The base knows what is asked for, or silence is too unlikely.
        ("Vad kostar frakten?", TORN, "contradicted"),
        ("Vad kostar frakten om jag har familjekort?", HARDLY, "contradicted"),
    ],
)
def test_where_the_question_names_what_no_sentence_holds_a_likely_silence_is_enough(
    question: str, weights: Weighing, verdict: str
) -> None:
    assert decide(_reading("Frakten kostar 59 kr.", question), weights).relation == verdict


def test_without_a_question_the_rules_have_the_last_word() -> None:
    assert decide(_reading("Frakten kostar 59 kr.", ""), NOWHERE).relation == "contradicted"


def test_a_claim_that_a_rule_and_the_weights_agree_on_stays_as_the_rule_left_it() -> None:
    (claim,) = claims_of("Frakten kostar 59 kr.", question="Vad kostar frakten?", language="sv")
    judged = check_claim(claim, "Vad kostar frakten?", BASE, None, "sv")
    assert (judged.verdict, judged.exact, judged.open) == ("contradicted", True, False)


def test_a_statement_whose_words_stand_in_one_passage_is_supported_where_no_rule_is_against_it() -> None:
    said = "The council approved the new harbour bridge after a long debate about costs."
    base = Knowledge.from_texts([
        "After a debate about costs that lasted into the night the council approved the plan for a bridge across the new harbour.",
    ])  # fmt: skip
    (claim,) = claims_of(said, language="en")
    assert check_claim(claim, "", base, None, "en").verdict == "supported"
    (other,) = claims_of("The orchestra toured Japan with two violin concertos.", language="en")
    assert check_claim(other, "", base, None, "en").verdict == "not_in_kb"


@pytest.mark.parametrize(
    ("told", "question", "answer", "exact"),
    [
        # Who needs no reckoning needs less agreement: a list that says only, another time with it.
        ("Advice is only given in Bonn and Trier.", "Is advice given in Mainz?", "Advice is given in Mainz.", True),
        ("Skis are not rented out.", "Are skis rented out?", "Yes, skis are rented out.", True),
        ("Skis are rented out in winter.", "Are skis rented out?", "Yes, skis are rented out in winter.", False),
    ],
)
def test_a_denial_and_a_closed_list_are_exact_where_the_weights_agree(
    told: str, question: str, answer: str, exact: bool
) -> None:
    claims = check(answer, question, Knowledge.from_texts([told]), "en").claims
    assert any(c.verdict == "contradicted" and c.confidence == "exact" for c in claims) is exact
