"""An amount of another thing of the same shape is contradicted by the word that tells the two apart, and no near miss."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.amounts.rivals import OF_A_RIVAL

APART = [
    # language, knowledge base, question, wrong answer, right answer
    ("sv", "Uthyrning. Kajaker hyrs i 6 timmar, trampbåtar i 2 timmar och flottar i 4 timmar. Flytväst ingår.",
     "Hur länge får man hyra en kajak?", "Kajaker får du ha i fyra timmar.", "Kajaker får du ha i sex timmar."),
    ("da", "Rens. Vask koster 140 kr. for uld og 95 kr. for bomuld. Vi henter ikke.",
     "Hvad koster vask af bomuld?", "Det koster 140 kr.", "Det koster 95 kr."),
    ("nb", "Priser. En formiddagstime koster 280 kr og en kveldstime 410 kr. Racket kan lånes.",
     "Hva koster en kveldstime?", "Det blir 280 kr.", "Det blir 410 kr."),
    ("nn", "Frist. Vinterkurset må du melde deg på seinast 1. november og sommarkurset seinast 1. mai.",
     "Når må eg melde meg på sommarkurset?", "Seinast 1. november.", "Seinast 1. mai."),
    ("fi", "Vuokraus. Lastenpyörä maksaa 12 € ja aikuisten pyörä 18 €. Kypärän saa lainaksi.",
     "Mitä maksaa lastenpyörä?", "Hinta on 18 €.", "Hinta on 12 €."),
    ("en", "Lanes. A weekday lane costs £22 and a weekend lane £31. Shoes are included.",
     "How much is a weekend lane?", "It's £22.", "It's £31."),
    ("de", "Garantie. Auf Rahmen geben wir 10 Jahre Garantie, auf Akkus 2 Jahre und auf Reifen 1 Jahr.",
     "Wie lange ist die Garantie auf Akkus?", "Auf den Akku sind es zehn Jahre.", "Auf den Akku sind es zwei Jahre."),
    ("en", "Broadband. Cable 200 costs £25 a month and Cable 900 costs £41 a month. The router is included.",
     "What does Cable 900 cost?", "Cable 900 costs £25 a month.", "Cable 900 costs £41 a month."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "wrong", "right"), APART)
def test_an_amount_of_another_of_the_same_shape_is_contradicted(
    language: str, base: str, question: str, wrong: str, right: str
) -> None:
    knowledge = Knowledge.from_texts([base])
    against = check(wrong, question, knowledge, language)
    assert (against.verdict, against.claims[0].confidence) == ("contradicted", "exact")
    assert check(right, question, knowledge, language).verdict == "supported"


NEAR_MISSES = [
    # The rest, a second amount of the same thing, a compound of what is said, the claim's own word, days by other names.
    ("fi", "Huolto maksaa arkisin klo 8–16 75 euroa, muina aikoina 130 euroa.",
     "Mitä huolto maksaa yöllä?", "Yöllä huolto maksaa 130 euroa."),
    ("de", "Mit der Vorteilskarte für 2 € pro Fahrt sinkt der Preis auf 40 €.",
     "Wie hoch ist der Preis mit Vorteilskarte?", "Mit Vorteilskarte sinkt er auf 40 €."),
    ("de", "Ein Helm kostet 5 Euro, ein Schlitten 9 Euro und das Winterset 12 Euro.",
     "Kann ich Helm und Schlitten leihen?", "Ja, Helm und Schlitten zusammen im Set für 12 Euro."),
    ("nn", "Klubbar betaler 80 kr per spelar, trenarane går gratis.",
     "Må trenarane betale?", "Trenarane slepp å betale. For kvar spelar er det 80 kr."),
    ("de", "Montag bis Freitag haben wir von 9 bis 22 Uhr geöffnet, am Wochenende von 10 bis 20 Uhr.",
     "Wie lange ist am Samstag offen?", "Am Samstag schließen wir um 20 Uhr."),
    ("en", "Tents are open from 2 pm and must be left by noon. Cabins are open from 4 pm and must be left by 10 am.",
     "When do we have to leave the cabin?", "You leave the cabin by 10 am."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "answer"), NEAR_MISSES)
def test_what_names_no_other_thing_tells_no_amounts_apart(language: str, base: str, question: str, answer: str) -> None:
    claims = check(answer, question, Knowledge.from_texts([base]), language).claims
    assert claims
    assert OF_A_RIVAL not in {claim.reason for claim in claims}
