"""One conversation, everything: the attributes, and that odd conversations have defined results."""

from __future__ import annotations

from typing import Any

import pytest

import evalkit
from evalkit import assess
from evalkit.scorers.escalation import CELLS
from evalkit.scorers.resolution import OUTCOMES


def turns(*said: str) -> list[dict[str, Any]]:
    roles = {"c": "customer", "b": "bot", "h": "human"}
    return [{"role": roles[line[0]], "text": line[2:].strip()} for line in said]


def test_a_request_that_is_honoured_is_told_whole() -> None:
    found = assess(
        turns(
            "b: Hej! Jag är en AI-assistent.", "c: Kan jag få prata med en människa?",
            "b: Jag kopplar dig till en kollega.", "h: Hej, Karin här, vad gäller det?", "c: Tack, toppen!",
        ),
        "sv",
    )  # fmt: skip
    assert found.asked_for_human
    assert ("E01", 1) in found.triggers
    assert (found.handed_over, found.handover_turn, found.handover_kind) == (True, 2, "executed")
    assert (found.cell, found.outcome) == ("correct_on_time", "escalated_completed")
    assert (found.disclosed_ai, found.claims_human, found.thanked) == (True, False, True)


def test_a_request_that_is_refused_fails_and_stays_open() -> None:
    found = assess(turns("c: Ge mig en människa nu!", "b: Det går tyvärr inte.", "c: Ni är helt värdelösa"), "sv")
    assert (found.handed_over, found.handover_kind) == (False, "none")
    assert found.cell in {"missed", "refused"}
    assert (found.outcome, found.frustrated) == ("escalated_dropped", True)
    assert any(f.rule == "E01.missed" for f in found.findings)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("c: Vad kostar frakten?", "b: Frakten kostar 49 kr inom hela Sverige.", "c: Toppen, tack!"), "resolved_confirmed"),
        (("c: Vad kostar frakten?", "b: Frakten kostar 49 kr inom hela Sverige."), "resolved_assumed"),
        (("c: Var är paketet?", "b: Kan du skriva ditt ordernummer?"), "abandoned"),
        (("c: Hej",  "b: Hej! Vad kan jag hjälpa dig med?"), "no_request"),
        (("c: Appen kraschar", "b: Starta om telefonen så brukar det ordna sig.", "c: Nej, felet kvarstår"),
         "unresolved_explicit"),
    ],
)  # fmt: skip
def test_each_outcome_has_its_words(said: tuple[str, ...], outcome: str) -> None:
    assert assess(turns(*said), "sv").outcome == outcome


@pytest.mark.parametrize(
    "odd",
    [
        [], turns("b: Hej"), turns("c:"), turns("c: 🙂🙂🙂", "b: 🙂"), turns("c: " + "hej " * 25_000, "b: Hej"),
        turns("h: Hej", "h: Hallå"), [{"role": "martian", "text": "?"}],
        turns("c: Ge mig en människa", "b: Jag kopplar dig till en kollega.", "b: Jag kopplar dig till en kollega.", "h: Hej"),
    ],
)  # fmt: skip
def test_odd_conversations_have_defined_results(odd: list[dict[str, Any]]) -> None:
    found = assess(odd)
    assert found.cell is None or found.cell in CELLS
    assert found.outcome is None or found.outcome in OUTCOMES
    assert all(score.verdict != "error" for score in found.scores.values())


def test_times_out_of_order_and_mixed_languages_have_defined_results() -> None:
    said = [
        {"role": "customer", "text": "Hej, var är mitt paket?", "at": "2026-05-01T10:05:00Z"},
        {"role": "bot", "text": "Paketet kommer i morgon, it is on its way.", "at": "2026-05-01T10:00:00Z"},
        {"role": "customer", "text": "Kiitos paljon, das ist super!", "at": "no time"},
    ]
    found = assess(said)
    assert all(score.verdict != "error" for score in found.scores.values())
    assert found.outcome in OUTCOMES


def test_a_hand_over_that_nobody_accepts_is_announced_only_and_dropped() -> None:
    found = assess(turns("c: Ge mig en människa", "b: Jag kopplar dig till en kollega.", "c: Hallå?"), "sv")
    assert (found.handover_kind, found.cell) == ("announced_only", "announced_not_executed")
    assert found.outcome == "escalated_dropped"


def test_importing_the_package_looks_nothing_up() -> None:
    assert "assess" in evalkit.__all__
    with pytest.raises(AttributeError, match="no attribute 'asses'"):
        evalkit.asses  # noqa: B018
