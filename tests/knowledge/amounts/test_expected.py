"""A sum is reckoned from the prices that the question calls for, and from all of them."""

from __future__ import annotations

import pytest

from evalkit.knowledge import AnswerCheck, Knowledge, check


def _checked(language: str, told: str, question: str, answer: str) -> AnswerCheck:
    return check(answer, question, Knowledge.from_texts([told]), language)


def _is_surely_wrong(found: AnswerCheck) -> bool:
    return any(claim.verdict == "contradicted" and claim.confidence == "exact" for claim in found.claims)


_OF_ANOTHER = [
    ("sv", "Cykel kostar 90 kr per dygn och lådcykel 240 kr per dygn.", "Vad kostar en lådcykel i fyra dygn?", "Fyra dygn blir {} kr.", 960, 360),
    ("da", "Heltidsplads koster 3.100 kr. om måneden, halvdagsplads 1.900 kr.", "Hvad koster en halvdagsplads om året?", "Et helt år koster {} kr.", 22800, 37200),
    ("nb", "Robåt koster 150 kr per time og motorbåt 400 kr per time.", "Hva koster motorbåt i tre timer?", "Tre timer blir {} kr.", 1200, 450),
    ("nn", "Forbruksgebyret er 20 kr per kubikkmeter for vatn og 26 kr for avlaup.", "Kva kostar 50 kubikk vatn?", "Femti kubikk kostar {} kr.", 1000, 1300),
    ("fi", "Sali Mänty maksaa 30 € tunnilta. Sali Koivu maksaa 45 € tunnilta.", "Paljonko Koivu maksaa 4 tuntia?", "Neljä tuntia maksaa {} €.", 180, 120),
    ("en", "The Blue Room costs £15 an hour; the Green Room costs £22 an hour.", "What is the Green Room for 3 hours?", "Three hours come to £{}.", 66, 45),
    ("de", "Der Tarif Stadt kostet 7,50 € im Monat. Der Tarif Land kostet 11 € im Monat.", "Was kostet der Tarif Land im Jahr?", "Aufs Jahr gerechnet sind das {} €.", 132, 90),
]  # fmt: skip
_LEFT_OUT = [
    ("sv", "Stolar kostar 40 kr per dag. Tält kostar 300 kr per dag. Bord kostar 90 kr per dag.", "Vad kostar ett tält och stolar i 2 dagar?", "Det blir {} kr totalt.", 680, 600),
    ("da", "En lille kasse koster 200 kr. om ugen. Levering koster 30 kr. om ugen. En stor kasse koster 320 kr. om ugen.", "Hvad koster en lille kasse med levering i 3 uger?", "Det bliver {} kr. i alt.", 690, 600),
    ("nb", "Vask koster 250 kr. Polering koster 600 kr. Innvendig rens koster 900 kr.", "Hva koster polering av to biler og innvendig rens?", "Det blir {} kr til sammen.", 2100, 1200),
    ("en", "A kayak costs £18 a day. A life vest costs £4 a day. A canoe costs £25 a day.", "What are two kayaks and a life vest for a day?", "That is £{} in total.", 40, 36),
]  # fmt: skip


@pytest.mark.parametrize(("language", "told", "question", "answer", "right", "wrong"), _OF_ANOTHER)
def test_a_sum_from_the_price_of_another_thing_is_surely_wrong(
    language: str, told: str, question: str, answer: str, right: float, wrong: float
) -> None:
    assert _checked(language, told, question, answer.format(right)).verdict == "supported"
    assert _is_surely_wrong(_checked(language, told, question, answer.format(wrong)))


@pytest.mark.parametrize(("language", "told", "question", "answer", "right", "wrong"), _LEFT_OUT)
def test_a_sum_that_leaves_out_what_is_asked_for_beside_is_surely_wrong(
    language: str, told: str, question: str, answer: str, right: float, wrong: float
) -> None:
    assert not _is_surely_wrong(_checked(language, told, question, answer.format(right)))
    assert _is_surely_wrong(_checked(language, told, question, answer.format(wrong)))


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        # What is not wanted calls for nothing.
        ("de", "Das Zelt kostet 12 € pro Nacht. Strom kostet 4 € pro Nacht.", "Was kostet das Zelt für 3 Nächte ohne Strom?", "Drei Nächte kosten 36 €."),
        # A part of a sum is not the sum.
        ("en", "Adults pay £16. A locker costs £3. Towels cost £5.", "What do 2 adults and a locker cost?", "That comes to £35: £32 for you two and £3 for the locker."),
        # A price that is told for the customer's own number is hers.
        ("nb", "Kurset koster 900 kr. Kurset med 6 kvelder koster 1 400 kr. Medlemmer får 10 % rabatt.", "Hva koster kurset med 6 kvelder for et medlem?", "Med rabatten blir det 1 260 kr."),
    ],
)  # fmt: skip
def test_a_sum_of_what_is_asked_for_is_not_called_wrong(language: str, told: str, question: str, answer: str) -> None:
    assert not _is_surely_wrong(_checked(language, told, question, answer))
