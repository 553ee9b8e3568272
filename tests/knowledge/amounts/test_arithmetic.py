"""Amounts that agents reckon from what the knowledge base tells, each beside a near miss that is reckoned wrong."""

from __future__ import annotations

import pytest

from evalkit.knowledge.amounts.arithmetic import follows
from evalkit.knowledge.reading.statements import Statement, sentences_of
from evalkit.knowledge.reading.wording import wording
from evalkit.knowledge.rules.by_hours import by_hours
from evalkit.language.quantities import quantities


def _statement(language: str, claim: str, question: str) -> Statement:
    amounts = quantities(claim)
    asked = wording(question).terms
    return Statement(claim, wording(claim), amounts, False, asked, quantities(question), question, spoken=amounts)


def _follows(language: str, told: str, question: str, claim: str) -> bool:
    sentences = sentences_of(told, "", language)
    statement = _statement(language, claim, question)
    return follows(statement.amounts[0], statement, sentences, [0.5] * len(sentences))


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        # So many at a price.
        ("sv", "En säck ved kostar 95 kr.", "Vad kostar 20 säckar?", "Det blir 1 900 kr.", "Det blir 1 800 kr."),
        ("da", "En flyttekasse koster 12 kr.", "Hvad koster 30 kasser?", "Det bliver 360 kr.", "Det bliver 350 kr."),
        ("nb", "En kjøretime koster 820 kr.", "Hva koster 10 timer?", "Det blir 8 200 kr.", "Det blir 8 000 kr."),
        ("nn", "Ein sekk kostar 95 kroner.", "Kva kostar 20 sekker?", "Det blir 1 900 kroner.", "Det blir 1 950 kroner."),
        ("fi", "Yksi kortti maksaa 6 euroa.", "Paljonko 4 korttia maksaa?", "Se on 24 euroa.", "Se on 26 euroa."),
        ("en", "A box costs £3.", "What do 40 boxes cost?", "That is £120.", "That is £130."),
        ("de", "Ein Karton kostet 1,50 Euro.", "Was kosten 40 Kartons?", "Das sind 60 Euro.", "Das sind 65 Euro."),
        # The first are free, and each more has its price.
        ("sv", "De fem första snitten är gratis, därefter kostar varje snitt 15 kr.", "Vad kostar 8 snitt?", "Det blir 45 kr.", "Det blir 50 kr."),
        ("en", "A lesson costs £85 for one person and £15 for each more.", "We are three people, what is it?", "That is £115.", "That is £105."),
        # A year of months.
        ("fi", "Paikka maksaa 31 euroa kuukaudessa.", "Paljonko se on vuodessa?", "Se on 372 euroa vuodessa.", "Se on 310 euroa vuodessa."),
        ("de", "Der Platz kostet 20 Euro im Monat.", "Was kostet er im Jahr?", "Im Jahr sind es 240 Euro.", "Im Jahr sind es 260 Euro."),
        # A share of the customer's own amount.
        ("sv", "Avgiften är 0,25 procent av kapitalet.", "Jag har 100 000 kr, vad kostar det?", "Det blir 250 kr.", "Det blir 2 500 kr."),
        ("da", "Vi dækker 75 procent af regningen.", "Hvad får jeg igen af 4.000 kr.?", "Du får 3.000 kr.", "Du får 2.000 kr."),
        # A price with so much more.
        ("sv", "En kostym kostar 290 kr. Express kostar 50 procent extra.", "Kostym med express?", "Det blir 435 kr.", "Det blir 340 kr."),
        # A total of what is listed, and one with a fee.
        ("de", "Die Kehrung kostet 32 Euro, die Anfahrt 9 Euro.", "Was kostet es?", "Insgesamt 41 Euro: 32 Euro und 9 Euro.", "Insgesamt 43 Euro: 32 Euro und 9 Euro."),
        ("nn", "Ekstra kostar 239 kr. Gebyret er 6 kr.", "Kva blir det?", "Totalt blir det 245 kr med gebyret på 6 kr.", "Totalt blir det 255 kr med gebyret på 6 kr."),
        # What is left or saved.
        ("nb", "En time koster 820 kr. Pakken med ti timer koster 7 600 kr.", "Hva sparer jeg på 10 timer?", "Du sparer 600 kr.", "Du sparer 500 kr."),
        ("en", "The card holds £50.", "I have spent £20, what is left?", "You have £30 left.", "You have £20 left."),
        # So many times a length.
        ("da", "En vagt varer 3 timer.", "Jeg tager 2 vagter, hvor længe i alt?", "I alt 6 timer.", "I alt 7 timer."),
    ],
)  # fmt: skip
def test_an_amount_that_is_reckoned_right_follows_and_one_reckoned_wrong_does_not(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    assert _follows(language, told, question, right)
    assert not _follows(language, told, question, wrong)


@pytest.mark.parametrize(
    ("language", "told", "right", "wrong"),
    [
        ("sv", "Varuhuset har öppet lördagar 9–17. Gården stänger en timme före varuhuset.", "Gården är öppen till klockan 16 på lördagar.", "Gården är öppen till klockan 15 på lördagar."),
        ("da", "Butikken har åbent lørdag 9–17. Lageret lukker en time før butikken.", "Lageret har åbent til kl. 16 lørdag.", "Lageret har åbent til kl. 15 lørdag."),
        ("nb", "Butikken er åpen lørdag 9–17. Lageret stenger en time før butikken.", "Lageret er åpent til kl. 16 lørdag.", "Lageret er åpent til kl. 15 lørdag."),
        ("nn", "Butikken er open laurdag 9–17. Lageret stenger ein time før butikken.", "Lageret er ope til kl. 16 laurdag.", "Lageret er ope til kl. 15 laurdag."),
        ("fi", "Kauppa on auki lauantaisin 9–17. Varasto suljetaan tunti ennen kauppaa.", "Varasto on auki lauantaisin klo 16 asti.", "Varasto on auki lauantaisin klo 15 asti."),
        ("en", "The shop is open Saturday 9–17. The yard closes one hour before the shop.", "The yard is open until 4 p.m. on Saturday.", "The yard is open until 3 p.m. on Saturday."),
        ("de", "Der Laden ist Samstag 9–17 Uhr geöffnet. Das Lager schließt eine Stunde vor dem Laden.", "Das Lager ist Samstag bis 16 Uhr geöffnet.", "Das Lager ist Samstag bis 15 Uhr geöffnet."),
    ],
)  # fmt: skip
def test_hours_are_counted_from_those_of_another(language: str, told: str, right: str, wrong: str) -> None:
    sentences = sentences_of(told, "", language)
    overlaps = [0.5] * len(sentences)
    relations = [by_hours(_statement(language, claim, ""), sentences, overlaps) for claim in (right, wrong)]
    assert [found.relation if found else None for found in relations] == ["supported", "contradicted"]
