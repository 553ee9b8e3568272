"""Botium files become suites that evalkit reads back."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import InputError, SuiteError
from evalkit.model import Case
from evalkit.suites.botium import read_botium
from evalkit.suites.loading import load_suite
from evalkit.suites.writing import write_suites

FILES = {
    "order.convo.txt": "Order status\n\n#include HELLO\n\n#me\nUTT_WHERE\n\n#bot\nWhich order number?\nBUTTONS FB-1|FB-2\n\n"
    "#me\n$order\nPAUSE 1500\n\n#bot\nOrder $order is *\n!sorry\n?maybe more\nINTENT status\n",
    "hello.pconvo.txt": "HELLO\n#me\nhi\n#bot\nUTT_HI\n",
    "where.utterances.txt": "UTT_WHERE\nwhere is my order\nwhere is my parcel\n",
    "hi.utterances.txt": "UTT_HI\nhello\nhi there\n",
    "rows.scriptingmemory.txt": "     |$order\nfirst|FB-1\nsecond|FB-2\n",
}


def imported(tmp_path: Path, files: dict[str, str]) -> tuple[tuple[Case, ...], list[str]]:
    folder = tmp_path / "old"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    suite, notes = read_botium(folder, "en")
    ((path, n_cases),) = write_suites(tmp_path / "new", {"botium": suite})
    cases = load_suite(path).cases
    assert len(cases) == n_cases
    return cases, notes


def test_conversations_partials_utterances_and_memory_become_cases(tmp_path: Path) -> None:
    cases, notes = imported(tmp_path, FILES)
    assert [case.id for case in cases] == ["Order-status-first", "Order-status-second"]
    first = cases[0]
    assert [line.text for line in first.customer.lines] == ["hi", "where is my order", "FB-1"]
    assert first.customer.lines[2].pause_s == 1.5
    checks = [(e.check, e.turn, e.negated, e.args["texts"]) for e in first.expectations]
    assert checks == [
        ("contains_any", 0, False, ["hello", "hi there"]),
        ("buttons", 1, False, ["FB-1", "FB-2"]),
        ("contains", 1, False, ["Which order number?"]),
        ("contains", 2, True, ["sorry"]),
        ("regex", 2, False, [r"Order\ FB\-1\ is\ .*"]),
    ]
    assert any("INTENT has no counterpart" in note for note in notes)
    assert any("optional line" in note for note in notes)


def test_each_utterance_of_the_first_message_is_a_case(tmp_path: Path) -> None:
    files = {"a.convo.txt": "A\n#me\nUTT_WHERE\n#bot\nhello\n", "where.utterances.txt": FILES["where.utterances.txt"]}
    cases, _ = imported(tmp_path, files)
    assert [case.customer.lines[0].text for case in cases] == ["where is my order", "where is my parcel"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.convo.txt": "A\n#me\nINCLUDE HELO\n", "h.pconvo.txt": "HELLO\n#me\nhi\n"}, "a.convo.txt:2:1: partial conversation 'HELO' is unknown; did you mean 'HELLO'?"),
        ({"a.convo.txt": "A\n#include A2\n", "h.pconvo.txt": "A2\n#include A2\n"}, "includes itself"),
        ({"a.convo.txt": "A\n#bot\nhi\n"}, "without a #me section"),
        ({"a.convo.txt": "A\nhi\n"}, "no #me or #bot section"),
        ({"a.convo.txt": "A\n#me\nhi\n", "m.scriptingmemory.txt": " |$a|$b\nx|1\n"}, "m.scriptingmemory.txt:2:1: expected 3 columns, found 2"),
    ],
)  # fmt: skip
def test_a_broken_file_is_one_error_with_its_place(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(SuiteError) as caught:
        imported(tmp_path, files)
    assert said in str(caught.value)


def test_a_folder_without_conversations_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Botium conversations"):
        read_botium(tmp_path)
