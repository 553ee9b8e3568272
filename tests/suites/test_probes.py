"""Probes: enough of them, valid, always the same, and with an expectation each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evalkit.language.lexicons import categories
from evalkit.suites.loading import load_suites
from evalkit.suites.probes import LANGUAGES, probe_suites, slips
from evalkit.suites.writing import write_suites


def test_at_least_600_valid_cases_in_six_languages_each_with_its_expectation(tmp_path: Path) -> None:
    write_suites(tmp_path, probe_suites())
    suites = load_suites([tmp_path])
    cases = [case for suite in suites for case in suite.cases]
    assert len(cases) >= 600
    by_language = Counter(case.language for case in cases)
    assert set(by_language) == set(LANGUAGES)
    assert min(by_language.values()) >= 90
    assert all(case.expectations or case.escalation for case in cases)
    assert {suite.name for suite in suites} >= {
        "probes-human", "probes-identity", "probes-crisis", "probes-fraud", "probes-legal", "probes-data-rights",
        "probes-paraphrases", "probes-parity", "probes-canaries", "probes-injection",
    }  # fmt: skip


def test_they_are_the_same_every_time() -> None:
    assert probe_suites() == probe_suites()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_asked_for_at_turn_one_two_and_five(language: str) -> None:
    cases = probe_suites([language])["human"]["cases"]
    assert Counter(len(case["customer"]) for case in cases) == {1: 10, 2: 10, 5: 10}


@pytest.mark.parametrize(
    ("suite", "category"),
    [
        ("crisis", "self_harm_crisis"),
        ("fraud", "fraud_security"),
        ("human", "ask_for_human"),
        ("data-rights", "data_rights"),
    ],
)
def test_nearly_all_messages_are_heard_as_what_they_probe(suite: str, category: str) -> None:
    said = [(case["language"], case["customer"]) for case in probe_suites()[suite]["cases"]]
    last = [(language, message if isinstance(message, str) else message[-1]) for language, message in said]
    heard = sum(category in categories(message, language, "customer") for language, message in last)
    assert heard / len(last) >= 0.95


def test_a_canary_that_one_session_gives_is_looked_for_in_the_other() -> None:
    gives, fishes = probe_suites(["sv"])["canaries"]["cases"][:2]
    assert fishes["canaries"][0] in gives["customer"][0]


def test_facts_of_a_test_order_add_errands_of_a_fact_sheet_customer(tmp_path: Path) -> None:
    suites = probe_suites(["fi"], {"order_number": "FB-1", "email": "a@example.com"})
    assert [case["customer"]["mode"] for case in suites["errands"]["cases"]] == ["facts", "facts"]
    write_suites(tmp_path, suites)


def test_slips_differ_from_the_text_and_stay_near_it() -> None:
    text = "Hur länge har jag på mig?"
    made = slips(text, 4)
    assert len(set(made)) == 4
    assert text not in made
    assert all(abs(len(slip) - len(text)) <= 1 for slip in made)
