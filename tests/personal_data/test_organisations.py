"""What belongs to an organisation by the words around it, beside the same datum of a person."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find
from evalkit.personal_data.organisations import names_organisation

OURS_AND_THEIRS = [
    ("sv", "Vi på Lindskolan, Skolgatan 12, 903 25 Umeå, saknar fem datorer.", "Jag bor på Skolgatan 12, 903 25 Umeå."),
    ("sv", "Vårdcentralens nummer är 031-441 12 00.", "Jag sökte vårdcentralen. Nå mig på 031-441 12 05."),
    ("da", "Mvh Kundeservice\nSydkyst Forsyning A/S\nFåborgvej 64, 5700 Svendborg", "Send den til Fåborgvej 64, 5700 Svendborg"),
    ("da", "Bogholderiet, Hotel Skovly, 33 12 59 02", "Bogholderiet kan ringe til mig på 33 12 59 02"),
    ("nb", "Bok time på Furuklinikken, Bygdøy allé 23, eller i appen.", "Jeg bor i Bygdøy allé 23, nær Furuklinikken."),
    ("nb", "Kommunens sentralbord 78 45 50 00 er åpent.", "Mitt nummer er 78 45 50 21."),
    ("nn", "Landbrukskontoret, Rådhusvegen 11", "Eg bur i Rådhusvegen 11"),
    ("fi", "Kunnan kirjaamo: Piiskuntie 2, 99870 Inari.", "Asun osoitteessa Piiskuntie 2, 99870 Inari."),
    ("fi", "Soittakaa Metsolan koulun kansliaan 09 310 12 345.", "Numeroni on 09 310 12 345."),
    ("en", "Regards,\nThe Claims Team\nHarbour Mutual, 14 Victoria Street, Bristol BS1 6AA", "I live at 14 Victoria Street, Bristol BS1 6AA"),
    ("de", "Tierheim Lindenhof: DE02 1001 0010 0006 8201 01", "Bitte zurück auf DE02 1001 0010 0006 8201 01"),
    ("is", "Leikskólinn Sólborg, sími skólans 411 2000.", "Síminn minn er 411 2034."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "ours", "theirs"), OURS_AND_THEIRS)
def test_what_an_organisation_calls_its_own_is_nobodys_and_the_same_of_a_person_is_found(
    language: str, ours: str, theirs: str
) -> None:
    assert find(ours, language) == []
    assert [datum.kind for datum in find(theirs, language)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nb", "Er det dere som holder til i Karl Johans gate 33?"),
        ("nb", "Hvor er Henrik Ibsens gate 48?"),
        ("en", "Where is 14 Victoria Street, Bristol BS1 6AA?"),
        ("da", "Skade 2023-0712-88 er afsluttet."),
        ("nb", "Kvittering 0031-77 er vedlagt."),
        ("sv", "Bygglov: bygglov@lulea.example"),
        ("en", "Council tax is due, write to counciltax@northmoor.example"),
        ("da", 'Der står "Jens Jensen, Testvej 1" i alle felter, det er jeres demo-data.'),
        ("fi", "Matti Meikäläinen, Mallikatu 1, 00000 Mallila näkyy laskussa."),
        ("en", "[14:01] Bot: Hi, I'm Ava. What's your order number?"),
        ("en", "Is the Ada Lovelace Building the one with the blue door?"),
        ("da", "Den hedder Clever Rosengård 3 og er død."),
        ("nn", "Vi har betalt til konto 4202.11.22908, som står på rekninga dykkar."),
    ],
)
def test_houses_examples_and_cases_are_nobodys(language: str, text: str) -> None:
    assert find(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "datum"),
    [
        ("nb", "Hei kundesenter! Storgata 4, 0155 Oslo er ny adresse, jeg har flyttet", "Storgata 4, 0155 Oslo"),
        ("da", "Mvh\nLars Holm\nFåborgvej 64, 5700 Svendborg", "Fåborgvej 64, 5700 Svendborg"),
        ("sv", "Kommunen ska skicka beslutet till Björkgatan 4, 123 45 Lund", "Björkgatan 4, 123 45 Lund"),
        ("en", "planning permission? write to ada.planning88@gmail.com", "ada.planning88@gmail.com"),
        ("nb", "Skolen når mor på 912 34 567", "912 34 567"),
    ],
)
def test_an_organisation_in_the_sentence_takes_no_datum_from_a_person(language: str, text: str, datum: str) -> None:
    assert datum in [text[found.start : found.end] for found in find(text, language)]


@pytest.mark.parametrize("word", ["Grundskolan", "tannklinikken", "Terveystalo", "bókasafnið", "Krankenkasse", "A/S"])
def test_words_for_organisations_are_known_in_their_forms(word: str) -> None:
    assert names_organisation(word)


@pytest.mark.parametrize("word", ["Storgatan", "Macarena", "Skoglund", "Virtanen", "as", "ab"])
def test_streets_and_persons_are_no_organisations(word: str) -> None:
    assert not names_organisation(word)
