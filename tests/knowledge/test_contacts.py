"""Phone numbers, addresses and links: another one than the base's is wrong, one of a kind it has none of is unknown."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.contacts import contacts_in

BASES = {
    "sv": "Jouren svarar dygnet runt på 031-77 45 20. Du bokar tvättstugan på kvarnbo.se/tvatt.",
    "da": "Vagttelefonen er 86 14 77 20 og er åben hele døgnet. Vaskeriet bookes på kvarnbo.dk/vask.",
    "nb": "Vakttelefonen er 55 31 77 20 og er åpen hele døgnet. Vaskeriet bestilles på kvarnbo.no/vask.",
    "nn": "Vakttelefonen er 55 31 77 20 og er open heile døgnet. Vaskeriet tingar du på kvarnbo.no/vask.",
    "fi": "Päivystys vastaa numerossa 09 417 7320 ympäri vuorokauden. Pesutuvan varaus: kvarnbo.fi/pesu.",
    "en": "The emergency line is 0161 496 0320, day and night. Book the laundry room at kvarnbo.com/wash.",
    "de": "Der Notdienst ist unter 0431 556 7720 rund um die Uhr erreichbar. Die Waschküche buchen Sie auf kvarnbo.de/wasch.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "question", "answer", "verdict"),
    [
        ("sv", "Vilket nummer har jouren?", "Ring jouren på 031-77 54 20.", "contradicted"),
        ("sv", "Vilket nummer har jouren?", "Ring jouren på 031-77 45 20.", "supported"),
        ("sv", "Vilken e-post har ni?", "Skriv till hej@kvarnbo.se.", "not_in_kb"),
        ("sv", "Var bokar jag tvättstugan?", "Du bokar tvättstugan på kvarnbo.se/boka.", "contradicted"),
        ("sv", "Var bokar jag tvättstugan?", "Du bokar tvättstugan på kvarnbo.se/tvatt.", "supported"),
        ("da", "Hvad er nummeret til vagttelefonen?", "Ring på 86 14 20 77.", "contradicted"),
        ("da", "Hvad er jeres e-mail?", "Skriv til post@kvarnbo.dk.", "not_in_kb"),
        ("nb", "Hva er nummeret til vakttelefonen?", "Ring vakttelefonen på 55 31 20 77.", "contradicted"),
        ("nb", "Hva er nummeret til vakttelefonen?", "Vakttelefonen er 55 31 77 20.", "supported"),
        ("nn", "Kva nummer har vakttelefonen?", "Du kan ringje 55 31 72 70.", "contradicted"),
        ("fi", "Mikä on päivystyksen numero?", "Soita päivystykseen numeroon 09 417 3720.", "contradicted"),
        ("fi", "Voiko teille laittaa WhatsApp-viestin?", "Laita viesti WhatsAppiin numeroon 040 123 4567.", "not_in_kb"),
        ("en", "What's the emergency number?", "Call 0161 496 0230.", "contradicted"),
        ("en", "Do you have an email address?", "Write to us at hello@kvarnbo.com.", "not_in_kb"),
        ("de", "Welche Nummer hat der Notdienst?", "Rufen Sie den Notdienst unter 0431 556 2770 an.", "contradicted"),
        ("de", "Wo buche ich die Waschküche?", "Die Waschküche buchen Sie auf kvarnbo.de/termin.", "contradicted"),
    ],
)  # fmt: skip
def test_a_contact_is_held_against_what_the_base_gives_for_it(
    language: str, question: str, answer: str, verdict: str
) -> None:
    assert check(answer, question, Knowledge.from_texts([BASES[language]]), language).verdict == verdict


def test_another_number_than_the_one_asked_for_is_beyond_doubt_and_shown_beside_it() -> None:
    (claim,) = check(
        "Ring 031-77 54 20.", "Vilket nummer har jouren?", Knowledge.from_texts([BASES["sv"]]), "sv"
    ).claims
    assert (claim.verdict, claim.confidence) == ("contradicted", "exact")
    (evidence,) = claim.evidence
    assert "031-77 45 20" in evidence.passage[evidence.start : evidence.end]


def test_the_right_number_of_another_line_is_wrong_for_what_was_asked() -> None:
    base = Knowledge.from_texts(
        ["Vanliga fel anmäls på 08-555 31 00 vardagar 8–16. Akuta fel, som en vattenläcka, anmäls till jouren på 08-555 31 99."]
    )  # fmt: skip
    question = "Vi har en akut vattenläcka, vem ringer jag?"
    assert check("Ring jouren på 08-555 31 00.", question, base, "sv").verdict == "contradicted"
    assert check("Ring jouren på 08-555 31 99.", question, base, "sv").verdict == "supported"


def test_an_amount_of_many_digits_is_no_phone_number() -> None:
    assert [c.kind for c in contacts_in("Vi täcker 1 050 000 kr, ring 08-600 11 22 eller skriv till a@b.se.")] == [
        "mail", "phone"
    ]  # fmt: skip
