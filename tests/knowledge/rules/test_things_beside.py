"""Things that no article names, offered beside the answer, in seven languages, each with one that is told."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

_OFFERED = [
    ("sv", "Inträdet kostar 90 kr. Handdukar lånas ut gratis.", "Vad kostar inträdet?",
     "Det kostar 90 kr. Handdukar lånas ut gratis.", "Det kostar 90 kr. Ljudguider lånas ut gratis."),
    ("da", "Entréen koster 90 kr. Paraplyer kan lånes gratis.", "Hvad koster entréen?",
     "Den koster 90 kr. Paraplyer kan lånes gratis.", "Den koster 90 kr. Lydguider kan lånes gratis."),
    ("nb", "Inngangen koster 90 kr. Håndklær kan lånes gratis.", "Hva koster inngangen?",
     "Den koster 90 kr. Håndklær kan lånes gratis.", "Den koster 90 kr. Munnkurver kan lånes gratis."),
    ("nn", "Inngangen kostar 90 kr. Handkle kan lånast gratis.", "Kva kostar inngangen?",
     "Han kostar 90 kr. Handkle kan lånast gratis.", "Han kostar 90 kr. Paraplyar kan lånast gratis."),
    ("fi", "Pääsymaksu on 9 euroa. Pyyhkeitä saa lainata.", "Paljonko on pääsymaksu?",
     "Pääsymaksu on 9 euroa. Pyyhkeitä saa lainata.", "Pääsymaksu on 9 euroa. Sateenvarjoja saa lainata."),
    ("en", "Entry costs £9. Umbrellas can be borrowed.", "What is entry?",
     "Entry costs £9. Umbrellas can be borrowed.", "Entry costs £9. Audio guides can be borrowed."),
    ("de", "Der Eintritt kostet 9 Euro. Handtücher kann man leihen.", "Was kostet der Eintritt?",
     "Der Eintritt kostet 9 Euro. Handtücher kann man leihen.",
     "Der Eintritt kostet 9 Euro. Sackkarren kann man leihen."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "told", "invented"), _OFFERED)
def test_a_thing_that_no_article_names_is_not_in_the_base(
    language: str, base: str, question: str, told: str, invented: str
) -> None:
    known = Knowledge.from_texts([base])
    assert check(told, question, known, language).verdict == "supported"
    assert check(invented, question, known, language).verdict == "not_in_kb"
