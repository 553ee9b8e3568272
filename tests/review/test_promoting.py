"""A reviewed conversation becomes a case that loads, keeps the file around it, and knows where it came from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evalkit.errors import InputError
from evalkit.model import AuthorisedContext, Case, Conversation, Review, Turn
from evalkit.review.promoting import PROMOTED, Wanted, promote, remember, suggested
from evalkit.store.store import Store
from evalkit.suites.loading import load_suites
from tests.review.weeks import NOW

TALK = Conversation(
    id="0123456789abcdef", source="production", language="sv", intent="refund",
    turns=(
        Turn(role="customer", text="Hej, jag är anna.berg@tele2.se"), Turn(role="bot", text="Hej!"),
        Turn(role="customer", text="no: jag vill ha 'pengarna' tillbaka\n# nu"),
    ),
)  # fmt: skip
SUITE = """# our refunds
suite: refunds
version: 3
defaults: {language: sv}
cases:
  - id: first   # keep this
    customer: Hej
    expect:
      - contains: hej
"""


def loaded(folder: Path, text: str) -> Case:
    path = folder / "refunds.yaml"
    path.write_text(text, encoding="utf-8")
    return load_suites([path])[0].cases[-1]


def test_the_case_says_what_the_customer_said_without_personal_data(tmp_path: Path) -> None:
    made = promote(TALK, Wanted(contains=("30 dagar",), critical=True), suite_file="refunds.yaml")
    case = loaded(tmp_path, made.text)
    assert [line.text for line in case.customer.lines] == [
        "Hej, jag är kund@example.com", "no: jag vill ha 'pengarna' tillbaka\n# nu",
    ]  # fmt: skip
    assert case.critical
    assert f"origin:{TALK.id}" in case.tags
    assert [(e.check, e.negated) for e in case.expectations] == [("contains", False)]


def test_the_patch_applies_to_the_file_and_keeps_every_line_of_it(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    path = tmp_path / "suites" / "refunds.yaml"
    path.write_text(SUITE, encoding="utf-8")
    made = promote(TALK, Wanted(handed_over=True), suite_file="suites/refunds.yaml", suite_text=SUITE)
    assert made.text.startswith(SUITE)
    subprocess.run(["git", "apply", "-"], input=made.patch.encode(), cwd=tmp_path, check=True)
    assert path.read_text(encoding="utf-8") == made.text
    assert [case.id for case in load_suites([path])[0].cases] == ["first", made.case_id]


@pytest.mark.parametrize("tail", ["", "    # a last remark\n", "scorers: [correctness]\n"])
def test_the_entry_lands_inside_the_list_whatever_follows(tmp_path: Path, tail: str) -> None:
    made = promote(TALK, Wanted(handed_over=False), suite_file="s.yaml", suite_text=SUITE + tail)
    assert loaded(tmp_path, made.text).id == made.case_id


def test_a_file_without_a_last_newline_still_patches(tmp_path: Path) -> None:
    made = promote(TALK, Wanted(handed_over=True), suite_file="s.yaml", suite_text=SUITE.rstrip("\n"))
    (tmp_path / "s.yaml").write_text(SUITE.rstrip("\n"), encoding="utf-8")
    subprocess.run(["git", "apply", "-"], input=made.patch.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "s.yaml").read_text(encoding="utf-8") == made.text


def test_a_scripted_case_keeps_its_facts(tmp_path: Path) -> None:
    case = Case(id="c", context=AuthorisedContext(level=1, facts={"email": "alva@example.com"}))
    talk = Conversation(id="f" * 16, source="replay", turns=(Turn(role="customer", text="alva@example.com"),))
    made = promote(talk, Wanted(not_contains=("14 dagar",)), suite_file="s.yaml", case=case)
    again = loaded(tmp_path, made.text)
    assert again.context == case.context
    assert again.customer.lines[0].text == "alva@example.com"


@pytest.mark.parametrize(
    ("wanted", "text", "case_id", "said"),
    [
        (Wanted(), SUITE, None, "what the bot must do"),
        (Wanted(handed_over=True), SUITE, "first", "another id"),
        (Wanted(handed_over=True), "cases: []\n", None, "lines of its own"),
        (Wanted(handed_over=True), SUITE, "../x", "no case id"),
    ],
)
def test_what_cannot_become_a_case_is_told(wanted: Wanted, text: str, case_id: str | None, said: str) -> None:
    # `first` stands in the file with a remark behind it, which must not hide it.
    with pytest.raises(InputError, match=said):
        promote(TALK, wanted, suite_file="s.yaml", suite_text=text, case_id=case_id)


def test_the_conversation_remembers_its_case(store: Store) -> None:
    made = promote(TALK, Wanted(handed_over=True), suite_file="s.yaml")
    remember(store, TALK, made, "ann", now=NOW)
    remember(store, TALK, made, "ann", now=NOW)
    assert {(r.question, r.label) for r in store.reviews(TALK.id)} == {(PROMOTED, f"s.yaml#{made.case_id}")}


@pytest.mark.parametrize(("label", "handed"), [("missed", True), ("late", True), ("unneeded", False), ("right", None)])
def test_labels_suggest_what_is_wanted(label: str, handed: bool | None) -> None:
    label_ = Review(id="1", conversation_id="c", question="handover", reviewer="a", label=label)
    assert suggested([label_]).handed_over is handed
