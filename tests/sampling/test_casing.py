"""A drawn conversation becomes a case in each mode; a person's answer is expected only where the articles hold it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalkit.bots.definitions import build_bot
from evalkit.demo.server import serving
from evalkit.demo.shop import bot_definition, open_release
from evalkit.engine.replaying import Plan, new_run, replay
from evalkit.knowledge import Knowledge
from evalkit.model import Case, Conversation, Turn
from evalkit.sampling.casing import Mode, suite_of
from evalkit.sampling.drawing import Drawn, Sample, candidates, draw
from evalkit.store.store import Store
from evalkit.suites.loading import load_suites
from evalkit.suites.writing import write_suites
from tests.desk import START, conversations

BASE = Knowledge.from_documents([
    {"id": "returns", "language": "sv", "text": "Du har 30 dagars öppet köp från den dag du fick varan."},
    {"id": "shipping", "language": "sv", "text": "Frakten kostar 59 kr inom Sverige."},
])  # fmt: skip
MODES: tuple[Mode, ...] = ("prefix", "open", "facts")


def talk(*said: tuple[str, str], **more: Any) -> Conversation:
    turns = tuple(Turn(role=role, text=text) for role, text in said)  # type: ignore[arg-type]
    return Conversation(id="real-1", turns=turns, language="sv", subject_key="k", started_at=START, **more)


def case_of(tmp_path: Path, real: Conversation, mode: Mode = "open", base: Knowledge | None = BASE) -> Case:
    sample = Sample((Drawn(real.id, ("t",), 0.25),), (), {}, ("topic",), 7)
    data = suite_of(sample, {real.id: real}, mode=mode, name="sampled", knowledge=base)
    write_suites(tmp_path, {"sampled": data})
    return load_suites([tmp_path / "sampled.yaml"])[0].cases[-1]


def test_the_case_is_a_draft_that_knows_where_it_comes_from_and_how_likely_it_was(tmp_path: Path) -> None:
    case = case_of(
        tmp_path, talk(("customer", "Vad kostar frakten?"), ("human", "Frakten kostar 59 kr."), intent="frakt")
    )
    assert (case.draft, case.origin, case.inclusion_probability, case.intent) == (True, "real-1", 0.25, "frakt")


def test_an_answer_that_the_articles_hold_is_expected_in_their_words(tmp_path: Path) -> None:
    case = case_of(
        tmp_path, talk(("customer", "Vad kostar frakten?"), ("human", "Det kostar 59 kr i frakt inom Sverige."))
    )
    assert [fact.statement for fact in case.required_facts] == ["Frakten kostar 59 kr inom Sverige."]
    assert case.expected_sources == ("shipping",)


@pytest.mark.parametrize("answer", ["Frakten kostar 19 kr inom Sverige.", "Jag ringer dig i morgon bitti."])
def test_what_a_person_said_against_or_beside_the_articles_is_never_expected(tmp_path: Path, answer: str) -> None:
    case = case_of(tmp_path, talk(("customer", "Vad kostar frakten?"), ("human", answer)))
    assert case.required_facts == ()
    assert not any("19" in str(e.args) for e in case.expectations)


def test_a_pinned_record_looks_at_earlier_answers_by_their_numbers(tmp_path: Path) -> None:
    real = talk(
        ("customer", "Vad kostar frakten?"), ("human", "Frakten kostar 59 kr inom Sverige."),
        ("customer", "Hur många dagars öppet köp har jag?"), ("human", "Du har 30 dagars öppet köp."),
    )  # fmt: skip
    case_of(tmp_path, real, "prefix")
    first, last = load_suites([tmp_path / "sampled.yaml"])[0].cases
    assert [e.args["texts"] for e in first.expectations] == [["59"]]
    assert first.required_facts == ()
    assert [fact.statement for fact in last.required_facts] == [BASE.documents[0].text]


def test_the_fact_sheet_holds_the_wish_and_what_was_asked_for_and_given(tmp_path: Path) -> None:
    real = talk(
        ("customer", "Hej, var är min order?"), ("human", "Vilket ordernummer har du?"), ("customer", "FB-10021"),
        ("human", "Vilken e-postadress har du?"), ("customer", "<EMAIL_4>"), ("human", "Tack, den är på väg."),
    )  # fmt: skip
    case = case_of(tmp_path, real, "facts")
    assert case.customer.mode == "facts"
    assert case.customer.facts["wish"] == "Hej, var är min order?"
    assert case.customer.facts["order_number"] == "FB-10021"
    assert case.customer.facts["email"].endswith("@example.com")


def test_no_personal_data_of_a_customer_reaches_the_file(tmp_path: Path) -> None:
    real = talk(
        ("customer", "Jag heter <PERSON_3>, nås på kim@firma.se, var är mitt paket?"), ("human", "På väg, <PERSON_3>.")
    )
    case_of(tmp_path, real)
    text = (tmp_path / "sampled.yaml").read_text(encoding="utf-8")
    assert "kim@firma.se" not in text
    assert "<PERSON" not in text


def test_notes_and_events_and_words_before_the_customer_are_no_part_of_the_record(tmp_path: Path) -> None:
    turns = (
        Turn(role="bot", text="Välkommen!"), Turn(role="customer", text="Hej"), Turn(role="customer", text="Vad kostar frakten?"),
        Turn(role="human", text="intern", kind="note"), Turn(role="human", text="59 kr."),
    )  # fmt: skip
    case = case_of(tmp_path, Conversation(id="real-1", turns=turns, language="sv"))
    assert [(t.role, t.text) for t in case.customer.recorded] == [
        ("customer", "Hej\nVad kostar frakten?"),
        ("human", "59 kr."),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_sampled_suite_is_valid_and_replays_against_the_demo_bot(tmp_path: Path, mode: Mode) -> None:
    desk = conversations("human", labelled=True)
    held, excluded = candidates(desk, {}, ("topic", "language"))
    sample = draw(held, ("topic", "language"), n=12, seed=3, min_per_cell=2, excluded=excluded)
    data = suite_of(sample, {t.id: t for t in desk}, mode=mode, name="sampled", knowledge=BASE)
    write_suites(tmp_path, {"sampled": data})
    suites = load_suites([tmp_path / "sampled.yaml"])
    assert all(case.draft for suite in suites for case in suite.cases)
    with serving(open_release("1.4")) as address, Store.open(tmp_path / "s.db") as store:
        definition = bot_definition(address)
        if mode == "prefix":
            definition = {**definition, "request": {**definition["request"], "history": "{{ history }}"}}
        bot = build_bot("demo", {"demo": definition})
        plan = Plan(tuple(suites), "1.4", "demo", seed=3)
        run = new_run(plan, bot, now=START)
        replay(plan, bot, store, run)
        talks = list(store.conversations(run.id))
    assert len(talks) == (24 if mode == "prefix" else 12)
    assert [t.failure for t in talks if t.failure is not None] == []
    assert all(any(turn.role == "bot" for turn in t.turns) for t in talks)
