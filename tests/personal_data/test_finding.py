"""Personal data by kind and place, its near misses, and characters that hide it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.personal_data import find, mask


def kinds(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "kind", "datum"),
    [
        ("Mitt personnummer är 811218-9876.", "sv", "SE_PERSONNUMMER", "811218-9876"),
        ("samordningsnummer 701063-2391", "sv", "SE_SAMORDNINGSNUMMER", "701063-2391"),
        ("Mit cpr er 070761-4285", "da", "DK_CPR", "070761-4285"),
        ("hetu 131052-308T", "fi", "FI_HETU", "131052-308T"),
        ("Skriv till anna.berg@example.com, tack", "sv", "EMAIL", "anna.berg@example.com"),
        ("IBAN SE35 5000 0000 0549 1000 0003 är mitt", "sv", "IBAN", "SE35 5000 0000 0549 1000 0003"),
        ("kortet 4111 1111 1111 1111 gäller", "sv", "CARD", "4111 1111 1111 1111"),
        ("Ring mig på 070-123 45 67!", "sv", "PHONE", "070-123 45 67"),
        ("Soita +358 40 123 4567", "fi", "PHONE", "+358 40 123 4567"),
        ("Jag bor på Fjällgatan 12 B, 123 40 Fjällby", "sv", "ADDRESS", "Fjällgatan 12 B, 123 40 Fjällby"),
        ("jag heter Anna Berg och undrar", "sv", "NAME", "Anna Berg"),
        ("Mitt lösenord är Hund!2024", "sv", "SECRET", "Hund!2024"),
        ("född 1985-03-12", "sv", "DOB", "1985-03-12"),
        ("My passport number is 123456789", "en", "PASSPORT", "123456789"),
        ("personnummer 811218-9875 (kanske fel)", "sv", "SE_PERSONNUMMER", "811218-9875"),
    ],
)
def test_a_datum_is_found_alone_without_its_cue(text: str, language: str, kind: str, datum: str) -> None:
    assert (kind, datum) in kinds(text, language)


NAMED = [
    ("Kari Lunde her, fnr 06815499537", "nb", "NO_FODSELSNUMMER"),
    ("d-nummer 46868228040", "nb", "NO_DNUMMER"),
    ("kennitala 120174-3399", "is", "IS_KENNITALA"),
    ("Steuer-ID 36 574 261 809", "de", "DE_STEUERID"),
    ("Rentenversicherungsnummer 15070649C103", "de", "DE_RVNR"),
    ("Personalausweis L01X00T471", "de", "DE_AUSWEIS"),
    ("NI number QQ123456C", "en", "GB_NINO"),
    ("kontonummer 1503 24 56783", "nb", "BANK_ACCOUNT"),
    ("registreringsnummer KDR 42L", "sv", "VEHICLE_PLATE"),
    ("inloggad från 84.212.17.203", "sv", "IP"),
    ("engångskod 849 302", "sv", "SECRET"),
    ("Koden fra sms'en er 552817", "da", "SECRET"),
    ("key sk-live-9aF3kQ7ZpL2mX8vB4nT6yR1c", "en", "SECRET"),
]


@pytest.mark.parametrize(("text", "language", "kind"), NAMED)
def test_every_kind_is_found_under_its_name(text: str, language: str, kind: str) -> None:
    assert kind in {found for found, _ in kinds(text, language)}


@pytest.mark.parametrize(
    ("text", "language", "datum"),
    [
        ("Kan Birgitta Öhman hämta det?", "sv", "Birgitta Öhman"),
        ("Patienten Lars Engström (se nedan)", "sv", "Lars Engström"),
        ("Ich heiße Jürgen von der Heide und", "de", "Jürgen von der Heide"),
        ("mannen min Kåre Nilsen er syk", "nb", "Kåre Nilsen"),
        ("nimeni on Marja-Liisa Koskinen", "fi", "Marja-Liisa Koskinen"),
        ("the book of Emmie Ström's is late", "en", "Emmie Ström"),
        ("jag heter anna svensson och bor i lund", "sv", "anna svensson"),
        ("allt bra /Hasse", "sv", "Hasse"),
    ],
)
def test_a_name_is_found_from_its_first_to_its_family_name(text: str, language: str, datum: str) -> None:
    assert kinds(text, language) == [("NAME", datum)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hej Johanna, tack för ditt mejl!", "sv"), ("Skjortan från Tommy Hilfiger är trasig", "sv"),
        ("ett par Björn Borg-kalsonger", "sv"), ("Eero Aarnio -tuoli maksaa 450", "fi"), ("Produkten heter Ella Grande", "sv"),
        ("Anders Blomqvist AB har inte svarat", "sv"), ("Klarna Bank skickade fakturan", "sv"),
        ("Mvh Kundtjänst", "sv"), ("Does Max cost more than Jasmine?", "en"), ("Karl Johans gate er stengt", "nb"),
        ("Vi finns på Drottninggatan 82, välkommen in!", "sv"), ("Unsere Hotline 030 1234567", "de"),
        ("Ring vår växel 08-555 123 00", "sv"), ("skriv till kundservice@butiken.se", "sv"),
        ("kennitala fyrirtækisins er 550590-1229", "is"), ("firmware 2.4.1.0", "en"), ("server 10.0.0.12", "en"),
        ("organisationsnummer 556677-8899", "sv"), ("Personnummer ÅÅMMDD-XXXX", "sv"),
    ],
)  # fmt: skip
def test_brands_firms_own_places_and_lone_first_names_are_nobody(text: str, language: str) -> None:
    assert kinds(text, language) == []


def test_the_organisation_number_of_a_sole_trader_is_that_persons_own() -> None:
    assert kinds("Jag har enskild firma med org.nr 811218-9876", "sv") == [("SE_PERSONNUMMER", "811218-9876")]


def test_a_published_test_number_says_so() -> None:
    found = find("kort 4111 1111 1111 1111, hetu 131052-915C, fnr 06815499537", "fi")
    assert [f.test for f in found if f.kind == "CARD"] == [True]


@pytest.mark.parametrize("text", ["anna dot berg at example dot com", "anna(at)example(dot)com", "anna snabel-a ex.se"])
def test_a_spelled_out_address_stays_a_guess(text: str) -> None:
    assert kinds(text) == []
    assert [f.kind for f in find(text, sure=0.5)] == ["EMAIL"]


@pytest.mark.parametrize(("number", "wrong"), [("811218-9876", "811218-9870"), ("19811218-9876", "19811218-9877")])
def test_a_mistyped_number_right_after_its_word_is_still_that_persons(number: str, wrong: str) -> None:
    assert kinds(f"personnummer {wrong}", "sv") == [("SE_PERSONNUMMER", wrong)]
    assert kinds(f"faktura {wrong}", "sv") == []
    assert kinds(f"personnummer {number}", "sv") == [("SE_PERSONNUMMER", number)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Min order är 20260301-1234", "sv"), ("Kolli 373325386140123456 är på väg", "sv"),
        ("OCR 7350012345671", "sv"), ("Öppet 09.00-17.00, 10.00-16.00", "sv"), ("Det kostar 1 299 kr", "sv"),
        ("Version 2.14.3 kom 2026-03-01", "sv"), ("Postnummer 123 40 räcker", "sv"), ("Billy finns i vitt", "sv"),
        ("850312-****", "sv"), ("kortet som slutar på **** 1234", "sv"), ("EAN 4006381333931", "de"),
        ("Bestellnummer 12345678", "de"), ("CVR 12345678", "da"), ("IMEI 490154203237518", "en"),
    ],
)  # fmt: skip
def test_numbers_of_business_are_no_personal_data(text: str, language: str) -> None:
    assert kinds(text, language) == []


@pytest.mark.parametrize(
    "text",
    [
        "Mitt personnummer är 811218\u200b-9876",
        "Mitt personnummer är \uff18\uff11\uff11\uff12\uff11\uff18-9876",
    ],
)
def test_hidden_characters_do_not_hide_a_number(text: str) -> None:
    (found,) = [f for f in find(text, "sv") if f.kind == "SE_PERSONNUMMER"]
    assert text[found.start] in "8\uff18"
    assert found.end == len(text)


@given(st.text(max_size=300))
def test_property_any_text_is_read_and_its_spans_lie_inside(text: str) -> None:
    for found in find(text):
        assert 0 <= found.start < found.end <= len(text)


@given(st.text(max_size=200))
def test_property_a_masked_text_holds_nothing_more_to_find(text: str) -> None:
    assert [f for f in find(mask(text).text) if f.exact] == []


HOSTILE = (
    "1", "1 ", "a@", "+1-", "Aa ", "SE35", "0.", "(0", "å1", "Anna ", "Aa-", "O'A", "A. ", "von der ", "jag heter ", "Apt 1 ",
    " dot a at b", "Mc", "Box 1 ", "kod fick ", "lösenord är ", "konto 1234 ", "Storgata 1 ", "ab@c.", "Hej Anna ", "/A",
    "\u200f1", "\U0001f6001", "\ud800", "12345 Aa ", "kontakta Anna Berg ", "::", "ska(dot)",
    "12 rue de ", "rue Aa ", "rue d'Aa-Aa ", "Aa 1 Apt. 1, ", "Suite 1 ", "Unit 1 Box 1 ", "J. P. ", "1234.56.", "Kan Anna ", "ul. Aa 1, ",
    "1 Aa Suite 1\n", "USS Aa ", "Aa Bb\n", "till Anna Berg ", "Anna Berg och ",
    "storgatan 1 ", "storgatan 1 b, 123 45 lund", "12 mill lane, ", "S:t ", "Straße des ", "12 12 12 ", "811218-9876 ", "81/12/", "3707 3020 ",
    "Anna Berg (", "password's a1b2c3d4", "lösenord aaaaaaaa1", "2a01:", ":", "The Aa ", "uppg A ", "Aagatan 1 uppg A ", "personnummer ", "bokningsnr-",
    "vardagar 9-", "8327-9, 1 ", "20-45-53 ", "Hej Aa Bb", "AA\n", "1234 AA ", "Aa-Aagatan", "a.a-", "1  1",
)  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_repetition_ends_in_time_that_grows_with_its_length(part: str) -> None:
    times = []
    for size in (5_000, 40_000):
        text = part * (size // len(part))
        started = time.process_time()
        find(text)
        times.append(time.process_time() - started)
    # Eight times the text may take eight times as long; a quadratic pattern takes sixty-four times.
    assert times[1] < 28 * times[0] + 0.4


@given(
    st.lists(
        st.sampled_from([*HOSTILE, " ", ".", "\n", "811218-9876", "anna@example.com", "070-123 45 67"]), max_size=40
    )
)
def test_property_pieces_of_every_pattern_in_any_order_are_read(parts: list[str]) -> None:
    text = "".join(parts)
    for found in find(text, "sv"):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("between", ["\u200b", "\u200f", "\u2060", "\ufeff", "\u00ad"])
def test_a_mark_without_width_between_digits_hides_nothing(between: str) -> None:
    text = f"personnummer 8112{between}18-9876"
    (found,) = find(text, "sv")
    assert (found.kind, text[found.start], found.end) == ("SE_PERSONNUMMER", "8", len(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Jag bor på Rådhusgatan 5", "sv"), ("Ich wohne Am Markt 14", "de"), ("Jeg bor på Biblioteksvej 4", "da"),
        ("I live at 92 Station Road, Bristol BS1 4ST", "en"), ("Wir wohnen Marktplatz 3, 10115 Berlin", "de"),
    ],
)  # fmt: skip
def test_a_street_named_after_a_shop_or_an_office_is_still_somebodys(text: str, language: str) -> None:
    assert [found.kind for found in find(text, language)] == ["ADDRESS"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mitt personnummer är 8 1 1 2 1 8 - 9 8 7 6", "SE_PERSONNUMMER"),
        ("pnr 8\U0001f6001\U0001f6001\U0001f6002\U0001f6001\U0001f6008\U0001f6009\U0001f6008\U0001f6007\U0001f6006", "SE_PERSONNUMMER"),
        ("personnummer \uff18\uff11\uff11\uff12\uff11\uff18\uff0d\uff19\uff18\uff17\uff16", "SE_PERSONNUMMER"),
        ("personnummer 811218\u22129876", "SE_PERSONNUMMER"),
        ("personnummer 811218\u20119876", "SE_PERSONNUMMER"),
        ("\u202e811218-9876\u202c är mitt personnummer", "SE_PERSONNUMMER"),
        ("telefon \u0660\u0667\u0660\u0661\u0667\u0664\u0660\u0666\u0660\u0665", "PHONE"),
        ("kortet \uff14111 1111 1111 1111", "CARD"),
        ("mejl \u0430nna.berg@ex\u0430mple.com", "EMAIL"),
        ("mejl anna.berg\uff20example\uff0ecom", "EMAIL"),
        ("\ud83d mejl anna.berg@example.com \ude00", "EMAIL"),
    ],
)  # fmt: skip
def test_a_disguised_datum_is_found_where_it_stands(text: str, kind: str) -> None:
    (found,) = find(text, "sv")
    assert found.kind == kind
    assert 0 <= found.start < found.end <= len(text)
    assert text[found.start : found.end].strip() == text[found.start : found.end]


@pytest.mark.slow
def test_a_message_of_a_megabyte_is_read_in_seconds() -> None:
    line = (
        "Hej jag heter Anna Berg, nummer 070-174 06 05, paketet 370730254118822001 kom till Storgatan 5, 123 45 Lund. "
    )
    text = (line * 10_000)[:1_000_000]
    started = time.process_time()
    found = find(text, "sv")
    assert time.process_time() - started < 30
    assert len(found) > 20_000


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("## Customer Verification Questions\n\nAsk for the order.", "en"),
        ("### CODE 54 - Expired Card\n\nThe card is too old.", "en"),
        ("Contents\n- Key Figures\n- Opening Hours\n", "en"),
        ("Jag betalade via Klarna 3 gånger", "sv"),
        ("Via Klarna 3 delbetalningar", "sv"),
        ("Et bilde av Munch 4 ganger så stort", "nb"),
        ("RT @namn: Finns inte ens ord", "sv"),
    ],
)
def test_titles_and_everyday_words_of_streets_are_nobodys(text: str, language: str) -> None:
    assert find(text, language) == []


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("Jag bor på Via Tasso 129 i sommar", "Via Tasso 129"),
        ("Nu: 12 rue des Lilas, 75011 Paris", "12 rue des Lilas, 75011 Paris"),
        ("Skicka till ul. Grochowa 80, 04-301 Warszawa", "ul. Grochowa 80, 04-301 Warszawa"),
        ("Prinsengracht 263, 1016 GV Amsterdam", "Prinsengracht 263, 1016 GV Amsterdam"),
        ("Send it to 1600 Maple Street, Apt 4B, Springfield, IL 62704", "1600 Maple Street, Apt 4B, Springfield, IL 62704"),
        ("Mail: Unit 4719 Box 7394\nDPO AP 70942", "Unit 4719 Box 7394\nDPO AP 70942"),
    ],
)  # fmt: skip
def test_addresses_abroad_are_found_whole(text: str, datum: str) -> None:
    assert [text[found.start : found.end] for found in find(text) if found.kind == "ADDRESS"] == [datum]
