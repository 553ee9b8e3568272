"""What stands around a turn decides where its own words leave it open."""

from __future__ import annotations

import pytest

from evalkit.scorers.reading import Reading
from evalkit.scorers.surroundings import around
from tests.scorers.conftest import Judge, talk


def test_a_customers_turn_knows_the_opening_the_answer_before_and_the_reply_after_it():
    said = talk(
        "c: Paketet har inte kommit", "b: Det är på väg.", "c: Var är det?", "b: Det är på väg.", "c: Bravo",
        language="sv",
    )  # fmt: skip
    found = around(Reading(said), 4)
    assert {"opened with a report", "opened with trouble", "last", "answer again", "ends"} <= set(found)


def test_a_bots_turn_knows_who_goes_on():
    said = talk("c: hej", "b: Ett ögonblick", "h: Hej, Anna här", language="sv")
    assert "then human" in around(Reading(said), 1)


def test_praise_for_an_answer_is_thanks_and_for_a_useless_one_anger(judge: Judge):
    glad = talk(
        "c: can I take my dog on the train?", "b: Yes, dogs travel free.", "c: oh lovely, thank you", language="en"
    )
    mocking = talk(
        "c: still no heating, third week now", "b: Check that the timer is set.",
        "c: brilliant, another timer tip, what a service, truly", language="en",
    )  # fmt: skip
    assert judge("satisfaction", glad).data["frustrated"] is False
    assert judge("satisfaction", mocking).data["frustrated"] is True


def test_who_comes_right_after_the_bots_words_was_announced_by_them(judge: Judge):
    said = talk("c: får jag prata med en människa", "b: Här är Petra.", "h: Hej, Petra här.", language="sv")
    found = judge("escalation", said).data
    assert (found["kind"], found["handover_turn"]) == ("executed", 1)


@pytest.mark.parametrize("said", ["Nej tack, jag vill inte prata med en människa"])
def test_what_a_sentence_takes_back_no_evidence_gives(judge: Judge, said: str):
    assert judge("escalation", talk(f"c: {said}", "b: Okej.", language="sv")).data["requested_human"] is False


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I'd like to return both lamps and get the money on my gift card, please"),
        ("sv", "Jag vill byta den gröna jackan mot storlek M om det går"),
        ("de", "Ich möchte bitte die Lieferadresse der zweiten Bestellung ändern"),
        ("fi", "Haluaisin muuttaa varauksen seuraavalle viikolle"),
    ],
)
def test_a_wish_that_speaks_of_nobody_asks_for_no_person(judge: Judge, language: str, said: str):
    found = judge("escalation", talk("c: Hej", "b: Hej!", f"c: {said}", "b: 30.", language=language))
    assert found.data["requested_human"] is False


@pytest.mark.parametrize("way", ["call 0800 112 2334", "write to permits@city.example", "see https://city.example"])
def test_an_honest_refusal_names_a_number_an_address_or_a_link(judge: Judge, way: str):
    said = talk("c: can you issue a building permit?", f"b: I'm afraid I can't help with that, {way}.", language="en")
    assert judge("resolution", said).data["outcome"] == "refused_correctly"
