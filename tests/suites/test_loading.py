"""Every fault of a suite is told at once, with file, line, column and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.errors import InputError, SuiteError
from evalkit.model import Suite
from evalkit.resources import folder
from evalkit.suites.loading import load_suite, load_suites

HEAD = "suite: s\nscorers: [privacy]\ncases:\n"


def load(tmp_path: Path, text: str | bytes) -> Suite:
    path = tmp_path / "s.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_suite(path)


def faults(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(SuiteError) as caught:
        load(tmp_path, text)
    return [f"{f.line}:{f.column}: {f.message}" for f in caught.value.faults]


def test_a_case_of_each_form_is_read(tmp_path: Path) -> None:
    suite = load(
        tmp_path,
        "suite: s\ndefaults: {language: sv, tags: [a]}\nscorers: [privacy, {loops: {}}]\n"
        "cases:\n  - id: one\n    customer: Hej\n"
        "    expect:\n      - contains: 30 dagar\n      - not_contains: [fel, miss]\n      - escalation: none\n",
    )
    case = suite.cases[0]
    assert [(e.check, e.negated, e.args["texts"]) for e in case.expectations] == [
        ("contains", False, ["30 dagar"]), ("contains", True, ["fel", "miss"])
    ]  # fmt: skip
    assert case.escalation is not None
    assert not case.escalation.should
    assert [s.name for s in suite.scorers] == ["privacy", "loops"]
    assert case.line == 5


def test_lines_carry_their_own_checks_guards_and_branches(tmp_path: Path) -> None:
    suite = load(
        tmp_path,
        HEAD + "  - id: one\n    customer:\n      - Hej\n      - say: FB-1\n        when: {asks_for: order_number}\n"
        "        expect:\n          - contains: skickad\n"
        "      - say: och nu?\n        branches:\n          - when: {contains: ja}\n            lines: [Bra]\n"
        "          - lines: [Synd]\n",
    )
    case = suite.cases[0]
    assert case.expectations[0].turn == 1
    assert case.expectations[0].line == 10
    assert case.customer.lines[1].optional
    assert case.customer.lines[2].branches[1].when.otherwise


def test_no_stays_a_word_and_quoted_numbers_stay_text(tmp_path: Path) -> None:
    suite = load(tmp_path, HEAD + "  - id: one\n    language: no\n    customer: '12'\n")
    assert suite.cases[0].language == "no"
    assert suite.cases[0].customer.lines[0].text == "12"


def test_all_faults_are_told_at_once_in_order(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        "suite: s\nscorers: [correctnes]\ncases:\n  - id: a\n    custmer: Hej\n  - id: b\n    customer: Hej\n"
        "    channel: chatt\n    expect:\n      - contain: x\n",
    )
    assert found[0].startswith("2:11: unknown scorer 'correctnes'; did you mean 'correctness'?")
    assert any(f.startswith("4:5: lacks `customer`") for f in found)
    assert any(f.startswith("5:5: unknown key 'custmer'; did you mean 'customer'?") for f in found)
    assert any("unknown value 'chatt'; did you mean 'chat'?" in f for f in found)
    assert any(f.startswith("10:9: unknown key 'contain'; did you mean 'contains'?") for f in found)


def test_the_faulty_line_is_shown_with_a_caret(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        load(tmp_path, "suite: s\nscorers: [correctnes]\ncases:\n  - {id: a, customer: Hej}\n")
    shown = str(caught.value.faults[0]).splitlines()
    assert shown[1] == "    scorers: [correctnes]"
    assert shown[2].index("^") - 4 == "scorers: [correctnes]".index("correctnes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("suite: s\nsuite: t\ncases: []\n", "2:1: duplicate key 'suite'"),
        (HEAD + "  - {id: a, customer: H}\n" * 2, "duplicate case id 'a'; the first one is on line 4"),
        ("suite: s\ncases:\n  - {id: a, customer: Hej}\n", "case 'a' checks nothing"),
        ("", "an empty suite"),
        ("- a\n", "an empty suite"),
        (HEAD, "expected a list, found nothing"),
        ("suite: s\ncases: []\n", "must not be empty"),
        ("suite: 'x\n", "not YAML"),
        (b"suite: s\xe5\n", "1:9: byte 0xe5 is not UTF-8 (Latin-1?)"),
        ("suite: s".encode("utf-16"), "UTF-16"),
        ("suite: !!python/object:os.system x\ncases: []\n", "is not allowed"),
        (HEAD + "  - id: a\n    customer: Hej\n    expect:\n      - regex: '('\n", "7:1: broken regular expression"),
        (HEAD + "  - id: a\n    customer: {mode: facts}\n", "needs `facts` or a `goal`"),
        (HEAD + "  - id: a\n    customer: Hej\n    expect: [{contains: a, regex: b}]\n", "expected one key, found 2"),
        (HEAD + "  - id: a\n    as_of: i morgon\n    customer: Hej\n", "expected a date such as 2026-03-01"),
        ("a: &a [*a]\n", "an alias contains itself"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_has_its_own_words(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert any(said in found for found in faults(tmp_path, text)), faults(tmp_path, text)


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbf" + (HEAD + "  - {id: a, customer: Hej}\n").encode()).cases


def test_a_yaml_bomb_is_refused_before_it_expands(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "aliases expand to more than" in faults(tmp_path, "\n".join(levels))[0]


def test_a_file_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    assert "nested deeper" in faults(tmp_path, "a: " + "[" * 80 + "]" * 80)[0]


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("suite: a\n")
    (tmp_path / "b.yaml").write_text("suite: b\nkases: []\n")
    with pytest.raises(SuiteError) as caught:
        load_suites([tmp_path])
    assert {Path(f.path).name for f in caught.value.faults} == {"a.yaml", "b.yaml"}


def test_a_folder_without_suites_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no suite files"):
        load_suites([tmp_path])


def test_the_shipped_suites_load() -> None:
    assert load_suites([folder("suites")])
