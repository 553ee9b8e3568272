"""An answer that names only the day that a time runs from, beside sentences that run it from that day or another."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.amounts.inference import OTHER_START

# language, knowledge base, question, right answer, wrong answer
ALONE = [
    ("sv", "Byten. Du kan byta cykel inom 14 dagar från det att du hämtade ut den. Kvitto krävs.",
     "Från när räknas mina 14 dagar?", "De räknas från dagen du hämtade cykeln.", "De räknas från dagen du beställde cykeln."),
    ("da", "Retur. Varen kan returneres inden 20 dage efter modtagelsen. Æsken skal med.",
     "Hvornår starter de 20 dage?", "De løber fra den dag, du modtog varen.", "De løber fra den dag, du bestilte varen."),
    ("nb", "Retur. Du kan angre kjøpet innen 30 dager etter at du mottok pakken. Eska må være hel.",
     "Fra når løper de 30 dagene?", "Fra dagen du mottok pakken.", "Fra dagen du bestilte pakken."),
    ("nn", "Retur. Du kan angre kjøpet innan 30 dagar etter at du fekk pakken. Øskja må vere heil.",
     "Frå når tel dei 30 dagane?", "Frå dagen du fekk pakken.", "Frå dagen du bestilte pakken."),
    ("fi", "Palautus. Kengät voi palauttaa 45 päivän kuluessa vastaanottamisesta. Laatikko mukaan.",
     "Mistä 45 päivän aika lasketaan?", "Siitä päivästä, kun sait kengät.", "Siitä päivästä, kun tilasit kengät."),
    ("en", "Returns. Boots may be sent back within 60 days of delivery. Keep the box.",
     "When do the 60 days start?", "From the day you received the boots.", "From the day you ordered the boots."),
    ("de", "Rückgabe. Zelte können Sie 30 Tage lang nach Erhalt zurückgeben. Der Karton gehört dazu.",
     "Ab wann laufen die 30 Tage?", "Ab dem Tag, an dem Sie das Zelt erhalten haben.", "Ab dem Tag Ihrer Bestellung."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "right", "wrong"), ALONE)
def test_the_day_alone_is_held_against_the_day_that_is_told(
    language: str, base: str, question: str, right: str, wrong: str
) -> None:
    knowledge = Knowledge.from_texts([base])
    assert check(right, question, knowledge, language).verdict == "supported"
    assert check(wrong, question, knowledge, language).verdict == "contradicted"


def test_what_comes_first_is_no_start_where_nobody_asks_for_one() -> None:
    base = Knowledge.from_texts(
        ["Boots may be sent back within 60 days of delivery. We send boots once they are paid."]
    )
    said = check("We send the boots after you have paid.", "How do you send boots?", base, "en")
    assert said.claims[0].reason != OTHER_START


@pytest.mark.parametrize(
    ("language", "base", "question", "answer"),
    [
        ("en", "Courses. All handouts are included in Studio but not in Basic.", "Are handouts included in Basic?",
         "No, handouts are only included in Studio."),
        ("nb", "Betaling. Vi tar kort og Vipps, og ingen andre betalingsmåter foreløpig.", "Kan jeg betale med Klarna?",
         "Nei, foreløpig er det kun kort og Vipps som gjelder."),
    ],
)  # fmt: skip
def test_who_says_only_takes_nothing_in(language: str, base: str, question: str, answer: str) -> None:
    assert check(answer, question, Knowledge.from_texts([base]), language).verdict != "contradicted"
