"""What belongs to an organisation by the words around it, beside the same datum of a person."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find
from evalkit.personal_data.firms import names_organisation

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
        ("nn", "Konto 3790.11.20456 (Sunnkraft SA), kr 2 311."),
        ("nn", "Butikken er på Strandgata 7. Telefon til disken: 57 82 00 31. Ope 10–17."),
        ("fi", "Käyntiosoite Frenckellinaukio 2, Tampere."),
        ("en", 'Form shows "John Doe, 123 Example Street" in grey.'),
        ("da", "Indtast dit navn: Fornavn Efternavn."),
        ("de", "Haben Dr. Oetker und Müller Milch keine Pfandflaschen?"),
        ("is", "Gleymdi hvort skipið heitir Brúarfoss eða Dettifoss."),
        ("da", "kd. ringer om vandmåler 61 204 883 aflæst til 417,6 m3"),
        ("nn", "Oppdatering 4.18.2 gjorde at boksen heng seg"),
        ("sv", "lotto 10 12 15 20 25"),
        ("nb", "konto til borettslaget er 8601.23.40038 ifølge giroen"),
        ("da", "ringen er en Ole Lynggaard str. 53"),
        ("da", "Beboere kan skrive til varmemester@lindely.example"),
        ("en", "Enter it like this: AB 12 34 56 C, no dashes"),
        ("is", "Greiðsluseðill 0000448217, gjalddagi 02.12.2026"),
        ("is", "Afhending: Jökulnet, Smiðjuvegi 40, 200 Kópavogur\nOpið 10–18"),
        ("nb", "Overfør depositumet til vår klientkonto 2952.30.80200"),
        ("fi", "onko Paola Suhonen x Samuji huivi vielä varastossa?"),
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
        ("da", "Legetid: Malthe Bjerregaard, 27 03 17 6782, far er med", "27 03 17 6782"),
        ("sv", "Kan jag teckna abonnemang då? Jag själv är 460501 - 4564", "460501 - 4564"),
        ("sv", "[Samtal 14:02] Kund: ja det är 87 03 17 06 99. Agent: tack", "87 03 17 06 99"),
        ("is", "[Upptaka] já hún er 05 02 00 70 10, kennitalan sko", "05 02 00 70 10"),
        ("de", "Steuernummer hab ich nicht, nur die ID 69126745065 .", "69126745065"),
        ("en", "Caller: It's zs774052b. Agent: Thanks.", "zs774052b"),
        ("de", "Reisepass Nr. C4KX9T2L6 im ICE verloren", "C4KX9T2L6"),
        ("nb", "feil siffer i mobilnummeret, det er 48109877 og ikke 48758099", "48758099"),
        ("nb", "Faktura 88120347. Sunniva Eide Langaas, +47 938 27 150", "Sunniva Eide Langaas"),
        ("en", "From: Deirdre McAnulty <deirdre.mcanulty@btinternet.com>", "Deirdre McAnulty"),
        ("da", "jeg hedder mette kirstine voldby, ingen varme", "mette kirstine voldby"),
        ("nn", "kortet vart stole, sperr det no!! eivind lotsberg", "eivind lotsberg"),
        ("da", "Vi er to på kontrakten, mig 140392-0513 og en til", "140392-0513"),
        ("sv", "Faktura på kerstin wallgren, 560228 2534 för rotavdraget", "560228 2534"),
        ("nn", "300867 44526 oddvar myklebust vil ha ny time", "oddvar myklebust"),
        ("nn", "traktoren har kjenneteikn SN 3174.", "SN 3174"),
        (
            "en",
            "wrong flat AGAIN. we are Flat 6, 41 Marlowe Crescent, Leeds LS8 3QT",
            "Flat 6, 41 Marlowe Crescent, Leeds LS8 3QT",
        ),
        ("da", "Rådgiver: Hvad er dit navn og cpr?\nMedlem: Bodil Krogsgaard, 0908660439", "0908660439"),
        (
            "de",
            "Amt: Dann bräuchte ich Ihre Steuer-ID.\nMitglied: 84 902 616 734, Name Jörg Haverkamp",
            "84 902 616 734",
        ),
        ("da", "trukket to gange for samme ordre, og 5413464350946842 slet ikke", "5413464350946842"),
        ("en", "typed my password here didn't I, it was Thistle&Moor19.", "Thistle&Moor19"),
        ("nb", "engangskoden jeg fikk er 618 043, men siden sier ugyldig", "618 043"),
        ("sv", "Vasaskolan har numret 0240-860 12 registrerat på kontot.", "0240-860 12"),
        (
            "en",
            "Customer services: we hold 14 Victoria Street, Bristol BS1 6AA on file.",
            "14 Victoria Street, Bristol BS1 6AA",
        ),
        ("de", "Unsere Anschrift: Am Mühlgraben 5, 99084 Erfurt", "Am Mühlgraben 5, 99084 Erfurt"),
    ],
)
def test_a_person_keeps_a_datum_beside_an_organisation_and_in_rare_forms(language: str, text: str, datum: str) -> None:
    assert datum in [text[found.start : found.end] for found in find(text, language)]


@pytest.mark.parametrize("word", ["Grundskolan", "tannklinikken", "Terveystalo", "bókasafnið", "Krankenkasse", "A/S"])
def test_words_for_organisations_are_known_in_their_forms(word: str) -> None:
    assert names_organisation(word)


@pytest.mark.parametrize("word", ["Storgatan", "Macarena", "Skoglund", "Virtanen", "as", "ab"])
def test_streets_and_persons_are_no_organisations(word: str) -> None:
    assert not names_organisation(word)
