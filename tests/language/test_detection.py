"""The language of a message, and when nothing is said of it."""

from __future__ import annotations

import pytest

from evalkit.language import detect
from evalkit.language.lingua_votes import lingua_votes


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


def test_a_second_voice_settles_what_the_first_leaves_open() -> None:
    assert detect("ok").code is None
    assert detect("ok", second=lambda _: {"da": 0.99, "nb": 0.01}).code == "da"


def test_lingua_tells_a_lone_word_that_few_markers_know() -> None:
    votes = lingua_votes()
    assert max(votes("reittiohje"), key=votes("reittiohje").__getitem__) == "fi"
    found = detect("reittiohje", second=votes)
    assert (found.code, found.candidates[0]) == ("fi", "fi")
