"""The packet of a hand-over: complete, true, minimal, and used."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from evalkit.model import HandOver
from evalkit.scorers.handover import packet_schema
from tests.scorers.conftest import Judge, talk

PACKET: dict[str, Any] = {
    "identity": "verified", "channel": "chat", "language": "sv", "need": "Paketet FB-10021 kom trasigt",
    "expectation": "nytt paket", "references": ["FB-10021"], "facts": {"order_number": "FB-10021"}, "tried": "letade",
    "reason": "E06", "mood": "irriterad", "urgency": "i dag", "next_step": "skicka nytt", "transcript": "https://x.example/1",
    "consent": "AI berättad",
}  # fmt: skip
SAID = (
    "c: Mitt paket FB-10021 kom trasigt",
    "b: Vad är ditt ordernummer?",
    "c: FB-10021",
    "b: Jag kopplar dig till en kollega.",
)


def over(packet: dict[str, Any] | None, *more: str) -> Any:
    handover = HandOver(executed=True, announced_turn=3, packet=packet)
    return talk(*SAID, *more, language="sv", handovers=(handover,))


def test_a_whole_packet_has_fourteen_points_and_fits_the_schema(judge: Judge) -> None:
    jsonschema.validate(PACKET, packet_schema())
    found = judge("handover", over(PACKET))
    assert (found.verdict, found.data["points"]) == ("pass", 14)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"need": ""}, "handover.missing_need"),
        ({"need": "Paketet FB-99999 kom trasigt"}, "handover.unfaithful"),
        ({"facts": {"pnr": "811218-9876"}, "need": "personnummer 811218-9876"}, "G25.handover"),
        ({"tried": "ord " * 200}, "handover.long"),
    ],
)
def test_a_faulty_packet_is_told(change: dict[str, Any], rule: str, judge: Judge) -> None:
    assert rule in {f.rule for f in judge("handover", over({**PACKET, **change})).findings if not f.passed}


def test_a_person_who_asks_again_shows_that_the_packet_was_not_used(judge: Judge) -> None:
    again = judge("handover", over(PACKET, "h: Hej, kan du skriva ditt ordernummer?"))
    fine = judge("handover", over(PACKET, "h: Hej, jag skickar ett nytt paket i dag."))
    assert (again.data["asked_again"], fine.data["asked_again"]) == (True, False)


def test_a_conversation_without_hand_over_is_skipped(judge: Judge) -> None:
    assert judge("handover", talk("c: Hej", "b: Hej!", language="sv")).verdict == "skip"
