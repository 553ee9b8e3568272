"""Each check of a case holds or fails with the turn that shows it, and its opposite does the reverse."""

from __future__ import annotations

from typing import Any

import pytest

from evalkit.model import Case, Conversation, Expectation, HandOver, ToolCall, Turn
from evalkit.scorers.expect import Expect
from evalkit.scoring import World, gather
from tests.scorers.conftest import Judge, talk

REPLY = Turn(
    role="bot", text="Du har 30 dagars öppet köp. Vad är ditt ordernummer?", latency_ms=900, first_token_ms=200,
    buttons=("Ja", "Nej"), tool_calls=(ToolCall(name="get_order", arguments={"number": "FB-1"}),),
    payload={"status": "shipped", "days": 3},
)  # fmt: skip
TALK = Conversation(
    id="t",
    turns=(Turn(role="customer", text="Hej", reason="line 0"), REPLY),
    ending="customer_done",
    handovers=(HandOver(executed=True, announced_turn=1),),
)

HOLD: list[tuple[str, dict[str, Any]]] = [
    ("contains", {"texts": ["30 DAGARS", "öppet  köp"]}),
    ("contains_any", {"texts": ["14 dagar", "30 dagar"]}),
    ("regex", {"texts": [r"\d+ dagars"]}),
    ("similar", {"to": ["Du har 30 dagars öppet köp. Vad är ditt ordernummer"], "min_rate": 0.9}),
    ("tool_called", {"name": "get_order", "arguments": {"number": "FB-1"}}),
    ("handed_over", {"value": True}),
    ("asks_for", {"value": "order_number"}),
    ("latency", {"max_ms": 1000}),
    ("first_token", {"max_ms": 250}),
    ("replies", {"max": 1}),
    ("words", {"max": 12}),
    ("json", {"path": "status", "equals": "shipped"}),
    ("json", {"schema": {"type": "object", "required": ["days"]}}),
    ("buttons", {"texts": ["ja"]}),
    ("language", {"value": "sv"}),
    ("ending", {"value": "customer_done"}),
]
BREAK: list[tuple[str, dict[str, Any]]] = [
    ("contains", {"texts": ["30 dagars", "14 dagar"]}),
    ("contains_any", {"texts": ["14 dagar"]}),
    ("regex", {"texts": [r"\d+ veckor"]}),
    ("similar", {"to": ["Helt andra ord står här"], "min_rate": 0.9}),
    ("tool_called", {"name": "get_order", "arguments": {"number": "FB-2"}}),
    ("asks_for", {"value": "email"}),
    ("latency", {"max_ms": 500}),
    ("first_token", {"max_ms": 100}),
    ("words", {"max": 5}),
    ("json", {"path": "status", "equals": "packed"}),
    ("buttons", {"texts": ["kanske"]}),
    ("language", {"value": "fi"}),
    ("ending", {"value": "idle"}),
]


@pytest.mark.parametrize(("check", "args"), HOLD)
def test_a_check_that_holds_passes(check: str, args: dict[str, Any], judge: Judge) -> None:
    case = Case(id="c", expectations=(Expectation(check=check, args=args),))
    assert judge("expect", TALK, case).verdict == "pass"


@pytest.mark.parametrize(("check", "args"), BREAK)
def test_a_check_that_does_not_hold_fails_exactly(check: str, args: dict[str, Any], judge: Judge) -> None:
    found = judge("expect", TALK, Case(id="c", expectations=(Expectation(check=check, args=args, line=9),)))
    assert found.verdict == "fail"
    assert (found.findings[0].rule, found.findings[0].confidence) == (f"expect.{check}", "exact")
    assert found.findings[0].data["line"] == 9


@pytest.mark.parametrize(
    ("check", "args"), [h for h in HOLD if h[0] not in {"latency", "first_token", "replies", "words"}]
)
def test_never_turns_a_check_round(check: str, args: dict[str, Any], judge: Judge) -> None:
    case = Case(id="c", expectations=(Expectation(check=check, args=args, negated=True),))
    assert judge("expect", TALK, case).verdict == "fail"


def test_a_check_of_a_line_looks_only_at_its_replies(judge: Judge) -> None:
    turns = (
        Turn(role="customer", text="a", reason="line 0"), Turn(role="bot", text="ett"),
        Turn(role="customer", text="b", reason="line 1"), Turn(role="bot", text="två"),
    )  # fmt: skip
    conversation = Conversation(id="t", turns=turns)
    said = Expectation(check="contains", args={"texts": ["ett"]}, turn=1)
    found = judge("expect", conversation, Case(id="c", expectations=(said,)))
    assert found.verdict == "fail"
    assert found.findings[0].turn == 3


def test_a_line_that_was_never_said_is_not_held_against_the_bot(judge: Judge) -> None:
    said = Expectation(check="contains", args={"texts": ["x"]}, turn=5)
    assert judge("expect", TALK, Case(id="c", expectations=(said,))).verdict == "skip"


def test_a_case_without_checks_is_skipped(judge: Judge) -> None:
    assert judge("expect", talk("c: Hej", "b: Hej"), Case(id="c")).verdict == "skip"


def _answered(*answers: str) -> Conversation:
    turns = [t for answer in answers for t in (Turn(role="customer", text="Hej"), Turn(role="bot", text=answer))]
    return Conversation(id="c", turns=tuple(turns))


def _verdict(conversation: Conversation, expectation: Expectation) -> str:
    case = Case(id="c", expectations=(expectation,))
    return Expect().score(conversation, case, gather(conversation, case, World(()))).verdict


@pytest.mark.parametrize(
    ("said", "verdict"),
    [("Skriv ut etiketten på paketet.", "pass"), ("Gå till ombudet.", "pass"), ("Skriv ut etiketten.", "fail")],
)
def test_one_of_several_ways_must_hold_as_a_whole(said: str, verdict: str) -> None:
    def contains(text: str) -> dict[str, Any]:
        return {"check": "contains", "args": {"texts": [text]}, "negated": False}

    ways = [[contains("etikett"), contains("paket")], [contains("ombud")]]
    assert _verdict(_answered(said), Expectation(check="any_of", args={"ways": ways})) == verdict


def test_every_answer_must_hold_a_check_by_itself() -> None:
    each = Expectation(check="words", args={"max": 3}, each=True)
    assert _verdict(_answered("Ett två tre", "Fyra fem"), each) == "pass"
    assert _verdict(_answered("Ett två tre", "Fyra fem sex sju"), each) == "fail"
    contains = Expectation(check="contains", args={"texts": ["du"]}, each=True)
    assert _verdict(_answered("Hej du", "Hej"), contains) == "fail"
