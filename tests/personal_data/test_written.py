"""Addresses, mailboxes, secrets and accounts as people and organisations write them."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find


def found(text: str, language: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "address"),
    [
        ("jag bor på storgatan 12, 123 45 lund", "sv", "storgatan 12, 123 45 lund"),
        ("asun osoitteessa mannerheimintie 12 a 4, 00100 helsinki", "fi", "mannerheimintie 12 a 4, 00100 helsinki"),
        ("i live at 12 mill lane, cambridge cb1 2az", "en", "12 mill lane, cambridge cb1 2az"),
        ("Adress: Ringvägen 100 uppg B, 118 60 Stockholm", "sv", "Ringvägen 100 uppg B, 118 60 Stockholm"),
        ("Adresse: Nygade 7, 6300 GRÅSTEN", "da", "Nygade 7, 6300 GRÅSTEN"),
        ("Adresse: Straße des Friedens 11, 99094 Erfurt", "de", "Straße des Friedens 11, 99094 Erfurt"),
        ("Adresse: Bgm.-Smidt-Str. 40, 28195 Bremen", "de", "Bgm.-Smidt-Str. 40, 28195 Bremen"),
        ("I live at 5 Orchard Close.", "en", "5 Orchard Close"),
        ("7 Rowan Way\nLeicester\nLE3 9QP", "en", "7 Rowan Way\nLeicester\nLE3 9QP"),
        ("Jeg bor på Fridtjof Nansens plass 5", "nb", "Fridtjof Nansens plass 5"),
    ],
)
def test_an_address_is_found_whole_in_the_form_of_a_chat_or_a_letter(text: str, language: str, address: str) -> None:
    assert found(text, language) == [("ADDRESS", address)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Retur sendes til Industrivej 12, 2605 Brøndby", "da"), ("Ni ligger väl på Hamngatan 37?", "sv"),
        ("Tivoliparken 2024 var fin", "da"), ("Bring 3707 3020 2169 5078 46", "nb"), ("är storgatan 12 avstängd", "sv"),
        ("skriv fornamn.efternamn@foretag.se", "sv"), ("din.epost@exempel.se", "sv"), ("bokning@hotellet.se", "sv"),
        ("kundservice.malmo@bolaget.se", "sv"), ("betala till vårt konto SE4550000000058398257466", "sv"),
        ("Jeres konto 5301 0001234567?", "da"), ("Programvare 12.4.1.7 er ny", "nb"), ("passordet er glemt", "nb"),
        ("VAT reg GB 417 2290 63", "en"), ("När öppnar gymmet på Birger Jarlsgatan?", "sv"), ("Dear Valued Customer,", "en"),
    ],
)  # fmt: skip
def test_what_an_organisation_writes_of_itself_is_nobodys(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("password's Tr0ut&Chips!94, thanks", "en", ("SECRET", "Tr0ut&Chips!94")),
        ("passordet elg-trapp-91-Sno funker ikke", "nb", ("SECRET", "elg-trapp-91-Sno")),
        ("lykilorðið er Lundi.Fjall_63", "is", ("SECRET", "Lundi.Fjall_63")),
        ("refund to account 20-45-53 43917265 please", "en", ("BANK_ACCOUNT", "20-45-53 43917265")),
        ("in på 8327-9, 914 226 703-1 tack", "sv", ("BANK_ACCOUNT", "8327-9, 914 226 703-1")),
        ("ip er 84.212.77.140", "nb", ("IP", "84.212.77.140")),
        ("bíllinn er LRK42", "is", ("VEHICLE_PLATE", "LRK42")),
        ("Hej Fatemeh Hosseini! Tack för att du hörde av dig.", "sv", ("NAME", "Fatemeh Hosseini")),
        ("signed by tomasz kowalczyk, my neighbour", "en", ("NAME", "tomasz kowalczyk")),
        ("det er samboeren min Ingunn Sæther Bø", "nb", ("NAME", "Ingunn Sæther Bø")),
        ("info.karin@karinsatelje.se är min", "sv", ("EMAIL", "info.karin@karinsatelje.se")),
        ("kortet 4111.1111.1111.1111 nekas", "sv", ("CARD", "4111.1111.1111.1111")),
    ],
)
def test_a_datum_is_found_as_it_is_typed(text: str, language: str, datum: tuple[str, str]) -> None:
    assert found(text, language) == [datum]


@pytest.mark.parametrize(
    ("text", "language", "kind", "datum"),
    [
        ("boka om besiktningen av RKD 48T", "sv", "VEHICLE_PLATE", "RKD 48T"),
        ("Har skiftet bil til DB 47 318, kan den flyttes?", "da", "VEHICLE_PLATE", "DB 47 318"),
        ("she is the second driver on KX19 VTL", "en", "VEHICLE_PLATE", "KX19 VTL"),
        ("fødselsdatoen står forkert, det skal være 14. maj 1983", "da", "DOB", "14. maj 1983"),
        ("syntymäaika on väärin, oikea on 22.8.1979", "fi", "DOB", "22.8.1979"),
        ("Bestille pass til datteren, det gamle er CCP482917", "nb", "PASSPORT", "CCP482917"),
        ("anbei 15 070649 C 103, danke", "de", "DE_RVNR", "15 070649 C 103"),
        ("Ausweisnr:L01X00T471", "de", "DE_AUSWEIS", "L01X00T471"),
        ("Anna bor Møllebakken 3, Vejby, 3210 Vejby", "da", "ADDRESS", "Møllebakken 3, Vejby, 3210 Vejby"),
        ("min dotter saga holmström, 20050507-1613", "sv", "NAME", "saga holmström"),
    ],
)
def test_what_stands_further_on_or_in_a_countrys_own_form_is_found(
    text: str, language: str, kind: str, datum: str
) -> None:
    assert (kind, datum) in [(f.kind, text[f.start : f.end]) for f in find(text, language)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("artikel RKD 48T saknas", "sv"), ("modellen DB 47 318 er udsolgt", "da"), ("part KX19 VTL is missing", "en"),
        ("das Teil 15 070649 C 104 fehlt", "de"), ("fødselsdag i gaven, ordren er 14. maj 2024", "da"),
        ("wifi name is HarbourGuest", "en"), ("My wife Norwegian, she likes it", "en"),
    ],
)  # fmt: skip
def test_the_same_forms_elsewhere_are_nobodys(text: str, language: str) -> None:
    assert find(text, language) == []
