"""What is free, included or without a fee is one thing in whatever words; what has a fee is not."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.reading.free_of_charge import free_of_charge
from evalkit.knowledge.reading.statements import sentences_of

# language, knowledge base, question, the same in other words
FREE = [
    ("sv", "Leverans. För barnvagnar tas ingen fraktavgift ut. Övriga varor kostar 59 kr i frakt.",
     "Vad kostar frakten för en barnvagn?", "Barnvagnar är fria från fraktavgift, så det kostar ingenting."),
    ("sv", "Betalning. Autogiro är gratis. Kvitto på papper kostar 25 kr.", "Kostar autogiro?",
     "Med autogiro slipper du avgiften."),
    ("da", "Levering. Der er intet gebyr for afhentning i butikken. Fragt koster 45 kr.",
     "Koster afhentning i butikken noget?", "Nej, afhentning i butikken er gratis."),
    ("fi", "Siivous. Allergisille on tuoksuttomat pesuaineet ilman lisämaksua. Ikkunat maksavat 40 €.",
     "Maksanko tuoksuttomista aineista?", "Tuoksuttomat pesuaineet kuuluvat hintaan."),
    ("en", "Desk. A locker is included in Studio. Printing costs £2.", "Do I pay for a locker in Studio?",
     "No, in Studio you get a locker at no extra charge."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "same"), FREE)
def test_no_fee_and_free_say_the_same(language: str, base: str, question: str, same: str) -> None:
    assert check(same, question, Knowledge.from_texts([base]), language).verdict == "supported"


@pytest.mark.parametrize(
    ("language", "text", "free"),
    [
        ("sv", "Ingen expeditionsavgift tas ut.", True), ("da", "Afhentning er gratis.", True),
        ("nb", "Det er ikke noe gebyr for retur.", True), ("nn", "Levering er inkludert.", True),
        ("fi", "Avain tulee ilman lisämaksua.", True), ("en", "There is no booking fee.", True),
        ("de", "Für die Abholung fallen keine Kosten an.", True),
        # What is not free, what is denied of something else, and what has its price.
        ("sv", "Frakten är inte gratis.", False), ("da", "Vi tager ikke kontanter.", False),
        ("nb", "Gebyret er 40 kr.", False), ("en", "Towels are not included.", False),
        ("de", "Das Parken ist nicht kostenlos.", False), ("fi", "Pysäköinti ei kuulu hintaan.", False),
    ],
)  # fmt: skip
def test_what_costs_nothing_is_told_from_what_is_denied(language: str, text: str, free: bool) -> None:
    assert free_of_charge(sentences_of(text, "", language)[0]) is free
