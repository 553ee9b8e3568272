"""Each way of being wrong beside a near miss that is right: the same words, one thing changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.reading.wording import alike, best_match, wording

TICKETS = "Bassbiljetten kan inte ändras. Flexbiljetten kan bokas om för 9 kr före avgång. Flex kostar 50 kr i veckan."
YARD = "Gården er åpen mandag til torsdag 10–19 og lørdag 9–14. Fredag er den stengt. Kaniner hentes hver uke, høns hver fjerde uke."
LOANS = "Du må vere minst 21 år for å leige traktor. Er du under 25, kostar det 99 kr ekstra per dag. Plog er med, medan tilhengar kostar 150 kr."
CARDS = "We accept cards and vouchers, but not cheques. Advice is only given in Bonn and Trier. Storage is switched off at first."
SEATS = "Plätze kosten in Kategorie A 58 € und in Kategorie B 42 €. Rauchen ist im Saal verboten. Der Saal ist Samstag 10–20 Uhr geöffnet."
FERRY = "Bil under 6 meter kostar 120 kr. Bil over 6 meter kostar 290 kr. Blir ferja ikkje køyrd, får du pengane att. Tapte ting blir lagra i 3 månader."
KENNEL = "Hundpensionatet tar emot hundar hela året, katter bara i juni. Klippning ingår i paket Guld, men inte i paket Silver. Valpar under 6 månader får inte sova ensamma. Avbokning kostar ingenting fram till 7 dagar före."
PRINTS = "Plakater trykkes på 3 dage, visitkort på 5 dage. Levering er gratis for virksomheder, private betaler 45 kr. Du har en frist på 14 dage efter levering. Korrektur koster 90 kr."
CHOIR = "The choir rehearses on Mondays. The Alto plan costs £8 a month and includes sheet music. The Tenor plan costs £11 a month and includes sheet music and recordings. Guests pay double. Recordings are sent within 5 days of the concert."
SAUNA = "Sauna on auki talvella, uimaranta on suljettu talvella. Kausikortti Kulta sisältää saunan ja pyyhkeen. Kausikortti Hopea sisältää saunan."
MAST = "Der Mast kostet 3 € je 10 Minuten. Im Hafen ist Angeln verboten. Das Boot ist täglich geöffnet, der Steg 9–17 Uhr. Die Miete ist bis zu 4 Personen erlaubt."
CASES = [
    (KENNEL, "sv", "Ingår klippning i Silver?", "Ja, klippning ingår i både Guld och Silver.", "contradicted"),
    (KENNEL, "sv", "Ingår klippning i Guld?", "Ja, klippning ingår i paket Guld.", "supported"),
    (KENNEL, "sv", "Tar ni emot katter i mars?", "Ja, vi tar även emot katter hela året.", "contradicted"),
    (KENNEL, "sv", "Tar ni emot hundar i mars?", "Ja, hundar tar vi emot hela året.", "supported"),
    (PRINTS, "da", "Hvor lang tid tager visitkort?", "Visitkort trykkes på 3 dage.", "contradicted"),
    (PRINTS, "da", "Hvor lang tid tager visitkort?", "Visitkort trykkes på 5 dage.", "supported"),
    (PRINTS, "da", "Jeg er privat, hvad koster levering?", "Levering er gratis.", "contradicted"),
    (PRINTS, "da", "Vi er en virksomhed, hvad koster levering?", "Levering er gratis.", "supported"),
    (PRINTS, "da", "Hvad er fristen?", "Fristen er 14 dage efter korrektur.", "contradicted"),
    (PRINTS, "da", "Hvad er fristen?", "Fristen er 14 dage efter levering.", "supported"),
    (CHOIR, "en", "Does Alto include recordings?", "Yes, recordings are included in the Alto plan.", "contradicted"),
    (CHOIR, "en", "Does Tenor include recordings?", "Yes, recordings are included in the Tenor plan.", "supported"),
    (CHOIR, "en", "What do Alto and Tenor cost together?", "Alto and Tenor cost £19 a month together.", "supported"),
    (CHOIR, "en", "What do Alto and Tenor cost together?", "Alto and Tenor cost £21 a month together.", "contradicted"),
    (SAUNA, "fi", "Onko uimaranta auki talvella?", "Uimaranta on auki talvella.", "contradicted"),
    (SAUNA, "fi", "Onko sauna auki talvella?", "Sauna on auki talvella.", "supported"),
    (SAUNA, "fi", "Sisältyykö pyyhe Hopeaan?", "Kyllä, pyyhe sisältyy kausikorttiin Hopea.", "contradicted"),
    (MAST, "de", "Was kostet der Mast für 20 Minuten?", "Für 20 Minuten kostet der Mast 6 €.", "supported"),
    (MAST, "de", "Was kostet der Mast für 20 Minuten?", "Für 20 Minuten kostet der Mast 9 €.", "contradicted"),
    (MAST, "de", "Wir sind 6 Personen, geht das?", "Die Miete ist für 6 Personen erlaubt.", "contradicted"),
    (MAST, "de", "Wir sind 3 Personen, geht das?", "Die Miete ist für 3 Personen erlaubt.", "supported"),
    (SEATS, "de", "Was kostet Kategorie A?", "Kategorie A kostet 58 €.", "supported"),
    (SEATS, "de", "Was kostet Kategorie A?", "Kategorie A kostet 42 €.", "contradicted"),
    (SEATS, "de", "Darf ich im Saal rauchen?", "Rauchen ist im Saal verboten.", "supported"),
    (SEATS, "de", "Darf ich im Saal rauchen?", "Rauchen ist im Saal erlaubt.", "contradicted"),
    (
        SEATS,
        "de",
        "Wie lange ist der Saal am Samstag geöffnet?",
        "Am Samstag ist der Saal bis 20 Uhr geöffnet.",
        "supported",
    ),
    (
        SEATS,
        "de",
        "Wie lange ist der Saal am Samstag geöffnet?",
        "Am Samstag ist der Saal bis 22 Uhr geöffnet.",
        "contradicted",
    ),
    (FERRY, "nn", "Bilen min er 7 meter, kva kostar det?", "Då blir prisen 290 kroner.", "supported"),
    (FERRY, "nn", "Bilen min er 7 meter, kva kostar det?", "Då blir prisen 120 kroner.", "contradicted"),
    (FERRY, "nn", "Kor lenge lagrar de tapte ting?", "Tapte ting blir lagra i eit kvart år.", "supported"),
    (TICKETS, "sv", "Vad kostar Flex?", "Flex kostar 50 kr per vecka.", "supported"),
    (TICKETS, "sv", "Vad kostar Flex?", "Flex kostar 50 kr i månaden.", "contradicted"),
    (TICKETS, "sv", "Kan jag boka om Flex?", "Ja, före avgång kan du boka om den för 9 kr.", "supported"),
    (TICKETS, "sv", "Kan jag boka om Flex?", "Ja, efter avgång kan du boka om den för 9 kr.", "contradicted"),
    (YARD, "nb", "Er gården åpen lørdag?", "Ja, på lørdag er gården åpen 9–14.", "supported"),
    (YARD, "nb", "Er gården åpen fredag?", "Ja, på fredag er gården åpen 10–19.", "contradicted"),
    (YARD, "nb", "Når hentes høns?", "Høns hentes hver fjerde uke.", "supported"),
    (YARD, "nb", "Når hentes kaniner?", "Kaniner hentes ukentlig.", "supported"),
    (LOANS, "nn", "Eg er 30, kan eg leige traktor?", "Ja, du kan leige traktor.", "supported"),
    (LOANS, "nn", "Eg er 20, kan eg leige traktor?", "Ja, du kan leige traktor.", "contradicted"),
    (LOANS, "nn", "Er plog med?", "Ja, plog er med.", "supported"),
    (CARDS, "en", "Can I pay by card?", "Yes, we accept cards and vouchers.", "supported"),
    (CARDS, "en", "Can I pay by cheque?", "Yes, cards, vouchers and cheques are accepted.", "contradicted"),
    (CARDS, "en", "Is advice given in Trier?", "Yes, advice is given in Trier.", "supported"),
    (CARDS, "en", "Is advice given in Mainz?", "Yes, advice is given in Mainz too.", "contradicted"),
    (CARDS, "en", "Is storage on?", "Storage is switched off at first.", "supported"),
    (CARDS, "en", "Is storage on?", "Storage is switched on at first.", "contradicted"),
    (CARDS, "en", "Hi", "How nice to hear from you! Let me know what you need.", "no_claim"),
]


@pytest.mark.parametrize(("kb", "language", "question", "answer", "verdict"), CASES, ids=[c[3] for c in CASES])
def test_a_claim_and_its_near_miss(kb: str, language: str, question: str, answer: str, verdict: str) -> None:
    assert check(answer, question, Knowledge.from_texts([kb]), language).verdict == verdict


def test_how_alike_two_words_are_does_not_hang_on_what_was_read_before() -> None:
    # The same word is of a concept in one sentence and of none in another, and each is compared as what it is there.
    word = wording("förtid").terms[0]
    plain, before = replace(word, concept=None), replace(word, concept="before")
    other = replace(wording("innan").terms[0], concept="before")
    assert alike(before, other) > alike(plain, other)
    assert best_match(plain, [other]) == alike(plain, other) < best_match(before, [other])
