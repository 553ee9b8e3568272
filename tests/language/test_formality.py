"""Du or Sie, De, te: told by the words, left open where none tells."""

from __future__ import annotations

import pytest

from evalkit.language.formality import address


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("Bitte senden Sie uns die Rechnung.", "de", "formal"),
        ("Schick uns bitte deine Rechnung.", "de", "informal"),
        ("Sie haben 30 Tage Zeit.", "de", "formal"),
        ("Die Schuhe sind da. Sie passen gut.", "de", None),
        ("Du kannst warten. Bitte rufen Sie an.", "de", "mixed"),
        ("Har De modtaget pakken?", "da", "formal"),
        ("De kommer i morgen.", "da", None),
        ("Voitteko lähettää kuitin?", "fi", "formal"),
        ("Voitko lähettää kuitin?", "fi", "informal"),
        ("Vi skickar paketet.", "sv", None),
        ("Hej", "xx", None),
    ],
)
def test_the_address_is_read_from_its_words(text: str, language: str, form: str | None) -> None:
    assert address(text, language).form == form


def test_the_words_are_shown_where_they_stand_in_the_text_as_it_was_given() -> None:
    text = "Schick\u200b uns deine Nummer."
    spans = address(text, "de").spans
    assert [(text[start:end], form) for start, end, form in spans] == [
        ("Schick", "informal"),
        ("deine", "informal"),
    ]
