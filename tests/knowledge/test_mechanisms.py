"""Each way of being wrong beside a near miss that is right: the same words, one thing changed."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

TICKETS = "Bassbiljetten kan inte ändras. Flexbiljetten kan bokas om för 9 kr före avgång. Flex kostar 50 kr i veckan."
YARD = "Gården er åpen mandag til torsdag 10–19 og lørdag 9–14. Fredag er den stengt. Kaniner hentes hver uke, høns hver fjerde uke."
LOANS = "Du må vere minst 21 år for å leige traktor. Er du under 25, kostar det 99 kr ekstra per dag. Plog er med, medan tilhengar kostar 150 kr."
CARDS = "We accept cards and vouchers, but not cheques. Advice is only given in Bonn and Trier. Storage is switched off at first."
SEATS = "Plätze kosten in Kategorie A 58 € und in Kategorie B 42 €. Rauchen ist im Saal verboten. Der Saal ist Samstag 10–20 Uhr geöffnet."
FERRY = "Bil under 6 meter kostar 120 kr. Bil over 6 meter kostar 290 kr. Blir ferja ikkje køyrd, får du pengane att. Tapte ting blir lagra i 3 månader."
CASES = [
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
