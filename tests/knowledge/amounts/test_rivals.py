"""Of amounts side by side, the one of what is spoken of counts: with near misses that are told rightly or of neither."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

RIVALS = [
    # language, knowledge base, question, wrong answer, right answer
    ("sv", "Båtplatser. Kaj kostar 1 900 kr per säsong, Brygga kostar 3 400 kr per säsong. Hamnen är öppen i maj.",
     "Vad kostar en plats på Brygga?", "På Brygga kostar platsen 1 900 kr per säsong.",
     "På Brygga kostar platsen 3 400 kr per säsong."),
    ("da", "Rideskolen. En enkeltlektion koster 320 kr., en holdlektion koster 190 kr. Hjelm kan lånes.",
     "Hvad koster en holdlektion?", "En holdlektion koster 320 kr.", "En holdlektion koster 190 kr."),
    ("nb", "Verkstedet. Hjulskift koster 590 kr for personbil og 890 kr for varebil. Dekkhotell koster 1 200 kr.",
     "Hva koster hjulskift?", "For varebil koster hjulskiftet 590 kr.", "For varebil koster hjulskiftet 890 kr."),
    ("nn", "Kyrkja. Store salen kostar 2 400 kr per kveld, vesle salen kostar 1 100 kr per kveld. Nøkkelen får du av vaktmeistaren.",
     "Kva kostar vesle salen?", "Vesle salen kostar 2 400 kr per kveld.", "Vesle salen kostar 1 100 kr per kveld."),
    ("fi", "Ratsastus. Yksityistunti maksaa 65 € ja ryhmätunti 32 €. Kypärän saa lainata.",
     "Mitä ryhmätunti maksaa?", "Ryhmätunti maksaa 65 €.", "Ryhmätunti maksaa 32 €."),
    ("en", "Moorings. We charge £14 a night if you are on Quayside and £9 if you are on Riverside. Water is included.",
     "What does a night on Riverside cost?", "You pay £14 a night.", "You pay £9 a night."),
    ("de", "Hallen. Der Sommerkurs kostet 120 Euro, der Winterkurs kostet 180 Euro. Schläger sind da.",
     "Was kostet der Winterkurs?", "Der Winterkurs kostet 120 Euro.", "Der Winterkurs kostet 180 Euro."),
    ("de", "Gärtnerei. Hecke und Rasen schneiden wir für 140 Euro, nur Rasen für 60 Euro. Wir kommen montags.",
     "Was kostet nur der Rasen?", "Nur Rasen schneiden wir für 140 Euro.", "Nur Rasen schneiden wir für 60 Euro."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "wrong", "right"), RIVALS)
def test_an_amount_of_a_rival_is_contradicted_and_its_own_is_not(
    language: str, base: str, question: str, wrong: str, right: str
) -> None:
    knowledge = Knowledge.from_texts([base])
    against = check(wrong, question, knowledge, language)
    assert (against.verdict, against.claims[0].confidence) == ("contradicted", "exact")
    assert check(right, question, knowledge, language).verdict == "supported"


LATER_CLAUSES = [
    # The names stand in the first clause, the amounts in a later one.
    ("sv", "Med Tuva Stor betalar du 90 kr i månaden och ringer för 0,40 kr per minut. "
     "Med Tuva Liten betalar du 20 kr i månaden och ringer för 0,90 kr per minut.",
     "Vad kostar en minut med Liten?", "Med Liten ringer du för 0,40 kr per minut."),
    ("de", "Mit dem Tarif Kompakt zahlen Sie 9 Euro im Monat und telefonieren für 12 Cent pro Minute. "
     "Mit dem Tarif Komfort zahlen Sie 19 Euro im Monat und telefonieren für 5 Cent pro Minute.",
     "Was kostet eine Minute mit Komfort?", "Mit Komfort telefonieren Sie für 12 Cent pro Minute."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "wrong"), LATER_CLAUSES)
def test_a_later_clause_goes_on_speaking_of_what_its_sentence_begins_with(
    language: str, base: str, question: str, wrong: str
) -> None:
    assert check(wrong, question, Knowledge.from_texts([base]), language).verdict == "contradicted"


NOT_RIVALS = [
    # What is reckoned, what holds for both, what another kind of word names, and what the customer's own case meets.
    ("sv", "Kaj kostar 1 900 kr och Brygga 3 400 kr. Startavgiften är 500 kr för båda.",
     "Vad är startavgiften på Brygga?", "Startavgiften är 500 kr för båda."),
    ("nn", "Kajakkar og seglbrett leiger vi ut i fire timar, tuber og ski i to timar.",
     "Kor lenge kan eg leige ski?", "Ski kan du leige i to timar."),
    ("nb", "Ukekort koster 900 kr og sesongkort 1 800 kr. Pensjonister betaler halv pris.",
     "Hva koster sesongkort for en pensjonist?", "Sesongkortet koster 900 kr, altså 50 % av prisen."),
    ("sv", "Stolar i serien Kaj har 9 års garanti på benen och 2 års garanti på tyget.",
     "Hur lång garanti har benen?", "Benen på en Kaj-stol har nio års garanti."),
    ("en", "Quayside costs £14 a night and Riverside £9. Both may be cancelled until 24 hours before arrival.",
     "Until when can I cancel Riverside?", "You can cancel until 24 hours before arrival."),
    ("de", "Der Sommerkurs kostet 120 Euro, der Winterkurs kostet 180 Euro.",
     "Was kosten beide Kurse?", "Sommerkurs und Winterkurs kosten zusammen 300 Euro."),
    ("da", "En enkeltlektion koster 320 kr., en holdlektion koster 190 kr.",
     "Hvad koster en holdlektion?", "En holdlektion koster 190 kr., mens en enkeltlektion koster 320 kr."),
    ("nb", "Hjulskift koster 590 kr for personbil og 890 kr for varebil.",
     "Hva koster hjulskift?", "Hjulskift koster 590 kr for personbil og 890 kr for varebil."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "answer"), NOT_RIVALS)
def test_what_both_share_or_each_has_is_no_rival(language: str, base: str, question: str, answer: str) -> None:
    assert check(answer, question, Knowledge.from_texts([base]), language).verdict != "contradicted"
