"""A claim is held, denied, outdated or unknown by the knowledge base that was valid on the day."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge
from evalkit.model import Case, Conversation, Expectation, RequiredFact, ToolCall, Turn
from tests.scorers.conftest import Judge, talk

OLD = "Du har 14 dagars öppet köp från den dag du fick varan. Returfrakten kostar 39 kr."
NEW = "Du har 30 dagars öppet köp från den dag du fick varan. Returfrakten kostar 49 kr."
DANISH = "Levering til Danmark tager 4–7 hverdage. Butikken har åbent kl. 10.00–18.00."
FINNISH = "Rahat palautetaan 5 arkipäivän kuluessa palautuksen saapumisesta."
BASE = Knowledge.from_documents(
    [
        {"id": "returns", "language": "sv", "valid_from": "2026-03-01", "text": NEW},
        {"id": "returns", "language": "sv", "valid_to": "2026-02-28", "text": OLD},
        {"id": "delivery", "language": "da", "text": DANISH},
        {"id": "refund", "language": "fi", "text": FINNISH},
        {"id": "internal", "audience": "internal", "text": "Kulans ges upp till 200 kr."},
    ]
)


def rules(judge: Judge, question: str, answer: str, **more: object) -> set[str]:
    found = judge("correctness", talk(f"c: {question}", f"b: {answer}", **more), knowledge=BASE)
    return {f.rule.split(".")[1] for f in found.findings}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Hur länge har jag öppet köp?", "Du har 30 dagars öppet köp."),
        ("Hur länge har jag öppet köp?", "Du har en månads öppet köp från det att du fick varan."),
        ("Vad kostar returfrakten?", "Returfrakten kostar 49 kronor."),
        ("Hvor lang tid tager levering?", "Levering til Danmark tager 4-7 hverdage."),
        ("Milloin saan rahat?", "Rahat palautetaan viiden arkipäivän kuluessa."),
    ],
)
def test_what_the_base_says_is_supported(question: str, answer: str, judge: Judge) -> None:
    assert rules(judge, question, answer) == {"supported"}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Hur länge har jag öppet köp?", "Du har 60 dagars öppet köp."),
        ("Vad kostar returfrakten?", "Returfrakten kostar 79 kr."),
        ("Hvor lang tid tager levering?", "Levering til Danmark tager 1-2 hverdage."),
        ("Milloin saan rahat?", "Rahat palautetaan 10 arkipäivän kuluessa."),
    ],
)
def test_another_amount_of_the_same_thing_contradicts(question: str, answer: str, judge: Judge) -> None:
    assert rules(judge, question, answer) == {"contradicted"}


def test_a_superseded_amount_is_stale(judge: Judge) -> None:
    assert rules(judge, "Hur länge har jag öppet köp?", "Du har 14 dagars öppet köp från den dag du fick varan.") == {
        "stale"
    }


def test_the_day_of_the_case_decides_which_version_holds(judge: Judge) -> None:
    conversation = talk("c: Hur länge har jag öppet köp?", "b: Du har 14 dagars öppet köp från den dag du fick varan.")
    found = judge("correctness", conversation, Case(id="c", as_of="2026-01-15"), knowledge=BASE)
    assert found.verdict == "pass"


def test_an_invented_address_is_seen(judge: Judge) -> None:
    assert rules(judge, "Hur når jag er?", "Skriv till hjalp@fjallby.example så svarar vi.") == {"invented"}


@pytest.mark.parametrize("answer", ["Vad är ditt ordernummer?", "Hej!", "Tack, ha en fin dag!"])
def test_what_states_nothing_is_not_judged(answer: str, judge: Judge) -> None:
    found = judge("correctness", talk("c: Hej", f"b: {answer}"), knowledge=BASE)
    assert found.verdict == "skip"


def test_words_that_nobody_can_check_are_unsure_and_never_fail(judge: Judge) -> None:
    found = judge(
        "correctness", talk("c: Berätta", "b: Våra renar drar paketen genom skogen om natten."), knowledge=BASE
    )
    assert found.verdict == "unsure"


@pytest.mark.parametrize(
    ("question", "is_gap"),
    [("Hej!", False), ("ok", False), ("Kan jag betala med kryptovaluta hos er?", True), ("Har ni presentkort?", True)],
)
def test_a_gap_is_a_question_and_no_greeting(judge: Judge, question: str, is_gap: bool) -> None:
    told = rules(judge, question, "Det har jag tyvärr inget svar på.")
    assert ("knowledge_gap" in told) == is_gap


def test_a_false_fallback_is_told(judge: Judge) -> None:
    conversation = talk("c: Hur länge har jag öppet köp?", "b: Det där kan jag inte svara på.", language="sv")
    found = judge("correctness", conversation, knowledge=BASE)
    assert found.data["false_fallback"] is True


def test_a_required_fact_is_met_by_its_amount_in_other_words(judge: Judge) -> None:
    case = Case(id="c", required_facts=(RequiredFact(statement="Öppet köp gäller i 30 dagar"),))
    said = talk("c: Hur länge?", "b: Räkna med trettio dagar från att du fick varan.")
    unsaid = talk("c: Hur länge?", "b: Ganska länge ändå.")
    assert not [f for f in judge("correctness", said, case).findings if f.rule == "correctness.missing_fact"]
    assert [f.rule for f in judge("correctness", unsaid, case).findings] == ["correctness.missing_fact"]


def test_what_is_claimed_and_not_done_is_told(judge: Judge) -> None:
    said = talk("c: Avboka min order", "b: Jag har avbokat din order.", language="sv")
    expects = Case(id="c", expectations=(Expectation(check="tool_called", args={"name": "cancel"}),))
    (found,) = [f for f in judge("correctness", said, expects).findings if f.rule == "correctness.claimed_not_done"]
    assert (found.confidence, found.turn) == ("exact", 1)
    called = Turn(role="bot", text="Jag har avbokat din order.", tool_calls=(ToolCall(name="cancel"),))
    done = Conversation(id="d", turns=(said.turns[0], called), language="sv")
    assert not [f for f in judge("correctness", done, expects).findings if f.rule == "correctness.claimed_not_done"]
    # An endpoint that tells of no calls at all is not held to them.
    assert not [f for f in judge("correctness", said).findings if f.rule == "correctness.claimed_not_done"]


@pytest.mark.parametrize(("handled_by", "verdict"), [("human", "fail"), ("ai_assisted", "fail"), ("ai", "skip")])
def test_people_who_handle_a_conversation_are_held_against_the_same_articles(
    judge: Judge, handled_by: str, verdict: str
) -> None:
    said = talk("c: Vad kostar returfrakten?", "h: Returfrakten kostar 99 kr.", handled_by=handled_by)
    assert judge("correctness", said, knowledge=BASE).verdict == verdict
