"""What is kept of a text for the next conversation that holds it."""

from __future__ import annotations

from evalkit.language.slots import slots_of
from evalkit.scorers import texts
from evalkit.scorers.texts import Text, text_of


def test_a_text_that_comes_again_and_again_is_not_read_again():
    assert text_of("Jag vill prata med en människa nu!") is not (
        second := text_of("Jag vill prata med en människa nu!")
    )
    heard = second.heard("sv", "customer")
    third = text_of("Jag vill prata med en människa nu!")
    assert third is second and third.heard("sv", "customer") is heard


def test_what_comes_often_stays_among_many_that_come_twice():
    text_of("Hej, vad kan jag hjälpa dig med?")
    often = text_of("Hej, vad kan jag hjälpa dig med?")
    for number in range(3 * texts._KEPT):
        text_of(f"hej igen {number // 2}")
        assert text_of("Hej, vad kan jag hjälpa dig med?") is often


def test_what_is_kept_depends_on_the_language_and_on_who_speaks():
    text = text_of("Jag vill prata med en människa!")
    assert "ask_for_human" in {hit.category for hit in text.heard("sv", "customer").hits}
    assert "ask_for_human" not in {hit.category for hit in text.heard("sv", "bot").hits}
    assert text.own("sv", "customer") != text.own("sv", "bot")


def test_a_kept_text_tells_what_a_new_one_tells():
    said = "Kan jeg få ordrenummeret og e-postadressen din?"
    text_of(said)
    text_of(said).heard("nb", "bot")
    kept, new = text_of(said), Text(said)
    assert (kept.guess, kept.of(slots_of)) == (new.guess, new.of(slots_of))
    assert (kept.trigrams.grams, kept.trigrams.close) == (new.trigrams.grams, new.trigrams.close)
    assert kept.odds("nb", "bot", ("ends",)) == new.odds("nb", "bot", ("ends",)) != new.odds("nb", "bot")
    assert kept.heard("nb", "bot") == new.heard("nb", "bot") and kept.own("nb", "bot") == new.own("nb", "bot")


def test_long_texts_are_not_kept():
    long = "paket " * 200
    text_of(long)
    second = text_of(long)
    assert text_of(long) is not second


def test_bounds_keep_memory_flat(monkeypatch):
    monkeypatch.setattr(texts, "_MARKED", 50)
    monkeypatch.setattr(texts, "_KEPT", 20)
    lately = texts._Lately()
    for number in range(400):
        lately.text(f"hej {number // 2}")
        assert len(lately) <= 20 and len(lately._marks) <= 50 and len(lately._old_marks) <= 50
