"""Sentences end where a reader would end them, in seven languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.text.sentences import split

TABLE = [
    ("sv", "Vi har öppet kl. 9-17. Frakten är 49 kr inkl. moms.", 2),
    ("sv", "T.ex. tar returen ca. 5 dagar. Därefter betalar vi ut pengarna.", 2),
    ("da", "Vi åbner kl. 8. Fragten koster 39 kr. Du kan f.eks. betale med MobilePay.", 3),
    ("nb", "Prisen er 499 kr inkl. mva. Levering tar 2 dager.", 2),
    ("fi", "Toimitus kestää n. 3 päivää. Palautus on maksuton esim. postitse.", 2),
    ("de", "Ab dem 1. März gilt z.B. ein neuer Preis. Der Versand ist kostenlos!", 2),
    ("en", "It costs 4.95 pounds, e.g. by post. Dr. Smith will call you.", 2),
    ("sv", "Punkter:\n• en retur\n• ett byte", 3),
    ("sv", "Hej! 😊 Vad kan jag hjälpa till med?", 2),
    ("en", "Sorry, we don't. Leeds and York are where we teach.", 2),
    ("nb", "Fristen er 1. mars. Etter det koster det 99 kr.", 2),
]


@pytest.mark.parametrize(("language", "text", "n"), TABLE)
def test_abbreviations_and_ordinals_do_not_end_a_sentence(language: str, text: str, n: int) -> None:
    assert len(split(text)) == n, [s.text for s in split(text)]


@given(st.text(max_size=300))
def test_property_sentences_keep_their_places_and_their_order(text: str) -> None:
    end = 0
    for sentence in split(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= end
        end = sentence.end


def test_a_megabyte_without_a_full_stop_is_one_sentence_in_a_moment() -> None:
    assert len(split("a" * 1_000_000)) == 1
