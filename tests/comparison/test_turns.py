"""Two conversations of one case are laid side by side where the customer said the same, and masked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evalkit.comparison.picking import telling_pair
from evalkit.comparison.turns import exchanges, pieces
from evalkit.model import Conversation, ToolCall, Turn
from evalkit.reporting.compared import told_twice
from tests.scored_runs import scored_run


def talk(*turns: tuple[str, str]) -> Conversation:
    return Conversation(id="t", turns=tuple(Turn(role=role, text=text) for role, text in turns))  # type: ignore[arg-type]


def test_the_reply_that_changed_is_found_and_a_branch_stands_alone() -> None:
    before = talk(("bot", "Hi!"), ("customer", "Refund?"), ("bot", "Within 30 days."), ("customer", "Thanks"))
    after = talk(
        ("bot", "Hi!"), ("customer", "Refund?"), ("bot", "Within 14 days."), ("customer", "Sure?"), ("bot", "Yes."),
        ("customer", "Thanks"),
    )  # fmt: skip
    steps = exchanges(before, after)
    assert [step.same for step in steps] == [True, False, False, True]
    assert steps[2].customer_before is None
    lines = list(told_twice(steps, names=("1.4", "1.5")))
    assert "- 1.4       Within 30 days." in lines
    assert "+ 1.5       Within 14 days." in lines
    assert "            Within [-30-]{+14+} days." in lines
    assert "  customer (only here)  Sure?" in lines


def test_the_same_words_with_another_tool_call_are_not_the_same() -> None:
    call = (Turn(role="customer", text="x"), Turn(role="bot", text="done", tool_calls=(ToolCall(name="refund"),)))
    silent = (Turn(role="customer", text="x"), Turn(role="bot", text="done"))
    (step,) = exchanges(Conversation(id="a", turns=call), Conversation(id="b", turns=silent))
    assert not step.same


def test_personal_data_and_control_characters_stay_out() -> None:
    told = "\n".join(
        told_twice(
            exchanges(talk(("customer", "I am anna.berg@example.com")), talk(("customer", "Hi \x1b[31m"))),
            ("Storgatan 5",), names=("a", "b"),
        )
    )  # fmt: skip
    assert "anna.berg" not in told
    assert "\x1b" not in told


def test_a_pass_is_laid_beside_a_fail() -> None:
    before, after = scored_run("1", {"c": [0, 1, 1]}), scored_run("2", {"c": [1, 1, 0]})
    assert telling_pair(before, after, "c") == ("1-c-1", "2-c-2")
    assert telling_pair(after, scored_run("3", {"c": [1, 1]}), "c") == ("2-c-2", "3-c-0")
    assert telling_pair(before, scored_run("3", {"c": [None]}), "c") == ("1-c-0", "3-c-0")


@given(st.text(), st.text())
def test_the_pieces_give_both_texts_back_property(before: str, after: str) -> None:
    parts = list(pieces(before, after))
    assert "".join(p.text for p in parts if p.kind != "added") == before
    assert "".join(p.text for p in parts if p.kind != "removed") == after
