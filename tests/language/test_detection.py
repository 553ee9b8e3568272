"""The language of a message, and when nothing is said of it."""

from __future__ import annotations

import pytest

from evalkit.language import detect
from evalkit.language.detection import detect_said, detect_together, spoken
from evalkit.language.lingua_votes import lingua_votes
from evalkit.text.said import Said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hur lång tid tar det innan jag får pengarna tillbaka?", "sv"),
        ("Hvor lang tid går der, før jeg får pengene tilbage?", "da"),
        ("Hvor lang tid tar det før jeg får pengene tilbake?", "nb"),
        ("Kor lang tid tek det før eg får pengane attende?", "nn"),
        ("Kuinka kauan kestää ennen kuin saan rahat takaisin?", "fi"),
        ("How long does it take until I get the money back?", "en"),
        ("Wie lange dauert es, bis ich das Geld zurückbekomme?", "de"),
        ("Hvað tekur langan tíma áður en ég fæ peningana aftur?", "is"),
        ("jag har inte fatt mitt paket an", "sv"),
    ],
)
def test_a_question_is_told_in_each_language(text: str, language: str) -> None:
    assert detect(text).code == language


@pytest.mark.parametrize("text", ["ok", "Hei!", "12345", "FB-10021", "", "🙂", "https://example.com/en/the-page"])
def test_what_says_nothing_of_its_language_is_left_open(text: str) -> None:
    assert detect(text).code is None


def test_candidates_come_best_first_also_when_none_is_named() -> None:
    found = detect("takk")
    assert found.code is None
    assert found.candidates[0] in {"nb", "nn"}


def test_a_title_in_another_language_does_not_change_the_message() -> None:
    assert detect("spil The Happy Blues af Ronnie Wood").code == "da"


def test_no_small_word_after_a_title_loses_its_first_letters() -> None:
    assert detect("sett på The Happy Blues isteden") == detect("sett på isteden")


def test_a_second_voice_settles_what_the_first_leaves_open() -> None:
    assert detect("ok").code is None
    assert detect("ok", second=lambda _: {"da": 0.99, "nb": 0.01}).code == "da"


def test_lingua_tells_a_lone_word_that_few_markers_know() -> None:
    votes = lingua_votes()
    assert max(votes("reittiohje"), key=votes("reittiohje").__getitem__) == "fi"
    found = detect("reittiohje", second=votes)
    assert (found.code, found.candidates[0]) == ("fi", "fi")


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("lägenhetsbyte", "sv"),
        ("lejlighedsbytningen", "da"),
        ("leilighetskjøpene", "nb"),
        ("leilegheitsmarknaden", "nn"),
        ("asunnonvaihtajille", "fi"),
        ("houseboatkeeping", "en"),
        ("Wohnungstauschanzeige", "de"),
        ("íbúðaskiptunum", "is"),
    ],
)
def test_a_lone_word_that_no_list_holds_tells_its_language_by_its_spelling(word: str, language: str) -> None:
    assert detect(word).candidates[0] == language


@pytest.mark.parametrize("text", ["ferie", "vis alle", "Anna", "info", "pizza"])
def test_a_word_of_several_languages_is_left_open_with_more_than_one_candidate(text: str) -> None:
    found = detect(text)
    assert found.code is None
    assert len(found.candidates) > 1


@pytest.mark.parametrize(
    "more", [(), ("Jag såg The Lord of the Rings igår",), ("?!", "👍"), ("Spela The Sound of Music",)]
)
def test_turns_read_together_tell_what_all_of_their_text_tells(more: tuple[str, ...]) -> None:
    turns = ["Hej!", "Se https://example.com/a", "Jag fick 3 varor, men ordern AB-1234 gällde 4.", *more]
    together = detect_together([spoken(Said(turn)) for turn in turns])
    assert together.code == "sv"
    assert together == detect("\n".join(turns))


@pytest.mark.parametrize("text", ["Größe?", "Ich heiße Weiß.", "ＨＥＬＬＯ there", "Kva\u00a0skjer?"])
def test_a_text_that_was_read_before_is_told_alike(text: str) -> None:
    assert detect_said(Said(text)) == detect(text)


@pytest.mark.parametrize("text", ["å" * 200_000, "hej " * 60_000, "\ud800 \x00", "ẞ" * 50, "İ" * 50])
def test_texts_that_nobody_writes_are_read_without_harm(text: str) -> None:
    assert set(detect(text).candidates) <= {"sv", "da", "nb", "nn", "fi", "en", "de", "is"}
