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


@pytest.mark.parametrize(
    ("language", "told", "question", "answer", "right", "wrong"),
    [
        ("sv", "Avgiften är 3 kr per dag och skiva, högst 90 kr per skiva.", "Min skiva är 50 dagar sen, vad blir avgiften?", "Avgiften blir {} kr för skivan.", 90, 150),
        ("da", "Gebyret er 5 kr. pr. dag, dog højst 100 kr.", "Bogen er 30 dage forsinket, hvad er gebyret?", "Gebyret bliver {} kr.", 100, 150),
        ("nb", "Vask koster 40 kr per kvadratmeter, men minst 2 000 kr.", "Leiligheten er 30 kvadratmeter, hva koster vask?", "Vask koster {} kr.", 2000, 1200),
        ("nn", "Gebyret er 5 kr per dag, men høgst 100 kr.", "Boka er 30 dagar for sein, kva er gebyret?", "Gebyret blir {} kr.", 100, 150),
        ("fi", "Siivous maksaa 4 € neliöltä, kuitenkin vähintään 200 €.", "Asunto on 40 neliötä, mitä siivous maksaa?", "Siivous maksaa {} €.", 200, 160),
        ("en", "Late fees are £2 per day, at most £40.", "My book is 30 days late, what is the fee?", "The fee is £{}.", 40, 60),
        ("de", "Die Reinigung kostet 4 € pro Kilo, mindestens 25 €.", "Was kostet die Reinigung für 5 kg?", "Die Reinigung kostet {} €.", 25, 20),
    ],
)  # fmt: skip
def test_no_more_than_the_most_and_no_less_than_the_least_is_charged(
    language: str, told: str, question: str, answer: str, right: float, wrong: float
) -> None:
    assert _checked(language, told, question, answer.format(right)).verdict == "supported"
    assert _is_surely_wrong(_checked(language, told, question, answer.format(wrong)))


@pytest.mark.parametrize(
    ("language", "told", "question", "answer", "right", "wrong"),
    [
        ("sv", "Platsen kostar 310 kr i månaden.", "Vad blir platsen på ett år?", "Det blir {} kr, alltså tolv avgifter på 310 kr.", 3720, 3220),
        ("da", "En time koster 450 kr.", "Hvad koster fire timer?", "Fire timer à 450 kr. giver {} kr.", 1800, 1700),
        ("nb", "En time koster 450 kr.", "Hva koster fire timer?", "Fire timer til 450 kr blir {} kr.", 1800, 1700),
        ("nn", "Ein time kostar 450 kr.", "Kva kostar fire timar?", "Fire timar til 450 kr blir {} kr.", 1800, 1700),
        ("en", "A day costs £13.", "What are six days?", "Six days at £13 makes £{}.", 78, 88),
        ("de", "Eine Kontrolle kostet 54 €.", "Was kosten drei Kontrollen?", "Drei Kontrollen zu je 54 € ergeben {} €.", 162, 152),
    ],
)  # fmt: skip
def test_an_answer_that_multiplies_wrong_is_surely_wrong(
    language: str, told: str, question: str, answer: str, right: float, wrong: float
) -> None:
    assert not _is_surely_wrong(_checked(language, told, question, answer.format(right)))
    assert _is_surely_wrong(_checked(language, told, question, answer.format(wrong)))


def test_a_fee_beside_so_many_at_a_price_is_no_wrong_sum() -> None:
    told = "A day costs £13. A booking fee of £5 applies."
    assert not _is_surely_wrong(_checked("en", told, "What are six days?", "Six days at £13 makes £83 with the fee."))
