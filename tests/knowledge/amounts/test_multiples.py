"""So many times a price stays within the most and the least that is charged, and is what an answer says itself."""

from __future__ import annotations

import pytest

from evalkit.knowledge import AnswerCheck, Knowledge, check


def _checked(language: str, told: str, question: str, answer: str) -> AnswerCheck:
    return check(answer, question, Knowledge.from_texts([told]), language)


def _is_surely_wrong(found: AnswerCheck) -> bool:
    return any(claim.verdict == "contradicted" and claim.confidence == "exact" for claim in found.claims)


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


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        # Who names the limit, or what it costs otherwise, does not say that the customer pays.
        ("sv", "Frakten kostar 59 kr och är gratis vid köp över 500 kr.", "Jag har handlat för 540 kr, vad blir frakten?", "Över 500 kr bjuder vi på frakten, den kostar annars 59 kr."),
        ("de", "Der Versand kostet 6 € und ist ab 70 € Bestellwert kostenlos.", "Ich bestelle für 80 €, muss ich Versand zahlen?", "Nein, ab einem Bestellwert von 70 € übernehmen wir den Versand."),
        ("fi", "Toimitus maksaa 5 € ja on maksuton vähintään 60 euron tilauksissa.", "Tilaan 75 eurolla, maksanko toimituksesta?", "Et maksa, tilauksesi ylittää 60 euroa."),
        # A price for each of several beside their total is the price of one.
        ("en", "Pro costs $12 per user per month.", "6 people on Pro, monthly cost?", "Six users at $12 comes to $72 a month."),
        ("nb", "Plassen koster 45 kr i måneden.", "Hva blir plassen på ett år?", "Tolv måneder à 45 kr gir 540 kr i året."),
        # A year that is paid with fewer months, and two plans told side by side.
        ("en", "Solo costs £6 a month. If you pay yearly, you pay for ten months and get twelve.", "What does Solo cost if I pay for a year?", "You are charged for ten months, so Solo comes to £60."),
        ("da", "Mini 10 koster 99 kr. om måneden og har 10 GB. Maxi 50 koster 159 kr. om måneden og har 50 GB.", "Hvad er forskellen på abonnementerne?", "Med Mini 10 får du 10 GB for 99 kr. om måneden, og med Maxi 50 får du 50 GB for 159 kr."),
    ],
)  # fmt: skip
def test_an_amount_that_is_only_named_on_the_way_to_the_answer_is_not_called_a_wrong_sum(
    language: str, told: str, question: str, answer: str
) -> None:
    found = _checked(language, told, question, answer)
    assert not _is_surely_wrong(found)
    assert all("sum" not in claim.reason for claim in found.claims)
