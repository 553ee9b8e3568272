"""Scripted customers: what is said, in which order, and when a guard holds."""

from __future__ import annotations

import asyncio

import pytest

from evalkit.model import Branch, Guard, Line, ToolCall, Turn
from evalkit.replay.customers import Heard, Stop, Utterance
from evalkit.replay.lines import LinesCustomer, holds


def heard(text: str = "", **more: object) -> Heard:
    return Heard((Turn(role="bot", text=text),), **more)  # type: ignore[arg-type]


def talk(lines: list[Line], *replies: str) -> list[str]:
    customer, said = LinesCustomer(lines, "sv"), []
    for reply in ("", *replies):
        step = asyncio.run(customer.next(heard(reply), ()))
        if isinstance(step, Stop):
            break
        said.append(step.turn.text)
    return said


def test_an_optional_line_is_said_only_when_the_bot_asks_for_it() -> None:
    lines = [
        Line(text="Var är min order?"),
        Line(text="FB-1", optional=True, when=Guard(asks_for="order_number")),
        Line(text="Tack"),
    ]
    assert talk(lines, "Vilket ordernummer gäller det?", "Den är packad.") == ["Var är min order?", "FB-1", "Tack"]
    assert talk(lines, "Den är packad.") == ["Var är min order?", "Tack"]


def test_a_branch_is_taken_by_what_the_bot_said_and_the_script_goes_on_behind_it() -> None:
    branches = (
        Branch(when=Guard(asks_for="choice"), lines=(Line(text="Byta"),)),
        Branch(when=Guard(contains=("pengarna",)), lines=(Line(text="Till kortet"),)),
        Branch(when=Guard(otherwise=True), lines=(Line(text="Hur menar du?"),)),
    )
    lines = [Line(text="Retur", branches=branches), Line(text="Tack")]
    assert talk(lines, "Vill du byta eller få pengarna tillbaka?", "Ok") == ["Retur", "Byta", "Tack"]
    assert talk(lines, "Du får pengarna.", "Ok") == ["Retur", "Till kortet", "Tack"]
    assert talk(lines, "Hm.", "Ok") == ["Retur", "Hur menar du?", "Tack"]


@pytest.mark.parametrize(
    ("guard", "holding", "failing"),
    [
        (Guard(contains=("FRAKT",)), heard("Frakten kostar 49 kr."), heard("Hej")),
        (Guard(regex=r"fb-\d+"), heard("Order FB-12"), heard("Order")),
        (Guard(asks_for="email"), heard("Vilken e-post har du?"), heard("Jag skickar ett mejl.")),
        (Guard(asks_for="confirm"), heard("Ska jag avbryta ordern?"), heard("Ordern är avbruten.")),
        (Guard(handed_over=True), heard("x", handed_over=True), heard("x")),
        (Guard(authenticated=2), heard("x", authenticated=3), heard("x", authenticated=1)),
        (
            Guard(tool_called="get_order"),
            Heard((Turn(role="bot", tool_calls=(ToolCall(name="get_order"),)),)),
            Heard((Turn(role="bot", tool_calls=(ToolCall(name="other"),)),)),
        ),
    ],
)
def test_a_guard_reads_the_words_the_question_or_the_state(guard: Guard, holding: Heard, failing: Heard) -> None:
    assert holds(guard, holding, "sv")
    assert not holds(guard, failing, "sv")


def test_each_line_says_which_it_is() -> None:
    step = asyncio.run(LinesCustomer([Line(text="Hej")]).next(Heard(), ()))
    assert isinstance(step, Utterance)
    assert step.turn.line == 0
