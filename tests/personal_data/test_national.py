"""National identity numbers however people write them, beside the numbers of business that only look like one."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find


def found(text: str, language: str | None) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, language)]


LAYOUTS = [
    ("sv", "SE_PERSONNUMMER", "personnummer", ["811218-9876", "19811218-9876", "8112189876", "198112189876", "811218 9876",
        "811218 - 9876", "811218–9876", "811218+9876", "1981-12-18-9876", "1981-12-18 9876", "81 12 18 9876", "81-12-18-9876"]),
    ("sv", "SE_SAMORDNINGSNUMMER", "samordningsnr", ["701063-2391", "7010632391", "19701063-2391", "1970-10-63-2391"]),
    ("da", "DK_CPR", "cprnummer", ["070761-4285", "0707614285", "070761 4285", "070761 - 4285", "07 07 61 4285", "07.07.61-4285"]),
    ("nb", "NO_FODSELSNUMMER", "fnr.", ["01010750160", "010107 50160", "010107-50160", "01 01 07 50160", "01.01.07 50160", "010107 501 60"]),
    ("nb", "NO_DNUMMER", "dnr", ["47036892816", "470368 92816", "47 03 68 92816"]),
    ("fi", "FI_HETU", "hetuni on", ["131052-308T", "131052-308t", "131052 - 308T", "131052–308T", "131052 308T", "13.10.52-308T"]),
    ("is", "IS_KENNITALA", "kt.", ["120174-3399", "1201743399", "120174 3399", "120174 - 3399"]),
    ("de", "DE_STEUERID", "Steuer-IdNr.", ["36574261809", "36 574 261 809", "365 742 618 09", "36-574-261-809", "36/574/261/809"]),
    ("en", "GB_NINO", "nat insurance no", ["AB123456C", "AB 12 34 56 C", "ab123456c", "ab 12 34 56 c", "AB-12-34-56-C"]),
]  # fmt: skip
CASES = [(language, kind, cue, number) for language, kind, cue, numbers in LAYOUTS for number in numbers]


@pytest.mark.parametrize(("language", "kind", "cue", "number"), CASES)
def test_a_number_is_found_whole_in_every_layout_after_its_word(
    language: str, kind: str, cue: str, number: str
) -> None:
    for text in (f"{cue} {number}", f"({cue} {number}). Ok?", f"Mvh, {cue}: {number}, ok"):
        assert found(text, language) == [(kind, number)]


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("811218-9876 är mitt personnummer", "sv", "SE_PERSONNUMMER"),
        ("070761-4280 er mit cpr-nummer", "da", "DK_CPR"),
        ("01 01 07 50160 er fødselsnummeret mitt", "nb", "NO_FODSELSNUMMER"),
        ("131052-308T on henkilötunnukseni", "fi", "FI_HETU"),
        ("36/574/261/809 ist meine Steuer-ID", "de", "DE_STEUERID"),
        ("ab123456c is my national insurance number", "en", "GB_NINO"),
    ],
)
def test_the_word_may_stand_after_the_number(text: str, language: str, kind: str) -> None:
    assert [k for k, _ in found(text, language)] == [kind]


@pytest.mark.parametrize(
    ("word", "number", "language", "kind"),
    [
        ("personnr är", "811218-9870", "sv", "SE_PERSONNUMMER"),
        ("personnummer:", "811318-9876", "sv", "SE_PERSONNUMMER"),
        ("samordningsnummer", "701063-2390", "sv", "SE_SAMORDNINGSNUMMER"),
        ("CPR:", "351361-4285", "da", "DK_CPR"),
        ("personnummer", "070761-4280", "da", "DK_CPR"),
        ("personnummer", "01010750161", "nb", "NO_FODSELSNUMMER"),
        ("d-nummer", "47036892817", "nb", "NO_DNUMMER"),
        ("hetu", "131052-308A", "fi", "FI_HETU"),
        ("kennitala", "120174-3398", "is", "IS_KENNITALA"),
        ("IdNr.", "36574261808", "de", "DE_STEUERID"),
    ],
)
def test_a_wrong_digit_right_after_its_word_is_the_persons_and_after_an_order_nobodys(
    word: str, number: str, language: str, kind: str
) -> None:
    assert found(f"Hej, {word} {number}", language) == [(kind, number)]
    order = {"fi": "tilausnumero", "de": "Bestellnr.", "is": "pöntunarnúmer"}.get(language, "bookingnummer")
    assert found(f"Hej, {order} {number}", language) == []


@pytest.mark.parametrize("number", ["123456-7890", "000000-0000", "111111-1111"])
def test_digits_that_only_show_the_form_are_nobodys(number: str) -> None:
    assert found(f"Skriv ditt personnummer, {number}", "sv") == []


@pytest.mark.parametrize(
    "text", ["kt. 550590-1229", "kt. 450401-3150", "personnummer eller organisationsnummer 556677-8899"]
)
def test_the_number_of_an_organisation_is_no_mistyped_persons(text: str) -> None:
    assert found(text, "is") == []


@pytest.mark.parametrize(
    ("text", "language", "kinds"),
    [
        ("Min mand Bo Bjerg (070761-4280) ringer", "da", ["NAME", "DK_CPR"]),
        ("070761-4280", "da", ["DK_CPR"]),
        ("Her: 070761-4280, hjælper det?", "da", []),
        ("sag 070761-4280, hjælper det?", "da", []),
        ("jeg fik 240322-4280 med posten", "da", []),
        ("levererad 1981-12-18 9876", "sv", []),
        ("Tilaukseni 811218-9876 puuttuu", "fi", []),
        ("Min ordre 48812, fnr 01010750160", "nb", ["NO_FODSELSNUMMER"]),
        ("Bokningsnummer 811218-9876", "sv", []),
        ("Vakuutusnumero 811218-9876", "fi", []),
    ],
)
def test_a_number_without_a_word_needs_more_than_one_check_digit(text: str, language: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in found(text, language)] == kinds


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("MAC-adress 00:1B:44:11:3A:B7", "sv"), ("klockan 10:15:30:22", "sv"), ("Bring 3707 3020 2169 5078 46", "nb"),
        ("Sändningsnummer: 0336 8048 5671", "sv"), ("betalningsreferens: 4242 4242 4242 4242", "sv"),
        ("loyalty card 6011 1111 1111 1117", "en"), ("vildarkort 016 575 168", "is"), ("Retoure 0868544826", "de"),
        ("polisenummer 0585254318", "nb"), ("aflæst 28-11-2026", "da"), ("P-nummer 40 96 27 59", "da"),
    ],
)  # fmt: skip
def test_numbers_of_business_are_told_by_how_their_word_ends(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("min vara är trasig, 070-174 06 05", "sv", "070-174 06 05"),
        ("wegen Bestellung 48812 bitte 089 6298059 anrufen", "de", "089 6298059"),
        ("mit nye nummer 35.76.60.54", "da", "35.76.60.54"),
        ("Kveðja Lísa\n776 2185", "is", "776 2185"),
        ("511-4609 er númerið mitt", "is", "511-4609"),
        ("nås på 072.591.51.90", "sv", "072.591.51.90"),
    ],
)
def test_a_phone_is_found_though_the_message_names_a_thing(text: str, language: str, number: str) -> None:
    assert ("PHONE", number) in found(text, language)


@pytest.mark.parametrize(
    ("address", "is_one"),
    [("2a01:4f9:c010:2b1::1", True), ("2001:db8:85a3::8a2e:370:7334", True), ("fe80::1", False), ("12:30:45", False)],
)
def test_an_address_of_the_internet_of_either_version_is_found(address: str, is_one: bool) -> None:
    assert found(f"inloggad från {address}", "sv") == ([("IP", address)] if is_one else [])


@pytest.mark.parametrize(
    ("text", "language", "kind", "number"),
    [
        ("cpr 0707 61 42 85, tak", "da", "DK_CPR", "0707 61 42 85"),
        ("fnr 010 107 501 60", "nb", "NO_FODSELSNUMMER", "010 107 501 60"),
        ("pnr: 811 218 98 76", "sv", "SE_PERSONNUMMER", "811 218 98 76"),
        ("personnummer 811218/9876", "sv", "SE_PERSONNUMMER", "811218/9876"),
        ("kt. 12 01 74 33 99", "is", "IS_KENNITALA", "12 01 74 33 99"),
        ("IdNr. 3657 4261 809", "de", "DE_STEUERID", "3657 4261 809"),
        ("steuernr 365742 61809", "de", "DE_STEUERID", "365742 61809"),
        ("pnr811218-9876", "sv", "SE_PERSONNUMMER", "811218-9876"),
        ("Personnummer\n811218-9876", "sv", "SE_PERSONNUMMER", "811218-9876"),
        ("ID-nummer 01010750160", "nb", "NO_FODSELSNUMMER", "01010750160"),
        ("hetu 131052 -308 T", "fi", "FI_HETU", "131052 -308 T"),
        ("kt. 120174\u00a03399", "is", "IS_KENNITALA", "120174\u00a03399"),
        ("she gave us AB12 34 56C", "en", "GB_NINO", "AB12 34 56C"),
        ("min dotter Saga Holm, 20050507-1613, går där", "sv", "SE_PERSONNUMMER", "20050507-1613"),
        ("min mand 070761-4280 står for det", "da", "DK_CPR", "070761-4280"),
    ],
)
def test_groups_of_any_size_glue_and_kin_hide_no_number(text: str, language: str, kind: str, number: str) -> None:
    assert (kind, number) in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ordre 0707 61 42 85, tak", "da"), ("fnr mangler, ordren er 010 107 501 61", "nb"), ("ref811218-9876", "sv"),
        ("Bestellnr. 3657 4261 809", "de"), ("Ordrenummer\n811218-9876", "sv"), ("sagen 811218-9876", "da"),
        ("pnr i formatet 811 218 98 76", "sv"), ("personnummer 123 456 78 90", "sv"),
    ],
)  # fmt: skip
def test_groups_of_any_size_without_their_word_are_nobodys(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("ring til mig på 3664-8901", "da", "3664-8901"),
        ("I kan få fat i os på 22-64-08-51", "da", "22-64-08-51"),
        ("Handy 0170-91-92-31-69", "de", "0170-91-92-31-69"),
        ("Handy 0170-9192 3169", "de", "0170-9192 3169"),
        ("MfG Eva Lind 0170 2676 1310", "de", "0170 2676 1310"),
        ("mottaker Eva Lind, 90711362", "nb", "90711362"),
        ("fékk ekki kóðann í 7714520", "is", "7714520"),
        ("farsíminn er 775 8030", "is", "775 8030"),
        ("Fax: (898)666-3621x0135", "en", "(898)666-3621x0135"),
    ],
)
def test_a_phone_is_found_in_every_grouping_of_its_country(text: str, language: str, number: str) -> None:
    assert found(text, language)[-1] == ("PHONE", number)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bankgiro 5050-1055", "sv"), ("3664-8901 står på kvitteringen", "da"), ("KID-nummeret er 0048291730564", "nb"),
        ("Kvittonr 0045-2211-9087", "sv"), ("IMEI på telefonen: 352099001761481", "sv"), ("Ordre Eva Lind 88-1362", "nb"),
    ],
)  # fmt: skip
def test_what_is_grouped_as_a_phone_beside_words_for_other_numbers_is_none(text: str, language: str) -> None:
    assert [kind for kind, _ in found(text, language) if kind != "NAME"] == []


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("personnummer 120174-3399", "de", "IS_KENNITALA"),
        ("personnummer 120174-3399", "da", "DK_CPR"),
        ("personnummer 070761-4280", "de", "DK_CPR"),
    ],
)
def test_abroad_a_check_digit_tells_whose_number_it_is(text: str, language: str, kind: str) -> None:
    assert [k for k, _ in found(text, language)] == [kind]
