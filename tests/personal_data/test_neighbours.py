"""Data beside their near misses: the same shape once a person's, once the organisation's or a thing's."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find


def found(text: str, language: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, language)]


PAIRS = [
    ("en", "My number is 020 7946 0018", ("PHONE", "020 7946 0018"), "Your switchboard is 020 7946 0018"),
    ("da", "I kan ringe på 33 12 44 55", ("PHONE", "33 12 44 55"), "Det er 33 12 44 55 siger jeres hjemmeside"),
    ("nb", "Jeg bor i Torggata 12", ("ADDRESS", "Torggata 12"), "Har dere på Torggata 12 åpningstider i jula?"),
    ("de", "Ich wohne Am Markt 14", ("ADDRESS", "Am Markt 14"), "Am Wochenende 14 Uhr"),
    ("de", "Adresse: Berliner Straße 12", ("ADDRESS", "Berliner Straße 12"), "Die Packstation Berliner Straße 12"),
    ("sv", "Astrid Lindgren ringer", ("NAME", "Astrid Lindgren"), "Åk till Astrid Lindgrens Trädgård"),
    ("sv", "Astrid Lindblom ringer", ("NAME", "Astrid Lindblom"), "Finns Astrid Lindblom som ljudbok?"),
    ("en", "Maria Nordberg called", ("NAME", "Maria Nordberg"), "Is Maria Nordberg shampoo in stock?"),
    ("nb", "Bilen har skilt EV 38211", ("VEHICLE_PLATE", "EV 38211"), "Vare EV 38211 mangler"),
    ("sv", "Jag fyller år 14 mars 1987", ("DOB", "14 mars 1987"), "Butiken öppnade 14 mars 1987"),
    ("is", "Bíllinn er ZKA 47 og rauður", ("VEHICLE_PLATE", "ZKA 47"), "Bíllinn er BMW 47 og rauður"),
    ("is", "bíllinn er LT V82, takk", ("VEHICLE_PLATE", "LT V82"), "bíllinn er VW T12, takk"),
    ("sv", "Bilen som ska lagas är MLB 27C nu", ("VEHICLE_PLATE", "MLB 27C"), "Bilen som ska lagas har order MLB 27C"),
    ("da", "Bilen er registreret som CD 52 318", ("VEHICLE_PLATE", "CD 52 318"), "Varen er i hal CD 52 318"),
    ("en", "My NI no is JT 31 42 53 B", ("GB_NINO", "JT 31 42 53 B"), "Type it in the format JT 31 42 53 B"),
    ("de", "Vg, Nils Petersen", ("NAME", "Nils Petersen"), "Vg, Petersen Bau AG"),
    ("nb", "Mvh Ola Brekke 41234567", ("PHONE", "41234567"), "Pakke fra Ola 41234567"),
    (
        "de",
        "Meine IBAN: DE75512108001245126199",
        ("IBAN", "DE75512108001245126199"),
        "Die IBAN der Firma ist DE75512108001245126199",
    ),
    (
        "en",
        "My IBAN is GB33BUKB20201555555555",
        ("IBAN", "GB33BUKB20201555555555"),
        "The club's IBAN is GB33BUKB20201555555555",
    ),
    (
        "sv",
        "Företagets faktura betalar jag från mitt IBAN SE7280000810340009783242",
        ("IBAN", "SE7280000810340009783242"),
        "Företagets IBAN är SE7280000810340009783242",
    ),
    ("nb", "skiltnr EL 38211 er stjålet", ("VEHICLE_PLATE", "EL 38211"), "modellnr EL 38211 er utgått"),
    ("da", "mit pas 208461234 er væk", ("PASSPORT", "208461234"), "pas på, kolli 208461234"),
    ("is", "leggið inn á reikning 0515-26-068114", ("BANK_ACCOUNT", "0515-26-068114"), "reikning 068114 vantar"),
    ("is", "síminn minn er 691 2345", ("PHONE", "691 2345"), "sími okkar er 540 1000"),
    ("sv", "jag bor på Torggatan 5", ("ADDRESS", "Torggatan 5"), "finns laddstolpe vid Torggatan 5?"),
    (
        "nb",
        "jeg bor i Storgata 12, 0184 Oslo",
        ("ADDRESS", "Storgata 12, 0184 Oslo"),
        "Besøk oss i Storgata 12, 0184 Oslo",
    ),
    (
        "da",
        "kortet er 4571 1746 8145 3845",
        ("CARD", "4571 1746 8145 3845"),
        "jeg betalte 71 346943054991538 +86412739",
    ),
    ("is", "póstur á jon@verslun.is", ("EMAIL", "jon@verslun.is"), "póstur á innheimta@verslun.is"),
    ("fi", "Tilini on FI7139440491404193", ("IBAN", "FI7139440491404193"), "Yhdistyksen tili FI7139440491404193"),
]


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Medlemskapet på kona, 04067812943, skal sluttes", "nb", ("NO_FODSELSNUMMER", "04067812943")),
        ("Abonnemanget är på Inga-Maj Storm 19521107-3142", "sv", ("SE_PERSONNUMMER", "19521107-3142")),
        ("meine handynr lautet 0151 26110432", "de", ("PHONE", "0151 26110432")),
        ("Getið þið hringt í 862 4411 á morgun", "is", ("PHONE", "862 4411")),
    ],
)
def test_a_number_that_hardly_any_other_is_like_needs_no_word(text: str, language: str, datum: tuple[str, str]) -> None:
    assert datum in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"), [("Abonnemangets serienummer 19521107-3142", "sv"), ("Medlemsnummer 04067812945", "nb")]
)
def test_a_number_of_a_thing_is_left_where_its_word_stands_before(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(("language", "persons", "datum", "neighbour"), PAIRS)
def test_a_persons_datum_is_found_and_its_neighbour_is_left(
    language: str, persons: str, datum: tuple[str, str], neighbour: str
) -> None:
    assert datum in found(persons, language)
    assert found(neighbour, language) == []


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Send til Øvre Bakklandet 33, H0302, 7013 Trondheim", "nb", "Øvre Bakklandet 33, H0302, 7013 Trondheim"),
        ("Zu Birkenweg 7a, 2. OG rechts, 45127 Essen", "de", "Birkenweg 7a, 2. OG rechts, 45127 Essen"),
        ("Zu Birkenweg 7, EG links, 45127 Essen", "de", "Birkenweg 7, EG links, 45127 Essen"),
        ("sie wohnt rosa-parks-str. 19, 12043 berlin", "de", "rosa-parks-str. 19, 12043 berlin"),
        ("An Karl-Marx-Allee 93, Hinterhaus, 10243 Berlin", "de", "Karl-Marx-Allee 93, Hinterhaus, 10243 Berlin"),
    ],
)
def test_an_address_includes_its_dwelling(text: str, language: str, datum: str) -> None:
    assert found(text, language) == [("ADDRESS", datum)]


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Peter Hansens pakke", "da", "Peter Hansen"),
        ("Anna Svenssons paket kom bort", "sv", "Anna Svensson"),
        ("Marte Eide Solberg her. Feil farge!", "nb", "Marte Eide Solberg"),
        ("Lisätkää Riikka Ojala tilin käyttäjäksi", "fi", "Riikka Ojala"),
        ("Please add Oluwaseun Adebayo as an authorised user", "en", "Oluwaseun Adebayo"),
    ],
)
def test_a_name_stands_alone_without_genitive_or_verb(text: str, language: str, datum: str) -> None:
    assert found(text, language) == [("NAME", datum)]


@pytest.mark.parametrize(
    "number", ["8 1 1 2 1 8 - 9 8 7 6", "8-1-1-2-1-8-9-8-7-6", "8 1 1 2 1 8 9 8 7 6", "8🙂1🙂1🙂2🙂1🙂8-9🙂8🙂7🙂6"]
)
def test_digits_that_stand_one_by_one_are_a_number_all_the_same(number: str) -> None:
    text = f"pnr {number} tack"
    assert found(text, "sv") == [("SE_PERSONNUMMER", number)]


def test_a_scale_of_single_digits_is_no_number() -> None:
    assert found("betyg 1 2 3 4 5 6 7 8 eller 9", "sv") == []


def test_an_account_number_does_not_begin_inside_a_word() -> None:
    assert found("refXSE35 5000 0000 0549 1000 0003", "sv") == []


def test_a_number_that_begins_as_an_iban_does_hides_none_behind_it() -> None:
    text = "the id is 190190-1234 and my iban is NO8330001234567"
    assert ("IBAN", "NO8330001234567") in found(text, "en")


@pytest.mark.parametrize("called", ["Norwegian D-number", "D-number,", "norwegian birth number"])
def test_a_national_number_is_found_by_its_english_name(called: str) -> None:
    assert ("NO_DNUMMER", "49075100875") in found(f"my {called} 49075100875", "en")


def test_a_tax_number_is_found_with_slashes_and_by_the_office_that_gave_it() -> None:
    assert found("Die ID-Nr vom Finanzamt: 86/095/742/719", "de") == [("DE_STEUERID", "86/095/742/719")]
