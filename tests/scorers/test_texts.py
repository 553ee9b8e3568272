"""What is kept of a text for the next conversation that holds it."""

from __future__ import annotations

from evalkit.language.slots import slots_of
from evalkit.scorers import texts
from evalkit.scorers.texts import Text, text_of


def test_a_text_that_comes_again_is_read_once():
    first = text_of("Jag vill prata med en människa!")
    heard = first.heard("sv", "customer")
    again = text_of("Jag vill prata med en människa!")
    assert again is first and again.heard("sv", "customer") is heard


def test_what_is_kept_depends_on_the_language_and_on_who_speaks():
    text = text_of("Jag vill prata med en människa!")
    assert "ask_for_human" in {hit.category for hit in text.heard("sv", "customer").hits}
    assert "ask_for_human" not in {hit.category for hit in text.heard("sv", "bot").hits}
    assert text.own("sv", "customer") != text.own("sv", "bot")


def test_a_kept_text_tells_what_a_new_one_tells():
    said = "Kan jeg få ordrenummeret og e-postadressen din?"
    text_of(said).heard("nb", "bot")
    kept, new = text_of(said), Text(said)
    assert (kept.guess, kept.of(slots_of)) == (new.guess, new.of(slots_of))
    assert (kept.trigrams.grams, kept.trigrams.close) == (new.trigrams.grams, new.trigrams.close)
    assert kept.odds("nb", "bot", ("ends",)) == new.odds("nb", "bot", ("ends",)) != new.odds("nb", "bot")
    assert kept.heard("nb", "bot") == new.heard("nb", "bot") and kept.own("nb", "bot") == new.own("nb", "bot")


def test_long_texts_are_not_kept_and_a_bound_keeps_memory_flat():
    long = "paket " * 200
    assert text_of(long) is not text_of(long)
    for number in range(3 * texts._KEPT):
        text_of(f"hej {number}")
    assert texts._kept.cache_info().currsize <= texts._KEPT
