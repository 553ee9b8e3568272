"""Totals that are reckoned wrong, each beside a near miss that is reckoned right, in seven languages."""

from __future__ import annotations

import pytest

from evalkit.knowledge import AnswerCheck, Knowledge, check


def _checked(language: str, told: str, question: str, answer: str) -> AnswerCheck:
    return check(answer, question, Knowledge.from_texts([told]), language)


def _is_surely_wrong(found: AnswerCheck) -> bool:
    return any(claim.verdict == "contradicted" and claim.confidence == "exact" for claim in found.claims)


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        # Twelve months make a year.
        ("sv", "Båtplatsen kostar 210 kr i månaden.", "Vad kostar båtplatsen per år?", "Båtplatsen kostar 2 520 kr per år.", "Båtplatsen kostar 2 100 kr per år."),
        ("da", "Bådpladsen koster 210 kr. om måneden.", "Hvad koster bådpladsen om året?", "Bådpladsen koster 2.520 kr. om året.", "Bådpladsen koster 2.420 kr. om året."),
        ("nb", "Båtplassen koster 210 kr i måneden.", "Hva koster båtplassen for et helt år?", "Båtplassen koster 2 520 kr for et år.", "Båtplassen koster 2 250 kr for et år."),
        ("nn", "Båtplassen kostar 210 kr i månaden.", "Kva kostar båtplassen for heile året?", "Båtplassen kostar 2 520 kr for eit år.", "Båtplassen kostar 2 620 kr for eit år."),
        ("fi", "Venepaikka maksaa 21 euroa kuukaudessa.", "Mitä venepaikka maksaa vuodessa?", "Venepaikka maksaa 252 euroa vuodessa.", "Venepaikka maksaa 210 euroa vuodessa."),
        ("en", "A mooring costs £21 a month.", "What does a mooring cost for a full year?", "A mooring costs £252 for the year.", "A mooring costs £210 for the year."),
        ("de", "Der Liegeplatz kostet 21 € im Monat.", "Was kostet der Liegeplatz im Jahr?", "Der Liegeplatz kostet 252 € im Jahr.", "Der Liegeplatz kostet 242 € im Jahr."),
        # By the person and by the order.
        ("sv", "Frakten kostar 60 kr per beställning.", "Vad kostar frakten?", "Frakten kostar 60 kr per beställning.", "Frakten kostar 60 kr per person."),
        ("da", "Turen koster 700 kr. pr. gruppe.", "Hvad koster turen?", "Turen koster 700 kr. pr. gruppe.", "Turen koster 700 kr. pr. person."),
        ("nb", "Badstuen koster 400 kr per gruppe.", "Hva koster badstuen?", "Badstuen koster 400 kr per gruppe.", "Badstuen koster 400 kr per person."),
        ("nn", "Avgifta er 80 kr per husstand.", "Kva er avgifta?", "Avgifta er 80 kr per husstand.", "Avgifta er 80 kr per person."),
        ("fi", "Sauna maksaa 50 euroa ryhmältä.", "Mitä sauna maksaa?", "Sauna maksaa 50 euroa ryhmältä.", "Sauna maksaa 50 euroa henkilöltä."),
        ("en", "Collection costs £5 per order.", "What does collection cost?", "Collection costs £5 per order.", "Collection costs £5 per item."),
        ("de", "Die Abholung kostet 6 € je Bestellung.", "Was kostet die Abholung?", "Die Abholung kostet 6 € je Bestellung.", "Die Abholung kostet 6 € je Artikel."),
        ("da", "Undervisningen koster 1.900 kr. pr. semester.", "Hvad koster undervisningen?", "Undervisningen koster 1.900 kr. pr. semester.", "Undervisningen koster 1.900 kr. om måneden."),
        # Grown-ups and children at their prices.
        ("sv", "Vuxna betalar 140 kr och barn betalar 70 kr.", "Vad kostar det för 2 vuxna och 3 barn?", "Det blir totalt 490 kr.", "Det blir totalt 700 kr."),
        ("da", "Voksne betaler 140 kr., og børn betaler 60 kr.", "Hvad koster det for 2 voksne og 1 barn?", "Det bliver 340 kr. i alt.", "Det bliver 420 kr. i alt."),
        ("nb", "Voksne betaler 140 kr og barn betaler 60 kr.", "Hva koster det for to voksne og to barn?", "Det blir 400 kr til sammen.", "Det blir 560 kr til sammen."),
        ("nn", "Vaksne betaler 140 kr og barn betaler 60 kr.", "Kva kostar det for to vaksne og to barn?", "Det blir 400 kr til saman.", "Det blir 450 kr til saman."),
        ("fi", "Aikuiset maksavat 14 euroa ja lapset 6 euroa.", "Mitä maksaa 2 aikuista ja 2 lasta?", "Yhteensä se on 40 euroa.", "Yhteensä se on 56 euroa."),
        ("en", "Adults pay £14 and children pay £6.", "What is it for 2 adults and 2 children?", "That comes to £40.", "That comes to £56."),
        ("de", "Erwachsene zahlen 14 € und Kinder zahlen 6 €.", "Was kostet es für 2 Erwachsene und 2 Kinder?", "Das macht zusammen 40 €.", "Das macht zusammen 56 €."),
        # Children of an age that goes free.
        ("en", "Adults pay £14 and children pay £6. Under-4s get in free.", "What is it for 2 adults and a 3 year old?", "That comes to £28.", "That comes to £34."),
        ("en", "Adults pay £14 and children pay £6. Under-4s get in free.", "What is it for 2 adults and a 5 year old?", "That comes to £34.", ""),
        # The share that others pay.
        ("sv", "Försäkringen täcker 75 % av kostnaden. En kontroll kostar 800 kr.", "Vad betalar jag själv för en kontroll?", "Du betalar själv 200 kr för en kontroll.", "Du betalar själv 600 kr för en kontroll."),
        ("da", "Regionen dækker 60 procent af prisen. En behandling koster 500 kr.", "Hvad skal jeg selv betale for en behandling?", "Du betaler selv 200 kr. for en behandling.", "Du betaler selv 300 kr. for en behandling."),
        ("en", "The plan covers 80% of the price. A check-up costs £60.", "What will I pay for a check-up?", "You pay £12 for a check-up.", "You pay £48 for a check-up."),
        ("de", "Die Kasse übernimmt 80 % des Preises. Eine Untersuchung kostet 60 €.", "Was zahle ich für eine Untersuchung?", "Für eine Untersuchung zahlen Sie selbst 12 €.", "Für eine Untersuchung zahlen Sie selbst 48 €."),
        # The first are free.
        ("nb", "De tre første kopiene er gratis. En kopi koster 4 kr.", "Hva koster 8 kopier?", "8 kopier koster 20 kr.", "8 kopier koster 32 kr."),
        ("en", "The first three copies are free. A copy costs £2.", "What do 8 copies cost?", "8 copies cost £10.", "8 copies cost £16."),
        ("de", "Die ersten drei Kopien sind kostenlos. Eine Kopie kostet 2 €.", "Was kosten 8 Kopien?", "8 Kopien kosten 10 €.", "8 Kopien kosten 16 €."),
        # The first at one price, and each more at another one.
        ("sv", "Första timmen kostar 40 kr, därefter 25 kr per timme.", "Vad kostar 4 timmar?", "4 timmar kostar 115 kr.", "4 timmar kostar 160 kr."),
        ("da", "Den første time koster 40 kr., derefter 25 kr. pr. time.", "Hvad koster 4 timer?", "4 timer koster 115 kr.", "4 timer koster 160 kr."),
        ("nb", "Den første nøkkelen koster 90 kr, og hver ekstra nøkkel koster 50 kr.", "Hva koster 3 nøkler?", "3 nøkler koster 190 kr.", "3 nøkler koster 270 kr."),
        ("nn", "Den første nøkkelen kostar 90 kr, og kvar ekstra nøkkel kostar 50 kr.", "Kva kostar 3 nøklar?", "3 nøklar kostar 190 kr.", "3 nøklar kostar 270 kr."),
        ("fi", "Ensimmäinen avain maksaa 9 euroa ja jokainen lisäavain 5 euroa.", "Mitä 3 avainta maksaa?", "3 avainta maksaa 19 euroa.", "3 avainta maksaa 27 euroa."),
        ("en", "The first hour costs £4, each additional hour £2.", "What do 4 hours cost?", "4 hours cost £10.", "4 hours cost £16."),
        ("de", "Die erste Stunde kostet 4 €, jede weitere Stunde 2 €.", "Was kosten 4 Stunden?", "4 Stunden kosten 10 €.", "4 Stunden kosten 16 €."),
        ("en", "The plan costs £29 and covers up to five users. Each additional user costs £4.", "What do 7 users pay?", "7 users pay £37.", "7 users pay £203."),
        # The price of one as the total of several.
        ("sv", "Självrisken är 750 kr per person.", "Vi är två personer, vad blir självrisken totalt?", "", "Självrisken är totalt 750 kr."),
        ("en", "The excess is £75 per person.", "Two of us claim, what is the excess in total?", "", "The excess is £75 in total."),
        ("de", "Die Gebühr beträgt 20 € pro Person.", "Wir sind zwei Personen, was ist die Gebühr insgesamt?", "", "Die Gebühr beträgt insgesamt 20 €."),
        # At least so much of the customer's own amount.
        ("nb", "Egenandelen er 10 % av regningen, men minst 500 kr.", "Regningen ble 2 000 kr, hva er egenandelen?", "Egenandelen er 500 kr.", ""),
        ("nb", "Egenandelen er 10 % av regningen, men minst 500 kr.", "Regningen ble 9 000 kr, hva er egenandelen?", "Egenandelen er 900 kr.", "Egenandelen er 500 kr."),
        ("de", "Die Rate beträgt 5 % der Summe, aber mindestens 30 €.", "Meine Summe ist 1.000 €, wie hoch ist die Rate?", "Die Rate beträgt 50 €.", "Die Rate beträgt 30 €."),
        # A price with a discount.
        ("sv", "En klippning kostar 400 kr. Medlemmar får 25 % rabatt på klippning.", "Jag är medlem, vad kostar en klippning?", "Med medlemsrabatten kostar en klippning 300 kr.", "Med medlemsrabatten kostar en klippning 375 kr."),
        ("fi", "Leikkaus maksaa 40 euroa. Jäsenet saavat leikkauksesta 25 % alennuksen.", "Olen jäsen, mitä leikkaus maksaa?", "Jäsenalennuksella leikkaus maksaa 30 euroa.", "Jäsenalennuksella leikkaus maksaa 35 euroa."),
        ("en", "A haircut costs £40. Members get a 25% discount on a haircut.", "I am a member, what is a haircut?", "With the discount a haircut costs £30.", "With the discount a haircut costs £35."),
        # The difference of two.
        ("da", "En kuffert koster 350 kr. på nettet og 600 kr. i lufthavnen.", "Hvor meget dyrere er en kuffert i lufthavnen end på nettet?", "En kuffert er 250 kr. dyrere end på nettet.", "En kuffert er 150 kr. dyrere end på nettet."),
        ("de", "Ein Koffer kostet online 35 € und am Flughafen 60 €.", "Wie viel teurer ist ein Koffer am Flughafen?", "Ein Koffer ist am Flughafen 25 € teurer als online.", "Ein Koffer ist am Flughafen 15 € teurer als online."),
        # A fee that falls away from a limit on.
        ("sv", "Frakten kostar 59 kr, men är gratis vid köp för minst 500 kr.", "Jag handlar för 450 kr, kostar frakten något?", "Ja, frakten kostar 59 kr.", ""),
        ("sv", "Frakten kostar 59 kr, men är gratis vid köp för minst 500 kr.", "Jag handlar för 550 kr, kostar frakten något?", "", "Ja, frakten kostar 59 kr."),
        ("en", "Delivery costs £3 and is free on orders of £30 or more.", "My order is £26, do I pay for delivery?", "You do, delivery costs £3 below £30.", ""),
        ("de", "Der Versand kostet 6 € und ist ab 50 € kostenlos.", "Ich bestelle für 60 €, was kostet der Versand?", "", "Der Versand kostet 6 €."),
        # So many of so many are a share.
        ("nb", "Du må delta på minst 75 % av timene.", "Hvor mye må jeg delta?", "Du må delta på minst tre av fire timer.", ""),
        ("fi", "Sinun täytyy osallistua vähintään 75 % tunneista.", "Kuinka paljon pitää osallistua?", "Sinun täytyy osallistua vähintään 75 % tunneista.", ""),
        ("de", "Sie müssen an mindestens 80 % der Stunden teilnehmen.", "Wie oft muss ich teilnehmen?", "Sie müssen an mindestens vier von fünf Stunden teilnehmen.", ""),
        # So many with what is extra, less what is cheaper, and a part of a pack.
        ("nn", "Ein pall kostar 890 kr. Ekspress kostar 450 kr ekstra per pall.", "Kva kostar 2 pallar med ekspress?", "2 pallar med ekspress kostar 2 680 kr.", ""),
        ("en", "An inspection costs £54. A booking made online is £5 cheaper.", "What is an inspection booked online?", "An inspection booked online costs £49.", ""),
        # What no reckoning gives.
        ("sv", "Hyran är 300 kr. Städningen kostar 120 kr.", "Vad kostar hyra och städning?", "Hyra och städning kostar sammanlagt 420 kr.", "Hyra och städning kostar sammanlagt 390 kr."),
        ("fi", "Vuokra on 300 euroa. Siivous maksaa 120 euroa.", "Mitä vuokra ja siivous maksavat?", "Vuokra ja siivous maksavat yhteensä 420 euroa.", "Vuokra ja siivous maksavat yhteensä 390 euroa."),
        ("de", "Die Miete kostet 300 €. Die Reinigung kostet 120 €.", "Was kosten Miete und Reinigung?", "Miete und Reinigung kosten insgesamt 420 €.", "Miete und Reinigung kosten insgesamt 390 €."),
    ],
)  # fmt: skip
def test_a_total_of_what_is_told_is_right_and_any_other_one_is_surely_wrong(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    if right:
        assert _checked(language, told, question, right).verdict == "supported", right
    if wrong:
        assert _is_surely_wrong(_checked(language, told, question, wrong)), wrong


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        # A year that has its own price, or months that go free.
        ("sv", "Kortet kostar 300 kr i månaden och 3 000 kr per år.", "Vad kostar kortet per år?", "Kortet kostar 3 000 kr per år."),
        ("en", "The card costs £30 a month. The first 2 months are free.", "What does the card cost for a full year?", "The card costs £300 for the year."),
        # A sum with what is told elsewhere, and one of a fee and of a share.
        ("sv", "Granen kostar 350 kr. Foten kostar 249 kr.", "Vad går en gran plus fot på?", "Det blir 599 kr sammanlagt."),
        ("en", "You pay the first £90. You also pay 20% of the rest.", "The bill is £590, what do I pay?", "That comes to £190."),
        # Ten of the first with nobody more, and a total that is told for all.
        ("en", "The first hour costs £4, each additional hour £2.", "What does 1 hour cost?", "1 hour costs £4."),
        ("en", "The fee is £75 per booking.", "Two of us travel, what is the fee in total?", "The fee is £75 in total."),
        # A saving by the litre.
        ("en", "Members save 4p a litre. The card costs £24 a year.", "How much do I save on 50 litres?", "On 50 litres you save £2."),
        # By the person a night.
        ("en", "The tax is £2 per person per night.", "What is the tax?", "The tax is £2 per night."),
    ],
)  # fmt: skip
def test_what_is_reckoned_otherwise_is_not_surely_wrong(language: str, told: str, question: str, answer: str) -> None:
    assert not _is_surely_wrong(_checked(language, told, question, answer))


@pytest.mark.parametrize(
    ("language", "articles", "question", "answer"),
    [
        ("sv", ("Paketet Bas kostar 100 kr i månaden.", "Betalar du ett år i taget får du 10 % rabatt."), "Vad kostar Bas per år om jag betalar på en gång?", "Med rabatten blir det 1 080 kr för ett år."),
        ("en", ("The Basic plan costs £10 a month.", "Pay a year ahead and you get a 20% discount."), "What is Basic for a year, paid ahead?", "With the discount it comes to £96 for a year."),
        ("de", ("Ein Zelt kostet 20 € pro Tag. Ab drei Tagen gibt es 10 % Rabatt.",), "Was kostet ein Zelt für vier Tage?", "Vier Tage kosten mit Rabatt 72 €."),
        ("da", ("Et telt koster 200 kr. pr. dag. Fra tre dage får du 10 % rabat.",), "Hvad koster et telt i fem dage?", "Fem dage koster med rabat 900 kr."),
    ],
)  # fmt: skip
def test_a_total_less_a_discount_told_elsewhere_is_no_wrong_sum(
    language: str, articles: tuple[str, ...], question: str, answer: str
) -> None:
    assert check(answer, question, Knowledge.from_texts(articles), language).verdict != "contradicted"
