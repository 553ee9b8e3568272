"""A length of time beside the sentence that gives it: counted from the same event, another, or before it."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.amounts.inference import OTHER_START
from evalkit.knowledge.reading.starts import start_events
from evalkit.knowledge.rules.by_start import OTHER_SIDE, SAME_START


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        ("sv", "Du kan klaga på lagningen inom 60 dagar efter att du hämtade cykeln.", "När börjar tiden räknas?",
         "Du kan klaga på lagningen i 60 dagar från den dag du hämtar cykeln.", "De 60 dagarna börjar den dag du beställer lagningen."),
        ("da", "Et klip gælder i 6 måneder fra købsdatoen.", "Hvor længe gælder et klip?",
         "Et klip gælder et halvt år fra den dag, det blev købt.", "Et klip gælder et halvt år fra det bruges første gang."),
        ("nb", "Feil meldes innen 10 dager etter levering.", "Når må jeg melde feil?",
         "Meld feil innen 10 dager fra varene kom frem.", "Meld feil innen 10 dager fra du sendte bestillingen."),
        ("nn", "Du melder feil innan 7 dagar etter levering.", "Når må eg melde feil?",
         "Du melder feil innan ei veke frå du fekk varene.", "Du melder feil innan ei veke frå du betalte."),
        ("fi", "Lahjakortti on voimassa 12 kuukautta ostopäivästä.", "Kauanko lahjakortti on voimassa?",
         "Lahjakortti on voimassa vuoden ostopäivästä.", "Lahjakortti on voimassa vuoden ensimmäisestä käyttökerrasta."),
        ("en", "The invoice is due within 14 days of the invoice date.", "When do I pay?",
         "You pay two weeks after the date on the invoice.", "You pay two weeks after you receive the goods."),
        ("de", "Das Gutachten erhalten Sie innerhalb von vier Werktagen nach Eingang der Sendung.", "Ab wann zählen die Tage?",
         "Die vier Werktage beginnen, sobald Ihre Sendung bei uns eingeht.",
         "Die vier Werktage beginnen, sobald Sie die Unterlagen angefordert haben."),
        # What is ordered has not been yet.
        ("nb", "Rapporten sendes innen 5 virkedager etter takseringen.", "Når får jeg rapporten?",
         "Du får rapporten innen fem virkedager etter takseringen.",
         "Du får rapporten innen fem virkedager etter at du bestilte takseringen."),
    ],
)  # fmt: skip
def test_the_right_time_from_another_event_is_contradicted_for_certain(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    base = Knowledge.from_texts([told])
    assert check(right, question, base, language).verdict == "supported"
    found = check(wrong, question, base, language)
    assert (found.verdict, found.claims[0].confidence, found.claims[0].reason) == ("contradicted", "exact", OTHER_START)


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        ("sv", "Meddela oss minst 10 dagar före flytten.", "När ska jag meddela er?",
         "Meddela oss minst 10 dagar före flytten.", "Meddela oss senast 10 dagar efter flytten."),
        ("fi", "Ilmoita muutosta vähintään 10 päivää ennen muuttoa.", "Milloin ilmoitan muutosta?",
         "Ilmoita muutosta vähintään 10 päivää ennen muuttoa.", "Ilmoita muutosta 10 päivää muuton jälkeen."),
        ("en", "Tell us at least 10 days before you move out.", "When must I tell you?",
         "Tell us at least 10 days before you move out.", "Tell us within 10 days after you move out."),
        ("de", "Melden Sie sich mindestens 10 Tage vor dem Umzug.", "Wann muss ich mich melden?",
         "Melden Sie sich mindestens 10 Tage vor dem Umzug.", "Melden Sie sich 10 Tage nach dem Umzug."),
    ],
)  # fmt: skip
def test_so_long_before_an_event_is_not_so_long_after_it(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    base = Knowledge.from_texts([told])
    assert check(right, question, base, language).verdict == "supported"
    found = check(wrong, question, base, language)
    assert found.verdict == "contradicted"
    assert found.claims[0].reason in {OTHER_SIDE, OTHER_START}


def test_the_same_time_from_the_same_event_is_supported_by_name() -> None:
    base = Knowledge.from_texts(["Du kan klaga på lagningen inom 60 dagar efter att du hämtade cykeln."])
    found = check(
        "Du kan klaga på lagningen i 60 dagar från den dag du hämtar cykeln.", "När börjar tiden räknas?", base, "sv"
    )
    assert (found.verdict, found.claims[0].reason) == ("supported", SAME_START)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        # What the time is for is no event that it runs from.
        ("Du har fem hverdage efter auktionen til at betale", set()),
        ("Du har 14 dager fra kjøpet for å levere varen tilbake", {"bought"}),
        ("innerhalb von drei Tagen nach Eingang der Sendung", {"received"}),
        ("innerhalb von drei Tagen nach dem Versand", {"sent"}),
        ("sobald Sie es angefordert haben", {"requested"}),
        ("ab Freigabe des Entwurfs", {"approved"}),
    ],
)
def test_the_events_that_time_is_counted_from(text: str, events: set[str]) -> None:
    assert start_events(text) == events
