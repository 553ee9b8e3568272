"""What a bot asks of a customer, on questions that were written before the rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.knowledge import Knowledge
from evalkit.language.asks import asks
from evalkit.resources import folder
from evalkit.text.sentences import split
from tests.quality.asks import FIRST_CONTACT, understood_rate

UNREAD = "asks/seventh"
"""The set that nobody looked at while rules were made."""
LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_least_95_of_100_ways_of_asking_are_understood_and_statements_ask_nothing(language: str) -> None:
    assert all(understood_rate(language, part) >= 0.9 for part in FIRST_CONTACT if part != UNREAD)
    assert understood_rate(language, "asks") >= 0.95
    assert understood_rate(language, UNREAD) >= 0.85
    assert all(understood_rate(language, part, only="none") == 1.0 for part in FIRST_CONTACT)


def test_what_the_articles_of_a_shop_say_asks_for_nothing_but_a_picture() -> None:
    base = Knowledge.from_folder(folder("fixtures/demo") / "kb")
    said = [(piece.text, document.language) for document in base.documents for piece in split(document.text)]
    asked = {slot for text, language in said for slot in asks(text, language).slots}
    assert len(said) > 200
    # "Choose Forgot password" names a page and is still heard as asking.
    assert asked <= {"photo", "password"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_whose_language_is_not_known_is_read_in_all_of_them(language: str) -> None:
    assert understood_rate(language, "asks", known=False) >= 0.85


@pytest.mark.parametrize(
    ("text", "language", "kind", "slots"),
    [
        ("Vill du skriva ditt ordernummer?", "sv", "slots", ("order_number",)),
        ("Vill du ändra adressen?", "sv", "confirm", ()),
        ("Stämmer adressen Storgatan 4?", "sv", "confirm", ()),
        ("Tack! Vad är ditt telefonnummer, och vilken mejl har du?", "sv", "slots", ("phone", "email")),
        ("What is your address and e-mail?", "en", "slots", ("address", "email")),
        ("Which address shall I mail it to?", "en", "slots", ("email",)),
        ("You need not give your order number.", "en", None, ()),
        ("Skriv aldri passordet ditt her.", "nb", None, ()),
        ("", "sv", None, ()),
    ],
)
def test_a_detail_is_asked_for_or_only_named(
    text: str, language: str, kind: str | None, slots: tuple[str, ...]
) -> None:
    found = asks(text, language)
    assert (found.kind, found.slots) == (kind, slots)


def test_buttons_make_a_choice_and_two_of_yes_and_no_a_confirmation() -> None:
    assert asks("Vad gäller det?", "sv", ("Retur", "Faktura")).options == ("Retur", "Faktura")
    assert asks("Ska jag avbryta ordern?", "sv", ("Ja", "Nej")).kind == "confirm"
    assert asks("Var du nöjd med leveransen?", "sv").kind == "confirm"
    assert asks("Var bor du någonstans egentligen?", "sv").kind != "confirm"


def test_either_detail_is_no_choice_between_options() -> None:
    assert asks("Kan du skriva ditt ordernummer eller din e-post?", "sv").slots == ("order_number", "email")


def test_a_bot_that_did_not_follow_asks_for_the_errand() -> None:
    assert asks("Jag förstår inte. Kan du skriva om det?", "sv").slots == ("wish",)


@given(
    st.text(alphabet=st.characters(exclude_categories=()) | st.sampled_from("?.!, eller or vai oder\n1.-\u0149\u0130ß"))
)
def test_any_text_is_read_without_a_stumble_and_options_are_pieces_of_it(text: str) -> None:
    for language in (None, "sv", "fi", "de"):
        found = asks(text, language)
        assert all(option.strip() for option in found.options)
        assert bool(found) == (found.kind is not None)


@pytest.mark.parametrize(
    ("asked", "language", "slot", "neighbour", "kind", "slots"),
    [
        ("When did the parcel arrive?", "en", "date", "When will the parcel be here?", "open", ()),
        ("Hvilken dag hentede du den?", "da", "date", "Hvilken dag passer dig?", "slots", ("date",)),
        ("Hvem er det, jeg har fornøjelsen at snakke med?", "da", "name", "Vil du snakke med en kollega?", "confirm", ()),
        ("Millä nimellä varaus on?", "fi", "name", "Haluatko vaihtaa nimen?", "confirm", ()),
        ("Which of these goods is it?", "en", "product", "Is it one of our goods?", "confirm", ()),
        ("Hva er det som er ødelagt?", "nb", "product", "Er den ødelagt?", "confirm", ()),
        ("Wohin sollen wir liefern?", "de", "address", "Sollen wir morgen liefern?", "confirm", ()),
        ("Vilket nummer ringer vi dig enklast på?", "sv", "phone", "Ska vi ringa dig?", "confirm", ()),
        ("Could you put that in other words?", "en", "wish", "Could you try again?", "confirm", ()),
        ("Fortel kva du treng hjelp med.", "nn", "wish", "Fortel aldri kva passordet ditt er.", None, ()),
        ("May I take your full name?", "en", "name", "May I change your name?", "confirm", ()),
        ("Fakturanummer, tack.", "sv", "invoice_number", "Tack för ditt fakturanummer.", None, ()),
        ("If you send me your email, I will check.", "en", "email", "We send it to your email.", None, ()),
        ("Which email do you use?", "en", "email", "Have you had an email from us?", "confirm", ()),
        ("Mikä on oikea osoite?", "fi", "address", "Onko tämä oikea osoite?", "confirm", ()),
        ("What is your address?", "en", "address", "Your address is 4 High Street, right?", "confirm", ()),
        ("Who is the ticket for?", "en", "name", "Who would you like to talk to?", "open", ()),
        ("Seit wann haben Sie das Problem?", "de", "date", "Wann kann ich Sie anrufen?", "open", ()),
        ("Hvor flytter dere?", "nb", "address", "Flytter dere snart?", "confirm", ()),
        ("Mikä on syy muutokseen?", "fi", "reason", "Onko muutokseen syy?", "slots", ("reason",)),
        ("Hva heter kunden?", "nb", "name", "Hva heter produktet?", "slots", ("product",)),
        ("Jag måste ha ditt ordernummer.", "sv", "order_number", "Du måste ha ditt ordernummer.", None, ()),
        ("Kan du läsa numret från kvittot?", "sv", "order_number", "Jag läser numret från kvittot.", None, ()),
        ("So, type your email here.", "en", "email", "We type your email here.", None, ()),
        ("Beskriv litt nærmere, takk.", "nb", "wish", "Jeg beskriver det nærmere.", None, ()),
        ("We'll mail you a label. Which address?", "en", "email", "The parcel is coming. Which address?", "slots",
         ("address",)),
    ],
)  # fmt: skip
def test_a_shape_asks_for_a_detail_and_its_neighbour_does_not(
    asked: str, language: str, slot: str, neighbour: str, kind: str | None, slots: tuple[str, ...]
) -> None:
    assert asks(asked, language).slots == (slot,)
    found = asks(neighbour, language)
    assert (found.kind, found.slots) == (kind, slots)


@pytest.mark.parametrize(
    ("asked", "language", "kind", "neighbour"),
    [
        ("Hjalp det på problemet?", "da", "resolved", "Skal jeg hjælpe dig?"),
        ("Did this clear it up for you?", "en", "resolved", "Do you want me to clear it?"),
        ("Konnten wir das Problem klären?", "de", "resolved", "Soll ich das klären?"),
        ("Har du fler frågor?", "sv", "more", "Har du fler konton?"),
        ("Voinko auttaa vielä muuten?", "fi", "more", "Voinko muuttaa osoitteen?"),
    ],
)
def test_whether_it_helped_and_whether_that_was_all_have_shapes_too(
    asked: str, language: str, kind: str, neighbour: str
) -> None:
    assert asks(asked, language).kind == kind
    assert asks(neighbour, language).kind == "confirm"


def test_options_that_a_sentence_before_the_question_names_are_the_choice() -> None:
    found = asks("Du kan välja mellan retur och byte. Vad föredrar du?", "sv")
    assert (found.kind, found.options) == ("choice", ("retur", "byte"))


def test_every_class_of_words_is_filled_in_every_language() -> None:
    from evalkit.text.data_files import yaml_data

    classes = yaml_data("evalkit.language", "data/ask_frames.yaml")["classes"]
    # Swedish and Finnish verbs show by their form that they ask; Finnish says by cases where something is.
    bare = {"bare_verb", "at_place", "source"}
    assert {
        (name, language)
        for name, words in classes.items()
        for language in LANGUAGES
        if name not in bare and not words.get("nb" if language == "nn" and "nn" not in words else language)
    } == set()
