"""Customers in suites: every mistake has its place and its words; a pinned conversation is laid out."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import SuiteError
from evalkit.model import Case
from evalkit.suites.loading import load_suite

HEAD = "suite: s\nscorers: [privacy]\ncases:\n"


def cases(tmp_path: Path, text: str) -> tuple[Case, ...]:
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_suite(path).cases


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "  - id: a\n    customer:\n      - say: Hej\n        branches:\n          - when: {otherwise: true}\n            lines: [A]\n"
            "          - when: {contains: x}\n            lines: [B]\n",
            "10:13", "this branch can never be reached: branch 1 of the same line holds whenever it does",
        ),
        (
            "  - id: a\n    customer:\n      - say: Hej\n        branches:\n          - when: {contains: x}\n            lines: [A]\n"
            "          - when: {contains: [x, y]}\n            lines: [B]\n",
            "10:13", "this branch can never be reached",
        ),
        ("  - id: a\n    customer:\n      - {say: Hej, when: {contains: x}}\n", "6:26", "this line is never said"),
        ("  - id: a\n    customer: {facts: {order_numer: FB-1}}\n", "5:24", "unknown slot 'order_numer'; did you mean 'order_number'?"),
        ("  - id: a\n    customer: {facts: {email: kalle}}\n", "5:31", "expected an address with @"),
        ("  - id: a\n    customer: {facts: {phone: många}}\n", "5:31", "expected digits"),
        ("  - id: a\n    customer: {facts: {wish: x}, mood: angri}\n", "5:40", "unknown mood 'angri'; did you mean 'angry'?"),
        ("  - id: a\n    customer:\n      - Hej\n      - {say: x, when: {asks_for: emial}}\n", "7:35", "did you mean 'email'?"),
        ("  - id: a\n    customer:\n      - Hej\n      - {say: x, when: {regex: '('}}\n", "7:32", "broken regular expression"),
        ("  - id: a\n    customer: {mode: prefix, lines: [Hej]}\n", "5:15", "needs `recorded:`"),
        (
            "  - id: a\n    customer: Hej\n    setup:\n      - post: http://h/x\n        json: {n: '{{ facts.order }}'}\n",
            "8:19", "unknown variable 'facts.order'",
        ),
        (
            "  - id: a\n    customer: Hej\n    setup:\n      - post: http://h/{{ conversaton }}\n",
            "7:15", "unknown variable 'conversaton'; did you mean 'conversation'?",
        ),
        ("  - id: a\n    customer: Hej\n    setup:\n      - post: 'http://{{ case }}/x'\n", "7:15", "whose host is written out"),
        ("  - id: a\n    customer: Hej\n    setup:\n      - {post: http://h, get: http://h}\n", "7:9", "found get, post"),
        (
            "  - id: a\n    customer: Hej\n    expect:\n      - any_of: [{contains: x}, {escalation: none}]\n",
            "7:33", "`escalation` cannot be one of several ways",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_error_with_file_line_and_column(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(SuiteError) as caught:
        cases(tmp_path, text)
    shown = str(caught.value.faults[0]).splitlines()[0]
    assert len(caught.value.faults) == 1
    assert f"s.yaml:{place}: " in shown, shown
    assert said in shown, shown


def test_facts_of_ones_own_are_marked_and_then_allowed(tmp_path: Path) -> None:
    (one,) = cases(tmp_path, "  - id: a\n    customer: {facts: {wish: x, x_plan: Bas}}\n")
    assert one.customer.facts["x_plan"] == "Bas"


def test_what_is_expected_of_a_branch_line_looks_at_the_answer_to_that_line(tmp_path: Path) -> None:
    (one,) = cases(
        tmp_path,
        "  - id: a\n    customer:\n      - say: Hej\n        branches:\n          - when: {contains: x}\n"
        "            lines:\n              - {say: B, expect: [{contains: svar}]}\n      - Tack\n",
    )
    branch_line = one.customer.lines[0].branches[0].lines[0]
    assert (branch_line.number, one.customer.lines[1].number) == (2, 1)
    assert one.expectations[0].turn == 2


RECORDED = """  - id: real
    language: sv
    customer:
      mode: prefix
      recorded:
        - customer: Hej
        - bot: Hej! Vilken order?
        - customer: FB-1
          expect: [{contains: packad}]
        - bot: Den är packad.
        - customer: Tack
    expect:
      - never: {contains: dum}
      - contains: packad
      - escalation: none
"""


def test_a_pinned_conversation_becomes_a_case_for_each_customer_message(tmp_path: Path) -> None:
    parts = cases(tmp_path, RECORDED)
    assert [part.id for part in parts] == ["real.1", "real.2", "real.3"]
    assert [[turn.text for turn in part.history] for part in parts] == [
        [], ["Hej", "Hej! Vilken order?"], ["Hej", "Hej! Vilken order?", "FB-1", "Den är packad."]
    ]  # fmt: skip
    assert [[line.text for line in part.customer.lines] for part in parts] == [["Hej"], ["FB-1"], ["Tack"]]
    checks = [[(e.check, e.turn, e.negated) for e in part.expectations] for part in parts]
    assert checks == [
        [("contains", None, True)],
        [("contains", 1, False), ("contains", None, True)],
        [("contains", None, True), ("contains", None, False)],
    ]
    assert all(part.escalation is not None for part in parts)


def test_several_acceptable_ways_and_checks_of_every_answer_are_read(tmp_path: Path) -> None:
    (one,) = cases(
        tmp_path,
        "  - id: a\n    customer: Hej\n    expect:\n"
        "      - any_of: [[{contains: a}, {not_contains: b}], {regex: c}]\n      - every: {words: {max: 40}}\n",
    )
    ways, each = one.expectations
    assert [[c["check"] for c in way] for way in ways.args["ways"]] == [["contains", "contains"], ["regex"]]
    assert each.each
