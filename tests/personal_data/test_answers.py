"""Data that a question, a correction or another country's name tells, and what a word for another thing leaves."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find


def found(text: str, language: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Agent: ditt personnummer?\nKund: jo det är 81 12 18 9876", "sv", ("SE_PERSONNUMMER", "81 12 18 9876")),
        ("Hva er fødselsnummeret?\nKunde: 01010750160", "nb", ("NO_FODSELSNUMMER", "01010750160")),
        ("Steuer-ID? 36574261809", "de", ("DE_STEUERID", "36574261809")),
        ("Og símanúmerið hjá þér?\nMaría: 691 2345", "is", ("PHONE", "691 2345")),
        ("Agent: Your date of birth?\nAnn: It's 3 May 1984.", "en", ("DOB", "3 May 1984")),
        ("Hva er fødselsdatoen din?\nKunde: 14.03.1981", "nb", ("DOB", "14.03.1981")),
        ("Borger: det er 07 07 61 4285\nTak", "da", ("DK_CPR", "07 07 61 4285")),
    ],
)
def test_an_answer_is_what_the_question_before_it_asks_for(text: str, language: str, datum: tuple[str, str]) -> None:
    assert datum in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Agent: ditt personnummer?\nKund: ordern är 8112189870", "sv"),
        ("Hva er ordrenummeret?\nKunde: 01010750161", "nb"),
        ("Bestellnummer? 36574261809", "de"),
        ("birthday party? 12 May 2025 works", "en"),
        ("Agent: When was it delivered?\nAnn: It's 3 May 1984.", "en"),
    ],
)
def test_an_answer_to_another_question_is_nobodys(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("skrev fel, det ska vara 811218-9876", "sv", ("SE_PERSONNUMMER", "811218-9876")),
        ("nej undskyld, det er 2110625629", "da", ("DK_CPR", "2110625629")),
        ("eiku 131052-308T", "fi", ("FI_HETU", "131052-308T")),
        ("Minulla on ruotsalainen numero 811218-9876", "fi", ("SE_PERSONNUMMER", "811218-9876")),
        ("Sie kommt aus Schweden, 19811218-9876", "de", ("SE_PERSONNUMMER", "19811218-9876")),
        ("min islandske svigerinde, 120174-3399", "da", ("IS_KENNITALA", "120174-3399")),
        ("rättelse: 811218-9876", "sv", ("SE_PERSONNUMMER", "811218-9876")),
        ("Die richtige Steuer-ID ist 36 574261809", "de", ("DE_STEUERID", "36 574261809")),
    ],
)
def test_a_correction_or_a_country_tells_a_number(text: str, language: str, datum: tuple[str, str]) -> None:
    assert datum in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("skrev fel, ordernumret ska vara 811218-9876", "sv"),
        ("nej undskyld, sagsnummeret er 2110625629", "da"),
        ("Die Bestellung aus Schweden hat die Sendungsnummer 811218-9876", "de"),
        ("Minulla on ruotsalainen tilausnumero 811218-9876", "fi"),
    ],
)
def test_a_corrected_or_foreign_number_of_a_thing_is_nobodys(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "secret"),
    [
        ("mein passwort war Birne#2017 und ist bekannt", "de", "Birne#2017"),
        ("salasanani oli Kettu_metsa4", "fi", "Kettu_metsa4"),
        ("Lykilorðið mitt Selur-19foss virkar ekki", "is", "Selur-19foss"),
        ("koden til ruteren er Torsk-4471", "nb", "Torsk-4471"),
        ("lösenordet jag hade förut, Myra!31stack, är borta", "sv", "Myra!31stack"),
        ("passordet til wifi-en er Elgkjott42", "nn", "Elgkjott42"),
    ],
)
def test_a_password_is_found_further_on_than_its_word(text: str, language: str, secret: str) -> None:
    assert ("SECRET", secret) in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Password reset for app Version_2024 fails", "en"),
        ("Lösenordet funkar inte på min iPhone15Pro", "sv"),
        ("Glemt passord på Windows11-maskinen min", "nb"),
        ("Koden er Vinter-2024, men rabatten kommer ikke", "nb"),
        ("Das Passwort für WLAN-Router FritzBox7590 geht nicht", "de"),
        ("koden Efterår-2024 virker ikke i kurven", "da"),
    ],
)
def test_a_device_or_a_discount_beside_the_word_is_no_secret(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Passet mitt er borte, nummeret var CBN204816", "nb", ("PASSPORT", "CBN204816")),
        ("Mein Reisepass ist der C5FK8RT31", "de", ("PASSPORT", "C5FK8RT31")),
        ("Jeg er eier av EK 51874", "nb", ("VEHICLE_PLATE", "EK 51874")),
        ("regnr på lånebilen: KLM 40X", "sv", ("VEHICLE_PLATE", "KLM 40X")),
        ("passinumeroni on FP1234567", "fi", ("PASSPORT", "FP1234567")),
        ("nr.plade CX 47 219 er væk", "da", ("VEHICLE_PLATE", "CX 47 219")),
        ("Endurgreiðið inn á 0322-26-4471", "is", ("BANK_ACCOUNT", "0322-26-4471")),
        ("Tilbakeføre til 3790.14.22617, takk", "nn", ("BANK_ACCOUNT", "3790.14.22617")),
        ("Inloggning skedde från 85.229.114.63. Inte jag!", "sv", ("IP", "85.229.114.63")),
    ],
)
def test_passports_plates_accounts_and_internet_addresses_are_found(
    text: str, language: str, datum: tuple[str, str]
) -> None:
    assert datum in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("pass the code to QA12345678 please", "en"),
        ("Passet på varen er feil, nummeret er ordre CBN204816", "nb"),
        ("Konto 1503 22 41187 står det på fakturaen deres", "nb"),
        ("Skriv til postmottak@byen.no eller kirjaamo@kunta.fi", "nb"),
        ("Servicetorget har telefon 32 04 00 00", "nb"),
        ("Das Bürgeramt am Rathausplatz 2, 88212 Ravensburg ist voll", "de"),
        ("Kommunkontoret ligger på Stadshusplatsen 1, 441 81 Alingsås", "sv"),
        ("version 85.229.114.63. Nu uppdaterad", "sv"),
    ],
)
def test_what_an_office_or_a_bill_says_of_itself_is_nobodys(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        (
            "Agent: And your full name?\nCaller: Ifeoma Brook-Adeyemi\nAgent: Thanks",
            "en",
            ("NAME", "Ifeoma Brook-Adeyemi"),
        ),
        ("hvað heitir þú?\nKona: Hrefna Stein", "is", ("NAME", "Hrefna Stein")),
        ("Þetta er Hallbera Björk Arnardóttir", "is", ("NAME", "Hallbera Björk Arnardóttir")),
        ("hej det är linnea bergqvist", "sv", ("NAME", "linnea bergqvist")),
        (
            "Adresse: Rosenweg 4, Hinterhaus, 2. OG links, 10115 Berlin",
            "de",
            ("ADDRESS", "Rosenweg 4, Hinterhaus, 2. OG links, 10115 Berlin"),
        ),
        ("takk for hjelpa, mvh emir demirtas", "nb", ("NAME", "emir demirtas")),
        ("karin yildirim här, bilen står kvar", "sv", ("NAME", "karin yildirim")),
        ("bjarni logi kárason, 200153-3599", "is", ("NAME", "bjarni logi kárason")),
        ("Potilas Liisa Mustonen siirtyi", "fi", ("NAME", "Liisa Mustonen")),
        ("Reisender Omar Al-Masri, Platz 12", "de", ("NAME", "Omar Al-Masri")),
        ("Jag bor på Ekallén 7B, 1104, 172 66 Sundbyberg", "sv", ("ADDRESS", "Ekallén 7B, 1104, 172 66 Sundbyberg")),
        ("neu Lindenallee 3, Whg. 17, 79098 Freiburg", "de", ("ADDRESS", "Lindenallee 3, Whg. 17, 79098 Freiburg")),
        (
            "Sie macht die Ausbildung. Wohnt Schillerstr. 8, 2. OG, 99423 Weimar",
            "de",
            ("ADDRESS", "Schillerstr. 8, 2. OG, 99423 Weimar"),
        ),
        (
            "The Old Mill, 4 Church Lane, Ludlow SY8 3BD",
            "en",
            ("ADDRESS", "The Old Mill, 4 Church Lane, Ludlow SY8 3BD"),
        ),
        ("Barnið er fætt 3. maí 2019", "is", ("DOB", "3. maí 2019")),
    ],
)
def test_names_and_homes_are_found_whole_as_they_are_told(text: str, language: str, datum: tuple[str, str]) -> None:
    assert datum in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Agent: Which shop was it?\nCaller: Marble Arch Store", "en"),
        ("mvh anna på kundservice", "sv"),
        ("hej, anna väntar här", "sv"),
        ("Siirto Saksaan ei mene läpi", "fi"),
        ("Zur Auszahlung fehlt noch etwas", "de"),
        ("Går bussen till Selma Lagerlöfs Mårbacka?", "sv"),
        ("Fiber till Carl Jonas Love Almqvists gata, när?", "sv"),
        ("Enter it as JT314253B (two letters, six digits, a letter)", "en"),
        ("Jónas Hallgrímsson er á seðlinum", "is"),
    ],
)
def test_places_titles_and_forms_are_nobodys(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Så ring 21 43 65 87, tak", "da", ("PHONE", "21 43 65 87")),
        ("Bare ring 412 34 567 i kveld", "nb", ("PHONE", "412 34 567")),
        ("Wohne Grüner Ring 51 in Köln", "de", ("ADDRESS", "Grüner Ring 51")),
        ("Borte i butikken, send nytt til Storgata 5, 2406 Elverum", "nb", ("ADDRESS", "Storgata 5, 2406 Elverum")),
        (
            "We're moving to Flat 2, 9 Mill Street, Leeds LS6 2QT",
            "en",
            ("ADDRESS", "Flat 2, 9 Mill Street, Leeds LS6 2QT"),
        ),
        ("Sonen min skal med, namnet er Sindre Vågen Lie.", "nn", ("NAME", "Sindre Vågen Lie")),
    ],
)
def test_who_is_rung_lives_in_no_street_and_who_moves_or_is_sent_to_does(
    text: str, language: str, datum: tuple[str, str]
) -> None:
    assert found(text, language) == [datum]


@pytest.mark.parametrize(
    ("text", "language"),
    [("We're at 9 Mill Street, Leeds LS6 2QT, come in", "en"), ("Butikken i Storgata 5, 2406 Elverum har åpent", "nb")],
)
def test_a_shop_that_tells_where_it_is_moves_nowhere(text: str, language: str) -> None:
    assert [f for f in find(text, language) if f.confidence >= 0.7] == []
