"""Each kind of loop, and the conversation beside it that goes forward."""

from __future__ import annotations

import pytest

from evalkit.model import Conversation, HandOver, ToolCall, Turn
from tests.scorers.conftest import Judge, talk

GREETING = "b: Hej! Hur kan jag hjälpa dig?"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("L1", ("c: Var är min order?", "b: Din order finns på sidan Mina order.", "c: Den står inte där",
                "b: Din order finns på sidan Mina order.")),
        ("L2", ("c: Kan man tälta där?", "b: Jag förstår inte frågan.", "c: Tälta alltså", "b: Jag förstår inte.")),
        ("L3", ("c: Var är paketet?", "b: Vad är ditt ordernummer?", "c: FB-10021", "b: Vad är ditt ordernummer?")),
        ("L5", ("c: Hej, min skärm är sprucken", "b: Kontakta kundtjänst via hemsidan.", "c: Det är ju här",
                "b: Vänligen kontakta vår kundtjänst.")),
        ("L6", ("c: Jag vill prata med en människa", "b: Jag kopplar dig till en kollega.", "c: Hallå?",
                "b: Jag kopplar dig till en kollega nu.")),
        ("L7", ("c: Skärmen är sprucken på min nya telefon", "b: Vad gäller ärendet?", "c: Det skrev jag ju alldeles nyss",
                "b: Okej, jag tittar.")),
    ],
)  # fmt: skip
def test_each_loop_is_named(rule: str, said: tuple[str, ...], judge: Judge) -> None:
    found = judge("loops", talk(*said, language="sv"))
    assert rule in found.data["loops"]
    assert found.verdict == "fail"


def test_a_menu_that_comes_again_and_a_tool_that_is_called_again_are_loops(judge: Judge) -> None:
    menu = Turn(role="bot", text="Välj", buttons=("Retur", "Frakt"))
    asks = Turn(role="customer", text="Ingen av dem")
    call = ToolCall(name="get_order", arguments={"number": "1"})
    tools = Turn(role="bot", text="Ett ögonblick bara", tool_calls=(call,))
    assert judge("loops", Conversation(id="m", turns=(menu, asks, menu))).data["loops"] == ["L4"]
    assert "L9" in judge("loops", Conversation(id="t", turns=(tools, asks, tools, asks, tools))).data["loops"]


@pytest.mark.parametrize(
    "said",
    [
        ("c: Var är paketet?", "b: Vad är ditt ordernummer?", "c: FB-10021", "b: Det kommer i morgon före lunch."),
        (GREETING, "c: Vad kostar frakten?", "b: Frakten kostar 49 kr.", "c: Tack", "b: Varsågod, ha en fin dag!"),
        ("c: Hej", GREETING, "c: Hej hej", GREETING),
    ],
)
def test_a_conversation_that_goes_forward_has_no_loop(said: tuple[str, ...], judge: Judge) -> None:
    assert judge("loops", talk(*said, language="sv")).data["loops"] == []


def test_a_hand_over_that_the_platform_tells_is_a_way_on(judge: Judge) -> None:
    said = ("c: Kan man tälta där?", "b: Jag förstår inte frågan.")
    over = HandOver(executed=True, announced_turn=1)
    assert judge("loops", talk(*said, language="sv")).data["dead_end"] is True
    assert judge("loops", talk(*said, language="sv", handovers=(over,))).data["dead_end"] is False


def test_a_bot_that_ends_without_a_way_on_is_a_dead_end(judge: Judge) -> None:
    stuck = talk("c: Kan ni laga min cykel?", "b: Jag förstår inte din fråga.", language="sv")
    forward = talk("c: Kan ni laga min cykel?", "b: Jag förstår inte. Vad gäller det?", language="sv")
    assert judge("loops", stuck).data["dead_end"] is True
    assert judge("loops", forward).data["dead_end"] is False


@pytest.mark.parametrize(
    ("last", "loops"),
    [("b: Wie ist Ihre Vertragsnummer?", ["L3"]), ("b: Danke, der Umzug ist notiert.", [])],
)
def test_who_is_asked_a_third_time_for_what_was_written_twice_goes_round(
    last: str, loops: list[str], judge: Judge
) -> None:
    said = ("c: ich ziehe um", "b: Wie lautet die Vertragsnummer?", "c: VN-90817", "b: Bitte nennen Sie die Vertragsnummer.", "c: VN-90817, wie oben", last)  # fmt: skip
    assert judge("loops", talk(*said, language="de")).data["loops"] == loops
